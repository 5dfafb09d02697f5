//! Copies from one place to another.

use serde::Serialize;

/// What shall be copied where.
#[derive(Clone, Debug, Default)]
pub struct AskCopy {
    /// An image, or `oci:DIR[:TAG]`, `oci:DIR@sha256:…`.
    pub from: String,
    /// Where to: a repository with a tag or digest, or `oci:DIR[:TAG]`.
    pub to: String,
    /// Further tags at the target.
    pub tags: Vec<String>,
    /// The digest that the source has to be.
    pub expected: Option<String>,
    /// With all that is attached.
    pub referrers: bool,
}

/// What a copy came to.
#[derive(Clone, Debug, Serialize)]
pub struct CopyDone {
    /// Where it went, as it was asked for.
    pub to: String,
    /// The image's digest, the same at both ends.
    pub digest: String,
    /// Its media type.
    pub media_type: String,
    /// The tags that name it there now.
    pub tags: Vec<String>,
    /// Manifests placed.
    pub manifests: u64,
    /// Blobs sent or mounted.
    pub blobs: u64,
    /// HTTP requests.
    pub requests: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// Bytes that the registry mounted.
    pub mounted: u64,
    /// Bytes of blobs that were there already.
    pub already: u64,
    /// What did not arrive.
    pub missing: Vec<CopyMissing>,
    /// How long it took.
    pub seconds: f64,
}

/// Something that belongs to the image and did not arrive.
#[derive(Clone, Debug, Serialize)]
pub struct CopyMissing {
    /// The manifest that it belongs to.
    pub subject: String,
    /// The thing itself, where that is known.
    pub digest: Option<String>,
    /// Artifact type, tag, or a layer's media type.
    pub artifact_type: Option<String>,
    /// Why, in a sentence.
    pub why: String,
}
