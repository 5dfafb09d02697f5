//! The test vector of the DSSE specification ("protocol.md", "Test Vectors"): a P-256 key, a
//! payload and the deterministic signature over it, there as the two numbers r and s.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use hallmark_attest::{Envelope, PublicKey, SigningKey};
use p256::ecdsa::Signature;
use p256::pkcs8::EncodePrivateKey as _;

const SECRET: &str = "d73ec437fd6346e3619c5ebfdfff0f6916804955ad32ac9ac492b0ede1f6ffb7";
const R_AND_S: &str = "03726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b51eab0c06a369b64a7222537d4887a893dc200ae21060074d57825235b624864";

fn vector_key() -> SigningKey {
    let secret = p256::SecretKey::from_slice(&hex::decode(SECRET).unwrap()).unwrap();
    SigningKey::from_pkcs8_der(secret.to_pkcs8_der().unwrap().as_bytes()).unwrap()
}

#[test]
fn the_signature_is_that_of_the_specification() {
    let payload = b"hello world".to_vec();
    let envelope = Envelope::sign("http://example.com/HelloWorld", payload, &vector_key());
    let ours = Signature::from_der(&envelope.signatures[0].sig).unwrap();
    assert_eq!(hex::encode(ours.to_bytes()), R_AND_S);
}

#[test]
fn the_specifications_signature_is_accepted() {
    let key: PublicKey = vector_key().public();
    let mut envelope = Envelope::sign(
        "http://example.com/HelloWorld",
        b"hello world".to_vec(),
        &SigningKey::generate(),
    );
    let theirs = Signature::from_slice(&hex::decode(R_AND_S).unwrap()).unwrap();
    envelope.signatures[0].sig = theirs.to_der().as_bytes().to_vec();
    assert_eq!(envelope.verify(std::slice::from_ref(&key)), Ok(&key));
}
