//! Starting and stopping a practice registry, and what can be asked of one that runs.

use crate::Config;
use hallmark_image::Host;
use std::{io, path::PathBuf};

/// A practice registry, not yet running.
#[derive(Debug)]
pub struct Registry;

/// Why a practice registry did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or the system allows no listening.
    #[error(
        "the practice registry cannot listen on 127.0.0.1:{port}: {source}; stop what uses that port, or choose another"
    )]
    Listen {
        /// The port asked for; 0 for any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The folder cannot be made, read or written.
    #[error("the practice registry cannot use {}: {source}", path.display())]
    Folder {
        /// The folder or the file in it.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the folder.
    #[error("the practice registry in {} is already running in another process", .0.display())]
    InUse(PathBuf),
    /// A file in the folder is not what this registry wrote.
    #[error("{} is damaged: {reason}; remove the practice workspace and make it anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificate or its key cannot be used.
    #[error(
        "the practice registry cannot speak TLS: {0}; give a certificate chain and its private key as PEM"
    )]
    Tls(String),
}

/// One request, as the registry saw it. The credential itself is never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Method.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// Query; empty where there is none.
    pub query: String,
    /// `Basic` or `Bearer`, where the request carried a credential.
    pub authorization_scheme: Option<String>,
    /// The status it was answered with.
    pub status: u16,
}

/// A registry that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    host: Host,
}

impl Registry {
    /// Starts a registry on 127.0.0.1.
    ///
    /// # Errors
    /// [`StartError`] where it cannot listen, use its folder, or speak TLS.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let _ = config;
        Err(StartError::Tls("not yet".into()))
    }
}

impl Running {
    /// Where it listens: `127.0.0.1:<port>`.
    pub fn host(&self) -> Host {
        self.host.clone()
    }

    /// The requests it has answered, in order; the last 10 000 of them.
    pub fn requests(&self) -> Vec<Seen> {
        Vec::new()
    }

    /// Stops listening, and ends every connection.
    pub async fn stop(self) {}
}

#[cfg(feature = "faults")]
impl Running {
    /// Sets a fault, after those already set.
    pub fn inject(&self, fault: crate::faults::Fault) {
        let _ = fault;
    }
}
