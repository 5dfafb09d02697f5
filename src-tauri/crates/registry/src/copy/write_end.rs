//! Where a copy writes to.

use super::{Spot, progress::Meter, read_end::ReadEnd, side, tally::Moved};
use crate::{
    Error, ErrorKind, Placed, Target, attach,
    blobs::{self, Mount},
    manifests::{self, Name},
    referrers,
};
use hallmark_image::{Descriptor, Digest, Manifest, Tag};
use std::collections::HashSet;

/// The end that is written.
pub(super) enum WriteEnd {
    Registry(Spot),
}

impl WriteEnd {
    /// Whether it is the very place that `from` reads.
    pub(super) fn is_same(&self, from: &ReadEnd) -> bool {
        let (Self::Registry(to), ReadEnd::Registry(from, _)) = (self, from);
        to.is_same(from)
    }

    /// Whether it is on the registry that `from` reads.
    pub(super) fn is_beside(&self, from: &ReadEnd) -> bool {
        let (Self::Registry(to), ReadEnd::Registry(from, _)) = (self, from);
        to.home.is_same(&from.home)
    }

    /// What stands at `tag`; HEAD.
    pub(super) async fn tagged(&self, tag: &Tag) -> Result<Option<Digest>, Error> {
        let Self::Registry(spot) = self;
        let name = Name::Tag(tag);
        found(manifests::resolve(&spot.home, &spot.name, &name).await)
    }

    /// Whether the manifest is there; HEAD.
    pub(super) async fn holds(&self, digest: &Digest) -> Result<bool, Error> {
        let Self::Registry(spot) = self;
        let name = Name::Digest(digest);
        let there = found(manifests::resolve(&spot.home, &spot.name, &name).await)?;
        Ok(there.is_some())
    }

    /// Sees to it that the blob is there: one attempt.
    pub(super) async fn take(
        &self,
        from: &ReadEnd,
        blob: &Descriptor,
        meter: &Meter,
    ) -> Result<Moved, Error> {
        let Self::Registry(spot) = self;
        let ReadEnd::Registry(source, _) = from;
        let beside = self.is_beside(from);
        let mounted = if beside { &source.name } else { &spot.name };
        let session = match blobs::mount(&spot.home, &spot.name, &blob.digest, mounted).await? {
            Mount::There if beside => return Ok(Moved::Mounted),
            Mount::There => return Ok(Moved::There),
            Mount::Session(session) => session,
        };
        let sent = meter.begin(&blob.digest, blob.size);
        match from.open(blob).await {
            Ok(pieces) => {
                blobs::send(&spot.home, &spot.name, session, blob, pieces, sent).await?;
                Ok(Moved::Sent)
            }
            Err(error) => {
                blobs::abandon(&spot.home, &spot.name, session).await;
                Err(error)
            }
        }
    }

    /// Places a manifest under its digest.
    pub(super) async fn place(&self, manifest: &Manifest) -> Result<Placed, Error> {
        let Self::Registry(spot) = self;
        manifests::put(&spot.home, &spot.name, Target::Digest, manifest).await
    }

    /// Places a manifest at a tag.
    pub(super) async fn place_at(&self, tag: &Tag, manifest: &Manifest) -> Result<Placed, Error> {
        let Self::Registry(spot) = self;
        manifests::put(&spot.home, &spot.name, Target::Tag(tag), manifest).await
    }

    /// What is listed as attached to `subject`.
    pub(super) async fn listed(&self, subject: &Digest) -> Result<HashSet<Digest>, Error> {
        let Self::Registry(spot) = self;
        let listed = referrers::list(&spot.home, &spot.name, subject).await?;
        let digests = listed.descriptors.into_iter().map(|found| found.digest);
        Ok(digests.collect())
    }

    /// Lists `entries` under `subject`, where the registry did not do so by itself.
    pub(super) async fn list(&self, subject: &Digest, entries: &[Descriptor]) -> Result<(), Error> {
        let Self::Registry(spot) = self;
        attach::list(&spot.home, &spot.name, subject, entries).await
    }

    /// What stands at one of cosign's tags.
    pub(super) async fn side_tag(&self, tag: &Tag) -> Result<Option<Manifest>, Error> {
        let Self::Registry(spot) = self;
        side::at_tag(spot, tag).await
    }
}

fn found(resolved: Result<Descriptor, Error>) -> Result<Option<Digest>, Error> {
    match resolved {
        Ok(descriptor) => Ok(Some(descriptor.digest)),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
