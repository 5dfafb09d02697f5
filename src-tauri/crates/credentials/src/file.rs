//! The last fallback: secrets in one file behind a passphrase, in the `age` format
//! (age-encryption.org/v1, scrypt recipient), opted into by a person.
//!
//! The file is never changed in place: it is written anew beside itself and renamed over, so
//! that a crash leaves the old or the new one. Two processes may use one file at once.

use crate::{Backend, Place, SecretBytes, SecretString, StoreError};
use age::{DecryptError, scrypt, secrecy};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};
use zeroize::Zeroizing;

/// scrypt with N = 2^17: about half a second and 128 MiB for each guess.
const WORK_FACTOR: u8 = 17;
/// The most work that a file may ask of its reader.
const MOST_WORK: u8 = 18;
/// Bytes: thousands of logins. A larger file is not one of ours.
const MOST_BYTES: u64 = 4 << 20;

type Entries = BTreeMap<String, SecretBytes>;

/// Keeps secrets in an encrypted file. Opening and each change take about half a second.
pub struct PassphraseFile {
    path: PathBuf,
    passphrase: SecretString,
    work_factor: u8,
    read: Mutex<Snapshot>,
}

/// What the file held when it was last deciphered. While its bytes stay the same there is no
/// need to spend the work again.
#[derive(Default)]
struct Snapshot {
    bytes: Option<Vec<u8>>,
    entries: Entries,
}

impl PassphraseFile {
    /// Opens the file at `path`. One that is not there yet is made when something is stored.
    /// Blocks for about half a second.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`]; [`StoreError::Corrupt`] where it is no such file or
    /// was damaged; [`StoreError::Io`]; [`StoreError::Refused`] for an empty passphrase.
    pub fn open(path: impl Into<PathBuf>, passphrase: SecretString) -> Result<Self, StoreError> {
        Self::with_work(path.into(), passphrase, WORK_FACTOR)
    }

    fn with_work(path: PathBuf, passphrase: SecretString, work: u8) -> Result<Self, StoreError> {
        if passphrase.expose().is_empty() {
            return Err(StoreError::Refused("the passphrase is empty".into()));
        }
        // Renaming over a link would replace the link.
        let path = fs::canonicalize(&path).unwrap_or(path);
        let file = Self {
            path,
            passphrase,
            work_factor: work,
            read: Mutex::default(),
        };
        file.refresh(&mut file.snapshot())?;
        Ok(file)
    }

    fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refresh(&self, snapshot: &mut Snapshot) -> Result<(), StoreError> {
        let bytes = self.read_file()?;
        if bytes != snapshot.bytes {
            snapshot.entries = match &bytes {
                Some(bytes) => self.decipher(bytes)?,
                None => Entries::new(),
            };
            snapshot.bytes = bytes;
        }
        Ok(())
    }

    fn read_file(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io(&error)),
        };
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| self.io(&error))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(self.corrupt("is larger than any file of Hallmark's"));
        }
        Ok(Some(bytes))
    }

    fn decipher(&self, bytes: &[u8]) -> Result<Entries, StoreError> {
        let mut identity = scrypt::Identity::new(self.age_passphrase());
        identity.set_max_work_factor(MOST_WORK);
        let plain = age::decrypt(&identity, bytes).map_err(|error| match error {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                StoreError::WrongPassphrase
            }
            DecryptError::ExcessiveWork { .. } => {
                self.corrupt("asks for more work than any file of Hallmark's")
            }
            DecryptError::NoMatchingKeys => self.corrupt("is not behind a passphrase"),
            _ => self.corrupt("is damaged, or not a file of Hallmark's"),
        })?;
        read_entries(&Zeroizing::new(plain)).ok_or_else(|| self.corrupt("holds something else"))
    }

    fn encipher(&self, entries: &Entries) -> Result<Vec<u8>, StoreError> {
        let refused = |why: String| StoreError::Refused(format!("enciphering failed: {why}"));
        let plain = write_entries(entries).ok_or_else(|| refused("no JSON".into()))?;
        let mut recipient = scrypt::Recipient::new(self.age_passphrase());
        recipient.set_work_factor(self.work_factor);
        age::encrypt(&recipient, &plain).map_err(|error| refused(error.to_string()))
    }

    /// Changes the newest state of the file, whoever wrote it, and puts it in the file's place.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Entries) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let _turn = self.take_turn()?;
        let mut snapshot = self.snapshot();
        self.refresh(&mut snapshot)?;
        let mut entries = snapshot.entries.clone();
        let Some(result) = change(&mut entries) else {
            return Ok(None);
        };
        let bytes = self.encipher(&entries)?;
        replace(&self.path, &bytes).map_err(|error| self.io(&error))?;
        *snapshot = Snapshot {
            bytes: Some(bytes),
            entries,
        };
        Ok(Some(result))
    }

    /// Holds other processes off until the lock is dropped.
    fn take_turn(&self) -> Result<File, StoreError> {
        let path = beside(&self.path, "lock");
        private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(path)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|error| self.io(&error))
    }

    fn age_passphrase(&self) -> secrecy::SecretString {
        secrecy::SecretString::from(self.passphrase.expose().as_str())
    }

    fn io(&self, error: &io::Error) -> StoreError {
        StoreError::Io(self.path.clone(), error.to_string())
    }

    fn corrupt(&self, reason: &str) -> StoreError {
        StoreError::Corrupt {
            item: self.path.display().to_string(),
            reason: reason.to_owned(),
        }
    }
}

impl Backend for PassphraseFile {
    fn place(&self) -> Place {
        Place::PassphraseFile(self.path.clone())
    }

    fn get(&self, account: &str) -> Result<Option<SecretBytes>, StoreError> {
        let mut snapshot = self.snapshot();
        self.refresh(&mut snapshot)?;
        Ok(snapshot.entries.get(account).cloned())
    }

    fn set(&self, account: &str, secret: &SecretBytes) -> Result<(), StoreError> {
        self.change(|entries| {
            entries.insert(account.to_owned(), secret.clone());
            Some(())
        })
        .map(|_| ())
    }

    fn delete(&self, account: &str) -> Result<bool, StoreError> {
        self.change(|entries| entries.remove(account))
            .map(|removed| removed.is_some())
    }
}

impl fmt::Debug for PassphraseFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassphraseFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// JSON: each account's name with its secret in base64.
fn write_entries(entries: &Entries) -> Option<Zeroizing<Vec<u8>>> {
    let texts: BTreeMap<&str, Zeroizing<String>> = entries
        .iter()
        .map(|(account, secret)| {
            let text = Zeroizing::new(STANDARD.encode(secret.expose()));
            (account.as_str(), text)
        })
        .collect();
    let length: usize = texts
        .iter()
        .map(|(name, text)| 6 * name.len() + text.len() + 6)
        .sum();
    let texts: BTreeMap<&str, &str> = texts
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    // Room for all of it: a buffer that grows leaves copies of the secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length + 2));
    serde_json::to_writer(&mut *bytes, &texts).ok()?;
    Some(bytes)
}

fn read_entries(plain: &[u8]) -> Option<Entries> {
    let texts: BTreeMap<String, Zeroizing<String>> =
        serde_json::from_slice::<BTreeMap<_, String>>(plain)
            .ok()?
            .into_iter()
            .map(|(account, text)| (account, Zeroizing::new(text)))
            .collect();
    texts
        .into_iter()
        .map(|(account, text)| {
            let secret = STANDARD.decode(text.as_bytes()).ok()?;
            Some((account, SecretBytes::new(secret)))
        })
        .collect()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// Makes what `options` creates readable and writable by its owner alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Puts `bytes` in the place of the file, durably, or leaves it as it was. The caller holds
/// the turn, so that what lies under the temporary name is left from a crash.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, "new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = private(OpenOptions::new().write(true).create_new(true))
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    sync_folder(path)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
