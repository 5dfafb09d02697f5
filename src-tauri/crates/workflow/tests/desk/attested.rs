//! Evidence that others' tools attached: BuildKit's attestations in the index, cosign's tags, and
//! bundles that refer to the image. Each is on its platform, and says who signed it.

use crate::ground::{AMD64, ARM64, Ground, Person, Pushed, named};
use hallmark_attest::{Bundle, Envelope, SigningKey, Statement, Subject};
use hallmark_image::{Artifact, Descriptor, Digest, Manifest, Platform, Repository, media_type};
use hallmark_registry::{Attachment, Target};
use hallmark_workflow::dto::{AskMember, EvidenceInfo, Role, Via, VoucherState};
use serde_json::{Value, json};

const SPDX: &str = "https://spdx.dev/Document";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";
const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

fn spdx(package: &str) -> Value {
    json!({
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "sbom",
        "creationInfo": {"created": "2026-11-22T08:00:00Z", "creators": ["Tool: buildkit-v0.16.0"]},
        "packages": [{"name": package, "SPDXID": "SPDXRef-1", "versionInfo": "1.0"}],
    })
}

fn cyclonedx(package: &str) -> Value {
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "components": [{"type": "library", "name": package, "version": "1.0"}],
    })
}

fn provenance() -> Value {
    json!({
        "buildDefinition": {
            "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
            "externalParameters": {"request": {"frontend": "dockerfile.v0"}},
        },
        "runDetails": {"builder": {"id": "https://ci.example.com/run/7"}},
    })
}

/// An in-toto statement as BuildKit and cosign write it.
fn statement(subject: &Digest, predicate_type: &str, predicate: &Value) -> String {
    json!({
        "_type": "https://in-toto.io/Statement/v0.1", "predicateType": predicate_type,
        "subject": [{"name": "pkg:docker/shop/api@1.0", "digest": {"sha256": subject.hex()}}],
        "predicate": predicate,
    })
    .to_string()
}

/// As cosign signs it: the envelope names no key.
fn signed(subject: &Digest, predicate: (&str, &Value), key: &SigningKey) -> Envelope {
    let subjects = vec![Subject::new(None, subject)];
    let statement = Statement::about(subjects, predicate.0, predicate.1);
    let mut envelope = statement.sign(key).unwrap();
    envelope.signatures[0].keyid = String::new();
    envelope
}

/// A manifest of layers, each with its annotations.
async fn manifest(
    ground: &Ground,
    repository: &Repository,
    layers: &[(&str, Value, Vec<u8>)],
) -> Manifest {
    let config = b"{}".to_vec();
    let listed = layers.iter().map(|(kind, annotations, bytes)| {
        let mut layer = serde_json::to_value(Descriptor::of(*kind, bytes)).unwrap();
        layer["annotations"] = annotations.clone();
        layer
    });
    let text = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST,
        "config": Descriptor::of(media_type::OCI_CONFIG, &config),
        "layers": listed.collect::<Vec<_>>(),
    });
    for blob in layers.iter().map(|(.., bytes)| bytes).chain([&config]) {
        let push = ground.client.push_blob(repository, blob.clone().into());
        push.await.unwrap();
    }
    Manifest::parse(text.to_string(), None).unwrap()
}

/// An index as BuildKit pushes it: each platform with an attestation manifest beside it.
async fn push_attested(ground: &Ground) -> Pushed {
    let plain = ground.push("shop/api", "plain").await;
    let repository = &plain.repository;
    let mut listed = Vec::new();
    for (child, name) in plain.children.iter().zip(["amd64", "arm64"]) {
        listed.push(json!(child.descriptor().on(Platform::new("linux", name))));
    }
    for child in &plain.children {
        let about = child.digest();
        let layer = |kind: &str, predicate: &Value| {
            let bytes = statement(about, kind, predicate).into_bytes();
            let annotations = json!({"in-toto.io/predicate-type": kind});
            (media_type::IN_TOTO, annotations, bytes)
        };
        let layers = [layer(SPDX, &spdx("musl")), layer(PROVENANCE, &provenance())];
        let attestation = manifest(ground, repository, &layers).await;
        let put = ground
            .client
            .put_manifest(repository, Target::Digest, &attestation);
        put.await.unwrap();
        let mut entry = json!(
            attestation
                .descriptor()
                .on(Platform::new("unknown", "unknown"))
        );
        entry["annotations"] = json!({
            "vnd.docker.reference.digest": about,
            "vnd.docker.reference.type": "attestation-manifest",
        });
        listed.push(entry);
    }
    let index =
        json!({"schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": listed});
    let pushed = Pushed {
        manifest: Manifest::parse(index.to_string(), None).unwrap(),
        tag: "1.0".parse().unwrap(),
        ..plain
    };
    ground.place(&pushed, "1.0").await;
    pushed
}

/// Files a manifest under the tag that cosign names after a digest.
async fn cosign(
    ground: &Ground,
    image: &Pushed,
    about: (&Digest, &str),
    layers: &[(&str, Value, Vec<u8>)],
) {
    let manifest = manifest(ground, &image.repository, layers).await;
    let tag = format!("sha256-{}.{}", about.0.hex(), about.1);
    let tag = tag.parse().unwrap();
    let put = ground
        .client
        .put_manifest(&image.repository, Target::Tag(&tag), &manifest);
    put.await.unwrap();
}

/// A layer of cosign's `.att`.
fn attestation(envelope: &Envelope, kind: &str) -> (&'static str, Value, Vec<u8>) {
    let annotations = json!({"dev.cosignproject.cosign/signature": "", "predicateType": kind});
    (media_type::DSSE, annotations, envelope.to_json())
}

/// A person with a key of cosign's among the members.
async fn with_member(ground: &Ground) -> (Person, SigningKey) {
    let owner = ground.person("olga").await;
    owner.init(&ground.repository("shop/hallmark")).await;
    let key = SigningKey::generate();
    let ask = AskMember {
        name: "ci@shop".into(),
        key: key.public().to_pem(),
        roles: vec![Role::Ci],
    };
    owner.desk.member_add(ask).await.unwrap();
    (owner, key)
}

async fn list(person: &Person, image: &Pushed) -> Vec<EvidenceInfo> {
    let mut found = person.desk.evidence_list(&image.exact()).await.unwrap();
    found.sort_by(|a, b| (&a.name, &a.covers).cmp(&(&b.name, &b.covers)));
    found
}

fn of<'a>(found: &'a [EvidenceInfo], name: &str) -> Vec<(&'a str, bool, VoucherState)> {
    let named = found.iter().filter(|one| one.name == name);
    named
        .map(|one| (one.covers.as_str(), one.counts, one.voucher.state))
        .collect()
}

#[tokio::test]
async fn buildkits_attestations_in_the_index_are_evidence_on_their_platforms() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = push_attested(&ground).await;
    let found = list(&ines, &image).await;
    assert!(
        found.iter().all(|one| one.via == Via::Buildkit),
        "{found:?}"
    );
    let unsigned = VoucherState::Unsigned;
    for name in ["spdx.dev/Document", "slsa.dev/provenance/v1"] {
        let expected = [(AMD64, true, unsigned), (ARM64, true, unsigned)];
        assert_eq!(of(&found, name), expected, "{name}");
    }
    let kinds: Vec<_> = found
        .iter()
        .map(|one| one.kind.as_deref().unwrap())
        .collect();
    assert_eq!(kinds, ["provenance", "provenance", "sbom", "sbom"]);
    assert_eq!(found.len(), 4);
}

#[tokio::test]
async fn attestations_under_cosigns_tag_say_which_member_signed_them() {
    let ground = Ground::new().await;
    let (olga, key) = with_member(&ground).await;
    let image = ground.push("shop/api", "1.0").await;
    let whole = image.digest().clone();
    let arm64 = image.children[1].digest().clone();
    let stranger = SigningKey::generate();
    let ours = signed(&whole, (CYCLONEDX, &cyclonedx("zlib")), &key);
    let theirs = signed(&whole, (PROVENANCE, &provenance()), &stranger);
    let layers = [
        attestation(&ours, CYCLONEDX),
        attestation(&theirs, PROVENANCE),
    ];
    cosign(&ground, &image, (&whole, "att"), &layers).await;
    let on_arm64 = signed(&arm64, (SPDX, &spdx("musl")), &key);
    cosign(
        &ground,
        &image,
        (&arm64, "att"),
        &[attestation(&on_arm64, SPDX)],
    )
    .await;
    let sbom = spdx("busybox").to_string().into_bytes();
    cosign(
        &ground,
        &image,
        (&whole, "sbom"),
        &[("text/spdx+json", json!({}), sbom)],
    )
    .await;

    let found = list(&olga, &image).await;
    assert!(
        found.iter().all(|one| one.via == Via::CosignTag),
        "{found:?}"
    );
    assert_eq!(found.len(), 4, "{found:?}");
    let all = "all platforms";
    assert_eq!(
        of(&found, "cyclonedx.org/bom"),
        [(all, true, VoucherState::Signed)]
    );
    assert_eq!(
        of(&found, "slsa.dev/provenance/v1"),
        [(all, true, VoucherState::UnknownKey)]
    );
    assert_eq!(
        of(&found, "spdx.dev/Document"),
        [(ARM64, true, VoucherState::Signed)]
    );
    let plain = found
        .iter()
        .find(|one| one.voucher.state == VoucherState::Unsigned);
    assert_eq!(plain.unwrap().covers, all);
    let ours = found
        .iter()
        .find(|one| one.name == "cyclonedx.org/bom")
        .unwrap();
    assert_eq!(ours.voucher.member.as_deref(), Some("ci@shop"));
}

#[tokio::test]
async fn a_bundle_that_refers_to_a_platform_is_evidence_of_that_platform() {
    let ground = Ground::new().await;
    let (olga, key) = with_member(&ground).await;
    let image = ground.push("shop/api", "1.0").await;
    let amd64 = &image.children[0];
    let envelope = signed(amd64.digest(), (PROVENANCE, &provenance()), &key);
    let bundle = Bundle::write(&envelope, &key.public());
    let layer = Descriptor::of(media_type::SIGSTORE_BUNDLE, &bundle);
    let manifest = Artifact::new(media_type::SIGSTORE_BUNDLE, vec![layer])
        .about(&amd64.descriptor())
        .annotated("dev.sigstore.bundle.predicateType", PROVENANCE)
        .build()
        .unwrap();
    let attachments = [Attachment {
        manifest,
        blobs: vec![bundle.into()],
    }];
    let attach = ground
        .client
        .attach(&image.repository, amd64.digest(), &attachments);
    attach.await.unwrap();

    let review = olga.review(&image).await;
    let found = named(&review, "slsa.dev/provenance/v1");
    assert_eq!(found.via, Via::Referrers);
    assert_eq!((found.covers.as_str(), found.counts), (AMD64, true));
    assert_eq!(found.kind.as_deref(), Some("provenance"));
    assert_eq!(found.voucher.member.as_deref(), Some("ci@shop"));
}

#[tokio::test]
async fn what_is_signed_about_another_image_or_was_changed_counts_for_nothing() {
    let ground = Ground::new().await;
    let (olga, key) = with_member(&ground).await;
    let image = ground.push("shop/api", "1.0").await;
    let other = ground.push("shop/api", "0.9").await;
    let whole = image.digest().clone();
    let moved = signed(other.digest(), (CYCLONEDX, &cyclonedx("zlib")), &key);
    let mut changed = signed(&whole, (SPDX, &spdx("musl")), &key);
    changed.signatures[0].keyid = key.public().id().to_string();
    changed.payload = statement(&whole, SPDX, &spdx("none")).into_bytes();
    let layers = [attestation(&moved, CYCLONEDX), attestation(&changed, SPDX)];
    cosign(&ground, &image, (&whole, "att"), &layers).await;

    let review = olga.review(&image).await;
    assert_eq!(review.evidence.len(), 1, "{:?}", review.evidence);
    let found = named(&review, "spdx.dev/Document");
    assert_eq!(found.voucher.state, VoucherState::BadSignature);
    assert!(!found.counts);
    let said = |one: &String| one.contains("speaks of another image");
    assert!(
        review.distrusted.iter().any(said),
        "{:?}",
        review.distrusted
    );
}
