//! Reports and statements that were fetched once, kept by digest.
//!
//! What is here is only ever a copy of what a registry has, hashed again whenever it is
//! read; the folder may be deleted at any time.

use crate::home::write_whole;
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, Repository};
use hallmark_registry::{Client, Error as RegistryError};
use std::{fs, path::PathBuf};

/// The largest report that is read, bytes.
pub(crate) const MAX_REPORT: u64 = 512 * 1024 * 1024;

/// A folder of blobs, named by their digests.
#[derive(Clone, Debug)]
pub(crate) struct ContentCache(PathBuf);

impl ContentCache {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The blob, from here or from the registry.
    pub(crate) async fn blob(
        &self,
        client: &Client,
        repository: &Repository,
        descriptor: &Descriptor,
    ) -> Result<Bytes, RegistryError> {
        if let Some(bytes) = self.find(&descriptor.digest) {
            return Ok(bytes);
        }
        let bytes = client.blob(repository, descriptor, MAX_REPORT).await?;
        self.keep(&descriptor.digest, &bytes);
        Ok(bytes)
    }

    pub(crate) fn find(&self, digest: &Digest) -> Option<Bytes> {
        let bytes = fs::read(self.path(digest)).ok()?;
        digest.matches(&bytes).then(|| bytes.into())
    }

    /// Keeping is a kindness: where the disk is full, the next look fetches again.
    pub(crate) fn keep(&self, digest: &Digest, bytes: &[u8]) {
        let path = self.path(digest);
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder).map(|()| write_whole(&path, bytes));
        }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.0.join(digest.algorithm().name()).join(digest.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_was_changed_is_not_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ContentCache::in_folder(folder.path().to_owned());
        let digest = Digest::sha256("report");
        cache.keep(&digest, b"report");
        assert_eq!(cache.find(&digest).as_deref(), Some(&b"report"[..]));
        fs::write(cache.path(&digest), "forged").unwrap();
        assert_eq!(cache.find(&digest), None);
    }
}
