//! Intents and their owners, across processes that live, die and write at once. The other
//! process is this test program, started again with one of the two ignored tests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, comment, promotion};
use hallmark_history::{Filter, History, HistoryError, IntentTag, NewIntent};
use hallmark_image::Digest;
use serde_json::json;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const DATABASE: &str = "HALLMARK_HISTORY_TEST_DATABASE";

fn intent(tag: &str) -> NewIntent {
    NewIntent {
        kind: "promotion".to_owned(),
        repository: "registry.example/web".to_owned(),
        stage: "golden".to_owned(),
        tags: vec![IntentTag {
            tag: tag.to_owned(),
            previous: Some(Digest::sha256("old")),
            target: Digest::sha256("new"),
        }],
        detail: json!({ "approval": 7 }),
    }
}

/// Starts one of the ignored tests below and waits until it says that it is ready.
fn start(role: &str, database: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", role])
        .env(DATABASE, database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("ready") {
        line.clear();
        assert_ne!(
            output.read_line(&mut line).unwrap(),
            0,
            "the other process ended early"
        );
    }
    (child, output)
}

fn database() -> PathBuf {
    std::env::var_os(DATABASE)
        .expect("set by the test that starts this one")
        .into()
}

/// Says that it is ready, and waits for a line or the end of its input.
fn ready() {
    let mut out = std::io::stdout();
    out.write_all(b"ready\n").unwrap();
    out.flush().unwrap();
    std::io::stdin().lines().next();
}

#[tokio::test]
#[ignore = "the other process of a_killed_owners_intent_is_taken_over_with_its_progress"]
async fn other_owner() {
    let history = History::open(&database()).await.unwrap();
    let begun = history.begin_intent(intent("golden")).await.unwrap();
    history
        .note_intent(&begun, json!({ "pinned": true }))
        .await
        .unwrap();
    ready();
}

#[tokio::test]
#[ignore = "the other process of two_processes_append_at_once"]
async fn other_writer() {
    let history = History::open(&database()).await.unwrap();
    ready();
    for number in 0..50 {
        history
            .append(vec![promotion(number), comment(number)], None)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_killed_owners_intent_is_taken_over_with_its_progress() {
    let desk = Desk::new().await;
    let (mut owner, _output) = start("other_owner", &desk.path());
    let while_alive = desk.history.orphaned_intents().await.unwrap();
    assert!(while_alive.is_empty(), "its owner lives: {while_alive:?}");
    owner.kill().unwrap();
    owner.wait().unwrap();
    let mut orphans = desk.history.orphaned_intents().await.unwrap();
    assert_eq!(orphans.len(), 1);
    let orphan = orphans.remove(0);
    assert_eq!(
        (&orphan.tags, &orphan.detail),
        (&intent("golden").tags, &intent("golden").detail)
    );
    assert_eq!(orphan.progress, Some(json!({ "pinned": true })));
    let second = History::open(&desk.path()).await.unwrap();
    assert!(
        second.orphaned_intents().await.unwrap().is_empty(),
        "it is ours now"
    );
    let entries = vec![promotion(1)];
    let written = desk
        .history
        .finish_intent(orphan, "promoted", entries, None)
        .await
        .unwrap();
    assert_eq!(written.len(), 1);
    assert!(
        second.orphaned_intents().await.unwrap().is_empty(),
        "it is settled"
    );
    assert!(desk.verify().await.is_sound());
}

#[tokio::test]
async fn two_processes_append_at_once() {
    let desk = Desk::new().await;
    let (mut other, _output) = start("other_writer", &desk.path());
    other.stdin.take().unwrap().write_all(b"go\n").unwrap();
    for number in 0..50 {
        desk.history
            .append(vec![promotion(number), comment(number)], None)
            .await
            .unwrap();
    }
    assert!(other.wait().unwrap().success());
    let all = desk.history.count(&Filter::default()).await.unwrap();
    assert_eq!(all, 150, "each statement once, each comment of both");
    assert!(desk.verify().await.is_sound());
}

#[tokio::test]
async fn a_finished_intent_leaves_its_entry_and_no_lock_file() {
    let desk = Desk::new().await;
    let begun = desk.history.begin_intent(intent("golden")).await.unwrap();
    let lock = desk
        .folder
        .path()
        .join(format!("history.db.locks/{}", begun.id));
    assert!(lock.exists());
    desk.history
        .finish_intent(begun, "promoted", vec![promotion(1)], None)
        .await
        .unwrap();
    assert!(!lock.exists());
    assert_eq!(desk.history.count(&Filter::default()).await.unwrap(), 1);
}

#[tokio::test]
async fn an_intent_that_is_dropped_is_an_orphan() {
    let desk = Desk::new().await;
    let begun = desk.history.begin_intent(intent("golden")).await.unwrap();
    assert!(desk.history.orphaned_intents().await.unwrap().is_empty());
    drop(begun);
    assert_eq!(desk.history.orphaned_intents().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_outcome_and_its_entries_are_written_together_or_not_at_all() {
    let desk = Desk::new().await;
    let begun = desk.history.begin_intent(intent("golden")).await.unwrap();
    let mut broken = promotion(1);
    broken.statement.as_mut().unwrap().envelope = vec![0xff];
    let entries = vec![comment(1), broken];
    let refused = desk
        .history
        .finish_intent(begun, "promoted", entries, None)
        .await;
    assert!(matches!(refused, Err(HistoryError::BadEntry(_))));
    assert_eq!(desk.history.count(&Filter::default()).await.unwrap(), 0);
    assert_eq!(
        desk.history.orphaned_intents().await.unwrap().len(),
        1,
        "still to be settled"
    );
}

#[tokio::test]
async fn an_intent_is_finished_once() {
    let desk = Desk::new().await;
    let begun = desk.history.begin_intent(intent("golden")).await.unwrap();
    let mut intruder = desk.intruder().await;
    common::run(&mut intruder, "UPDATE intents SET outcome = 'promoted'").await;
    let noted = desk.history.note_intent(&begun, json!(1)).await;
    assert!(matches!(noted, Err(HistoryError::IntentClosed)));
    let finished = desk
        .history
        .finish_intent(begun, "again", vec![comment(1)], None)
        .await;
    assert!(matches!(finished, Err(HistoryError::IntentClosed)));
    assert_eq!(desk.history.count(&Filter::default()).await.unwrap(), 0);
}
