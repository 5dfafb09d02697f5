//! Verifying the record: every entry, every hash, everything derived, and every signature.
//!
//! It reads one snapshot entry by entry, in bounded memory, while others go on writing. It
//! repairs nothing, and trusts no column to check another: all are compared with the bytes.

mod chain;
mod storage;

use crate::head::{HeadRow, Seal};
use crate::{History, HistoryError};
use chain::{Chain, StoredRow};
use futures::TryStreamExt as _;
use sqlx::{FromRow as _, SqliteConnection};
use storage::{check_schema, check_storage, check_strays};

/// Past this many problems the rest is not listed.
const MAX_PROBLEMS: usize = 1000;
/// How many entries between two calls of the progress callback.
const STEP: u64 = 256;

/// Checks the signature of a statement's envelope, given as JSON; an error is a sentence.
pub type SignatureCheck<'a> = dyn Fn(&[u8]) -> Result<(), String> + Send + Sync + 'a;
/// Is told how many entries were read, and how many there are.
pub type Progress<'a> = dyn Fn(u64, u64) + Send + Sync + 'a;

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The entry it is about; nothing where it is about the file as a whole.
    pub seq: Option<u64>,
    /// What is wrong, as a sentence.
    pub what: String,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// How many entries were read.
    pub entries: u64,
    /// RFC 6962 root over the entries as they were read, in hexadecimal.
    pub root: String,
    /// The last seal, whose signature the caller checks: this crate knows no keys. That it
    /// covers the entries that it names was checked.
    pub seal: Option<Seal>,
    /// Everything that does not fit; the record is sound where this is empty.
    pub problems: Vec<Problem>,
}

impl Verification {
    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Collects problems up to the limit.
#[derive(Default)]
struct Problems {
    listed: Vec<Problem>,
    left_out: u64,
}

impl Problems {
    fn add(&mut self, seq: impl Into<Option<u64>>, what: impl Into<String>) {
        if self.listed.len() >= MAX_PROBLEMS {
            self.left_out += 1;
            return;
        }
        self.listed.push(Problem {
            seq: seq.into(),
            what: what.into(),
        });
    }

    fn is_full(&self) -> bool {
        self.left_out > 0
    }

    fn names(&self, seq: u64) -> bool {
        self.listed
            .iter()
            .rev()
            .take(32)
            .any(|problem| problem.seq == Some(seq))
    }

    fn names_none(&self) -> bool {
        self.listed.iter().all(|problem| problem.seq.is_none())
    }

    fn into_list(mut self) -> Vec<Problem> {
        if self.left_out > 0 {
            let what = format!("and {} more that are not listed", self.left_out);
            self.listed.push(Problem { seq: None, what });
        }
        self.listed
    }
}

impl History {
    /// Reads the whole record again and compares everything with the entries' own bytes.
    /// `check` is given each kept envelope.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read at all; what does not fit is no error
    /// but a [`Problem`].
    pub async fn verify(
        &self,
        check: &SignatureCheck<'_>,
        progress: &Progress<'_>,
    ) -> Result<Verification, HistoryError> {
        let verified = self.verify_snapshot(check, progress).await;
        verified.map_err(|error| error.at(&self.path))
    }

    async fn verify_snapshot(
        &self,
        check: &SignatureCheck<'_>,
        progress: &Progress<'_>,
    ) -> Result<Verification, HistoryError> {
        let mut snapshot = self.reader.begin().await?;
        let mut problems = Problems::default();
        check_schema(&mut snapshot, &mut problems).await?;
        let head = HeadRow::load(&mut snapshot).await;
        let head = head.unwrap_or_else(|error| {
            problems.add(None, format!("the head row cannot be read: {error}"));
            None
        });
        let mut chain = Chain::new(head, problems, check, progress);
        read_all(&mut snapshot, &mut chain).await?;
        let (mut verification, mut problems) = chain.finish();
        check_strays(&mut snapshot, &mut problems).await?;
        check_storage(&mut snapshot, &mut problems).await?;
        verification.problems = problems.into_list();
        Ok(verification)
    }
}

/// Streams every entry in order; where one cannot be read, says so and goes on behind it.
async fn read_all(
    connection: &mut SqliteConnection,
    chain: &mut Chain<'_>,
) -> Result<(), HistoryError> {
    let mut from = i64::MIN;
    loop {
        let Err(error) = read_from(connection, chain, from).await else {
            return Ok(());
        };
        if !matches!(
            error,
            HistoryError::Corrupt { .. } | HistoryError::Database { .. }
        ) {
            return Err(error);
        }
        let unreadable = chain.expected();
        if unreadable > chain.size() || chain.is_full() {
            chain.unreadable_end(&error);
            return Ok(());
        }
        chain.unreadable(unreadable, &error);
        from = unreadable.cast_signed();
    }
}

async fn read_from(
    connection: &mut SqliteConnection,
    chain: &mut Chain<'_>,
    from: i64,
) -> Result<(), HistoryError> {
    let mut rows = sqlx::query(
        "SELECT e.seq, e.bytes, e.leaf, f.seq IS NOT NULL AS derived, f.time, f.kind, f.actor, \
         f.key_id, f.repository, f.tag, f.digest, f.statement, w.text AS words \
         FROM entries AS e LEFT JOIN facets AS f ON f.seq = e.seq \
         LEFT JOIN words AS w ON w.rowid = e.seq WHERE e.seq > ? ORDER BY e.seq",
    )
    .bind(from)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        chain.read(&StoredRow::from_row(&row)?);
    }
    Ok(())
}
