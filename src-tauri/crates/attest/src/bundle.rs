//! Sigstore bundles around an envelope: version 0.3 is written, 0.1 to 0.3 are read.
//!
//! A bundle adds no trust of its own. Certificates and transparency log entries of others are
//! shown as they are and never verified here, so nothing may be decided on them.

use crate::envelope::EnvelopeJson;
use crate::{Envelope, EnvelopeError, MAX_ENVELOPE_BYTES, PublicKey, VerifyError, encoding};
use serde::Deserialize;
use serde_json::Value;

/// The media type, artifact type and layer type of a bundle that Hallmark writes.
pub const BUNDLE_MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// The media types that are read (sigstore/protobuf-specs, `sigstore_bundle.proto`).
const READABLE: [&str; 5] = [
    BUNDLE_MEDIA_TYPE,
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle.v0.2+json",
];
/// Certificates and log entries come on top of the envelope.
const MAX_BUNDLE_BYTES: usize = MAX_ENVELOPE_BYTES + 1024 * 1024;
/// The longest chain that is kept to be shown.
const MAX_CERTIFICATES: usize = 16;

/// A certificate that came with a bundle: to be shown, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// X.509 in DER, exactly as it came.
    pub der: Vec<u8>,
}

/// An envelope with what its signer sent along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The signed envelope.
    pub envelope: Envelope,
    /// Which key to try, where the bundle was signed with a plain key.
    pub key_hint: Option<String>,
    /// How many transparency log entries came along; none of them is verified.
    pub log_entries: usize,
    /// The bundle's media type, with its version.
    pub media_type: String,
    /// The certificate chain that came along, leaf first; **not verified**.
    pub certificates: Vec<Certificate>,
}

/// Why bytes are not a bundle that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Too many bytes to be read.
    #[error("this bundle has {0} bytes; at most {MAX_BUNDLE_BYTES} are read")]
    TooLarge(usize),
    /// The JSON is not that of a bundle.
    #[error("this is not a Sigstore bundle: {0}")]
    Json(String),
    /// A version or type that Hallmark does not know.
    #[error("“{0}” is not a bundle type that Hallmark reads; it reads versions 0.1 to 0.3")]
    MediaType(String),
    /// The bundle signs a blob and holds no envelope.
    #[error("this bundle signs a file and holds no statement")]
    NoEnvelope,
    /// The envelope inside is not readable.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BundleJson {
    media_type: String,
    #[serde(default)]
    verification_material: MaterialJson,
    dsse_envelope: Option<EnvelopeJson>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct MaterialJson {
    public_key: Option<HintJson>,
    x509_certificate_chain: Option<ChainJson>,
    certificate: Option<CertificateJson>,
    tlog_entries: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Deserialize)]
struct HintJson {
    #[serde(default)]
    hint: String,
}

#[derive(Deserialize)]
struct ChainJson {
    #[serde(default)]
    certificates: Vec<CertificateJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateJson {
    raw_bytes: String,
}

impl Bundle {
    /// A bundle of version 0.3, signed with a plain key and in no transparency log.
    pub fn write(envelope: &Envelope, key: &PublicKey) -> Vec<u8> {
        let bundle: Value = serde_json::json!({
            "mediaType": BUNDLE_MEDIA_TYPE,
            "verificationMaterial": {
                "publicKey": { "hint": key.key_id().as_str() },
                "tlogEntries": [],
            },
            "dsseEnvelope": envelope.to_value(),
        });
        bundle.to_string().into_bytes()
    }

    /// Reads a bundle. No signature, certificate or log entry is checked.
    ///
    /// # Errors
    /// [`BundleError`] where the bytes are no bundle with an envelope, or pass a limit.
    pub fn parse(json: &[u8]) -> Result<Self, BundleError> {
        if json.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLarge(json.len()));
        }
        let parsed: BundleJson =
            serde_json::from_slice(json).map_err(|error| BundleError::Json(error.to_string()))?;
        if !READABLE.contains(&parsed.media_type.as_str()) {
            let shown = parsed.media_type.chars().take(120).collect();
            return Err(BundleError::MediaType(shown));
        }
        let envelope = parsed.dsse_envelope.ok_or(BundleError::NoEnvelope)?;
        let material = parsed.verification_material;
        Ok(Self {
            envelope: envelope.try_into()?,
            log_entries: material.tlog_entries.as_ref().map_or(0, Vec::len),
            media_type: parsed.media_type,
            certificates: material.certificates()?,
            key_hint: material.public_key.map(|key| key.hint),
        })
    }

    /// Finds the key that signed the envelope; see [`Envelope::verify`]. The bundle's hint
    /// stands in for a signature's missing `keyid`.
    ///
    /// # Errors
    /// [`VerifyError`] where none of `keys` did.
    pub fn verify<'k>(&self, keys: &'k [PublicKey]) -> Result<&'k PublicKey, VerifyError> {
        let hint = self.key_hint.as_deref().unwrap_or_default();
        let hinted = keys.iter().any(|key| key.key_id().is_meant_by(hint));
        self.envelope.verify(keys).map_err(|error| match error {
            VerifyError::UnknownKey { keyid } if keyid.is_empty() && hinted => {
                let keyid = hint.to_owned();
                VerifyError::BadSignature { keyid }
            }
            VerifyError::UnknownKey { keyid } if keyid.is_empty() => {
                let keyid = hint.to_owned();
                VerifyError::UnknownKey { keyid }
            }
            other => other,
        })
    }
}

impl MaterialJson {
    fn certificates(&self) -> Result<Vec<Certificate>, BundleError> {
        let chain = self.x509_certificate_chain.iter();
        let listed = chain.flat_map(|chain| &chain.certificates);
        let all = self.certificate.iter().chain(listed);
        all.take(MAX_CERTIFICATES)
            .map(
                |certificate| match encoding::decode(&certificate.raw_bytes) {
                    Some(der) => Ok(Certificate { der }),
                    None => Err(EnvelopeError::Base64("certificate").into()),
                },
            )
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IN_TOTO_PAYLOAD_TYPE, SigningKey};
    use serde_json::json;

    fn signed() -> (SigningKey, Envelope) {
        let key = SigningKey::generate();
        let envelope = Envelope::sign(IN_TOTO_PAYLOAD_TYPE, b"{}".to_vec(), &key);
        (key, envelope)
    }

    fn of_others(media_type: &str, material: &Value) -> Result<Bundle, BundleError> {
        let (_, envelope) = signed();
        let json = json!({
            "mediaType": media_type,
            "verificationMaterial": material,
            "dsseEnvelope": envelope.to_value(),
        });
        Bundle::parse(json.to_string().as_bytes())
    }

    #[test]
    fn a_bundle_reads_back_as_it_was_written() {
        let (key, envelope) = signed();
        let bundle = Bundle::parse(&Bundle::write(&envelope, &key.public())).unwrap();
        assert_eq!(bundle.envelope, envelope);
        assert_eq!(bundle.key_hint, Some(key.public().id().to_string()));
        assert_eq!(bundle.log_entries, 0);
        assert_eq!(bundle.media_type, BUNDLE_MEDIA_TYPE);
        assert!(bundle.verify(&[key.public()]).is_ok());
    }

    #[test]
    fn a_bundle_has_the_fields_of_the_specification() {
        let (key, envelope) = signed();
        let json: Value = serde_json::from_slice(&Bundle::write(&envelope, &key.public())).unwrap();
        let expected = json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "publicKey": { "hint": key.public().id().as_str() },
                "tlogEntries": [],
            },
            "dsseEnvelope": {
                "payload": "e30=",
                "payloadType": "application/vnd.in-toto+json",
                "signatures": [{
                    "sig": encoding::encode(&envelope.signatures[0].sig),
                    "keyid": key.public().id().as_str(),
                }],
            },
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn every_older_version_is_read_with_what_came_along() {
        let chain = json!({
            "x509CertificateChain": { "certificates": [{ "rawBytes": "AQI=" }, { "rawBytes": "Aw==" }] },
            "tlogEntries": [{ "logIndex": "1", "inclusionPromise": {} }],
            "timestampVerificationData": null,
        });
        for media_type in READABLE {
            let bundle = of_others(media_type, &chain).unwrap();
            let certificates: Vec<_> = bundle.certificates.iter().map(|c| &c.der[..]).collect();
            assert_eq!(certificates, [&[1u8, 2][..], &[3]], "{media_type}");
            assert_eq!(bundle.log_entries, 1);
            assert_eq!(bundle.key_hint, None);
        }
    }

    #[test]
    fn the_single_certificate_of_version_0_3_is_read() {
        let material = json!({ "certificate": { "rawBytes": "AQI=" } });
        let bundle = of_others(BUNDLE_MEDIA_TYPE, &material).unwrap();
        assert_eq!(bundle.certificates, [Certificate { der: vec![1, 2] }]);
    }

    #[test]
    fn a_certificate_vouches_for_nothing() {
        let material = json!({ "certificate": { "rawBytes": "AQI=" } });
        let bundle = of_others(BUNDLE_MEDIA_TYPE, &material).unwrap();
        let stranger = SigningKey::generate().public();
        assert!(bundle.verify(&[stranger]).is_err());
    }

    #[test]
    fn a_log_entry_of_something_else_vouches_for_nothing() {
        let (signer, _) = signed();
        let entry = json!({
            "logIndex": "7",
            "kindVersion": { "kind": "dsse", "version": "0.0.1" },
            "integratedTime": "1764028800",
            "canonicalizedBody": "eyJzcGVjIjoic29tZXRoaW5nIGVsc2UifQ==",
        });
        let bundle = of_others(BUNDLE_MEDIA_TYPE, &json!({ "tlogEntries": [entry] })).unwrap();
        assert_eq!(bundle.log_entries, 1);
        let stranger = SigningKey::generate().public();
        assert!(bundle.verify(&[stranger, signer.public()]).is_err());
    }

    #[test]
    fn what_is_no_bundle_says_why() {
        let newer = of_others("application/vnd.dev.sigstore.bundle.v0.9+json", &json!({}));
        assert!(matches!(newer, Err(BundleError::MediaType(_))), "{newer:?}");
        let blob = json!({ "mediaType": BUNDLE_MEDIA_TYPE, "messageSignature": {} });
        let blob = Bundle::parse(blob.to_string().as_bytes());
        assert_eq!(blob, Err(BundleError::NoEnvelope));
        let torn = of_others(
            BUNDLE_MEDIA_TYPE,
            &json!({ "certificate": { "rawBytes": "~" } }),
        );
        let error = EnvelopeError::Base64("certificate");
        assert_eq!(torn, Err(BundleError::Envelope(error)));
        assert!(matches!(Bundle::parse(b"{"), Err(BundleError::Json(_))));
    }

    #[test]
    fn the_hint_stands_in_for_a_missing_key_id() {
        let (key, mut envelope) = signed();
        envelope.signatures[0].keyid.clear();
        envelope.payload.push(b' ');
        let keyid = key.public().id().to_string();
        let bundle = Bundle::parse(&Bundle::write(&envelope, &key.public())).unwrap();
        let ours = [key.public()];
        let forged = bundle.verify(&ours);
        assert_eq!(
            forged,
            Err(VerifyError::BadSignature {
                keyid: keyid.clone()
            })
        );
        let strangers = [SigningKey::generate().public()];
        let unknown = bundle.verify(&strangers);
        assert_eq!(unknown, Err(VerifyError::UnknownKey { keyid }));
    }
}
