//! Waivers, and what VEX documents say.

use super::Person;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Accepts one finding until a day.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskWaive {
    /// The image.
    pub image: String,
    /// The finding's id.
    pub finding: String,
    /// The package's name, or its package URL.
    pub package: String,
    /// The day it ends: from its first moment on, UTC, it counts no longer.
    #[ts(type = "string")]
    pub until: Date,
    /// Why.
    pub message: String,
    /// For every image of the repository, not for this one alone.
    pub repository: bool,
}

/// Ends a waiver before its time.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskEndWaiver {
    /// An image that it counts for.
    pub image: String,
    /// The finding's id.
    pub finding: String,
    /// The package, as the waiver names it.
    pub package: String,
    /// Why.
    pub message: String,
}

/// What a waiver counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverReach {
    /// One image.
    Image,
    /// Every image of its repository.
    Repository,
}

/// Where a waiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It counts, and ends within two weeks.
    EndsSoon,
    /// It counts.
    InForce,
    /// Its day has come.
    Ended,
    /// Somebody ended it.
    EndedEarly,
}

/// One waiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct WaiverInfo {
    /// The finding's id.
    pub finding: String,
    /// The package's name, or its package URL.
    pub package: String,
    /// `host/repository@digest` that it was made on.
    pub image: String,
    /// What it counts for.
    pub reach: WaiverReach,
    /// Who waived it.
    pub by: Person,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Why.
    pub message: String,
    /// The day it ends, UTC.
    #[ts(type = "string")]
    pub until: Date,
    /// Where it stands.
    pub state: WaiverState,
    /// Days until it ends; nought once it has.
    pub days_left: u32,
    /// “waived by ines until 24 Dec 2026”.
    pub words: String,
    /// Digest of its statement.
    pub statement: String,
}

/// Every waiver that is known.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Waivers {
    /// Those that end first come first; those that ended last.
    pub waivers: Vec<WaiverInfo>,
    /// What could not be read, in sentences.
    pub problems: Vec<String>,
}

/// What a VEX document says of one finding here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct VexInfo {
    /// The finding's id.
    pub finding: String,
    /// The package's name.
    pub package: String,
    /// “not affected, says vex.json, signed by ci@payments”.
    pub words: String,
    /// Why, in the document's words.
    pub why: Option<String>,
    /// Whether it takes the finding away here.
    pub counts: bool,
    /// Digest of the document.
    pub evidence: String,
}
