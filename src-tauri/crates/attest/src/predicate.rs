//! The predicates Hallmark writes: what each kind of signed statement says.
//!
//! Evidence, decisions and promotions use the standard predicates of their kinds, so that
//! other tools understand them; what those have no field for stands under `hallmark_…`,
//! which their parsing rules tell every consumer to pass over. The rest are Hallmark's own,
//! versioned, each with a JSON Schema under `schemas/`.

mod after;
mod reference;
mod talk;
mod waiver;

pub use after::{ADOPTION, Adopted, Adoption, BuiltOn, BuiltOnFound, REVOCATION, Revocation};
pub use reference::{Attester, REFERENCE, Reference, Referred};
pub use talk::{Talk, TalkOn};
pub use waiver::{
    OPENVEX, OPENVEX_CONTEXT, VexEvidence, WAIVER, Waiver, WaiverDocument, WaiverScope,
};

use hallmark_image::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// in-toto test result v0.1.
pub const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// in-toto vulnerability scan v0.2.
pub const VULNS: &str = "https://in-toto.io/attestation/vulns/v0.2";
/// SLSA verification summary v1.
pub const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";
/// A check that a person ticked.
pub const MANUAL_CHECK: &str = "https://hallmark.github.io/predicate/manual-check/v1";
/// A request for review.
pub const REQUEST: &str = "https://hallmark.github.io/predicate/request/v1";
/// Where a request stands, as its tag in the workspace repository says.
pub const REQUEST_STATE: &str = "https://hallmark.github.io/predicate/request-state/v1";
/// A decision.
pub const DECISION: &str = "https://hallmark.github.io/predicate/decision/v1";
/// A promotion.
pub const PROMOTION: &str = "https://hallmark.github.io/predicate/promotion/v1";
/// A rollback.
pub const ROLLBACK: &str = "https://hallmark.github.io/predicate/rollback/v1";
/// The workspace document.
pub const WORKSPACE: &str = "https://hallmark.github.io/predicate/workspace/v1";

/// The `verifier.id` of our summaries; consumers pin the pair of it and the signing key.
pub const VERIFIER_ID: &str = "https://hallmark.github.io/verifier/v1";

/// Whose act a statement is, and which of theirs came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The workspace's identifier.
    pub workspace: String,
    /// The author's name, as the workspace knows them.
    pub author: String,
    /// When.
    pub time: Timestamp,
    /// Digest of the same author's statement before this one, so that a missing one is noticed.
    pub previous: Option<Digest>,
}

/// What Hallmark adds to a standard predicate of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// The report itself, attached beside the statement with its exact bytes.
    pub report: ReportRef,
    /// The platform it is about; nothing means all of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Why a report that names another image was attached all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A report's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportRef {
    /// Digest of the bytes.
    pub digest: Digest,
    /// Media type they are attached under.
    pub media_type: String,
    /// The file's name.
    pub name: String,
    /// How many bytes.
    pub size: u64,
}

/// `test-result/v0.1`, with our extension.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// `PASSED`, `WARNED` or `FAILED`.
    pub result: String,
    /// What was run, with the report as its one descriptor.
    pub configuration: Vec<Value>,
    /// Names of failed tests, the first thousand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_tests: Vec<String>,
    /// Ours.
    #[serde(rename = "hallmark_evidence")]
    pub evidence: Evidence,
}

/// A check that a person ticked, with our extension.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManualCheck {
    /// The check's name in the policy.
    pub check: String,
    /// What the person looked at.
    pub note: String,
    /// Ours.
    #[serde(rename = "hallmark_evidence")]
    pub evidence: Evidence,
}

/// `vulns/v0.2`, with our extension.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vulns {
    /// The scanner and what it found.
    pub scanner: Scanner,
    /// When it scanned.
    pub metadata: ScanMetadata,
    /// Ours.
    #[serde(rename = "hallmark_evidence")]
    pub evidence: Evidence,
}

/// The scanner of [`Vulns`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scanner {
    /// Its name, as a URI.
    pub uri: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it found, the first thousand, worst first.
    pub result: Vec<ScanResult>,
}

/// One finding of [`Scanner`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScanResult {
    /// `CVE-2026-20771`.
    pub id: String,
    /// Severity by the scanner's own scale.
    pub severity: Vec<ScanSeverity>,
}

/// A severity of [`ScanResult`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScanSeverity {
    /// Which scale: the scanner's.
    pub method: String,
    /// The value on it.
    pub score: String,
}

/// When a scan ran.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanMetadata {
    /// Began; the report's own time.
    pub scan_started_on: Timestamp,
    /// Ended; the report's own time.
    pub scan_finished_on: Timestamp,
}

/// A request for review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// `host/repository`.
    pub repository: String,
    /// The tag it was asked for under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The digest.
    pub digest: Digest,
    /// The stage it is to reach.
    pub stage: String,
    /// Why.
    pub message: String,
    /// https link to the CI run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// https link to the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Digest of the image this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Digest>,
}

/// What a request's tag says: the request, and where it stands.
///
/// It is rewritten as the request moves on, so it is no part of anybody's chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestState {
    /// The workspace's identifier.
    pub workspace: String,
    /// `waiting`, `approved`, `changes-requested`, `promoted`, `rolled-back`, `revoked` or `withdrawn`.
    pub state: String,
    /// Since when.
    pub time: Timestamp,
    /// Digest of the statement that brought it there.
    pub statement: Digest,
    /// Who asked; nothing where a decision came without a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// When they asked.
    pub requested_at: Timestamp,
    /// `host/repository`.
    pub repository: String,
    /// The tag it was asked for under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The digest.
    pub digest: Digest,
    /// The stage.
    pub stage: String,
    /// Why it was asked for.
    pub message: String,
}

/// What a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Yes.
    Approve,
    /// Not like this.
    RequestChanges,
    /// A remark.
    Comment,
    /// Takes back the author's request, approval or objection.
    Withdraw,
}

/// A decision by one person, on one digest, for one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// `host/repository`.
    pub repository: String,
    /// The tag it came under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The digest.
    pub digest: Digest,
    /// The stage.
    pub stage: String,
    /// What it says.
    pub decision: Choice,
    /// Why.
    pub message: String,
    /// The rules it was judged by.
    pub policy: PolicyRef,
    /// The verdict of all checks: `pass`, `warn` or `fail`.
    pub verdict: String,
    /// Digest of every report that was before the person.
    pub evidence: Vec<Digest>,
    /// Digest of every statement that was before the person.
    pub statements: Vec<Digest>,
    /// What the stage's first tag named; nothing where there was none.
    pub golden: Option<Digest>,
    /// Who asked and who decided are one person.
    #[serde(default)]
    pub self_approval: bool,
    /// Where a comment stands in the talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk: Option<Talk>,
}

/// The rules that were in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// A name for people.
    pub name: String,
    /// SHA-256 of the text.
    pub digest: Digest,
}

/// A tag's move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The tag.
    pub tag: String,
    /// Where it pointed; nothing where it is new.
    pub from: Option<Digest>,
    /// Where it points.
    pub to: Digest,
}

/// A promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Promotion {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// The intent it fulfils; one intent has at the most one promotion.
    pub intent: String,
    /// `host/repository` of the tags.
    pub repository: String,
    /// `host/repository` that the image was copied from, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The digest.
    pub digest: Digest,
    /// The stage.
    pub stage: String,
    /// Each tag's move.
    pub tags: Vec<Moved>,
    /// Tags that keep the old and the new digest alive.
    pub pins: Vec<String>,
    /// The rules it was judged by.
    pub policy: PolicyRef,
    /// Digest of every report that was read.
    pub evidence: Vec<Digest>,
    /// Digest of every approval it stands on.
    pub decisions: Vec<Digest>,
}

/// A rollback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rollback {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// The intent it fulfils.
    pub intent: String,
    /// `host/repository`.
    pub repository: String,
    /// The stage.
    pub stage: String,
    /// The digest that was taken down.
    pub from: Digest,
    /// The earlier digest that was put back.
    pub to: Digest,
    /// Each tag's move.
    pub tags: Vec<Moved>,
    /// Tags that keep both digests alive.
    pub pins: Vec<String>,
    /// Why.
    pub message: String,
}

/// A member, as the workspace document names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The public key, PEM.
    pub key: String,
    /// `owner`, `approver`, `requester`, `auditor`, `ci`.
    pub roles: Vec<String>,
}

/// The workspace document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// Its name.
    pub name: String,
    /// Counts up from 1.
    pub version: u64,
    /// Digest of the manifest of the version before; nothing in version 1.
    pub replaces: Option<Digest>,
    /// Members.
    pub members: Vec<Member>,
    /// The rules, TOML.
    pub policy: String,
    /// Pipelines, TOML; empty means the default pipeline everywhere.
    pub pipelines: String,
}

/// `verification_summary/v1`, with the author's chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Who verified.
    pub verifier: Verifier,
    /// When.
    pub time_verified: Timestamp,
    /// The image: `host/repository@digest`.
    pub resource_uri: String,
    /// The rules.
    pub policy: SummaryPolicy,
    /// Everything that was read, by digest.
    pub input_attestations: Vec<SummaryInput>,
    /// `PASSED` or `FAILED`.
    pub verification_result: String,
    /// Our own values: `HALLMARK_STAGE_GOLDEN`.
    pub verified_levels: Vec<String>,
    /// Ours.
    #[serde(rename = "hallmark_origin")]
    pub origin: Origin,
}

/// The verifier of a [`Summary`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verifier {
    /// [`VERIFIER_ID`].
    pub id: String,
}

/// The policy of a [`Summary`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SummaryPolicy {
    /// A name for it, as a URI.
    pub uri: String,
    /// Its digest, algorithm to hexadecimal.
    pub digest: std::collections::BTreeMap<String, String>,
}

/// An input of a [`Summary`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SummaryInput {
    /// Its digest, algorithm to hexadecimal.
    pub digest: std::collections::BTreeMap<String, String>,
}
