//! Where a copy writes to.

use super::{Spot, progress::Meter, read_end::ReadEnd, side, tally::Moved};
use crate::{
    Error, ErrorKind, Placed, Target, attach,
    blobs::{self, Mount},
    layout::Writer,
    manifests::{self, Name},
    referrers,
};
use hallmark_image::{Descriptor, Digest, Manifest, Tag};
use std::collections::HashSet;

/// The end that is written.
pub(super) enum WriteEnd {
    Registry(Spot),
    Layout(Writer),
}

impl WriteEnd {
    /// Whether it is a folder, whose `index.json` alone holds tags.
    pub(super) fn is_folder(&self) -> bool {
        matches!(self, Self::Layout(_))
    }

    /// Whether it is the very place that `from` reads.
    pub(super) fn is_same(&self, from: &ReadEnd) -> bool {
        match (self, from) {
            (Self::Registry(to), ReadEnd::Registry { spot: from, .. }) => to.is_same(from),
            _ => false,
        }
    }

    /// Whether it is on the registry that `from` reads.
    pub(super) fn is_beside(&self, from: &ReadEnd) -> bool {
        match (self, from) {
            (Self::Registry(to), ReadEnd::Registry { spot: from, .. }) => {
                to.home.is_same(&from.home)
            }
            _ => false,
        }
    }

    /// Whether a login may be wanted, and is there.
    pub(super) fn may_log_in(&self) -> bool {
        match self {
            Self::Registry(spot) => spot.home.shared.logins.may_have(spot.home.host()),
            Self::Layout(_) => false,
        }
    }

    /// What stands at `tag`; HEAD. Of a folder nothing is taken for granted.
    pub(super) async fn tagged(&self, tag: &Tag) -> Result<Option<Digest>, Error> {
        match self {
            Self::Registry(spot) => {
                let name = Name::Tag(tag);
                found(manifests::resolve(&spot.home, &spot.name, &name).await)
            }
            Self::Layout(_) => Ok(None),
        }
    }

    /// Whether the manifest is there; HEAD. Of a folder nothing is taken for granted.
    pub(super) async fn holds(&self, digest: &Digest) -> Result<bool, Error> {
        match self {
            Self::Registry(spot) => {
                let name = Name::Digest(digest);
                let there = found(manifests::resolve(&spot.home, &spot.name, &name).await)?;
                Ok(there.is_some())
            }
            Self::Layout(_) => Ok(false),
        }
    }

    /// Sees to it that the blob is there: one attempt.
    pub(super) async fn take(
        &self,
        from: &ReadEnd,
        blob: &Descriptor,
        meter: &Meter,
    ) -> Result<Moved, Error> {
        match self {
            Self::Registry(spot) => self.push(spot, from, blob, meter).await,
            Self::Layout(writer) if writer.has(blob).await? => Ok(Moved::There),
            Self::Layout(writer) => {
                let sent = meter.begin(&blob.digest, blob.size);
                let pieces = from.open(blob).await?;
                writer.write(blob, pieces, &sent).await?;
                Ok(Moved::Sent)
            }
        }
    }

    async fn push(
        &self,
        spot: &Spot,
        from: &ReadEnd,
        blob: &Descriptor,
        meter: &Meter,
    ) -> Result<Moved, Error> {
        let beside = match from {
            ReadEnd::Registry { spot: source, .. } if self.is_beside(from) => Some(&source.name),
            _ => None,
        };
        let mounted = beside.unwrap_or(&spot.name);
        let session = match blobs::mount(&spot.home, &spot.name, &blob.digest, mounted).await? {
            Mount::There if beside.is_some() => return Ok(Moved::Mounted),
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
        match self {
            Self::Registry(spot) => {
                manifests::put(&spot.home, &spot.name, Target::Digest, manifest).await
            }
            Self::Layout(writer) => {
                writer.place(manifest).await?;
                Ok(Placed {
                    subject_acknowledged: false,
                    digest_told: true,
                })
            }
        }
    }

    /// Places a manifest at one of cosign's tags.
    pub(super) async fn place_at(&self, tag: &Tag, manifest: &Manifest) -> Result<(), Error> {
        match self {
            Self::Registry(spot) => {
                let tag = Target::Tag(tag);
                manifests::put(&spot.home, &spot.name, tag, manifest).await?;
            }
            Self::Layout(writer) => {
                writer.place(manifest).await?;
                writer.list(manifest.descriptor(), Some(tag.to_string()));
            }
        }
        Ok(())
    }

    /// What is listed as attached to `subject`.
    pub(super) async fn listed(&self, subject: &Digest) -> Result<HashSet<Digest>, Error> {
        match self {
            Self::Registry(spot) => {
                let listed = referrers::list(&spot.home, &spot.name, subject).await?;
                Ok(listed.descriptors.into_iter().map(|d| d.digest).collect())
            }
            Self::Layout(writer) => Ok(writer.attached(subject).await?.into_iter().collect()),
        }
    }

    /// Lists `entries` under `subject`, where that was not done by itself.
    pub(super) async fn list(&self, subject: &Digest, entries: &[Descriptor]) -> Result<(), Error> {
        match self {
            Self::Registry(spot) => attach::list(&spot.home, &spot.name, subject, entries).await,
            Self::Layout(writer) => {
                for entry in entries {
                    writer.list(entry.clone(), None);
                }
                Ok(())
            }
        }
    }

    /// What stands at one of cosign's tags.
    pub(super) async fn side_tag(&self, tag: &Tag) -> Result<Option<Manifest>, Error> {
        match self {
            Self::Registry(spot) => side::at_tag(spot, tag).await,
            Self::Layout(writer) => writer.tagged(tag.as_str()).await,
        }
    }
}

fn found(resolved: Result<Descriptor, Error>) -> Result<Option<Digest>, Error> {
    match resolved {
        Ok(descriptor) => Ok(Some(descriptor.digest)),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
