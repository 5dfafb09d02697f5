//! Smoke tests and scans.

use super::JobKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Runs an image under a specification.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskSmoke {
    /// The job, named by who starts it.
    pub job: String,
    /// A local image, or one in a registry, which is pulled by its digest first.
    pub image: String,
    /// The specification, in TOML.
    pub spec: String,
    /// Signs the result and attaches it to the image in its registry.
    pub attach: bool,
}

/// How one check of a smoke test went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum SmokeVerdict {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// It could not be found out.
    Errored,
}

/// One check of a smoke test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SmokeCase {
    /// Its name: `exit code is 0`.
    pub name: String,
    /// How it went.
    pub verdict: SmokeVerdict,
    /// Why, a sentence.
    pub reason: String,
    /// How long it took.
    pub seconds: f64,
}

/// What a smoke test came to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Smoked {
    /// The image, `host/repository@digest` where it is known in a registry, else its id.
    pub image: String,
    /// The digest that the result is bound to.
    pub digest: Option<String>,
    /// The checks.
    pub cases: Vec<SmokeCase>,
    /// Whether all passed.
    pub passed: bool,
    /// What it wrote, the last of it.
    pub output: String,
    /// The statement that was attached, by digest.
    pub attached: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

/// A specification to check, before it is run.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SmokeSpecCheck {
    /// What is wrong with it, a sentence with its line.
    pub problem: Option<String>,
    /// What it checks, in words.
    pub checks: Vec<String>,
}

/// A scanner on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ScannerInfo {
    /// `trivy` or `grype`.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Where it is.
    pub path: String,
}

/// Which scanners there are.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Scanners {
    /// Those found.
    pub found: Vec<ScannerInfo>,
    /// How to get one, where there is none.
    pub hint: Option<String>,
}

/// Scans an image.
#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct AskScan {
    /// The job, named by who starts it.
    pub job: String,
    /// A local image or one in a registry.
    pub image: String,
    /// The scanner; the first that is found where none is named.
    pub scanner: Option<String>,
    /// Attaches the report to the image in its registry.
    pub attach: bool,
}

/// What a scan found.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Scanned {
    /// The image.
    pub image: String,
    /// Its digest, where it is known in a registry.
    pub digest: Option<String>,
    /// The scanner, with its version.
    pub scanner: String,
    /// What it found, a sentence.
    pub message: String,
    /// Critical.
    pub critical: u64,
    /// High.
    pub high: u64,
    /// Medium.
    pub medium: u64,
    /// Low.
    pub low: u64,
    /// Unknown.
    pub unknown: u64,
    /// Those with a fix.
    pub fixable: u64,
    /// The report's digest where it was attached.
    pub attached: Option<String>,
}

/// Scans what stands at a stage again.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskScanStage {
    /// The job, named by who starts it.
    pub job: String,
    /// The stage.
    pub stage: String,
    /// The scanner.
    pub scanner: Option<String>,
}

/// What came of scanning a stage again.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StageScanned {
    /// One for each image.
    pub rows: Vec<HealthRow>,
    /// In a sentence.
    pub message: String,
    /// Whether any is worse than before, or could not be scanned.
    pub worse: bool,
}

/// Asks for the health of golden images.
#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct AskHealth {
    /// Part of a repository's name.
    pub text: String,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 60.
    pub limit: u64,
}

/// The health of golden images.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Health {
    /// The worst first.
    pub rows: Vec<HealthRow>,
    /// How many there are.
    pub total: u64,
    /// In a sentence.
    pub message: String,
}

/// How a golden image does today.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HealthRow {
    /// `host/repository`.
    pub repository: String,
    /// The golden tag.
    pub tag: String,
    /// The digest.
    pub digest: String,
    /// Its version.
    pub version: Option<String>,
    /// Its stage.
    pub stage: String,
    /// What the policy says of it today.
    pub verdict: Option<HealthVerdict>,
    /// Why, a sentence.
    pub reason: String,
    /// When its newest scan was made.
    #[ts(type = "string | null")]
    pub scanned: Option<Timestamp>,
    /// Findings of severity Critical.
    pub critical: u64,
    /// Findings of severity High.
    pub high: u64,
    /// Those with a fix.
    pub fixable: u64,
    /// Days left to fix what the policy allows time for; negative is overdue.
    pub days_left: Option<i64>,
    /// Why it could not be told.
    pub problem: Option<String>,
}

/// How a golden image does by the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum HealthVerdict {
    /// It passes.
    Pass,
    /// It passes with warnings.
    Warn,
    /// It would not pass again.
    Fail,
}

/// A kind of job, for those that are listed.
#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct AskJobs {
    /// Only these; nothing is all.
    pub kinds: Vec<JobKind>,
}
