//! One line of the record: as it is asked for, as its exact bytes, and as it is read back.
//!
//! The bytes are the entry. Everything else, the columns for filters and the text for search,
//! is computed from them here and nowhere else, so that writing and verifying cannot differ.

use crate::HistoryError;
use crate::merkle::{Hash, leaf_hash};
use hallmark_image::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The largest entry, in bytes of JSON: an envelope of the largest size, escaped, and room.
const MAX_ENTRY_BYTES: usize = 48 * 1024 * 1024;
/// How much text of an entry can be found by words, in bytes.
const MAX_WORDS_BYTES: usize = 8 * 1024;

/// A statement to be kept with its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStatement {
    /// SHA-256 of the payload: the statement's name. A statement is recorded once.
    pub digest: Digest,
    /// The envelope's JSON, UTF-8, kept byte for byte.
    pub envelope: Vec<u8>,
}

/// An act to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEntry {
    /// When; kept to the microsecond.
    pub time: Timestamp,
    /// What kind of act, such as `approve`.
    pub kind: String,
    /// Who, by name.
    pub actor: String,
    /// The key that signed the statement.
    pub key_id: Option<String>,
    /// `host/name` of the repository it is about.
    pub repository: Option<String>,
    /// The tag it is about.
    pub tag: Option<String>,
    /// The image it is about.
    pub digest: Option<Digest>,
    /// Why, in the actor's words.
    pub message: Option<String>,
    /// The signed record of the act.
    pub statement: Option<NewStatement>,
    /// What else is known, for people and for later.
    pub detail: Value,
}

impl NewEntry {
    /// An entry with nothing but the three fields that every one has.
    pub fn new(time: Timestamp, kind: impl Into<String>, actor: impl Into<String>) -> Self {
        Self {
            time,
            kind: kind.into(),
            actor: actor.into(),
            key_id: None,
            repository: None,
            tag: None,
            digest: None,
            message: None,
            statement: None,
            detail: Value::Null,
        }
    }
}

/// A recorded act. Serialises without its bytes, for lists.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its place in the record, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub time: Timestamp,
    /// What kind of act, such as `approve`.
    pub kind: String,
    /// Who, by name.
    pub actor: String,
    /// The key that signed the statement.
    pub key_id: Option<String>,
    /// `host/name` of the repository it is about.
    pub repository: Option<String>,
    /// The tag it is about.
    pub tag: Option<String>,
    /// The image it is about.
    pub digest: Option<Digest>,
    /// Why, in the actor's words.
    pub message: Option<String>,
    /// The name of the statement that is kept in the bytes.
    pub statement: Option<Digest>,
    /// What else is known.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub detail: Value,
    /// RFC 6962 leaf hash of the bytes, in hexadecimal.
    pub leaf: String,
    /// The leaf of the entry before; nothing for the first.
    pub previous: Option<String>,
    /// The exact stored bytes: UTF-8 JSON.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Entry {
    /// The statement's envelope, byte for byte as it was recorded.
    pub fn envelope(&self) -> Option<Vec<u8>> {
        let record = Record::parse(&self.bytes).ok()?;
        record.statement.map(|kept| kept.envelope.into_bytes())
    }

    /// Reads a stored entry; its hash must be the stored one.
    pub(crate) fn read(seq: u64, bytes: Vec<u8>, leaf: &[u8]) -> Result<Self, HistoryError> {
        let computed = leaf_hash(&bytes);
        match Record::parse(&bytes) {
            Ok(record) if record.seq == seq && computed == *leaf => {
                Ok(record.into_entry(bytes, &computed))
            }
            _ => Err(HistoryError::Damaged { seq }),
        }
    }
}

/// What the bytes of an entry say, field for field and in this order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) seq: u64,
    /// Which record this is part of, so that no entry of another one fits in.
    pub(crate) log: String,
    pub(crate) time: Timestamp,
    pub(crate) kind: String,
    pub(crate) actor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) repository: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) detail: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) statement: Option<KeptStatement>,
    /// How many entries the last seal covered when this one was written: a seal that is
    /// removed afterwards is missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sealed: Option<u64>,
    /// Leaf hash of the entry before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<String>,
}

/// A statement inside an entry. The envelope is a JSON text inside JSON, so that not one byte
/// of it depends on how somebody's parser writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeptStatement {
    pub(crate) digest: Digest,
    pub(crate) envelope: String,
}

/// Where a new entry goes.
pub(crate) struct Position<'a> {
    pub(crate) seq: u64,
    pub(crate) log: &'a str,
    pub(crate) previous: Option<Hash>,
    pub(crate) sealed: Option<u64>,
}

impl Record {
    pub(crate) fn new(entry: NewEntry, at: &Position<'_>) -> Result<Self, HistoryError> {
        Ok(Self {
            seq: at.seq,
            log: at.log.to_owned(),
            time: to_microsecond(entry.time),
            kind: entry.kind,
            actor: entry.actor,
            key_id: entry.key_id,
            repository: entry.repository,
            tag: entry.tag,
            digest: entry.digest,
            message: entry.message,
            detail: entry.detail,
            statement: entry.statement.map(keep).transpose()?,
            sealed: at.sealed,
            previous: at.previous.map(hex::encode),
        })
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, HistoryError> {
        let bytes = serde_json::to_vec(self)
            .map_err(|error| HistoryError::BadEntry(format!("it has no JSON form: {error}")))?;
        if bytes.len() > MAX_ENTRY_BYTES {
            let mib = bytes.len() / (1024 * 1024);
            let reason = format!("it has {mib} MiB, and an entry may have 48");
            return Err(HistoryError::BadEntry(reason));
        }
        Ok(bytes)
    }

    pub(crate) fn into_entry(self, bytes: Vec<u8>, leaf: &Hash) -> Entry {
        Entry {
            seq: self.seq,
            time: self.time,
            kind: self.kind,
            actor: self.actor,
            key_id: self.key_id,
            repository: self.repository,
            tag: self.tag,
            digest: self.digest,
            message: self.message,
            statement: self.statement.map(|kept| kept.digest),
            detail: self.detail,
            leaf: hex::encode(leaf),
            previous: self.previous,
            bytes,
        }
    }

    /// The columns that filters use.
    pub(crate) fn facets(&self) -> Facets {
        Facets {
            time: self.time.as_microsecond(),
            kind: self.kind.clone(),
            actor: self.actor.clone(),
            key_id: self.key_id.clone(),
            repository: self.repository.clone(),
            tag: self.tag.clone(),
            digest: self.digest.as_ref().map(ToString::to_string),
            statement: self.statement.as_ref().map(|kept| kept.digest.to_string()),
        }
    }

    /// The text that is found by words: every field, and what `detail` says.
    pub(crate) fn words(&self) -> String {
        let facets = self.facets();
        let mut words = Words::default();
        let required = [&facets.kind, &facets.actor];
        required.into_iter().for_each(|text| words.add(text));
        let optional = [
            &self.message,
            &facets.repository,
            &facets.tag,
            &facets.digest,
            &facets.key_id,
            &facets.statement,
        ];
        optional
            .into_iter()
            .flatten()
            .for_each(|text| words.add(text));
        words.add_value(&self.detail);
        words.0
    }
}

/// What is derived from an entry's bytes for filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facets {
    pub(crate) time: i64,
    pub(crate) kind: String,
    pub(crate) actor: String,
    pub(crate) key_id: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) statement: Option<String>,
}

/// Lines of text up to a limit.
#[derive(Default)]
struct Words(String);

impl Words {
    fn add(&mut self, text: &str) {
        let room = MAX_WORDS_BYTES.saturating_sub(self.0.len());
        if room == 0 {
            return;
        }
        let end = text.floor_char_boundary(room);
        // SQLite ends some texts at a NUL.
        self.0
            .extend(text[..end].chars().map(|c| if c == '\0' { ' ' } else { c }));
        self.0.push('\n');
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Array(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Object(fields) => fields.values().for_each(|item| self.add_value(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn keep(statement: NewStatement) -> Result<KeptStatement, HistoryError> {
    let envelope = String::from_utf8(statement.envelope)
        .map_err(|_| HistoryError::BadEntry("its envelope is not UTF-8".to_owned()))?;
    Ok(KeptStatement {
        digest: statement.digest,
        envelope,
    })
}

/// Columns hold microseconds; so do entries, or a filter could not be exact.
fn to_microsecond(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}
