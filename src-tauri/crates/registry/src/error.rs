//! What can go wrong between Hallmark and a registry, told to a person.
//!
//! Every [`Error`] is one sentence that says what happened and one that says what to do. It
//! carries the registry's own codes, and never a secret: no URL keeps its query, and what a
//! registry says is cleaned of the password or token that was sent to it.

use hallmark_image::Host;
use jiff::Timestamp;
use oci_client::errors::OciErrorCode;
use std::{fmt, sync::Arc, time::Duration};

/// What kind of failure it was; what a caller may act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The registry, or its token server, refused the login.
    WrongPassword,
    /// The token of the login has expired, or was taken back.
    TokenExpired,
    /// Nobody is logged in, and the registry wants somebody.
    LoginNeeded,
    /// Whoever is logged in lacks the right.
    Forbidden,
    /// No such repository, tag, manifest or blob.
    NotFound,
    /// The host exists but no connection could be made or kept.
    Unreachable,
    /// DNS knows no such host.
    NoSuchHost,
    /// The server's certificate is not trusted.
    TlsUntrusted,
    /// The registry wants a client certificate, or another one than it was shown.
    ClientCertificate,
    /// The proxy wants a login, or did not make the connection.
    Proxy,
    /// TLS was spoken to a plain http server, or plain http to a TLS server.
    PlainHttpExpected,
    /// Too many requests.
    RateLimited {
        /// When the limit ends, where the registry says so.
        until: Option<Timestamp>,
    },
    /// More bytes than are allowed.
    TooLarge,
    /// The bytes are not those that their digest names.
    DigestMismatch,
    /// A manifest that cannot be read, or that could mean two things.
    BadManifest,
    /// One of Hallmark's own guards refused what the registry asked for.
    Refused,
    /// The registry sends logins to another server, which the user has not confirmed.
    RealmNeedsConfirmation {
        /// The origin to put into [`Endpoint::confirmed_realms`](crate::Endpoint).
        realm: String,
    },
    /// No answer, or no further bytes, in time.
    Timeout,
    /// The tag is there, and the registry lets nobody move it.
    TagImmutable,
    /// The registry cannot do this.
    Unsupported,
    /// The registry broke the protocol, or failed on its side.
    Protocol,
    /// The login could not be read from where it is kept.
    Logins,
    /// A folder could not be read or written, or is no OCI layout.
    Folder,
}

/// A failure: what happened, what to do, and the registry's codes.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    host: Option<Host>,
    message: String,
    hint: String,
    codes: Arc<[OciErrorCode]>,
    passing: Option<Option<Duration>>,
    writing: bool,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        host: &Host,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            host: Some(host.clone()),
            message: message.into(),
            hint: hint.into(),
            codes: Arc::new([]),
            passing: None,
            writing: false,
        }))
    }

    /// It may pass by itself, after the pause that the registry asked for if it did.
    pub(crate) fn passing(mut self, asked: Option<Duration>) -> Self {
        self.0.passing = Some(asked);
        self
    }

    /// Whether the same request may well work a moment later, and the pause that the registry
    /// asked for.
    pub(crate) fn pause(&self) -> Option<Option<Duration>> {
        self.0.passing
    }

    /// Something on this machine.
    pub(crate) fn local(kind: ErrorKind, message: String, hint: &str) -> Self {
        Self(Box::new(Inner {
            kind,
            host: None,
            message,
            hint: hint.to_owned(),
            codes: Arc::new([]),
            passing: None,
            writing: false,
        }))
    }

    pub(crate) fn with_codes(mut self, codes: Vec<OciErrorCode>) -> Self {
        self.0.codes = codes.into();
        self
    }

    /// It was to change something.
    pub(crate) fn of_writing(mut self, writing: bool) -> Self {
        self.0.writing = writing;
        self
    }

    /// The same failure, for somebody who asked for something larger.
    pub(crate) fn reworded(
        mut self,
        kind: ErrorKind,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        self.0.kind = kind;
        self.0.message = message.into();
        self.0.hint = hint.into();
        self
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Whether what failed was to change something in the registry.
    pub fn was_writing(&self) -> bool {
        self.0.writing
    }

    /// The registry that was asked, if it was one.
    pub fn host(&self) -> Option<&Host> {
        self.0.host.as_ref()
    }

    /// What happened, one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do, one sentence.
    pub fn hint(&self) -> &str {
        &self.0.hint
    }

    /// The error codes that the registry gave (distribution-spec, "Error Codes"), such as
    /// `MANIFEST_UNKNOWN`.
    pub fn codes(&self) -> &[OciErrorCode] {
        &self.0.codes
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.message, self.0.hint)
    }
}
