//! The golden catalogue and drift, as screens and scripts see them.

use super::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What to look for in the catalogue.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct GoldenQuery {
    /// Part of a repository, version or title, or the beginning of a digest.
    pub text: Option<String>,
    /// Which ones.
    pub show: GoldenShow,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return, at most 60.
    pub limit: u64,
}

/// Which golden images to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum GoldenShow {
    /// All.
    All,
    /// Promoted, and not revoked.
    Golden,
    /// Adopted, not approved.
    Adopted,
    /// Whose tag names something else, when it was last looked at.
    Drifted,
    /// Revoked, and still the last that was put there.
    Revoked,
}

/// A page of the catalogue.
#[derive(Clone, Debug, Serialize, TS)]
pub struct GoldenPage {
    /// The rows, by repository and tag.
    pub rows: Vec<GoldenRow>,
    /// How many rows there are in all.
    pub total: u64,
    /// How many there are of each kind, whatever is looked for.
    pub counts: GoldenCounts,
}

/// How many there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct GoldenCounts {
    /// All.
    pub all: u64,
    /// Promoted, and not revoked.
    pub golden: u64,
    /// Adopted, not approved.
    pub adopted: u64,
    /// Drifted, when last looked at.
    pub drifted: u64,
    /// Revoked.
    pub revoked: u64,
    /// Whose version and platforms were never read here, so that no search finds them by those.
    pub unread: u64,
}

/// One golden image.
#[derive(Clone, Debug, Serialize, TS)]
pub struct GoldenRow {
    /// `host/repository`.
    pub repository: String,
    /// The tag that says so.
    pub tag: String,
    /// What was put there.
    pub digest: String,
    /// Its version, where it was read and has one.
    pub version: Option<String>,
    /// Its platforms in words; nothing where it was not read yet.
    pub platforms: Option<String>,
    /// Golden, adopted or revoked.
    pub mark: GoldenMark,
    /// Since when; nothing where it was adopted and nobody knew.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// Who promoted, rolled back or adopted it.
    pub by: String,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// Adopted: until when it shall be approved.
    #[ts(type = "string | null")]
    pub grace: Option<Timestamp>,
    /// Whether the tag still names it.
    pub tag_state: TagState,
    /// What the tag names instead.
    pub names_now: Option<String>,
    /// When the tag was last looked at.
    #[ts(type = "string | null")]
    pub looked_at: Option<Timestamp>,
    /// Why the last look failed, where it did.
    pub problem: Option<String>,
    /// The line for a Dockerfile.
    pub from: String,
    /// The entry of the history that says so.
    pub entry: u64,
}

/// What kind of golden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum GoldenMark {
    /// Approved and promoted.
    Golden,
    /// Adopted, not approved.
    Adopted,
    /// Revoked.
    Revoked,
}

/// Whether a tag still names what was put there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum TagState {
    /// It did when it was last looked at.
    AsPlaced,
    /// It names another image.
    Drifted,
    /// It is gone.
    Gone,
    /// It was not looked at since it was placed.
    Unknown,
}

/// Names a tag of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
pub struct GoldenTag {
    /// `host/repository`.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

/// One golden image in full.
#[derive(Clone, Debug, Serialize, TS)]
pub struct GoldenImage {
    /// The row, looked at just now.
    pub row: GoldenRow,
    /// Its title.
    pub title: Option<String>,
    /// Bytes of all that it needs.
    pub size: Option<u64>,
    /// When it was built.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// Its platforms, each with the digest of its manifest.
    pub platforms: Vec<GoldenPlatform>,
    /// Labels of its first platform, at most 60.
    pub labels: BTreeMap<String, String>,
    /// Every tag that was put there with it.
    pub tags: Vec<String>,
    /// Who revoked it, when and why.
    pub revoked: Option<RevokedInfo>,
    /// Drifted: the version of what the tag names now.
    pub now_version: Option<String>,
    /// Why the image could not be read, where it could not.
    pub problem: Option<String>,
}

/// One platform of a golden image.
#[derive(Clone, Debug, Serialize, TS)]
pub struct GoldenPlatform {
    /// `linux/amd64`.
    pub name: String,
    /// Digest of its manifest.
    pub digest: String,
}

/// What a look at every tag found.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DriftReport {
    /// Figures.
    #[serde(flatten)]
    pub counts: DriftCounts,
    /// Tags that name something else, or nothing.
    pub drifted: Vec<DriftRow>,
    /// Tags that could not be looked at.
    pub unknown: Vec<DriftRow>,
}

/// How a look at every tag went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct DriftCounts {
    /// Tags looked at.
    pub tags: u64,
    /// Of those, drifted.
    pub drifted: u64,
    /// Of those, could not be looked at.
    pub unknown: u64,
    /// Changes that were new, and are in the history now.
    pub recorded: u64,
    /// Requests sent to registries.
    pub requests: u64,
}

/// One tag that is not known to be where it was put.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DriftRow {
    /// `host/repository`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The stage it belongs to.
    pub stage: String,
    /// What was put there.
    pub expected: String,
    /// What it names; nothing where it is gone or could not be looked at.
    pub found: Option<String>,
    /// In a sentence.
    pub message: String,
}

/// The golden image of today.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Golden {
    /// Its digest.
    pub digest: String,
    /// Its version, where it has one.
    pub version: Option<String>,
    /// Since when, from its promotion.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// Who promoted it; nothing where no trusted statement says so.
    pub by: Option<Person>,
    /// What else must be known of it, in a sentence: adopted and not approved, or revoked.
    pub note: Option<String>,
}

/// Who took the golden mark from an image, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RevokedInfo {
    /// Who.
    pub by: Person,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Why.
    pub message: String,
    /// Digest of the statement.
    pub statement: String,
}
