//! From Trivy's results to findings, one at a time, without keeping the raw ones.

use super::raw::{Modified, RawFinding, RawModified, RawResult};
use crate::{
    Finding, Severity, Vulnerabilities,
    text::{MAX_MESSAGE, MAX_NAME, short, some},
};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::{fmt, marker::PhantomData};

/// The most findings that are read.
pub(super) const MAX_FINDINGS: usize = 1_000_000;
/// How the error begins that says so.
pub(super) const TOO_MANY: &str = "more findings than are read";

/// All results, added up.
#[derive(Default)]
pub(super) struct Results(pub(super) Vulnerabilities);

/// The findings of one result.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

/// What an array's elements are poured into, so that they need not be kept.
trait Pour<'de>: Default {
    type Element: Deserialize<'de>;

    fn pour(&mut self, element: Self::Element);
    fn len(&self) -> usize;
}

struct Poured<T>(PhantomData<T>);

impl<'de, T: Pour<'de>> Visitor<'de> for Poured<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut all = T::default();
        while let Some(element) = seq.next_element()? {
            all.pour(element);
            if all.len() > MAX_FINDINGS {
                return Err(A::Error::custom(TOO_MANY));
            }
        }
        Ok(all)
    }
}

macro_rules! deserialize_by_pouring {
    ($($type:ty),+) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
                json.deserialize_any(Poured(PhantomData))
            }
        }
    )+};
}
deserialize_by_pouring!(Results, Findings, Modified);

impl<'de> Pour<'de> for Findings {
    type Element = RawFinding<'de>;

    fn pour(&mut self, raw: RawFinding<'de>) {
        self.0.push(finding(&raw));
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'de> Pour<'de> for Modified {
    type Element = RawModified<'de>;

    /// Suppressed secrets and misconfigurations are no vulnerabilities.
    fn pour(&mut self, raw: RawModified<'de>) {
        let sort = raw.sort.as_str();
        let Some(inner) = raw.finding.filter(|_| matches!(sort, "vulnerability" | "")) else {
            return;
        };
        self.0.push(Finding {
            suppressed: true,
            status: some(raw.status.as_str(), MAX_NAME),
            ..finding(&inner)
        });
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'de> Pour<'de> for Results {
    type Element = RawResult<'de>;

    fn pour(&mut self, raw: RawResult<'de>) {
        let scan = &mut self.0;
        if let Some(class) = scanned_class(&raw) {
            scan.scanned = true;
            if let Err(at) = scan.classes.binary_search_by(|c| c.as_str().cmp(class)) {
                scan.classes.insert(at, class.to_owned());
            }
        }
        let target = some(raw.target.as_str(), MAX_NAME);
        for mut finding in raw.vulnerabilities.0.into_iter().chain(raw.modified.0) {
            finding.target.clone_from(&target);
            scan.summary.count(&finding);
            scan.findings.push(finding);
        }
    }

    fn len(&self) -> usize {
        self.0.findings.len()
    }
}

/// The sort of packages that were looked at. Trivy named none before it looked for other
/// things than vulnerabilities.
fn scanned_class<'r>(raw: &'r RawResult<'_>) -> Option<&'r str> {
    match raw.class.as_str() {
        class @ ("os-pkgs" | "lang-pkgs") => Some(class),
        "" if !raw.secrets.0 && !raw.misconfigurations.0 => Some("packages"),
        _ => None,
    }
}

fn finding(raw: &RawFinding<'_>) -> Finding {
    let purl = raw.pkg_identifier.as_ref();
    Finding {
        id: short(raw.id.as_str(), MAX_NAME),
        severity: Severity::from_word(raw.severity.as_str()),
        package: short(raw.pkg_name.as_str(), MAX_NAME),
        installed: short(raw.installed_version.as_str(), MAX_NAME),
        fixed: some(raw.fixed_version.as_str(), MAX_NAME),
        title: some(raw.title.as_str(), MAX_MESSAGE),
        target: None,
        status: some(raw.status.as_str(), MAX_NAME),
        url: some(raw.url.as_str(), MAX_NAME),
        suppressed: false,
        purl: purl.and_then(|identifier| some(identifier.purl.as_str(), MAX_NAME)),
    }
}
