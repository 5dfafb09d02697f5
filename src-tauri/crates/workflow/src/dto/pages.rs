//! Pages of a review: test cases, findings, and a report's own text.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for a page of test cases.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct TestsQuery {
    /// `host/repository@digest`.
    pub image: String,
    /// Only these.
    pub show: TestsShow,
    /// Part of a name.
    pub text: Option<String>,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 60.
    pub limit: u64,
    /// In which order.
    #[serde(default)]
    pub sort: TestsSort,
}

/// The order of test cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum TestsSort {
    /// Failed first, then by suite and name.
    #[default]
    Result,
    /// By suite and name.
    Name,
    /// The slowest first.
    Slowest,
}

/// Which test cases to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum TestsShow {
    /// All.
    All,
    /// Failed and errored.
    Failed,
    /// Skipped.
    Skipped,
    /// Passed.
    Passed,
}

/// A page of test cases.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TestsPage {
    /// The rows: failed first, then errored, skipped, passed; by suite and name.
    pub rows: Vec<TestRow>,
    /// How many rows there are in all.
    pub total: u64,
}

/// One test case; in a page, long texts are cut.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TestRow {
    /// `passed`, `failed`, `errored` or `skipped`.
    pub verdict: String,
    /// Suite.
    pub suite: String,
    /// Class and name.
    pub name: String,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// The failure's message.
    pub message: Option<String>,
    /// The failure's text, cut where it is long; only in a row that is asked for by itself.
    pub detail: Option<String>,
    /// Digest of the report.
    pub evidence: String,
    /// Line in the report.
    pub line: Option<u64>,
}

/// Asks for a page of findings.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct FindingsQuery {
    /// `host/repository@digest`.
    pub image: String,
    /// Which ones.
    pub show: FindingsShow,
    /// Part of an identifier, package or title.
    pub text: Option<String>,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 60.
    pub limit: u64,
    /// In which order.
    #[serde(default)]
    pub sort: FindingsSort,
}

/// The order of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum FindingsSort {
    /// The worst first.
    #[default]
    Worst,
    /// By identifier.
    Id,
    /// By package.
    Package,
}

/// Which findings to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum FindingsShow {
    /// All in this image.
    All,
    /// Those with a fix.
    Fixable,
}

/// A page of findings.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FindingsPage {
    /// The rows, worst first.
    pub rows: Vec<FindingRow>,
    /// How many rows there are in all.
    pub total: u64,
}

/// One finding; in a page, very long texts are cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct FindingRow {
    /// `critical`, `high`, `medium`, `low` or `unknown`.
    pub severity: String,
    /// `CVE-2026-20771`.
    pub id: String,
    /// Package.
    pub package: String,
    /// Installed version.
    pub installed: String,
    /// First version with the fix.
    pub fixed: Option<String>,
    /// What it is, in a line.
    pub title: Option<String>,
    /// What the scanner's author says of the status, e.g. `will_not_fix`.
    pub status: Option<String>,
    /// https link to the advisory.
    pub url: Option<String>,
    /// Platforms it was found on.
    pub platforms: Vec<String>,
    /// Suppressed in the report itself.
    pub suppressed: bool,
    /// Digests of the reports.
    pub evidence: Vec<String>,
    /// The line where it begins in each of them, from 1, where that is known.
    pub lines: Vec<Option<u32>>,
}

/// A piece of a report as text.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ReportText {
    /// The text.
    pub text: String,
    /// First line's number.
    pub first_line: u64,
    /// Lines in all.
    pub lines: u64,
}
