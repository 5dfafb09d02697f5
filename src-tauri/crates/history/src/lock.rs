//! Locks of the operating system on small files beside the database. A lock lives exactly as
//! long as its process, however that ends; a lock file without a lock means nothing.

use crate::HistoryError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock `name` in `folder`, or `None` where another owner holds it.
    ///
    /// # Errors
    /// [`HistoryError::ReadOnly`], [`HistoryError::Full`] or [`HistoryError::Lock`] where the
    /// file cannot be made or locked at all.
    pub(crate) fn try_take(folder: &Path, name: &str) -> Result<Option<Self>, HistoryError> {
        let path = folder.join(name);
        let file = open(folder, &path).map_err(|error| explain(&error, &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { path, file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(explain(&error, &path)),
        }
    }

    /// Gives the lock back and removes its file; for a name that is never used again.
    pub(crate) fn retire(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "a lock file stays behind; it means nothing without its lock");
        }
        drop(self.file);
    }
}

fn open(folder: &Path, path: &Path) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

fn explain(error: &io::Error, path: &Path) -> HistoryError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            HistoryError::ReadOnly { path }
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => HistoryError::Full { path },
        _ => HistoryError::Lock {
            path,
            reason: error.to_string(),
        },
    }
}
