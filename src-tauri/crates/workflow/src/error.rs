//! What a use case says when it cannot do, or will not do, what was asked.
//!
//! Every failure is a [`Code`] with a message and a hint. A refusal ("the policy says no"), a
//! wrong thing ("the signature is invalid") and a broken thing ("the network is down") differ
//! in [`Nature`], and a face of Hallmark never has to guess which it was from the words.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// The closed list of failures that a screen or a script tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The policy of the stage says no.
    PolicyRefuses,
    /// Approvals are missing, or one that was given stands no longer.
    NotApproved,
    /// A reviewer asked for changes and has not taken that back.
    ChangesRequested,
    /// The person has no role that may do this.
    NotAllowed,
    /// A tag moved since it was looked at.
    Conflict,
    /// The registry lets nobody move the tag.
    TagImmutable,
    /// The digest is not golden, or no longer.
    NotGolden,
    /// A golden image would lose its last reference.
    KeptForGolden,
    /// The digest is revoked, for good.
    Revoked,
    /// A report names another image.
    EvidenceForAnother,
    /// A signature does not verify, or its key is unknown.
    WrongSignature,
    /// The workspace document is older than one already seen.
    WorkspaceRolledBack,
    /// The history does not prove itself.
    HistoryBroken,
    /// What was given cannot be read: an image's name, a file, an option.
    BadInput,
    /// A report cannot be read.
    BadReport,
    /// There is no such image, tag, request, entry or workspace.
    NotFound,
    /// Name or password are wrong.
    WrongPassword,
    /// The token has expired, or was taken back.
    TokenExpired,
    /// The registry asks for a login.
    LoginNeeded,
    /// The login lacks a right.
    Forbidden,
    /// The login may not push, or delete.
    NoPushRight,
    /// There is no host of that name.
    NoSuchHost,
    /// The host does not answer.
    Unreachable,
    /// The registry's certificate is not trusted.
    TlsUntrusted,
    /// The registry wants a client certificate, or another one.
    ClientCertificate,
    /// The proxy wants a login, or makes no connection.
    Proxy,
    /// A credential helper, or a login that Docker keeps, cannot be read.
    HelperFailed,
    /// One side speaks http and the other https.
    PlainHttp,
    /// The registry asks to slow down.
    RateLimited,
    /// The registry wants the password sent to another host, which nobody confirmed.
    RealmNeedsConfirmation,
    /// The registry said something that its specification does not allow, or lied.
    RegistryProtocol,
    /// There is no engine, or it does not run.
    EngineMissing,
    /// The engine is there, and this user may not speak to it.
    EngineNoRight,
    /// The engine went away in the middle.
    EngineLost,
    /// The engine cannot do this, or failed on its side.
    EngineFailed,
    /// The engine's disk is full.
    EngineDiskFull,
    /// The engine does not trust the registry's certificate.
    EngineUntrusting,
    /// Something still uses the image.
    ImageInUse,
    /// A step of a build failed.
    BuildFailed,
    /// A program that Hallmark runs (a scanner, ssh) is missing or failed.
    ProgramFailed,
    /// There is no keyring.
    KeyringMissing,
    /// The keyring is locked or does not answer.
    KeyringLocked,
    /// The keyring holds something unreadable, or refused.
    KeyringBroken,
    /// There is no signing key yet.
    NoKey,
    /// The database cannot be written, is full, or is held by another.
    DatabaseUnavailable,
    /// The database is damaged.
    DatabaseCorrupt,
    /// A file or folder cannot be read or written.
    File,
    /// Another window has this workspace open.
    WorkspaceInUse,
    /// Somebody stopped it.
    Cancelled,
    /// A defect in Hallmark.
    Internal,
}

/// What kind of "no" a failure is; the exit code follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A rule said no, or a proof failed: exit 1.
    No,
    /// What was given is wrong: exit 2.
    BadInput,
    /// It could not be done: exit 3.
    Broken,
}

impl Code {
    /// What kind of "no" this is.
    pub fn nature(self) -> Nature {
        match self {
            Self::PolicyRefuses
            | Self::NotApproved
            | Self::ChangesRequested
            | Self::NotAllowed
            | Self::Conflict
            | Self::TagImmutable
            | Self::NotGolden
            | Self::KeptForGolden
            | Self::Revoked
            | Self::EvidenceForAnother
            | Self::WrongSignature
            | Self::WorkspaceRolledBack
            | Self::HistoryBroken => Nature::No,
            Self::BadInput | Self::BadReport => Nature::BadInput,
            _ => Nature::Broken,
        }
    }
}

/// A failure in words: what happened, and what to do about it.
#[derive(Clone, Debug, Serialize, Deserialize, TS, thiserror::Error)]
pub struct Error {
    /// Which failure it is.
    pub code: Code,
    /// What happened, one sentence.
    pub message: String,
    /// What to do, where there is something to do.
    pub hint: Option<String>,
    /// The origin that wants the login, where [`Code::RealmNeedsConfirmation`] asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub realm: Option<String>,
}

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure without a hint.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            realm: None,
        }
    }

    /// Something given cannot be read; its own words say why.
    #[allow(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
    pub(crate) fn bad_input<E: fmt::Display>(why: E) -> Self {
        Self::new(Code::BadInput, why.to_string())
    }

    /// A defect in Hallmark.
    #[allow(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
    pub(crate) fn internal<E: fmt::Display>(why: E) -> Self {
        Self::new(Code::Internal, why.to_string())
    }

    /// The same, with what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
