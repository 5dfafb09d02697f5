//! Dockerfiles, builds and the jobs that run at the engine.

use super::{LayerRow, NameValue, PushTarget, SmokeCase};
use crate::error::Error;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A Dockerfile to read, or to write.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskDockerfile {
    /// The file.
    pub path: String,
}

/// A Dockerfile as it is on disk.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DockerfileText {
    /// The file.
    pub path: String,
    /// Its text; nothing where there is no such file yet.
    pub text: Option<String>,
    /// The digest of its bytes, for saving it.
    pub digest: Option<String>,
}

/// Saves a Dockerfile.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SaveDockerfile {
    /// The file.
    pub path: String,
    /// The new text.
    pub text: String,
    /// The digest it was read with; where the file is another by now, nothing is written.
    pub digest: Option<String>,
}

/// A text to check.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DockerfileDraft {
    /// The text.
    pub text: String,
    /// Whether labels come with the build.
    pub labelled: bool,
}

/// What makes an image of this Dockerfile fail review.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DockerfileCheck {
    /// By line.
    pub findings: Vec<DockerfileFinding>,
    /// Its stages in order.
    pub stages: Vec<DockerfileStage>,
    /// The build arguments it declares.
    pub arguments: Vec<String>,
}

/// One finding in a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DockerfileFinding {
    /// The line, from 1.
    pub line: u64,
    /// The rule's name.
    pub rule: String,
    /// Whether review fails by it; else it is advice.
    pub fails_review: bool,
    /// What is wrong, a sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// One stage of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DockerfileStage {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What it starts from.
    pub base: String,
    /// The line of its FROM.
    pub line: u64,
    /// Whether what it starts from is golden today, where Hallmark knows.
    pub golden: Option<bool>,
}

/// A Dockerfile to start from.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DockerfileTemplate {
    /// Its name: `Node.js service`.
    pub name: String,
    /// The golden image that it starts from, where there is one for it.
    pub golden: Option<String>,
    /// The text.
    pub text: String,
}

/// A folder to build.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskContext {
    /// The context.
    pub context: String,
    /// The Dockerfile; nothing is `Dockerfile` in the context.
    pub dockerfile: Option<String>,
}

/// What a build of a folder would send and say.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ContextInfo {
    /// The Dockerfile that is used.
    pub dockerfile: String,
    /// The ignore file that is used.
    pub ignore_file: Option<String>,
    /// Files that would be sent.
    pub files: u64,
    /// Bytes that would be sent.
    pub bytes: u64,
    /// Whether counting stopped early: it is more than that.
    pub more: bool,
    /// The labels that git gives: source, revision, version, created.
    pub labels: Vec<NameValue>,
    /// Whether the checkout has changes that the revision does not have.
    pub changed: bool,
}

/// A build.
#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct AskBuild {
    /// The job, named by who starts it.
    pub job: String,
    /// The context folder.
    pub context: String,
    /// The Dockerfile, inside or outside of the context.
    pub dockerfile: Option<String>,
    /// Names to give the image.
    pub tags: Vec<String>,
    /// Build arguments.
    pub arguments: Vec<NameValue>,
    /// The stage to stop at.
    pub target: Option<String>,
    /// The platforms; the engine's where none is named.
    pub platforms: Vec<String>,
    /// Labels.
    pub labels: Vec<NameValue>,
    /// Labels from git are added where the checkout has them and they are not given.
    pub git_labels: bool,
    /// Secrets for steps that mount them.
    pub secrets: Vec<BuildSecret>,
    /// Every step anew.
    pub no_cache: bool,
    /// Base images anew.
    pub pull: bool,
    /// The network of steps: `none`, `host`; the engine's default where none is named.
    pub network: Option<String>,
}

/// Where a secret of a build comes from; its bytes never cross to the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuildSecret {
    /// The id that steps name.
    pub id: String,
    /// A file.
    pub file: Option<String>,
    /// An environment variable of Hallmark's.
    pub environment: Option<String>,
}

/// What was built.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Built {
    /// The engine's id of the image.
    pub id: String,
    /// Its names.
    pub tags: Vec<String>,
    /// Steps taken from the cache.
    pub cached: u64,
    /// Steps in all.
    pub steps: u64,
    /// Warnings of the builder.
    pub warnings: Vec<BuildWarning>,
    /// How long it took.
    pub seconds: f64,
    /// `BuildKit` or `classic`.
    pub builder: String,
}

/// A warning of the builder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuildWarning {
    /// The line of the Dockerfile, where told.
    pub line: Option<u64>,
    /// What it says.
    pub message: String,
    /// Where to read more.
    pub url: Option<String>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum JobKind {
    /// Builds an image.
    Build,
    /// Pushes one.
    Push,
    /// Pulls one.
    Pull,
    /// Scans one.
    Scan,
    /// Runs one under a specification.
    Smoke,
}

/// How a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// It runs.
    Running,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// Hallmark ended before it did.
    Lost,
}

/// One job, in a line.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JobRow {
    /// Its name.
    pub job: String,
    /// What it does.
    pub kind: JobKind,
    /// What of: `shop/cart:1.5`.
    pub title: String,
    /// How it does.
    pub state: JobState,
    /// When it began.
    #[ts(type = "string")]
    pub started: Timestamp,
    /// When it ended.
    #[ts(type = "string | null")]
    pub ended: Option<Timestamp>,
    /// How it ended, or what it does, a sentence.
    pub message: String,
}

/// Asks for a job, and waits where nothing is new.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskJob {
    /// Its name.
    pub job: String,
    /// The last number that was seen; 0 does not wait.
    pub seen: u64,
    /// The step whose log is wanted; nothing is all of it.
    pub step: Option<u64>,
    /// The first line of the log that is wanted.
    pub log_from: u64,
}

/// A job in full.
#[derive(Clone, Debug, Serialize, TS)]
pub struct JobView {
    /// The number to ask with next.
    pub number: u64,
    /// Its line.
    pub row: JobRow,
    /// A build's steps, a page of at most 200.
    pub steps: Vec<JobStep>,
    /// The layers of a push or a pull.
    pub layers: Vec<LayerRow>,
    /// Where a push goes.
    pub targets: Vec<PushTarget>,
    /// The checks of a smoke test.
    pub cases: Vec<SmokeCase>,
    /// Bytes of the context sent so far.
    pub sent: u64,
    /// Some of the log.
    pub log: JobLog,
    /// Why it failed.
    pub problem: Option<Error>,
    /// The line of the Dockerfile where it failed.
    pub problem_line: Option<u64>,
    /// Warnings of a builder.
    pub warnings: Vec<BuildWarning>,
    /// The image it made, by the engine's id.
    pub image: Option<String>,
    /// Its names.
    pub names: Vec<String>,
}

/// How a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// It waits.
    Waiting,
    /// It runs.
    Running,
    /// It was in the cache.
    Cached,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// It was stopped.
    Cancelled,
}

/// One step of a build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct JobStep {
    /// Its number, from 1.
    pub number: u64,
    /// What it is: `[build 2/5] RUN make`.
    pub name: String,
    /// The line of the Dockerfile, where known.
    pub line: Option<u64>,
    /// How it does.
    pub state: StepState,
    /// How long it took, or has taken.
    pub seconds: Option<f64>,
    /// Lines it wrote.
    pub lines: u64,
    /// Bytes moved, where it moves some.
    pub done: Option<u64>,
    /// Bytes to move.
    pub total: Option<u64>,
}

/// Some lines of a job's log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct JobLog {
    /// The number of the first line here.
    pub from: u64,
    /// The lines, at most 500 and 48 KiB.
    pub lines: Vec<LogLine>,
    /// How many there are in all.
    pub total: u64,
    /// Lines from the start that were dropped, because there were too many.
    pub dropped: u64,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LogLine {
    /// The step it belongs to; 0 is none.
    pub step: u64,
    /// The text.
    pub text: String,
    /// Whether it came on standard error.
    pub error: bool,
}
