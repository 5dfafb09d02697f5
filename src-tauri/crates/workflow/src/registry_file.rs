//! A registry as `workspace.toml` keeps it: how it is reached and where its login is, never a
//! secret.

use hallmark_image::{Host, RepositoryName};
use hallmark_registry::RegistryKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A registry that was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryFile {
    /// Its host, with the port.
    pub host: Host,
    /// The name one logs in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Speak http.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
    /// The private CA, a file of this folder or an absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// Origins that may be asked for tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed_realms: Vec<String>,
    /// Which product it is, where its name does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RegistryKind>,
    /// The origin of the product's own API, where that is not the registry's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Use the login that Docker or Podman has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_docker: bool,
    /// Ask `docker-credential-<helper>` whenever a login is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<String>,
    /// The client certificate, a file of this folder; its key is where secrets are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cert: Option<PathBuf>,
    /// The proxy to go through, without a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The repository whose rights a test tells apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
    /// When the stored token ends, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl RegistryFile {
    /// A registry that is used anonymously, over https.
    pub fn new(host: Host) -> Self {
        Self {
            host,
            username: None,
            plain_http: false,
            ca: None,
            confirmed_realms: Vec::new(),
            kind: None,
            api: None,
            from_docker: false,
            helper: None,
            client_cert: None,
            proxy: None,
            repository: None,
            expires: None,
        }
    }

    /// Which product it is: as the person said, else as its name tells.
    pub fn kind(&self) -> RegistryKind {
        self.kind.unwrap_or_else(|| RegistryKind::guess(&self.host))
    }

    /// Whether http is spoken: where asked for, and on this machine without a CA.
    pub fn speaks_plain_http(&self) -> bool {
        self.plain_http || (self.host.is_loopback() && self.ca.is_none())
    }
}
