//! The desk: one open workspace with everything a use case needs at hand.
//!
//! It holds the rooms together and decides nothing; each use case is a file of its own with
//! an `impl Desk` in it.

use crate::{
    act::local,
    content::ContentCache,
    dto::{Keyring, KeyringState, Reach, Role, SecretStore, WorkspaceKind},
    error::{Code, Error, Result},
    home::{Home, MeFile, WorkspaceFile, cannot},
    surroundings::Surroundings,
    trust::{Trust, read_key},
};
use hallmark_attest::{PublicKey, SigningKey};
use hallmark_credentials::{
    Backend, Login, Memory, PassphraseFile, Place, SecretBytes, SecretString, StoreError, Vault,
    docker::DockerLogins,
};
use hallmark_evidence::{ParseError, Report};
use hallmark_history::{History, NewEntry, Sealer};
use hallmark_image::{Digest, Host};
use hallmark_registry::{Client, Endpoint, Logins};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long the keyring may take before it counts as locked.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(10);

/// One open workspace.
pub struct Desk {
    pub(crate) home: Home,
    pub(crate) around: Surroundings,
    pub(crate) history: History,
    pub(crate) content: ContentCache,
    pub(crate) file: Mutex<WorkspaceFile>,
    vault: Mutex<Vault>,
    client: Mutex<Client>,
    key: Mutex<Option<Arc<SigningKey>>>,
    pub(crate) team: Mutex<Option<Arc<crate::team::Document>>>,
    pub(crate) reached: Mutex<BTreeMap<Host, (Reach, Option<String>, Timestamp)>>,
    /// Reports that were read, by the digest of their bytes.
    pub(crate) reports: Mutex<BTreeMap<Digest, Arc<std::result::Result<Report, ParseError>>>>,
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
        let vault = vault(&home, &file, &around, None).await?;
        let client = client(&home, &file, &vault, &around)?;
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
    pub(crate) fn change(&self, change: impl FnOnce(&mut WorkspaceFile)) -> Result<()> {
        {
            let mut file = held(&self.file);
            let mut changed = file.clone();
            change(&mut changed);
            changed.save(&self.home)?;
            *file = changed;
        }
        self.refresh_client()
    }

    pub(crate) fn refresh_client(&self) -> Result<()> {
        let fresh = client(&self.home, &self.file(), &self.vault(), &self.around)?;
        *held(&self.client) = fresh;
        Ok(())
    }

    /// The registry client with today's logins.
    pub(crate) fn client(&self) -> Client {
        held(&self.client).clone()
    }

    pub(crate) fn vault(&self) -> Vault {
        held(&self.vault).clone()
    }

    /// Puts secrets elsewhere from now on. What is in the old place stays there.
    pub(crate) async fn use_store(
        &self,
        store: SecretStore,
        passphrase: Option<SecretString>,
    ) -> Result<()> {
        let mut file = self.file();
        file.secrets.store = store;
        let fresh = vault(&self.home, &file, &self.around, passphrase).await?;
        *held(&self.vault) = fresh;
        *held(&self.key) = None;
        self.change(|file| file.secrets.store = store)
    }

    /// Whether secrets can be kept: written, read and deleted just now.
    pub async fn keyring(&self) -> Keyring {
        let vault = self.vault();
        let (state, problem) = match vault.probe().await {
            Ok(_) => (KeyringState::Ok, None),
            Err(error) => (keyring_state(&error), Some(error.to_string())),
        };
        Keyring {
            state,
            place: vault.place().to_string(),
            store: self.file().secrets.store,
            problem,
        }
    }

    /// The signing key, from the keyring; made where there is none and `name` is given.
    pub(crate) async fn signing_key(&self) -> Result<Arc<SigningKey>> {
        if let Some(key) = held(&self.key).clone() {
            return Ok(key);
        }
        let Some(bytes) = self.vault().signing_key().await? else {
            return Err(
                Error::new(Code::NoKey, "there is no signing key in this workspace yet")
                    .hint("End first run in the window, or run `hallmark key show` to make one."),
            );
        };
        let key = Arc::new(SigningKey::from_pkcs8_der(bytes.expose()).map_err(|error| {
            Error::new(
                Code::KeyringBroken,
                format!("the keyring's signing key cannot be read: {error}"),
            )
        })?);
        *held(&self.key) = Some(key.clone());
        Ok(key)
    }

    /// Sees to it that there is a key, under `name` where it is made now.
    ///
    /// # Errors
    /// Where the keyring fails, or another key was here before and is gone from it.
    pub async fn ensure_key(&self, name: Option<&str>) -> Result<PublicKey> {
        match self.signing_key().await {
            Ok(key) => {
                self.remember_me(name, &key.public())?;
                return Ok(key.public());
            }
            Err(error) if error.code == Code::NoKey => (),
            Err(error) => return Err(error),
        }
        if let Some(me) = self.file().me {
            return Err(Error::new(
                Code::NoKey,
                format!("the keyring no longer has the signing key of {}", me.name),
            )
            .hint("Unlock or restore the keyring; or import the key with `hallmark key import`, or remove [me] from workspace.toml to make a new one."));
        }
        self.adopt_key(name, SigningKey::generate()).await
    }

    /// Keeps `key` as the one to sign with.
    pub(crate) async fn adopt_key(&self, name: Option<&str>, key: SigningKey) -> Result<PublicKey> {
        let bytes = SecretBytes::new(key.to_pkcs8_der().to_vec());
        self.vault().store_signing_key(&bytes).await?;
        let public = key.public();
        *held(&self.key) = Some(Arc::new(key));
        self.remember_me(name, &public)?;
        Ok(public)
    }

    fn remember_me(&self, name: Option<&str>, key: &PublicKey) -> Result<()> {
        let known = self.file().me;
        let same = known.as_ref().is_some_and(|me| {
            me.public_key == key.to_pem() && name.is_none_or(|name| name == me.name)
        });
        if same {
            return Ok(());
        }
        let name = name
            .map(str::to_owned)
            .or(known.map(|me| me.name))
            .unwrap_or_else(|| self.login_name());
        self.change(|file| {
            file.me = Some(MeFile {
                name,
                public_key: key.to_pem(),
            });
        })
    }

    fn login_name(&self) -> String {
        ["HALLMARK_NAME", "USER", "LOGNAME", "USERNAME"]
            .iter()
            .find_map(|name| (self.around.env)(name).filter(|value| !value.is_empty()))
            .unwrap_or_else(|| "me".to_owned())
    }

    /// My public key, where there is one.
    pub(crate) fn my_key(&self) -> Result<Option<PublicKey>> {
        self.file()
            .me
            .map(|me| read_key(&me.name, &me.public_key))
            .transpose()
    }

    /// My name as the workspace knows it: the member's whose key is mine, else my own word.
    pub(crate) async fn my_name(&self) -> Result<String> {
        let trust = self.trust().await?;
        let by_key = self
            .my_key()?
            .and_then(|key| trust.name_of(&key.id().to_string()));
        Ok(by_key
            .or(self.file().me.map(|me| me.name))
            .unwrap_or_else(|| self.login_name()))
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

    pub(crate) async fn sealer(&self) -> Option<KeySealer> {
        let had = self.file().me.is_some();
        if !had {
            return None;
        }
        self.signing_key().await.ok().map(KeySealer)
    }
}

/// Seals the history's checkpoint with the person's own key.
pub(crate) struct KeySealer(Arc<SigningKey>);

/// The payload type of a sealed checkpoint.
pub(crate) const CHECKPOINT: &str = "application/vnd.hallmark.checkpoint.v1+text";

impl Sealer for KeySealer {
    fn seal(&self, checkpoint: &str) -> Option<String> {
        let envelope =
            hallmark_attest::Envelope::sign(CHECKPOINT, checkpoint.as_bytes().to_vec(), &self.0);
        String::from_utf8(envelope.to_json()).ok()
    }
}

fn keyring_state(error: &StoreError) -> KeyringState {
    match error {
        StoreError::Missing(_) => KeyringState::Missing,
        StoreError::Locked | StoreError::TimedOut => KeyringState::Locked,
        _ => KeyringState::Broken,
    }
}

/// The store the workspace's file names; a passphrase in the environment chooses the file.
async fn vault(
    home: &Home,
    file: &WorkspaceFile,
    around: &Surroundings,
    given: Option<SecretString>,
) -> Result<Vault> {
    let from_env = || (around.env)("HALLMARK_PASSPHRASE").map(SecretString::new);
    let passphrase = given.or_else(from_env);
    let backend: Arc<dyn Backend> = match (file.secrets.store, passphrase) {
        (SecretStore::PassphraseFile, None) => Arc::new(Unopened(home.passphrase_file())),
        (SecretStore::Memory, None) => Arc::new(Memory::new()),
        (SecretStore::Keyring, None) => around.keyring.clone(),
        (_, Some(passphrase)) => Arc::new(open_file(home.passphrase_file(), passphrase).await?),
    };
    Ok(Vault::new(&file.id, backend, KEYRING_TIMEOUT))
}

/// Opens the passphrase file, away from the threads that must not wait: it is slow on purpose.
async fn open_file(path: PathBuf, passphrase: SecretString) -> Result<PassphraseFile> {
    tokio::task::spawn_blocking(move || PassphraseFile::open(path, passphrase))
        .await
        .map_err(|error| Error::new(Code::Internal, error.to_string()))?
        .map_err(Error::from)
}

/// The passphrase file before its passphrase was given.
struct Unopened(PathBuf);

impl Backend for Unopened {
    fn place(&self) -> Place {
        Place::PassphraseFile(self.0.clone())
    }

    fn get(&self, _: &str) -> Result<Option<SecretBytes>, StoreError> {
        Err(StoreError::Locked)
    }

    fn set(&self, _: &str, _: &SecretBytes) -> Result<(), StoreError> {
        Err(StoreError::Locked)
    }

    fn delete(&self, _: &str) -> Result<bool, StoreError> {
        Err(StoreError::Locked)
    }
}

fn client(
    home: &Home,
    file: &WorkspaceFile,
    vault: &Vault,
    around: &Surroundings,
) -> Result<Client> {
    let endpoints = file
        .registries
        .iter()
        .map(|registry| {
            let mut endpoint = Endpoint::new(registry.host.clone());
            endpoint.plain_http |= registry.plain_http;
            endpoint
                .confirmed_realms
                .clone_from(&registry.confirmed_realms);
            if let Some(ca) = &registry.ca {
                let path = home.path().join(ca);
                endpoint.ca_pem =
                    Some(std::fs::read(&path).map_err(|error| cannot("read", &path, &error))?);
            }
            Ok(endpoint)
        })
        .collect::<Result<Vec<_>>>()?;
    let logins = KnownLogins {
        vault: vault.clone(),
        docker: DockerLogins::from_env(&*around.env),
        with_secret: file
            .registries
            .iter()
            .filter(|r| r.username.is_some())
            .map(|r| r.host.clone())
            .collect(),
        from_docker: file
            .registries
            .iter()
            .filter(|r| r.from_docker)
            .map(|r| r.host.clone())
            .collect(),
    };
    Ok(Client::new(endpoints, Arc::new(logins))?)
}

/// Which login a registry gets: the one stored for it, Docker's where that was chosen, else none.
struct KnownLogins {
    vault: Vault,
    docker: DockerLogins,
    with_secret: Vec<Host>,
    from_docker: Vec<Host>,
}

impl Logins for KnownLogins {
    fn login<'a>(
        &'a self,
        host: &'a Host,
    ) -> futures::future::BoxFuture<'a, Result<Option<Login>, String>> {
        Box::pin(async move {
            if self.from_docker.contains(host) {
                let found = self
                    .docker
                    .login(host)
                    .await
                    .map_err(|error| error.to_string())?;
                return Ok(found.map(|(login, _)| login));
            }
            if !self.with_secret.contains(host) {
                return Ok(None);
            }
            let login = self
                .vault
                .login(host)
                .await
                .map_err(|error| error.to_string())?;
            login.map(Some).ok_or_else(|| {
                format!(
                    "the login of {host} is no longer in {}; log in again",
                    self.vault.place()
                )
            })
        })
    }
}
