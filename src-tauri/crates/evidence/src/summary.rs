//! The object that `evidence parse --json` prints for one file (design.md, the contract).
//!
//! Names and order of the members are the contract's; nothing is added to them here.

use crate::{Format, Kind, ParseError, Report, Subject, TestSummary, Tool, VulnSummary};
use hallmark_image::Digest;
use jiff::Timestamp;
use serde::Serialize;

/// One file's line of `evidence parse --json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The file, as it was named.
    pub file: String,
    /// The format, where it was recognised.
    pub format: Option<Format>,
    /// The kind, where it is known.
    pub kind: Option<Kind>,
    /// The tool that wrote it.
    pub tool: Option<Tool>,
    /// What it is about.
    pub subject: Option<SummarySubject>,
    /// When it was made, to the second.
    pub produced_at: Option<Timestamp>,
    /// The figures of a test report.
    pub tests: Option<TestSummary>,
    /// The figures of a scan.
    pub vulnerabilities: Option<VulnSummary>,
    /// The figures of an SBOM.
    pub packages: Option<Packages>,
    /// What to know before trusting the figures.
    pub warnings: Vec<String>,
    /// Why it could not be read.
    pub error: Option<String>,
}

/// What a report is about, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SummarySubject {
    /// Its name.
    pub name: Option<String>,
    /// Its manifest digest.
    pub digest: Option<Digest>,
}

/// The figures of an SBOM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Packages {
    /// All components, nested ones counted, CycloneDX's `metadata.component` not.
    pub total: u64,
}

/// The contract's object for one file, read or not.
pub fn summary(file: &str, parsed: &Result<Report, ParseError>) -> Summary {
    match parsed {
        Ok(report) => of_report(file, report),
        Err(error) => of_error(file, error),
    }
}

fn of_report(file: &str, report: &Report) -> Summary {
    Summary {
        file: file.to_owned(),
        format: Some(report.format),
        kind: Some(report.kind),
        tool: report.tool.clone(),
        subject: report.subject.as_ref().map(in_short),
        produced_at: report.produced_at.map(to_the_second),
        tests: report.tests.as_ref().map(|tests| tests.summary),
        vulnerabilities: report.vulnerabilities.as_ref().map(|scan| scan.summary),
        packages: report.packages.as_ref().map(|all| Packages {
            total: all.len() as u64,
        }),
        warnings: report.warnings.clone(),
        error: None,
    }
}

fn of_error(file: &str, error: &ParseError) -> Summary {
    Summary {
        file: file.to_owned(),
        format: error.format,
        kind: error.format.and_then(Format::kind),
        tool: None,
        subject: None,
        produced_at: None,
        tests: None,
        vulnerabilities: None,
        packages: None,
        warnings: Vec::new(),
        error: Some(error.to_string()),
    }
}

fn in_short(subject: &Subject) -> SummarySubject {
    SummarySubject {
        name: subject.name.clone(),
        digest: subject.digest.clone(),
    }
}

/// Without the fraction, as the contract shows times.
fn to_the_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
