//! Registries and logins.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One registry of the workspace.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RegistryInfo {
    /// Its host, with the port.
    pub host: String,
    /// The name one logs in with; nothing for anonymous use.
    pub username: Option<String>,
    /// Where the secret lives, in words; nothing for anonymous use.
    pub secret_place: Option<String>,
    /// Whether http is spoken.
    pub plain_http: bool,
    /// The file of the private CA.
    pub ca: Option<String>,
    /// Hosts that may be asked for tokens.
    pub confirmed_realms: Vec<String>,
    /// Known from Docker's or Podman's configuration only; where.
    pub from_docker: Option<String>,
}

/// A login to try and to keep.
#[derive(Clone, Deserialize, TS)]
pub struct LoginRequest {
    /// The host, with the port.
    pub host: String,
    /// The name; nothing for anonymous use.
    pub username: Option<String>,
    /// The password or token. Nothing keeps the one that is stored.
    pub password: Option<String>,
    /// PEM of a private CA: a file's path.
    pub ca: Option<String>,
    /// Speak http.
    #[serde(default)]
    pub plain_http: bool,
    /// A host that may be asked for tokens, confirmed by the user.
    pub confirm_realm: Option<String>,
}

/// What a test of a login found.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LoginTest {
    /// The host.
    pub host: String,
    /// The name that was used; nothing for anonymous use.
    pub username: Option<String>,
    /// The sentence to show.
    pub message: String,
    /// Where the secret lives now.
    pub secret_place: Option<String>,
}
