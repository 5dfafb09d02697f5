//! Trivy's JSON report: schema version 2, and the older array of results.
//!
//! Read straight into findings, borrowing from the text on the way, so that a report of
//! 100 MB takes little more than its findings do.

mod raw;
mod results;

use crate::{
    Format, Kind, Report, Subject, Tool, Vulnerabilities,
    error::Problem,
    json::{self, Object, Text},
    report::digest_of,
    text::{MAX_NAME, some},
    time,
};
use hallmark_image::Platform;
use raw::{Metadata, Program};
use results::{Results, Scan};
use serde::de::MapAccess;

const NO_SCAN: &str = "no packages were scanned: the report has no os-pkgs or lang-pkgs result, \
                       so it is no vulnerability scan";

/// Reads the whole document. The oldest reports are nothing but the array of results.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawReport::new(text);
    match text.trim_start().starts_with('[') {
        true => json::read_seed(text, Results(&mut raw.scan))?,
        false => json::read(text, &mut raw)?,
    }
    Ok(raw.report())
}

/// The outermost object.
struct RawReport<'a> {
    schema_version: Text<'a>,
    trivy: Option<Program<'a>>,
    created_at: Text<'a>,
    artifact_name: Text<'a>,
    metadata: Option<Metadata<'a>>,
    scan: Scan<'a>,
}

impl<'de> Object<'de> for RawReport<'de> {
    const NAMES: &'static [&'static str] = &[
        "SchemaVersion",
        "Trivy",
        "CreatedAt",
        "ArtifactName",
        "Metadata",
        "Results",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "SchemaVersion" => self.schema_version = map.next_value()?,
            "Trivy" => self.trivy = map.next_value()?,
            "CreatedAt" => self.created_at = map.next_value()?,
            "ArtifactName" => self.artifact_name = map.next_value()?,
            "Metadata" => self.metadata = map.next_value()?,
            _ => map.next_value_seed(Results(&mut self.scan))?,
        }
        Ok(())
    }
}

impl<'a> RawReport<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            schema_version: Text::default(),
            trivy: None,
            created_at: Text::default(),
            artifact_name: Text::default(),
            metadata: None,
            scan: Scan::new(text),
        }
    }

    fn report(self) -> Report {
        let version = self
            .trivy
            .and_then(|trivy| some(trivy.version.as_str(), MAX_NAME));
        let name = "trivy".to_owned();
        let scan = self.scan.finish();
        Report {
            tool: Some(Tool { name, version }),
            subject: subject(&self.artifact_name, self.metadata.as_ref()),
            produced_at: time::timestamp(self.created_at.as_str()),
            warnings: warnings(&self.schema_version, &scan),
            vulnerabilities: Some(scan),
            ..Report::new(Format::TrivyJson, Kind::Vulnerabilities)
        }
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
    let mut subject = Subject {
        digest: digest_of(name),
        name: some(name, MAX_NAME),
        image_id: metadata.and_then(|data| data.image_id.as_str().parse().ok()),
        platform: metadata.and_then(platform),
        ..Subject::default()
    };
    for reference in metadata.iter().flat_map(|data| &data.repo_digests.0) {
        subject.add(digest_of(reference.as_str()));
    }
    subject.known()
}

fn platform(metadata: &Metadata<'_>) -> Option<Platform> {
    let config = metadata.image_config.as_ref()?;
    let os = some(config.os.as_str(), 60)?;
    let architecture = some(config.architecture.as_str(), 60)?;
    let mut platform = Platform::new(os, architecture);
    platform.variant = some(config.variant.as_str(), 60);
    Some(platform)
}
