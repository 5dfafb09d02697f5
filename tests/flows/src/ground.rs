//! The ground a test stands on: one folder with the homes of its people, the keyring's
//! session, the files it hands around, and everything that any command said.

use crate::{person::Person, said::Said, session::Session};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

/// Everything that commands said, in the order in which they ended.
pub type Heard = Arc<Mutex<Vec<Said>>>;

/// The ground a test stands on.
#[derive(Debug)]
pub struct Ground {
    /// The keyring's session.
    pub session: Session,
    folder: TempDir,
    heard: Heard,
}

impl Default for Ground {
    fn default() -> Self {
        Self::new()
    }
}

impl Ground {
    /// An empty one, with a keyring.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("flow-").tempdir().unwrap();
        for name in ["homes", "session", "tmp", "files", "servers"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let session = Session::start(&folder.path().join("session"));
        Self {
            session,
            folder,
            heard: Heard::default(),
        }
    }

    /// The folder of all homes.
    pub fn homes(&self) -> PathBuf {
        self.folder.path().join("homes")
    }

    /// Where servers keep what they keep.
    pub fn servers(&self) -> PathBuf {
        self.folder.path().join("servers")
    }

    /// What nobody but our own programs and the keyring writes: homes, keyring, temporary files.
    pub fn ours(&self) -> Vec<PathBuf> {
        let named = |name: &str| self.folder.path().join(name);
        vec![named("homes"), named("session"), named("tmp")]
    }

    /// Somebody with a home and a name.
    pub fn person(&self, name: &str) -> Person {
        let mut env = self.session.env();
        let tmp = self.folder.path().join("tmp");
        env.push(("TMPDIR".into(), tmp.display().to_string()));
        Person::new(name, self.homes().join(name), env, self.heard.clone())
    }

    /// A file to hand to a command.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("files").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The folder of those files.
    pub fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// Everything that commands said until now.
    pub fn heard(&self) -> Vec<Said> {
        self.heard.lock().unwrap().clone()
    }
}

/// A path as an argument.
pub fn word(path: &Path) -> String {
    path.display().to_string()
}

/// Copies a folder with all it holds.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
