//! What is to be copied, and what came of it.

use crate::LayoutImage;
use hallmark_image::{Digest, Manifest, Reference, Repository, Tag};
use std::path::PathBuf;

/// Where an image comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A registry; the digest decides where the reference has both.
    Registry(Reference),
    /// An OCI layout on disk.
    Layout(LayoutImage),
}

impl From<LayoutImage> for Source {
    fn from(image: LayoutImage) -> Self {
        Self::Layout(image)
    }
}

impl From<Reference> for Source {
    fn from(reference: Reference) -> Self {
        Self::Registry(reference)
    }
}

/// Where an image goes to.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A repository on a registry.
    Registry(Repository),
    /// A folder with an OCI layout, made where there is none.
    Layout(PathBuf),
}

impl From<PathBuf> for Destination {
    fn from(folder: PathBuf) -> Self {
        Self::Layout(folder)
    }
}

impl From<Repository> for Destination {
    fn from(repository: Repository) -> Self {
        Self::Registry(repository)
    }
}

/// A copy to be made of one image or index, with everything that it lists.
#[derive(Clone, Debug)]
pub struct CopyJob {
    pub(crate) source: Source,
    pub(crate) target: Destination,
    pub(crate) tags: Vec<Tag>,
    pub(crate) expected: Option<Digest>,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) attached: bool,
}

impl CopyJob {
    /// A copy by digest alone, without what is attached.
    pub fn new(source: impl Into<Source>, target: impl Into<Destination>) -> Self {
        Self {
            source: source.into(),
            target: target.into(),
            tags: Vec::new(),
            expected: None,
            manifest: None,
            attached: false,
        }
    }

    /// Placed at these tags as well, in this order, after everything else.
    #[must_use]
    pub fn tagged(mut self, tags: impl IntoIterator<Item = Tag>) -> Self {
        for tag in tags {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
        self
    }

    /// Only if the source is this digest.
    #[must_use]
    pub fn expecting(mut self, digest: Digest) -> Self {
        self.expected = Some(digest);
        self
    }

    /// The image's own manifest, which is known already and is not asked for again.
    #[must_use]
    pub fn knowing(mut self, manifest: Manifest) -> Self {
        self.manifest = Some(manifest);
        self
    }

    /// With all that is attached to it and to each of its manifests: referrers of any depth,
    /// through the registry's API and the fallback tags, and cosign's tags.
    #[must_use]
    pub fn with_attached(mut self) -> Self {
        self.attached = true;
        self
    }
}

/// What a copy came to.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The image, exactly as at the source.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// Manifests placed, what is attached included.
    pub manifests: u64,
    /// Blobs that the target lacked: sent or mounted.
    pub blobs: u64,
    /// Bytes of blobs and manifests that were sent.
    pub bytes: u64,
    /// Bytes of blobs that the registry mounted from the source's repository.
    pub mounted: u64,
    /// Bytes of blobs that were found to be at the target already.
    pub already: u64,
    /// HTTP requests, of all kinds and to all servers.
    pub requests: u64,
    /// What did not arrive, and why.
    pub missing: Vec<Missing>,
    /// The tags that name the image at the target now.
    pub tags: Vec<Tag>,
}

/// Something that belongs to the image and did not arrive with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The manifest that it belongs to.
    pub subject: Digest,
    /// The thing itself; None where only its tag is known.
    pub digest: Option<Digest>,
    /// Its artifact type, its tag, or a layer's media type.
    pub artifact_type: Option<String>,
    /// Why, in a sentence.
    pub why: String,
}
