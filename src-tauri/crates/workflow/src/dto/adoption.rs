//! Adoption and revocation, as screens and scripts see them.

use super::RollbackTarget;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Takes over golden tags that are there.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskAdopt {
    /// `HOST` or `HOST/PREFIX`: the repositories to look in.
    pub place: Option<String>,
    /// Or the path of a list with the columns repository, tag, since and by.
    pub csv: Option<String>,
    /// The tag to look for, where a place is named.
    pub tag: String,
    /// `90d`, a day or a moment until when each shall be approved; nothing means 90 days.
    pub grace: Option<String>,
    /// Why.
    pub message: Option<String>,
    /// Change nothing, say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was adopted, or would be.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Adoption {
    /// Figures and a sentence.
    #[serde(flatten)]
    pub summary: AdoptionSummary,
    /// Each tag.
    pub rows: Vec<AdoptRow>,
}

/// An adoption at a glance.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AdoptionSummary {
    /// Nothing was changed.
    pub dry_run: bool,
    /// Nothing was adopted because a line of the list is wrong.
    pub refused: bool,
    /// Until when each shall be approved.
    #[ts(type = "string")]
    pub grace: Timestamp,
    /// How many of each kind.
    pub counts: AdoptCounts,
    /// In a sentence.
    pub message: String,
    /// Digest of the signed list, in a team.
    pub statement: Option<String>,
    /// The list's name in the team's repository.
    pub list: Option<String>,
    /// Requests sent to registries.
    pub requests: u64,
    /// Seconds it took.
    pub seconds: f64,
}

/// How many tags are of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct AdoptCounts {
    /// New, or adopted just now.
    pub new: u64,
    /// In the history already.
    pub already: u64,
    /// There is no such tag.
    pub missing: u64,
    /// The login may not read there.
    pub no_right: u64,
    /// Could not be found out.
    pub failed: u64,
}

/// One tag of an adoption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AdoptRow {
    /// `host/repository`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// What it names.
    pub digest: Option<String>,
    /// What becomes of it.
    pub state: AdoptState,
    /// Why, in a sentence.
    pub reason: Option<String>,
    /// The line of the list.
    pub line: Option<u64>,
}

/// What becomes of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum AdoptState {
    /// It would be adopted.
    New,
    /// It was adopted.
    Adopted,
    /// The history knows what was put there.
    Already,
    /// There is no such tag.
    Missing,
    /// The login may not read there.
    NoRight,
    /// It could not be found out.
    Failed,
}

/// Asks for rows of the adoption that was looked at last.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskAdoptRows {
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 100.
    pub limit: u64,
}

/// Takes the golden mark from an image, for good.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskRevoke {
    /// The image.
    pub image: String,
    /// Why.
    pub message: String,
    /// Change nothing, say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a revocation did or would do.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Revocation {
    /// How it ended.
    pub outcome: RevokeOutcome,
    /// `host/repository@digest`.
    pub image: String,
    /// The digest.
    pub digest: String,
    /// In a sentence.
    pub message: String,
    /// Nothing was changed.
    pub dry_run: bool,
    /// Tags that still name it.
    pub tags: Vec<StillNamed>,
    /// How many known images are built on it.
    pub built_on_total: u64,
    /// Known images that are built on it; the window is given the first fifty.
    pub built_on: Vec<BuiltOnImage>,
    /// Where one can go back to, for each stage whose tag still names it.
    pub way_back: Vec<WayBack>,
    /// What could not be read or written, in sentences.
    pub problems: Vec<String>,
    /// Digest of its statement.
    pub statement: Option<String>,
}

/// How a revocation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum RevokeOutcome {
    /// It is revoked.
    Revoked,
    /// It was already.
    Already,
}

/// A tag that still names a revoked image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct StillNamed {
    /// `host/repository`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The stage it belongs to; nothing where it is of none.
    pub stage: Option<String>,
}

/// An image that is built on a revoked one.
#[derive(Clone, Debug, Serialize, TS)]
pub struct BuiltOnImage {
    /// `host/repository@digest`.
    pub image: String,
    /// Its version, where it was read and has one.
    pub version: Option<String>,
    /// Tags of stages that name it, as far as the history knows.
    pub tags: Vec<String>,
    /// How that was found, in words.
    pub found: String,
}

/// Where a stage can go back to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WayBack {
    /// `host/repository`.
    pub repository: String,
    /// The stage.
    pub stage: String,
    /// The newest image that was there before and may be put back; nothing where there is none.
    pub to: Option<RollbackTarget>,
}
