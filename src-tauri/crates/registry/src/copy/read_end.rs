//! Where a copy reads from.

use super::{
    Source, Spot,
    side::{self, Attached, Sides},
};
use crate::{
    Client, Error, ErrorKind, blobs,
    checked::Pieces,
    manifests::{self, Name},
};
use hallmark_image::{Descriptor, Digest, Manifest, Tag};

/// The end that is read.
pub(super) enum ReadEnd {
    Registry(Spot, Sides),
}

impl ReadEnd {
    pub(super) fn at(spot: Spot) -> Self {
        Self::Registry(spot, Sides::default())
    }

    /// The image that `source` names.
    pub(super) async fn root(&self, client: &Client, source: &Source) -> Result<Manifest, Error> {
        let (Self::Registry(spot, _), Source::Registry(reference)) = (self, source);
        if let Some(digest) = &reference.digest {
            return self.manifest(client, digest).await;
        }
        let name =
            Name::of(reference).ok_or_else(|| crate::client::nameless(&reference.repository))?;
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
        let Self::Registry(spot, _) = self;
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
        let Self::Registry(spot, _) = self;
        blobs::is_there(&spot.home, &spot.name, &blob.digest).await
    }

    /// A blob's bytes, checked as they pass.
    pub(super) async fn open(&self, blob: &Descriptor) -> Result<Pieces, Error> {
        let Self::Registry(spot, _) = self;
        blobs::open(&spot.home, &spot.name, blob).await
    }

    /// What is attached to `subject`.
    pub(super) async fn attached(&self, subject: &Digest) -> Result<Attached, Error> {
        let Self::Registry(spot, sides) = self;
        sides.attached(spot, subject).await
    }

    /// What stands at one of cosign's tags.
    pub(super) async fn side_tag(&self, tag: &Tag) -> Result<Option<Manifest>, Error> {
        let Self::Registry(spot, _) = self;
        side::at_tag(spot, tag).await
    }

    /// The source is another image than it was said to be.
    pub(super) fn unexpected(&self, expected: &Digest, found: &Digest) -> Error {
        let Self::Registry(spot, _) = self;
        Error::new(
            ErrorKind::DigestMismatch,
            spot.home.host(),
            format!(
                "{} names {found} now, and {expected} was to be copied.",
                spot.repository()
            ),
            "Nothing was copied; look at the image that is there now.",
        )
    }

    /// An index without an end.
    pub(super) fn endless(&self) -> Error {
        let Self::Registry(spot, _) = self;
        Error::new(
            ErrorKind::TooLarge,
            spot.home.host(),
            format!(
                "An index of {} lists too many others, or too deep in each other.",
                spot.repository()
            ),
            "It was not copied further; copy one of its images.",
        )
    }
}
