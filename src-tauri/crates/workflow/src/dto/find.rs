//! Finding images by a package or a vulnerability, as screens and scripts see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to look for.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskFind {
    /// A package, or a vulnerability.
    pub kind: FindKind,
    /// `openssl`, `openssl@3.0.17`, a package URL, `CVE-2026-20771`; a `*` at the end of a name or
    /// version finds what begins so.
    pub text: String,
    /// Only packages of this sort, such as `deb`.
    pub ecosystem: Option<String>,
    /// Images to pass over.
    pub offset: u64,
    /// Images to return, at most 60.
    pub limit: u64,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum FindKind {
    /// A package, in bills of materials.
    Package,
    /// A vulnerability, in scans.
    Cve,
}

/// Asks for the evidence to be read.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct AskFindRefresh {
    /// All of it again, not only what was never read or is out of date.
    pub all: bool,
}

/// The images that have it, as far as they were read.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Found {
    /// In a sentence.
    pub message: String,
    /// The images, golden ones first.
    pub images: Vec<FoundImage>,
    /// How many there are in all.
    pub total: u64,
    /// Where nothing was found: names that begin so.
    pub near: Vec<String>,
    /// What the answer rests on, and what it does not cover.
    pub coverage: FindCoverage,
}

/// One image that has it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FoundImage {
    /// `host/repository@digest`.
    pub image: String,
    /// `host/repository`.
    pub repository: String,
    /// Its digest.
    pub digest: String,
    /// Its version.
    pub version: Option<String>,
    /// Where it stands.
    pub places: Vec<FoundPlace>,
    /// What of it was found, at most 6 lines.
    pub lines: Vec<FoundLine>,
    /// How many lines there are in all.
    pub lines_total: u64,
    /// What waits in its repository, and whether that has it too.
    pub candidates: Vec<FoundCandidate>,
    /// When its evidence was read.
    #[ts(type = "string")]
    pub read_at: Timestamp,
}

/// One stage that an image stands at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FoundPlace {
    /// The stage.
    pub stage: String,
    /// The tag.
    pub tag: String,
    /// Since when; nothing where it was adopted and nobody knew.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// Whether it is adopted, not approved.
    pub adopted: bool,
    /// Whether it is revoked.
    pub revoked: bool,
}

/// One package, or one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FoundLine {
    /// The vulnerability, where that is what was looked for.
    pub id: Option<String>,
    /// The package.
    pub package: String,
    /// The installed version.
    pub installed: String,
    /// The version that fixes it.
    pub fixed: Option<String>,
    /// `critical`, `high`, `medium`, `low` or `unknown`.
    pub severity: Option<String>,
    /// The sort of package, where it is known.
    pub ecosystem: Option<String>,
    /// Set aside in the scan itself.
    pub suppressed: bool,
    /// Platforms, in words.
    pub platforms: String,
    /// Digest of the report.
    pub evidence: String,
}

/// What a candidate has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum FoundState {
    /// It has it too.
    Has,
    /// Its evidence was read, and it is not in it.
    HasNot,
    /// It has no evidence that could say so.
    Unknown,
}

/// What waits in the repository of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FoundCandidate {
    /// `host/repository@digest`.
    pub image: String,
    /// The tag it came under.
    pub tag: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The stage it waits for.
    pub stage: String,
    /// Whether it has it too.
    pub state: FoundState,
    /// The versions of the package that it has instead.
    pub installed: Vec<String>,
    /// In a sentence.
    pub words: String,
}

/// How much is known of what stands at a stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct FindCoverage {
    /// Images that stand at a stage.
    pub images: u64,
    /// Of those, golden.
    pub golden: u64,
    /// Of those, whose evidence was read.
    pub read: u64,
    /// The oldest of these reads.
    #[ts(type = "string | null")]
    pub as_of: Option<Timestamp>,
    /// Images without a bill of materials that counts for every platform.
    pub without_sbom: u64,
    /// Images without a scan that counts for every platform.
    pub without_scan: u64,
    /// Which images lack what, at most 60.
    pub gaps: Vec<FindGap>,
}

/// An image that an answer does not cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FindGap {
    /// `host/repository@digest`.
    pub image: String,
    /// Where it stands: `golden`, `qa`.
    pub stages: Vec<String>,
    /// It has no bill of materials that counts for every platform.
    pub sbom: bool,
    /// It has no scan that counts for every platform.
    pub scan: bool,
    /// Why, in a sentence.
    pub why: String,
}
