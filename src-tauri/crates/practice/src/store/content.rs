//! Bytes by their digest, in memory or as files. Whoever puts them has checked the digest.

use bytes::Bytes;
use hallmark_image::Digest;
use std::{
    collections::HashMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

/// Where content lies.
#[derive(Debug)]
pub(crate) enum Content {
    Memory(RwLock<HashMap<Digest, Bytes>>),
    Folder(PathBuf),
}

/// Content that was found, ready to be read.
#[derive(Debug)]
pub(crate) enum Source {
    Memory(Bytes),
    File(tokio::fs::File, u64),
}

impl Source {
    /// Length, bytes.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(_, len) => *len,
        }
    }
}

impl Content {
    pub(crate) fn memory() -> Self {
        Self::Memory(RwLock::default())
    }

    pub(crate) fn folder(path: PathBuf) -> Self {
        Self::Folder(path)
    }

    /// Finds content by its digest.
    pub(crate) async fn find(&self, digest: &Digest) -> io::Result<Option<Source>> {
        let root = match self {
            Self::Memory(kept) => {
                let kept = kept.read().unwrap_or_else(PoisonError::into_inner);
                return Ok(kept.get(digest).cloned().map(Source::Memory));
            }
            Self::Folder(root) => root,
        };
        match tokio::fs::File::open(place(root, digest)).await {
            Ok(file) => {
                let len = file.metadata().await?.len();
                Ok(Some(Source::File(file, len)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps small content, such as a manifest. Blocks while it is written.
    pub(crate) fn put(&self, digest: &Digest, bytes: Bytes) -> io::Result<()> {
        match self {
            Self::Memory(kept) => {
                let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
                kept.insert(digest.clone(), bytes);
                Ok(())
            }
            Self::Folder(root) => {
                let place = place(root, digest);
                if place.exists() {
                    return Ok(());
                }
                fs::create_dir_all(parent(&place))?;
                write_whole(&place, &bytes)
            }
        }
    }

    /// Takes over a finished file. Blocks.
    pub(crate) fn adopt(&self, digest: &Digest, file: &Path) -> io::Result<()> {
        match self {
            Self::Memory(_) => self.put(digest, fs::read(file)?.into()),
            Self::Folder(root) => {
                let place = place(root, digest);
                fs::create_dir_all(parent(&place))?;
                fs::rename(file, place)
            }
        }
    }
}

/// `<root>/sha256/7c/7c1e…`: a digest's syntax is checked, so it is safe as a path.
fn place(root: &Path, digest: &Digest) -> PathBuf {
    root.join(digest.algorithm().name())
        .join(&digest.hex()[..2])
        .join(digest.hex())
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{:016x}.tmp", rand::random::<u64>()));
    let written = fs::File::create_new(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_data()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What is left over is harmless, and the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}
