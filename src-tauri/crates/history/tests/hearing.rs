//! Notices and the messages that tell of them: there together or not at all, and each once.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, at};
use hallmark_history::{History, NewMessage, NewNotice, Tried};

fn notice(event: &str, seen: bool) -> NewNotice {
    NewNotice {
        event: event.into(),
        seen,
        body: format!(r#"{{"event":"{event}"}}"#),
    }
}

fn message(event: &str) -> NewMessage {
    NewMessage {
        hook: "chat".into(),
        event: event.into(),
        body: event.into(),
    }
}

#[tokio::test]
async fn a_notice_is_kept_once_and_its_messages_with_it() {
    let desk = Desk::new().await;
    let told = [
        (notice("a", false), vec![message("a")]),
        (notice("b", true), vec![]),
    ];
    let kept = desk.history.hear(&told, at(1)).await.unwrap();
    assert_eq!((kept.len(), kept[0].id, kept[0].heard_at), (2, 1, at(1)));
    assert_eq!(desk.history.hear(&told, at(2)).await.unwrap(), []);
    let again = History::open(&desk.path()).await.unwrap();
    let (rows, all, unseen) = again.notices(false, 0, 10).await.unwrap();
    assert_eq!((rows.len(), all, unseen), (2, 2, 1));
    assert_eq!(rows[0].body, r#"{"event":"b"}"#);
    assert_eq!(again.messages("chat", true, 10).await.unwrap().len(), 1);
    assert_eq!(again.messages("other", true, 10).await.unwrap(), []);
    assert!(again.saw(Some(1)).await.unwrap());
    assert!(again.saw(Some(1)).await.unwrap(), "as often as one likes");
    assert!(!again.saw(Some(9)).await.unwrap());
    assert_eq!(again.notices(true, 0, 10).await.unwrap().0, []);
    assert!(desk.verify().await.is_sound());
}

#[tokio::test]
async fn neither_is_there_where_one_cannot_be_written() {
    let desk = Desk::new().await;
    let mut intruder = desk.intruder().await;
    common::run(&mut intruder, "DROP TABLE messages").await;
    let told = [(notice("a", false), vec![message("a")])];
    assert!(desk.history.hear(&told, at(1)).await.is_err());
    assert_eq!(desk.history.notices(false, 0, 10).await.unwrap().1, 0);
}

#[tokio::test]
async fn a_try_is_begun_by_one_and_what_arrived_stays_so() {
    let desk = Desk::new().await;
    let history = &desk.history;
    let cursor = ("told", "1");
    history
        .write_messages(&[message("a"), message("a")], cursor, at(1))
        .await
        .unwrap();
    assert_eq!(
        history.get_state("told").await.unwrap().as_deref(),
        Some("1")
    );
    let [read] = history
        .messages("chat", true, 10)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    let unless = (at(30), "cut off");
    assert!(history.try_message(&read, unless).await.unwrap());
    assert!(!history.try_message(&read, unless).await.unwrap());
    let [begun] = history
        .messages("chat", true, 10)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!((begun.tries, begun.next_try), (1, at(30)));
    assert_eq!(begun.error.as_deref(), Some("cut off"));
    history
        .tried(read.id, &Tried::Delivered, at(2))
        .await
        .unwrap();
    let late = Tried::GivenUp("away".into());
    history.tried(read.id, &late, at(3)).await.unwrap();
    assert!(!history.try_message(&begun, unless).await.unwrap());
    let [done] = history
        .messages("chat", false, 10)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!((done.delivered_at, done.given_up_at), (Some(at(2)), None));
    assert_eq!(done.error, None);
    assert_eq!(history.message_counts("chat").await.unwrap(), (0, 0));
    history.forget_messages("chat").await.unwrap();
    assert_eq!(history.messages("chat", false, 10).await.unwrap(), []);
}
