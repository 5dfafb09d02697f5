//! What can go wrong between Hallmark and an engine, told to a person.
//!
//! Every [`Error`] is one sentence that says what happened and one that says what to do; an
//! engine's own words are kept behind it, cleaned of control characters.

use std::{fmt, io};

/// What kind of failure it was; what a caller may act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing listens there: not installed, or not started.
    NoEngine,
    /// It listens, and this user may not speak to it.
    NoRight,
    /// It was there, and went away in the middle.
    Lost,
    /// Its API is older than Hallmark can use.
    TooOld,
    /// The engine's certificate, or ours, is not accepted.
    Tls,
    /// The engine cannot do this (Podman, or an old Docker).
    Unsupported,
    /// There is no such image, container or target.
    NotFound,
    /// Something still uses it.
    InUse,
    /// The engine's disk is full.
    DiskFull,
    /// A registry wants a login for this.
    LoginNeeded {
        /// The registry's host, where it is known.
        host: Option<String>,
    },
    /// The login that was used may not do this.
    Forbidden,
    /// The engine does not trust the registry's certificate.
    RegistryUntrusted,
    /// The engine does not reach the registry.
    RegistryUnreachable,
    /// The registry asks to slow down.
    RateLimited,
    /// The registry refused or broke off, on its side.
    RegistryFailed,
    /// What arrived in the registry is not what was sent.
    DigestMismatch,
    /// What was given cannot be used: a name, a file, an option.
    BadInput,
    /// A file or folder cannot be read.
    File,
    /// A step of a build failed.
    BuildFailed {
        /// The line of the Dockerfile, from 1, where the engine said so.
        line: Option<u32>,
    },
    /// A program that was asked for help (ssh, a scanner) is missing or failed.
    Program,
    /// It took longer than it may.
    Timeout,
    /// Somebody stopped it.
    Cancelled,
    /// The engine said something that its API does not allow, or failed on its side.
    Protocol,
}

/// A failure: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: String,
}

/// The result of asking an engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure in words.
    pub fn new(kind: ErrorKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: clean(&message.into()),
            hint: hint.into(),
        }))
    }

    /// Somebody stopped it.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "it was stopped", "")
    }

    /// What kind it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do, where there is something to do.
    pub fn hint(&self) -> Option<&str> {
        Some(self.0.hint.as_str()).filter(|hint| !hint.is_empty())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// Foreign words, without what a terminal or a page would obey.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect::<String>()
        .trim()
        .to_owned()
}

impl From<bollard::errors::Error> for Error {
    fn from(error: bollard::errors::Error) -> Self {
        use bollard::errors::Error as B;
        match error {
            B::DockerResponseServerError {
                status_code,
                message,
            } => answered(status_code, &message),
            B::DockerStreamError { error } => said(&error),
            B::DockerContainerWaitError { error, .. } => said(&error),
            B::RequestTimeoutError => Self::new(
                ErrorKind::Timeout,
                "the engine did not answer in time",
                "Look whether it is busy or stuck: docker info. Then try again.",
            ),
            B::IOError { err } => broken(&err),
            B::HyperResponseError { err } => broken(&err),
            other => Self::new(
                ErrorKind::Protocol,
                format!("the engine's answer cannot be read: {other}"),
                "Update the engine, or report this with the engine's version.",
            ),
        }
    }
}

/// A connection that failed, by what lies at the bottom of it.
pub(crate) fn broken(error: &(dyn std::error::Error + 'static)) -> Error {
    let mut at = Some(error);
    while let Some(inner) = at {
        if let Some(own) = inner.downcast_ref::<Error>() {
            return own.clone();
        }
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            // An own error may be carried by an I/O error.
            match io.get_ref() {
                Some(carried) if carried.downcast_ref::<Error>().is_some() => {
                    at = Some(carried);
                    continue;
                }
                _ => return of_io(io),
            }
        }
        at = inner.source();
    }
    lost(&error.to_string())
}

fn lost(why: &str) -> Error {
    Error::new(
        ErrorKind::Lost,
        format!("the engine broke the connection off: {why}"),
        "It may have stopped or been restarted. Hallmark goes on when it is back.",
    )
}

fn of_io(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Error::new(
            ErrorKind::NoEngine,
            "no engine listens there",
            "Start Docker (sudo systemctl start docker, or Docker Desktop), or install it: \
             https://docs.docker.com/engine/install/",
        ),
        io::ErrorKind::PermissionDenied => Error::new(
            ErrorKind::NoRight,
            "this user may not speak to the engine",
            "Add yourself to the group docker (sudo usermod -aG docker $USER) and log in again, \
             or use rootless Docker or Podman.",
        ),
        io::ErrorKind::StorageFull => disk_full(&error.to_string()),
        _ => lost(&error.to_string()),
    }
}

fn disk_full(words: &str) -> Error {
    Error::new(
        ErrorKind::DiskFull,
        format!("the engine's disk is full: {words}"),
        "Free some space (docker system prune, or Prune under Docker), then try again.",
    )
}

/// An answer other than 2xx, by its status and the engine's words.
pub(crate) fn answered(status: u16, words: &str) -> Error {
    let by_words = said(words);
    if *by_words.kind() != ErrorKind::Protocol {
        return by_words;
    }
    match status {
        400 => Error::new(ErrorKind::BadInput, words, ""),
        404 => Error::new(ErrorKind::NotFound, words, ""),
        409 => Error::new(ErrorKind::InUse, words, ""),
        501 => Error::new(
            ErrorKind::Unsupported,
            words,
            "This engine cannot do that; Docker Engine can.",
        ),
        _ => by_words,
    }
}

/// What an engine said went wrong, told apart by its words: its API has no codes for these.
pub(crate) fn said(words: &str) -> Error {
    let low = words.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| low.contains(part));
    if has(&["no space left on device", "disk quota exceeded"]) {
        return disk_full(words);
    }
    if has(&[
        "x509:",
        "certificate signed by unknown authority",
        "tls: failed to verify",
    ]) {
        return Error::new(
            ErrorKind::RegistryUntrusted,
            format!("the engine does not trust the registry's certificate: {words}"),
            "Put the authority's certificate where the engine looks for it: \
             /etc/docker/certs.d/HOST:PORT/ca.crt",
        );
    }
    if has(&[
        "no basic auth credentials",
        "authentication required",
        "unauthorized: ",
    ]) {
        return Error::new(
            ErrorKind::LoginNeeded { host: None },
            format!("the registry wants a login: {words}"),
            "Log in to that registry, then try again.",
        );
    }
    if has(&[
        "denied:",
        "insufficient_scope",
        "403 forbidden",
        "access to the resource is denied",
    ]) {
        return Error::new(
            ErrorKind::Forbidden,
            format!("the login that was used may not do this: {words}"),
            "Ask for the right to push to that repository, or log in as somebody who has it.",
        );
    }
    if has(&["toomanyrequests", "429 too many requests", "rate limit"]) {
        return Error::new(
            ErrorKind::RateLimited,
            format!("the registry asks to slow down: {words}"),
            "Log in, which raises the limit at most registries, or wait.",
        );
    }
    if has(&[
        "no such host",
        "connection refused",
        "i/o timeout",
        "network is unreachable",
    ]) {
        return Error::new(
            ErrorKind::RegistryUnreachable,
            format!("the engine does not reach the registry: {words}"),
            "The engine has its own network and proxy settings: try docker pull there.",
        );
    }
    Error::new(ErrorKind::Protocol, words, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engines_words_are_told_apart() {
        for (words, kind) in [
            (
                "write /var/lib/docker/x: no space left on device",
                ErrorKind::DiskFull,
            ),
            (
                "Get \"https://r/v2/\": x509: certificate signed by unknown authority",
                ErrorKind::RegistryUntrusted,
            ),
            (
                "no basic auth credentials",
                ErrorKind::LoginNeeded { host: None },
            ),
            (
                "denied: requested access to the resource is denied",
                ErrorKind::Forbidden,
            ),
            (
                "toomanyrequests: You have reached your pull rate limit",
                ErrorKind::RateLimited,
            ),
            (
                "dial tcp: lookup r.example: no such host",
                ErrorKind::RegistryUnreachable,
            ),
            ("something else", ErrorKind::Protocol),
        ] {
            let error = said(words);
            assert_eq!(*error.kind(), kind, "{words}");
            assert!(error.message().contains(words), "{words}");
        }
        assert_eq!(
            *answered(404, "no such image: x").kind(),
            ErrorKind::NotFound
        );
        assert_eq!(*answered(409, "conflict: in use").kind(), ErrorKind::InUse);
    }

    #[test]
    fn control_characters_in_an_engines_words_are_dropped() {
        assert_eq!(said("a\u{1b}[31mb\r").message(), "a[31mb");
    }

    #[test]
    fn an_error_carried_by_an_io_error_comes_out_as_it_was() {
        let own = Error::new(ErrorKind::Tls, "bad", "do");
        let carried = io::Error::other(own.clone());
        assert_eq!(broken(&carried), own);
        let missing = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(*broken(&missing).kind(), ErrorKind::NoEngine);
    }
}
