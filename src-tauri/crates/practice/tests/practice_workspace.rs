//! The practice workspace as somebody who practises finds it.
#![cfg(feature = "workspace")]
#![allow(clippy::unwrap_used)]

use hallmark_credentials::Memory;
use hallmark_practice::workspace::Practice;
use hallmark_workflow::{
    Patience, Surroundings, SystemClock, Work,
    dto::{AskPromote, AskReview, CandidateState, Decide, Outcome, Review, Verdict},
    error::Code,
};
use std::{path::Path, sync::Arc};

fn around() -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        env: Arc::new(|name| (name == "USER").then(|| "ana".to_owned())),
        keyring: Arc::new(Memory::new()),
        patience: Patience::default(),
    }
}

async fn open(home: &Path, around: &Surroundings) -> Practice {
    Practice::open(home, around.clone())
        .await
        .unwrap_or_else(|error| panic!("{error}: {:?}", error.hint))
}

async fn review(practice: &Practice, part: &str) -> Review {
    let queue = practice.desk.queue().await.unwrap();
    let found = queue
        .waiting
        .iter()
        .find(|one| one.repository.contains(part));
    let found = found.unwrap_or_else(|| panic!("{part} does not wait: {queue:?}"));
    practice
        .desk
        .review(AskReview {
            image: found.image.clone(),
            stage: Some(found.stage.clone()),
        })
        .await
        .unwrap()
}

fn approve(review: &Review) -> Decide {
    Decide {
        image: review.image.clone(),
        stage: review.stage.clone(),
        message: "refund suite is green on both platforms".into(),
        seen: Some(
            review
                .evidence
                .iter()
                .map(|one| one.digest.clone())
                .collect(),
        ),
        seen_golden: review.golden.as_ref().map(|golden| golden.digest.clone()),
        promote: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bad_candidates_cannot_go_golden_and_each_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("practice");
    let practice = open(&home, &around()).await;
    let queue = practice.desk.queue().await.unwrap();
    assert_eq!(queue.waiting.len(), 4, "{queue:?}");
    assert!(queue.problems.is_empty(), "{:?}", queue.problems);
    assert!(queue.waiting.iter().all(|one| one.checks.is_some()));

    for (bad, rule) in [
        ("worker", "tests-pass"),
        ("storefront", "no-fixable"),
        ("base-debian", ""),
    ] {
        let shown = review(&practice, bad).await;
        assert_eq!(shown.verdict, Verdict::Fail, "{bad}: {:?}", shown.checks);
        assert!(
            shown.checks[0].rule.contains(rule),
            "{bad}: {:?}",
            shown.checks
        );
        assert!(shown.can.approve.is_some());
        let refused = practice
            .desk
            .approve(approve(&shown), &Work::quiet())
            .await
            .unwrap_err();
        assert_eq!(refused.code, Code::PolicyRefuses, "{refused}");
        let ask = AskPromote {
            image: shown.image.clone(),
            stage: shown.stage.clone(),
            dry_run: false,
        };
        let promotion = practice.desk.promote(ask, &Work::quiet()).await.unwrap();
        assert_eq!(promotion.outcome, Outcome::Refused);
    }
    practice.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_candidate_goes_golden_and_that_can_be_verified() {
    let folder = tempfile::tempdir().unwrap();
    let practice = open(&folder.path().join("practice"), &around()).await;
    let good = review(&practice, "payments/api").await;
    assert_eq!(good.verdict, Verdict::Pass, "{:?}", good.checks);
    assert_eq!(good.can.approve, None);
    assert!(good.distrusted.is_empty(), "{:?}", good.distrusted);
    let before = good
        .golden
        .as_ref()
        .expect("one image is golden since last month");
    assert!(before.by.is_some(), "its promotion is there");
    assert!(
        good.difference.sentence.contains("Fixes 14 of 17 findings"),
        "{}",
        good.difference.sentence
    );
    let decided = practice
        .desk
        .approve(approve(&good), &Work::quiet())
        .await
        .unwrap();
    let promotion = decided.promotion.expect("one approval is enough");
    assert_eq!(
        promotion.outcome,
        Outcome::Promoted,
        "{}",
        promotion.message
    );
    assert_eq!(promotion.previous.as_ref(), Some(&before.digest));
    assert_eq!(promotion.pins.len(), 2);
    assert!(promotion.missing.is_empty());

    let after = practice
        .desk
        .review(AskReview {
            image: good.image.clone(),
            stage: None,
        })
        .await
        .unwrap();
    assert_eq!(after.standing.state, CandidateState::Promoted);
    let verified = practice
        .desk
        .verify(&good.image, "golden", None)
        .await
        .unwrap();
    assert!(verified.golden, "{}", verified.reason);
    let history = practice.desk.history_verify(&Work::quiet()).await.unwrap();
    assert!(history.ok, "{:?}", history.problems);
    practice.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_practised_is_still_there_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("practice");
    let around = around();
    let practice = open(&home, &around).await;
    let host = practice.host();
    let good = review(&practice, "payments/api").await;
    practice
        .desk
        .approve(approve(&good), &Work::quiet())
        .await
        .unwrap();
    practice.close().await;

    let practice = open(&home, &around).await;
    assert_eq!(
        practice.host(),
        host,
        "the port is part of every image's name"
    );
    let verified = practice
        .desk
        .verify(&good.image, "golden", None)
        .await
        .unwrap();
    assert!(verified.golden, "{}", verified.reason);
    assert_eq!(practice.desk.queue().await.unwrap().waiting.len(), 3);
    practice.remove(&home).await.unwrap();
    assert!(!home.exists());
}
