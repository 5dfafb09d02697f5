//! Several candidates at once.

use crate::error::Code;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Approves several candidates with one reason.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskApproveMany {
    /// The candidates, each with what was seen of it.
    pub candidates: Vec<ManyOne>,
    /// Why: it stands on each approval.
    pub message: String,
}

/// One of several candidates.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ManyOne {
    /// `host/repository@digest`.
    pub image: String,
    /// The stage.
    pub stage: String,
    /// Digest of each report that was seen.
    pub seen: Vec<String>,
    /// What the stage's tag was seen to name.
    pub seen_golden: Option<String>,
}

/// What became of them.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ManyApproved {
    /// How many were approved.
    pub approved: u64,
    /// How many failed, before or after their approval.
    pub failed: u64,
    /// Each, in the order given.
    pub done: Vec<ManyDone>,
}

/// What became of one.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ManyDone {
    /// `host/repository@digest`.
    pub image: String,
    /// The stage.
    pub stage: String,
    /// Whether it is approved.
    pub approved: bool,
    /// In a sentence.
    pub message: String,
    /// Why it failed.
    pub failure: Option<Code>,
}

/// What waits, by what its images have in common.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Groups {
    /// Candidates with the same cause, the largest group first.
    pub groups: Vec<Group>,
    /// Those with a cause of their own.
    pub alone: Vec<GroupMember>,
    /// What could not be read, in sentences.
    pub problems: Vec<String>,
}

/// Candidates with the same cause.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Group {
    /// The cause, in words.
    pub title: String,
    /// Findings that are fixed in each: `CVE-2026-1 in zlib1g`.
    pub fixed: Vec<String>,
    /// Findings that are new in each.
    pub new: Vec<String>,
    /// The candidates, in the order in which they wait.
    pub members: Vec<GroupMember>,
}

/// One candidate beside others.
#[derive(Clone, Debug, Serialize, TS)]
pub struct GroupMember {
    /// `host/repository@digest`.
    pub image: String,
    /// The repository's name.
    pub repository: String,
    /// The tag it came under.
    pub tag: Option<String>,
    /// The stage.
    pub stage: String,
    /// The verdict of all checks.
    pub verdict: super::Verdict,
    /// The checks in a few words.
    pub checks: String,
    /// Why it cannot be approved among others; nothing where it can.
    pub why_not: Option<String>,
    /// Findings that are fixed here and not in each of the group.
    pub fixed: Vec<String>,
    /// Findings that are new here and not in each of the group.
    pub new: Vec<String>,
    /// Digest of each report that was read.
    pub seen: Vec<String>,
    /// What the stage's tag names.
    pub seen_golden: Option<String>,
}
