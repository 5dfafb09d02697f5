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
mod tests;
