//! The predicates of vulnerability scans: in-toto's, cosign's and Docker Scout's.

use super::{predicate, unknown};
use crate::{
    Finding, Kind, Report, Severity, Tool, Vulnerabilities,
    error::Problem,
    json::{self, Inner, List, Nested, Number, Object, Text, each},
    place::{self, Lines},
    purl,
    shared::Pool,
    time,
};
use jiff::Timestamp;
use serde::{Deserialize, de::MapAccess};
use serde_json::value::RawValue;

/// A scanner, when it ran, and what it found.
struct Scan<'a> {
    lines: Lines<'a>,
    pool: Pool,
    uri: Text<'a>,
    version: Text<'a>,
    at: Option<Timestamp>,
    found: Vulnerabilities,
    /// A result in the scanner's own words.
    result: Option<&'a RawValue>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lines: Lines::new(text),
            pool: Pool::default(),
            uri: Text::default(),
            version: Text::default(),
            at: None,
            found: Vulnerabilities {
                scanned: true,
                ..Vulnerabilities::default()
            },
            result: None,
        }
    }

    /// The last part of the scanner's URI, `trivy` of `pkg:github/aquasecurity/trivy@1`.
    fn tool(&self) -> Option<Tool> {
        let uri = self.uri.as_str();
        let parts = purl::parse(uri).map(|parts| parts.name());
        let path = parts.as_deref().unwrap_or(uri).trim_end_matches('/');
        Tool::named(
            path.rsplit('/').next().unwrap_or(path),
            self.version.as_str(),
        )
    }

    fn report(self) -> Report {
        Report {
            kind: Kind::Vulnerabilities,
            tool: self.tool(),
            produced_at: self.at,
            vulnerabilities: Some(self.found),
            ..unknown()
        }
    }
}

/// `https://in-toto.io/attestation/vulns/v0.1` and `/v0.2`.
pub(super) fn read_vulns(text: &str) -> Result<Report, Problem> {
    let mut scan = Scan::new(text);
    json::read(text, &mut Predicate::<false>(&mut scan))?;
    Ok(scan.report())
}

/// `https://cosign.sigstore.dev/attestation/vuln/v1`: the result is the scanner's report.
pub(super) fn read_cosign(text: &str) -> Result<Report, Problem> {
    let mut scan = Scan::new(text);
    json::read(text, &mut Predicate::<true>(&mut scan))?;
    let result = scan.result.map_or("null", RawValue::get);
    let before = place::line_of_part(text, result).unwrap_or(1) - 1;
    let (tool, at) = (scan.tool(), scan.at);
    let Some(inner) = predicate::scan(result) else {
        scan.found.scanned = false;
        let mut report = scan.report();
        let words = "the scan's result is in no format that is read, so it counts as no scan";
        report.warnings.push(words.to_owned());
        return Ok(report);
    };
    let mut inner = inner?;
    inner.move_lines(|line| Some(line + before));
    Ok(Report {
        tool: inner.tool.clone().or(tool),
        produced_at: inner.produced_at.or(at),
        ..inner
    })
}

/// The predicate's members; `OWN`: the result is a report of the scanner's own.
struct Predicate<'s, 'a, const OWN: bool>(&'s mut Scan<'a>);

impl<'de, const OWN: bool> Object<'de> for Predicate<'_, 'de, OWN> {
    const NAMES: &'static [&'static str] = &["scanner", "metadata"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name == "scanner" {
            return map.next_value_seed(Inner(&mut Scanner::<OWN>(&mut *self.0)));
        }
        let times: Metadata<'_> = map.next_value::<Nested<_>>()?.0;
        let end = time::timestamp(times.scan_finished_on.as_str());
        self.0.at = end.or_else(|| time::timestamp(times.scan_started_on.as_str()));
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    scan_started_on: Text<'a>,
    #[serde(borrow)]
    scan_finished_on: Text<'a>,
}

struct Scanner<'s, 'a, const OWN: bool>(&'s mut Scan<'a>);

impl<'de, const OWN: bool> Object<'de> for Scanner<'_, 'de, OWN> {
    const NAMES: &'static [&'static str] = &["uri", "version", "result"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let scan = &mut *self.0;
        match name {
            "uri" => scan.uri = map.next_value()?,
            "version" => scan.version = map.next_value()?,
            _ if OWN => scan.result = map.next_value()?,
            _ => map.next_value_seed(each(|raw: RawResult<'de>| scan.add(&raw)))?,
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawResult<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    severity: List<RawSeverity<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSeverity<'a> {
    #[serde(borrow)]
    score: Text<'a>,
}

impl Scan<'_> {
    fn add(&mut self, raw: &RawResult<'_>) -> Result<(), &'static str> {
        let line = self.lines.row_of_part(raw.id.as_str());
        self.found.add(Finding {
            id: self.pool.name(raw.id.as_str()),
            severity: severity(&raw.severity.0),
            line,
            ..Finding::default()
        })
    }
}

/// The gravest word that is given, else the highest score.
fn severity(given: &[RawSeverity<'_>]) -> Severity {
    let words = given
        .iter()
        .map(|one| Severity::from_word(one.score.as_str()));
    let word = words
        .max()
        .filter(|severity| *severity != Severity::Unknown);
    let scores = given.iter().filter_map(|one| Number::of(&one.score).0);
    let score = || scores.reduce(f64::max).map(Severity::of_score);
    word.or_else(score).unwrap_or_default()
}

/// `https://scout.docker.com/vulnerabilities/v0.1`: packages, each with its vulnerabilities.
pub(super) fn read_scout(text: &str) -> Result<Report, Problem> {
    let mut scan = Scan::new(text);
    json::read_seed(text, each(|package: ScoutPackage<'_>| scan.scout(&package)))?;
    let report = scan.report();
    Ok(Report {
        tool: Tool::named("docker scout", ""),
        ..report
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScoutPackage<'a> {
    #[serde(borrow)]
    purl: Text<'a>,
    #[serde(borrow)]
    vulnerabilities: List<ScoutVulnerability<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScoutVulnerability<'a> {
    #[serde(borrow)]
    source_id: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    fixed_by: Text<'a>,
    #[serde(borrow)]
    published_at: Text<'a>,
    #[serde(borrow)]
    cvss: Nested<ScoutCvss<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScoutCvss<'a> {
    #[serde(borrow)]
    severity: Text<'a>,
    score: Number,
}

impl Scan<'_> {
    fn scout(&mut self, package: &ScoutPackage<'_>) -> Result<(), &'static str> {
        let parts = purl::parse(package.purl.as_str());
        let name = parts.as_ref().map(purl::Purl::name).unwrap_or_default();
        let version = parts.as_ref().map(purl::Purl::version).unwrap_or_default();
        for raw in &package.vulnerabilities.0 {
            let line = self.lines.row_of_part(raw.source_id.as_str());
            let word = Severity::from_word(raw.cvss.severity.as_str());
            let score = raw.cvss.score.0.map(Severity::of_score).unwrap_or_default();
            let title = raw.title.get().or(raw.description.as_str().lines().next());
            let pool = &mut self.pool;
            self.found.add(Finding {
                id: pool.name(raw.source_id.as_str()),
                severity: if word == Severity::Unknown {
                    score
                } else {
                    word
                },
                source: pool.some(raw.source.as_str()),
                package: pool.name(&name),
                installed: pool.name(&version),
                fixed: pool
                    .some(raw.fixed_by.as_str())
                    .filter(|fix| &**fix != "not fixed"),
                title: title.and_then(|text| pool.some(text)),
                url: pool.some(raw.url.as_str()),
                purl: pool.some(package.purl.as_str()),
                published: time::day(raw.published_at.as_str()),
                line,
                ..Finding::default()
            })?;
        }
        Ok(())
    }
}
