//! DSSE envelopes: signatures over the exact bytes of a payload and its type.
//!
//! Follows the Dead Simple Signing Envelope, version 1.0.2. Reading an envelope proves
//! nothing; only [`Envelope::verify`] does, and only against the keys it is given. The payload
//! is never re-serialised, so what was signed is what is kept.

use crate::{PublicKey, SigningKey, encoding};
use hallmark_image::Digest;
use serde::Deserialize;

/// The payload type of an in-toto statement.
pub const IN_TOTO_PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The largest envelope that is read, in bytes of JSON: room for a large SBOM.
pub const MAX_ENVELOPE_BYTES: usize = 32 * 1024 * 1024;
/// The most signatures that one envelope may carry.
pub const MAX_SIGNATURES: usize = 16;
/// The longest payload type or key id, in bytes.
const MAX_NAME_BYTES: usize = 1024;
/// The longest signature, in bytes: room for the largest RSA keys of others.
const MAX_SIGNATURE_BYTES: usize = 2048;

/// One signature of an envelope. Whose it is shows only when it verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// A hint at the key that made it; often empty, and never proof of anything.
    pub keyid: String,
    /// The signature: for P-256 keys an ECDSA signature in DER.
    pub sig: Vec<u8>,
}

/// A payload, its type and its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The payload's media type; it is signed with the payload.
    pub payload_type: String,
    /// The exact bytes that are signed.
    pub payload: Vec<u8>,
    /// In the order they came.
    pub signatures: Vec<Signature>,
}

/// Why bytes are not an envelope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Larger than [`MAX_ENVELOPE_BYTES`].
    #[error("this envelope has {0} bytes; at most {MAX_ENVELOPE_BYTES} are read")]
    TooLarge(usize),
    /// More than [`MAX_SIGNATURES`].
    #[error("this envelope has {0} signatures; at most {MAX_SIGNATURES} are read")]
    TooManySignatures(usize),
    /// The JSON is not what DSSE describes.
    #[error("this is not a DSSE envelope: {0}")]
    Json(String),
    /// A field that must be base64 is not.
    #[error("this is not a DSSE envelope: its {0} is not base64")]
    Base64(&'static str),
    /// A field is longer than any real one.
    #[error("this is not a DSSE envelope: its {0} is far too long")]
    TooLong(&'static str),
}

/// Why no key stands behind an envelope. This is “wrong”, not “broken”: asking again will not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A signature names no key that was given, and none of those made it.
    #[error("signed with a key that is not known here{}", named(keyid))]
    UnknownKey {
        /// The hint, as it came; empty where there was none.
        keyid: String,
    },
    /// A signature names a known key, and that key did not sign these bytes.
    #[error(
        "the signature is broken{}: the statement was changed after it was signed, or forged",
        named(keyid)
    )]
    BadSignature {
        /// The hint, as it came.
        keyid: String,
    },
    /// The envelope carries no signature at all.
    #[error("the envelope carries no signature")]
    NoSignature,
}

fn named(keyid: &str) -> String {
    if keyid.is_empty() {
        return String::new();
    }
    let shown: String = keyid.chars().take(8).collect();
    format!(" (it says key {shown}…)")
}

impl Signature {
    fn to_value(&self) -> serde_json::Value {
        serde_json::json!({ "sig": encoding::encode(&self.sig), "keyid": self.keyid })
    }
}

/// The JSON form (DSSE, "envelope.md"). Unknown fields are allowed there, so here too.
#[derive(Deserialize)]
pub(crate) struct EnvelopeJson {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    #[serde(default)]
    signatures: Vec<SignatureJson>,
}

#[derive(Deserialize)]
struct SignatureJson {
    sig: String,
    keyid: Option<String>,
}

impl Envelope {
    /// Signs `payload` with one key.
    pub fn sign(payload_type: &str, payload: Vec<u8>, key: &SigningKey) -> Self {
        let sig = key.sign(&pae(payload_type, &payload));
        Self {
            payload_type: payload_type.to_owned(),
            payload,
            signatures: vec![Signature {
                keyid: key.public().id().as_str().to_owned(),
                sig,
            }],
        }
    }

    /// Reads the JSON form. No signature is checked.
    ///
    /// # Errors
    /// [`EnvelopeError`] where the bytes are no envelope or pass a limit.
    pub fn parse(json: &[u8]) -> Result<Self, EnvelopeError> {
        if json.len() > MAX_ENVELOPE_BYTES {
            return Err(EnvelopeError::TooLarge(json.len()));
        }
        let parsed: EnvelopeJson =
            serde_json::from_slice(json).map_err(|error| EnvelopeError::Json(error.to_string()))?;
        Self::try_from(parsed)
    }

    /// The JSON form, on one line, with standard base64.
    pub fn to_json(&self) -> Vec<u8> {
        self.to_value().to_string().into_bytes()
    }

    /// The JSON form as a value; unlike `to_vec` it has no way to fail.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        serde_json::json!({
            "payload": encoding::encode(&self.payload),
            "payloadType": self.payload_type,
            "signatures": self.signatures.iter().map(Signature::to_value).collect::<Vec<_>>(),
        })
    }

    /// Finds a key among `keys` that signed this envelope. A signature's `keyid` only says
    /// which key to try first; one good signature is enough.
    ///
    /// # Errors
    /// [`VerifyError`] where there is none; a broken signature of a known key is said before an
    /// unknown key.
    pub fn verify<'k>(&self, keys: &'k [PublicKey]) -> Result<&'k PublicKey, VerifyError> {
        let message = pae(&self.payload_type, &self.payload);
        let signer = self
            .signatures
            .iter()
            .find_map(|signature| signer(signature, &message, keys));
        signer.ok_or_else(|| self.complaint(keys))
    }

    fn complaint(&self, keys: &[PublicKey]) -> VerifyError {
        let known = |s: &&Signature| keys.iter().any(|key| key.key_id().is_meant_by(&s.keyid));
        if let Some(broken) = self.signatures.iter().find(known) {
            let keyid = broken.keyid.clone();
            return VerifyError::BadSignature { keyid };
        }
        match self.signatures.first() {
            Some(first) => VerifyError::UnknownKey {
                keyid: first.keyid.clone(),
            },
            None => VerifyError::NoSignature,
        }
    }

    /// SHA-256 of the payload bytes: the name of the statement, whoever signed it.
    pub fn statement_digest(&self) -> Digest {
        Digest::sha256(&self.payload)
    }
}

impl TryFrom<EnvelopeJson> for Envelope {
    type Error = EnvelopeError;

    fn try_from(json: EnvelopeJson) -> Result<Self, EnvelopeError> {
        if json.signatures.len() > MAX_SIGNATURES {
            return Err(EnvelopeError::TooManySignatures(json.signatures.len()));
        }
        if json.payload_type.len() > MAX_NAME_BYTES {
            return Err(EnvelopeError::TooLong("payloadType"));
        }
        let payload = encoding::decode(&json.payload).ok_or(EnvelopeError::Base64("payload"))?;
        let signatures: Result<_, _> = json.signatures.into_iter().map(read_signature).collect();
        Ok(Self {
            payload_type: json.payload_type,
            payload,
            signatures: signatures?,
        })
    }
}

fn read_signature(json: SignatureJson) -> Result<Signature, EnvelopeError> {
    let keyid = json.keyid.unwrap_or_default();
    let sig = encoding::decode(&json.sig).ok_or(EnvelopeError::Base64("signature"))?;
    if keyid.len() > MAX_NAME_BYTES {
        return Err(EnvelopeError::TooLong("keyid"));
    }
    if sig.len() > MAX_SIGNATURE_BYTES {
        return Err(EnvelopeError::TooLong("signature"));
    }
    Ok(Signature { keyid, sig })
}

/// The key that made `signature`: the hinted one first, then every other.
fn signer<'k>(
    signature: &Signature,
    message: &[u8],
    keys: &'k [PublicKey],
) -> Option<&'k PublicKey> {
    let hinted = |key: &&PublicKey| key.key_id().is_meant_by(&signature.keyid);
    let others = keys.iter().filter(|key| !hinted(key));
    keys.iter()
        .filter(hinted)
        .chain(others)
        .find(|key| key.verifies(message, &signature.sig))
}

/// The Pre-Authentication Encoding: the bytes that are signed (DSSE, "protocol.md").
pub(crate) fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signed() -> (SigningKey, Envelope) {
        let key = SigningKey::generate();
        let envelope = Envelope::sign(IN_TOTO_PAYLOAD_TYPE, b"{}".to_vec(), &key);
        (key, envelope)
    }

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        let encoded = pae("http://example.com/HelloWorld", b"hello world");
        assert_eq!(
            encoded,
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
        // Lengths are in bytes, not in characters.
        assert_eq!(
            pae("ä", "\u{20ac}".as_bytes()),
            "DSSEv1 2 ä 3 \u{20ac}".as_bytes()
        );
    }

    #[test]
    fn an_envelope_reads_back_as_it_was_written() {
        let (_, envelope) = signed();
        assert_eq!(Envelope::parse(&envelope.to_json()), Ok(envelope));
    }

    #[test]
    fn the_key_that_signed_is_found_among_others() {
        let (key, envelope) = signed();
        let keys = [SigningKey::generate().public(), key.public()];
        assert_eq!(envelope.verify(&keys), Ok(&keys[1]));
    }

    #[test]
    fn the_key_id_is_only_a_hint() {
        let (key, mut envelope) = signed();
        let other = SigningKey::generate().public();
        let keys = [other.clone(), key.public()];
        for hint in ["", "no key at all", other.id().as_str()] {
            envelope.signatures[0].keyid = hint.to_owned();
            assert_eq!(envelope.verify(&keys), Ok(&keys[1]), "hint “{hint}”");
        }
    }

    #[test]
    fn one_good_signature_among_broken_ones_is_enough() {
        let (key, mut envelope) = signed();
        let good = envelope.signatures[0].clone();
        let broken = Signature {
            keyid: key.public().id().to_string(),
            sig: vec![1, 2, 3],
        };
        envelope.signatures = vec![broken, good];
        assert!(envelope.verify(&[key.public()]).is_ok());
    }

    #[test]
    fn wrong_and_unknown_are_told_apart() {
        let (key, mut envelope) = signed();
        let keyid = key.public().id().to_string();
        let stranger = [SigningKey::generate().public()];
        assert_eq!(
            envelope.verify(&stranger),
            Err(VerifyError::UnknownKey {
                keyid: keyid.clone()
            })
        );
        assert!(envelope.verify(&[]).is_err());
        envelope.payload.push(b' ');
        assert_eq!(
            envelope.verify(&[key.public()]),
            Err(VerifyError::BadSignature { keyid })
        );
        envelope.signatures.clear();
        assert_eq!(
            envelope.verify(&[key.public()]),
            Err(VerifyError::NoSignature)
        );
    }

    #[test]
    fn the_payload_type_is_signed_too() {
        let (key, mut envelope) = signed();
        envelope.payload_type.push('x');
        assert!(envelope.verify(&[key.public()]).is_err());
    }

    #[test]
    fn the_limits_are_kept() {
        let (_, mut envelope) = signed();
        envelope.signatures = vec![envelope.signatures[0].clone(); MAX_SIGNATURES];
        assert!(Envelope::parse(&envelope.to_json()).is_ok());
        envelope.signatures.push(envelope.signatures[0].clone());
        let crowded = Envelope::parse(&envelope.to_json());
        assert_eq!(
            crowded,
            Err(EnvelopeError::TooManySignatures(MAX_SIGNATURES + 1))
        );
        let large = vec![b' '; MAX_ENVELOPE_BYTES + 1];
        let refused = Envelope::parse(&large);
        assert_eq!(
            refused,
            Err(EnvelopeError::TooLarge(MAX_ENVELOPE_BYTES + 1))
        );
        let (_, mut long) = signed();
        long.signatures[0].sig = vec![0; MAX_SIGNATURE_BYTES + 1];
        assert_eq!(
            Envelope::parse(&long.to_json()),
            Err(EnvelopeError::TooLong("signature"))
        );
    }

    #[test]
    fn what_is_no_envelope_says_why() {
        for (text, why) in [
            ("", "EOF"),
            ("[]", "DSSE"),
            (
                r#"{"payload":"e30","payload":"e30","payloadType":"t"}"#,
                "duplicate field",
            ),
            (
                r#"{"payload":"~","payloadType":"t","signatures":[]}"#,
                "payload is not base64",
            ),
            (
                r#"{"payload":"e30","payloadType":"t","signatures":[{"sig":"~"}]}"#,
                "signature is not",
            ),
        ] {
            let error = Envelope::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn unknown_fields_and_a_missing_key_id_are_allowed() {
        let text =
            r#"{"payload":"e30","payloadType":"t","x":1,"signatures":[{"sig":"AA==","y":2}]}"#;
        let envelope = Envelope::parse(text.as_bytes()).unwrap();
        assert_eq!(envelope.payload, b"{}");
        assert_eq!(envelope.signatures[0].keyid, "");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_change_of_the_payload_breaks_the_signature(
            payload in prop::collection::vec(any::<u8>(), 1..200),
            at: prop::sample::Index,
            bit in 0u8..8,
        ) {
            let key = SigningKey::generate();
            let mut envelope = Envelope::sign("t", payload, &key);
            let at = at.index(envelope.payload.len());
            envelope.payload[at] ^= 1 << bit;
            prop_assert!(envelope.verify(&[key.public()]).is_err());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = Envelope::parse(&bytes);
        }
    }
}
