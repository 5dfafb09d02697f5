//! Trivy's JSON report: schema version 2, and the older array of results.
//!
//! Read straight into findings, borrowing from the text on the way, so that a report of
//! 100 MB takes little more than its findings do.

mod raw;
mod results;

use crate::{
    Format, Kind, Report, Subject, Tool, Vulnerabilities,
    error::Problem,
    json::Text,
    place,
    text::{MAX_NAME, some},
    time,
};
use hallmark_image::{Digest, Platform};
use raw::{Metadata, RawReport};
use results::{MAX_FINDINGS, Results, TOO_MANY};

const NO_SCAN: &str = "no packages were scanned: the report has no os-pkgs or lang-pkgs result, \
                       so it is no vulnerability scan";

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let is_array = text.trim_start().starts_with('[');
    let read = match is_array {
        true => serde_json::from_str(text).map(RawReport::of_results),
        false => serde_json::from_str(text),
    };
    let raw: RawReport<'_> = read.map_err(|error| problem(text, &error))?;
    Ok(report(raw))
}

fn problem(text: &str, error: &serde_json::Error) -> Problem {
    if error.to_string().starts_with(TOO_MANY) {
        return Problem::TooMany {
            limit: MAX_FINDINGS,
            what: "findings",
        };
    }
    place::json_problem(text, error)
}

fn report(raw: RawReport<'_>) -> Report {
    let version = raw
        .trivy
        .and_then(|trivy| some(trivy.version.as_str(), MAX_NAME));
    let name = "trivy".to_owned();
    let scan = raw.results.0;
    Report {
        format: Format::TrivyJson,
        kind: Kind::Vulnerabilities,
        tool: Some(Tool { name, version }),
        subject: subject(&raw.artifact_name, raw.metadata.as_ref()),
        produced_at: time::timestamp(raw.created_at.as_str()),
        tests: None,
        warnings: warnings(&raw.schema_version, &scan),
        vulnerabilities: Some(scan),
    }
}

fn warnings(version: &Text<'_>, scan: &Vulnerabilities) -> Vec<String> {
    let version = version.as_str();
    let known = matches!(version, "" | "1" | "2");
    let new = || format!("schema version {version} is not known; it is read as version 2");
    let no_scan = (!scan.scanned).then(|| NO_SCAN.to_owned());
    (!known).then(new).into_iter().chain(no_scan).collect()
}

fn subject(name: &Text<'_>, metadata: Option<&Metadata<'_>>) -> Option<Subject> {
    let name = name.as_str();
    let repo_digests = metadata.map(repo_digests).unwrap_or_default();
    let sole = (repo_digests.len() == 1).then(|| repo_digests[0].clone());
    let subject = Subject {
        digest: digest_of(name).or(sole),
        name: some(name, MAX_NAME),
        image_id: metadata.and_then(|data| data.image_id.as_str().parse().ok()),
        platform: metadata.and_then(platform),
        repo_digests,
    };
    (subject != Subject::default()).then_some(subject)
}

/// The digests after the `@`, each once.
fn repo_digests(metadata: &Metadata<'_>) -> Vec<Digest> {
    let mut found = Vec::new();
    for reference in &metadata.repo_digests.0 {
        if let Some(digest) = digest_of(reference.as_str()).filter(|d| !found.contains(d)) {
            found.push(digest);
        }
    }
    found
}

fn digest_of(reference: &str) -> Option<Digest> {
    reference.rsplit_once('@')?.1.parse().ok()
}

fn platform(metadata: &Metadata<'_>) -> Option<Platform> {
    let config = metadata.image_config.as_ref()?;
    let os = some(config.os.as_str(), 60)?;
    let architecture = some(config.architecture.as_str(), 60)?;
    let mut platform = Platform::new(os, architecture);
    platform.variant = some(config.variant.as_str(), 60);
    Some(platform)
}

impl<'a> RawReport<'a> {
    /// The oldest reports are nothing but the array of results.
    fn of_results(results: Results) -> Self {
        Self {
            results,
            ..Self::default()
        }
    }
}
