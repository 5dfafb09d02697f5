//! Logins: what each kind of registry asks, what a try found, and what Docker knows and gets.

use hallmark_registry::RegistryKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one kind of registry asks of somebody who logs in.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RegistryKindInfo {
    /// Its name in files and on the command line.
    #[ts(type = "string")]
    pub kind: RegistryKind,
    /// Its name for people.
    pub name: String,
    /// Its host, where there is but one.
    pub host: Option<String>,
    /// What its host may look like.
    pub placeholder: String,
    /// What the name is called there.
    pub user_label: String,
    /// The name, where it is mostly the same.
    pub username: Option<String>,
    /// What the secret is called there.
    pub secret_label: String,
    /// Which token to make.
    pub advice: String,
    /// Where it is made: https; `{host}` stands for the registry's host.
    pub token_url: Option<String>,
    /// The credential helper that serves it, after `docker-credential-`.
    pub helper: Option<String>,
}

/// Whether something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum May {
    /// It was tried and worked.
    Yes,
    /// The registry refused.
    No,
    /// The registry did not tell.
    Unknown,
}

/// What a login may do in one repository.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LoginRights {
    /// The repository, without its host.
    pub repository: String,
    /// Read images.
    pub pull: May,
    /// Write images.
    pub push: May,
    /// Why one of them is not known, in the registry's words.
    pub why: Option<String>,
}

/// How a registry was spoken to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ConnectionInfo {
    /// In a sentence.
    pub words: String,
    /// “TLS 1.3”; nothing for plain http.
    pub tls: Option<String>,
    /// Whom its certificate was made for; foreign text.
    pub subject: Option<String>,
    /// Who made the certificate; foreign text.
    pub issuer: Option<String>,
    /// From when on the certificate is valid.
    #[ts(type = "string | null")]
    pub valid_from: Option<Timestamp>,
    /// Until when it is valid.
    #[ts(type = "string | null")]
    pub valid_until: Option<Timestamp>,
    /// Whether a client certificate was asked for and shown.
    pub client_certificate: bool,
    /// The proxy that it went through.
    pub proxy: Option<String>,
}

/// A registry that Docker or Podman knows.
#[derive(Clone, Debug, Serialize, TS)]
pub struct KnownLogin {
    /// Its host.
    pub host: String,
    /// The name one logs in with; nothing where no login is kept, or it cannot be read.
    pub username: Option<String>,
    /// Where the secret lives.
    pub place: String,
    /// It is among the registries here already.
    pub here: bool,
    /// Why it cannot be taken.
    pub problem: Option<String>,
}

/// What Docker and Podman know.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ImportPreview {
    /// The registries.
    pub logins: Vec<KnownLogin>,
    /// Files and names of which nothing can be taken, each in a sentence.
    pub problems: Vec<String>,
    /// Where copies of the secrets go.
    pub place: String,
}

/// Which of them to take.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskImport {
    /// Their hosts.
    pub hosts: Vec<String>,
    /// Copy the secrets to where ours are kept; else they are used as Docker has them.
    pub copy: bool,
}

/// What became of one.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Imported {
    /// Its host.
    pub host: String,
    /// Whether it was taken.
    pub done: bool,
    /// A sentence.
    pub message: String,
}

/// Where a login would go that is handed to Docker.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HandOverPlan {
    /// The registry.
    pub host: String,
    /// Docker's configuration file.
    pub file: String,
    /// The credential helper that gets it; nothing where there is none.
    pub helper: Option<String>,
    /// Docker is set to that helper already.
    pub set: bool,
    /// What Docker needs beside the login, in a sentence.
    pub also: Option<String>,
}

/// A login to be handed to Docker.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskHandOver {
    /// The registry.
    pub host: String,
    /// Without a helper, write it into Docker's file where anybody can read it who reads that.
    pub plain_sight: bool,
}
