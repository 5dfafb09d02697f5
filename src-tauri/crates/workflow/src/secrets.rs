//! Where secrets live: the store a workspace chose, and the logins its registry client gets.
//!
//! A store is tried before it is taken; what the one before holds is copied, never moved.

use crate::{
    desk::{Desk, held},
    dto::{Keyring, KeyringState, SecretStore},
    error::{Error, Result},
    home::{Home, WorkspaceFile, cannot},
    login::no_login_of,
    registry_file::RegistryFile,
    surroundings::Surroundings,
    trial::proxy_of,
};
use futures::future::BoxFuture;
use hallmark_credentials::{
    Backend, HostSecret, Login, Memory, PassphraseFile, Place, SecretBytes, SecretString,
    StoreError, Vault,
    docker::{DockerError, DockerLogins},
};
use hallmark_image::Host;
use hallmark_registry::{Client, Endpoint, Logins};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// How long the keyring may take before it counts as locked.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(10);

impl Desk {
    /// The registry client with today's logins.
    pub(crate) fn client(&self) -> Client {
        held(&self.client).clone()
    }

    pub(crate) fn vault(&self) -> Vault {
        held(&self.vault).clone()
    }

    /// Makes the registry client anew, for other registries or another place of secrets.
    pub(crate) fn refresh_client(&self) -> Result<()> {
        let fresh = client(&self.home, &self.file(), &self.vault(), &self.around)?;
        *held(&self.client) = fresh;
        Ok(())
    }

    /// Puts secrets elsewhere from now on, once that was written to and read from.
    pub(crate) async fn use_store(
        &self,
        store: SecretStore,
        passphrase: Option<SecretString>,
    ) -> Result<()> {
        let mut file = self.file();
        file.secrets.store = store;
        let fresh = vault(&self.home, &file, &self.around, passphrase).await?;
        fresh.probe().await?;
        self.copy_secrets(&fresh, &file).await?;
        *held(&self.vault) = fresh;
        *held(&self.key) = None;
        self.change(|file| file.secrets.store = store)?;
        self.refresh_client()
    }

    /// Copies what the store before holds. One that cannot be read has nothing to give.
    async fn copy_secrets(&self, to: &Vault, file: &WorkspaceFile) -> Result<()> {
        let from = self.vault();
        let known = |registry: &&RegistryFile| registry.username.is_some();
        if to.signing_key().await?.is_none()
            && let Ok(Some(key)) = from.signing_key().await
        {
            to.store_signing_key(&key).await?;
        }
        for registry in file.registries.iter().filter(known) {
            if let Ok(Some(login)) = from.login(&registry.host).await {
                to.store_login(&registry.host, &login).await?;
            }
        }
        let more =
            |registry: &&RegistryFile| registry.client_cert.is_some() || registry.proxy.is_some();
        for registry in file.registries.iter().filter(more) {
            for which in HostSecret::ALL {
                if let Ok(Some(secret)) = from.host_secret(&registry.host, which).await {
                    to.store_host_secret(&registry.host, which, &secret).await?;
                }
            }
        }
        for hook in &file.webhooks {
            if let Ok(Some(kept)) = from.webhook(&hook.id).await {
                to.store_webhook(&hook.id, &kept).await?;
            }
        }
        Ok(())
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
}

fn keyring_state(error: &StoreError) -> KeyringState {
    match error {
        StoreError::Missing(_) => KeyringState::Missing,
        StoreError::Locked | StoreError::TimedOut => KeyringState::Locked,
        _ => KeyringState::Broken,
    }
}

/// The store the workspace's file names; a passphrase in the environment chooses the file.
pub(crate) async fn vault(
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
        .map_err(Error::internal)?
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

/// The registry client of the workspace in `folder`, without anything else of it.
pub(crate) async fn client_alone(folder: &Path, around: &Surroundings) -> Result<Client> {
    let home = Home::at(folder)?;
    let file = WorkspaceFile::load(&home)?;
    let vault = vault(&home, &file, around, None).await?;
    client(&home, &file, &vault, around)
}

pub(crate) fn client(
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
            endpoint.kind = registry.kind;
            endpoint.api.clone_from(&registry.api);
            let read = |path: &PathBuf| {
                let path = home.path().join(path);
                std::fs::read(&path).map_err(|error| cannot("read", &path, &error))
            };
            endpoint.ca_pem = registry.ca.as_ref().map(read).transpose()?;
            endpoint.client_cert_pem = registry.client_cert.as_ref().map(read).transpose()?;
            endpoint.proxy = proxy_of(registry.proxy.as_deref())?.0;
            Ok(endpoint)
        })
        .collect::<Result<Vec<_>>>()?;
    let kept = |own: &RegistryFile| Some((own.host.clone(), Whence::of(own)?));
    let logins = KnownLogins {
        vault: vault.clone(),
        docker: DockerLogins::from_env(&*around.env),
        whence: file.registries.iter().filter_map(kept).collect(),
    };
    let waiting = hallmark_registry::Surroundings {
        patience: around.patience,
        ..hallmark_registry::Surroundings::default()
    };
    Ok(Client::within(waiting, endpoints, Arc::new(logins))?)
}

/// Where the login of a registry is.
enum Whence {
    /// Where ours are kept.
    Vault,
    /// Where Docker or Podman keeps it.
    Docker,
    /// A credential helper gives it.
    Helper(String),
}

impl Whence {
    fn of(registry: &RegistryFile) -> Option<Self> {
        match &registry.helper {
            Some(helper) => Some(Self::Helper(helper.clone())),
            None if registry.from_docker => Some(Self::Docker),
            None => registry.username.as_ref().map(|_| Self::Vault),
        }
    }
}

/// Which login a registry gets: the one from where it was chosen to be, else none. Where that
/// place fails, no other is asked in its stead (CVE-2021-41092).
struct KnownLogins {
    vault: Vault,
    docker: DockerLogins,
    whence: HashMap<Host, Whence>,
}

impl Logins for KnownLogins {
    fn login<'a>(&'a self, host: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        Box::pin(async move {
            let words = |error: DockerError| error.to_string();
            match self.whence.get(host) {
                None => Ok(None),
                Some(Whence::Docker) => {
                    let found = self.docker.login(host).await.map_err(words)?;
                    Ok(found.map(|(login, _)| login))
                }
                Some(Whence::Helper(helper)) => {
                    let login = self.docker.helped(helper, host).await.map_err(words)?;
                    let none = || no_login_of(helper, host).message;
                    login.map(Some).ok_or_else(none)
                }
                Some(Whence::Vault) => self.ours(host).await.map(Some),
            }
        })
    }

    fn may_have(&self, host: &Host) -> bool {
        self.whence.contains_key(host)
    }

    fn secret<'a>(
        &'a self,
        host: &'a Host,
        which: HostSecret,
    ) -> BoxFuture<'a, Result<Option<SecretString>, String>> {
        Box::pin(async move {
            let kept = self.vault.host_secret(host, which).await;
            kept.map_err(|error| error.to_string())
        })
    }
}

impl KnownLogins {
    async fn ours(&self, host: &Host) -> Result<Login, String> {
        let kept = self.vault.login(host).await;
        let kept = kept.map_err(|error| error.to_string())?;
        kept.ok_or_else(|| {
            format!(
                "the login of {host} is no longer in {}; log in again",
                self.vault.place()
            )
        })
    }
}
