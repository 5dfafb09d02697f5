//! One copy under way: the image first, what is attached next, the tags last.
//!
//! Blobs and manifests go side by side as far as their order allows: a manifest is placed as
//! soon as all that it lists is there. A blob that several manifests list moves once.

use super::{
    Copied, CopyJob, CopyPhase, Missing, attached,
    progress::Meter,
    read_end::ReadEnd,
    tags,
    tally::{Moved, Once, Tally},
    write_end::WriteEnd,
};
use crate::{Client, Error, Placed};
use futures::future::{BoxFuture, try_join, try_join_all};
use hallmark_image::{Descriptor, Digest, Manifest, Tag, media_type};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Requests side by side.
const LANES: usize = 24;
/// Large blobs side by side: more would only take each other's bandwidth.
const LARGE_LANES: usize = 4;
/// From how many bytes on a blob is large.
const LARGE: u64 = 16 * 1024 * 1024;
/// How often a blob is tried at most.
const ATTEMPTS: u32 = 4;
/// How deep indexes may lie in each other.
const DEEPEST: usize = 8;
/// How many manifests are copied at most.
const MANIFESTS: usize = 10_000;

pub(super) struct Run<'c> {
    pub(super) client: &'c Client,
    pub(super) from: ReadEnd,
    pub(super) to: WriteEnd,
    pub(super) tally: Tally,
    pub(super) meter: Arc<Meter>,
    pub(super) lanes: Semaphore,
    large: Semaphore,
    blobs: Once,
    manifests: Once,
}

/// What is at the target before anything is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Source and target are one repository.
    Here,
    /// The image is there, with all that it lists; its first tag too, if there is one.
    There,
    /// It is not known to be there.
    Absent,
}

impl<'c> Run<'c> {
    pub(super) fn new(client: &'c Client, from: ReadEnd, to: WriteEnd, meter: Arc<Meter>) -> Self {
        Self {
            client,
            from,
            to,
            tally: Tally::default(),
            meter,
            lanes: Semaphore::new(LANES),
            large: Semaphore::new(LARGE_LANES),
            blobs: Once::default(),
            manifests: Once::default(),
        }
    }

    pub(super) async fn all(&self, job: &CopyJob) -> Result<Copied, Error> {
        let (root, standing) = self.look(job).await?;
        self.meter.enter(CopyPhase::Moving);
        if standing == Standing::Absent {
            self.parts(&root, 0).await?;
        }
        // A tag places the image as well; but what is attached wants it there before that.
        let before = job.attached || job.tags.is_empty() || self.to.is_folder();
        if before && standing == Standing::Absent {
            self.put(&root).await?;
        }
        if job.attached && standing != Standing::Here {
            self.meter.enter(CopyPhase::Attached);
            attached::carry(self, &root, standing == Standing::There).await?;
        }
        self.meter.enter(CopyPhase::Placing);
        tags::place(self, job, &root, standing).await?;
        Ok(self.tally.copied(&root, job.tags.clone()))
    }

    /// The image, and what of it is at the target, asked for side by side; of one and the same
    /// registry in turn where there is a login, so that it is asked for once. Where there is none
    /// and something is to be written, none will be asked for.
    async fn look(&self, job: &CopyJob) -> Result<(Manifest, Standing), Error> {
        if self.to.is_same(&self.from) {
            return Ok((self.root(job).await?, Standing::Here));
        }
        let first = job.tags.first();
        let tagged = async {
            match first {
                Some(tag) => self.to.tagged(tag).await,
                None => Ok(None),
            }
        };
        let (root, tagged) = if self.to.is_beside(&self.from) && self.to.may_log_in() {
            (self.root(job).await?, tagged.await?)
        } else {
            try_join(self.root(job), tagged).await?
        };
        let there = match first {
            Some(_) => tagged.as_ref() == Some(root.digest()),
            None => self.to.holds(root.digest()).await?,
        };
        let standing = match there {
            true => Standing::There,
            false => Standing::Absent,
        };
        Ok((root, standing))
    }

    async fn root(&self, job: &CopyJob) -> Result<Manifest, Error> {
        let root = match &job.manifest {
            Some(known) => known.clone(),
            None => self.from.root(self.client).await?,
        };
        match &job.expected {
            Some(expected) if expected != root.digest() => {
                Err(self.from.unexpected(expected, root.digest()))
            }
            _ => Ok(root),
        }
    }

    /// Sees to it that all that `manifest` lists is at the target.
    pub(super) fn parts<'r>(
        &'r self,
        manifest: &'r Manifest,
        depth: usize,
    ) -> BoxFuture<'r, Result<(), Error>> {
        let owner = manifest.digest();
        Box::pin(async move {
            if depth > DEEPEST || self.manifests.len() > MANIFESTS {
                return Err(self.from.endless());
            }
            let blobs = manifest.config().into_iter().chain(manifest.layers());
            let blobs = blobs.map(|blob| self.blob(owner, blob));
            let children = manifest.children().iter();
            let children = children.map(|child| self.child(owner, child, depth + 1));
            try_join(try_join_all(blobs), try_join_all(children)).await?;
            Ok(())
        })
    }

    async fn child(&self, owner: &Digest, child: &Descriptor, depth: usize) -> Result<(), Error> {
        let listed = &child.media_type;
        if !media_type::is_index(listed) && !media_type::is_manifest(listed) {
            // Such as the layers in BuildKit's cache.
            return self.blob(owner, child).await;
        }
        let once = self.manifests.cell(&child.digest);
        let copy = || async {
            let manifest = self.fetch(&child.digest).await?;
            self.parts(&manifest, depth).await?;
            self.put(&manifest).await.map(|_| ())
        };
        once.get_or_try_init(copy).await.map(|_| ())
    }

    /// A manifest from the source.
    pub(super) async fn fetch(&self, digest: &Digest) -> Result<Manifest, Error> {
        let _lane = self.lanes.acquire().await;
        self.from.manifest(self.client, digest).await
    }

    /// Places a manifest by its digest.
    pub(super) async fn put(&self, manifest: &Manifest) -> Result<Placed, Error> {
        let _lane = self.lanes.acquire().await;
        let placed = self.to.place(manifest).await?;
        self.tally.manifest(manifest);
        Ok(placed)
    }

    /// Places a manifest at a tag.
    pub(super) async fn put_tag(&self, tag: &Tag, manifest: &Manifest) -> Result<(), Error> {
        let _lane = self.lanes.acquire().await;
        self.to.place_at(tag, manifest).await?;
        self.tally.manifest(manifest);
        Ok(())
    }

    async fn blob(&self, owner: &Digest, blob: &Descriptor) -> Result<(), Error> {
        let once = self.blobs.cell(&blob.digest);
        let copy = || async {
            self.meter.expect(blob.size);
            let moved = self.lane(owner, blob).await?;
            self.meter.end(&blob.digest, blob.size);
            if let Some(moved) = moved {
                self.tally.blob(moved, blob.size);
            }
            Ok(())
        };
        once.get_or_try_init(copy).await.map(|_| ())
    }

    async fn lane(&self, owner: &Digest, blob: &Descriptor) -> Result<Option<Moved>, Error> {
        let _large = match blob.size >= LARGE {
            true => Some(self.large.acquire().await),
            false => None,
        };
        let _lane = self.lanes.acquire().await;
        if is_foreign(blob) && !self.from.has(blob).await? {
            self.tally.missing(left_out(owner, blob));
            return Ok(None);
        }
        self.attempts(blob).await.map(Some)
    }

    /// As often as it is worth, each time from the beginning: nothing that was sent in vain
    /// is built upon.
    async fn attempts(&self, blob: &Descriptor) -> Result<Moved, Error> {
        let patience = self.client.patience();
        let mut attempt = 1;
        loop {
            let error = match self.to.take(&self.from, blob, &self.meter).await {
                Ok(moved) => return Ok(moved),
                Err(error) => error,
            };
            let backoff = patience.backoff * 2_u32.pow(attempt - 1);
            let pause = error.pause().map(|asked| pause(asked, backoff));
            match pause.filter(|pause| *pause <= patience.retry_after) {
                Some(pause) if attempt < ATTEMPTS => tokio::time::sleep(pause).await,
                _ => return Err(error),
            }
            attempt += 1;
        }
    }
}

/// A pause of none is one that needs no waiting: only the login was renewed.
fn pause(asked: Option<Duration>, backoff: Duration) -> Duration {
    match asked {
        Some(Duration::ZERO) => Duration::ZERO,
        Some(asked) => asked.max(backoff),
        None => backoff,
    }
}

/// A layer that is not meant to be in every registry, or that says where else it is.
fn is_foreign(blob: &Descriptor) -> bool {
    let media_type = &blob.media_type;
    !blob.urls.is_empty()
        || media_type.contains(".foreign.")
        || media_type.contains(".nondistributable.")
}

fn left_out(owner: &Digest, blob: &Descriptor) -> Missing {
    Missing {
        subject: owner.clone(),
        digest: Some(blob.digest.clone()),
        artifact_type: Some(blob.media_type.clone()),
        why: "The source does not have this layer itself; the address that the manifest gives \
              for it was not followed."
            .to_owned(),
    }
}
