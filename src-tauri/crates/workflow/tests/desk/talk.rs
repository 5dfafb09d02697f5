//! Talk: threads on a finding, a test or the image; open points; and what carries over.

use crate::ground::{Ground, Person, Pushed, assert_refused};
use hallmark_workflow::{
    dto::{AskRequest, AskTalk, Decided, TalkAbout, TalkThread},
    error::{Code, Result},
};

fn ask(image: &Pushed, message: &str) -> AskTalk {
    AskTalk {
        image: image.exact(),
        stage: "golden".into(),
        message: message.into(),
        on: None,
        asks: false,
        answers: None,
        resolves: false,
    }
}

fn finding() -> TalkAbout {
    TalkAbout::Finding {
        id: "CVE-2026-1".into(),
        package: Some("zlib1g".into()),
    }
}

async fn raise(person: &Person, image: &Pushed) -> String {
    let ask = AskTalk {
        on: Some(finding()),
        asks: true,
        ..ask(image, "is this reached?")
    };
    person.desk.talk(ask).await.unwrap().statement
}

async fn answer(person: &Person, image: &Pushed, to: &str, resolves: bool) -> Result<Decided> {
    let ask = AskTalk {
        answers: Some(to.into()),
        resolves,
        ..ask(image, "no, see the ticket")
    };
    person.desk.talk(ask).await
}

async fn threads(person: &Person, image: &Pushed) -> Vec<TalkThread> {
    person.review(image).await.talk
}

#[tokio::test]
async fn a_point_stays_open_until_who_asked_for_the_review_resolves_it() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    let point = raise(&team.approver, &image).await;
    ground.tick();
    let seen = threads(&team.developer, &image).await;
    assert_eq!(seen[0].on, Some(finding()));
    assert!(seen[0].open && seen[0].can_resolve);
    assert!(!threads(&team.owner, &image).await[0].can_resolve);
    assert_refused(
        answer(&team.owner, &image, &point, true).await,
        Code::NotAllowed,
        "only who raised the point",
    );
    answer(&team.owner, &image, &point, false).await.unwrap();
    ground.tick();
    answer(&team.developer, &image, &point, true).await.unwrap();
    ground.tick();
    let [thread] = threads(&team.approver, &image).await.try_into().unwrap();
    assert!(!thread.open);
    let said: Vec<(&str, bool)> = thread
        .said
        .iter()
        .map(|one| (one.by.name.as_str(), one.resolves))
        .collect();
    assert_eq!(said, [("ines", false), ("olga", false), ("mara", true)]);
    assert_refused(
        answer(&team.developer, &image, &point, true).await,
        Code::Conflict,
        "not open",
    );
}

#[tokio::test]
async fn talk_carries_over_to_the_image_that_supersedes_and_to_no_other() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let first = team.asked(&ground, "1.0").await;
    let point = raise(&team.approver, &first).await;
    ground.tick();
    let second = ground.push("shop/api", "1.1").await;
    let other = ground.push("shop/api", "1.2").await;
    let request = AskRequest {
        image: second.tagged(),
        stage: "golden".into(),
        message: "zlib is newer".into(),
        run: None,
        ticket: None,
        supersedes: Some(first.exact()),
    };
    team.developer.desk.request(request).await.unwrap();
    ground.tick();
    // The auditor's machine has nothing but the registry.
    let [thread] = threads(&team.auditor, &second).await.try_into().unwrap();
    assert_eq!((thread.statement, thread.open), (point.clone(), true));
    assert_eq!(thread.from, Some(first.digest().to_string()));
    assert_eq!(threads(&team.auditor, &other).await, []);
    // Answered on the new image, it is resolved there.
    answer(&team.developer, &second, &point, true)
        .await
        .unwrap();
    assert!(!threads(&team.auditor, &second).await[0].open);
}

#[tokio::test]
async fn a_comment_on_a_test_says_so_wherever_it_is_shown() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    ground.tick();
    let on = TalkAbout::Test {
        suite: "unit".into(),
        name: "adds".into(),
    };
    let ask = AskTalk {
        on: Some(on.clone()),
        ..ask(&image, "is it slow?")
    };
    ines.desk.talk(ask).await.unwrap();
    let review = ines.review(&image).await;
    assert_eq!(review.talk[0].on, Some(on));
    assert!(!review.talk[0].open, "it asks for nothing");
    assert_eq!(
        review.activity[0].text,
        "on the test unit adds: “is it slow?”"
    );
}

#[tokio::test]
async fn an_answer_to_nothing_is_refused() {
    let ground = Ground::new().await;
    let (ines, image) = ground.solo().await;
    let nowhere = image.digest().to_string();
    let refused = answer(&ines, &image, &nowhere, false).await;
    assert_refused(refused, Code::NotFound, "nothing was said here");
}
