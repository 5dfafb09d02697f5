//! Pipelines: as they are written, what they would do, and what stands along each line.

use crate::pipeline::{PipelineFile, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The pipelines as they are written.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PipelinesText {
    /// The text, TOML.
    pub text: String,
    /// What it says.
    pub pipelines: Vec<PipelineFile>,
    /// Where it is kept.
    pub source: String,
    /// Why this person may not change it, where that is so.
    pub read_only: Option<String>,
}

/// Pipelines as somebody would have them.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct PipelinesDraft {
    /// As fields; what people wrote beside them in the text stays.
    pub pipelines: Option<Vec<PipelineFile>>,
    /// As text, in place of fields.
    pub text: Option<String>,
    /// The text that they were changed from: what others changed meanwhile is merged.
    pub base: Option<String>,
}

/// What a draft comes to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PipelinesCheck {
    /// The text as it would be saved.
    pub text: String,
    /// Everything that is wrong with it.
    pub problems: Vec<Problem>,
    /// What each pipeline would do, by an example.
    pub previews: Vec<PipelinePreview>,
    /// Line by line, what would change.
    pub difference: Vec<DraftLine>,
}

/// What a pipeline would do with an image.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PipelinePreview {
    /// Which pipeline, from 0.
    pub pipeline: usize,
    /// A sentence for each stage.
    pub sentences: Vec<String>,
}

/// One line of a text that is to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DraftLine {
    /// Whether it stays, comes or goes.
    pub change: LineChange,
    /// The line.
    pub text: String,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LineChange {
    /// It stays.
    Same,
    /// It comes.
    Added,
    /// It goes.
    Removed,
}

/// Asks for the lines.
#[derive(Clone, Copy, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct AskLines {
    /// Ask the registries which repositories the patterns name; else what is known here.
    pub look: bool,
}

/// Every repository with a pipeline, and every one that images were promoted in.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Lines {
    /// One for each, by name.
    pub lines: Vec<LineInfo>,
    /// What could not be read, in sentences; the rest stands all the same.
    pub problems: Vec<String>,
}

/// A repository's line of stages.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LineInfo {
    /// `host/repository` that images come from.
    pub repository: String,
    /// Its registry.
    pub host: String,
    /// Its name there.
    pub name: String,
    /// The pattern that it follows; nothing where it is the default pipeline.
    pub pattern: Option<String>,
    /// First to last.
    pub stages: Vec<LineStage>,
    /// When the registries were last asked; nothing where all is from the history.
    #[ts(type = "string | null")]
    pub read_at: Option<Timestamp>,
}

/// One stage of a line.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LineStage {
    /// Its name.
    pub name: String,
    /// `host/repository` that it places its images in.
    pub repository: String,
    /// Whether that is another than the one images come from.
    pub elsewhere: bool,
    /// Its tags, as they are written.
    pub tags: Vec<String>,
    /// The stage that must come before.
    pub after: Option<String>,
    /// Tags there cannot be moved.
    pub immutable: bool,
    /// What stands there.
    pub stands: Option<Stands>,
    /// The tag points elsewhere than it was placed, in a sentence.
    pub drift: Option<String>,
    /// What was refused there last, since something was placed.
    pub refused: Option<RefusedThere>,
    /// Why it cannot be told what stands there.
    pub problem: Option<String>,
}

/// The image that stands at a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Stands {
    /// `host/repository@digest`.
    pub image: String,
    /// Its digest.
    pub digest: String,
    /// Its version, where that is known.
    pub version: Option<String>,
    /// Since when; nothing where nobody placed it with Hallmark.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// Who placed it.
    pub by: Option<String>,
    /// When it was built.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// When the newest scan that counts for it was made.
    #[ts(type = "string | null")]
    pub scanned: Option<Timestamp>,
    /// The golden mark was taken from it, for good.
    #[serde(default)]
    pub revoked: bool,
}

/// Something that was refused at a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedThere {
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Why, in a sentence.
    pub message: String,
}
