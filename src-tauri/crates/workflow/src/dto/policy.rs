//! The policy: as it is edited, what it comes to, and what it would have said of past reviews.

use super::DraftLine;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A policy as somebody would have it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PolicyDraft {
    /// The text, TOML.
    pub text: String,
    /// The digest of the text that it was changed from; where another is in force, nothing is saved.
    #[serde(default)]
    pub base: Option<String>,
}

/// What a draft comes to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PolicyCheck {
    /// The first thing that is wrong with it.
    pub problem: Option<PolicyProblem>,
    /// Its rules in words, a line each.
    pub words: Vec<String>,
    /// Line by line, what would change.
    pub difference: Vec<DraftLine>,
}

/// What is wrong with a policy, and where.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PolicyProblem {
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1.
    pub column: u64,
    /// What is wrong there.
    pub message: String,
}

/// What a policy would have said of past reviews.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct PolicyTrial {
    /// It would have blocked 3 of the last 40.
    pub sentence: String,
    /// How many reviews it was tried on.
    pub reviews: u64,
    /// How many of them the policy in force would have blocked.
    pub refused_now: u64,
    /// Those that it would have blocked, newest first.
    pub blocked: Vec<TrialReview>,
    /// Those that cannot be read any longer.
    pub unread: Vec<TrialUnread>,
}

/// A past review that a policy would have blocked.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TrialReview {
    /// `host/repository@digest`.
    pub image: String,
    /// `host/repository`.
    pub repository: String,
    /// Its digest.
    pub digest: String,
    /// The tag it came under.
    pub tag: Option<String>,
    /// The stage.
    pub stage: String,
    /// When it was decided on.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What was decided: `approve`, `request-changes` or `promotion`.
    pub kind: String,
    /// What is not met, a sentence each.
    pub because: Vec<String>,
    /// Whether the policy in force would have blocked it too.
    pub refused_now: bool,
}

/// A past review that cannot be read any longer.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TrialUnread {
    /// `host/repository@digest`.
    pub image: String,
    /// Why.
    pub why: String,
}

/// Ticks a manual check.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskTick {
    /// The image.
    pub image: String,
    /// The stage whose policy asks for it; else golden.
    pub stage: Option<String>,
    /// The check's name in the policy.
    pub check: String,
    /// What the person looked at.
    pub note: String,
    /// A file that belongs to it, by its path.
    pub file: Option<String>,
}
