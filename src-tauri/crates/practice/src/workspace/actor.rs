//! A member of the sample team: a desk in a folder of its own, a key, and a clock that can be set.

use super::practice_registry;
use hallmark_credentials::{Backend, Memory};
use hallmark_image::Host;
use hallmark_workflow::{
    Clock, Desk, Home, MemberFile, Patience, Surroundings, WorkspaceFile,
    dto::Role,
    error::{Code, Error, Result},
};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;

/// A clock that somebody sets.
#[derive(Clone, Default)]
pub(super) struct SetClock(Arc<Mutex<Timestamp>>);

impl SetClock {
    pub(super) fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One member.
pub(super) struct Actor {
    pub(super) name: &'static str,
    pub(super) desk: Desk,
    pub(super) clock: SetClock,
    pub(super) member: MemberFile,
    around: Surroundings,
    folder: TempDir,
}

impl Actor {
    /// Takes a seat, and makes a key.
    pub(super) async fn new(name: &'static str, role: Role, host: &Host) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|error| {
            Error::new(
                Code::File,
                format!("cannot make a temporary folder: {error}"),
            )
        })?;
        let clock = SetClock::default();
        let memory: Arc<dyn Backend> = Arc::new(Memory::new());
        let around = Surroundings {
            clock: Arc::new(clock.clone()),
            env: Arc::new(|_| None),
            keyring: memory,
            patience: Patience::default(),
        };
        let home = Home::at(folder.path())?;
        let mut file = WorkspaceFile::load(&home)?;
        file.registries = vec![practice_registry(host)];
        file.save(&home)?;
        let desk = Desk::open(folder.path(), around.clone()).await?;
        let key = desk.key_show(Some(name)).await?;
        let member = MemberFile {
            name: name.to_owned(),
            key: key.public_key,
            roles: vec![role],
        };
        Ok(Self {
            name,
            desk,
            clock,
            member,
            around,
            folder,
        })
    }

    /// The same person, who now knows the others' keys.
    pub(super) async fn knowing(self, members: &[MemberFile]) -> Result<Self> {
        let Self {
            name,
            desk,
            clock,
            member,
            around,
            folder,
        } = self;
        drop(desk);
        let home = Home::at(folder.path())?;
        let mut file = WorkspaceFile::load(&home)?;
        file.members = members
            .iter()
            .filter(|other| other.name != name)
            .cloned()
            .collect();
        file.save(&home)?;
        let desk = Desk::open(folder.path(), around.clone()).await?;
        Ok(Self {
            name,
            desk,
            clock,
            member,
            around,
            folder,
        })
    }
}
