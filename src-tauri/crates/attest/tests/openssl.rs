//! Our signatures checked by openssl, and openssl's by us.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use hallmark_attest::{Envelope, IN_TOTO_PAYLOAD_TYPE, Signature, SigningKey};
use std::path::Path;
use std::process::{Command, Output};

const PAYLOAD: &[u8] = br#"{"_type":"https://in-toto.io/Statement/v1"}"#;

/// The bytes that DSSE signs, written out here once more so that the test does not borrow the
/// code that it checks.
fn signed_bytes(envelope: &Envelope) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {} {} ",
        envelope.payload_type.len(),
        envelope.payload_type,
        envelope.payload.len()
    );
    [head.as_bytes(), &envelope.payload].concat()
}

fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("openssl is needed for this test: sudo apt-get install openssl")
}

#[test]
fn openssl_accepts_our_signature_and_refuses_it_over_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::generate();
    let envelope = Envelope::sign(IN_TOTO_PAYLOAD_TYPE, PAYLOAD.to_vec(), &key);
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("key.pem"), key.public().to_pem()).unwrap();
    std::fs::write(at("signature"), &envelope.signatures[0].sig).unwrap();
    std::fs::write(at("message"), signed_bytes(&envelope)).unwrap();
    std::fs::write(at("other"), PAYLOAD).unwrap();
    let verify = |message: &str| {
        let arguments = "dgst -sha256 -verify key.pem -signature signature";
        let mut arguments: Vec<_> = arguments.split(' ').collect();
        arguments.push(message);
        openssl(folder.path(), &arguments)
    };
    let accepted = verify("message");
    assert!(accepted.status.success(), "{accepted:?}");
    assert!(!verify("other").status.success());
}

#[test]
fn a_signature_that_openssl_makes_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let made = openssl(
        folder.path(),
        &[
            "ecparam",
            "-name",
            "prime256v1",
            "-genkey",
            "-out",
            "key.pem",
        ],
    );
    assert!(made.status.success(), "{made:?}");
    let pem = std::fs::read_to_string(folder.path().join("key.pem")).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    let mut envelope = Envelope {
        payload_type: IN_TOTO_PAYLOAD_TYPE.to_owned(),
        payload: PAYLOAD.to_vec(),
        signatures: vec![],
    };
    std::fs::write(folder.path().join("message"), signed_bytes(&envelope)).unwrap();
    let signed = openssl(
        folder.path(),
        &["dgst", "-sha256", "-sign", "key.pem", "message"],
    );
    envelope.signatures = vec![Signature {
        keyid: String::new(),
        sig: signed.stdout,
    }];
    assert_eq!(envelope.verify(&[key.public()]), Ok(&key.public()));
}
