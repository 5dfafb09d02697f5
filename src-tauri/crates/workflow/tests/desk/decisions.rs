//! Who may decide, and what each word does.

use crate::ground::{Ground, assert_refused, decide, junit};
use hallmark_workflow::{
    Work,
    dto::{CandidateState, DecisionKind, Outcome},
    error::Code,
};

#[tokio::test]
async fn a_request_for_changes_blocks_until_its_author_takes_it_back() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.request_changes(&image).await.unwrap();
    ground.tick();
    team.owner.approve(&image).await.unwrap();
    let blocked = team.owner.review(&image).await.standing;
    assert_eq!(blocked.state, CandidateState::ChangesRequested);
    assert_eq!(blocked.blocked_by.as_deref(), Some("ines"));
    let queue = team.owner.desk.queue().await.unwrap();
    assert!(queue.waiting.is_empty(), "{queue:?}");
    assert_eq!(queue.recent[0].state, CandidateState::ChangesRequested);
    let refused = team.owner.promote(&image).await;
    assert_eq!(refused.outcome, Outcome::Refused);
    assert!(
        refused.message.contains("ines asked for changes"),
        "{}",
        refused.message
    );
    ground.tick();
    team.owner.withdraw(&image).await.unwrap();
    ground.tick();
    assert_refused(
        team.owner.withdraw(&image).await,
        Code::NotFound,
        "nothing of yours",
    );
    ground.tick();
    team.owner.approve(&image).await.unwrap();

    ground.tick();
    team.approver.withdraw(&image).await.unwrap();
    let queue = team.owner.desk.queue().await.unwrap();
    assert_eq!(
        queue.waiting[0].state,
        CandidateState::Approved,
        "the owner's approval stands"
    );
    assert_eq!(team.owner.promote(&image).await.outcome, Outcome::Promoted);
}

#[tokio::test]
async fn whoever_asked_for_changes_takes_that_back_by_approving() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.request_changes(&image).await.unwrap();
    ground.tick();
    assert!(team.approver.review(&image).await.can.approval_promotes);
    let decided = team
        .approver
        .desk
        .approve(decide(&image.exact(), true), &Work::quiet())
        .await
        .unwrap();
    assert_eq!(decided.promotion.unwrap().outcome, Outcome::Promoted);
}

#[tokio::test]
async fn a_request_can_be_taken_back_once_and_made_again() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    let again = team.developer.request(&image).await.unwrap();
    let first = team.developer.review(&image).await.request.unwrap();
    assert_eq!(
        again.statement, first.statement,
        "what waits is not asked for twice"
    );

    team.developer.withdraw(&image).await.unwrap();
    ground.tick();
    let review = team.approver.review(&image).await;
    assert_eq!(review.standing.state, CandidateState::Withdrawn);
    assert_refused(
        team.approver.approve(&image).await,
        Code::NotApproved,
        "took the request back",
    );
    assert_refused(
        team.developer.withdraw(&image).await,
        Code::NotFound,
        "nothing of yours",
    );
    let queue = team.approver.desk.queue().await.unwrap();
    assert!(
        queue.waiting.is_empty() && queue.problems.is_empty(),
        "{queue:?}"
    );

    team.developer.request(&image).await.unwrap();
    ground.tick();
    let queue = team.approver.desk.queue().await.unwrap();
    assert_eq!(queue.waiting.len(), 1);
    team.approver.approve(&image).await.unwrap();
}

#[tokio::test]
async fn a_comment_changes_nothing_but_what_is_read() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.auditor.comment(&image).await.unwrap();
    let review = team.approver.review(&image).await;
    assert_eq!(review.standing.state, CandidateState::Waiting);
    assert_eq!(review.decisions[0].decision, DecisionKind::Comment);
    assert_eq!(review.decisions[0].by.name, "tom");
}

#[tokio::test]
async fn solo_one_person_may_ask_and_approve_and_it_is_said() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.request(&image).await.unwrap();
    ines.approve(&image).await.unwrap();
    assert!(ines.review(&image).await.decisions[0].self_approval);
}

#[tokio::test]
async fn in_a_team_nobody_approves_what_they_asked_for() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = ground.push("shop/api", "1.0").await;
    team.ci.evidence(&image).await;
    team.approver.request(&image).await.unwrap();
    let can = team.approver.review(&image).await.can;
    assert!(can.approve.unwrap().contains("somebody else"));
    assert_refused(
        team.approver.approve(&image).await,
        Code::NotAllowed,
        "somebody else",
    );
    team.owner.approve(&image).await.unwrap();
}

#[tokio::test]
async fn only_an_approver_decides_and_only_a_member_speaks() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    for person in [&team.developer, &team.ci, &team.auditor] {
        assert_refused(person.approve(&image).await, Code::NotAllowed, "");
        assert_refused(
            person.request_changes(&image).await,
            Code::NotAllowed,
            "is no approver",
        );
        let refused = person.promote(&image).await;
        assert_eq!(refused.outcome, Outcome::Refused, "{}", refused.message);
    }
    assert_refused(
        team.auditor.request(&image).await,
        Code::NotAllowed,
        "may not ask",
    );

    let mut stranger = ground.person("eve").await;
    let joined = stranger
        .join(&ground.repository("shop/hallmark"))
        .await
        .unwrap();
    assert!(
        joined
            .warnings
            .iter()
            .any(|w| w.contains("not among the members")),
        "{joined:?}"
    );
    stranger.name = "ines";
    for refused in [
        stranger.approve(&image).await,
        stranger.comment(&image).await,
    ] {
        assert_refused(refused, Code::NotAllowed, "belongs to no member");
    }
    assert_refused(
        stranger.request(&image).await,
        Code::NotAllowed,
        "may not ask",
    );
    assert_eq!(ground.at("shop/api", "golden").await, None);
    assert!(team.owner.review(&image).await.decisions.is_empty());
}

#[tokio::test]
async fn a_refused_approval_is_recorded_and_one_that_stands_is_not_given_twice() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    assert_refused(
        ines.approve(&image).await,
        Code::PolicyRefuses,
        "the policy of golden says no",
    );
    assert_eq!(ines.kinds().await, ["refusal"]);
    ines.evidence(&image).await;
    ines.approve(&image).await.unwrap();
    assert_refused(
        ines.approve(&image).await,
        Code::Conflict,
        "you approved this already",
    );
}

#[tokio::test]
async fn what_changed_while_a_person_looked_stops_their_approval() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let before = ines.review(&image).await;
    let seen = before
        .evidence
        .iter()
        .map(|one| one.digest.clone())
        .collect();
    let mut ask = decide(&image.exact(), true);
    ask.seen = Some(seen);
    ground.tick();
    let more = junit(ground.now(), &["divides"], &[]);
    ines.attach(&image, "more.xml", &more).await.unwrap();
    let refused = ines.desk.approve(ask.clone(), &Work::quiet()).await;
    assert_refused(refused, Code::Conflict, "evidence changed");

    ask.seen = None;
    ask.seen_golden = Some(image.digest().to_string());
    let refused = ines.desk.approve(ask, &Work::quiet()).await;
    assert_refused(refused, Code::Conflict, "golden was moved");
    assert_eq!(ground.at("shop/api", "golden").await, None);
}

#[tokio::test]
async fn a_stage_that_asks_for_two_approvals_waits_for_the_second() {
    let ground = Ground::new().await;
    let olga = ground.person("olga").await;
    olga.policy("approvals = 2");
    olga.init(&ground.repository("shop/hallmark")).await;
    let ines = ground.person("ines").await;
    olga.add(&ines, hallmark_workflow::dto::Role::Approver)
        .await
        .unwrap();
    ines.join(&ground.repository("shop/hallmark"))
        .await
        .unwrap();
    let image = ground.push("shop/api", "1.0").await;
    ines.approve(&image).await.unwrap();
    let refused = olga.promote(&image).await;
    assert_eq!(refused.message, "1 of 2 approvals are there");
    olga.approve(&image).await.unwrap();
    let promotion = olga.promote(&image).await;
    assert_eq!(promotion.outcome, Outcome::Promoted);
    let verified = ines
        .desk
        .verify(&image.exact(), "golden", None)
        .await
        .unwrap();
    assert_eq!(verified.approved_by.len(), 2, "{verified:?}");
}

#[tokio::test]
async fn where_no_approval_is_needed_approving_and_moving_moves_all_the_same() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ines.policy("approvals = 0");
    assert!(ines.review(&image).await.can.approval_promotes);
    let ask = decide(&image.exact(), true);
    let decided = ines.desk.approve(ask, &Work::quiet()).await.unwrap();
    let promotion = decided.promotion.expect("it was asked for");
    assert_eq!(
        promotion.outcome,
        Outcome::Promoted,
        "{}",
        promotion.message
    );
    assert_eq!(
        ground.at("shop/api", "golden").await.as_ref(),
        Some(image.digest())
    );
}
