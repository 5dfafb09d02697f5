//! Revocation: the mark is taken for good, what is built on the image is named, and no way leads
//! back round it.

use crate::ground::{Ground, Person, Pushed, assert_refused};
use hallmark_workflow::{
    Work,
    dto::{AskRevoke, AskStage, CandidateState, Outcome, RevokeOutcome},
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
async fn the_gate_says_no_with_the_reason_and_the_tag_stays() {
    let ground = Ground::new().await;
    let (ines, first, second) = two_promoted(&ground).await;
    let done = ines.revoke(&second).await.unwrap();
    assert_eq!(done.outcome, RevokeOutcome::Revoked);
    let still: Vec<&str> = done.tags.iter().map(|tag| tag.tag.as_str()).collect();
    assert_eq!(still, ["golden"]);
    let back = done.way_back[0].to.as_ref().unwrap();
    assert_eq!(back.digest, first.digest().to_string());
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(second.digest()),
        "no tag is moved"
    );
    let no = ines
        .desk
        .verify(&second.exact(), "golden", None)
        .await
        .unwrap();
    assert!(!no.golden);
    assert!(
        no.reason.contains("ines revoked") && no.reason.contains("the signing key leaked"),
        "{}",
        no.reason
    );
    assert!(ines.is_golden(&first).await);
    assert_eq!(ines.kinds().await.last().unwrap(), "revocation");
    assert!(ines.desk.history_verify(&Work::quiet()).await.unwrap().ok);
}

#[tokio::test]
async fn the_gate_of_a_machine_without_any_history_says_no_too() {
    let ground = Ground::new().await;
    let (ines, _, second) = two_promoted(&ground).await;
    ines.revoke(&second).await.unwrap();
    let stranger = ground.person("somebody").await;
    let keys = Some(vec![ines.key.clone()]);
    let no = stranger
        .desk
        .verify(&second.exact(), "golden", keys)
        .await
        .unwrap();
    assert!(!no.golden);
    assert!(no.reason.contains("revoked"), "{}", no.reason);
}

#[tokio::test]
async fn it_can_be_neither_asked_for_nor_approved_nor_promoted_again() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.approve(&image).await.unwrap();
    ground.tick();
    ines.revoke(&image).await.unwrap();
    ground.tick();
    assert_refused(ines.approve(&image).await, Code::Revoked, "ines revoked");
    assert_refused(ines.request(&image).await, Code::Revoked, "ines revoked");
    let promotion = ines.promote(&image).await;
    assert_eq!(promotion.outcome, Outcome::Refused, "{}", promotion.message);
    assert!(
        promotion.message.contains("revoked"),
        "{}",
        promotion.message
    );
    let review = ines.review(&image).await;
    assert_eq!(review.standing.state, CandidateState::Revoked);
    assert!(review.can.approve.is_some() && review.can.promote.is_some());
    assert_eq!(review.revoked.unwrap().message, "the signing key leaked");
    assert_eq!(ground.at("shop/api", "golden").await, None);
}

#[tokio::test]
async fn nothing_leads_back_to_it() {
    let ground = Ground::new().await;
    let (ines, first, second) = two_promoted(&ground).await;
    ines.revoke(&first).await.unwrap();
    let ask = AskStage {
        repository: first.repository.to_string(),
        stage: "golden".into(),
    };
    let targets = ines.desk.rollback_targets(ask).await.unwrap();
    let offered: Vec<&str> = targets
        .iter()
        .map(|target| target.digest.as_str())
        .collect();
    assert_eq!(offered, [second.digest().to_string()]);
    let refused = ines.roll_back(&second, Some(first.digest())).await;
    assert_refused(refused, Code::Revoked, "ines revoked");
    assert_refused(
        ines.roll_back(&second, None).await,
        Code::Revoked,
        "revoked",
    );
}

#[tokio::test]
async fn a_statement_that_is_taken_off_the_registry_is_remembered() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.revoke(&image).await.unwrap();
    let list = ground
        .client
        .referrers(&image.repository, image.digest())
        .await
        .unwrap();
    for referrer in list.descriptors {
        let gone = ground
            .client
            .delete_manifest(&image.repository, &referrer.digest);
        gone.await.unwrap();
    }
    ines.evidence(&image).await;
    assert_refused(ines.approve(&image).await, Code::Revoked, "revoked");
}

#[tokio::test]
async fn twice_is_once_and_a_dry_run_is_nothing() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.make_golden(&ground, &image).await;
    ground.registry.forget_requests();
    let ask = |dry_run| AskRevoke {
        image: image.exact(),
        message: "the signing key leaked".into(),
        dry_run,
    };
    let rehearsal = ines.desk.revoke(ask(true), &Work::quiet()).await.unwrap();
    assert!(rehearsal.dry_run && rehearsal.statement.is_none());
    assert_eq!(rehearsal.tags.len(), 1);
    assert_eq!(ground.writes(), []);
    let first = ines.desk.revoke(ask(false), &Work::quiet()).await.unwrap();
    let again = ines.desk.revoke(ask(false), &Work::quiet()).await.unwrap();
    assert_eq!(again.outcome, RevokeOutcome::Already);
    assert_eq!(again.statement, first.statement);
    let count = ines
        .kinds()
        .await
        .iter()
        .filter(|kind| *kind == "revocation")
        .count();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_revocation_needs_a_reason() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let ask = AskRevoke {
        image: image.exact(),
        message: "  ".into(),
        dry_run: false,
    };
    let refused = ines.desk.revoke(ask, &Work::quiet()).await;
    assert_refused(refused, Code::BadInput, "needs a reason");
}

#[tokio::test]
async fn what_is_built_on_it_is_named_with_how_that_was_found() {
    let ground = Ground::new().await;
    let (ines, base) = ground.solo().await;
    ines.make_golden(&ground, &base).await;
    let says_so = ground.push_on("shop/web", "1.0", &base, true).await;
    let silent = ground.push_on("shop/jobs", "1.0", &base, false).await;
    let other = ground.push("shop/other", "1.0").await;
    for image in [&says_so, &silent, &other] {
        ines.evidence(image).await;
        ines.make_golden(&ground, image).await;
    }
    let done = ines.revoke(&base).await.unwrap();
    let found: Vec<(String, &str)> = done
        .built_on
        .iter()
        .map(|one| (one.image.clone(), one.found.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (
                silent.exact(),
                "its first layers are all the layers of this image"
            ),
            (says_so.exact(), "it says so itself, by its base digest"),
        ]
    );
    assert_eq!(done.built_on[1].tags, ["golden"]);
    assert_eq!(done.built_on_total, 2);
}

#[tokio::test]
async fn in_a_team_an_approver_revokes_and_everybody_sees_it() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.make_golden(&ground, &image).await;
    for person in [&team.developer, &team.ci, &team.auditor] {
        assert_refused(
            person.revoke(&image).await,
            Code::NotAllowed,
            "is no approver",
        );
    }
    let done = team.approver.revoke(&image).await.unwrap();
    assert_eq!(done.problems, Vec::<String>::new());
    ground.tick();
    assert!(!team.ci.is_golden(&image).await);
    let queue = team.auditor.desk.queue().await.unwrap();
    let state = queue.recent.iter().find(|one| one.image == image.exact());
    assert_eq!(state.unwrap().state, CandidateState::Revoked);
    assert_refused(
        team.owner.approve(&image).await,
        Code::Revoked,
        "ines revoked",
    );
    let rebuilt = team
        .auditor
        .desk
        .history_rebuild(&Work::quiet())
        .await
        .unwrap();
    assert_eq!(rebuilt.problems, Vec::<String>::new());
    assert!(
        team.auditor
            .kinds()
            .await
            .contains(&"revocation".to_owned())
    );
}

#[tokio::test]
async fn the_word_of_somebody_who_may_not_decide_revokes_nothing() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.make_golden(&ground, &image).await;
    // She revokes while she may, and then may no longer: her word counts no more.
    team.owner
        .add(&team.ci, hallmark_workflow::dto::Role::Approver)
        .await
        .unwrap();
    team.ci.revoke(&image).await.unwrap();
    assert!(!team.auditor.is_golden(&image).await);
    team.owner
        .add(&team.ci, hallmark_workflow::dto::Role::Ci)
        .await
        .unwrap();
    assert!(team.auditor.is_golden(&image).await);
}
