//! What an envelope promises, and what it refuses.

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
    let text = r#"{"payload":"e30","payloadType":"t","x":1,"signatures":[{"sig":"AA==","y":2}]}"#;
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
