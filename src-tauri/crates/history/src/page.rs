//! Reading the record: pages newest first, single entries, counts. Every entry is compared
//! with its hash before it is handed out; a changed one is an error, never shown.

use crate::append::find_statement;
use crate::{Entry, Filter, History, HistoryError};
use hallmark_image::Digest;
use sqlx::SqliteConnection;

/// The most entries that one page holds.
pub(crate) const MAX_PAGE: usize = 1000;

/// Some entries, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// What to pass as `after` for the next page; nothing at the end.
    pub next: Option<u64>,
}

/// A stored entry, not yet compared with its hash.
#[derive(sqlx::FromRow)]
struct EntryRow {
    seq: i64,
    bytes: Vec<u8>,
    leaf: Vec<u8>,
}

impl EntryRow {
    fn read(self) -> Result<Entry, HistoryError> {
        let seq = self.seq.try_into().unwrap_or_default();
        Entry::read(seq, self.bytes, &self.leaf)
    }
}

impl History {
    /// At most `limit` entries (and never more than 1,000) that were recorded before `after`.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] where one was changed; [`HistoryError`] otherwise.
    pub async fn page(
        &self,
        filter: &Filter,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Page, HistoryError> {
        let read = self
            .read_page(filter, after, limit.clamp(1, MAX_PAGE))
            .await;
        read.map_err(|error| error.at(&self.path))
    }

    async fn read_page(
        &self,
        filter: &Filter,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Page, HistoryError> {
        let mut snapshot = self.reader.begin().await?;
        let mut query = filter.page_query(after, limit + 1);
        let found: Vec<i64> = query.build_query_scalar().fetch_all(&mut *snapshot).await?;
        let mut entries = Vec::with_capacity(limit);
        for seq in found.iter().take(limit) {
            entries.extend(read_entry(&mut snapshot, *seq).await?);
        }
        let more = found.len() > limit;
        let next = entries.last().filter(|_| more).map(|entry| entry.seq);
        Ok(Page { entries, next })
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn count(&self, filter: &Filter) -> Result<u64, HistoryError> {
        let count: i64 = filter
            .count_query()
            .build_query_scalar()
            .fetch_one(&self.reader)
            .await
            .map_err(|error| HistoryError::from(error).at(&self.path))?;
        Ok(count.try_into().unwrap_or_default())
    }

    /// One entry by its number.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] where it was changed; [`HistoryError`] otherwise.
    pub async fn entry(&self, seq: u64) -> Result<Option<Entry>, HistoryError> {
        let Ok(seq) = i64::try_from(seq) else {
            return Ok(None);
        };
        let read = async {
            let mut connection = self.reader.acquire().await?;
            read_entry(&mut connection, seq).await
        };
        read.await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// The entry that keeps a statement.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] where it was changed; [`HistoryError`] otherwise.
    pub async fn statement(&self, digest: &Digest) -> Result<Option<Entry>, HistoryError> {
        let read = async {
            let mut snapshot = self.reader.begin().await?;
            match find_statement(&mut snapshot, digest).await? {
                Some(seq) => read_entry(&mut snapshot, seq.cast_signed()).await,
                None => Ok(None),
            }
        };
        read.await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// The statement of a key that was recorded last: what its next statement names as previous.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn last_statement_of(&self, key_id: &str) -> Result<Option<Digest>, HistoryError> {
        let text: Option<String> = sqlx::query_scalar(
            "SELECT statement FROM facets INDEXED BY facets_signer \
             WHERE key_id = ? AND statement IS NOT NULL ORDER BY seq DESC LIMIT 1",
        )
        .bind(key_id)
        .fetch_optional(&self.reader)
        .await
        .map_err(|error| HistoryError::from(error).at(&self.path))?;
        let digest = text.map(|text| text.parse()).transpose();
        digest.map_err(|error: hallmark_image::DigestError| HistoryError::Corrupt {
            path: self.path.to_path_buf(),
            reason: error.to_string(),
        })
    }
}

async fn read_entry(
    connection: &mut SqliteConnection,
    seq: i64,
) -> Result<Option<Entry>, HistoryError> {
    let row: Option<EntryRow> =
        sqlx::query_as("SELECT seq, bytes, leaf FROM entries WHERE seq = ?")
            .bind(seq)
            .fetch_optional(connection)
            .await?;
    row.map(EntryRow::read).transpose()
}
