//! What every place that keeps secrets can do.
//!
//! A backend is blocking and simple, and each of its calls may hang for as long as a person
//! leaves a password prompt open. [`Vault`](crate::Vault) gives it a thread and a time limit.

use crate::{SecretBytes, StoreError};
use std::{fmt, path::PathBuf};

/// A place that keeps named secrets. Calls block, and each may hang.
pub trait Backend: Send + Sync + 'static {
    /// What to tell a person about where the secrets are.
    fn place(&self) -> Place;

    /// The secret stored as `account`, if there is one.
    ///
    /// # Errors
    /// Any [`StoreError`]; an absent secret is none.
    fn get(&self, account: &str) -> Result<Option<SecretBytes>, StoreError>;

    /// Stores `secret` as `account`, in place of any other.
    ///
    /// # Errors
    /// Any [`StoreError`]; the earlier secret is then still there.
    fn set(&self, account: &str, secret: &SecretBytes) -> Result<(), StoreError>;

    /// Deletes the secret stored as `account`; false where there was none.
    ///
    /// # Errors
    /// Any [`StoreError`]; an absent secret is none.
    fn delete(&self, account: &str) -> Result<bool, StoreError>;
}

/// Where secrets are kept, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The system's own keyring, by its name: “Secret Service”, “Keychain”, “Credential Manager”.
    OsKeyring(String),
    /// This process' memory; gone when it ends.
    Memory,
    /// A file behind a passphrase.
    PassphraseFile(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OsKeyring(name) => write!(f, "the system's keyring ({name})"),
            Self::Memory => f.write_str("memory, until Hallmark is closed"),
            Self::PassphraseFile(path) => {
                write!(f, "a file behind a passphrase ({})", path.display())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_in_words_where_secrets_are() {
        for (place, words) in [
            (
                Place::OsKeyring("Keychain".into()),
                "the system's keyring (Keychain)",
            ),
            (Place::Memory, "memory, until Hallmark is closed"),
            (
                Place::PassphraseFile("/h/secrets.age".into()),
                "a file behind a passphrase (/h/secrets.age)",
            ),
        ] {
            assert_eq!(place.to_string(), words);
        }
    }
}
