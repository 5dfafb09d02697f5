//! Pipelines as people write them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The stages of some repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PipelineFile {
    /// `host/name`, where `*` stands for anything.
    pub repositories: String,
    /// Which undecided tags are candidates without a request, `*` standing for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub candidates: Option<String>,
    /// The stages, first to last.
    pub stages: Vec<StageFile>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StageFile {
    /// Its name.
    pub name: String,
    /// Where its images are placed, where that is another repository than the one they come
    /// from: `prod.example.com/golden/{name}`; `{name}` is the last part of that one's name,
    /// `{path}` the whole of it without the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub target: Option<String>,
    /// Its tags; `{version}` is the image's version.
    pub tags: Vec<String>,
    /// The earlier stage that an image must have been promoted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after: Option<String>,
    /// The registry lets no tag be moved here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub immutable: bool,
}
