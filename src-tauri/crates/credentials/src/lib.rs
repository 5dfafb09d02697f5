//! Where logins and keys live: the OS keyring, its fallbacks, and Docker's own logins.
//!
//! A [`Vault`] keeps one workspace's logins and signing key in a [`Backend`]: the OS keyring,
//! this session's memory, or a file behind a passphrase. Nothing here prints, logs or
//! serialises a secret, blocks the caller's runtime, or speaks to a registry.

pub mod docker;
mod error;
mod expiry;
mod file;
mod host_secret;
mod keyring;
mod login;
mod memory;
mod secret;
mod store;
mod vault;

pub use error::StoreError;
pub use file::PassphraseFile;
pub use host_secret::HostSecret;
pub use keyring::OsKeyring;
pub use login::Login;
pub use memory::Memory;
pub use secret::{Secret, SecretBytes, SecretString};
pub use store::{Backend, Place};
pub use vault::Vault;
