//! Images as a registry has them: lists of names, one image looked at closely, the past of a tag,
//! and what a deletion takes away.

use hallmark_image::Descriptor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Lists a registry's repositories, or a repository's tags, to the end.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskList {
    /// A host for its repositories, `host/repository` for its tags.
    pub of: String,
    /// Begin anew, even where it was listed before.
    #[serde(default)]
    pub again: bool,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ListOrder {
    /// The stages' tags, then versions, the newest first, then other names.
    #[default]
    Newest,
    /// As the registry gives them.
    Registry,
}

/// Asks for rows of a list, of what was listed so far.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskRows {
    /// A host for its repositories, `host/repository` for its tags.
    pub of: String,
    /// Words that are all in the name.
    #[serde(default)]
    pub search: String,
    /// The order.
    #[serde(default)]
    pub order: ListOrder,
    /// Also pins, and tags that tools made for their own use.
    #[serde(default)]
    pub tools: bool,
    /// The first row, from 0.
    pub offset: u64,
}

/// Rows of a list.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct ListRows {
    /// The rows from the offset on; fewer at the end.
    pub rows: Vec<ListRow>,
    /// How many match, of those listed so far.
    pub total: u64,
    /// How many of those that match are pins and tools' tags, and left out.
    pub hidden: u64,
    /// How far the list is.
    pub state: ListState,
}

/// How far a list is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct ListState {
    /// Names so far.
    pub listed: u64,
    /// Whether that is all.
    pub whole: bool,
    /// The product whose own API lists; nothing for the registry's protocol.
    pub by: Option<String>,
    /// When the list was begun.
    #[ts(type = "string | null")]
    pub at: Option<Timestamp>,
}

/// One name of a list. What the registry's list does not tell is looked up for the rows that are seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ListRow {
    /// The name of the repository or tag.
    pub name: String,
    /// What the tag names, as the list says.
    pub digest: Option<String>,
    /// Bytes of the image.
    pub size: Option<u64>,
    /// When it was pushed.
    #[ts(type = "string | null")]
    pub pushed: Option<Timestamp>,
    /// Its platforms.
    pub platforms: Vec<String>,
    /// It is a pin, or a tag that a tool made for its own use.
    pub tool: bool,
}

/// Looks up what some tags name now.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskTags {
    /// `host/repository`.
    pub repository: String,
    /// The tags that are seen; sixty at most are looked up.
    pub tags: Vec<String>,
}

/// What a tag names now.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TagFacts {
    /// The tag.
    pub tag: String,
    /// The digest; nothing where there is no such tag any more.
    pub digest: Option<String>,
    /// Bytes of the image, where that is known without asking more.
    pub size: Option<u64>,
    /// Its platforms, where they are known.
    pub platforms: Vec<String>,
    /// When the image was made, where that is known.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// Where it stands in its pipeline.
    pub badges: Vec<Badge>,
}

/// Where an image stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum BadgeKind {
    /// The golden mark was taken from it.
    Revoked,
    /// The tag no longer points where the last promotion put it.
    Drifted,
    /// It stands at the stage, and was promoted there.
    At,
    /// It stands at the stage, adopted and not approved.
    Adopted,
    /// The stage's tag names it, and no promotion is known.
    Named,
}

/// A badge of an image or of a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Badge {
    /// What it says.
    pub kind: BadgeKind,
    /// The stage it speaks of.
    pub stage: String,
    /// The whole of it in a sentence.
    pub text: String,
}

/// What is known of one image: `inspect`.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Inspection {
    /// The image as asked for.
    pub image: String,
    /// Its digest.
    pub digest: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of all that it needs, each blob once.
    pub size: u64,
    /// Its platforms.
    pub platforms: Vec<PlatformInspection>,
    /// Annotations of the manifest or index.
    pub annotations: BTreeMap<String, String>,
    /// What is attached, to it, to its platforms and to what is attached itself.
    pub referrers: Vec<ReferrerInfo>,
    /// What else is to be known about what is attached, in sentences.
    pub warnings: Vec<String>,
    /// Where it stands in its pipeline.
    pub badges: Vec<Badge>,
}

/// One platform of an image.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlatformInspection {
    /// `os/architecture[/variant]`.
    pub platform: String,
    /// Digest of its manifest.
    pub digest: String,
    /// Digest of its configuration.
    pub config: String,
    /// When it was built.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// Labels; foreign text.
    pub labels: BTreeMap<String, String>,
    /// The user it runs as.
    pub user: Option<String>,
    /// Entry point.
    pub entrypoint: Vec<String>,
    /// Command.
    pub cmd: Vec<String>,
    /// Ports it declares.
    pub ports: Vec<String>,
    /// Environment, `NAME=value`; foreign text.
    pub env: Vec<String>,
    /// The folder it starts in.
    pub workdir: Option<String>,
    /// Volumes it declares.
    pub volumes: Vec<String>,
    /// The signal that stops it.
    pub stop_signal: Option<String>,
    /// How it is asked whether it is well.
    pub healthcheck: Option<Healthcheck>,
    /// Bytes of its manifest, configuration and layers.
    pub size: u64,
    /// Layers, base first.
    #[ts(type = "unknown[]")]
    pub layers: Vec<Descriptor>,
    /// How it was built, step by step, base first.
    pub history: Vec<BuildStep>,
}

/// How a container is asked whether it is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Healthcheck {
    /// `CMD` and its words, `CMD-SHELL` and a line, or `NONE`.
    pub test: Vec<String>,
    /// Between two checks, seconds.
    pub interval: Option<u64>,
    /// How long one may take, seconds.
    pub timeout: Option<u64>,
    /// How often it may fail.
    pub retries: Option<u64>,
}

/// One step of how an image was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct BuildStep {
    /// What made it; foreign text.
    pub created_by: Option<String>,
    /// When.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// A remark; foreign text.
    pub comment: Option<String>,
    /// The layer it made; nothing where it changed no file.
    pub layer: Option<String>,
    /// Bytes of that layer.
    pub size: Option<u64>,
}

/// Something attached.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ReferrerInfo {
    /// Its manifest's digest.
    pub digest: String,
    /// Its artifact type.
    pub artifact_type: Option<String>,
    /// Bytes of its manifest.
    pub size: u64,
    /// Annotations; foreign text.
    pub annotations: BTreeMap<String, String>,
    /// Digest of what it hangs on.
    pub on: String,
    /// How deep: 1 on the image or a platform of it, 2 on something attached to that, …
    pub depth: u64,
    /// The platform it is about; nothing for the whole image.
    pub platform: Option<String>,
    /// How it is found.
    pub via: Via,
    /// The tag it is found under, where it is found by a tag.
    pub tag: Option<String>,
    /// What it says, in a few words.
    pub says: Option<String>,
    /// Who signed it.
    pub signed: Signature,
}

/// How something attached is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The registry lists it.
    Referrers,
    /// The fallback tag `sha256-…` lists it.
    FallbackTag,
    /// A tag that cosign names after the digest.
    CosignTag,
    /// BuildKit filed it in the index.
    Buildkit,
}

/// Who signed something attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Signature {
    /// How far that was checked.
    pub state: SignatureState,
    /// Who, where that is known.
    pub by: Option<String>,
    /// The key, where that is known.
    pub key_id: Option<String>,
    /// Exactly what was checked, in a sentence.
    pub text: String,
}

/// How far a signature was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureState {
    /// It verifies with the key of a member.
    Verified,
    /// It does not verify, or its key is unknown.
    Unverified,
    /// It is or has a signature that Hallmark does not check.
    Unchecked,
    /// It has none of its own.
    None,
}

/// Asks for the past of a tag.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskTag {
    /// `host/repository`.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

/// What a tag named, and names.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TagPast {
    /// What it names now; nothing where there is no such tag.
    pub now: Option<String>,
    /// When that was looked at.
    #[ts(type = "string")]
    pub seen: Timestamp,
    /// What the history knows, newest first.
    pub moments: Vec<TagMoment>,
    /// Where the history and the registry disagree, in a sentence.
    pub drift: Option<String>,
}

/// One change of a tag that the history knows.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TagMoment {
    /// The history's entry.
    pub seq: u64,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// The kind of entry.
    pub kind: String,
    /// Who.
    pub by: String,
    /// What it named before.
    pub from: Option<String>,
    /// What it named after; nothing where it was deleted.
    pub to: Option<String>,
    /// Why, where somebody said so.
    pub message: Option<String>,
}

/// Deletes a tag or an image.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskDelete {
    /// `host/repository:tag` for the tag alone, `host/repository@digest` for the image with every tag.
    pub image: String,
    /// What the tag named when it was confirmed; it must still name that.
    pub expected: Option<String>,
}

/// What a deletion would take away.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Deletion {
    /// The image or tag as asked for.
    pub image: String,
    /// The digest.
    pub digest: String,
    /// The tag, where it alone is deleted.
    pub tag: Option<String>,
    /// Tags that go with it.
    pub tags: Vec<String>,
    /// Whether every tag was looked at for that.
    pub all_looked_at: bool,
    /// How many things are attached that nobody will find any more.
    pub attached: u64,
    /// What happens, in sentences.
    pub sentences: Vec<String>,
    /// It was done.
    pub done: bool,
}
