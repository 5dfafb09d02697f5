//! Keys in all their forms, and what is no key.

use super::*;
use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};

/// A key made by `openssl ecparam -name prime256v1 -genkey`, for this test only.
const SEC1: &str = "\
-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIB6QHAwYKG4QLVCKeQUTcDHpqumNS9EGIO88i3kaOMzXoAoGCCqGSM49
AwEHoUQDQgAEfqkGxQUxN8kP1QHcfVo/prHKqNbAtuf2iboKimUcoRB65UJURERw
O2KCbDEuLFlSQfrCs3awC1cin8SHr7246w==
-----END EC PRIVATE KEY-----
";
/// The same key by `openssl pkcs8 -topk8 -nocrypt`.
const PKCS8: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHpAcDBgobhAtUIp5
BRNwMemq6Y1L0QYg7zyLeRo4zNehRANCAAR+qQbFBTE3yQ/VAdx9Wj+mscqo1sC2
5/aJugqKZRyhEHrlQlRERHA7YoJsMS4sWVJB+sKzdrALVyKfxIevvbjr
-----END PRIVATE KEY-----
";
/// Its public half by `openssl pkey -pubout`.
const PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEfqkGxQUxN8kP1QHcfVo/prHKqNbA
tuf2iboKimUcoRB65UJURERwO2KCbDEuLFlSQfrCs3awC1cin8SHr7246w==
-----END PUBLIC KEY-----
";
/// SHA-256 of that in DER, by `openssl dgst -sha256`.
const ID: &str = "93627b6426e853b8f250bd5032ded9344da3c52e5169f358fe280e49fbdc023f";

#[test]
fn keys_made_by_openssl_are_read_in_both_forms() {
    for pem in [SEC1, PKCS8, &PKCS8.replace('\n', "\r\n")] {
        let key = SigningKey::from_pem(pem).unwrap();
        assert_eq!(key.public().to_pem(), PUBLIC);
        assert_eq!(key.public().id().as_str(), ID);
    }
    let public = PublicKey::from_pem(PUBLIC).unwrap();
    assert_eq!(public.id().short(), &ID[..8]);
}

#[test]
fn the_key_is_written_as_the_standards_say() {
    let key = SigningKey::generate();
    let standard = key.key.to_pkcs8_der().unwrap();
    assert_eq!(key.to_pkcs8_der().as_slice(), standard.as_bytes());
    let standard = key.public.key.to_public_key_der().unwrap();
    assert_eq!(&*key.public.spki, standard.as_bytes());
}

#[test]
fn a_key_reads_back_as_it_was_written() {
    let key = SigningKey::generate();
    let again = SigningKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap();
    assert_eq!(again.public(), key.public());
    let json = serde_json::to_string(&key.public()).unwrap();
    assert_eq!(
        serde_json::from_str::<PublicKey>(&json).unwrap(),
        key.public()
    );
}

#[test]
fn two_new_keys_differ() {
    assert_ne!(
        SigningKey::generate().public(),
        SigningKey::generate().public()
    );
}

#[test]
fn a_signature_depends_on_the_message_alone() {
    let key = SigningKey::from_pem(PKCS8).unwrap();
    assert_eq!(key.sign(b"a"), key.sign(b"a"));
    assert_ne!(key.sign(b"a"), key.sign(b"b"));
}

#[test]
fn a_signing_key_shows_nothing_of_its_secret() {
    let key = SigningKey::from_pem(PKCS8).unwrap();
    assert_eq!(
        format!("{key:?}"),
        format!("SigningKey({}, …hidden…)", &ID[..8])
    );
}

#[test]
fn what_is_no_key_says_so() {
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
    let old = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----";
    for (pem, error) in [
        ("", KeyError::Private),
        (PUBLIC, KeyError::Private),
        (encrypted, KeyError::Encrypted),
        (old, KeyError::Encrypted),
        (&PKCS8[..100], KeyError::Private),
    ] {
        assert_eq!(SigningKey::from_pem(pem).err(), Some(error), "{pem}");
    }
    let ed25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";
    for (pem, error) in [
        ("", KeyError::Public),
        (PKCS8, KeyError::PrivateForPublic),
        (ed25519, KeyError::Public),
    ] {
        assert_eq!(PublicKey::from_pem(pem), Err(error), "{pem}");
    }
}

#[test]
fn a_hint_is_understood_in_hexadecimal_and_as_cosign_writes_it() {
    let id = PublicKey::from_pem(PUBLIC).unwrap().id();
    assert!(id.is_meant_by(ID));
    assert!(id.is_meant_by(&encoding::encode(hex::decode(ID).unwrap())));
    assert!(!id.is_meant_by(""));
    assert!(!id.is_meant_by(&ID[..8]));
}
