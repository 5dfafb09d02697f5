//! Where a copy reads from.

use super::{
    Spot,
    side::{self, Attached, Sides},
};
use crate::{
    Client, Error, ErrorKind, blobs,
    checked::Pieces,
    client::nameless,
    layout::{Layout, LayoutImage},
    manifests::{self, Name},
};
use hallmark_image::{Descriptor, Digest, Manifest, Reference, Tag};

/// The end that is read.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one for each copy, and nothing moves it"
)]
pub(super) enum ReadEnd {
    Registry {
        spot: Spot,
        sides: Sides,
        image: Reference,
    },
    Layout(Layout, LayoutImage),
}

impl ReadEnd {
    /// The image that was named.
    pub(super) async fn root(&self, client: &Client) -> Result<Manifest, Error> {
        let (spot, reference) = match self {
            Self::Registry { spot, image, .. } => (spot, image),
            Self::Layout(layout, image) => return layout.root_manifest(image).await,
        };
        if let Some(digest) = &reference.digest {
            return self.manifest(client, digest).await;
        }
        let name = Name::of(reference).ok_or_else(|| nameless(&reference.repository))?;
        let manifest = manifests::fetch(&spot.home, &spot.name, &name).await?;
        client.remember(&spot.repository(), &manifest);
        Ok(manifest)
    }

    /// A manifest by its digest; asked for once.
    pub(super) async fn manifest(
        &self,
        client: &Client,
        digest: &Digest,
    ) -> Result<Manifest, Error> {
        let spot = match self {
            Self::Registry { spot, .. } => spot,
            Self::Layout(layout, _) => return layout.manifest(digest).await,
        };
        if let Some(known) = client.remembered(&spot.repository(), digest) {
            return Ok(known);
        }
        let name = Name::Digest(digest);
        let manifest = manifests::fetch(&spot.home, &spot.name, &name).await?;
        client.remember(&spot.repository(), &manifest);
        Ok(manifest)
    }

    /// Whether the blob is there.
    pub(super) async fn has(&self, blob: &Descriptor) -> Result<bool, Error> {
        match self {
            Self::Registry { spot, .. } => {
                blobs::is_there(&spot.home, &spot.name, &blob.digest).await
            }
            Self::Layout(layout, _) => layout.has(blob).await,
        }
    }

    /// A blob's bytes, checked as they pass.
    pub(super) async fn open(&self, blob: &Descriptor) -> Result<Pieces, Error> {
        match self {
            Self::Registry { spot, .. } => blobs::open(&spot.home, &spot.name, blob).await,
            Self::Layout(layout, _) => layout.open_blob(blob).await,
        }
    }

    /// What is attached to `subject`.
    pub(super) async fn attached(&self, subject: &Digest) -> Result<Attached, Error> {
        match self {
            Self::Registry { spot, sides, .. } => sides.attached(spot, subject).await,
            Self::Layout(layout, _) => Ok(Attached {
                referrers: layout.attached(subject).await?,
                tags: side::side_tags(subject),
            }),
        }
    }

    /// What stands at one of cosign's tags.
    pub(super) async fn side_tag(&self, tag: &Tag) -> Result<Option<Manifest>, Error> {
        match self {
            Self::Registry { spot, .. } => side::at_tag(spot, tag).await,
            Self::Layout(layout, _) => layout.tagged(tag.as_str()).await,
        }
    }

    /// An error about what is read here.
    fn error(&self, kind: ErrorKind, message: impl Fn(&str) -> String, hint: &str) -> Error {
        match self {
            Self::Registry { spot, .. } => {
                let message = message(&spot.repository().to_string());
                Error::new(kind, spot.home.host(), message, hint)
            }
            Self::Layout(layout, _) => {
                let message = message(&layout.root().display().to_string());
                Error::local(kind, message, hint)
            }
        }
    }

    /// The source is another image than it was said to be.
    pub(super) fn unexpected(&self, expected: &Digest, found: &Digest) -> Error {
        self.error(
            ErrorKind::DigestMismatch,
            |place| format!("The image named in {place} is {found} now, not {expected}."),
            "Nothing was copied; look at the image that is there now.",
        )
    }

    /// An index without an end.
    pub(super) fn endless(&self) -> Error {
        self.error(
            ErrorKind::TooLarge,
            |place| {
                format!("An index in {place} lists too many others, or too deep in each other.")
            },
            "It was not copied further; copy one of its images.",
        )
    }
}
