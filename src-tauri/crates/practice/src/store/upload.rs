//! Blobs on their way in. What has arrived is hashed as it arrives, and becomes content only
//! under the digest it really has.

use super::Store;
use bytes::Bytes;
use hallmark_image::{Algorithm, Digest, Hasher, RepositoryName};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

/// Sessions that may be open at once; the oldest gives way.
const MAX_SESSIONS: usize = 1024;
/// Read at once where a file has to be hashed again.
const CHUNK: usize = 256 * 1024;

/// One blob on its way in.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) repository: RepositoryName,
    written: u64,
    hasher: Hasher,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    Memory(Vec<u8>),
    File(tokio::fs::File, Temporary),
}

/// A file that is removed when nobody took it over.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Renamed by then, where all went well.
        let _ = fs::remove_file(&self.0);
    }
}

impl Upload {
    pub(crate) fn begin(repository: RepositoryName, folder: Option<PathBuf>) -> io::Result<Self> {
        let sink = match folder {
            None => Sink::Memory(Vec::new()),
            Some(folder) => file_sink(&folder)?,
        };
        Ok(Self {
            repository,
            written: 0,
            hasher: Hasher::new(Algorithm::Sha256),
            sink,
        })
    }

    /// Bytes so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Goes back to the last byte that counted: a request that was given up in the middle of a
    /// write may have left some behind it.
    pub(crate) async fn resume(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Memory(_) => {}
            Sink::File(file, _) => {
                file.seek(SeekFrom::Start(self.written)).await?;
            }
        }
        Ok(())
    }

    /// Takes the next bytes in.
    pub(crate) async fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.sink {
            Sink::Memory(kept) => kept.extend_from_slice(bytes),
            Sink::File(file, _) => file.write_all(bytes).await?,
        }
        self.hasher.update(bytes);
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Keeps what arrived under `expected`; false where it is something else.
    pub(crate) async fn finish(
        mut self,
        expected: &Digest,
        store: &Arc<Store>,
    ) -> io::Result<bool> {
        if let Sink::File(file, _) = &mut self.sink {
            file.set_len(self.written).await?;
            file.sync_data().await?;
        }
        if self.digest(expected.algorithm()).await? != *expected {
            return Ok(false);
        }
        let (store, expected) = (Arc::clone(store), expected.clone());
        let keep = move || match self.sink {
            Sink::Memory(kept) => store.content().put(&expected, Bytes::from(kept)),
            Sink::File(_, temporary) => store.content().adopt(&expected, &temporary.0),
        };
        tokio::task::spawn_blocking(keep)
            .await
            .map_err(io::Error::other)??;
        Ok(true)
    }

    /// Only SHA-256 is computed on the way: the algorithm is known at the end alone.
    async fn digest(&mut self, algorithm: Algorithm) -> io::Result<Digest> {
        if algorithm == Algorithm::Sha256 {
            return Ok(self.hasher.clone().finish());
        }
        let file = match &mut self.sink {
            Sink::Memory(kept) => return Ok(Digest::of(algorithm, kept)),
            Sink::File(file, _) => file,
        };
        file.seek(SeekFrom::Start(0)).await?;
        let mut hasher = Hasher::new(algorithm);
        let mut chunk = vec![0; CHUNK];
        loop {
            match file.read(&mut chunk).await? {
                0 => return Ok(hasher.finish()),
                read => hasher.update(&chunk[..read]),
            }
        }
    }
}

fn file_sink(folder: &Path) -> io::Result<Sink> {
    let path = folder.join(format!("{:032x}", rand::random::<u128>()));
    let file = fs::File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    Ok(Sink::File(tokio::fs::File::from_std(file), Temporary(path)))
}

/// The sessions that are open.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<Sessions>);

#[derive(Debug, Default)]
struct Sessions {
    begun: u64,
    open: BTreeMap<String, Session>,
}

#[derive(Debug)]
struct Session {
    number: u64,
    upload: Slot,
}

/// A session's upload; empty once it is finished.
pub(crate) type Slot = Arc<tokio::sync::Mutex<Option<Upload>>>;

impl Uploads {
    /// Opens a session and names it.
    pub(crate) fn open(&self, upload: Upload) -> String {
        let id = format!("{:032x}", rand::random::<u128>());
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.begun += 1;
        let session = Session {
            number: sessions.begun,
            upload: Arc::new(tokio::sync::Mutex::new(Some(upload))),
        };
        sessions.open.insert(id.clone(), session);
        sessions.give_way();
        id
    }

    /// The session of that name, if it is of that repository.
    pub(crate) async fn find(&self, repository: &RepositoryName, id: &str) -> Option<Slot> {
        let slot = {
            let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&sessions.open.get(id)?.upload)
        };
        let of_it = slot
            .lock()
            .await
            .as_ref()
            .is_some_and(|upload| upload.repository == *repository);
        of_it.then_some(slot)
    }

    /// Ends a session.
    pub(crate) fn close(&self, id: &str) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.open.remove(id);
    }
}

impl Sessions {
    fn give_way(&mut self) {
        while self.open.len() > MAX_SESSIONS {
            let oldest = self
                .open
                .iter()
                .min_by_key(|(_, session)| session.number)
                .map(|(id, _)| id.clone());
            match oldest {
                Some(id) => self.open.remove(&id),
                None => return,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Storage;

    #[tokio::test]
    async fn bytes_after_a_torn_write_do_not_become_content() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&Storage::Folder(folder.path().to_owned())).unwrap());
        let mut upload = store.upload("a".parse().unwrap()).unwrap();
        upload.append(b"hello ").await.unwrap();
        // A request given up in mid-write: bytes in the file that were never counted.
        if let Sink::File(file, _) = &mut upload.sink {
            file.write_all(b"garbage that is longer than the rest")
                .await
                .unwrap();
        }
        upload.resume().await.unwrap();
        upload.append(b"world").await.unwrap();
        let digest = Digest::of(Algorithm::Sha512, b"hello world");
        assert!(upload.finish(&digest, &store).await.unwrap());
        let found = store.content().find(&digest).await.unwrap().unwrap();
        assert_eq!(found.len(), 11);
    }

    #[test]
    fn the_oldest_session_gives_way() {
        let uploads = Uploads::default();
        let begin = || Upload::begin("a".parse().unwrap(), None).unwrap();
        let first = uploads.open(begin());
        let second = uploads.open(begin());
        for _ in 2..=MAX_SESSIONS {
            uploads.open(begin());
        }
        let sessions = uploads.0.lock().unwrap();
        assert!(!sessions.open.contains_key(&first));
        assert!(sessions.open.contains_key(&second));
    }
}
