//! Grype's JSON report.
//!
//! What an ignore rule or a VEX document set aside stands apart in the report and is
//! suppressed here.

mod raw;

use crate::{
    Finding, Format, Kind, Report, Severity, Subject, Tool, Vulnerabilities,
    error::Problem,
    json::{self, Nested, Object, Text, each},
    place::Lines,
    report::digest_of,
    shared::Pool,
    text::{MAX_NAME, some},
    time,
};
use hallmark_image::Platform;
use raw::{Descriptor, RawMatch, Source};
use serde::de::MapAccess;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawReport {
        lines: Lines::new(text),
        pool: Pool::default(),
        found: Vulnerabilities {
            scanned: true,
            ..Vulnerabilities::default()
        },
        source: Source::default(),
        descriptor: Descriptor::default(),
    };
    json::read(text, &mut raw)?;
    Ok(raw.report())
}

/// The outermost object.
struct RawReport<'a> {
    lines: Lines<'a>,
    pool: Pool,
    found: Vulnerabilities,
    source: Source<'a>,
    descriptor: Descriptor<'a>,
}

impl<'de> Object<'de> for RawReport<'de> {
    const NAMES: &'static [&'static str] = &["matches", "ignoredMatches", "source", "descriptor"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "source" => self.source = map.next_value::<Nested<_>>()?.0,
            "descriptor" => self.descriptor = map.next_value::<Nested<_>>()?.0,
            _ => {
                let ignored = name != "matches";
                map.next_value_seed(each(|raw: RawMatch<'de>| self.add(&raw, ignored)))?;
            }
        }
        Ok(())
    }
}

impl RawReport<'_> {
    fn add(&mut self, raw: &RawMatch<'_>, ignored: bool) -> Result<(), &'static str> {
        let (pool, bug, artifact) = (&mut self.pool, &raw.vulnerability, &raw.artifact);
        let aliases = raw
            .related
            .0
            .iter()
            .filter(|other| other.id.as_str() != bug.id.as_str());
        let vex = raw.rules.0.iter().find_map(|rule| rule.vex_status.get());
        let state = bug.fix.state.as_str();
        let status = if ignored {
            vex.unwrap_or("ignored")
        } else {
            state
        };
        let epss = bug.epss.0.iter().filter_map(|score| score.epss.0);
        let finding = Finding {
            id: pool.name(bug.id.as_str()),
            aliases: aliases
                .filter_map(|other| pool.some(other.id.as_str()))
                .collect(),
            severity: Severity::from_word(bug.severity.as_str()),
            source: pool.some(bug.namespace.as_str()),
            package: pool.name(artifact.name.as_str()),
            installed: pool.name(artifact.version.as_str()),
            fixed: pool.some(&joined(&bug.fix.versions.0)),
            title: pool.some(bug.description.as_str()),
            target: artifact
                .locations
                .0
                .first()
                .and_then(|place| pool.some(place.path.as_str())),
            status: pool.some(status),
            url: pool.some(bug.data_source.as_str()),
            suppressed: ignored,
            purl: pool.some(artifact.purl.as_str()),
            exploited: !bug.known_exploited.0.is_empty(),
            epss: epss.reduce(f64::max).map(millionths),
            published: None,
            fixed_since: bug
                .fix
                .available
                .0
                .iter()
                .filter_map(|fix| time::day(fix.date.as_str()))
                .min(),
            line: self.lines.row_of_part(bug.id.as_str()),
        };
        self.found.add(finding)
    }

    fn report(self) -> Report {
        let name = some(self.descriptor.name.as_str(), MAX_NAME);
        Report {
            tool: Some(Tool {
                name: name.unwrap_or_else(|| "grype".to_owned()),
                version: some(self.descriptor.version.as_str(), MAX_NAME),
            }),
            subject: subject(&self.source),
            produced_at: time::timestamp(self.descriptor.timestamp.as_str()),
            vulnerabilities: Some(self.found),
            ..Report::new(Format::GrypeJson, Kind::Vulnerabilities)
        }
    }
}

fn joined(versions: &[Text<'_>]) -> String {
    let versions: Vec<&str> = versions.iter().map(Text::as_str).collect();
    versions.join(", ")
}

fn millionths(share: f64) -> u32 {
    (share.clamp(0.0, 1.0) * 1e6).round() as u32
}

fn subject(source: &Source<'_>) -> Option<Subject> {
    let target = source.target.image();
    let mut subject = Subject {
        name: some(source.target.name(), MAX_NAME),
        digest: target.manifest_digest.as_str().parse().ok(),
        image_id: target.image_id.as_str().parse().ok(),
        platform: platform(target.os.as_str(), target.architecture.as_str()),
        ..Subject::default()
    };
    for reference in &target.repo_digests.0 {
        subject.add(digest_of(reference.as_str()));
    }
    subject.known()
}

fn platform(os: &str, architecture: &str) -> Option<Platform> {
    Some(Platform::new(some(os, 60)?, some(architecture, 60)?))
}
