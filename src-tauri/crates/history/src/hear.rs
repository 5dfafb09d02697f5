//! What a person was told of others' acts, and the messages that wait for other programs. A message
//! is written in the same transaction as the notice it tells of: neither is there without the other.

use crate::{History, HistoryError};
use jiff::Timestamp;
use sqlx::{Row as _, sqlite::SqliteRow};

/// Rows of one answer.
const MOST: u32 = 200;

/// A notice to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// What it tells of; a second notice of the same is none.
    pub event: String,
    /// Whether the person knows already.
    pub seen: bool,
    /// What it says, JSON.
    pub body: String,
}

/// A notice that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: u64,
    /// When it was heard.
    pub heard_at: Timestamp,
    /// Whether the person has seen it.
    pub seen: bool,
    /// What it says, JSON.
    pub body: String,
}

/// A message to write for a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The webhook.
    pub hook: String,
    /// What it tells of; a second one of the same for this webhook is none.
    pub event: String,
    /// Its body.
    pub body: String,
}

/// A message that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub id: u64,
    /// What it tells of.
    pub event: String,
    /// Its body.
    pub body: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// When it is to be tried next.
    pub next_try: Timestamp,
    /// How often it was tried.
    pub tries: u64,
    /// Why the last try failed.
    pub error: Option<String>,
    /// Whether it was the message that was refused, and not the receiver that was away.
    pub refused: bool,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When no more was tried.
    pub given_up_at: Option<Timestamp>,
}

/// What became of a try to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It arrived.
    Delivered,
    /// It did not, and is to be tried again.
    Again {
        /// When.
        next: Timestamp,
        /// Why it did not.
        why: String,
        /// Whether it was the message that was refused, and not the receiver that was away.
        refused: bool,
    },
    /// It did not, and is tried no more.
    GivenUp(String),
}

impl History {
    /// Keeps notices that are new, with the messages that tell of them; gives the notices that were.
    ///
    /// # Errors
    /// [`HistoryError`]; nothing was kept then.
    pub async fn hear(
        &self,
        notices: &[(NewNotice, Vec<NewMessage>)],
        now: Timestamp,
    ) -> Result<Vec<Notice>, HistoryError> {
        let kept = async {
            let mut fresh = Vec::new();
            let mut transaction = self.begin().await?;
            for (notice, messages) in notices {
                let id: Option<i64> = sqlx::query_scalar(
                    "INSERT INTO notices (event, heard_at, seen, body) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (event) DO NOTHING RETURNING id",
                )
                .bind(&notice.event)
                .bind(now.as_microsecond())
                .bind(notice.seen)
                .bind(&notice.body)
                .fetch_optional(&mut *transaction)
                .await?;
                let Some(id) = id else { continue };
                for message in messages {
                    write(&mut transaction, message, now).await?;
                }
                fresh.push(Notice {
                    id: id.try_into().unwrap_or_default(),
                    heard_at: now,
                    seen: notice.seen,
                    body: notice.body.clone(),
                });
            }
            transaction.commit().await?;
            Ok(fresh)
        };
        kept.await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// Writes messages for webhooks, and keeps under `key` how far the record was told.
    ///
    /// # Errors
    /// [`HistoryError`]; nothing was written then.
    pub async fn write_messages(
        &self,
        messages: &[NewMessage],
        (key, value): (&str, &str),
        now: Timestamp,
    ) -> Result<(), HistoryError> {
        let written = async {
            let mut transaction = self.begin().await?;
            for message in messages {
                write(&mut transaction, message, now).await?;
            }
            sqlx::query(
                "INSERT INTO state (key, value) VALUES (?, ?) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )
            .bind(key)
            .bind(value)
            .execute(&mut *transaction)
            .await?;
            Ok(transaction.commit().await?)
        };
        written
            .await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// Notices, the newest first, with how many there are and how many were not seen.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn notices(
        &self,
        unseen: bool,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<Notice>, u64, u64), HistoryError> {
        let read = async {
            let mut snapshot = self.reader.begin().await?;
            let rows = sqlx::query(
                "SELECT id, heard_at, seen, body FROM notices WHERE seen = 0 OR ? = 0 \
                 ORDER BY id DESC LIMIT ? OFFSET ?",
            )
            .bind(unseen)
            .bind(limit.min(MOST))
            .bind(offset)
            .fetch_all(&mut *snapshot)
            .await?;
            let (all, left): (i64, i64) =
                sqlx::query_as("SELECT COUNT(*), COALESCE(SUM(seen = 0), 0) FROM notices")
                    .fetch_one(&mut *snapshot)
                    .await?;
            let rows = rows.iter().map(notice).collect();
            Ok((rows, unsigned(all), unsigned(left)))
        };
        read.await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// Marks one notice as seen, or all of them; false where there is no such notice.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be written.
    pub async fn saw(&self, id: Option<u64>) -> Result<bool, HistoryError> {
        let query = match id {
            Some(_) => "UPDATE notices SET seen = 1 WHERE id = ?",
            None => "UPDATE notices SET seen = 1 WHERE seen = 0 AND ? IS NULL",
        };
        let done = sqlx::query(query)
            .bind(id.map(u64::cast_signed))
            .execute(&self.writer)
            .await
            .map_err(|error| HistoryError::from(error).at(&self.path))?;
        Ok(id.is_none() || done.rows_affected() == 1)
    }

    /// The messages of a webhook: those that wait, in the order to deliver them in, or the newest.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn messages(
        &self,
        hook: &str,
        waiting: bool,
        limit: u32,
    ) -> Result<Vec<Message>, HistoryError> {
        let order = match waiting {
            true => "AND delivered_at IS NULL AND given_up_at IS NULL ORDER BY id ASC",
            false => "ORDER BY id DESC",
        };
        let query = format!("SELECT * FROM messages WHERE hook = ? {order} LIMIT ?");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(hook)
            .bind(limit.min(MOST))
            .fetch_all(&self.reader)
            .await
            .map_err(|error| HistoryError::from(error).at(&self.path))?;
        Ok(rows.iter().map(message).collect())
    }

    /// How many messages of a webhook wait, and how many were given up.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn message_counts(&self, hook: &str) -> Result<(u64, u64), HistoryError> {
        let (waiting, lost): (i64, i64) = sqlx::query_as(
            "SELECT COALESCE(SUM(delivered_at IS NULL AND given_up_at IS NULL), 0), \
             COALESCE(SUM(given_up_at IS NOT NULL), 0) FROM messages WHERE hook = ?",
        )
        .bind(hook)
        .fetch_one(&self.reader)
        .await
        .map_err(|error| HistoryError::from(error).at(&self.path))?;
        Ok((unsigned(waiting), unsigned(lost)))
    }

    /// Begins a try: it is counted now, so that one that is cut off is not begun anew at once, and
    /// that of two processes one does it. False where another one has begun it since `message` was
    /// read. `unless` is what became of it where nobody comes to say what did.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be written.
    pub async fn try_message(
        &self,
        message: &Message,
        unless: (Timestamp, &str),
    ) -> Result<bool, HistoryError> {
        let done = sqlx::query(
            "UPDATE messages SET tries = tries + 1, next_try = ?, error = ?, refused = 0 \
             WHERE id = ? AND tries = ? AND delivered_at IS NULL AND given_up_at IS NULL",
        )
        .bind(unless.0.as_microsecond())
        .bind(unless.1)
        .bind(message.id.cast_signed())
        .bind(message.tries.cast_signed())
        .execute(&self.writer)
        .await
        .map_err(|error| HistoryError::from(error).at(&self.path))?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps what became of a try that was begun.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be written.
    pub async fn tried(&self, id: u64, tried: &Tried, now: Timestamp) -> Result<(), HistoryError> {
        let now = now.as_microsecond();
        let (error, next, refused, delivered, given_up) = match tried {
            Tried::Delivered => (None, now, false, Some(now), None),
            Tried::Again { next, why, refused } => {
                (Some(why), next.as_microsecond(), *refused, None, None)
            }
            Tried::GivenUp(why) => (Some(why), now, false, None, Some(now)),
        };
        // What arrived stays so, whatever another process found that tried it too.
        sqlx::query(
            "UPDATE messages SET error = ?, next_try = ?, refused = ?, delivered_at = ?, \
             given_up_at = ? WHERE id = ? AND delivered_at IS NULL",
        )
        .bind(error)
        .bind(next)
        .bind(refused)
        .bind(delivered)
        .bind(given_up)
        .bind(id.cast_signed())
        .execute(&self.writer)
        .await
        .map(drop)
        .map_err(|error| HistoryError::from(error).at(&self.path))
    }

    /// Forgets the messages of a webhook.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be written.
    pub async fn forget_messages(&self, hook: &str) -> Result<(), HistoryError> {
        sqlx::query("DELETE FROM messages WHERE hook = ?")
            .bind(hook)
            .execute(&self.writer)
            .await
            .map(drop)
            .map_err(|error| HistoryError::from(error).at(&self.path))
    }
}

async fn write(
    connection: &mut sqlx::SqliteConnection,
    message: &NewMessage,
    now: Timestamp,
) -> Result<(), HistoryError> {
    let now = now.as_microsecond();
    sqlx::query(
        "INSERT INTO messages (hook, event, body, written_at, next_try) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (hook, event) DO NOTHING",
    )
    .bind(&message.hook)
    .bind(&message.event)
    .bind(&message.body)
    .bind(now)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

fn unsigned(number: i64) -> u64 {
    number.try_into().unwrap_or_default()
}

fn at(row: &SqliteRow, column: &str) -> Timestamp {
    Timestamp::from_microsecond(row.get(column)).unwrap_or_default()
}

fn at_if(row: &SqliteRow, column: &str) -> Option<Timestamp> {
    let at: Option<i64> = row.get(column);
    Timestamp::from_microsecond(at?).ok()
}

fn notice(row: &SqliteRow) -> Notice {
    Notice {
        id: unsigned(row.get("id")),
        heard_at: at(row, "heard_at"),
        seen: row.get("seen"),
        body: row.get("body"),
    }
}

fn message(row: &SqliteRow) -> Message {
    Message {
        id: unsigned(row.get("id")),
        event: row.get("event"),
        body: row.get("body"),
        written_at: at(row, "written_at"),
        next_try: at(row, "next_try"),
        tries: unsigned(row.get("tries")),
        error: row.get("error"),
        refused: row.get("refused"),
        delivered_at: at_if(row, "delivered_at"),
        given_up_at: at_if(row, "given_up_at"),
    }
}
