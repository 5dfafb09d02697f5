//! Why a secret could not be kept or fetched.
//!
//! Each is a sentence for a person with what to do next. None of them ever quotes what was
//! stored, nor a parser's message about it.

use std::path::PathBuf;

/// Why a backend could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No keyring answers on this machine; the text says how that was noticed.
    #[error(
        "no keyring answers on this computer ({0}): install or start one, such as GNOME Keyring, KWallet or KeePassXC, and retry; or keep secrets in memory for this session, or in a file behind a passphrase"
    )]
    Missing(String),
    /// The keyring is locked, and unlocking was declined or not possible.
    #[error(
        "the keyring is locked: unlock it and retry; or keep secrets in memory for this session, or in a file behind a passphrase"
    )]
    Locked,
    /// The keyring did not answer in the time it was given.
    #[error(
        "the keyring did not answer in time, and may be waiting for its own password in another window: unlock it and retry; or keep secrets in memory for this session, or in a file behind a passphrase"
    )]
    TimedOut,
    /// The keyring keeps no secret of this length.
    #[error(
        "the secret is {size} bytes long and this keyring keeps at most {limit}: use a shorter password or token, or keep secrets in a file behind a passphrase"
    )]
    TooLarge {
        /// Bytes to be stored.
        size: usize,
        /// Bytes that this keyring stores at most.
        limit: usize,
    },
    /// Something is stored, but it is not what Hallmark stores.
    #[error(
        "{item} cannot be read because it {reason}: remove it, then log in again or import the key again"
    )]
    Corrupt {
        /// The item or file, by name.
        item: String,
        /// What is wrong with it; never any of its contents.
        reason: String,
    },
    /// The keyring answered, and said no; the text is its own.
    #[error("the keyring refused ({0}): check its settings and retry")]
    Refused(String),
    /// The passphrase does not open the file.
    #[error("this passphrase does not open the file: type it again")]
    WrongPassphrase,
    /// The passphrase file could not be read or written.
    #[error("{path} cannot be read or written ({1}): check the folder's permissions and free space, and retry", path = .0.display())]
    Io(PathBuf, String),
}

impl StoreError {
    /// Whether the same call can succeed later, once a person has unlocked, started or freed
    /// something. False where the secret or the passphrase itself has to change.
    pub fn can_retry(&self) -> bool {
        matches!(
            self,
            Self::Missing(_) | Self::Locked | Self::TimedOut | Self::Refused(_) | Self::Io(..)
        )
    }
}

/// Foreign text, fit to stand in a sentence: one line, without control characters, short.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 200;
    let line: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MOST)
        .collect();
    if line.chars().count() == MOST {
        line + "…"
    } else {
        line
    }
}
