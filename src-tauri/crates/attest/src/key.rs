//! P-256 keys: making them, reading and writing their standard forms, naming them.
//!
//! A key is named by the SHA-256 of its public half. The secret half is wiped from memory
//! when dropped; it has no `Display` and no `Serialize`, and its `Debug` shows the name only.

use crate::encoding;
use p256::ecdsa::{self, signature::Signer as _, signature::Verifier as _};
use p256::elliptic_curve::Generate as _;
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::{fmt, hash};
use zeroize::Zeroizing;

/// `SubjectPublicKeyInfo` of an uncompressed P-256 point, up to the point (RFC 5480, 2).
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// PKCS#8 `PrivateKeyInfo` around an RFC 5915 `ECPrivateKey` for P-256, up to the scalar.
const PKCS8_PREFIX: [u8; 36] = [
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02,
    0x01, 0x01, 0x04, 0x20,
];
/// Between the scalar and the public point in the same structure.
const PKCS8_MIDDLE: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];
/// A PEM file that holds one P-256 key is below this by far.
const MAX_PEM_BYTES: usize = 16 * 1024;

/// Why a key cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no PKCS#8 private key on P-256.
    #[error(
        "this is not a P-256 private key: give one in PKCS#8 or SEC1 form, not encrypted, as \
         “openssl ecparam -name prime256v1 -genkey” writes it"
    )]
    Private,
    /// The PEM text holds an encrypted private key.
    #[error(
        "this private key is encrypted: decrypt it first, for example with “openssl pkcs8 -in FILE”"
    )]
    Encrypted,
    /// The text is no public key on P-256.
    #[error(
        "this is not a P-256 public key: give a PEM file that begins with “-----BEGIN PUBLIC \
         KEY-----”, as “hallmark key export” writes it"
    )]
    Public,
    /// The text is a private key where a public one was expected.
    #[error(
        "this is a private key, and only its public half is needed here: keep it to yourself, and \
         give the public key that “openssl pkey -in FILE -pubout” writes"
    )]
    PrivateForPublic,
}

/// The name of a key: SHA-256 of its `SubjectPublicKeyInfo` in DER, 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    fn of(spki: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(spki)))
    }

    /// All 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 8 digits: enough for a person, never for a comparison.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }

    /// Whether an envelope's `keyid` or a bundle's `hint` means this key: as Hallmark writes
    /// it, in hexadecimal, or as cosign does, the same hash in base64.
    pub fn is_meant_by(&self, hint: &str) -> bool {
        hint == self.0 || encoding::decode(hint).is_some_and(|bytes| hex::encode(bytes) == self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A P-256 key that makes signatures. It can be printed by no means.
#[derive(Clone)]
pub struct SigningKey {
    key: ecdsa::SigningKey,
    public: PublicKey,
}

impl SigningKey {
    /// A new key, from the operating system's randomness.
    ///
    /// # Panics
    /// Where the operating system has no randomness to give.
    pub fn generate() -> Self {
        Self::new(ecdsa::SigningKey::generate())
    }

    fn new(key: ecdsa::SigningKey) -> Self {
        let public = PublicKey::new(*key.verifying_key());
        Self { key, public }
    }

    /// Reads PKCS#8 in DER (RFC 5208), as [`Self::to_pkcs8_der`] writes it.
    ///
    /// # Errors
    /// [`KeyError::Private`] for anything but a P-256 key.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = ecdsa::SigningKey::from_pkcs8_der(der).map_err(|_| KeyError::Private)?;
        Ok(Self::new(key))
    }

    /// The key as PKCS#8 in DER, 138 bytes, wiped when dropped.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let mut scalar = self.key.to_bytes();
        let mut der = Zeroizing::new(Vec::with_capacity(138));
        der.extend_from_slice(&PKCS8_PREFIX);
        der.extend_from_slice(&scalar);
        der.extend_from_slice(&PKCS8_MIDDLE);
        der.extend_from_slice(self.public.point());
        zeroize::Zeroize::zeroize(scalar.as_mut_slice());
        der
    }

    /// Reads an unencrypted private key in PEM: PKCS#8 (`PRIVATE KEY`) or SEC1 (`EC PRIVATE
    /// KEY`). What stands around it, such as openssl's `EC PARAMETERS`, is passed over.
    ///
    /// # Errors
    /// [`KeyError::Encrypted`] for an encrypted key, [`KeyError::Private`] for anything else
    /// that is not a P-256 private key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if let Some(block) = pem_block(pem, "PRIVATE KEY") {
            return Self::from_pkcs8_der(&block);
        }
        if let Some(block) = pem_block(pem, "EC PRIVATE KEY") {
            let secret = p256::SecretKey::from_sec1_der(&block).map_err(|_| KeyError::Private)?;
            return Ok(Self::new(secret.into()));
        }
        Err(if pem.contains("ENCRYPTED") {
            KeyError::Encrypted
        } else {
            KeyError::Private
        })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// An ECDSA signature over SHA-256 of `message`, in DER, with the nonce of RFC 6979: the
    /// same key and message always give the same bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: ecdsa::Signature = self.key.sign(message);
        signature.to_der().as_bytes().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, …hidden…)", self.public.id.short())
    }
}

/// A P-256 key that checks signatures. Serialised as its PEM text.
#[derive(Clone)]
pub struct PublicKey {
    key: ecdsa::VerifyingKey,
    spki: Box<[u8]>,
    id: KeyId,
}

impl PublicKey {
    fn new(key: ecdsa::VerifyingKey) -> Self {
        let point = key.to_sec1_point(false);
        let spki = [&SPKI_PREFIX, point.as_bytes()].concat();
        Self {
            key,
            id: KeyId::of(&spki),
            spki: spki.into(),
        }
    }

    /// Reads a public key in PEM (`PUBLIC KEY`, RFC 7468, 13).
    ///
    /// # Errors
    /// [`KeyError::PrivateForPublic`] for a private key, [`KeyError::Public`] for anything else
    /// that is not a public key on P-256.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if let Some(block) = pem_block(pem, "PUBLIC KEY") {
            let key = ecdsa::VerifyingKey::from_public_key_der(&block);
            return key.map(Self::new).map_err(|_| KeyError::Public);
        }
        Err(if pem.contains("PRIVATE KEY-----") {
            KeyError::PrivateForPublic
        } else {
            KeyError::Public
        })
    }

    /// The key in PEM, ending with a line feed.
    pub fn to_pem(&self) -> String {
        let encoded = encoding::encode(&self.spki);
        let (first, second) = encoded.split_at(64);
        format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
    }

    /// The name of this key.
    pub fn id(&self) -> KeyId {
        self.id.clone()
    }

    pub(crate) fn key_id(&self) -> &KeyId {
        &self.id
    }

    /// Whether `signature`, in DER, is this key's over `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        ecdsa::Signature::from_der(signature)
            .is_ok_and(|signature| self.key.verify(message, &signature).is_ok())
    }

    fn point(&self) -> &[u8] {
        self.spki.get(SPKI_PREFIX.len()..).unwrap_or_default()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl hash::Hash for PublicKey {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.spki.hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id.short())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_pem())
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pem = String::deserialize(deserializer)?;
        Self::from_pem(&pem).map_err(serde::de::Error::custom)
    }
}

/// The bytes of the first PEM block with this label. Text before and after is passed over
/// (RFC 7468, 2), and so are line ends of either kind.
fn pem_block(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let pem = pem.get(..pem.len().min(MAX_PEM_BYTES)).unwrap_or_default();
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let mut packed = Zeroizing::new(String::with_capacity(body.len()));
    packed.extend(body.split_ascii_whitespace());
    encoding::decode(&packed).map(Zeroizing::new)
}

#[cfg(test)]
mod tests;
