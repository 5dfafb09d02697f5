//! In-toto statements: what is claimed, about which digests.
//!
//! Version 1 is written; version 1 and 0.1 are read (in-toto attestation framework, "Statement
//! layer"). A statement says nothing about who made it: its envelope does.

use crate::{Envelope, IN_TOTO_PAYLOAD_TYPE, MAX_ENVELOPE_BYTES, SigningKey};
use hallmark_image::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `_type` of the statements that Hallmark writes.
pub const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";
/// `_type` of older statements, as cosign and BuildKit wrote them.
pub const STATEMENT_V0_1: &str = "https://in-toto.io/Statement/v0.1";
/// The largest payload whose envelope in base64 stays below the limit for reading.
const MAX_PAYLOAD_BYTES: usize = MAX_ENVELOPE_BYTES / 4 * 3 - 4096;
/// The most subjects in one statement.
const MAX_SUBJECTS: usize = 10_000;

/// One thing that a statement speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// A name for people; only the digest counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Algorithm to hexadecimal digits, such as `sha256` to `7c1e…`.
    #[serde(default)]
    pub digest: BTreeMap<String, String>,
}

impl Subject {
    /// A subject with one digest.
    pub fn new(name: Option<String>, digest: &Digest) -> Self {
        let algorithm = digest.algorithm().name().to_owned();
        Self {
            name,
            digest: BTreeMap::from([(algorithm, digest.hex().to_owned())]),
        }
    }

    /// The digests that Hallmark can compute; others are left out.
    pub fn digests(&self) -> impl Iterator<Item = Digest> + '_ {
        self.digest
            .iter()
            .filter_map(|(algorithm, hex)| format!("{algorithm}:{hex}").parse().ok())
    }

    /// Whether this subject is the thing with that digest.
    pub fn is(&self, digest: &Digest) -> bool {
        self.digest
            .get(digest.algorithm().name())
            .is_some_and(|hex| hex == digest.hex())
    }
}

/// A claim of one kind about one or more digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement<P> {
    /// [`STATEMENT_V1`] or [`STATEMENT_V0_1`].
    #[serde(rename = "_type")]
    pub type_: String,
    /// What it speaks of; never empty once read.
    pub subject: Vec<Subject>,
    /// A URI that says what the predicate means.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// The claim itself.
    pub predicate: P,
}

/// A statement as it is read; the predicate may be absent (Statement v1, "predicate").
#[derive(Deserialize)]
struct StatementJson {
    #[serde(rename = "_type")]
    type_: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(default)]
    predicate: Value,
}

/// Why an envelope holds no statement, or a statement cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The envelope's payload is of another type.
    #[error("this envelope holds “{0}”, not an in-toto statement")]
    PayloadType(String),
    /// The payload is not the JSON of a statement.
    #[error("this is not an in-toto statement: {0}")]
    Json(String),
    /// `_type` is of no version that Hallmark knows.
    #[error(
        "this statement has the type “{0}”; Hallmark reads {STATEMENT_V1} and {STATEMENT_V0_1}"
    )]
    Type(String),
    /// The statement speaks of nothing, or of nothing with a digest.
    #[error("this statement names no digest, so it speaks of no image")]
    NoSubject,
    /// More subjects than any real statement has.
    #[error("this statement names {0} subjects; at most {MAX_SUBJECTS} are read")]
    TooManySubjects(usize),
    /// The predicate is not of the shape asked for.
    #[error("the predicate {predicate_type} cannot be read: {reason}")]
    Predicate {
        /// The predicate's type.
        predicate_type: String,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// The statement to be written would be too large to be read again.
    #[error("this statement would have {0} bytes; at most {MAX_PAYLOAD_BYTES} can be signed")]
    TooLarge(usize),
}

impl<P: Serialize> Statement<P> {
    /// A statement of version 1 about `subject`.
    pub fn about(subject: Vec<Subject>, predicate_type: impl Into<String>, predicate: P) -> Self {
        Self {
            type_: STATEMENT_V1.to_owned(),
            subject,
            predicate_type: predicate_type.into(),
            predicate,
        }
    }

    /// Signs the statement's JSON; from here on only those bytes count.
    ///
    /// # Errors
    /// [`StatementError`] for a statement that could not be read back: without a digest, too
    /// large, or with a predicate that has no JSON form.
    pub fn sign(&self, key: &SigningKey) -> Result<Envelope, StatementError> {
        check_subjects(&self.subject)?;
        let payload = serde_json::to_vec(self).map_err(json_error)?;
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(StatementError::TooLarge(payload.len()));
        }
        Ok(Envelope::sign(IN_TOTO_PAYLOAD_TYPE, payload, key))
    }
}

impl Statement<Value> {
    /// Reads what an envelope holds. Verify the envelope first: this checks no signature.
    ///
    /// # Errors
    /// [`StatementError`] where the payload is no in-toto statement of a known version.
    pub fn read(envelope: &Envelope) -> Result<Self, StatementError> {
        if !is_in_toto(&envelope.payload_type) {
            let shown = envelope.payload_type.chars().take(120).collect();
            return Err(StatementError::PayloadType(shown));
        }
        let json: StatementJson = serde_json::from_slice(&envelope.payload).map_err(json_error)?;
        if json.type_ != STATEMENT_V1 && json.type_ != STATEMENT_V0_1 {
            let shown = json.type_.chars().take(120).collect();
            return Err(StatementError::Type(shown));
        }
        check_subjects(&json.subject)?;
        Ok(Self {
            type_: json.type_,
            subject: json.subject,
            predicate_type: json.predicate_type,
            predicate: json.predicate,
        })
    }

    /// Whether the statement speaks of the thing with that digest.
    pub fn subjects_digest(&self, digest: &Digest) -> bool {
        self.subject.iter().any(|subject| subject.is(digest))
    }

    /// The predicate in its own shape.
    ///
    /// # Errors
    /// [`StatementError::Predicate`] where it does not fit.
    pub fn predicate_as<T: DeserializeOwned>(&self) -> Result<T, StatementError> {
        T::deserialize(&self.predicate).map_err(|error| StatementError::Predicate {
            predicate_type: self.predicate_type.clone(),
            reason: error.to_string(),
        })
    }
}

fn json_error(error: serde_json::Error) -> StatementError {
    StatementError::Json(error.to_string())
}

/// `application/vnd.in-toto+json`, or the newer `application/vnd.in-toto.<predicate>+json`.
fn is_in_toto(payload_type: &str) -> bool {
    payload_type == IN_TOTO_PAYLOAD_TYPE
        || payload_type
            .strip_prefix("application/vnd.in-toto.")
            .is_some_and(|rest| rest.len() > "+json".len() && rest.ends_with("+json"))
}

fn check_subjects(subjects: &[Subject]) -> Result<(), StatementError> {
    if subjects.len() > MAX_SUBJECTS {
        return Err(StatementError::TooManySubjects(subjects.len()));
    }
    match subjects.iter().any(|subject| !subject.digest.is_empty()) {
        true => Ok(()),
        false => Err(StatementError::NoSubject),
    }
}
