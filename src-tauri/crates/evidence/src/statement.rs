//! The statement around a report: what it says it is, and the verdict if it is one.

use crate::Shared;
use hallmark_image::Digest;
use jiff::Timestamp;
use serde::Serialize;

/// An in-toto statement, or what a signature is about where there is none.
///
/// Nothing here was verified: who signed it is for others to find out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What it says, by the predicate's type.
    pub predicate_type: Option<Shared>,
    /// The media type of what was signed, in an envelope.
    pub payload_type: Option<Shared>,
    /// How many signatures it carries.
    pub signatures: u64,
    /// The verdict, in a verification summary.
    pub verdict: Option<Verification>,
    /// What a person ticked, in a manual check.
    pub manual: Option<ManualCheck>,
}

/// The predicate type of a check that a person made by hand.
pub const MANUAL_CHECK: &str = "https://hallmark.github.io/predicate/manual-check/v1";

/// A check that a person made by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ManualCheck {
    /// The check's name in the policy.
    pub check: Shared,
    /// What the person wrote.
    pub note: Shared,
    /// The file that belongs to it.
    pub file: Option<ManualFile>,
}

/// The file of a manual check; its bytes stand in the statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ManualFile {
    /// Its name.
    pub name: Shared,
    /// The digest that the statement gives.
    pub digest: Option<Digest>,
}

/// The verdict of a verification summary (slsa.dev/verification_summary).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// `PASSED` or `FAILED`.
    pub result: Option<Shared>,
    /// Who verified.
    pub verifier: Option<Shared>,
    /// What was verified.
    pub resource: Option<Shared>,
    /// By which policy.
    pub policy: Option<Shared>,
    /// What it amounts to, such as `SLSA_BUILD_LEVEL_3`.
    pub levels: Vec<Shared>,
    /// When.
    pub at: Option<Timestamp>,
}
