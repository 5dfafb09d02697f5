//! Promotions: what stops them, what they move, and what they cost.

use crate::ground::{Ground, ask_promote, assert_refused};
use hallmark_practice::{
    Config,
    faults::{Effect, Fault, Hold},
    habits::Habits,
};
use hallmark_workflow::{Work, dto::Outcome, error::Code};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

#[tokio::test]
async fn what_nobody_approved_is_refused_and_the_refusal_recorded() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.registry.forget_requests();
    let refused = ines.promote(&image).await;
    assert_eq!(refused.outcome, Outcome::Refused);
    assert_eq!(refused.message, "0 of 1 approvals are there");
    assert_eq!(ground.writes(), []);
    assert_eq!(ines.kinds().await.last().unwrap(), "refusal");
}

#[tokio::test]
async fn what_is_promoted_already_is_left_alone() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let first = ines.make_golden(&ground, &image).await;
    assert_eq!(first.previous, None);
    assert_eq!(first.pins.len(), 1);
    ground.registry.forget_requests();
    let again = ines.promote(&image).await;
    assert_eq!(again.outcome, Outcome::Already);
    assert_eq!(ground.writes(), []);
}

#[tokio::test]
async fn a_tag_that_was_moved_since_the_approval_is_a_conflict() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    ines.make_golden(&ground, &first).await;
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ines.approve(&second).await.unwrap();
    let third = ground.push("shop/api", "3.0").await;
    ground.place(&third, "golden").await;
    ground.registry.forget_requests();
    let conflict = ines.promote(&second).await;
    assert_eq!(conflict.outcome, Outcome::Conflict);
    for digest in [first.digest(), third.digest()] {
        assert!(
            conflict.message.contains(digest.short()),
            "{}",
            conflict.message
        );
    }
    assert_eq!(ground.writes(), []);
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(third.digest())
    );

    ground.tick();
    ines.desk
        .comment(crate::ground::decide(&second.exact(), false))
        .await
        .unwrap();
    ground.tick();
    ines.withdraw(&second).await.unwrap();
    ground.tick();
    ines.approve(&second).await.unwrap();
    assert_eq!(
        ines.promote(&second).await.outcome,
        Outcome::Promoted,
        "approved as it is now"
    );
}

/// Moves golden to a third image at the moment in which the promotion's `nth` look at it waits.
async fn moved_at_look(
    nth: usize,
) -> (
    Ground,
    crate::ground::Person,
    hallmark_workflow::dto::Promotion,
    String,
) {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    let third = ground.push("shop/api", "3.0").await;
    let hold = Hold::new();
    let look = Fault::on("HEAD", "/manifests/golden", Effect::Hold(hold.clone()));
    ground.registry.inject(look.skip(nth).once());
    let meddle = async {
        hold.arrived().await;
        ground.place(&third, "golden").await;
        hold.release();
    };
    let (promotion, ()) = tokio::join!(ines.promote(&image), meddle);
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(third.digest())
    );
    let third = third.digest().short().to_owned();
    (ground, ines, promotion, third)
}

#[tokio::test]
async fn a_tag_that_moves_before_it_is_put_is_left_where_it_went() {
    let (ground, ines, promotion, third) = moved_at_look(1).await;
    assert_eq!(promotion.outcome, Outcome::Conflict);
    assert!(promotion.message.contains(&third), "{}", promotion.message);
    let pins = ground
        .client
        .all_tags(&ground.repository("shop/api"))
        .await
        .unwrap();
    assert!(
        !pins.iter().any(|tag| tag.as_str().starts_with("golden-")),
        "{pins:?}"
    );
    assert_eq!(ines.kinds().await.last().unwrap(), "conflict");
    assert!(
        ines.desk.settle(&Work::quiet()).await.unwrap().is_empty(),
        "nothing is left open"
    );
}

#[tokio::test]
async fn a_tag_that_moves_right_after_it_was_put_is_noticed_and_not_recorded_as_promoted() {
    let (_ground, ines, promotion, third) = moved_at_look(2).await;
    assert_eq!(promotion.outcome, Outcome::Conflict);
    assert!(promotion.message.contains(&third), "{}", promotion.message);
    let kinds = ines.kinds().await;
    assert_eq!(kinds.last().unwrap(), "conflict");
    assert!(!kinds.contains(&"promotion".to_owned()));
}

#[tokio::test]
async fn every_tag_of_the_stage_moves_and_the_version_is_filled_in() {
    let ground = Ground::new().await;
    let ines = ground
        .person("ines")
        .await
        .with_tags(&["golden", "{version}-golden", "prod"])
        .await;
    let image = ground.push_as("shop/api", "rc7", "2.8.1").await;
    ines.evidence(&image).await;
    let promotion = ines.make_golden(&ground, &image).await;
    assert_eq!(promotion.tags, ["golden", "prod", "2.8.1-golden"]);
    for tag in promotion.tags {
        assert_eq!(
            ground.at("shop/api", &tag).await.as_ref(),
            Some(image.digest()),
            "{tag}"
        );
    }
    let verified = ines
        .desk
        .verify(&image.exact(), "golden", None)
        .await
        .unwrap();
    assert!(verified.golden, "{verified:?}");
}

#[tokio::test]
async fn pins_are_made_once_for_each_digest() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    let one = ines.make_golden(&ground, &first).await.pins;
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    let two = ines.make_golden(&ground, &second).await.pins;
    assert_eq!(two[0], one[0], "the old image keeps the pin it had");
    let back = ines.roll_back(&first, None).await.unwrap();
    assert_eq!(back.pins, [two[1].clone(), two[0].clone()]);
    let tags = ground
        .client
        .all_tags(&ground.repository("shop/api"))
        .await
        .unwrap();
    let pins = tags
        .iter()
        .filter(|tag| tag.as_str().starts_with("golden-"));
    assert_eq!(pins.count(), 2);
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    let kinds = ines.kinds().await;
    ground.registry.forget_requests();
    let mut ask = ask_promote(&image.exact(), "golden");
    ask.dry_run = true;
    let dry = ines.desk.promote(ask, &Work::quiet()).await.unwrap();
    assert_eq!((dry.outcome, dry.dry_run), (Outcome::Promoted, true));
    assert_eq!(ground.writes(), []);
    assert_eq!(ines.kinds().await, kinds);
    let real = ines.promote(&image).await;
    assert_eq!(
        (dry.tags, dry.moves, dry.pins),
        (real.tags, real.moves, real.pins)
    );
}

#[tokio::test]
async fn an_earlier_stage_is_asked_for_where_the_policy_says_so() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ines.policy_text("version = 1\n[stage.qa]\napprovals = 0\n[stage.golden]\napprovals = 0\nrequires = [\"qa\"]\n");
    let image = ground.push("shop/api", "1.0").await;
    let refused = ines.promote(&image).await;
    assert_eq!(refused.outcome, Outcome::Refused);
    assert!(
        refused.message.contains("never promoted to qa"),
        "{}",
        refused.message
    );
    let qa = ines.promote_to(&image, "qa").await.unwrap();
    assert_eq!(qa.outcome, Outcome::Promoted, "{}", qa.message);
    assert_eq!(ines.promote(&image).await.outcome, Outcome::Promoted);
    assert!(
        ines.promote_to(&image, "prod")
            .await
            .unwrap_err()
            .message
            .contains("no stage “prod”")
    );
}

#[tokio::test]
async fn stopping_it_before_the_put_leaves_nothing_behind() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    let kinds = ines.kinds().await;
    ground.registry.forget_requests();
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let at_the_tags = move |progress: hallmark_workflow::dto::Progress| {
        flag.store(progress.step == "Looking at the tags", Ordering::Relaxed);
    };
    let work = Work::new(Arc::new(at_the_tags), stop);
    let stopped = ines
        .desk
        .promote(ask_promote(&image.exact(), "golden"), &work)
        .await;
    assert_refused(stopped, Code::Cancelled, "before anything was changed");
    assert_eq!(ground.writes(), []);
    assert_eq!(ines.kinds().await, kinds);
    assert_eq!(ines.desk.status().await.unwrap().open_intents, 0);
    assert_eq!(
        ines.promote(&image).await.outcome,
        Outcome::Promoted,
        "it may be done again"
    );
}

#[tokio::test]
async fn a_registry_that_is_away_elsewhere_does_not_keep_this_one_from_being_worked_in() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    let other = ground.push("other/api", "1.0").await;
    ines.evidence(&other).await;
    ines.approve(&other).await.unwrap();
    ground
        .registry
        .inject(Fault::on("PUT", "other/api/manifests/golden", Effect::status(500)).skip(1));
    assert!(
        ines.promote_to(&other, "golden").await.is_err(),
        "its tag may have moved: it stays open"
    );
    assert_eq!(ines.desk.status().await.unwrap().open_intents, 1);
    ground.registry.inject(Fault::on(
        "HEAD",
        "other/api/manifests/golden",
        Effect::status(403),
    ));
    assert_eq!(ines.promote(&image).await.outcome, Outcome::Promoted);
}

#[tokio::test]
async fn it_costs_these_requests_and_no_others() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    ines.make_golden(&ground, &first).await;
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ground.tick();
    ines.approve(&second).await.unwrap();
    ines.review(&second).await;
    ground.tick();
    ground.registry.forget_requests();
    let promotion = ines.promote(&second).await;
    assert_eq!(
        promotion.outcome,
        Outcome::Promoted,
        "{}",
        promotion.message
    );
    let seen = ground.registry.requests();
    assert_eq!(
        promotion.requests,
        seen.len() as u64,
        "every request is counted"
    );
    let count = |method: &str, part: &str| {
        let matching = seen
            .iter()
            .filter(|s| s.method == method && s.path.contains(part));
        matching.count()
    };
    // What hangs on the image and on each of its two platforms is listed before and after.
    assert_eq!(count("GET", "/referrers/"), 6);
    // Golden is looked at with the evidence, right before the put, and right after it.
    assert_eq!(
        count("HEAD", "/manifests/golden"),
        3 + 1,
        "and the pin of the old image"
    );
    assert_eq!(count("GET", "/tags/list"), 1, "to find the pins");
    // The pin of the new image and golden itself; the summary and the promotion.
    assert_eq!(count("PUT", "/manifests/golden"), 2);
    assert_eq!(count("PUT", "/manifests/sha256:"), 2);
    // Two bundles and the empty configuration: asked for, and the two that are new uploaded.
    assert_eq!(count("HEAD", "/blobs/"), 3);
    assert_eq!(
        (
            count("POST", "/blobs/uploads"),
            count("PUT", "/blobs/uploads")
        ),
        (2, 2)
    );
    // Manifests and reports were read for the review and are kept by their digests.
    assert_eq!(count("GET", "/manifests/") + count("GET", "/blobs/"), 0);
    // And cosign's two tags, of the image and of each platform.
    assert_eq!(count("HEAD", "/manifests/sha256-"), 2 * 3);
    assert_eq!(seen.len(), 6 + 6 + 4 + 1 + 2 + 2 + 3 + 4, "{seen:#?}");
}

#[tokio::test]
async fn the_old_image_stays_on_a_registry_that_forgets_what_has_no_tag() {
    let ground = Ground::with(Config {
        habits: Habits {
            keeps_untagged: false,
            ..Habits::default()
        },
        ..Config::default()
    })
    .await;
    let (ines, first) = ground.solo().await;
    ines.make_golden(&ground, &first).await;
    // What the tag of the candidate held is let go; only the pin is left.
    let second = ground.push_as("shop/api", "1.0", "2.0").await;
    ines.evidence(&second).await;
    ines.make_golden(&ground, &second).await;
    let found = ground
        .client
        .resolve(&first.repository.at(first.digest().clone()))
        .await;
    assert_eq!(found.unwrap().digest, *first.digest());
    let back = ines.roll_back(&second, None).await.unwrap();
    assert_eq!(back.outcome, Outcome::Promoted, "{}", back.message);
}

#[tokio::test]
async fn an_answer_that_is_wrong_once_is_not_taken_for_somebody_who_moved_the_tag() {
    for wrong in [
        Effect::status(404),
        Effect::DigestLie(hallmark_image::Digest::sha256("another image")),
    ] {
        let ground = Ground::new().await;
        let (ines, image) = ground.solo().await;
        ines.approve(&image).await.unwrap();
        let look = Fault::on("HEAD", "/manifests/golden", wrong);
        ground.registry.inject(look.skip(2).once());
        let promotion = ines.promote(&image).await;
        assert_eq!(
            promotion.outcome,
            Outcome::Promoted,
            "{}",
            promotion.message
        );
    }
}
