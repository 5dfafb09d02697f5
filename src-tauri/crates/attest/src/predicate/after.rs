//! What is said of images after they were golden, and of those that were golden before anybody
//! approved them here: a revocation takes the mark away, an adoption takes over what is there.

use super::Origin;
use hallmark_image::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A revocation.
pub const REVOCATION: &str = "https://hallmark.github.io/predicate/revocation/v1";
/// An adoption.
pub const ADOPTION: &str = "https://hallmark.github.io/predicate/adoption/v1";

/// The golden mark was taken from an image, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revocation {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// `host/repository`.
    pub repository: String,
    /// The digest.
    pub digest: Digest,
    /// Why.
    pub message: String,
    /// Tags that still named it then, `host/repository:tag`.
    pub tags: Vec<String>,
    /// Images that were known then to be built on it.
    pub built_on: Vec<BuiltOn>,
}

/// An image that is built on a revoked one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuiltOn {
    /// `host/repository`.
    pub repository: String,
    /// The digest.
    pub digest: Digest,
    /// How that was found.
    pub found: BuiltOnFound,
}

/// How it was found that an image is built on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuiltOnFound {
    /// Its own annotation or label `org.opencontainers.image.base.digest` says so.
    BaseDigest,
    /// Its first layers are all the layers of the other one.
    Layers,
}

/// Golden tags that were there before, taken over as they are: adopted, not approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Adoption {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// The stage that the tags are of.
    pub stage: String,
    /// Until when each of them shall be approved, or replaced by one that is.
    pub grace: Timestamp,
    /// Why; empty where nobody said.
    pub message: String,
    /// The images.
    pub images: Vec<Adopted>,
}

/// One tag of an [`Adoption`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Adopted {
    /// `host/repository`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// What it named.
    pub digest: Digest,
    /// Since when it is golden, as far as somebody knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Who made it golden, as far as somebody knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}
