//! Flipping any byte of any stored entry, deleting or swapping entries, or editing a derived
//! column makes `verify` fail and name the entry.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, comment, promotion, run, sealed_desk as desk};
use hallmark_history::leaf_hash;
use sqlx::SqliteConnection;

const ENTRIES: u64 = 4;

async fn bytes_of(intruder: &mut SqliteConnection, seq: u64) -> Vec<u8> {
    sqlx::query_scalar("SELECT bytes FROM entries WHERE seq = ?")
        .bind(seq.cast_signed())
        .fetch_one(intruder)
        .await
        .unwrap()
}

async fn put_bytes(intruder: &mut SqliteConnection, seq: u64, bytes: &[u8]) {
    sqlx::query("UPDATE entries SET bytes = ? WHERE seq = ?")
        .bind(bytes)
        .bind(seq.cast_signed())
        .execute(intruder)
        .await
        .unwrap();
}

async fn put_leaf(intruder: &mut SqliteConnection, seq: u64, leaf: &[u8]) {
    sqlx::query("UPDATE entries SET leaf = ? WHERE seq = ?")
        .bind(leaf)
        .bind(seq.cast_signed())
        .execute(intruder)
        .await
        .unwrap();
}

#[tokio::test]
async fn flipping_any_byte_of_any_stored_entry_names_the_entry() {
    let desk = desk().await;
    let mut intruder = desk.intruder().await;
    for seq in 1..=ENTRIES {
        let bytes = bytes_of(&mut intruder, seq).await;
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            put_bytes(&mut intruder, seq, &flipped).await;
            let named = desk.named().await;
            assert!(
                named.contains(&seq),
                "byte {at} of entry {seq}: named {named:?}"
            );
        }
        put_bytes(&mut intruder, seq, &bytes).await;
    }
    assert_eq!(
        desk.named().await,
        Vec::<u64>::new(),
        "put back, nothing is wrong"
    );
}

#[tokio::test]
async fn flipping_any_byte_of_any_leaf_names_the_entry() {
    let desk = desk().await;
    let mut intruder = desk.intruder().await;
    for seq in 1..=ENTRIES {
        let leaf = leaf_hash(&bytes_of(&mut intruder, seq).await);
        for at in 0..leaf.len() {
            let mut flipped = leaf;
            flipped[at] ^= 1 << (at % 8);
            put_leaf(&mut intruder, seq, &flipped).await;
            assert_eq!(desk.named().await, [seq], "byte {at} of the leaf");
        }
        put_leaf(&mut intruder, seq, &leaf).await;
    }
}

#[tokio::test]
async fn an_entry_that_is_changed_with_its_leaf_is_named_by_the_next_one() {
    for seq in 1..=ENTRIES {
        let desk = desk().await;
        let mut intruder = desk.intruder().await;
        let text = String::from_utf8(bytes_of(&mut intruder, seq).await).unwrap();
        let forged = text.replace("2026", "2025").into_bytes();
        put_bytes(&mut intruder, seq, &forged).await;
        put_leaf(&mut intruder, seq, &leaf_hash(&forged)).await;
        run(
            &mut intruder,
            &format!("UPDATE facets SET time = time - 31536000000000 WHERE seq = {seq}"),
        )
        .await;
        let named = desk.named().await;
        assert_eq!(named, [seq]);
    }
}

#[tokio::test]
async fn deleting_any_entry_names_it() {
    for seq in 1..=ENTRIES {
        let desk = desk().await;
        let mut intruder = desk.intruder().await;
        run(
            &mut intruder,
            &format!("DELETE FROM entries WHERE seq = {seq}"),
        )
        .await;
        let named = desk.named().await;
        assert_eq!(named.first(), Some(&seq), "named {named:?}");
        let without_a_trace =
            format!("DELETE FROM facets WHERE seq = {seq}; DELETE FROM words WHERE rowid = {seq}");
        run(&mut intruder, &without_a_trace).await;
        assert_eq!(desk.named().await, [seq]);
    }
}

#[tokio::test]
async fn cutting_the_end_off_and_rewriting_the_head_breaks_the_seal() {
    let desk = desk().await;
    let shorter = Desk::new().await;
    let kept = vec![comment(1), promotion(2)];
    shorter.history.append(kept, None).await.unwrap();
    let mut intruder = desk.intruder().await;
    run(
        &mut intruder,
        "DELETE FROM entries WHERE seq > 2; DELETE FROM facets WHERE seq > 2;
         DELETE FROM words WHERE rowid > 2; UPDATE head SET size = 2;",
    )
    .await;
    let leaves = [
        bytes_of(&mut intruder, 1).await,
        bytes_of(&mut intruder, 2).await,
    ];
    let root = node(&leaf_hash(&leaves[0]), &leaf_hash(&leaves[1]));
    sqlx::query("UPDATE head SET root = ?1, frontier = ?1")
        .bind(&root[..])
        .execute(&mut intruder)
        .await
        .unwrap();
    let problems = desk.verify().await.problems;
    let seal = problems
        .iter()
        .find(|problem| problem.what.contains("the seal over the first 4"));
    assert!(seal.is_some(), "{problems:?}");
}

fn node(left: &[u8], right: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::new_with_prefix([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

#[tokio::test]
async fn swapping_any_two_entries_names_both() {
    for first in 1..ENTRIES {
        for second in first + 1..=ENTRIES {
            let desk = desk().await;
            let mut intruder = desk.intruder().await;
            run(
                &mut intruder,
                &format!(
                    "UPDATE entries SET seq = -1 WHERE seq = {first};
                     UPDATE entries SET seq = {first} WHERE seq = {second};
                     UPDATE entries SET seq = {second} WHERE seq = -1;"
                ),
            )
            .await;
            let named = desk.named().await;
            assert!(
                named.contains(&first) && named.contains(&second),
                "{named:?}"
            );
        }
    }
}

#[tokio::test]
async fn editing_any_derived_column_of_any_entry_names_the_entry() {
    let texts = [
        "kind",
        "actor",
        "key_id",
        "repository",
        "tag",
        "digest",
        "statement",
    ];
    let edits = texts.map(|column| format!("{column} = '~' || seq"));
    for edit in edits.iter().map(String::as_str).chain(["time = time + 1"]) {
        let desk = desk().await;
        let mut intruder = desk.intruder().await;
        for seq in 1..=ENTRIES {
            run(
                &mut intruder,
                &format!("UPDATE facets SET {edit} WHERE seq = {seq}"),
            )
            .await;
            let named = desk.named().await;
            assert_eq!(named, (1..=seq).collect::<Vec<_>>(), "{edit}");
        }
    }
}

#[tokio::test]
async fn a_column_that_is_emptied_names_the_entry() {
    for column in ["key_id", "repository", "tag", "digest", "statement"] {
        let desk = desk().await;
        let mut intruder = desk.intruder().await;
        run(
            &mut intruder,
            &format!("UPDATE facets SET {column} = NULL WHERE seq = 2"),
        )
        .await;
        assert_eq!(desk.named().await, [2], "{column}");
    }
}

#[tokio::test]
async fn editing_or_removing_what_is_searched_names_the_entry() {
    for edit in [
        "UPDATE words SET text = 'nothing to see' WHERE rowid = 3",
        "UPDATE words_content SET c0 = 'nothing to see' WHERE id = 3",
        "DELETE FROM words WHERE rowid = 3",
        "DELETE FROM facets WHERE seq = 3",
    ] {
        let desk = desk().await;
        run(&mut desk.intruder().await, edit).await;
        assert_eq!(desk.named().await, [3], "{edit}");
    }
}

#[tokio::test]
async fn derived_rows_of_an_entry_that_never_was_are_named() {
    for edit in [
        "INSERT INTO facets (seq, time, kind, actor) VALUES (9, 0, 'approve', 'mallory')",
        "INSERT INTO words (rowid, text) VALUES (9, 'approve mallory')",
    ] {
        let desk = desk().await;
        run(&mut desk.intruder().await, edit).await;
        assert_eq!(desk.named().await, [9], "{edit}");
    }
}
