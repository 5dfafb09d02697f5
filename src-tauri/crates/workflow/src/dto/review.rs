//! The review page.

use super::{
    CandidateState, Difference, Golden, Person, Plan, RevokedInfo, TalkThread, VexInfo, Via,
    WaiverInfo,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The verdict of all checks together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check passes.
    Pass,
    /// Nothing blocks, something warns.
    Warn,
    /// Something blocks.
    Fail,
}

/// Everything that is known of one candidate at one stage.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Review {
    /// `host/repository@digest`.
    pub image: String,
    /// The registry's host.
    pub host: String,
    /// The repository's name.
    pub repository: String,
    /// The tag it came under.
    pub tag: Option<String>,
    /// The label `org.opencontainers.image.version`, else the tag.
    pub version: Option<String>,
    /// What is reviewed: the digest the tag names.
    pub digest: String,
    /// The stage it is to reach.
    pub stage: String,
    /// `host/repository` that the stage places it in, where that is another.
    pub target: Option<String>,
    /// The stages of its pipeline.
    pub stages: Vec<StageMark>,
    /// Its platforms.
    pub platforms: Vec<String>,
    /// Bytes of all that it needs, each blob once.
    pub size: u64,
    /// When it was built, from its configuration.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// Links to commit, run and ticket: https only.
    pub links: Vec<Link>,
    /// Who asked and why.
    pub request: Option<RequestInfo>,
    /// It is revoked, for good.
    pub revoked: Option<RevokedInfo>,
    /// The tag points elsewhere now, in a sentence.
    pub moved: Option<String>,
    /// The verdict of all checks.
    pub verdict: Verdict,
    /// The checks, failing ones first.
    pub checks: Vec<CheckInfo>,
    /// The evidence, newest first.
    pub evidence: Vec<EvidenceInfo>,
    /// Tests that count, together.
    pub tests: Option<TestCounts>,
    /// Findings that count, together.
    pub vulnerabilities: Option<FindingCounts>,
    /// The golden image of today.
    pub golden: Option<Golden>,
    /// What changed since then.
    pub difference: Difference,
    /// Every decision on this digest at this stage, newest first.
    pub decisions: Vec<DecisionInfo>,
    /// How far it is.
    pub standing: Standing,
    /// What will move, if it is promoted.
    pub plan: Plan,
    /// What the person here may do.
    pub can: Can,
    /// Waivers in force for this image.
    pub waivers: Vec<WaiverInfo>,
    /// What VEX documents say of findings here, each in words.
    pub vex: Vec<VexInfo>,
    /// What was said of it, in threads: open points first.
    pub talk: Vec<TalkThread>,
    /// Requests, evidence and decisions in order, newest first.
    pub activity: Vec<Activity>,
    /// Statements that were found and not believed, in sentences.
    pub distrusted: Vec<String>,
}

/// One stage of the pipeline, as the review page draws it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StageMark {
    /// Its name.
    pub name: String,
    /// `host/repository` that it places its images in.
    pub repository: String,
    /// Whether this digest is there.
    pub state: StageState,
    /// Its tags.
    pub tags: Vec<String>,
}

/// Whether a digest is at a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum StageState {
    /// The stage's tag names this digest.
    Here,
    /// This is the stage under review.
    Next,
    /// Neither.
    Elsewhere,
}

/// A link out of Hallmark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Link {
    /// Commit, difference, run or ticket.
    pub kind: LinkKind,
    /// What to show: "commit e41c9d2".
    pub label: String,
    /// https only.
    pub url: String,
    /// The host it leads to, shown.
    pub host: String,
    /// Who says so: "the request", "a label of the image".
    pub source: String,
}

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// The commit it was built from.
    Commit,
    /// The commits between golden and this one.
    Difference,
    /// The CI run.
    Run,
    /// The ticket.
    Ticket,
}

/// A request for review.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RequestInfo {
    /// Who asked.
    pub by: Person,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Why.
    pub message: String,
    /// Digest of its statement.
    pub statement: String,
}

/// One check.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CheckInfo {
    /// The rule's stable name.
    pub rule: String,
    /// The rule in words.
    pub title: String,
    /// Its verdict.
    pub verdict: CheckVerdict,
    /// Why, as a sentence.
    pub reason: String,
    /// Digests of the evidence it read.
    pub evidence: Vec<String>,
    /// Who vouches for that evidence, in words.
    pub vouched: Vec<String>,
}

/// The verdict of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum CheckVerdict {
    /// It holds.
    Pass,
    /// It does not hold and does not block.
    Warn,
    /// It blocks.
    Fail,
    /// It does not hold and was waived.
    Waived,
}

/// One report that is attached.
#[derive(Clone, Debug, Serialize, TS)]
pub struct EvidenceInfo {
    /// Digest of the report's bytes.
    pub digest: String,
    /// The file's name.
    pub name: String,
    /// `tests`, `vulnerabilities`, …; nothing where it cannot be read.
    pub kind: Option<String>,
    /// `junit`, `trivy-json`, …
    pub format: Option<String>,
    /// The tool with its version.
    pub tool: Option<String>,
    /// The report's own time.
    #[ts(type = "string | null")]
    pub produced_at: Option<Timestamp>,
    /// Bytes.
    pub size: u64,
    /// What it covers: "all platforms", "linux/arm64".
    pub covers: String,
    /// How it was found.
    pub via: Via,
    /// Whether it counts for this digest.
    pub counts: bool,
    /// Why not, where it does not: superseded, another image, unreadable, bad signature.
    pub why_not: Option<String>,
    /// Who vouches for it.
    pub voucher: VoucherInfo,
    /// Its figures in a line: "1 284 passed, 6 skipped".
    pub summary: String,
    /// What the reader warned of.
    pub warnings: Vec<String>,
}

/// Who vouches for a report, and what exactly was verified.
#[derive(Clone, Debug, Serialize, TS)]
pub struct VoucherInfo {
    /// How it stands.
    pub state: VoucherState,
    /// The member.
    pub member: Option<String>,
    /// The key.
    pub key_id: Option<String>,
    /// In words: "signed by ci@payments, key 4f2a…; in no transparency log".
    pub words: String,
    /// When it says it was attached.
    #[ts(type = "string | null")]
    pub at: Option<Timestamp>,
}

/// How a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum VoucherState {
    /// Verified with a member's key.
    Signed,
    /// Signed with a key that no member has.
    UnknownKey,
    /// The signature is wrong.
    BadSignature,
    /// Nobody signed.
    Unsigned,
}

/// A decision.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DecisionInfo {
    /// Approve, request changes, comment or withdraw.
    pub decision: DecisionKind,
    /// Who.
    pub by: Person,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Why.
    pub message: String,
    /// Whether it counts now.
    pub stands: bool,
    /// What became of it: "approval stands, newer scan agrees", "reopened: …".
    pub note: Option<String>,
    /// Who asked and who approved are one person.
    pub self_approval: bool,
    /// Digest of its statement.
    pub statement: String,
    /// How many pieces of evidence it names.
    pub evidence: u64,
}

/// What a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// Yes.
    Approve,
    /// Not like this.
    RequestChanges,
    /// A remark.
    Comment,
    /// Takes back an earlier decision or request of the same author.
    Withdraw,
}

/// How far a candidate is.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Standing {
    /// Where it stands.
    pub state: CandidateState,
    /// Approvals that stand.
    pub approvals: u64,
    /// Approvals the stage asks for.
    pub needed: u64,
    /// Why review is open again, where it is.
    pub reopened: Option<String>,
    /// Who asked for changes, where somebody did.
    pub blocked_by: Option<String>,
}

/// What the person here may do, and if not, why.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Can {
    /// Approve: nothing where it is allowed, else why not.
    pub approve: Option<String>,
    /// Promote: nothing where it is allowed, else why not.
    pub promote: Option<String>,
    /// Request changes or comment: nothing where it is allowed, else why not.
    pub decide: Option<String>,
    /// Waive a finding: nothing where it is allowed, else why not.
    pub waive: Option<String>,
    /// Withdraw the request or an own objection: nothing where it is allowed, else why not.
    pub withdraw: Option<String>,
    /// Whether an approval now would be the last that is needed.
    pub approval_promotes: bool,
}

/// One line of what happened to a candidate.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Activity {
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// The kind of entry.
    pub kind: String,
    /// Who.
    pub by: Option<Person>,
    /// What, in words.
    pub text: String,
    /// Digest of its statement.
    pub statement: Option<String>,
}

/// Tests, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, TS)]
pub struct TestCounts {
    /// All cases.
    pub total: u64,
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Ended in an error.
    pub errored: u64,
    /// Skipped.
    pub skipped: u64,
    /// Seconds.
    pub duration_s: f64,
}

/// Findings, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct FindingCounts {
    /// All findings that are not suppressed.
    pub total: u64,
    /// Critical.
    pub critical: u64,
    /// High.
    pub high: u64,
    /// Medium.
    pub medium: u64,
    /// Low.
    pub low: u64,
    /// Of unknown severity.
    pub unknown: u64,
    /// With a fixed version.
    pub fixable: u64,
    /// Suppressed in the report.
    pub suppressed: u64,
}
