//! Waivers: who may, for what, until when; and that nothing is waived in silence.

use crate::ground::{Ground, Person, Pushed, assert_refused, junit, reason, trivy};
use hallmark_workflow::{
    Work,
    dto::{AskEndWaiver, CheckVerdict, Outcome, Review, Verdict, WaiverReach, WaiverState},
    error::Code,
};
use jiff::SignedDuration;

const PATCHED: &str = "no-fixable-high";

/// Attaches tests that pass, and scans with one fixable High finding.
async fn with_finding(person: &Person, image: &Pushed) {
    let at = person.surroundings().clock.now();
    let scan = |platform| trivy(image, platform, at, &[("CVE-2026-1", "HIGH", "1.3")]);
    let files = [
        ("junit.xml", junit(at, &["adds"], &[])),
        ("amd64.json", scan(0)),
        ("arm64.json", scan(1)),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    person.attach_files(image, &files, None).await.unwrap();
}

async fn solo(ground: &Ground) -> (Person, Pushed) {
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    with_finding(&ines, &image).await;
    ground.tick();
    (ines, image)
}

fn patched(review: &Review) -> CheckVerdict {
    let check = review.checks.iter().find(|check| check.rule == PATCHED);
    check.unwrap().verdict
}

fn end(image: &Pushed) -> AskEndWaiver {
    AskEndWaiver {
        image: image.exact(),
        finding: "CVE-2026-1".into(),
        package: "zlib1g".into(),
        message: "there is an exploit now".into(),
    }
}

#[tokio::test]
async fn a_waived_finding_is_counted_as_waived_and_no_longer_blocks() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    assert_eq!(ines.review(&image).await.verdict, Verdict::Fail);
    let waiver = ines.waive(&image, "2026-12-24").await.unwrap();
    assert_eq!(waiver.words, "waived by ines until 24 Dec 2026");
    let review = ines.review(&image).await;
    assert_eq!(
        (review.verdict, patched(&review)),
        (Verdict::Pass, CheckVerdict::Waived)
    );
    assert!(
        reason(&review, PATCHED).starts_with("1 waived by ines until 24 Dec 2026: CVE-2026-1"),
        "{}",
        reason(&review, PATCHED)
    );
    assert_eq!(review.waivers, [waiver]);
    assert!(ines.kinds().await.contains(&"waiver".to_owned()));
    ground.tick();
    ines.make_golden(&ground, &image).await;
}

#[tokio::test]
async fn a_waiver_that_ended_today_blocks_today() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    ines.waive(&image, "2026-11-25").await.unwrap();
    ground.clock.set("2026-11-24T23:59:59Z".parse().unwrap());
    assert_eq!(patched(&ines.review(&image).await), CheckVerdict::Waived);
    ines.approve(&image).await.unwrap();
    ground.clock.set("2026-11-25T00:00:00Z".parse().unwrap());
    let review = ines.review(&image).await;
    assert_eq!(patched(&review), CheckVerdict::Fail);
    assert!(review.waivers.is_empty() && review.standing.reopened.is_some());
    assert_refused(
        ines.approve(&image).await,
        Code::PolicyRefuses,
        "CVE-2026-1",
    );
    let refused = ines.promote(&image).await;
    assert_eq!(refused.outcome, Outcome::Refused);
    assert_eq!(ground.at("shop/api", "golden").await, None);
    let all = ines.desk.waivers().await.unwrap().waivers;
    assert_eq!(all[0].state, WaiverState::Ended);
}

#[tokio::test]
async fn a_waiver_for_another_digest_counts_for_nothing() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    ines.waive(&image, "2026-12-24").await.unwrap();
    let other = ground.push("shop/api", "1.1").await;
    with_finding(&ines, &other).await;
    let review = ines.review(&other).await;
    assert_eq!(patched(&review), CheckVerdict::Fail);
    assert!(review.waivers.is_empty());
}

#[tokio::test]
async fn a_repositorys_waiver_counts_for_its_later_images_on_any_machine_and_not_elsewhere() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = ground.push("shop/api", "1.0").await;
    with_finding(&team.ci, &image).await;
    ground.tick();
    let waiver = team.approver.waive_for(&image, "2026-12-24", true).await;
    assert_eq!(waiver.unwrap().reach, WaiverReach::Repository);
    let later = ground.push("shop/api", "1.1").await;
    let elsewhere = ground.push("shop/web", "1.1").await;
    with_finding(&team.ci, &later).await;
    with_finding(&team.ci, &elsewhere).await;
    // The owner's machine knows nothing but what the registry says.
    assert_eq!(
        patched(&team.owner.review(&later).await),
        CheckVerdict::Waived
    );
    assert_eq!(
        patched(&team.owner.review(&elsewhere).await),
        CheckVerdict::Fail
    );

    ground.tick();
    team.owner.desk.end_waiver(end(&later)).await.unwrap();
    for image in [&image, &later] {
        let review = team.approver.review(image).await;
        assert_eq!(patched(&review), CheckVerdict::Fail);
    }
}

#[tokio::test]
async fn only_who_may_approve_may_waive_and_nobody_what_they_asked_for() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = ground.push("shop/api", "1.0").await;
    with_finding(&team.ci, &image).await;
    ground.tick();
    for person in [&team.developer, &team.ci, &team.auditor] {
        let refused = person.waive(&image, "2026-12-24").await;
        assert_refused(refused, Code::NotAllowed, "is no approver");
    }
    team.approver.request(&image).await.unwrap();
    ground.tick();
    assert_refused(
        team.approver.waive(&image, "2026-12-24").await,
        Code::NotAllowed,
        "somebody else has to waive",
    );
    assert!(team.approver.review(&image).await.can.waive.is_some());
    team.owner.waive(&image, "2026-12-24").await.unwrap();
    assert_eq!(
        patched(&team.approver.review(&image).await),
        CheckVerdict::Waived
    );
}

#[tokio::test]
async fn a_waiver_of_somebody_who_may_not_waive_counts_for_nothing() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    ines.waive(&image, "2026-12-24").await.unwrap();
    let stranger = ground.person("otto").await;
    let review = stranger.review(&image).await;
    assert_eq!(patched(&review), CheckVerdict::Fail);
    assert!(
        review
            .distrusted
            .iter()
            .any(|words| words.contains("waiver")),
        "{:?}",
        review.distrusted
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    let written = ground.writes().len();
    for until in ["2026-11-23", "2026-11-01"] {
        let refused = ines.waive(&image, until).await;
        assert_refused(refused, Code::BadInput, "is not ahead");
    }
    let clean = ground.push("shop/api", "1.1").await;
    ines.evidence(&clean).await;
    let written = ground.writes().len().max(written);
    assert_refused(
        ines.waive(&clean, "2026-12-24").await,
        Code::NotFound,
        "has CVE-2026-1 in zlib1g",
    );
    assert_eq!(ground.writes().len(), written);
}

#[tokio::test]
async fn a_waiver_is_never_made_longer_but_ended_and_made_anew() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    ines.waive(&image, "2026-12-01").await.unwrap();
    ground.tick();
    assert_refused(
        ines.waive(&image, "2027-12-01").await,
        Code::Conflict,
        "is waived by ines until 1 Dec 2026 already",
    );
    let ended = ines.desk.end_waiver(end(&image)).await.unwrap();
    assert_eq!(ended.state, WaiverState::EndedEarly);
    assert_eq!(patched(&ines.review(&image).await), CheckVerdict::Fail);
    assert_refused(
        ines.desk.end_waiver(end(&image)).await,
        Code::NotFound,
        "in force",
    );
    ground.tick();
    ines.waive(&image, "2027-12-01").await.unwrap();
    let all = ines.desk.waivers().await.unwrap().waivers;
    let states: Vec<WaiverState> = all.iter().map(|one| one.state).collect();
    assert_eq!(states, [WaiverState::InForce, WaiverState::EndedEarly]);
}

#[tokio::test]
async fn a_waiver_is_said_to_end_soon_two_weeks_before() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    ines.waive(&image, "2026-12-08").await.unwrap();
    let state = async || ines.review(&image).await.waivers[0].clone();
    let far = state().await;
    assert_eq!((far.state, far.days_left), (WaiverState::InForce, 15));
    ground.pass(SignedDuration::from_hours(24));
    let near = state().await;
    assert_eq!((near.state, near.days_left), (WaiverState::EndsSoon, 14));
}

#[tokio::test]
async fn all_waivers_are_found_on_another_machine_and_in_a_rebuilt_history() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = ground.push("shop/api", "1.0").await;
    with_finding(&team.ci, &image).await;
    ground.tick();
    team.developer.request(&image).await.unwrap();
    ground.tick();
    team.approver.waive(&image, "2026-12-24").await.unwrap();
    let found = team.auditor.desk.waivers().await.unwrap();
    assert_eq!(found.waivers.len(), 1, "{found:?}");
    assert_eq!(found.problems, [""; 0]);
    let rebuilt = team.auditor.desk.history_rebuild(&Work::quiet()).await;
    let rebuilt = rebuilt.unwrap();
    assert!(
        team.auditor.kinds().await.contains(&"waiver".to_owned()),
        "{rebuilt:?}"
    );
}

#[tokio::test]
async fn vex_is_named_and_counts_where_a_member_signed_it() {
    let ground = Ground::new().await;
    let (ines, image) = solo(&ground).await;
    let document = format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://x/1","author":"team","timestamp":"2026-11-20T08:00:00Z","version":1,"statements":[{{"vulnerability":{{"name":"CVE-2026-1"}},"products":[{{"@id":"pkg:oci/api@{}","subcomponents":[{{"@id":"zlib1g"}}]}}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}}]}}"#,
        image.digest()
    );
    let subject = image.manifest.descriptor();
    ground.hang(&image, &subject, "vex.json", &document).await;
    let review = ines.review(&image).await;
    assert_eq!(patched(&review), CheckVerdict::Fail, "nobody signed it");
    let [said] = review.vex.as_slice() else {
        panic!("{:?}", review.vex)
    };
    assert_eq!(said.words, "not affected, says vex.json, unsigned");
    assert!(!said.counts);

    ines.attach(&image, "signed.json", &document).await.unwrap();
    let review = ines.review(&image).await;
    assert_eq!(patched(&review), CheckVerdict::Pass, "{:?}", review.checks);
    assert!(
        review.vex.iter().any(|said| said.counts),
        "{:?}",
        review.vex
    );
}
