//! Registries, logins, repositories and tags.

use hallmark_image::Descriptor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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

/// A page of names.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Names {
    /// The names, in the registry's order.
    pub items: Vec<String>,
    /// What to ask for next; nothing at the end.
    pub next: Option<String>,
}

/// What is known of one image: `inspect`.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Inspection {
    /// The image as asked for.
    pub image: String,
    /// Its digest.
    pub digest: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of all that it needs, each blob once.
    pub size: u64,
    /// Its platforms.
    pub platforms: Vec<PlatformInspection>,
    /// Annotations of the manifest or index.
    pub annotations: BTreeMap<String, String>,
    /// What is attached.
    pub referrers: Vec<ReferrerInfo>,
}

/// One platform of an image.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlatformInspection {
    /// `os/architecture[/variant]`.
    pub platform: String,
    /// Digest of its manifest.
    pub digest: String,
    /// Digest of its configuration.
    pub config: String,
    /// When it was built.
    #[ts(type = "string | null")]
    pub created: Option<Timestamp>,
    /// Labels; foreign text.
    pub labels: BTreeMap<String, String>,
    /// The user it runs as.
    pub user: Option<String>,
    /// Entry point.
    pub entrypoint: Vec<String>,
    /// Command.
    pub cmd: Vec<String>,
    /// Ports it declares.
    pub ports: Vec<String>,
    /// Layers, base first.
    #[ts(type = "unknown[]")]
    pub layers: Vec<Descriptor>,
}

/// Something attached.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ReferrerInfo {
    /// Its manifest's digest.
    pub digest: String,
    /// Its artifact type.
    pub artifact_type: Option<String>,
    /// Bytes of its manifest.
    pub size: u64,
    /// Annotations; foreign text.
    pub annotations: BTreeMap<String, String>,
}
