//! Appending to the record and reading it back: pages, filters, search, single entries.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, Stamp, at, comment, promotion};
use hallmark_history::{Entry, Filter, HistoryError, NewEntry, leaf_hash};
use hallmark_image::Digest;
use serde_json::json;
use std::sync::Mutex;

fn seqs(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

async fn found(desk: &Desk, filter: &Filter) -> Vec<u64> {
    let page = desk.history.page(filter, None, 100).await.unwrap();
    let count = desk.history.count(filter).await.unwrap();
    assert_eq!(
        count,
        page.entries.len() as u64,
        "count and page differ for {filter:?}"
    );
    seqs(&page.entries)
}

fn text(text: &str) -> Filter {
    let text = Some(text.to_owned());
    Filter {
        text,
        ..Filter::default()
    }
}

#[tokio::test]
async fn an_entry_reads_back_as_it_was_appended() {
    let desk = Desk::new().await;
    let new = promotion(1);
    let written = desk.history.append(vec![new.clone()], None).await.unwrap();
    let read = desk.history.entry(1).await.unwrap().unwrap();
    assert_eq!(written, std::slice::from_ref(&read));
    assert_eq!(
        (read.seq, read.time, &read.kind, &read.actor),
        (1, new.time, &new.kind, &new.actor)
    );
    assert_eq!(
        (&read.key_id, &read.repository, &read.tag),
        (&new.key_id, &new.repository, &new.tag)
    );
    assert_eq!(
        (&read.digest, &read.message, &read.detail),
        (&new.digest, &new.message, &new.detail)
    );
    let statement = new.statement.unwrap();
    assert_eq!(read.statement.as_ref(), Some(&statement.digest));
    assert_eq!(
        read.envelope(),
        Some(statement.envelope),
        "verbatim, blanks and all"
    );
    assert_eq!(desk.history.entry(2).await.unwrap(), None);
    assert_eq!(desk.history.entry(u64::MAX).await.unwrap(), None);
}

#[tokio::test]
async fn an_entry_serialises_as_the_command_prints_it() {
    let desk = Desk::new().await;
    let entry = desk
        .history
        .append(vec![comment(0)], None)
        .await
        .unwrap()
        .remove(0);
    let json = serde_json::to_value(&entry).unwrap();
    assert_eq!(
        json,
        json!({
            "seq": 1, "time": "2026-05-28T20:26:40Z", "kind": "comment", "actor": "bob",
            "key_id": null, "repository": null, "tag": null, "digest": null, "message": null,
            "statement": null, "leaf": entry.leaf, "previous": null,
        })
    );
}

#[tokio::test]
async fn the_bytes_are_json_with_the_leaf_before_and_the_hash_of_rfc_6962() {
    let desk = Desk::new().await;
    let entries = vec![comment(1), promotion(2)];
    let written = desk.history.append(entries, None).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&written[1].bytes).unwrap();
    assert_eq!(json["seq"], 2);
    assert_eq!(json["previous"], written[0].leaf.as_str());
    assert_eq!(written[1].leaf, hex_of(&leaf_hash(&written[1].bytes)));
    assert_eq!(written[0].previous, None);
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_statement_is_recorded_once() {
    let desk = Desk::new().await;
    let first = desk
        .history
        .append(vec![promotion(1), promotion(1)], None)
        .await
        .unwrap();
    assert_eq!(seqs(&first), [1], "twice in one call");
    let again = desk
        .history
        .append(vec![promotion(1), comment(2)], None)
        .await
        .unwrap();
    assert_eq!(seqs(&again), [2], "and in a later one");
    let nothing = desk
        .history
        .append(vec![promotion(1)], Some(&Stamp))
        .await
        .unwrap();
    assert_eq!(nothing, []);
    let statement = promotion(1).statement.unwrap().digest;
    let kept = desk.history.statement(&statement).await.unwrap().unwrap();
    assert_eq!(kept.seq, 1);
    let unknown = Digest::sha256("never made");
    assert_eq!(desk.history.statement(&unknown).await.unwrap(), None);
}

#[tokio::test]
async fn the_last_statement_of_a_key_is_the_newest_one_recorded() {
    let desk = Desk::new().await;
    let of = |number| NewEntry {
        key_id: Some("key".to_owned()),
        ..promotion(number)
    };
    let login = NewEntry {
        key_id: Some("key".to_owned()),
        ..comment(9)
    };
    desk.history
        .append(vec![of(5), of(3), promotion(4), login], None)
        .await
        .unwrap();
    let last = desk.history.last_statement_of("key").await.unwrap();
    assert_eq!(last, Some(promotion(3).statement.unwrap().digest));
    assert_eq!(
        desk.history.last_statement_of("another").await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_failed_append_writes_none_of_its_entries() {
    let desk = Desk::new().await;
    let mut broken = promotion(2);
    broken.statement.as_mut().unwrap().envelope = vec![0xff];
    let error = desk
        .history
        .append(vec![comment(1), broken], None)
        .await
        .unwrap_err();
    assert!(matches!(error, HistoryError::BadEntry(_)), "{error}");
    assert_eq!(found(&desk, &Filter::default()).await, [0; 0]);
}

#[tokio::test]
async fn an_entry_that_could_not_be_read_back_is_refused() {
    let desk = Desk::new().await;
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let entry = NewEntry {
        detail: deep,
        ..comment(1)
    };
    let error = desk.history.append(vec![entry], None).await.unwrap_err();
    assert!(matches!(error, HistoryError::BadEntry(_)), "{error}");
}

#[tokio::test]
async fn a_checkpoint_names_the_record_its_size_and_its_root() {
    struct Witness(Mutex<Vec<String>>);
    impl hallmark_history::Sealer for Witness {
        fn seal(&self, checkpoint: &str) -> Option<String> {
            self.0.lock().unwrap().push(checkpoint.to_owned());
            None
        }
    }
    let desk = Desk::new().await;
    let witness = Witness(Mutex::default());
    let entries = vec![comment(1), comment(2), comment(3)];
    desk.history.append(entries, Some(&witness)).await.unwrap();
    let seen = witness.0.lock().unwrap().remove(0);
    let lines: Vec<_> = seen.split('\n').collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[0].starts_with("io.github.hallmark.Hallmark/history/"),
        "{seen}"
    );
    assert_eq!((lines[1], lines[3]), ("3", ""));
    assert_eq!(lines[2].len(), 44, "32 bytes in base64");
    let verified = desk.verify().await;
    assert_eq!(verified.seal, None, "a sealer without a key seals nothing");
    assert!(verified.is_sound());
}

#[tokio::test]
async fn verifying_tells_how_far_it_is() {
    let desk = Desk::new().await;
    desk.history
        .append((0..600).map(comment).collect(), None)
        .await
        .unwrap();
    let seen = Mutex::new(Vec::new());
    let progress = |done, total| seen.lock().unwrap().push((done, total));
    let verified = desk.history.verify(&|_| Ok(()), &progress).await.unwrap();
    assert_eq!(verified.entries, 600);
    assert_eq!(*seen.lock().unwrap(), [(256, 600), (512, 600), (600, 600)]);
}

#[tokio::test]
async fn pages_follow_each_other_while_others_append() {
    let desk = Desk::new().await;
    desk.history
        .append((0..7).map(comment).collect(), None)
        .await
        .unwrap();
    let all = Filter::default();
    let first = desk.history.page(&all, None, 3).await.unwrap();
    assert_eq!((seqs(&first.entries), first.next), (vec![7, 6, 5], Some(5)));
    desk.history.append(vec![comment(8)], None).await.unwrap();
    let second = desk.history.page(&all, first.next, 3).await.unwrap();
    assert_eq!(
        (seqs(&second.entries), second.next),
        (vec![4, 3, 2], Some(2))
    );
    let last = desk.history.page(&all, second.next, 3).await.unwrap();
    assert_eq!((seqs(&last.entries), last.next), (vec![1], None));
}

#[tokio::test]
async fn a_page_that_ends_with_the_record_has_no_next() {
    let desk = Desk::new().await;
    desk.history
        .append((0..3).map(comment).collect(), None)
        .await
        .unwrap();
    let page = desk
        .history
        .page(&Filter::default(), None, 3)
        .await
        .unwrap();
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn words_and_their_beginnings_are_found_wherever_they_stand() {
    let desk = Desk::new().await;
    desk.history
        .append(vec![comment(1), promotion(2)], None)
        .await
        .unwrap();
    for query in [
        "naive",
        "NAÏVE",
        "412 pass",
        "shop/web",
        "SHOP-17",
        "golden",
        "sha256:",
        "al",
        "example:5000",
    ] {
        assert_eq!(found(&desk, &text(query)).await, [2], "{query}");
    }
    for query in ["alice bob", "est", "***", "\"", "tests OR bob"] {
        assert_eq!(found(&desk, &text(query)).await, [0; 0], "{query}");
    }
    assert_eq!(
        found(&desk, &text("  ")).await,
        [2, 1],
        "blanks ask for nothing"
    );
}

#[tokio::test]
async fn time_is_kept_to_the_microsecond_and_its_bounds_are_exact() {
    let desk = Desk::new().await;
    let odd = at(1) + jiff::SignedDuration::from_nanos(1_999);
    desk.history
        .append(
            vec![NewEntry {
                time: odd,
                ..comment(0)
            }],
            None,
        )
        .await
        .unwrap();
    let kept = desk.history.entry(1).await.unwrap().unwrap().time;
    assert_eq!(kept, at(1) + jiff::SignedDuration::from_nanos(1_000));
    let since = |time| Filter {
        since: Some(time),
        ..Filter::default()
    };
    let until = |time| Filter {
        until: Some(time),
        ..Filter::default()
    };
    assert_eq!(found(&desk, &since(kept)).await, [1]);
    assert_eq!(found(&desk, &since(odd)).await, [0; 0]);
    assert_eq!(found(&desk, &until(kept)).await, [0; 0]);
    assert_eq!(found(&desk, &until(odd)).await, [1]);
}

#[tokio::test]
async fn facts_of_this_machine_are_kept_and_replaced() {
    let desk = Desk::new().await;
    assert_eq!(desk.history.get_state("home").await.unwrap(), None);
    desk.history.set_state("home", "\"review\"").await.unwrap();
    desk.history.set_state("home", "\"history\"").await.unwrap();
    assert_eq!(
        desk.history.get_state("home").await.unwrap().unwrap(),
        "\"history\""
    );
    assert!(
        desk.verify().await.is_sound(),
        "they are no part of the record"
    );
}

#[tokio::test]
async fn facts_are_found_by_how_their_key_begins_and_by_nothing_else() {
    let desk = Desk::new().await;
    for key in ["look:a", "look:b", "look", "looks:c", "facts:look:a"] {
        desk.history.set_state(key, "1").await.unwrap();
    }
    let found = desk.history.states("look:").await.unwrap();
    let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["look:a", "look:b"]);
}
