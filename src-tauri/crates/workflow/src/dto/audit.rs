//! The history, as screens and scripts see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to look for; every field narrows.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct HistoryQuery {
    /// `host/repository`, or a part of it.
    pub repository: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The digest, or its beginning.
    pub digest: Option<String>,
    /// Who.
    pub actor: Option<String>,
    /// Kinds of entry.
    pub kind: Option<Vec<String>>,
    /// Not before.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// Before.
    #[ts(type = "string | null")]
    pub until: Option<Timestamp>,
    /// Words.
    pub text: Option<String>,
    /// Entries older than this sequence number.
    pub after: Option<u64>,
    /// Entries to return, at most 500.
    pub limit: Option<u64>,
}

/// A page of the history, newest first.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryPage {
    /// The entries.
    pub entries: Vec<HistoryRow>,
    /// What to ask for next; nothing at the end.
    pub next: Option<u64>,
    /// How many match in all, where it was asked for the first page.
    pub total: Option<u64>,
}

/// One entry in a line.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryRow {
    /// Sequence number, from 1.
    pub seq: u64,
    /// When.
    #[ts(type = "string")]
    pub time: Timestamp,
    /// What kind.
    pub kind: String,
    /// Who.
    pub actor: String,
    /// `host/repository`.
    pub repository: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The stage that it is about.
    pub stage: Option<String>,
    /// The digest.
    pub digest: Option<String>,
    /// Why.
    pub message: Option<String>,
    /// Digest of the statement.
    pub statement: Option<String>,
}

/// One entry in full.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryEntry {
    /// The line.
    pub row: HistoryRow,
    /// Facts to show, in order: label and text.
    pub facts: Vec<Fact>,
    /// Proof in words: signature, place in the tree, and when it was checked.
    pub proof: Vec<ProofLine>,
    /// RFC 6962 leaf hash, hexadecimal.
    pub leaf: String,
    /// The exact bytes, as text.
    pub bytes: String,
}

/// A label and its text.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Fact {
    /// The label.
    pub label: String,
    /// The text.
    pub text: String,
    /// Whether it is a digest, to be shown short with copy.
    pub digest: bool,
}

/// One thing that was checked about an entry.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ProofLine {
    /// Whether it held.
    pub ok: bool,
    /// What was checked, in a sentence.
    pub text: String,
}

/// The answer of `history verify`.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryVerification {
    /// Whether everything held.
    pub ok: bool,
    /// Entries checked.
    pub entries: u64,
    /// RFC 6962 root hash, hexadecimal.
    pub root: String,
    /// What did not hold.
    pub problems: Vec<HistoryProblem>,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
}

/// Something in the history that does not hold.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryProblem {
    /// The entry, where it is one.
    pub seq: Option<u64>,
    /// What, in a sentence.
    pub message: String,
}

/// What a rebuild from the registry found.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct Rebuilt {
    /// Repositories looked at.
    pub repositories: u64,
    /// Statements found and believed.
    pub statements: u64,
    /// Of those, new to this machine.
    pub added: u64,
    /// What is missing, forged or cannot be read, in sentences.
    pub problems: Vec<String>,
}

/// How to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// Comma-separated values; formula characters neutralised.
    Csv,
    /// One JSON array.
    Json,
}
