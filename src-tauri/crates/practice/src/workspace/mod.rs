//! The practice workspace: a registry in this process with a small team's story in it.
//!
//! The story is told with the use cases themselves: a build machine attaches signed reports,
//! a developer asks for review, an approver promoted one image last month. Nothing in it is
//! drawn: what the screens show of it was verified like anything else.

mod actor;
mod story;

use crate::{Config, Registry, Running, Storage, samples};
use hallmark_credentials::{Backend, Memory};
use hallmark_image::{Host, Repository};
use hallmark_workflow::{
    Desk, Home, RegistryFile, Surroundings, Work, WorkspaceFile,
    dto::{AskReview, KeyringState, SecretStore, WorkspaceKind},
    error::{Code, Error, Result},
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The practice workspace, open.
pub struct Practice {
    /// Its desk, for whoever practises.
    pub desk: Desk,
    registry: Running,
}

impl Practice {
    /// Opens the practice workspace in `home`; what was done there before is still there.
    ///
    /// # Errors
    /// Where the folder cannot be written, or its port belongs to somebody else now.
    pub async fn open(home: &Path, around: Surroundings) -> Result<Self> {
        let folder = Folder(home.to_owned());
        let fresh = !folder.told().exists();
        if fresh {
            folder.clear()?;
        }
        let registry = folder.start().await?;
        if fresh {
            tell(&folder, &registry, &around).await?;
        }
        let desk = folder.open_desk(&around).await?;
        if fresh {
            look_around(&desk, &registry.host()).await?;
            folder.write(&folder.told(), b"told")?;
        }
        Ok(Self { desk, registry })
    }

    /// The registry's host: `127.0.0.1:` and its port.
    pub fn host(&self) -> Host {
        self.registry.host()
    }

    /// Closes it; everything stays in its folder.
    pub async fn close(self) {
        self.registry.stop().await;
    }

    /// Closes it and removes its folder.
    ///
    /// # Errors
    /// [`Code::File`] where the folder cannot be removed.
    pub async fn remove(self, home: &Path) -> Result<()> {
        drop(self.desk);
        self.registry.stop().await;
        Folder(home.to_owned()).clear()
    }
}

/// The files of the practice workspace.
struct Folder(PathBuf);

impl Folder {
    fn told(&self) -> PathBuf {
        self.0.join("practice.told")
    }

    fn port_file(&self) -> PathBuf {
        self.0.join("practice.port")
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        fs::write(path, bytes).map_err(|error| cannot("write", path, &error))
    }

    fn clear(&self) -> Result<()> {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(cannot("remove", &self.0, &error))
            }
            _ => Ok(()),
        }
    }

    /// Starts the registry on the port it always had, since that is part of every image's name.
    async fn start(&self) -> Result<Running> {
        fs::create_dir_all(&self.0).map_err(|error| cannot("make", &self.0, &error))?;
        let port = fs::read_to_string(self.port_file())
            .ok()
            .and_then(|text| text.trim().parse().ok());
        let config = Config {
            storage: Storage::Folder(self.0.join("registry")),
            port,
            ..Config::default()
        };
        let running = Registry::start(config).await.map_err(|error| {
            Error::new(Code::File, format!("the practice registry cannot start: {error}"))
                .hint("Close the other window that practises, or remove the practice workspace and open it anew.")
        })?;
        let port = running.host().port().unwrap_or_default().to_string();
        self.write(&self.port_file(), port.as_bytes())?;
        Ok(running)
    }

    /// Opens the desk. Practice needs no lasting secrets: without a keyring it keeps them in memory.
    async fn open_desk(&self, around: &Surroundings) -> Result<Desk> {
        let desk = Desk::open(&self.0, around.clone()).await?;
        let works = desk.keyring().await.state == KeyringState::Ok;
        let desk = if works {
            desk
        } else {
            self.open_in_memory(around).await?
        };
        match desk.key_show(None).await {
            Err(error) if error.code == Code::NoKey => (),
            other => return other.map(|_| desk),
        }
        // The key went with the memory of the session before; practice makes another.
        drop(desk);
        self.change(|file| file.me = None)?;
        let around = if works {
            around.clone()
        } else {
            in_memory(around)
        };
        let desk = Desk::open(&self.0, around).await?;
        desk.key_show(None).await?;
        Ok(desk)
    }

    async fn open_in_memory(&self, around: &Surroundings) -> Result<Desk> {
        self.change(|file| file.secrets.store = SecretStore::Memory)?;
        Desk::open(&self.0, in_memory(around)).await
    }

    fn change(&self, change: impl FnOnce(&mut WorkspaceFile)) -> Result<()> {
        let home = Home::at(&self.0)?;
        let mut file = WorkspaceFile::load(&home)?;
        change(&mut file);
        file.save(&home)
    }
}

fn in_memory(around: &Surroundings) -> Surroundings {
    let memory: Arc<dyn Backend> = Arc::new(Memory::new());
    Surroundings {
        keyring: memory,
        ..around.clone()
    }
}

/// Seeds the registry and lets the team act, each member with a key of their own.
async fn tell(folder: &Folder, registry: &Running, around: &Surroundings) -> Result<()> {
    let team = samples::team(around.clock.now());
    samples::seed(registry, &team)
        .await
        .map_err(|error| cannot("write", &folder.0.join("registry"), &error))?;
    let members = story::tell(&team, &registry.host()).await?;
    folder.change(|file| {
        file.name = "Practice".into();
        file.kind = WorkspaceKind::Practice;
        file.registries = vec![practice_registry(&registry.host())];
        file.members = members;
    })
}

/// Takes the story into the history, and reads each candidate once so that the queue knows its checks.
async fn look_around(desk: &Desk, host: &Host) -> Result<()> {
    let team = samples::team(jiff::Timestamp::UNIX_EPOCH);
    let repositories: Vec<Repository> = team
        .images
        .iter()
        .map(|image| Repository {
            host: host.clone(),
            name: image.repository.clone(),
        })
        .collect();
    desk.history_rebuild_with(&repositories, &Work::quiet())
        .await?;
    for candidate in desk.queue().await?.waiting {
        desk.review(AskReview {
            image: candidate.image,
            stage: Some(candidate.stage),
        })
        .await?;
    }
    Ok(())
}

pub(crate) fn practice_registry(host: &Host) -> RegistryFile {
    RegistryFile {
        plain_http: true,
        ..RegistryFile::new(host.clone())
    }
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Code::File,
        format!("cannot {what} {}: {error}", path.display()),
    )
}
