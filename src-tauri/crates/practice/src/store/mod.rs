//! What the registry keeps: shelves, one a repository, and the content they point at by digest.
//! A change is on disk before anybody reads it; content is never taken away again, so a reader
//! who found it keeps it.

mod content;
mod folder;
mod upload;

pub(crate) use content::{Content, Source};
pub(crate) use upload::{Slot, Upload, Uploads};

use crate::{StartError, Storage};
use bytes::Bytes;
use folder::Folder;
use hallmark_image::{Descriptor, Digest, Manifest, RepositoryName, Tag};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// One repository: which content it shows, and under which names.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shelf {
    pub(crate) blobs: BTreeSet<Digest>,
    pub(crate) manifests: BTreeMap<Digest, Kept>,
    pub(crate) tags: BTreeMap<Tag, Digest>,
}

/// A manifest on a shelf.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// As the referrers API lists it; the media type is the Content-Type it came with.
    pub(crate) descriptor: Descriptor,
    /// What it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Digest>,
}

impl Kept {
    /// Distribution-spec, "Listing Referrers": the artifact type falls back to the
    /// configuration's media type.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let mut descriptor = manifest.descriptor();
        descriptor.artifact_type = manifest
            .artifact_type()
            .or_else(|| manifest.config().map(|config| config.media_type.as_str()))
            .map(str::to_owned);
        descriptor.annotations = manifest.annotations().clone();
        Self {
            descriptor,
            subject: manifest.subject().map(|subject| subject.digest.clone()),
        }
    }
}

#[cfg(feature = "faults")]
impl Kept {
    /// Something that is no manifest.
    pub(crate) fn bare(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            subject: None,
        }
    }
}

impl Shelf {
    /// The manifests attached to `subject`, by digest.
    pub(crate) fn referrers<'a>(
        &'a self,
        subject: &'a Digest,
    ) -> impl Iterator<Item = &'a Descriptor> {
        self.manifests
            .values()
            .filter(move |kept| kept.subject.as_ref() == Some(subject))
            .map(|kept| &kept.descriptor)
    }

    /// Takes a manifest away that no tag names any more.
    pub(crate) fn forget_untagged(&mut self, digest: &Digest) {
        if !self.tags.values().any(|tagged| tagged == digest) {
            self.manifests.remove(digest);
        }
    }

    /// Takes a manifest away, and every tag on it. False where it was not there.
    pub(crate) fn remove_manifest(&mut self, digest: &Digest) -> bool {
        self.tags.retain(|_, target| target != digest);
        self.manifests.remove(digest).is_some()
    }
}

/// All repositories.
pub(crate) type Shelves = BTreeMap<RepositoryName, Arc<Shelf>>;

/// Everything the registry keeps.
#[derive(Debug)]
pub(crate) struct Store {
    content: Content,
    folder: Option<Folder>,
    shelves: RwLock<Shelves>,
    /// Held for the length of a change: one at a time.
    writer: Mutex<()>,
}

impl Store {
    /// Opens the storage, with what an earlier run left in it.
    pub(crate) fn open(storage: &Storage) -> Result<Self, StartError> {
        let (content, folder, shelves) = match storage {
            Storage::Memory => (Content::memory(), None, BTreeMap::new()),
            Storage::Folder(path) => {
                let folder = Folder::open(path)?;
                let shelves = folder.shelves()?;
                (Content::folder(folder.blobs()), Some(folder), shelves)
            }
        };
        Ok(Self {
            content,
            folder,
            shelves: RwLock::new(shelves),
            writer: Mutex::new(()),
        })
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    /// A place for an upload to grow in.
    pub(crate) fn upload(&self, repository: RepositoryName) -> io::Result<Upload> {
        Upload::begin(repository, self.folder.as_ref().map(Folder::uploads))
    }

    /// The repository as it stands; it does not change under the reader.
    pub(crate) fn shelf(&self, name: &RepositoryName) -> Option<Arc<Shelf>> {
        let shelves = self.shelves.read().unwrap_or_else(PoisonError::into_inner);
        shelves.get(name).cloned()
    }

    /// The names of all repositories with something on the shelf, sorted.
    pub(crate) fn repositories(&self) -> Vec<RepositoryName> {
        let shelves = self.shelves.read().unwrap_or_else(PoisonError::into_inner);
        shelves
            .iter()
            .filter(|(_, shelf)| !shelf.manifests.is_empty())
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Changes a repository, making it where it is missing. The change runs to its end even
    /// where the request that asked for it is given up.
    pub(crate) async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        name: RepositoryName,
        change: impl FnOnce(&mut Shelf) -> T + Send + 'static,
    ) -> io::Result<T> {
        let store = Arc::clone(self);
        tokio::task::spawn_blocking(move || store.change_now(name, change))
            .await
            .map_err(io::Error::other)?
    }

    /// Keeps a manifest's bytes, then shows it, under those tags as well.
    pub(crate) async fn keep_manifest(
        self: &Arc<Self>,
        name: &RepositoryName,
        kept: Kept,
        bytes: Bytes,
        tags: Vec<Tag>,
    ) -> io::Result<()> {
        let store = Arc::clone(self);
        let change = move |shelf: &mut Shelf| {
            let digest = kept.descriptor.digest.clone();
            store.content.put(&digest, bytes)?;
            for tag in tags {
                shelf.tags.insert(tag, digest.clone());
            }
            shelf.manifests.insert(digest, kept);
            Ok(())
        };
        self.change(name.clone(), change).await?
    }

    /// Keeps blobs, each under a digest that the caller has checked, then shows them.
    pub(crate) async fn keep_blobs(
        self: &Arc<Self>,
        name: &RepositoryName,
        blobs: Vec<(Digest, Bytes)>,
    ) -> io::Result<()> {
        let store = Arc::clone(self);
        let change = move |shelf: &mut Shelf| {
            for (digest, bytes) in blobs {
                store.content.put(&digest, bytes)?;
                shelf.blobs.insert(digest);
            }
            Ok(())
        };
        self.change(name.clone(), change).await?
    }

    fn change_now<T>(
        &self,
        name: RepositoryName,
        change: impl FnOnce(&mut Shelf) -> T,
    ) -> io::Result<T> {
        let _alone = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = self.shelf(&name).as_deref().cloned().unwrap_or_default();
        let outcome = change(&mut next);
        if let Some(folder) = &self.folder {
            folder.keep(&name, &next)?;
        }
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        shelves.insert(name, Arc::new(next));
        Ok(outcome)
    }
}

#[cfg(feature = "faults")]
impl Store {
    /// Every repository as it stands.
    pub(crate) fn shelves(&self) -> Shelves {
        let shelves = self.shelves.read().unwrap_or_else(PoisonError::into_inner);
        shelves.clone()
    }

    /// Puts other repositories in the place of all there are. Content is never taken away, so
    /// what they show is still there.
    pub(crate) fn replace(&self, other: Shelves) {
        let _alone = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        *shelves = other;
    }
}
