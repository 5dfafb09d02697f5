//! Registries and logins.

use super::{ConnectionInfo, LoginRights};
use hallmark_registry::RegistryKind;
use jiff::Timestamp;
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
    /// Which kind it is.
    #[ts(type = "string")]
    pub kind: RegistryKind,
    /// The kind's name for people.
    pub kind_name: String,
    /// The credential helper that is asked for its login.
    pub helper: Option<String>,
    /// The file of the client certificate.
    pub client_cert: Option<String>,
    /// The proxy, without a password.
    pub proxy: Option<String>,
    /// The repository whose rights a test tells apart.
    pub repository: Option<String>,
    /// When the stored token ends, where that is known.
    #[ts(type = "string | null")]
    pub expires: Option<Timestamp>,
    /// What the last try since Hallmark was opened found.
    pub tested: Option<LoginTest>,
}

/// A login to try and to keep.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(default)]
pub struct LoginRequest {
    /// The host, with the port.
    pub host: String,
    /// The name; nothing for anonymous use, or where somebody else keeps the login.
    pub username: Option<String>,
    /// The password or token. Nothing keeps the one that is stored.
    pub password: Option<String>,
    /// PEM of a private CA: a file's path.
    pub ca: Option<String>,
    /// Speak http.
    pub plain_http: bool,
    /// A host that may be asked for tokens, confirmed by the user.
    pub confirm_realm: Option<String>,
    /// Which kind it is; nothing guesses it from the host.
    #[ts(type = "string | null")]
    pub kind: Option<RegistryKind>,
    /// Ask this credential helper, by its name after `docker-credential-`.
    pub helper: Option<String>,
    /// Use the login that Docker or Podman has, as it is whenever it is needed.
    pub from_docker: bool,
    /// PEM of a client certificate: a file's path.
    pub client_cert: Option<String>,
    /// PEM of its private key: a file's path. Nothing keeps the one that is stored.
    pub client_key: Option<String>,
    /// The proxy's address; a password in it is kept as a secret.
    pub proxy: Option<String>,
    /// Tell rights apart in this repository, named without its host.
    pub repository: Option<String>,
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
    /// What the login may do, where a repository was named.
    pub rights: Option<LoginRights>,
    /// How the registry was spoken to.
    pub connection: ConnectionInfo,
    /// When the token ends, where that is known.
    #[ts(type = "string | null")]
    pub expires: Option<Timestamp>,
}
