//! What a practice registry is told at its start: where it keeps things, who may come in, and
//! which habits of other registries it takes on. Nothing here opens a file or a socket.

use crate::habits::Habits;
use jiff::Timestamp;
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// How a practice registry is to behave. The default keeps everything in memory, takes any free
/// port, lets everybody in, and knows the referrers API.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where images are kept.
    pub storage: Storage,
    /// The port on 127.0.0.1; any free one where none is given.
    pub port: Option<u16>,
    /// Who may come in.
    pub access: Access,
    /// Whether the referrers API of distribution-spec 1.1 is there. Without it the API answers
    /// 404 and no push is answered with `OCI-Subject`, as distribution 2.8 does.
    pub referrers: bool,
    /// Whether manifests and blobs may be deleted.
    pub delete: bool,
    /// Speaks TLS with this certificate; plain http where none is given.
    pub tls: Option<Tls>,
    /// The most that is taken in, and handed out at once.
    pub limits: Limits,
    /// What says when a token ends.
    pub clock: Clock,
    /// How it goes about things.
    pub habits: Habits,
    /// Which registry it plays; the habits are what makes it so.
    #[cfg(feature = "faults")]
    pub persona: crate::persona::Persona,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            storage: Storage::Memory,
            port: None,
            access: Access::Open,
            referrers: true,
            delete: true,
            tls: None,
            limits: Limits::default(),
            clock: Clock::default(),
            habits: Habits::default(),
            #[cfg(feature = "faults")]
            persona: crate::persona::Persona::default(),
        }
    }
}

impl Config {
    pub(crate) fn scheme(&self) -> &'static str {
        match self.tls {
            Some(_) => "https",
            None => "http",
        }
    }
}

/// Where images are kept.
#[derive(Clone, Debug)]
pub enum Storage {
    /// In memory, until the registry stops.
    Memory,
    /// In this folder, which is made where it is missing, and found again after a restart.
    Folder(PathBuf),
}

/// Who may come in.
#[derive(Clone, Debug)]
pub enum Access {
    /// Everybody, to do everything.
    Open,
    /// These users, by the Basic scheme on every request.
    Basic(Vec<User>),
    /// These users, by tokens from the registry's own `/token` (distribution's token
    /// authentication: GET with Basic, and the OAuth2 POST).
    Bearer {
        /// Who gets tokens that can do something.
        users: Vec<User>,
        /// Whether anybody may pull without a login.
        anonymous_pull: bool,
        /// How long a token lives.
        lifetime: Duration,
    },
}

impl Access {
    /// Tokens that live five minutes, for these users alone.
    pub fn bearer(users: Vec<User>) -> Self {
        Self::Bearer {
            users,
            anonymous_pull: false,
            lifetime: Duration::from_secs(300),
        }
    }
}

/// Somebody who may log in. The password is not printed.
#[derive(Clone)]
pub struct User {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
    /// Whether they may pull and list only.
    pub read_only: bool,
    /// Whether they may list the repositories where only administrators may.
    pub administrator: bool,
}

impl User {
    /// Somebody who may do everything.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
            read_only: false,
            administrator: false,
        }
    }

    /// The same, as an administrator of the registry.
    #[must_use]
    pub fn administrator(mut self) -> Self {
        self.administrator = true;
        self
    }

    /// The same, but pulling and listing only.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("name", &self.name)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

/// A certificate and its key, as PEM. The key is not printed.
#[derive(Clone)]
pub struct Tls {
    /// The certificate chain, the registry's own first.
    pub cert_pem: String,
    /// The private key: PKCS#8, SEC1 or PKCS#1.
    pub key_pem: String,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// The most that is taken in, and handed out at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// One blob, bytes.
    pub blob: u64,
    /// One manifest, bytes.
    pub manifest: usize,
    /// Entries on one page of repositories, tags or referrers.
    pub page: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            blob: 4 * 1024 * 1024 * 1024,
            manifest: hallmark_image::MAX_MANIFEST_BYTES,
            page: 1000,
        }
    }
}

/// What says which time it is; the system's clock by default.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that reads `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
