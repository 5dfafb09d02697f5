//! Every room's errors, told apart once for all use cases.

use crate::error::{Code, Error};
use hallmark_credentials::{StoreError, docker::DockerError};
use hallmark_history::HistoryError;
use hallmark_registry::ErrorKind;

impl From<hallmark_registry::Error> for Error {
    fn from(error: hallmark_registry::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::WrongPassword => Code::WrongPassword,
            ErrorKind::TokenExpired => Code::TokenExpired,
            ErrorKind::LoginNeeded => Code::LoginNeeded,
            ErrorKind::Forbidden if error.was_writing() => Code::NoPushRight,
            ErrorKind::Forbidden => Code::Forbidden,
            ErrorKind::NotFound => Code::NotFound,
            ErrorKind::Unreachable | ErrorKind::Timeout => Code::Unreachable,
            ErrorKind::NoSuchHost => Code::NoSuchHost,
            ErrorKind::TlsUntrusted => Code::TlsUntrusted,
            ErrorKind::ClientCertificate => Code::ClientCertificate,
            ErrorKind::Proxy => Code::Proxy,
            ErrorKind::PlainHttpExpected => Code::PlainHttp,
            ErrorKind::RateLimited { .. } => Code::RateLimited,
            ErrorKind::RealmNeedsConfirmation { .. } => Code::RealmNeedsConfirmation,
            ErrorKind::TagImmutable => Code::TagImmutable,
            ErrorKind::Logins => Code::KeyringBroken,
            ErrorKind::Folder => Code::File,
            ErrorKind::TooLarge
            | ErrorKind::DigestMismatch
            | ErrorKind::BadManifest
            | ErrorKind::Refused
            | ErrorKind::Unsupported
            | ErrorKind::Protocol => Code::RegistryProtocol,
        };
        let realm = match error.kind() {
            ErrorKind::RealmNeedsConfirmation { realm } => Some(realm.clone()),
            _ => None,
        };
        Self {
            code,
            message: error.message().to_owned(),
            hint: Some(error.hint().to_owned()),
            realm,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Missing(_) => Code::KeyringMissing,
            StoreError::Locked | StoreError::TimedOut => Code::KeyringLocked,
            _ => Code::KeyringBroken,
        };
        let (message, hint) = halves(&error.to_string());
        Self {
            hint,
            ..Self::new(code, message)
        }
    }
}

impl From<DockerError> for Error {
    fn from(error: DockerError) -> Self {
        let (message, hint) = halves(&error.to_string());
        Self {
            hint,
            ..Self::new(Code::HelperFailed, message)
        }
    }
}

impl From<HistoryError> for Error {
    fn from(error: HistoryError) -> Self {
        let code = match error {
            HistoryError::Corrupt { .. }
            | HistoryError::NotOurs { .. }
            | HistoryError::Damaged { .. } => Code::DatabaseCorrupt,
            _ => Code::DatabaseUnavailable,
        };
        if let HistoryError::Database { .. } | HistoryError::CannotOpen { .. } = error {
            // What follows the colon is SQLite's own reason, and no advice.
            return Self::new(code, error.to_string())
                .hint("Check that the workspace's folder may be written and its disk has room, then try again.");
        }
        let (message, hint) = halves(&error.to_string());
        Self {
            hint,
            ..Self::new(code, message)
        }
    }
}

/// The rooms write "what happened: what to do"; the two are shown apart.
fn halves(sentence: &str) -> (String, Option<String>) {
    match sentence.split_once(": ") {
        Some((what, todo)) => {
            let mut letters = todo.chars();
            let first = letters
                .next()
                .map(|letter| letter.to_uppercase().collect::<String>());
            (
                what.to_owned(),
                Some(first.unwrap_or_default() + letters.as_str() + "."),
            )
        }
        None => (sentence.to_owned(), None),
    }
}
