//! The folder a registry survives in: `blobs/` by digest, `repositories/<name>/_shelf.json`,
//! `uploads/` for what is not finished, and `lock`, held by the one process that has it open.

use super::{Shelf, content::write_whole};
use crate::StartError;
use hallmark_image::RepositoryName;
use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// No repository's name has a part that begins with `_`.
const SHELF: &str = "_shelf.json";

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens or makes the folder, and throws away what earlier runs left unfinished.
    pub(crate) fn open(root: &Path) -> Result<Self, StartError> {
        let refused = |source| StartError::Folder {
            path: root.to_owned(),
            source,
        };
        fs::create_dir_all(root).map_err(refused)?;
        let lock = File::create(root.join("lock")).map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse(root.to_owned())),
            Err(TryLockError::Error(source)) => return Err(refused(source)),
        }
        let folder = Self {
            root: root.to_owned(),
            _lock: lock,
        };
        folder.prepare().map_err(refused)?;
        Ok(folder)
    }

    fn prepare(&self) -> io::Result<()> {
        match fs::remove_dir_all(self.uploads()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(self.uploads())?,
        }
        fs::create_dir_all(self.blobs())?;
        fs::create_dir_all(self.repositories())
    }

    pub(crate) fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    pub(crate) fn uploads(&self) -> PathBuf {
        self.root.join("uploads")
    }

    fn repositories(&self) -> PathBuf {
        self.root.join("repositories")
    }

    /// Reads every shelf.
    pub(crate) fn shelves(&self) -> Result<BTreeMap<RepositoryName, Arc<Shelf>>, StartError> {
        let mut shelves = BTreeMap::new();
        read_shelves(&self.repositories(), "", &mut shelves)?;
        Ok(shelves)
    }

    /// Writes one shelf, whole or not at all.
    pub(crate) fn keep(&self, name: &RepositoryName, shelf: &Shelf) -> io::Result<()> {
        let folder = self.repositories().join(name.as_str());
        fs::create_dir_all(&folder)?;
        write_whole(&folder.join(SHELF), &serde_json::to_vec(shelf)?)
    }
}

fn read_shelves(
    folder: &Path,
    name: &str,
    shelves: &mut BTreeMap<RepositoryName, Arc<Shelf>>,
) -> Result<(), StartError> {
    let unreadable = |source| StartError::Folder {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let part = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            let inner = format!("{name}{}{part}", if name.is_empty() { "" } else { "/" });
            read_shelves(&entry.path(), &inner, shelves)?;
        } else if part == SHELF {
            let (name, shelf) = read_shelf(&entry.path(), name)?;
            shelves.insert(name, Arc::new(shelf));
        }
    }
    Ok(())
}

fn read_shelf(path: &Path, name: &str) -> Result<(RepositoryName, Shelf), StartError> {
    let damaged = |reason: String| StartError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let bytes = fs::read(path).map_err(|source| StartError::Folder {
        path: path.to_owned(),
        source,
    })?;
    let shelf = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let name = name
        .parse()
        .map_err(|error: hallmark_image::ReferenceError| damaged(error.to_string()))?;
    Ok((name, shelf))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_open_in_one_place_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::open(folder.path()).unwrap();
        assert!(matches!(
            Folder::open(folder.path()),
            Err(StartError::InUse(_))
        ));
        drop(first);
        Folder::open(folder.path()).unwrap();
    }

    #[test]
    fn a_damaged_shelf_is_named() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let name: RepositoryName = "payments/api".parse().unwrap();
        folder.keep(&name, &Shelf::default()).unwrap();
        let file = root.path().join("repositories/payments/api").join(SHELF);
        fs::write(&file, b"{\"blobs\":").unwrap();
        match folder.shelves() {
            Err(StartError::Damaged { path, .. }) => assert_eq!(path, file),
            other => panic!("{other:?}"),
        }
    }
}
