//! Statements that somebody made up: noticed, named, and worth nothing.

use crate::ground::{Ground, Pushed, junit, named};
use hallmark_attest::{
    Bundle, Envelope, PublicKey, SigningKey, Statement, Subject, predicate as p,
};
use hallmark_image::{Artifact, Descriptor, Digest, media_type};
use hallmark_registry::Attachment;
use hallmark_workflow::dto::VoucherState;
use serde_json::{Value, json};

/// A statement about `image`, signed with `key` in the name of whoever has `claimed`.
pub fn forged(
    image: &Pushed,
    predicate_type: &str,
    predicate: &Value,
    key: &SigningKey,
    claimed: &PublicKey,
) -> Envelope {
    let subject = Subject::new(Some(image.repository.to_string()), image.digest());
    let statement = Statement::about(vec![subject], predicate_type, predicate);
    let mut envelope = statement.sign(key).unwrap();
    envelope.signatures[0].keyid = claimed.id().to_string();
    envelope
}

/// Attaches a statement as cosign does.
pub async fn hang(ground: &Ground, image: &Pushed, envelope: &Envelope, key: &PublicKey) {
    let bundle = Bundle::write(envelope, key);
    let layer = Descriptor::of(media_type::SIGSTORE_BUNDLE, &bundle);
    let manifest = Artifact::new(media_type::SIGSTORE_BUNDLE, vec![layer])
        .about(&image.manifest.descriptor())
        .build()
        .unwrap();
    let attachments = [Attachment {
        manifest,
        blobs: vec![bundle.into()],
    }];
    let attach = ground
        .client
        .attach(&image.repository, image.digest(), &attachments);
    attach.await.unwrap();
}

fn evidence(report: &str, ground: &Ground) -> Value {
    json!({
        "result": "PASSED", "configuration": [],
        "hallmark_evidence": {
            "workspace": "w", "author": "ines", "time": ground.now(), "previous": null,
            "report": {"digest": Digest::sha256(report), "mediaType": media_type::JUNIT, "name": "junit.xml", "size": report.len()},
        },
    })
}

fn decision(image: &Pushed, ground: &Ground) -> Value {
    json!({
        "workspace": "w", "author": "ines", "time": ground.now(), "previous": null,
        "repository": image.repository.to_string(), "digest": image.digest(), "stage": "golden",
        "decision": "approve", "message": "fine", "policy": {"name": "policy.toml", "digest": Digest::sha256("")},
        "verdict": "pass", "evidence": [], "statements": [], "golden": null, "selfApproval": false,
    })
}

#[tokio::test]
async fn a_voucher_with_a_wrong_signature_takes_its_report_out() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let report = junit(ground.now(), &["adds"], &[]);
    ground
        .hang(&image, &image.manifest.descriptor(), "junit.xml", &report)
        .await;
    let key = PublicKey::from_pem(&ines.key).unwrap();
    let forged = forged(
        &image,
        p::TEST_RESULT,
        &evidence(&report, &ground),
        &SigningKey::generate(),
        &key,
    );
    hang(&ground, &image, &forged, &key).await;
    let review = ines.review(&image).await;
    let shown = named(&review, "junit.xml");
    assert_eq!(shown.voucher.state, VoucherState::BadSignature);
    assert!(!shown.counts);
    assert_eq!(review.distrusted.len(), 1);
    assert!(
        review.distrusted[0].contains("has a wrong signature"),
        "{:?}",
        review.distrusted
    );

    ines.attach(&image, "junit.xml", &report).await.unwrap();
    let review = ines.review(&image).await;
    let shown = named(&review, "junit.xml");
    assert_eq!(
        shown.voucher.state,
        VoucherState::Signed,
        "a true signature beats a forged one"
    );
    assert!(shown.counts);
}

#[tokio::test]
async fn a_voucher_with_a_key_nobody_has_is_named_by_it() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let report = junit(ground.now(), &["adds"], &[]);
    ground
        .hang(&image, &image.manifest.descriptor(), "junit.xml", &report)
        .await;
    let stranger = SigningKey::generate();
    let signed = forged(
        &image,
        p::TEST_RESULT,
        &evidence(&report, &ground),
        &stranger,
        &stranger.public(),
    );
    hang(&ground, &image, &signed, &stranger.public()).await;
    let review = ines.review(&image).await;
    let voucher = &named(&review, "junit.xml").voucher;
    assert_eq!(voucher.state, VoucherState::UnknownKey);
    assert!(
        voucher.words.contains(stranger.public().id().short()),
        "{voucher:?}"
    );
}

#[tokio::test]
async fn an_approval_that_somebody_made_up_is_named_and_does_not_count() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let key = PublicKey::from_pem(&ines.key).unwrap();
    let stranger = SigningKey::generate();
    let said = decision(&image, &ground);
    for claimed in [&key, &stranger.public()] {
        let forged = forged(&image, p::DECISION, &said, &stranger, claimed);
        hang(&ground, &image, &forged, claimed).await;
    }
    let review = ines.review(&image).await;
    assert_eq!((review.standing.approvals, review.decisions.len()), (0, 0));
    let told = review.distrusted.join("; ");
    assert!(
        told.contains("decision") && told.contains("which no member has"),
        "{told}"
    );
    assert!(told.contains("wrong signature"), "{told}");
}

#[tokio::test]
async fn a_true_statement_hung_on_another_image_is_not_believed_there() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    let other = ground.push("shop/api", "2.0").await;
    let key = SigningKey::generate();
    let about_first = forged(
        &image,
        p::DECISION,
        &decision(&image, &ground),
        &key,
        &key.public(),
    );
    hang(&ground, &other, &about_first, &key.public()).await;
    let verified = ines
        .desk
        .verify(&other.exact(), "golden", None)
        .await
        .unwrap();
    assert!(!verified.golden);
    assert!(
        verified.distrusted[0].contains("speaks of another image"),
        "{verified:?}"
    );
}
