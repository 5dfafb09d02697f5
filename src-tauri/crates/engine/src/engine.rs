//! One engine, ready to be asked.

use crate::{
    address::Address,
    error::{Error, ErrorKind, Result},
    wire::Wire,
};
use bollard::{API_DEFAULT_VERSION, ClientVersion, Docker};
use std::sync::Arc;

/// The oldest API Hallmark speaks: Docker 20.10, the first with a BuildKit worth the name.
pub(crate) const OLDEST: ClientVersion = ClientVersion {
    major_version: 1,
    minor_version: 41,
};

/// Seconds to wait for the head of an answer. Long work (build, push, pull) has no such limit.
const PATIENCE: u64 = 60;

/// One engine, ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    docker: Docker,
    wire: Arc<Wire>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Engine").field(self.wire.address()).finish()
    }
}

impl Engine {
    /// Connects, and agrees on the version of the API.
    ///
    /// # Errors
    /// Where nothing listens, this user may not, or the engine is too old.
    pub async fn connect(address: Address) -> Result<Self> {
        let wire = Arc::new(Wire::new(address)?);
        let carrier = Arc::clone(&wire);
        let docker = Docker::connect_with_custom_transport(
            move |request| {
                let wire = Arc::clone(&carrier);
                async move {
                    wire.send(request)
                        .await
                        .map_err(|error| bollard::errors::Error::IOError {
                            err: std::io::Error::other(error),
                        })
                }
            },
            Some("http://docker"),
            PATIENCE,
            API_DEFAULT_VERSION,
        )?;
        let docker = docker.negotiate_version().await?;
        let version = docker.client_version();
        if version < OLDEST {
            return Err(Error::new(
                ErrorKind::TooOld,
                format!(
                    "the engine speaks API {version}, and Hallmark needs {OLDEST} (Docker 20.10)"
                ),
                "Update the engine.",
            ));
        }
        Ok(Self { docker, wire })
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        self.wire.address()
    }

    /// bollard's client, on this engine's wire.
    pub(crate) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// The wire, for what bollard does not carry.
    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Whether the version agreed on is at least this one.
    pub(crate) fn speaks(&self, major: usize, minor: usize) -> bool {
        let wanted = ClientVersion {
            major_version: major,
            minor_version: minor,
        };
        self.docker.client_version() >= wanted
    }

    /// A path of the API with the version agreed on: `/v1.41/images/…`.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v{}{rest}", self.docker.client_version())
    }
}
