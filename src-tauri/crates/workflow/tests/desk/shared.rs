//! What a second machine finds: the queue, the history, and what is missing from it.

use crate::ground::{Ground, Person, Pushed, Team};
use hallmark_attest::predicate as p;
use hallmark_practice::{Access, Config, User};
use hallmark_workflow::{
    Work,
    dto::{CandidateState, LoginRequest, Outcome, Rebuilt},
    error::Code,
};

async fn rebuilt(person: &Person) -> Rebuilt {
    person.desk.history_rebuild(&Work::quiet()).await.unwrap()
}

/// A team whose image went golden; the auditor has not looked yet.
async fn promoted(ground: &Ground) -> (Team, Pushed) {
    let team = ground.team().await;
    let image = team.asked(ground, "1.0").await;
    team.approver.make_golden(ground, &image).await;
    (team, image)
}

/// Takes away what hangs on an image and has this predicate.
async fn take_away(ground: &Ground, image: &Pushed, predicate: &str) {
    let listed = ground
        .client
        .referrers(&image.repository, image.digest())
        .await
        .unwrap();
    let found = listed.descriptors.iter().find(|referrer| {
        referrer
            .annotations
            .get("dev.sigstore.bundle.predicateType")
            .is_some_and(|own| own == predicate)
    });
    let digest = &found.unwrap().digest;
    ground
        .client
        .delete_manifest(&image.repository, digest)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_request_is_a_tag_that_everybody_sees_and_that_follows_what_happens() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    let tag = format!("req-golden-{}", image.digest().short());
    assert!(ground.at("shop/hallmark", &tag).await.is_some());
    let queue = team.approver.desk.queue().await.unwrap();
    assert_eq!(queue.waiting[0].image, image.exact());
    assert_eq!(queue.waiting[0].requester.as_ref().unwrap().name, "mara");
    let mine = team.developer.desk.queue().await.unwrap();
    assert_eq!((mine.waiting.len(), mine.mine.len()), (0, 1));
    team.approver.make_golden(&ground, &image).await;
    let queue = team.auditor.desk.queue().await.unwrap();
    assert!(queue.waiting.is_empty(), "{queue:?}");
    assert_eq!(queue.recent[0].state, CandidateState::Promoted);
}

#[tokio::test]
async fn a_request_tag_that_is_no_request_or_not_an_approvers_is_named_and_hides_nothing() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    let strange = ground
        .push("shop/hallmark", "req-golden-000000000000")
        .await;
    let queue = team.approver.desk.queue().await.unwrap();
    assert_eq!(queue.waiting.len(), 1);
    assert_eq!(queue.waiting[0].image, image.exact());
    assert!(
        queue.problems[0].starts_with(strange.tag.as_str()),
        "{:?}",
        queue.problems
    );
    let told = rebuilt(&team.auditor).await.problems;
    assert!(
        told.iter()
            .any(|problem| problem.starts_with(strange.tag.as_str())),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_second_machine_rebuilds_the_whole_history_and_verifies_it() {
    let ground = Ground::new().await;
    let (team, _) = promoted(&ground).await;
    let found = rebuilt(&team.auditor).await;
    assert_eq!(found.problems, Vec::<String>::new());
    let kinds = team.auditor.kinds().await;
    for (kind, times) in [
        ("evidence", 3),
        ("request", 1),
        ("approve", 1),
        ("promotion", 1),
        ("workspace", 5),
    ] {
        assert_eq!(
            kinds.iter().filter(|own| *own == kind).count(),
            times,
            "{kind}: {kinds:?}"
        );
    }
    let verified = team
        .auditor
        .desk
        .history_verify(&Work::quiet())
        .await
        .unwrap();
    assert!(verified.ok, "{:?}", verified.problems);
    assert_eq!(rebuilt(&team.auditor).await.added, 0, "twice adds nothing");
}

#[tokio::test]
async fn a_statement_that_was_taken_away_is_named_by_those_who_name_it() {
    for (predicate, words) in [(p::DECISION, "by ines"), (p::REQUEST, "by mara")] {
        let ground = Ground::new().await;
        let (team, image) = promoted(&ground).await;
        take_away(&ground, &image, predicate).await;
        let told = rebuilt(&team.auditor).await.problems;
        let missing = told
            .iter()
            .find(|problem| problem.contains("is missing from the registry"));
        assert!(missing.is_some(), "{predicate}: {told:?}");
        let told = rebuilt(&team.approver).await.problems.join("; ");
        assert!(told.contains("is missing from the registry"), "{told}");
        let told = rebuilt(&team.developer).await.problems.join("; ") + &told;
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test]
async fn the_last_statement_of_an_author_is_missed_by_the_tag_it_moved() {
    let ground = Ground::new().await;
    let (team, image) = promoted(&ground).await;
    take_away(&ground, &image, p::PROMOTION).await;
    let told = rebuilt(&team.auditor).await.problems.join("; ");
    assert!(
        told.contains("no trusted statement placed it there"),
        "{told}"
    );
    assert!(told.contains("the request req-golden-"), "{told}");
}

#[tokio::test]
async fn a_golden_tag_that_was_moved_by_hand_is_named() {
    let ground = Ground::new().await;
    let (team, _) = promoted(&ground).await;
    let other = ground.push("shop/api", "2.0").await;
    ground.place(&other, "golden").await;
    let told = rebuilt(&team.auditor).await.problems;
    let moved = told
        .iter()
        .find(|problem| problem.contains("moved by hand"))
        .unwrap();
    assert!(moved.contains(other.digest().short()), "{moved}");
}

#[tokio::test]
async fn a_login_that_may_only_read_joins_rebuilds_and_verifies() {
    let users = || {
        vec![
            User::new("team", "s3cret"),
            User::new("audit", "l00k").read_only(),
        ]
    };
    for access in [Access::Basic(users()), Access::bearer(users())] {
        let ground = Ground::with(Config {
            access,
            ..Config::default()
        })
        .await;
        let ground = ground.logged_in("team", "s3cret");
        let olga = ground.person("olga").await;
        login(&ground, &olga, "team", "s3cret").await;
        olga.init(&ground.repository("shop/hallmark")).await;
        let image = ground.push("shop/api", "1.0").await;
        olga.evidence(&image).await;
        olga.make_golden(&ground, &image).await;

        let tom = ground.person("tom").await;
        login(&ground, &tom, "audit", "l00k").await;
        tom.join(ground.repository("shop/hallmark")).await.unwrap();
        let also = [image.repository.clone()];
        let found = tom
            .desk
            .history_rebuild_with(&also, &Work::quiet())
            .await
            .unwrap();
        assert_eq!(found.problems, Vec::<String>::new());
        assert!(tom.is_golden(&image).await);
        assert!(tom.desk.history_verify(&Work::quiet()).await.unwrap().ok);
        let refused = tom.comment(&image).await.unwrap_err();
        assert_eq!(refused.code, Code::NotAllowed, "{refused}");
        let scan = crate::ground::trivy(&image, 0, ground.now(), &[]);
        let refused = tom.attach(&image, "trivy.json", &scan).await.unwrap_err();
        assert_eq!(refused.code, Code::NoPushRight, "{refused}");
        assert_eq!(
            tom.kinds()
                .await
                .iter()
                .filter(|kind| *kind == "evidence")
                .count(),
            3
        );
    }
}

async fn login(ground: &Ground, person: &Person, name: &str, password: &str) {
    let ask = LoginRequest {
        host: ground.registry.host().to_string(),
        username: Some(name.into()),
        password: Some(password.into()),
        plain_http: true,
        ..LoginRequest::default()
    };
    person.desk.login(ask).await.unwrap();
}

#[tokio::test]
async fn after_a_logout_nothing_of_the_login_is_used_again() {
    let access = Access::bearer(vec![User::new("team", "s3cret")]);
    let ground = Ground::with(Config {
        access,
        ..Config::default()
    })
    .await;
    let ground = ground.logged_in("team", "s3cret");
    let image = ground.push("shop/api", "1.0").await;
    let olga = ground.person("olga").await;
    login(&ground, &olga, "team", "s3cret").await;
    olga.desk.inspect(&image.tagged()).await.unwrap();
    olga.desk
        .logout(&ground.registry.host().to_string())
        .await
        .unwrap();
    let refused = olga.desk.inspect(&image.tagged()).await.unwrap_err();
    assert_eq!(refused.code, Code::LoginNeeded, "{refused}");
}

#[tokio::test]
async fn in_a_team_the_promotion_tells_the_queue_and_a_rollback_both_requests() {
    let ground = Ground::new().await;
    let (team, first) = promoted(&ground).await;
    let second = team.asked(&ground, "2.0").await;
    team.approver.make_golden(&ground, &second).await;
    let back = team.approver.roll_back(&second, None).await.unwrap();
    assert_eq!(back.outcome, Outcome::Promoted, "{}", back.message);
    let queue = team.auditor.desk.queue().await.unwrap();
    let state = |image: &Pushed| {
        let found = queue.recent.iter().find(|one| one.image == image.exact());
        found.map(|one| one.state)
    };
    assert_eq!(state(&first), Some(CandidateState::Promoted));
    assert_eq!(state(&second), Some(CandidateState::RolledBack));
}
