//! What hangs in the registry is what other people's tools read: our bundles are accepted by
//! Sigstore's own verifier and by openssl, with nothing but the public key, and annotated so that
//! cosign finds them.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_attest::{BUNDLE_MEDIA_TYPE, Bundle, Envelope};
use hallmark_flows::{
    ground::{Ground, word},
    images::Candidate,
    process::installed,
    shelf::Shelf,
    surgeon::Hanging,
};
use hallmark_practice::Config;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A promoted candidate, and everything that hangs on it.
struct Told {
    ground: Ground,
    key: PathBuf,
    hanging: Vec<Hanging>,
}

fn tell() -> Told {
    let ground = Ground::new();
    let shelf = Shelf::open(&ground, Config::default());
    let ines = ground.person("ines");
    let candidate = Candidate::new(shelf.host(), 0);
    let surgeon = shelf.surgeon();
    surgeon.push(&candidate);
    ines.prepare(&candidate, &ground.files());
    ines.promote(&candidate.exact());
    let key = ines.run(&["key", "export"]).out;
    let hanging = surgeon.hanging(&candidate);
    let kinds: BTreeSet<&str> = hanging
        .iter()
        .map(|one| one.statement.predicate_type.as_str())
        .collect();
    assert_eq!(kinds.len(), 6, "{kinds:#?}");
    Told {
        key: ground.file("pub.pem", key),
        ground,
        hanging,
    }
}

/// Asks `@sigstore/verify`, by the script that the crate of the bundles keeps for it.
fn sigstore(bundle: &Path, key: &Path) -> Output {
    installed("node", "nodejs");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packages = here.join("node");
    assert!(
        packages.join("node_modules/@sigstore/verify").is_dir(),
        "@sigstore/verify is missing, and this test is nothing without it. Install it: npm ci --prefix {}",
        packages.display()
    );
    let script = here.join("../../src-tauri/crates/attest/tests/verify-bundle.mjs");
    let mut command = Command::new("node");
    command
        .arg(script)
        .args([bundle, key])
        .current_dir(packages);
    command.output().unwrap()
}

#[test]
fn sigstores_own_verifier_accepts_every_bundle_and_no_changed_one() {
    let told = tell();
    for one in &told.hanging {
        let kind = &one.statement.predicate_type;
        let bundle = told.ground.file("bundle.json", &one.bundle);
        let yes = sigstore(&bundle, &told.key);
        assert!(yes.status.success(), "{kind}: {yes:?}");
    }
    let changed = told.ground.file("bundle.json", told.hanging[0].changed().0);
    let no = sigstore(&changed, &told.key);
    assert_eq!(no.status.code(), Some(1), "{no:?}");
    let (bundle, stranger) = told.hanging[0].by_a_stranger();
    let bundle = told.ground.file("bundle.json", bundle);
    assert_eq!(sigstore(&bundle, &told.key).status.code(), Some(1));
    let stranger = told.ground.file("stranger.pem", stranger.to_pem());
    assert!(sigstore(&bundle, &stranger).status.success());
}

/// What DSSE signs (protocol, "Signature Definition"), written out once more so that the test
/// does not borrow the code that it checks.
fn signed_bytes(envelope: &Envelope) -> Vec<u8> {
    let (kind, payload) = (&envelope.payload_type, &envelope.payload);
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[test]
fn openssl_verifies_every_statement_with_the_public_key_alone() {
    installed("openssl", "openssl");
    let told = tell();
    for one in &told.hanging {
        let envelope = Bundle::parse(&one.bundle).unwrap().envelope;
        let signature = told.ground.file("signature", &envelope.signatures[0].sig);
        let verify = |message: Vec<u8>| {
            let message = told.ground.file("message", message);
            let mut command = Command::new("openssl");
            command.args(["dgst", "-sha256", "-verify", &word(&told.key)]);
            command.args(["-signature", &word(&signature), &word(&message)]);
            command.output().unwrap().status.success()
        };
        assert!(
            verify(signed_bytes(&envelope)),
            "{}",
            one.statement.predicate_type
        );
        let mut changed = signed_bytes(&envelope);
        *changed.last_mut().unwrap() ^= 1;
        assert!(!verify(changed), "{}", one.statement.predicate_type);
    }
}

#[test]
fn every_statement_is_annotated_as_cosign_annotates_its_own() {
    for one in tell().hanging {
        let notes = one.manifest.annotations();
        let note = |name: &str| notes.get(name).map(String::as_str);
        assert_eq!(one.manifest.artifact_type(), Some(BUNDLE_MEDIA_TYPE));
        assert_eq!(one.manifest.layers()[0].media_type, BUNDLE_MEDIA_TYPE);
        assert_eq!(
            one.manifest.config().unwrap().media_type,
            "application/vnd.oci.empty.v1+json"
        );
        assert_eq!(note("dev.sigstore.bundle.content"), Some("dsse-envelope"));
        let kind = one.statement.predicate_type.as_str();
        assert_eq!(note("dev.sigstore.bundle.predicateType"), Some(kind));
        let created = note("org.opencontainers.image.created").unwrap();
        created.parse::<jiff::Timestamp>().unwrap();
        assert!(
            one.statement.subjects_digest(&one.subject),
            "it speaks of what it hangs on"
        );
    }
}
