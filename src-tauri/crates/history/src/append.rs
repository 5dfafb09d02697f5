//! Appending: entries, what is derived from them, the head and its seal, in one transaction.
//! Writers take turns through SQLite's write lock, whichever process they are in.

use crate::entry::{Facets, Position, Record};
use crate::head::Head;
use crate::merkle::{Hash, leaf_hash};
use crate::{Entry, History, HistoryError, NewEntry, Sealer};
use hallmark_image::Digest;
use sqlx::{Sqlite, SqliteConnection, Transaction};

impl History {
    /// Appends `entries` in order, all or none, and has the result sealed where a sealer is
    /// given. Entries with a statement that is recorded already are passed over; only those that
    /// were written are returned.
    ///
    /// # Errors
    /// [`HistoryError`]; nothing was written then.
    pub async fn append(
        &self,
        entries: Vec<NewEntry>,
        sealer: Option<&dyn Sealer>,
    ) -> Result<Vec<Entry>, HistoryError> {
        let written = async {
            let mut transaction = self.begin().await?;
            let written = append_in(&mut transaction, entries, sealer).await?;
            transaction.commit().await?;
            Ok(written)
        };
        written
            .await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// A transaction that holds the write lock from its start, so that what it reads stays true.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, HistoryError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Appends inside a transaction that another write shares.
pub(crate) async fn append_in(
    connection: &mut SqliteConnection,
    entries: Vec<NewEntry>,
    sealer: Option<&dyn Sealer>,
) -> Result<Vec<Entry>, HistoryError> {
    let mut head = Head::load(connection).await?;
    let mut previous = last_leaf(connection, head.size()).await?;
    let mut written = Vec::with_capacity(entries.len());
    for entry in entries {
        if is_known(connection, &entry).await? {
            continue;
        }
        let (entry, leaf) = insert(connection, entry, &head, previous).await?;
        head.push(leaf);
        previous = Some(leaf);
        written.push(entry);
    }
    if written.is_empty() {
        return Ok(written);
    }
    if let Some(sealer) = sealer {
        head.seal_with(sealer);
    }
    head.store(connection).await?;
    Ok(written)
}

/// The leaf of the last entry, which must be where the head says that the record ends.
async fn last_leaf(
    connection: &mut SqliteConnection,
    size: u64,
) -> Result<Option<Hash>, HistoryError> {
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT seq, leaf FROM entries ORDER BY seq DESC LIMIT 1")
            .fetch_optional(connection)
            .await?;
    match last {
        None if size == 0 => Ok(None),
        Some((seq, leaf)) if u64::try_from(seq) == Ok(size) => {
            let leaf = leaf
                .try_into()
                .map_err(|_| HistoryError::BrokenEnd { size })?;
            Ok(Some(leaf))
        }
        _ => Err(HistoryError::BrokenEnd { size }),
    }
}

async fn is_known(
    connection: &mut SqliteConnection,
    entry: &NewEntry,
) -> Result<bool, HistoryError> {
    match &entry.statement {
        Some(statement) => Ok(find_statement(connection, &statement.digest)
            .await?
            .is_some()),
        None => Ok(false),
    }
}

/// The entry that keeps a statement.
pub(crate) async fn find_statement(
    connection: &mut SqliteConnection,
    digest: &Digest,
) -> Result<Option<u64>, HistoryError> {
    let seq: Option<i64> = sqlx::query_scalar("SELECT seq FROM facets WHERE statement = ?")
        .bind(digest.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(seq.and_then(|seq| seq.try_into().ok()))
}

async fn insert(
    connection: &mut SqliteConnection,
    entry: NewEntry,
    head: &Head,
    previous: Option<Hash>,
) -> Result<(Entry, Hash), HistoryError> {
    let position = Position {
        seq: head.size() + 1,
        log: &head.log,
        previous,
        sealed: head.seal.as_ref().map(|seal| seal.size),
    };
    let bytes = Record::new(entry, &position)?.to_bytes()?;
    // Read back what will be read later, or this entry could never be shown again.
    let record = Record::parse(&bytes).map_err(HistoryError::BadEntry)?;
    let leaf = leaf_hash(&bytes);
    let seq = position.seq.cast_signed();
    sqlx::query("INSERT INTO entries (seq, bytes, leaf) VALUES (?, ?, ?)")
        .bind(seq)
        .bind(&bytes)
        .bind(leaf.as_slice())
        .execute(&mut *connection)
        .await?;
    derive(connection, seq, record.facets(), record.words()).await?;
    Ok((record.into_entry(bytes, &leaf), leaf))
}

/// Writes what filters and search use.
async fn derive(
    connection: &mut SqliteConnection,
    seq: i64,
    facets: Facets,
    words: String,
) -> Result<(), HistoryError> {
    sqlx::query(
        "INSERT INTO facets (seq, time, kind, actor, key_id, repository, tag, digest, statement) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(seq)
    .bind(facets.time)
    .bind(facets.kind)
    .bind(facets.actor)
    .bind(facets.key_id)
    .bind(facets.repository)
    .bind(facets.tag)
    .bind(facets.digest)
    .bind(facets.statement)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO words (rowid, text) VALUES (?, ?)")
        .bind(seq)
        .bind(words)
        .execute(connection)
        .await?;
    Ok(())
}
