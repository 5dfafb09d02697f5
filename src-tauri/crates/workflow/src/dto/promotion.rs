//! What a promotion will do, and what it did.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What will move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Plan {
    /// Each tag, from where to where.
    pub tags: Vec<TagMove>,
    /// In a sentence: "golden moves from 31d0… (2.8.0) to 7c1e… (2.8.1). The old one stays pinned."
    pub sentence: String,
}

/// One tag's move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TagMove {
    /// The tag.
    pub tag: String,
    /// Where it points now; nothing where there is none yet.
    pub from: Option<String>,
    /// Where it will point.
    pub to: String,
}

/// What a promotion, a rollback or a dry run did or would do.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Promotion {
    /// How it ended.
    pub outcome: Outcome,
    /// `host/repository`: where the tags are.
    pub repository: String,
    /// `host/repository` that the image came from, where that is another.
    pub source: Option<String>,
    /// The stage.
    pub stage: String,
    /// The digest that was to be placed.
    pub digest: String,
    /// Where the stage's first tag pointed before.
    pub previous: Option<String>,
    /// The stage's tags, which point at the digest now.
    pub tags: Vec<String>,
    /// Each tag's move.
    pub moves: Vec<TagMove>,
    /// The pins that keep both digests alive.
    pub pins: Vec<String>,
    /// Manifests and blobs copied.
    pub copied: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// Bytes that the registry had and gave the repository, without sending.
    pub mounted: u64,
    /// What was attached before and is not now.
    pub missing: Vec<String>,
    /// Requests sent to registries.
    pub requests: u64,
    /// Seconds it took.
    pub seconds: f64,
    /// Nothing was changed.
    pub dry_run: bool,
    /// Why it was refused or where it conflicts; else what it did, in a sentence.
    pub message: String,
    /// Digest of its statement.
    pub statement: Option<String>,
}

/// How a promotion ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The tags point at the digest.
    Promoted,
    /// They did already.
    Already,
    /// Some do and some do not.
    Partial,
    /// A tag was not where it was expected.
    Conflict,
    /// A rule said no.
    Refused,
}

/// A decision was recorded.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Decided {
    /// Digest of its statement.
    pub statement: String,
    /// `host/repository@digest`.
    pub image: String,
    /// The stage.
    pub stage: String,
    /// In a sentence.
    pub message: String,
    /// The promotion that followed, where it was the last approval and was asked for.
    pub promotion: Option<Promotion>,
}

/// A decision to record.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct Decide {
    /// The image.
    pub image: String,
    /// The stage.
    pub stage: String,
    /// Why.
    pub message: String,
    /// Evidence the person had before them, by digest; nothing takes all that is attached now.
    pub seen: Option<Vec<String>>,
    /// What the golden tag was seen to name, where it was seen.
    pub seen_golden: Option<String>,
    /// Promote, where this is the last approval needed.
    #[serde(default)]
    pub promote: bool,
}

/// A cut-off promotion and what became of it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Settled {
    /// `host/repository`.
    pub repository: String,
    /// The stage.
    pub stage: String,
    /// The digest that was to be placed.
    pub digest: String,
    /// Recorded, undone, offered again or in conflict.
    pub outcome: SettleOutcome,
    /// In a sentence.
    pub message: String,
}

/// What became of a cut-off promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum SettleOutcome {
    /// The tags had moved: it is recorded.
    Recorded,
    /// No tag had moved: nothing happened, it may be done again.
    NotDone,
    /// Some tags had moved and some had not: it is recorded, and may be done again.
    Partial,
    /// A tag points to a third image: a person has to look.
    Conflict,
    /// It cannot be read, or its registry cannot be asked: it stays open.
    Waits,
}

/// A digest to which a stage may be rolled back.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RollbackTarget {
    /// The digest.
    pub digest: String,
    /// Its version, where it has one.
    pub version: Option<String>,
    /// When it was promoted.
    #[ts(type = "string")]
    pub promoted_at: Timestamp,
    /// By whom.
    pub by: String,
}

/// The answer of `verify`.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Verification {
    /// Whether this digest is at the stage, by trusted signatures alone.
    pub golden: bool,
    /// `host/repository@digest`.
    pub image: String,
    /// The digest.
    pub digest: String,
    /// The stage.
    pub stage: String,
    /// Why, in a sentence.
    pub reason: String,
    /// Who promoted it.
    pub promoted_by: Option<String>,
    /// With which key.
    pub key_id: Option<String>,
    /// When.
    #[ts(type = "string | null")]
    pub promoted_at: Option<Timestamp>,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// Digests of the statements that were verified.
    pub statements: Vec<String>,
    /// Statements that were found and not believed, in sentences.
    pub distrusted: Vec<String>,
}
