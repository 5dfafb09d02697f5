//! What counts as evidence for an image, and what is only shown.

use crate::ground::{AMD64, ARM64, Ground, assert_refused, junit, named, reason, scan_of, trivy};
use hallmark_image::Digest;
use hallmark_workflow::{
    dto::{Role, Verdict, VoucherState},
    error::Code,
};
use jiff::SignedDuration;

#[tokio::test]
async fn a_report_about_another_image_is_not_attached_nor_are_those_beside_it() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let other = ground.push("shop/api", "0.9").await;
    let (good, bad) = (
        junit(ground.now(), &["adds"], &[]),
        trivy(&other, 0, ground.now(), &[]),
    );
    let files = [("junit.xml", good.as_str()), ("trivy.json", bad.as_str())];
    ground.registry.forget_requests();
    let refused = ines.attach_files(&image, &files, None).await;
    assert_refused(refused, Code::EvidenceForAnother, "nothing was attached");
    assert_eq!(ground.writes(), []);
    assert!(ines.review(&image).await.evidence.is_empty());
}

#[tokio::test]
async fn with_a_reason_it_is_attached_and_the_reason_is_shown_beside_it() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let other = ground.push("shop/api", "0.9").await;
    let bad = trivy(&other, 0, ground.now(), &[]);
    let why = "the same layers, built again for the label";
    ines.attach_files(&image, &[("trivy.json", &bad)], Some(why))
        .await
        .unwrap();
    let review = ines.review(&image).await;
    let shown = named(&review, "trivy.json");
    assert!(shown.counts);
    assert!(
        shown.warnings.iter().any(|warning| warning.contains(why)),
        "{shown:?}"
    );
}

#[tokio::test]
async fn what_others_attached_about_another_image_is_shown_and_counts_for_nothing() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let other = ground.push("shop/api", "0.9").await;
    let scan = trivy(&other, 0, ground.now(), &[]);
    ground
        .hang(&image, &image.manifest.descriptor(), "trivy.json", &scan)
        .await;
    let review = ines.review(&image).await;
    let shown = named(&review, "trivy.json");
    assert!(!shown.counts);
    assert_eq!(shown.why_not.as_deref(), Some("it is about another image"));
    assert_eq!(shown.covers, "another image");
    assert_eq!(review.verdict, Verdict::Fail);
    assert!(review.vulnerabilities.is_none());
}

#[tokio::test]
async fn the_platform_that_lacks_a_scan_is_named() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    ines.policy("approvals = 0\nevidence = [\"vulnerabilities\"]");
    let scan = trivy(&image, 0, ground.now(), &[]);
    ines.attach(&image, "trivy-amd64.json", &scan)
        .await
        .unwrap();
    let review = ines.review(&image).await;
    assert_eq!(named(&review, "trivy-amd64.json").covers, AMD64);
    assert_eq!(review.verdict, Verdict::Fail);
    let failing = &review.checks[0].reason;
    assert!(
        failing.contains(ARM64) && !failing.contains(AMD64),
        "{failing}"
    );

    let scan = trivy(&image, 1, ground.now(), &[]);
    ines.attach(&image, "trivy-arm64.json", &scan)
        .await
        .unwrap();
    assert_eq!(ines.review(&image).await.verdict, Verdict::Pass);
}

#[tokio::test]
async fn the_newest_report_counts_and_the_older_is_superseded() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.tick();
    let mended = junit(ground.now(), &["adds", "subtracts", "divides"], &[]);
    ines.attach(&image, "junit-2.xml", &mended).await.unwrap();
    let review = ines.review(&image).await;
    assert!(named(&review, "junit-2.xml").counts);
    let old = named(&review, "junit.xml");
    assert!(!old.counts);
    assert!(
        old.why_not.as_ref().unwrap().contains("a newer report"),
        "{old:?}"
    );
    assert_eq!(review.tests.unwrap().total, 3);
}

#[tokio::test]
async fn an_older_failing_report_does_not_come_back_by_being_attached_last() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let yesterday = ground.now() - SignedDuration::from_hours(24);
    ground.tick();
    let old = junit(yesterday, &["adds"], &["subtracts"]);
    ines.attach(&image, "old.xml", &old).await.unwrap();
    let review = ines.review(&image).await;
    assert_eq!(review.verdict, Verdict::Pass, "{:?}", review.checks);
    assert!(!named(&review, "old.xml").counts);
}

#[tokio::test]
async fn a_report_from_the_future_is_never_the_newest() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let tomorrow = ground.now() + SignedDuration::from_hours(24);
    let future = junit(tomorrow, &["adds"], &["subtracts"]);
    ines.attach(&image, "future.xml", &future).await.unwrap();
    let review = ines.review(&image).await;
    let shown = named(&review, "future.xml");
    assert!(!shown.counts);
    assert!(
        shown
            .warnings
            .iter()
            .any(|w| w.contains("dated in the future")),
        "{shown:?}"
    );
    assert_eq!(review.verdict, Verdict::Pass, "{:?}", review.checks);
}

#[tokio::test]
async fn an_attached_report_that_cannot_be_read_is_shown_and_counts_for_nothing() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let subject = image.manifest.descriptor();
    ground
        .hang(
            &image,
            &subject,
            "cut.xml",
            "<testsuites><testsuite name=\"unit\"",
        )
        .await;
    let review = ines.review(&image).await;
    let shown = named(&review, "cut.xml");
    assert!(!shown.counts);
    assert!(
        shown
            .why_not
            .as_ref()
            .unwrap()
            .starts_with("it cannot be read"),
        "{shown:?}"
    );
    assert_eq!(shown.summary, "unreadable");
    assert_eq!(
        review.verdict,
        Verdict::Pass,
        "the readable ones still count"
    );
}

#[tokio::test]
async fn a_report_that_cannot_be_read_is_not_attached() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    for (name, text, words) in [
        ("empty.xml", "", "empty.xml"),
        ("cut.json", "{\"SchemaVersion\": 2,", "line 1"),
        ("notes.txt", "all is well", "notes.txt"),
    ] {
        assert_refused(
            ines.attach(&image, name, text).await,
            Code::BadReport,
            words,
        );
    }
}

#[tokio::test]
async fn what_nobody_signed_is_said_to_be_unsigned() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let tests = junit(ground.now(), &["adds"], &[]);
    ground
        .hang(&image, &image.manifest.descriptor(), "junit.xml", &tests)
        .await;
    let review = ines.review(&image).await;
    let voucher = &named(&review, "junit.xml").voucher;
    assert_eq!(voucher.state, VoucherState::Unsigned);
    assert_eq!(voucher.words, "unsigned, attached by nobody known");
    assert!(
        named(&review, "junit.xml").counts,
        "this policy asks for no signature"
    );
}

#[tokio::test]
async fn a_stage_may_ask_for_the_signature_of_the_build_machine() {
    let ground = Ground::new().await;
    let ci = ground.person("ci@shop").await;
    let mara = ground.person("mara").await;
    let ines = ground.person("ines").await;
    let ines = ines
        .knowing(&[(&ci, Role::Ci), (&mara, Role::Requester)])
        .await;
    ines.policy(
        "approvals = 0\nsigned = [{ kind = \"tests\", by = \"role:ci\" }]\nevidence = [\"tests\"]",
    );
    let image = ground.push("shop/api", "1.0").await;
    let tests = junit(ground.now(), &["adds"], &[]);
    mara.attach(&image, "junit.xml", &tests).await.unwrap();
    let review = ines.review(&image).await;
    assert_eq!(review.verdict, Verdict::Fail);
    assert!(
        reason(&review, "tests-signed").contains("mara"),
        "{:?}",
        review.checks
    );
    ground.tick();
    ci.attach(&image, "junit.xml", &tests).await.unwrap();
    let review = ines.review(&image).await;
    let voucher = &named(&review, "junit.xml").voucher;
    assert_eq!(voucher.member.as_deref(), Some("ci@shop"), "{voucher:?}");
    assert_eq!(review.verdict, Verdict::Pass, "{:?}", review.checks);
}

#[tokio::test]
async fn a_platform_that_the_image_lacks_is_refused_and_counts_for_nothing() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let foreign = scan_of(&image.exact(), &Digest::sha256("riscv"), ground.now(), &[]).replace(
        "\"RepoDigests\"",
        "\"ImageConfig\":{\"os\":\"linux\",\"architecture\":\"riscv64\"},\"RepoDigests\"",
    );
    let refused = ines.attach(&image, "riscv.json", &foreign).await;
    assert_refused(
        refused,
        Code::EvidenceForAnother,
        "a platform that it does not have",
    );
    ground
        .hang(&image, &image.manifest.descriptor(), "riscv.json", &foreign)
        .await;
    let review = ines.review(&image).await;
    let shown = named(&review, "riscv.json");
    assert!(!shown.counts);
    assert_eq!(shown.covers, "no platform of this image");
}

#[tokio::test]
async fn a_bill_of_materials_is_attached_signed_and_counts() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy(
        "approvals = 1\nevidence = [\"sbom\"]\nsigned = [{ kind = \"sbom\", by = \"member\" }]",
    );
    let image = ground.push("shop/api", "1.0").await;
    let before = ines.review(&image).await;
    assert_eq!(before.verdict, Verdict::Fail);
    let bom = serde_json::json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {
            "type": "container", "name": image.tagged(),
            "purl": format!("pkg:oci/api@{}", image.digest()),
        }},
        "components": [{"type": "library", "name": "openssl", "version": "3.0.17"}],
    });
    let bom = bom.to_string();
    ines.attach(&image, "bom.json", &bom).await.unwrap();
    let review = ines.review(&image).await;
    let shown = named(&review, "bom.json");
    assert!(shown.counts, "{shown:?}");
    assert_eq!(shown.digest, Digest::sha256(&bom).to_string());
    assert_eq!(review.verdict, Verdict::Pass, "{:?}", review.checks);
}
