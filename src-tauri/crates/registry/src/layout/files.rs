//! Files of a layout: read within limits, written whole, never through a symbolic link.

use super::{cannot, wrong};
use crate::Error;
use bytes::Bytes;
use hallmark_image::Digest;
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// What the names of files begin with that are not finished yet.
pub(super) const UNFINISHED: &str = ".hallmark-";

/// Runs file work where it may block.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(cannot(
            "used",
            Path::new("the disk"),
            &io::Error::other(error),
        )),
    }
}

/// Where a blob is; its folders are real ones.
pub(super) fn blob_path(root: &Path, digest: &Digest) -> Result<PathBuf, Error> {
    let mut path = root.to_owned();
    for folder in ["blobs", digest.algorithm().name()] {
        path.push(folder);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(wrong(&path, "it is no folder of its own")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot("read", &path, &error)),
        }
    }
    Ok(path.join(digest.hex()))
}

/// Opens a regular file and tells its length; None where there is nothing.
pub(super) fn open(path: &Path) -> Result<Option<(File, u64)>, Error> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot("read", path, &error)),
    };
    if !found.is_file() {
        return Err(wrong(path, "it is no regular file"));
    }
    let file = File::open(path).map_err(|error| cannot("read", path, &error))?;
    Ok(Some((file, found.len())))
}

/// A whole file of at most `limit` bytes; None where there is nothing.
pub(super) fn read(path: &Path, limit: u64) -> Result<Option<Bytes>, Error> {
    let Some((file, length)) = open(path)? else {
        return Ok(None);
    };
    if length > limit {
        return Err(wrong(path, format!("it is longer than {limit} bytes")));
    }
    let mut bytes = Vec::new();
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| cannot("read", path, &error))?;
    Ok(Some(bytes.into()))
}

/// A file that is not finished yet, and goes away unless it is.
pub(super) fn begin(root: &Path) -> Result<NamedTempFile, Error> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    builder
        .tempfile_in(root)
        .map_err(|error| cannot("written", root, &error))
}

/// Gives a file its place, once it is on the disk.
pub(super) fn finish(file: NamedTempFile, path: &Path) -> Result<(), Error> {
    let synced = file.as_file().sync_all();
    synced.map_err(|error| cannot("written", path, &error))?;
    file.persist(path)
        .map_err(|error| cannot("written", path, &error.error))?;
    Ok(())
}

/// Puts a folder's names on the disk.
pub(super) fn settle(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| cannot("written", folder, &error))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
