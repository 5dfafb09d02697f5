//! The desk: one open workspace with everything a use case needs at hand.
//!
//! It holds the rooms together and decides nothing; each use case is a file of its own with
//! an `impl Desk` in it.

use crate::{
    content::ContentCache,
    difference::Cache,
    document::Document,
    dto::{AdoptRow, HealthRow, LoginTest, Reach, Role, WorkspaceKind},
    engine::{Jobs, Room},
    entry::local,
    error::{Code, Error, Result},
    home::{Home, WorkspaceFile, cannot},
    marks::Marks,
    names::Lists,
    page_rows::Opened,
    secrets,
    surroundings::Surroundings,
    trust::Trust,
};
use hallmark_attest::SigningKey;
use hallmark_credentials::Vault;
use hallmark_evidence::{ParseError, Report};
use hallmark_history::{History, NewEntry, Sealer};
use hallmark_image::{Digest, Host};
use hallmark_registry::Client;
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A report's parse, shared between the pages that show it.
pub(crate) type Parsed = Arc<std::result::Result<Report, ParseError>>;

/// One open workspace.
pub struct Desk {
    pub(crate) home: Home,
    pub(crate) around: Surroundings,
    pub(crate) history: History,
    pub(crate) content: ContentCache,
    pub(crate) file: Mutex<WorkspaceFile>,
    pub(crate) vault: Mutex<Vault>,
    pub(crate) client: Mutex<Client>,
    pub(crate) key: Mutex<Option<Arc<SigningKey>>>,
    /// The newest workspace document this machine has seen.
    pub(crate) team: Mutex<Option<Arc<Document>>>,
    /// What was last seen of each registry.
    pub(crate) reached: Mutex<BTreeMap<Host, Look>>,
    /// Reports that were read, by the digest of their bytes.
    pub(crate) reports: Mutex<BTreeMap<Digest, Parsed>>,
    /// The image whose tests and findings somebody looks through.
    pub(crate) opened: Mutex<Option<Arc<Opened>>>,
    /// Images that were compared last, for the pages of their lists.
    pub(crate) compared: Mutex<Cache>,
    /// Lists of names that somebody looks through.
    pub(crate) lists: Mutex<Lists>,
    /// What the history put at each tag, kept up as it grows.
    pub(crate) marks: tokio::sync::Mutex<Arc<Marks>>,
    /// The engine, and whoever watches it.
    pub(crate) room: Arc<Room>,
    /// Builds, pushes and tests, running and done.
    pub(crate) jobs: Jobs,
    /// The health of golden images, as it was judged last.
    pub(crate) healths: Mutex<Vec<HealthRow>>,
    /// The adoption that was looked at last, for its table.
    pub(crate) adopting: Mutex<Vec<AdoptRow>>,
}

/// What was seen of a registry when it was last tried.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) state: Reach,
    pub(crate) problem: Option<String>,
    /// What was found, where it worked.
    pub(crate) found: Option<LoginTest>,
    pub(crate) at: Timestamp,
}

pub(crate) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked with the lock left data that is whole: every change is one assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// Opens the workspace in `folder`; an empty folder becomes a solo workspace.
    ///
    /// # Errors
    /// Where its files cannot be read: [`Code::BadInput`], [`Code::File`], [`Code::DatabaseUnavailable`],
    /// [`Code::DatabaseCorrupt`].
    pub async fn open(folder: &Path, around: Surroundings) -> Result<Self> {
        let home = Home::at(folder)?;
        let file = WorkspaceFile::load(&home)?;
        let history = History::open(&home.history_file()).await?;
        let vault = secrets::vault(&home, &file, &around, None).await?;
        let client = secrets::client(&home, &file, &vault, &around)?;
        let jobs = home.jobs();
        Ok(Self {
            content: ContentCache::in_folder(home.cache()),
            home,
            around,
            history,
            file: Mutex::new(file),
            vault: Mutex::new(vault),
            client: Mutex::new(client),
            key: Mutex::default(),
            team: Mutex::default(),
            reached: Mutex::default(),
            reports: Mutex::default(),
            opened: Mutex::default(),
            compared: Mutex::default(),
            lists: Mutex::default(),
            marks: tokio::sync::Mutex::default(),
            room: Arc::default(),
            jobs: Jobs::in_folder(jobs),
            healths: Mutex::default(),
            adopting: Mutex::default(),
        })
    }

    /// Keeps this workspace for one window, as long as the file returned is held.
    ///
    /// # Errors
    /// [`Code::WorkspaceInUse`] where another window has it.
    pub fn window(&self) -> Result<File> {
        let path = self.home.window_lock();
        let lock = File::create(&path).map_err(|error| cannot("open", &path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(_) => Err(Error::new(
                Code::WorkspaceInUse,
                format!(
                    "another window has the workspace {} open",
                    self.home.path().display()
                ),
            )
            .hint("Go to that window, or switch to another workspace.")),
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.around.clock.now()
    }

    /// The workspace file as it is now.
    pub(crate) fn file(&self) -> WorkspaceFile {
        held(&self.file).clone()
    }

    /// Changes the workspace file, and whatever follows from it.
    ///
    /// The file is read again first: a command beside the window may have changed it.
    pub(crate) fn change(&self, change: impl FnOnce(&mut WorkspaceFile)) -> Result<()> {
        let other_registries = {
            let mut file = held(&self.file);
            let mut changed = WorkspaceFile::load(&self.home)?;
            change(&mut changed);
            changed.save(&self.home)?;
            let before = std::mem::replace(&mut *file, changed);
            before.registries != file.registries
        };
        if other_registries {
            self.refresh_client()?;
        }
        Ok(())
    }

    /// Whose signatures count here: the team's members, else the people of the file and me.
    pub(crate) async fn trust(&self) -> Result<Trust> {
        let file = self.file();
        if file.kind == WorkspaceKind::Team {
            return Ok(self.document().await?.trust.clone());
        }
        let trust = Trust::nobody().with_files(&file.members)?;
        Ok(match (file.me, self.my_key()?) {
            (Some(me), Some(key)) => trust.with(
                &me.name,
                key,
                &[Role::Owner, Role::Approver, Role::Requester],
            ),
            _ => trust,
        })
    }

    /// Appends entries, with the checkpoint sealed where the key is at hand.
    pub(crate) async fn record(&self, entries: Vec<NewEntry>) -> Result<()> {
        let sealer = self.sealer().await;
        self.history
            .append(entries, sealer.as_ref().map(|s| s as &dyn Sealer))
            .await?;
        Ok(())
    }

    /// Records something that happened here and that no statement tells.
    pub(crate) async fn note(&self, kind: &str, message: impl Into<String>) -> Result<()> {
        let name = self
            .file()
            .me
            .map_or_else(|| self.login_name(), |me| me.name);
        self.record(vec![local(kind, &name, self.now(), message)])
            .await
    }
}
