//! The small questions of the window: what a command takes.

use super::{OtherWorkspace, Role};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names a candidate.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskReview {
    /// The image.
    pub image: String,
    /// The stage; nothing takes the one it was asked for, else golden.
    pub stage: Option<String>,
}

/// Asks for a piece of a report.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskReport {
    /// `host/repository@digest`.
    pub image: String,
    /// Digest of the report's bytes.
    pub digest: String,
    /// The first line to show, from 1.
    pub line: u64,
}

/// Attaches reports.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskAttach {
    /// The image.
    pub image: String,
    /// Paths of the reports.
    pub files: Vec<String>,
    /// The platform they are about; nothing lets the reports say.
    pub platform: Option<String>,
    /// Why a report that names another image is attached all the same.
    pub because: Option<String>,
}

/// What was attached.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Attached {
    /// `host/repository@digest`.
    pub image: String,
    /// Digest of each report, in the order given.
    pub evidence: Vec<String>,
    /// Digest of each statement.
    pub statements: Vec<String>,
    /// What to know, in sentences.
    pub warnings: Vec<String>,
}

/// Asks for review.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskRequest {
    /// The image.
    pub image: String,
    /// The stage it is to reach.
    pub stage: String,
    /// Why.
    pub message: String,
    /// https link to the CI run.
    pub run: Option<String>,
    /// https link to the ticket.
    pub ticket: Option<String>,
    /// The image this one takes the place of.
    pub supersedes: Option<String>,
}

/// A review was asked for.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Requested {
    /// `host/repository@digest`.
    pub image: String,
    /// The digest.
    pub digest: String,
    /// The stage.
    pub stage: String,
    /// Digest of its statement.
    pub statement: String,
    /// The request's tag in the workspace repository, in a team.
    pub tag: Option<String>,
}

/// Promotes what is approved.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskPromote {
    /// The image.
    pub image: String,
    /// The stage.
    pub stage: String,
    /// Change nothing, say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// Names a repository's stage.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskStage {
    /// `host/repository`.
    pub repository: String,
    /// The stage.
    pub stage: String,
}

/// Rolls a stage back.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskRollback {
    /// `host/repository`.
    pub repository: String,
    /// The stage.
    pub stage: String,
    /// The digest to go back to; nothing takes the one before.
    pub to: Option<String>,
    /// Why.
    pub message: String,
    /// Change nothing, say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// Makes a team's workspace.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskInit {
    /// `host/repository` that will hold it.
    pub repository: String,
    /// Its name.
    pub name: Option<String>,
}

/// Joins a team's workspace.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskJoin {
    /// `host/repository`, with a digest to pin what is trusted.
    pub reference: String,
}

/// A team's workspace, joined or shown.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Team {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `host/repository`.
    pub repository: String,
    /// The document's digest.
    pub digest: String,
    /// The document's version.
    pub version: u64,
    /// Who signed it, and with which key.
    pub signed_by: String,
    /// The key that signed it.
    pub key_id: String,
    /// Members.
    pub members: Vec<super::Member>,
    /// What to know, in sentences.
    pub warnings: Vec<String>,
}

/// Adds a member.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskMember {
    /// The name.
    pub name: String,
    /// The public key, PEM.
    pub key: String,
    /// Roles.
    pub roles: Vec<Role>,
}

/// The rules as text.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PolicyText {
    /// TOML.
    pub text: String,
    /// Where it comes from: a file, or the workspace document.
    pub source: String,
    /// SHA-256 of the text.
    pub digest: String,
    /// The rules in words, a line each.
    pub words: Vec<String>,
    /// Why this person may not change it, where that is so.
    pub read_only: Option<String>,
}

/// Exports the history.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskExport {
    /// How.
    pub format: super::ExportFormat,
    /// Where to; nothing asks with a dialog.
    pub file: Option<String>,
    /// What.
    pub query: super::HistoryQuery,
}

/// A file was written.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Exported {
    /// Where to; nothing where the dialog was closed.
    pub file: Option<String>,
    /// Entries written.
    pub entries: u64,
}

/// Switches to another workspace, or makes one.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskSwitch {
    /// Its folder; nothing asks with a dialog.
    pub home: Option<String>,
}

/// Progress of long work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Progress {
    /// What is being done, in words: "Moving golden".
    pub step: String,
    /// Steps, entries or bytes done.
    pub done: u64,
    /// Of how many; nothing where nobody knows.
    pub total: Option<u64>,
}

/// Workspaces known on this machine.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Workspaces {
    /// All but the open one.
    pub others: Vec<OtherWorkspace>,
}

/// Where a request stands: the answer CI waits for.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RequestStatus {
    /// `host/repository@digest`.
    pub image: String,
    /// The digest.
    pub digest: String,
    /// The stage.
    pub stage: String,
    /// Where it stands.
    pub state: super::CandidateState,
    /// The verdict of all checks.
    pub verdict: super::Verdict,
    /// Approvals that stand.
    pub approvals: u64,
    /// Approvals the stage asks for.
    pub needed: u64,
    /// In a sentence.
    pub message: String,
}

/// The two halves of who signs here, the public one shown.
#[derive(Clone, Debug, Serialize, TS)]
pub struct KeyInfo {
    /// The name.
    pub name: String,
    /// SHA-256 of the public key (SPKI, DER), hexadecimal.
    pub key_id: String,
    /// The public key, PEM.
    pub public_key: String,
    /// Where the private key lives, in words.
    pub place: String,
}
