//! Secrets for this session only.
//!
//! The first fallback where no keyring answers. Nothing is ever written anywhere.

use crate::{Backend, Place, SecretBytes, StoreError};
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Keeps secrets in this process' memory.
#[derive(Default)]
pub struct Memory(Mutex<HashMap<String, SecretBytes>>);

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, SecretBytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

impl Backend for Memory {
    fn place(&self) -> Place {
        Place::Memory
    }

    fn get(&self, account: &str) -> Result<Option<SecretBytes>, StoreError> {
        Ok(self.entries().get(account).cloned())
    }

    fn set(&self, account: &str, secret: &SecretBytes) -> Result<(), StoreError> {
        self.entries().insert(account.to_owned(), secret.clone());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<bool, StoreError> {
        Ok(self.entries().remove(account).is_some())
    }
}
