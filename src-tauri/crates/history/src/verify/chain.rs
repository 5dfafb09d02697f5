//! The entries themselves: bytes against leaf, each against the one before, all against the
//! head, and every derived column against the bytes. Knows no database, so that a test can
//! flip every bit.

use super::{Problems, Progress, STEP, SignatureCheck, Verification};
use crate::HistoryError;
use crate::entry::{Facets, Record};
use crate::head::{HeadRow, Seal, checkpoint};
use crate::merkle::{Frontier, Hash, leaf_hash};

/// An entry as it is stored, with what is derived from it, whatever somebody made of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct StoredRow {
    pub(super) seq: i64,
    pub(super) bytes: Vec<u8>,
    pub(super) leaf: Vec<u8>,
    pub(super) derived: bool,
    pub(super) time: Option<i64>,
    pub(super) kind: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) key_id: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) digest: Option<String>,
    pub(super) statement: Option<String>,
    pub(super) words: Option<String>,
}

/// Walks the record from its first entry to its last.
pub(super) struct Chain<'a> {
    head: Option<HeadRow>,
    seal: Option<Seal>,
    problems: Problems,
    check: &'a SignatureCheck<'a>,
    progress: &'a Progress<'a>,
    /// Number and computed leaf of the entry before.
    before: Option<(u64, Hash)>,
    expected: u64,
    read: u64,
    frontier: Frontier,
    /// The root over as many entries as the seal covers.
    sealed_root: Option<Hash>,
    /// The longest seal that an entry says it was written under, and which entry says so.
    sealed_before: Option<(u64, u64)>,
}

impl<'a> Chain<'a> {
    pub(super) fn new(
        head: Option<HeadRow>,
        mut problems: Problems,
        check: &'a SignatureCheck<'a>,
        progress: &'a Progress<'a>,
    ) -> Self {
        if head.is_none() {
            problems.add(
                None,
                "the head row is missing: nothing says where the record ends",
            );
        }
        let seal = head.as_ref().and_then(HeadRow::seal);
        Self {
            head,
            seal,
            problems,
            check,
            progress,
            before: None,
            expected: 1,
            read: 0,
            frontier: Frontier::default(),
            sealed_root: None,
            sealed_before: None,
        }
    }

    /// How many entries the head counts.
    pub(super) fn size(&self) -> u64 {
        self.head.as_ref().map(HeadRow::size).unwrap_or_default()
    }

    /// The number that the next entry must have.
    pub(super) fn expected(&self) -> u64 {
        self.expected
    }

    pub(super) fn is_full(&self) -> bool {
        self.problems.is_full()
    }

    /// Passes over an entry that the database cannot give back.
    pub(super) fn unreadable(&mut self, seq: u64, error: &HistoryError) {
        self.problems
            .add(seq, format!("entry {seq} cannot be read: {error}"));
        self.before = None;
        self.expected = seq + 1;
    }

    pub(super) fn unreadable_end(&mut self, error: &HistoryError) {
        self.problems.add(
            None,
            format!("the entries cannot be read to their end: {error}"),
        );
    }

    /// Takes the next entry in.
    pub(super) fn read(&mut self, row: &StoredRow) {
        let Ok(seq @ 1..) = u64::try_from(row.seq) else {
            let what = format!("a row is numbered {}, which no entry is", row.seq);
            self.problems.add(None, what);
            return;
        };
        self.check_gap(seq);
        let leaf = leaf_hash(&row.bytes);
        if leaf != *row.leaf {
            let what = format!("entry {seq} was changed: its bytes do not have its leaf hash");
            self.problems.add(seq, what);
        }
        match Record::parse(&row.bytes) {
            Ok(record) => self.check_record(seq, &record, row),
            Err(error) => self
                .problems
                .add(seq, format!("entry {seq} is not an entry: {error}")),
        }
        self.advance(seq, leaf);
    }

    fn check_gap(&mut self, seq: u64) {
        if seq <= self.expected {
            return;
        }
        let (first, last) = (self.expected, seq - 1);
        self.add_missing(first, last);
        self.before = None;
    }

    fn add_missing(&mut self, first: u64, last: u64) {
        if first == last {
            self.problems
                .add(first, format!("entry {first} is missing"));
        } else {
            let what = format!("entries {first} to {last} are missing");
            self.problems.add(first, what);
        }
    }

    fn check_record(&mut self, seq: u64, record: &Record, row: &StoredRow) {
        if record.seq != seq {
            let what = format!(
                "entry {seq} says that it is entry {}: it was moved",
                record.seq
            );
            self.problems.add(seq, what);
        }
        if self
            .head
            .as_ref()
            .is_some_and(|head| head.log != record.log)
        {
            let what =
                format!("entry {seq} is from another record, or the head's name was changed");
            self.problems.add(seq, what);
        }
        self.check_previous(seq, record);
        self.check_derived(seq, record, row);
        self.check_statement(seq, record);
        if let Some(size) = record.sealed {
            self.sealed_before = self.sealed_before.max(Some((size, seq)));
        }
    }

    /// What an entry names as its forerunner must be what stands before it. Where it is not, the
    /// forerunner was changed after this entry was written, or this entry names another one.
    fn check_previous(&mut self, seq: u64, record: &Record) {
        match self.before {
            Some((before, leaf))
                if record.previous.as_deref() != Some(&hex::encode(leaf))
                    && !self.problems.names(before) =>
            {
                let what = format!(
                    "entry {before} is not the one that entry {seq} was written after: one of \
                     the two was changed"
                );
                self.problems.add(before, what);
            }
            None if seq == 1 && record.previous.is_some() => {
                let what = "entry 1 names an entry before it, and there can be none";
                self.problems.add(seq, what);
            }
            _ => {}
        }
    }

    fn check_statement(&mut self, seq: u64, record: &Record) {
        if let Some(kept) = &record.statement
            && let Err(reason) = (self.check)(kept.envelope.as_bytes())
        {
            self.problems
                .add(seq, format!("the statement of entry {seq}: {reason}"));
        }
    }

    fn check_derived(&mut self, seq: u64, record: &Record, row: &StoredRow) {
        if !row.derived {
            let what = format!("entry {seq} is missing in the columns for filters");
            self.problems.add(seq, what);
        } else {
            for column in row.differences(&record.facets()) {
                let what =
                    format!("entry {seq}: the column “{column}” does not say what the entry says");
                self.problems.add(seq, what);
            }
        }
        if row.words.as_ref() != Some(&record.words()) {
            let what = format!("entry {seq}: the text for search does not say what the entry says");
            self.problems.add(seq, what);
        }
    }

    fn advance(&mut self, seq: u64, leaf: Hash) {
        self.before = Some((seq, leaf));
        self.expected = seq + 1;
        self.read += 1;
        self.frontier.push(leaf);
        if self
            .seal
            .as_ref()
            .is_some_and(|seal| seal.size == self.read)
        {
            self.sealed_root = Some(self.frontier.root());
        }
        if self.read.is_multiple_of(STEP) {
            (self.progress)(self.read, self.size());
        }
    }

    /// Compares the whole with the head and its seal.
    pub(super) fn finish(mut self) -> (Verification, Problems) {
        (self.progress)(self.read, self.size());
        if let Some(head) = self.head.take() {
            self.check_end(head.size());
            self.check_root(&head);
            self.check_seal(&head.log);
        }
        let verification = Verification {
            entries: self.read,
            root: hex::encode(self.frontier.root()),
            seal: self.seal,
            problems: Vec::new(),
        };
        (verification, self.problems)
    }

    fn check_end(&mut self, size: u64) {
        let end = self.expected - 1;
        if end < size {
            self.add_missing(self.expected, size);
        } else if end > size {
            let what = format!("the head counts {size} entries, and entry {end} is beyond it");
            self.problems.add(end, what);
        }
    }

    fn check_root(&mut self, head: &HeadRow) {
        let fits = *head.root == self.frontier.root() && head.frontier == self.frontier.to_bytes();
        if fits {
            return;
        }
        let what = "the head's Merkle root is not that of the entries";
        match (self.problems.names_none(), self.before) {
            // All before it would have been named by their successors.
            (true, Some((last, _))) => {
                let what = format!("{what}: entry {last}, the last one, or the head was changed");
                self.problems.add(last, what);
            }
            _ => self.problems.add(None, what),
        }
    }

    fn check_seal(&mut self, log: &str) {
        let covered = self.seal.as_ref().map_or(0, |seal| seal.size);
        if let Some((size, seq)) = self.sealed_before.filter(|(size, _)| *size > covered) {
            let what = format!(
                "the seal over the first {size} entries, under which entry {seq} was written, \
                 was removed"
            );
            self.problems.add(None, what);
        }
        let Some(seal) = &self.seal else { return };
        let holds = self
            .sealed_root
            .is_some_and(|root| checkpoint(log, seal.size, &root) == seal.checkpoint);
        if !holds {
            let what = format!(
                "the seal over the first {} entries is not over these entries",
                seal.size
            );
            self.problems.add(None, what);
        }
    }
}

impl StoredRow {
    /// The columns that differ from what the bytes say.
    fn differences(&self, says: &Facets) -> impl Iterator<Item = &'static str> {
        let columns = [
            ("time", self.time == Some(says.time)),
            ("kind", self.kind.as_ref() == Some(&says.kind)),
            ("actor", self.actor.as_ref() == Some(&says.actor)),
            ("key_id", self.key_id == says.key_id),
            ("repository", self.repository == says.repository),
            ("tag", self.tag == says.tag),
            ("digest", self.digest == says.digest),
            ("statement", self.statement == says.statement),
        ];
        columns
            .into_iter()
            .filter(|(_, same)| !same)
            .map(|(name, _)| name)
    }
}
