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
        let payload = serde_json::to_vec(self)?;
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
        let json: StatementJson = serde_json::from_slice(&envelope.payload)?;
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

impl From<serde_json::Error> for StatementError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signature;
    use serde_json::json;

    fn image() -> Digest {
        Digest::sha256(b"an image")
    }

    fn holding(payload_type: &str, payload: &Value) -> Envelope {
        Envelope {
            payload_type: payload_type.to_owned(),
            payload: payload.to_string().into_bytes(),
            signatures: Vec::<Signature>::new(),
        }
    }

    fn written() -> Value {
        json!({
            "_type": STATEMENT_V1,
            "subject": [{ "name": "web", "digest": { "sha256": image().hex() } }],
            "predicateType": "https://example.com/p/v1",
            "predicate": { "b": 1, "a": [2.5, null] },
        })
    }

    #[test]
    fn a_signed_statement_reads_back_as_it_was_meant() {
        let key = SigningKey::generate();
        let subjects = vec![Subject::new(Some("web".to_owned()), &image())];
        let statement = Statement::about(subjects, "https://example.com/p/v1", json!({"a": 1}));
        let envelope = statement.sign(&key).unwrap();
        assert_eq!(envelope.payload_type, IN_TOTO_PAYLOAD_TYPE);
        assert!(envelope.verify(&[key.public()]).is_ok());
        assert_eq!(Statement::read(&envelope), Ok(statement));
    }

    #[test]
    fn the_json_has_the_fields_of_the_specification_in_its_order() {
        let subjects = vec![Subject::new(None, &image())];
        let envelope = Statement::about(subjects, "t", json!({}))
            .sign(&SigningKey::generate())
            .unwrap();
        let text = String::from_utf8(envelope.payload).unwrap();
        let hex = image().hex().to_owned();
        assert_eq!(
            text,
            format!(
                r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{hex}"}}}}],"predicateType":"t","predicate":{{}}}}"#
            )
        );
    }

    #[test]
    fn both_versions_and_both_forms_of_the_payload_type_are_read() {
        for payload_type in [IN_TOTO_PAYLOAD_TYPE, "application/vnd.in-toto.vsa+json"] {
            for version in [STATEMENT_V1, STATEMENT_V0_1] {
                let mut json = written();
                json["_type"] = version.into();
                let read = Statement::read(&holding(payload_type, &json)).unwrap();
                assert!(read.subjects_digest(&image()), "{payload_type} {version}");
            }
        }
    }

    #[test]
    fn a_statement_without_a_predicate_is_read() {
        let mut json = written();
        json.as_object_mut().unwrap().remove("predicate");
        let read = Statement::read(&holding(IN_TOTO_PAYLOAD_TYPE, &json)).unwrap();
        assert_eq!(read.predicate, Value::Null);
    }

    #[test]
    fn what_is_no_statement_is_refused_by_name() {
        let read = |change: &dyn Fn(&mut Value)| {
            let mut json = written();
            change(&mut json);
            Statement::read(&holding(IN_TOTO_PAYLOAD_TYPE, &json)).unwrap_err()
        };
        let other = Statement::read(&holding("text/plain", &written())).unwrap_err();
        assert_eq!(other, StatementError::PayloadType("text/plain".to_owned()));
        let version = read(&|json| json["_type"] = "https://in-toto.io/Link/v1".into());
        assert!(matches!(version, StatementError::Type(_)), "{version}");
        let nothing = read(&|json| json["subject"] = json!([]));
        assert_eq!(nothing, StatementError::NoSubject);
        let undigested = read(&|json| json["subject"] = json!([{ "name": "web" }]));
        assert_eq!(undigested, StatementError::NoSubject);
        let crowd = vec![json!({ "digest": { "sha256": "00" } }); MAX_SUBJECTS + 1];
        let crowded = read(&|json| json["subject"] = crowd.clone().into());
        assert_eq!(crowded, StatementError::TooManySubjects(MAX_SUBJECTS + 1));
        let shape = read(&|json| json["subject"] = "web".into());
        assert!(matches!(shape, StatementError::Json(_)), "{shape}");
    }

    #[test]
    fn a_statement_about_nothing_is_not_signed() {
        let statement = Statement::about(vec![], "t", json!({}));
        let refused = statement.sign(&SigningKey::generate());
        assert_eq!(refused, Err(StatementError::NoSubject));
    }

    #[test]
    fn the_largest_statement_that_is_signed_can_be_read_and_a_larger_one_is_refused() {
        let key = SigningKey::generate();
        let sized = |text: usize| {
            let subjects = vec![Subject::new(None, &image())];
            Statement::about(subjects, "t", "x".repeat(text)).sign(&key)
        };
        let frame = sized(0).unwrap().payload.len();
        let largest = sized(MAX_PAYLOAD_BYTES - frame).unwrap();
        assert!(Envelope::parse(&largest.to_json()).is_ok());
        let refused = sized(MAX_PAYLOAD_BYTES - frame + 1);
        assert_eq!(
            refused,
            Err(StatementError::TooLarge(MAX_PAYLOAD_BYTES + 1))
        );
    }

    #[test]
    fn only_the_digest_itself_is_spoken_of() {
        let read = Statement::read(&holding(IN_TOTO_PAYLOAD_TYPE, &written())).unwrap();
        assert!(!read.subjects_digest(&Digest::sha256(b"another image")));
        let sha512 = Digest::of(hallmark_image::Algorithm::Sha512, b"an image");
        assert!(!read.subjects_digest(&sha512));
        assert_eq!(read.subject[0].digests().collect::<Vec<_>>(), [image()]);
    }

    #[test]
    fn a_predicate_of_another_shape_names_its_type() {
        let read = Statement::read(&holding(IN_TOTO_PAYLOAD_TYPE, &written())).unwrap();
        let error = read.predicate_as::<Vec<u8>>().unwrap_err().to_string();
        assert!(error.contains("https://example.com/p/v1"), "{error}");
    }
}
