//! Webhooks: what is told to whom, in which order, how often, and what a receiver can do to it.

use crate::{
    ground::{Ground, Person, Pushed},
    receiver::{Receiver, free_port},
};
use hallmark_workflow::{
    Desk, Work,
    dto::{AskNotices, AskWebhook, AskWebhookNamed, Webhook, WebhookForm},
    error::Code,
};
use jiff::SignedDuration;
use std::time::Duration;

const SECRET: &str = "canary-9xk+webhook";

fn ask(url: &str) -> AskWebhook {
    AskWebhook {
        name: "chat".into(),
        url: url.into(),
        form: WebhookForm::Json,
        events: Vec::new(),
        secret: Some(SECRET.into()),
        plain_http: false,
    }
}

async fn add(person: &Person, url: &str) {
    person.desk.add_webhook(ask(url)).await.unwrap();
}

async fn state(person: &Person) -> Webhook {
    person.desk.webhooks().await.unwrap().remove(0)
}

fn named() -> AskWebhookNamed {
    AskWebhookNamed {
        name: "chat".into(),
    }
}

async fn solo(ground: &Ground, url: &str) -> (Person, Pushed) {
    let (ines, image) = ground.solo().await;
    add(&ines, url).await;
    ground.tick();
    (ines, image)
}

#[tokio::test]
async fn what_a_receiver_missed_arrives_once_it_is_up_and_no_sooner_than_it_is_due() {
    let ground = Ground::new().await;
    let port = free_port();
    let (ines, image) = solo(&ground, &format!("http://127.0.0.1:{port}/hook")).await;
    ines.comment(&image).await.unwrap();
    ground.tick();
    ines.approve(&image).await.unwrap();
    ines.desk.deliver().await.unwrap();
    let down = state(&ines).await;
    assert_eq!((down.waiting, down.given_up), (2, 0));
    assert!(down.error.unwrap().contains("not reachable"));
    assert_eq!(
        down.next_try,
        Some(ground.now() + SignedDuration::from_secs(30))
    );
    let up = Receiver::on(port, |_| Some("200 OK"));
    ines.desk.deliver().await.unwrap();
    assert_eq!(up.kinds(), [""; 0], "its pause is not over");
    ground.tick();
    // The program was closed in between.
    let ines = ines.again().await;
    ines.desk.deliver().await.unwrap();
    assert_eq!(up.kinds(), ["comment", "approve"]);
    ines.desk.deliver().await.unwrap();
    assert_eq!(up.heard().len(), 2);
    let log = ines.desk.webhook_log(named()).await.unwrap();
    let tries: Vec<_> = log.iter().map(|one| (one.tries, one.next_try)).collect();
    assert_eq!(tries, [(1, None), (2, None)]);
    assert!(log.iter().all(|one| one.delivered_at.is_some()));
}

#[tokio::test]
async fn a_message_is_given_up_after_a_week_and_stays_in_the_log() {
    let ground = Ground::new().await;
    let url = format!("http://127.0.0.1:{}/hook", free_port());
    let (ines, image) = solo(&ground, &url).await;
    ines.comment(&image).await.unwrap();
    ines.desk.deliver().await.unwrap();
    ground.pass(SignedDuration::from_hours(7 * 24));
    ines.desk.deliver().await.unwrap();
    let lost = state(&ines).await;
    assert_eq!((lost.waiting, lost.given_up), (0, 1));
    assert!(lost.error.is_some());
    assert!(lost.messages[0].given_up);
}

#[tokio::test]
async fn a_try_that_is_cut_off_is_counted_and_not_begun_anew_at_once() {
    let ground = Ground::new().await;
    let silent = Receiver::on(free_port(), |_| None);
    let (ines, image) = solo(&ground, &silent.url()).await;
    ines.comment(&image).await.unwrap();
    let heard = async {
        while silent.heard().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        done = ines.desk.deliver() => panic!("{done:?}"),
        () = heard => {}
    }
    let cut = state(&ines).await;
    assert_eq!((cut.waiting, cut.messages[0].tries), (1, 1));
    assert!(cut.error.unwrap().contains("cut off"));
    ines.desk.deliver().await.unwrap();
    assert_eq!(silent.heard().len(), 1);
}

#[tokio::test]
async fn two_programs_that_deliver_at_once_tell_it_once() {
    let ground = Ground::new().await;
    let receiver = Receiver::new();
    let (ines, image) = solo(&ground, &receiver.url()).await;
    for _ in 0..5 {
        ground.tick();
        ines.comment(&image).await.unwrap();
    }
    let beside = Desk::open(ines.home(), ines.surroundings()).await.unwrap();
    let (one, other) = tokio::join!(ines.desk.deliver(), beside.deliver());
    one.unwrap();
    other.unwrap();
    ines.desk.deliver().await.unwrap();
    assert_eq!(receiver.heard().len(), 5);
}

#[tokio::test]
async fn a_message_that_is_refused_keeps_no_other_waiting() {
    let ground = Ground::new().await;
    let picky = Receiver::on(free_port(), |body| {
        match body.contains(r#""kind":"comment""#) {
            true => Some("422 Unprocessable Content"),
            false => Some("204 No Content"),
        }
    });
    let (ines, image) = solo(&ground, &picky.url()).await;
    ines.comment(&image).await.unwrap();
    ground.tick();
    ines.approve(&image).await.unwrap();
    ines.desk.deliver().await.unwrap();
    assert_eq!(picky.kinds(), ["comment", "approve"]);
    let refused = state(&ines).await;
    assert_eq!(refused.waiting, 1);
    assert!(refused.error.unwrap().contains("422"));
    // Nor those that come while it waits.
    ground.pass(SignedDuration::from_secs(1));
    ines.comment(&image).await.unwrap();
    ines.desk.deliver().await.unwrap();
    assert_eq!(picky.kinds(), ["comment", "approve", "comment"]);
}

#[tokio::test]
async fn another_address_is_not_followed_and_a_refusal_is_told_as_text() {
    let ground = Ground::new().await;
    let elsewhere = Receiver::new();
    let location: &'static str =
        format!("307 Temporary Redirect\r\nLocation: {}", elsewhere.url()).leak();
    let sends_on = Receiver::on(free_port(), move |_| Some(location));
    let (ines, image) = solo(&ground, &sends_on.url()).await;
    ines.comment(&image).await.unwrap();
    let refused = ines.desk.test_webhook(named()).await.unwrap_err();
    assert_eq!(refused.code, Code::Unreachable);
    assert!(refused.message.contains("not followed"), "{refused}");
    ines.desk.deliver().await.unwrap();
    assert_eq!((sends_on.heard().len(), elsewhere.heard().len()), (2, 0));
}

#[tokio::test]
async fn others_acts_of_long_ago_are_no_news_when_they_are_read_here_first() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.make_golden(&ground, &image).await;
    let receiver = Receiver::new();
    add(&team.auditor, &receiver.url()).await;
    let rebuilt = team.auditor.desk.history_rebuild(&Work::quiet()).await;
    assert!(rebuilt.unwrap().added > 0);
    team.auditor.desk.deliver().await.unwrap();
    assert_eq!(receiver.heard(), [""; 0]);
}

#[tokio::test]
async fn a_webhook_is_told_what_its_person_did_and_what_they_are_told_each_once() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let receiver = Receiver::new();
    add(&team.developer, &receiver.url()).await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.approve(&image).await.unwrap();
    let listen = || {
        team.developer.desk.notices(AskNotices {
            listen: true,
            limit: 10,
            ..AskNotices::default()
        })
    };
    listen().await.unwrap();
    // The same statement comes into the history too.
    let quiet = Work::quiet();
    let rebuild = team.developer.desk.history_rebuild(&quiet);
    rebuild.await.unwrap();
    listen().await.unwrap();
    let mut kinds = receiver.kinds();
    kinds.sort();
    assert_eq!(kinds, ["approve", "request"]);
}

#[tokio::test]
async fn the_address_and_the_secret_are_kept_with_the_secrets_alone() {
    let ground = Ground::new().await;
    let receiver = Receiver::new();
    let url = format!("{}/{SECRET}", receiver.url());
    let (ines, image) = solo(&ground, &url).await;
    ines.comment(&image).await.unwrap();
    ines.desk.deliver().await.unwrap();
    assert_eq!(receiver.kinds(), ["comment"]);
    let told = format!("{:?}{:?}", state(&ines).await, ask(&url));
    assert!(!told.contains(SECRET) && !told.contains("/hook"), "{told}");
    let home = ines.leaves();
    for file in std::fs::read_dir(home.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(SECRET), "{}", path.display());
    }
}
