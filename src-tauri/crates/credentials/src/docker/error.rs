//! Why a login of Docker's or Podman's could not be read.
//!
//! The files hold passwords in plain sight, so that no error quotes them: a parser's message
//! would repeat the value it stumbled over.

use hallmark_image::Host;
use std::path::PathBuf;

/// Why Docker's or Podman's login for a host could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DockerError {
    /// The file is there and cannot be read.
    #[error("{} cannot be read ({reason}): check its permissions", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is not the JSON that Docker and Podman write.
    #[error("{} is not a valid Docker configuration (line {line}, column {column}): mend or remove it", .file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The login kept for the host is not base64 of `name:password`.
    #[error("the login kept for {host} in {} cannot be read: log in to it again with Docker or Podman", .file.display())]
    BadLogin {
        /// The host.
        host: Host,
        /// The file.
        file: PathBuf,
    },
    /// The helper's name has a path or other characters in it.
    #[error(
        "this is no name of a credential helper: write what follows docker-credential-, such as ecr-login, without a path"
    )]
    BadHelperName,
    /// The helper is not installed.
    #[error(
        "docker-credential-{helper} was not found: install it so that it is in PATH, or choose another"
    )]
    NoHelper {
        /// The helper's name.
        helper: String,
    },
    /// Docker's configuration could not be written; it is as it was.
    #[error("{} cannot be written ({reason}): check its permissions", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// There is no helper to hand a login to, and no leave to write it in plain sight.
    #[error(
        "no credential helper is installed that could keep a login for Docker: install one, such as golang-docker-credential-helpers, or allow that it is written into Docker's file in plain sight"
    )]
    NowhereToHandOver,
    /// A helper took a login and does not give it back.
    #[error(
        "docker-credential-{helper} took the login for {host} and does not give it back: mend the helper, or choose another"
    )]
    NotKept {
        /// The helper's name.
        helper: String,
        /// The host it was asked for.
        host: Host,
    },
    /// The helper failed; the text is its own.
    #[error(
        "docker-credential-{helper} failed for {host} ({reason}): no other login was tried; mend the helper, or log in to {host} here"
    )]
    HelperFailed {
        /// The helper's name.
        helper: String,
        /// The host it was asked for.
        host: Host,
        /// What it said, cut short.
        reason: String,
    },
    /// The helper did not answer in time.
    #[error(
        "docker-credential-{helper} did not answer for {host} in time: it may be waiting for a password in another window; answer it and retry, or log in to {host} here"
    )]
    HelperTimedOut {
        /// The helper's name.
        helper: String,
        /// The host it was asked for.
        host: Host,
    },
}
