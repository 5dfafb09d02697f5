//! From Trivy's results to findings, one at a time, without keeping the raw ones.

use super::raw::{RawFinding, RawModified};
use crate::{
    Finding, Severity, Vulnerabilities,
    json::{Object, Presence, Text, each},
    place::Lines,
    shared::Pool,
    text::{MAX_NAME, short},
    time,
};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// All results, added up.
pub(super) struct Scan<'a> {
    lines: Lines<'a>,
    found: Vulnerabilities,
    pool: Pool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            lines: Lines::new(text),
            found: Vulnerabilities::default(),
            pool: Pool::default(),
        }
    }

    /// The findings.
    pub(super) fn finish(self) -> Vulnerabilities {
        self.found
    }

    fn add(&mut self, raw: &RawFinding<'_>, suppressed: Option<&str>) -> Result<(), &'static str> {
        let pool = &mut self.pool;
        let purl = raw.pkg_identifier.as_ref();
        let status = suppressed.unwrap_or(raw.status.as_str());
        let aliases = raw.vendor_ids.0.iter();
        let finding = Finding {
            id: pool.name(raw.id.as_str()),
            aliases: aliases.filter_map(|id| pool.some(id.as_str())).collect(),
            severity: Severity::from_word(raw.severity.as_str()),
            source: pool.some(raw.severity_source.as_str()),
            package: pool.name(raw.pkg_name.as_str()),
            installed: pool.name(raw.installed_version.as_str()),
            fixed: pool.some(raw.fixed_version.as_str()),
            title: pool.some(raw.title.as_str()),
            target: None,
            status: pool.some(status),
            url: pool.some(raw.url.as_str()),
            suppressed: suppressed.is_some(),
            purl: purl.and_then(|identifier| pool.some(identifier.purl.as_str())),
            exploited: false,
            epss: None,
            published: time::day(raw.published_date.as_str()),
            fixed_since: None,
            line: self.lines.row_of_part(raw.id.as_str()),
        };
        self.found.add(finding)
    }
}

/// The array of results.
pub(super) struct Results<'s, 'a>(pub(super) &'s mut Scan<'a>);

impl<'de> DeserializeSeed<'de> for Results<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Results<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            let mut one = One::of(self.0);
            match seq.next_element_seed(crate::json::Inner(&mut one))? {
                Some(()) => one.finish(),
                None => return Ok(()),
            }
        }
    }
}

/// One target: the system's packages, a lock file, a file with secrets.
struct One<'s, 'a, 'de> {
    scan: &'s mut Scan<'a>,
    /// Where its findings begin.
    first: usize,
    target: Text<'de>,
    class: Text<'de>,
    other: bool,
}

impl<'s, 'a> One<'s, 'a, '_> {
    fn of(scan: &'s mut Scan<'a>) -> Self {
        Self {
            first: scan.found.findings.len(),
            scan,
            target: Text::default(),
            class: Text::default(),
            other: false,
        }
    }

    fn finish(self) {
        let found = &mut self.scan.found;
        if let Some(class) = scanned_class(self.class.as_str(), self.other) {
            found.scanned = true;
            if let Err(at) = found.classes.binary_search_by(|c| c.as_str().cmp(class)) {
                found.classes.insert(at, short(class, MAX_NAME));
            }
        }
        let target = self.scan.pool.some(self.target.as_str());
        for finding in &mut found.findings[self.first..] {
            finding.target.clone_from(&target);
        }
    }
}

impl<'de> Object<'de> for One<'_, '_, 'de> {
    const NAMES: &'static [&'static str] = &[
        "Target",
        "Class",
        "Vulnerabilities",
        "Secrets",
        "Misconfigurations",
        "ExperimentalModifiedFindings",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "Target" => self.target = map.next_value()?,
            "Class" => self.class = map.next_value()?,
            "Vulnerabilities" => {
                let scan = &mut *self.scan;
                map.next_value_seed(each(|raw: RawFinding<'de>| scan.add(&raw, None)))?;
            }
            "ExperimentalModifiedFindings" => {
                let scan = &mut *self.scan;
                map.next_value_seed(each(|raw: RawModified<'de>| modified(scan, &raw)))?;
            }
            _ => self.other |= map.next_value::<Presence>()?.0,
        }
        Ok(())
    }
}

/// Suppressed secrets and misconfigurations are no vulnerabilities.
fn modified(scan: &mut Scan<'_>, raw: &RawModified<'_>) -> Result<(), &'static str> {
    match &raw.finding {
        Some(inner) if matches!(raw.sort.as_str(), "vulnerability" | "") => {
            scan.add(inner, Some(raw.status.as_str()))
        }
        _ => Ok(()),
    }
}

/// The sort of packages that were looked at. Trivy named none before it looked for other
/// things than vulnerabilities.
fn scanned_class(class: &str, other: bool) -> Option<&str> {
    match class {
        "os-pkgs" | "lang-pkgs" => Some(class),
        "" if !other => Some("packages"),
        _ => None,
    }
}
