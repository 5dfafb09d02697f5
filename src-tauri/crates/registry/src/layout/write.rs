//! Writing a layout: one writer at a time, blobs first, `index.json` once at the end.

use super::{
    INDEX, MARK, cannot,
    entries::Entries,
    files::{self, UNFINISHED, apart},
    read::{Layout, manifest},
    wrong,
};
use crate::{Error, ErrorKind, checked::Pieces};
use futures::StreamExt;
use hallmark_image::{Descriptor, Digest, Hasher, Manifest};
use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Hashed of a file at once, bytes.
const PIECE: usize = 256 * 1024;

/// A layout that is being written to. The folder is locked for as long as it lives.
#[derive(Debug)]
pub(crate) struct Writer {
    layout: Layout,
    /// What `index.json` shall list besides, and under which tag.
    added: Mutex<Vec<(Descriptor, Option<String>)>>,
    _lock: File,
}

impl Writer {
    /// The layout in `root`, made where there is none.
    pub(crate) async fn open(root: &Path) -> Result<Self, Error> {
        let root = root.to_owned();
        let at = root.clone();
        let lock = apart(move || prepare(&at)).await?;
        Ok(Self {
            layout: Layout::open(&root).await?,
            added: Mutex::default(),
            _lock: lock,
        })
    }

    /// Whether the blob is there, every byte of it.
    pub(crate) async fn has(&self, blob: &Descriptor) -> Result<bool, Error> {
        let (layout, blob) = (self.layout.clone(), blob.clone());
        apart(move || is_whole(layout.root(), &blob)).await
    }

    /// Writes a blob's bytes as they come; `sent` counts them.
    pub(crate) async fn write(
        &self,
        blob: &Descriptor,
        mut pieces: Pieces,
        sent: &Arc<AtomicU64>,
    ) -> Result<(), Error> {
        let (layout, digest) = (self.layout.clone(), blob.digest.clone());
        let (mut file, path) = apart(move || {
            let path = files::blob_path(layout.root(), &digest)?;
            Ok((files::begin(layout.root())?, path))
        })
        .await?;
        while let Some(piece) = pieces.next().await.transpose()? {
            let at = path.clone();
            let length = piece.len() as u64;
            file = apart(move || {
                let written = file.write_all(&piece);
                written.map_err(|error| cannot("written", &at, &error))?;
                Ok(file)
            })
            .await?;
            sent.fetch_add(length, Ordering::Relaxed);
        }
        apart(move || files::finish(file, &path)).await
    }

    /// Writes a manifest's bytes.
    pub(crate) async fn place(&self, manifest: &Manifest) -> Result<(), Error> {
        let (layout, manifest) = (self.layout.clone(), manifest.clone());
        apart(move || {
            let descriptor = manifest.descriptor();
            if is_whole(layout.root(), &descriptor)? {
                return Ok(());
            }
            let path = files::blob_path(layout.root(), manifest.digest())?;
            let mut file = files::begin(layout.root())?;
            let written = file.write_all(manifest.bytes());
            written.map_err(|error| cannot("written", &path, &error))?;
            files::finish(file, &path)
        })
        .await
    }

    /// Has `index.json` list it, once [`commit`](Self::commit) is called.
    pub(crate) fn list(&self, entry: Descriptor, tag: Option<String>) {
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        added.push((entry, tag));
    }

    /// What is, or will be, listed as attached to `subject`.
    pub(crate) async fn attached(&self, subject: &Digest) -> Result<Vec<Digest>, Error> {
        let mut found: Vec<Digest> = Vec::new();
        for entry in self.layout.attached(subject).await? {
            found.push(entry.digest);
        }
        let (layout, added, subject) = (self.layout.clone(), self.added(), subject.clone());
        let new = apart(move || {
            let entries = added.into_iter().filter(|(entry, _)| {
                let read = manifest(layout.root(), &entry.digest).ok();
                read.is_some_and(|m| m.subject().is_some_and(|named| named.digest == subject))
            });
            Ok(entries.map(|(entry, _)| entry.digest).collect::<Vec<_>>())
        })
        .await?;
        found.extend(new);
        Ok(found)
    }

    /// What the tag names before the commit.
    pub(crate) async fn tagged(&self, tag: &str) -> Result<Option<Manifest>, Error> {
        self.layout.tagged(tag).await
    }

    /// Writes `index.json`, after all that it names is on the disk.
    pub(crate) async fn commit(&self) -> Result<(), Error> {
        let (layout, added) = (self.layout.clone(), self.added());
        apart(move || commit(layout.root(), &added)).await
    }

    fn added(&self) -> Vec<(Descriptor, Option<String>)> {
        self.added
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn commit(root: &Path, added: &[(Descriptor, Option<String>)]) -> Result<(), Error> {
    let mut entries = Entries::read(root)?;
    for (entry, tag) in added {
        entries.add(entry, tag.as_deref());
    }
    for (entry, _) in added {
        if let Some(folder) = files::blob_path(root, &entry.digest)?.parent() {
            files::settle(folder)?;
        }
    }
    let path = root.join(INDEX);
    let mut file = files::begin(root)?;
    let written = file.write_all(&entries.bytes());
    written.map_err(|error| cannot("written", &path, &error))?;
    files::finish(file, &path)?;
    files::settle(root)
}

/// Makes the folder a layout, takes its lock, and clears away what a writer that died left.
fn prepare(root: &Path) -> Result<File, Error> {
    fs::create_dir_all(root).map_err(|error| cannot("made", root, &error))?;
    let lock = lock(root)?;
    let mark = root.join(MARK);
    if files::open(&mark)?.is_none() {
        refuse_others(root)?;
        let mut file = files::begin(root)?;
        let written = file.write_all(br#"{"imageLayoutVersion":"1.0.0"}"#);
        written.map_err(|error| cannot("written", &mark, &error))?;
        files::finish(file, &mark)?;
    }
    for name in ["sha256", "sha512"] {
        // Where `blobs` leads elsewhere, that is told when a blob's path is made.
        let folder = root.join("blobs").join(name);
        fs::create_dir_all(&folder).map_err(|error| cannot("made", &folder, &error))?;
    }
    clear(root);
    Ok(lock)
}

/// The folder itself is what is locked, so that no file is left behind by it.
fn lock(root: &Path) -> Result<File, Error> {
    let lock = File::open(root).map_err(|error| cannot("opened", root, &error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::local(
            ErrorKind::Folder,
            format!("Another copy is writing into {}.", root.display()),
            "Try again once it is done.",
        )),
        Err(TryLockError::Error(error)) => Err(cannot("locked", root, &error)),
    }
}

/// A folder with other things in it does not become a layout.
fn refuse_others(root: &Path) -> Result<(), Error> {
    let mut found = fs::read_dir(root).map_err(|error| cannot("read", root, &error))?;
    let other = found.any(|entry| entry.is_ok_and(|entry| !is_unfinished(&entry)));
    match other {
        true => Err(wrong(
            root,
            "it holds other things and no file named oci-layout",
        )),
        false => Ok(()),
    }
}

fn is_unfinished(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with(UNFINISHED)
}

fn clear(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if is_unfinished(&entry) {
            // What stays only takes up room.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_whole(root: &Path, blob: &Descriptor) -> Result<bool, Error> {
    let path = files::blob_path(root, &blob.digest)?;
    match files::open(&path)? {
        Some((file, length)) if length == blob.size => {
            let found =
                hashed(file, &blob.digest).map_err(|error| cannot("read", &path, &error))?;
            Ok(found == blob.digest)
        }
        _ => Ok(false),
    }
}

fn hashed(mut file: File, digest: &Digest) -> io::Result<Digest> {
    let mut hasher = Hasher::new(digest.algorithm());
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&piece[..read]),
        }
    }
}
