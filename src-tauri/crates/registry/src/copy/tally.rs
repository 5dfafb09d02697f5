//! What a copy came to so far, and what it does only once.

use super::{Copied, Missing};
use hallmark_image::{Digest, Manifest, Tag};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OnceCell;

/// What became of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    Sent,
    Mounted,
    There,
}

#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Counts>);

#[derive(Clone, Debug, Default)]
struct Counts {
    manifests: HashSet<Digest>,
    blobs: u64,
    bytes: u64,
    mounted: u64,
    already: u64,
    missing: Vec<Missing>,
}

impl Tally {
    pub(super) fn blob(&self, moved: Moved, size: u64) {
        let mut counts = self.counts();
        match moved {
            Moved::Sent => counts.bytes += size,
            Moved::Mounted => counts.mounted += size,
            Moved::There => counts.already += size,
        }
        counts.blobs += u64::from(moved != Moved::There);
    }

    pub(super) fn manifest(&self, manifest: &Manifest) {
        let mut counts = self.counts();
        if counts.manifests.insert(manifest.digest().clone()) {
            counts.bytes += manifest.bytes().len() as u64;
        }
    }

    pub(super) fn missing(&self, missing: Missing) {
        let mut counts = self.counts();
        if !counts.missing.contains(&missing) {
            counts.missing.push(missing);
        }
    }

    /// The sum, for `root` placed at `tags`. Requests are counted elsewhere.
    pub(super) fn copied(&self, root: &Manifest, tags: Vec<Tag>) -> Copied {
        let counts = self.counts().clone();
        Copied {
            digest: root.digest().clone(),
            media_type: root.media_type().to_owned(),
            manifests: counts.manifests.len() as u64,
            blobs: counts.blobs,
            bytes: counts.bytes,
            mounted: counts.mounted,
            already: counts.already,
            requests: 0,
            missing: counts.missing,
            tags,
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that is done once for each digest, however many ask for it at once.
#[derive(Debug, Default)]
pub(super) struct Once(Mutex<HashMap<Digest, Arc<OnceCell<()>>>>);

impl Once {
    pub(super) fn cell(&self, digest: &Digest) -> Arc<OnceCell<()>> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry(digest.clone()).or_default())
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
