//! Small facts of this machine, such as a screen's last choice. They are no part of the record:
//! they change, nobody signs them, and nothing may be decided on them.

use crate::{History, HistoryError};

impl History {
    /// The fact under `key`.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn get_state(&self, key: &str) -> Result<Option<String>, HistoryError> {
        sqlx::query_scalar("SELECT value FROM state WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.reader)
            .await
            .map_err(|error| HistoryError::from(error).at(&self.path))
    }

    /// Every fact whose key begins with `prefix`, by key.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn states(&self, prefix: &str) -> Result<Vec<(String, String)>, HistoryError> {
        sqlx::query_as("SELECT key, value FROM state WHERE key >= ? AND key < ? ORDER BY key")
            .bind(prefix)
            .bind(format!("{prefix}\u{10ffff}"))
            .fetch_all(&self.reader)
            .await
            .map_err(|error| HistoryError::from(error).at(&self.path))
    }

    /// Keeps a fact under `key`, in place of the one before.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be written.
    pub async fn set_state(&self, key: &str, value: &str) -> Result<(), HistoryError> {
        sqlx::query(
            "INSERT INTO state (key, value) VALUES (?, ?) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&self.writer)
        .await
        .map(drop)
        .map_err(|error| HistoryError::from(error).at(&self.path))
    }
}
