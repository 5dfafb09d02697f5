//! The head: how long the record is, its Merkle root, and the last seal over it.
//!
//! A seal is a signature over the size and the root, so that whoever edits the whole file and
//! computes every hash anew is still noticed. This module makes the text to be signed; it never
//! signs, and never decides whose signature is good.

use crate::HistoryError;
use crate::merkle::{Frontier, Hash};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sqlx::SqliteConnection;

/// Signs checkpoints.
pub trait Sealer: Send + Sync {
    /// A signature over the checkpoint's text, as a text that says whose it is; `None` where no
    /// key is at hand, and then the last seal stays.
    fn seal(&self, checkpoint: &str) -> Option<String>;
}

/// A signature over the first `size` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// How many entries it covers.
    pub size: u64,
    /// The text that was signed: a checkpoint (C2SP tlog-checkpoint): origin, size, root.
    pub checkpoint: String,
    /// What [`Sealer::seal`] returned.
    pub signature: String,
}

/// The head row.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) log: String,
    pub(crate) frontier: Frontier,
    pub(crate) root: Hash,
    pub(crate) seal: Option<Seal>,
}

/// The head row as it is stored, whatever somebody made of it.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct HeadRow {
    pub(crate) log: String,
    pub(crate) size: i64,
    pub(crate) root: Vec<u8>,
    pub(crate) frontier: Vec<u8>,
    seal_size: Option<i64>,
    seal_checkpoint: Option<String>,
    seal: Option<String>,
}

impl HeadRow {
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
    ) -> Result<Option<Self>, HistoryError> {
        let row = sqlx::query_as(
            "SELECT log, size, root, frontier, seal_size, seal_checkpoint, seal FROM head",
        )
        .fetch_optional(connection)
        .await?;
        Ok(row)
    }

    pub(crate) fn size(&self) -> u64 {
        self.size.try_into().unwrap_or_default()
    }

    pub(crate) fn seal(&self) -> Option<Seal> {
        Some(Seal {
            size: self.seal_size?.try_into().ok()?,
            checkpoint: self.seal_checkpoint.clone()?,
            signature: self.seal.clone()?,
        })
    }
}

impl Head {
    /// Reads the head to append to it.
    pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<Self, HistoryError> {
        let row = HeadRow::load(connection).await?;
        let row = row.ok_or(HistoryError::BrokenEnd { size: 0 })?;
        let size = row.size();
        let frontier = Frontier::from_bytes(size, &row.frontier);
        let frontier = frontier.ok_or(HistoryError::BrokenEnd { size })?;
        Ok(Self {
            seal: row.seal(),
            root: frontier.root(),
            log: row.log,
            frontier,
        })
    }

    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
        self.frontier.push(leaf);
        self.root = self.frontier.root();
    }

    /// Has the whole record as it now is signed.
    pub(crate) fn seal_with(&mut self, sealer: &dyn Sealer) {
        let checkpoint = checkpoint(&self.log, self.size(), &self.root);
        if let Some(signature) = sealer.seal(&checkpoint) {
            self.seal = Some(Seal {
                size: self.size(),
                checkpoint,
                signature,
            });
        }
    }

    pub(crate) async fn store(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<(), HistoryError> {
        let seal = self.seal.as_ref();
        sqlx::query(
            "UPDATE head SET size = ?, root = ?, frontier = ?, seal_size = ?, \
             seal_checkpoint = ?, seal = ?",
        )
        .bind(self.size().cast_signed())
        .bind(self.root.as_slice())
        .bind(self.frontier.to_bytes())
        .bind(seal.map(|seal| seal.size.cast_signed()))
        .bind(seal.map(|seal| seal.checkpoint.as_str()))
        .bind(seal.map(|seal| seal.signature.as_str()))
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The text of a checkpoint: origin, size in decimal, root in base64, a line each, every line
/// ended by a line feed (C2SP tlog-checkpoint, "Note text").
pub(crate) fn checkpoint(log: &str, size: u64, root: &Hash) -> String {
    let root = STANDARD.encode(root);
    format!("io.github.hallmark.Hallmark/history/{log}\n{size}\n{root}\n")
}
