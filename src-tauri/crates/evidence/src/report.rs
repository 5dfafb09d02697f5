//! The one model that every report is read into.
//!
//! Names and texts in it are the report's own: foreign text, to be shown and never obeyed.

use crate::text::{MAX_NAME, some};
use crate::{
    Format, Issue, Kind, Package, Provenance, Statement, Tests, VexStatement, Vulnerabilities,
};
use hallmark_image::{Digest, Platform};
use jiff::Timestamp;
use serde::Serialize;

/// A report that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// How it is written.
    pub format: Format,
    /// What it speaks of.
    pub kind: Kind,
    /// The tool that wrote it, where it says so.
    pub tool: Option<Tool>,
    /// What it was made about, where it says so.
    pub subject: Option<Subject>,
    /// When it was made, by its own account. A time without a zone is taken as UTC.
    pub produced_at: Option<Timestamp>,
    /// Test results, in a report of tests.
    pub tests: Option<Tests>,
    /// Findings, in a vulnerability scan, or in a bill of materials that lists some.
    pub vulnerabilities: Option<Vulnerabilities>,
    /// The packages of a bill of materials, nested ones among them, the image itself not.
    pub packages: Option<Vec<Package>>,
    /// What is said of vulnerabilities, in a VEX document.
    pub vex: Option<Vec<VexStatement>>,
    /// How and where the image was built.
    pub provenance: Option<Provenance>,
    /// Findings that are about something else than vulnerabilities.
    pub issues: Option<Vec<Issue>>,
    /// What the statement around it says, where the report is one.
    pub statement: Option<Statement>,
    /// What a person should know before trusting the figures.
    pub warnings: Vec<String>,
}

impl Report {
    /// A report of which nothing is known yet.
    pub(crate) fn new(format: Format, kind: Kind) -> Self {
        Self {
            format,
            kind,
            tool: None,
            subject: None,
            produced_at: None,
            tests: None,
            vulnerabilities: None,
            packages: None,
            vex: None,
            provenance: None,
            issues: None,
            statement: None,
            warnings: Vec::new(),
        }
    }
}

impl Report {
    /// Moves every row to another line, or to none, as a report within another is.
    pub(crate) fn move_lines(&mut self, to: impl Fn(u64) -> Option<u64>) {
        let row = |line: &mut Option<u64>| *line = line.and_then(&to);
        let tests = self.tests.iter_mut().flat_map(|tests| &mut tests.cases);
        tests.for_each(|case| row(&mut case.line));
        let packages = self.packages.iter_mut().flatten();
        packages.for_each(|package| row(&mut package.line));
        let statements = self.vex.iter_mut().flatten();
        statements.for_each(|statement| row(&mut statement.line));
        let issues = self.issues.iter_mut().flatten();
        issues.for_each(|issue| row(&mut issue.line));
        let scans = self.vulnerabilities.iter_mut();
        for finding in scans.flat_map(|scan| &mut scan.findings) {
            let line = finding.line.and_then(|line| to(line.into()));
            finding.line = line.and_then(|line| u32::try_from(line).ok());
        }
    }
}

/// The tool that wrote a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name, such as `trivy`.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

impl Tool {
    /// A tool by the name and the version that a report gives; none without a name.
    pub(crate) fn named(name: &str, version: &str) -> Option<Self> {
        Some(Self {
            name: some(name, MAX_NAME)?,
            version: some(version, MAX_NAME),
        })
    }
}

/// What a report says that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The name the tool was given; often a reference, sometimes a path.
    pub name: Option<String>,
    /// The manifest digest, where the report names exactly one.
    pub digest: Option<Digest>,
    /// The image's id: its config digest, with most engines.
    pub image_id: Option<Digest>,
    /// The manifest or index digests the engine knew the image by.
    pub repo_digests: Vec<Digest>,
    /// The platform that was looked at.
    pub platform: Option<Platform>,
}

impl Subject {
    /// The subject, if anything is known of it; the sole digest by which it is known names it.
    pub(crate) fn known(mut self) -> Option<Self> {
        if self.digest.is_none() && self.repo_digests.len() == 1 {
            self.digest = self.repo_digests.first().cloned();
        }
        (self != Self::default()).then_some(self)
    }

    /// Adds a digest by which it is known, once.
    pub(crate) fn add(&mut self, digest: Option<Digest>) {
        if let Some(digest) = digest.filter(|digest| !self.repo_digests.contains(digest)) {
            self.repo_digests.push(digest);
        }
    }
}

/// The digest after the `@` of a reference.
pub(crate) fn digest_of(reference: &str) -> Option<Digest> {
    reference.rsplit_once('@')?.1.parse().ok()
}
