//! Rollbacks: where one may go back to, and what becomes of the image that was taken down.

use crate::ground::{Ground, Person, Pushed, assert_refused};
use hallmark_workflow::{
    dto::{AskStage, CandidateState, Outcome},
    error::Code,
};

async fn two_promoted(ground: &Ground) -> (Person, Pushed, Pushed) {
    let (ines, first) = ground.solo().await;
    ines.make_golden(ground, &first).await;
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ines.make_golden(ground, &second).await;
    (ines, first, second)
}

#[tokio::test]
async fn it_puts_the_image_before_back_and_the_gate_refuses_the_other() {
    let ground = Ground::new().await;
    let (ines, first, second) = two_promoted(&ground).await;
    assert!(ines.is_golden(&second).await);
    let back = ines.roll_back(&second, None).await.unwrap();
    assert_eq!(back.outcome, Outcome::Promoted, "{}", back.message);
    assert_eq!(
        back.previous.as_deref(),
        Some(second.digest().to_string().as_str())
    );
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(first.digest())
    );

    let verified = ines
        .desk
        .verify(&second.exact(), "golden", None)
        .await
        .unwrap();
    assert!(!verified.golden);
    assert!(
        verified.reason.contains("ines rolled"),
        "{}",
        verified.reason
    );
    assert!(ines.is_golden(&first).await);
    let review = ines.review(&second).await;
    assert_eq!(review.standing.state, CandidateState::RolledBack);
    assert!(review.decisions.iter().all(|decision| !decision.stands));
    assert_eq!(
        ines.promote(&second).await.outcome,
        Outcome::Refused,
        "it has to be approved anew"
    );
    assert_eq!(
        ines.kinds()
            .await
            .iter()
            .filter(|kind| *kind == "rollback")
            .count(),
        1
    );
}

#[tokio::test]
async fn what_was_rolled_back_may_go_up_again_once_it_is_approved_again() {
    let ground = Ground::new().await;
    let (ines, _, second) = two_promoted(&ground).await;
    ines.roll_back(&second, None).await.unwrap();
    ines.make_golden(&ground, &second).await;
    assert!(ines.is_golden(&second).await);
}

#[tokio::test]
async fn an_image_that_was_never_promoted_there_cannot_be_put_back() {
    let ground = Ground::new().await;
    let (ines, first, second) = two_promoted(&ground).await;
    let never = ground.push("shop/api", "3.0").await;
    ground.registry.forget_requests();
    let refused = ines.roll_back(&never, Some(never.digest())).await;
    assert_refused(refused, Code::NotGolden, "was never promoted to golden");
    assert_eq!(ground.writes(), []);
    ines.roll_back(&second, None).await.unwrap();
    ground.tick();
    let refused = ines.roll_back(&first, Some(second.digest())).await;
    assert_refused(refused, Code::NotGolden, "or was rolled back itself");
}

#[tokio::test]
async fn with_nothing_before_it_there_is_nothing_to_go_back_to() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    assert_refused(
        ines.roll_back(&image, None).await,
        Code::NotFound,
        "names nothing",
    );
    ines.make_golden(&ground, &image).await;
    assert_refused(
        ines.roll_back(&image, None).await,
        Code::NotFound,
        "nothing is known",
    );
    let already = ines.roll_back(&image, Some(image.digest())).await.unwrap();
    assert_eq!(already.outcome, Outcome::Already);
}

#[tokio::test]
async fn only_images_that_may_come_back_are_offered() {
    let ground = Ground::new().await;
    let (ines, first, second) = two_promoted(&ground).await;
    let ask = || AskStage {
        repository: first.repository.to_string(),
        stage: "golden".into(),
    };
    let offered = |targets: Vec<hallmark_workflow::dto::RollbackTarget>| {
        targets
            .into_iter()
            .map(|target| target.digest)
            .collect::<Vec<_>>()
    };
    let targets = ines.desk.rollback_targets(ask()).await.unwrap();
    assert_eq!(targets[0].version.as_deref(), Some("2.0"));
    assert_eq!(
        offered(targets),
        [second.digest().to_string(), first.digest().to_string()]
    );
    ines.roll_back(&second, None).await.unwrap();
    let targets = ines.desk.rollback_targets(ask()).await.unwrap();
    assert_eq!(
        offered(targets),
        [first.digest().to_string()],
        "what was taken down is not offered"
    );
}

#[tokio::test]
async fn every_tag_of_the_stage_goes_back() {
    let ground = Ground::new().await;
    let ines = ground
        .person("ines")
        .await
        .with_tags(&["{version}-golden", "golden"])
        .await;
    let first = ground.push("shop/api", "1.0").await;
    ines.evidence(&first).await;
    ines.make_golden(&ground, &first).await;
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ines.make_golden(&ground, &second).await;
    let back = ines.roll_back(&second, None).await.unwrap();
    assert_eq!(back.outcome, Outcome::Promoted, "{}", back.message);
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(first.digest())
    );
    assert_eq!(
        ground.at("shop/api", "2.0-golden").await.as_ref(),
        Some(second.digest()),
        "a version's own tag stays"
    );
    assert!(!ines.is_golden(&second).await);
}
