//! What becomes of an approval when something changes after it.

use crate::ground::{Ground, junit, reason, trivy};
use hallmark_workflow::dto::{CandidateState, Outcome, Verdict};

#[tokio::test]
async fn a_scan_with_a_fixable_finding_opens_the_review_again() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.tick();
    ines.approve(&image).await.unwrap();
    assert_eq!(
        ines.review(&image).await.standing.state,
        CandidateState::Approved
    );

    ground.tick();
    let worse = trivy(
        &image,
        0,
        ground.now(),
        &[("CVE-2026-1", "CRITICAL", "1.3")],
    );
    ines.attach(&image, "trivy-amd64.json", &worse)
        .await
        .unwrap();
    let review = ines.review(&image).await;
    assert_eq!(review.verdict, Verdict::Fail);
    assert_eq!(review.standing.state, CandidateState::Waiting);
    assert_eq!(
        review.standing.reopened.as_deref(),
        Some("the policy no longer passes")
    );
    let approval = &review.decisions[0];
    assert!(!approval.stands);
    assert_eq!(
        approval.note.as_deref(),
        Some("reopened: the policy no longer passes")
    );
    let promotion = ines.promote(&image).await;
    assert_eq!(promotion.outcome, Outcome::Refused, "{}", promotion.message);
    assert_eq!(ground.at("shop/api", "golden").await, None);
}

#[tokio::test]
async fn evidence_that_only_warns_where_none_did_opens_it_too() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy("approvals = 1\nevidence = [\"tests\"]\n[stage.golden.tests]\nskipped = \"warn\"");
    let image = ground.push("shop/api", "1.0").await;
    let tests = junit(ground.now(), &["adds"], &[]);
    ines.attach(&image, "junit.xml", &tests).await.unwrap();
    ground.tick();
    ines.approve(&image).await.unwrap();
    ground.tick();
    let skipped = junit(ground.now(), &["adds", "subtracts"], &[]).replace(
        r#"name="subtracts" time="0.1"/>"#,
        r#"name="subtracts"><skipped/></testcase>"#,
    );
    ines.attach(&image, "junit.xml", &skipped).await.unwrap();
    let review = ines.review(&image).await;
    assert_eq!(review.verdict, Verdict::Warn, "{:?}", review.checks);
    let why = review.standing.reopened.unwrap();
    assert!(why.contains("worse than what was approved"), "{why}");
    let promotion = ines.promote(&image).await;
    assert_eq!(promotion.outcome, Outcome::Refused);
    assert!(
        promotion.message.contains("review is open again"),
        "{}",
        promotion.message
    );

    ines.approve(&image).await.unwrap();
    let approved = ines.review(&image).await;
    assert_eq!(
        approved.standing.state,
        CandidateState::Approved,
        "approved as it is now"
    );
}

#[tokio::test]
async fn a_newer_scan_that_agrees_leaves_the_approval_standing() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.tick();
    ines.approve(&image).await.unwrap();
    ground.tick();
    for (platform, name) in ["trivy-amd64.json", "trivy-arm64.json"].iter().enumerate() {
        let newer = trivy(&image, platform, ground.now(), &[]);
        ines.attach(&image, name, &newer).await.unwrap();
    }
    let review = ines.review(&image).await;
    let approval = &review.decisions[0];
    assert!(approval.stands);
    assert_eq!(
        approval.note.as_deref(),
        Some("approval stands, newer evidence agrees")
    );
    assert_eq!(ines.promote(&image).await.outcome, Outcome::Promoted);
}

#[tokio::test]
async fn time_alone_opens_a_review_when_the_scan_has_become_too_old() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    ground.pass(jiff::SignedDuration::from_hours(8 * 24));
    let review = ines.review(&image).await;
    assert_eq!(review.verdict, Verdict::Fail);
    assert!(review.standing.reopened.is_some());
    assert!(
        reason(&review, "scan-fresh").contains("days"),
        "{:?}",
        review.checks
    );
}

#[tokio::test]
async fn a_candidate_tag_that_moved_is_another_image_and_only_comments_carry_over() {
    let ground = Ground::new().await;
    let (ines, old) = ground.solo().await;
    ines.request(&old).await.unwrap();
    ground.tick();
    ines.comment(&old).await.unwrap();
    ground.tick();
    ines.approve(&old).await.unwrap();
    ground.tick();
    let new = ground.push_as("shop/api", "1.0", "1.0, built again").await;
    assert_ne!(old.digest(), new.digest());

    let moved = ines.review(&old).await.moved.expect("the tag moved");
    assert!(moved.contains(new.digest().short()), "{moved}");
    assert!(moved.contains(old.digest().short()), "{moved}");

    let review = ines.review_of(&new.tagged()).await;
    assert_eq!(review.digest, new.digest().to_string());
    assert!(review.evidence.is_empty() && review.decisions.is_empty());
    assert_eq!(
        (review.request.is_none(), review.standing.approvals),
        (true, 0)
    );
    let carried: Vec<_> = review
        .activity
        .iter()
        .map(|act| act.kind.as_str())
        .collect();
    assert_eq!(carried, ["comment"]);
    assert!(
        review.activity[0].text.contains(old.digest().short()),
        "{:?}",
        review.activity
    );
    let refused = ines.promote_to(&new, "golden").await.unwrap();
    assert_eq!(refused.outcome, Outcome::Refused);
}
