//! The queue: candidates, and how far each is.

use super::{Person, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What waits.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Queue {
    /// What waits for me, oldest first.
    pub waiting: Vec<Candidate>,
    /// What I asked for, and others decide.
    pub mine: Vec<Candidate>,
    /// What was decided of late, newest first.
    pub recent: Vec<Candidate>,
    /// What could not be read, in sentences; the rest stands all the same.
    pub problems: Vec<String>,
    /// When it was read.
    #[ts(type = "string")]
    pub read_at: Timestamp,
}

/// An image that waits for review at a stage, or did.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Candidate {
    /// `host/repository@digest`: what to open.
    pub image: String,
    /// The registry's host.
    pub host: String,
    /// The repository's name.
    pub repository: String,
    /// The tag it was asked for under.
    pub tag: Option<String>,
    /// Its digest.
    pub digest: String,
    /// The stage it is to reach.
    pub stage: String,
    /// `host/repository` of the line that it is on: where images come from.
    pub of: String,
    /// Where it stands.
    pub state: CandidateState,
    /// Who asked; nothing where its tag alone makes it a candidate.
    pub requester: Option<Person>,
    /// Why.
    pub message: Option<String>,
    /// Since when it waits, or when it was decided.
    #[ts(type = "string")]
    pub since: Timestamp,
    /// The checks, as they were last seen on this machine.
    pub checks: Option<ChecksGlance>,
    /// One line for the list: "3 tests fail", "golden since 11 days".
    pub line: String,
}

/// Where a candidate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateState {
    /// Waits for a decision.
    Waiting,
    /// Approved, not promoted.
    Approved,
    /// A reviewer asked for changes.
    ChangesRequested,
    /// At the stage now.
    Promoted,
    /// Was at the stage, then rolled back.
    RolledBack,
    /// Revoked, for good.
    Revoked,
    /// Withdrawn by who asked.
    Withdrawn,
}

/// Checks at a glance.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChecksGlance {
    /// The verdict of all checks.
    pub verdict: Verdict,
    /// In a few words: "4 pass", "3 tests fail".
    pub words: String,
    /// When they were judged.
    #[ts(type = "string")]
    pub at: Timestamp,
}
