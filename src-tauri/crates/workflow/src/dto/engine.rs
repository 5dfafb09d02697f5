//! Docker's engine and its images, as screens and scripts see them.

use crate::error::Error;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How an engine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum EngineState {
    /// It answers.
    Running,
    /// It is there and does not answer yet.
    Starting,
    /// There is none.
    Missing,
    /// It is there, and this user may not speak to it.
    NoRight,
    /// It is too old.
    TooOld,
    /// It does not work.
    Broken,
}

/// The engine this workspace works with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EngineInfo {
    /// How it does.
    pub state: EngineState,
    /// Docker or Podman, where it answers.
    pub product: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The version of its API that is spoken.
    pub api: Option<String>,
    /// `linux/amd64`.
    pub platform: Option<String>,
    /// Where it keeps images: `classic` or `containerd`.
    pub storage: Option<String>,
    /// Whether it builds with BuildKit.
    pub buildkit: bool,
    /// Whether it runs without root.
    pub rootless: bool,
    /// Where it listens.
    pub address: Option<String>,
    /// Why this one: `DOCKER_HOST`, `Docker context staging`, `chosen here`.
    pub chosen_by: String,
    /// What is wrong, a sentence.
    pub message: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// One engine that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EngineChoice {
    /// What to choose it by; nothing is Docker's own choice.
    pub choice: Option<String>,
    /// Its name: `Docker's own choice`, `context staging`, `Podman`.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Whether it is chosen now.
    pub chosen: bool,
}

/// Chooses an engine.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskEngine {
    /// A Docker context's name or an address; nothing is Docker's own choice.
    pub choice: Option<String>,
}

/// Waits for news of the engine.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct AskEngineNews {
    /// The last number that was seen; 0 at first.
    pub seen: u64,
}

/// What is new at the engine since the number that was asked with.
#[derive(Clone, Debug, Serialize, TS)]
pub struct EngineNews {
    /// The number to ask with next.
    pub number: u64,
    /// The engine as it is.
    pub engine: EngineInfo,
    /// Whether its images changed.
    pub images: bool,
    /// Whether its containers changed.
    pub containers: bool,
}

/// Which of the engine's images to list.
#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct AskLocalImages {
    /// Part of a name, id, digest or label.
    pub text: String,
    /// Those without a name too.
    pub unnamed: bool,
    /// Images to pass over.
    pub offset: u64,
    /// Images to return, at most 60.
    pub limit: u64,
}

/// Some of the engine's images.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LocalImages {
    /// Newest first.
    pub rows: Vec<LocalImage>,
    /// How many match.
    pub total: u64,
    /// How many there are without a name.
    pub unnamed: u64,
    /// Bytes of all images as the engine counts them.
    pub bytes: u64,
}

/// An image in the engine.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LocalImage {
    /// The engine's id of it.
    pub id: String,
    /// Its names, `repository:tag` as Docker writes them.
    pub names: Vec<String>,
    /// Where it is known in registries: `repository@digest`.
    pub digests: Vec<String>,
    /// Bytes.
    pub size: u64,
    /// When it was made.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// Containers made of it.
    pub used_by: Vec<String>,
    /// `linux/amd64`, where the engine says so.
    pub platform: Option<String>,
    /// What it is to the golden images.
    pub golden: Vec<LocalGolden>,
}

/// What a local image is to a golden one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LocalGolden {
    /// `host/repository`.
    pub repository: String,
    /// The golden tag.
    pub tag: String,
    /// Golden today, or behind what is golden today.
    pub standing: GoldenStanding,
    /// Today's golden digest.
    pub digest: String,
}

/// Where a local image stands beside today's golden one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum GoldenStanding {
    /// It is the golden image.
    Golden,
    /// It was golden, and another is today.
    Behind,
    /// It was revoked.
    Revoked,
}

/// One image in full.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LocalImageInfo {
    /// As it stands in the list.
    pub image: LocalImage,
    /// What runs: entry point and command.
    pub entrypoint: Vec<String>,
    /// Its command.
    pub command: Vec<String>,
    /// The user; empty is root.
    pub user: String,
    /// `8080/tcp`.
    pub ports: Vec<String>,
    /// Its environment, `NAME=value`.
    pub environment: Vec<String>,
    /// Its labels.
    pub labels: Vec<NameValue>,
    /// Whether it has a health check.
    pub healthcheck: bool,
    /// How many layers it has.
    pub layers: u64,
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NameValue {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// Adds names to an image; takes none away.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskTagImage {
    /// An id or a name.
    pub image: String,
    /// The names to add.
    pub names: Vec<String>,
}

/// Takes a name from an image, or removes it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskRemoveImage {
    /// A name to take away, or an id to remove with all its names.
    pub image: String,
    /// Also where a stopped container was made of it.
    pub force: bool,
}

/// What went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct RemovedImages {
    /// Names taken away.
    pub names: Vec<String>,
    /// Images removed, by id.
    pub images: Vec<String>,
    /// Bytes freed, where the engine says so.
    pub bytes: u64,
}

/// Which images go.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct AskPrune {
    /// All that no container uses, not only those without a name.
    pub all: bool,
}

/// What a prune would take.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PrunePlan {
    /// The images.
    pub images: Vec<LocalImage>,
    /// How many there are.
    pub total: u64,
    /// Their bytes as the engine counts them; shared layers make it less.
    pub bytes: u64,
    /// Golden images among them, which come back only by a pull.
    pub golden: u64,
}

/// Fetches an image into the engine.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskPull {
    /// The job, named by who starts it.
    pub job: String,
    /// The image.
    pub image: String,
    /// Another platform than the engine's.
    pub platform: Option<String>,
}

/// What was fetched.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Pulled {
    /// As it was asked for.
    pub image: String,
    /// The digest at the registry.
    pub digest: Option<String>,
    /// The engine's id.
    pub id: String,
}

/// Sends an image to one or several registries.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskPush {
    /// The job, named by who starts it.
    pub job: String,
    /// An id or a name of a local image.
    pub image: String,
    /// Where to, `host/repository:tag`; nothing pushes the name itself.
    pub to: Vec<String>,
}

/// What became of a push.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Pushes {
    /// One for each target.
    pub targets: Vec<PushTarget>,
    /// Whether each arrived.
    pub all: bool,
}

/// One target of a push.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PushTarget {
    /// `host/repository:tag`.
    pub name: String,
    /// Its registry.
    pub host: String,
    /// The login that is used; nothing is nobody's.
    pub login: Option<String>,
    /// The digest pushed, where it arrived.
    pub digest: Option<String>,
    /// Bytes of the manifest.
    pub size: Option<u64>,
    /// Whether the registry was asked afterwards and names the same digest.
    pub verified: bool,
    /// Why it did not arrive.
    pub problem: Option<Error>,
}

/// How a layer does on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LayerState {
    /// It waits.
    Waiting,
    /// It moves.
    Moving,
    /// It is being unpacked, or checked.
    Finishing,
    /// It arrived.
    Done,
    /// It was there already.
    There,
    /// The registry took it from another repository of its own.
    Mounted,
}

/// One layer on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LayerRow {
    /// The target it goes to, by its place; 0 for a pull.
    pub target: u64,
    /// The engine's short id.
    pub id: String,
    /// How it does.
    pub state: LayerState,
    /// Bytes moved, never more than `total`.
    pub done: u64,
    /// Bytes in all, where known.
    pub total: Option<u64>,
    /// The repository it was mounted from.
    pub from: Option<String>,
}
