//! Intents: what is about to be done to a registry, written down durably before it is done.
//!
//! An intent's owner holds a lock of the operating system for as long as it lives, so another
//! process can tell a promotion that is running from one that was killed, and settles only the
//! latter. This module never decides how an intent is settled.

use crate::append::append_in;
use crate::lock::Lock;
use crate::{Entry, History, HistoryError, NewEntry, Sealer};
use hallmark_image::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One tag that is to be moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentTag {
    /// The tag.
    pub tag: String,
    /// Where it pointed before; nothing where it did not exist.
    pub previous: Option<Digest>,
    /// Where it is to point.
    pub target: Digest,
}

/// What is about to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewIntent {
    /// What kind of act, such as `promotion`.
    pub kind: String,
    /// `host/name` of the repository.
    pub repository: String,
    /// The stage.
    pub stage: String,
    /// The tags, in the order in which they are moved.
    pub tags: Vec<IntentTag>,
    /// What else is needed to settle it.
    pub detail: Value,
}

/// An open intent, owned by this process until it is dropped or finished.
#[derive(Debug)]
pub struct Intent {
    /// Its number; never used again.
    pub id: i64,
    /// What kind of act, such as `promotion`.
    pub kind: String,
    /// `host/name` of the repository.
    pub repository: String,
    /// The stage.
    pub stage: String,
    /// The tags, in the order in which they are moved.
    pub tags: Vec<IntentTag>,
    /// What else is needed to settle it.
    pub detail: Value,
    /// What [`History::note_intent`] last kept, when this was read.
    pub progress: Option<Value>,
    lock: Lock,
}

#[derive(sqlx::FromRow)]
struct IntentRow {
    id: i64,
    kind: String,
    repository: String,
    stage: String,
    tags: String,
    detail: String,
    progress: Option<String>,
}

impl History {
    /// Writes an intent down. When this returns it is on the disk, and this process owns it.
    ///
    /// # Errors
    /// [`HistoryError`]; nothing was written then, so nothing may be done.
    pub async fn begin_intent(&self, new: NewIntent) -> Result<Intent, HistoryError> {
        let begun = self.insert_intent(new).await;
        begun.map_err(|error| error.at(&self.path))
    }

    async fn insert_intent(&self, new: NewIntent) -> Result<Intent, HistoryError> {
        let mut transaction = self.begin().await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO intents (kind, repository, stage, tags, detail) \
             VALUES (?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(&new.kind)
        .bind(&new.repository)
        .bind(&new.stage)
        .bind(to_json(&new.tags)?)
        .bind(to_json(&new.detail)?)
        .fetch_one(&mut *transaction)
        .await?;
        // Locked before anybody else can see the row.
        let lock = Lock::try_take(&self.locks(), &id.to_string())?;
        let lock = lock.ok_or(HistoryError::IntentClosed)?;
        transaction.commit().await?;
        Ok(Intent {
            id,
            kind: new.kind,
            repository: new.repository,
            stage: new.stage,
            tags: new.tags,
            detail: new.detail,
            progress: None,
            lock,
        })
    }

    /// Keeps how far the work has come, in place of what was kept before; durable on return.
    ///
    /// # Errors
    /// [`HistoryError::IntentClosed`] where it was finished; [`HistoryError`] otherwise.
    pub async fn note_intent(&self, intent: &Intent, detail: Value) -> Result<(), HistoryError> {
        let text = to_json(&detail)?;
        let updated =
            sqlx::query("UPDATE intents SET progress = ? WHERE id = ? AND outcome IS NULL")
                .bind(text)
                .bind(intent.id)
                .execute(&self.writer)
                .await
                .map_err(|error| HistoryError::from(error).at(&self.path))?;
        match updated.rows_affected() {
            0 => Err(HistoryError::IntentClosed),
            _ => Ok(()),
        }
    }

    /// Closes an intent with its outcome and appends `entries`, in one transaction.
    ///
    /// # Errors
    /// [`HistoryError::IntentClosed`] where it was finished before. After any error nothing was
    /// written, and the intent is an orphan that can be settled.
    pub async fn finish_intent(
        &self,
        intent: Intent,
        outcome: &str,
        entries: Vec<NewEntry>,
        sealer: Option<&dyn Sealer>,
    ) -> Result<Vec<Entry>, HistoryError> {
        let finished = async {
            let mut transaction = self.begin().await?;
            let closed =
                sqlx::query("UPDATE intents SET outcome = ? WHERE id = ? AND outcome IS NULL")
                    .bind(outcome)
                    .bind(intent.id)
                    .execute(&mut *transaction)
                    .await?;
            if closed.rows_affected() == 0 {
                return Err(HistoryError::IntentClosed);
            }
            let written = append_in(&mut transaction, entries, sealer).await?;
            transaction.commit().await?;
            Ok(written)
        };
        let written = finished.await.map_err(|error| error.at(&self.path))?;
        intent.lock.retire();
        Ok(written)
    }

    /// Takes over every open intent whose owner is gone, oldest first. Those that somebody is
    /// working on, here or in another process, are left alone.
    ///
    /// # Errors
    /// [`HistoryError`] where the database or a lock cannot be used.
    pub async fn orphaned_intents(&self) -> Result<Vec<Intent>, HistoryError> {
        let adopted = self.adopt().await;
        adopted.map_err(|error| error.at(&self.path))
    }

    async fn adopt(&self) -> Result<Vec<Intent>, HistoryError> {
        let open: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM intents WHERE outcome IS NULL ORDER BY id")
                .fetch_all(&self.reader)
                .await?;
        let mut orphans = Vec::new();
        for id in open {
            let Some(lock) = Lock::try_take(&self.locks(), &id.to_string())? else {
                continue;
            };
            // Its owner may have finished it between our look and our lock; so look again.
            match self.open_intent(id).await? {
                Some(row) => orphans.push(row.into_intent(lock)?),
                None => lock.retire(),
            }
        }
        Ok(orphans)
    }

    async fn open_intent(&self, id: i64) -> Result<Option<IntentRow>, HistoryError> {
        let row = sqlx::query_as(
            "SELECT id, kind, repository, stage, tags, detail, progress FROM intents \
             WHERE id = ? AND outcome IS NULL",
        )
        .bind(id)
        .fetch_optional(&self.reader)
        .await?;
        Ok(row)
    }
}

impl IntentRow {
    fn into_intent(self, lock: Lock) -> Result<Intent, HistoryError> {
        let progress = self.progress.as_deref().map(from_json).transpose()?;
        Ok(Intent {
            id: self.id,
            kind: self.kind,
            repository: self.repository,
            stage: self.stage,
            tags: from_json(&self.tags)?,
            detail: from_json(&self.detail)?,
            progress,
            lock,
        })
    }
}

fn to_json(value: &impl Serialize) -> Result<String, HistoryError> {
    serde_json::to_string(value).map_err(|error| HistoryError::BadEntry(error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, HistoryError> {
    serde_json::from_str(text).map_err(|error| HistoryError::Corrupt {
        path: std::path::PathBuf::new(),
        reason: format!("an open intent cannot be read: {error}"),
    })
}
