//! Flipping any byte of any stored entry, deleting or swapping entries, or editing a derived
//! column makes `verify` fail and name the entry.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, Stamp, comment, promotion, run};
use hallmark_history::{History, leaf_hash};
use sqlx::{Connection as _, SqliteConnection};

const ENTRIES: u64 = 4;

/// Four entries, sealed; the second and the last have statements.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    let entries = vec![comment(1), promotion(2), comment(3), promotion(4)];
    desk.history.append(entries, Some(&Stamp)).await.unwrap();
    assert!(desk.verify().await.is_sound());
    desk
}

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

#[tokio::test]
async fn an_index_that_does_not_say_what_its_table_says_is_noticed() {
    let desk = desk().await;
    let mut intruder = desk.intruder().await;
    // Leaves “mallory” in the index alone: the index is hidden while the table is put back.
    run(
        &mut intruder,
        "CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = 'facets_actor';
         UPDATE facets SET actor = 'mallory' WHERE seq = 1;
         PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'facets_actor';
         PRAGMA writable_schema = RESET;",
    )
    .await;
    drop(intruder);
    let mut intruder = desk.intruder().await;
    run(
        &mut intruder,
        "UPDATE facets SET actor = 'bob' WHERE seq = 1; PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema SELECT * FROM hidden; PRAGMA writable_schema = RESET;
         DROP TABLE hidden;",
    )
    .await;
    drop(intruder);
    let reopened = History::open(&desk.path()).await.unwrap();
    let found = reopened.verify(&|_| Ok(()), &|_, _| {}).await.unwrap();
    let said = found
        .problems
        .iter()
        .any(|problem| problem.what.contains("facets_actor"));
    assert!(said, "{:?}", found.problems);
}

#[tokio::test]
async fn a_search_index_that_does_not_say_what_its_text_says_is_noticed() {
    let desk = desk().await;
    let edit = "UPDATE words_data SET block = zeroblob(length(block)) WHERE id > 10";
    run(&mut desk.intruder().await, edit).await;
    let problems = desk.verify().await.problems;
    let said = problems
        .iter()
        .any(|problem| problem.what.contains("words"));
    assert!(said, "{problems:?}");
}

#[tokio::test]
async fn a_guard_or_an_index_that_is_gone_is_noticed() {
    for (edit, what) in [
        ("", "the trigger “entries_never_change” is missing"),
        ("DROP INDEX facets_tag", "the index “facets_tag” is missing"),
        (
            "CREATE VIEW more AS SELECT 1",
            "the view “more” does not belong",
        ),
    ] {
        let desk = desk().await;
        run(&mut desk.intruder().await, edit).await;
        let problems = desk.verify().await.problems;
        let said = problems.iter().any(|problem| problem.what.contains(what));
        assert!(said, "{what}: {problems:?}");
    }
}

#[tokio::test]
async fn any_change_of_the_head_or_its_seal_is_noticed() {
    for edit in [
        "size = 3",
        "size = 5",
        "root = zeroblob(32)",
        "frontier = zeroblob(32)",
        "log = 'another'",
        "seal_size = 3",
        "seal_checkpoint = replace(seal_checkpoint, 'Hallmark', 'hallmark')",
    ] {
        let desk = desk().await;
        let mut intruder = desk.intruder().await;
        run(&mut intruder, &format!("UPDATE head SET {edit}")).await;
        let before = desk.verify().await.problems;
        let told = before
            .iter()
            .any(|problem| !problem.what.contains("trigger"));
        assert!(told, "{edit}: {before:?}");
    }
}

#[tokio::test]
async fn a_head_that_is_gone_is_noticed_and_nothing_can_be_appended() {
    let desk = desk().await;
    run(&mut desk.intruder().await, "DELETE FROM head").await;
    let problems = desk.verify().await.problems;
    assert!(
        problems
            .iter()
            .any(|problem| problem.what.contains("head row is missing"))
    );
    assert!(desk.history.append(vec![comment(5)], None).await.is_err());
}

#[tokio::test]
async fn a_seal_that_is_taken_away_is_missed() {
    let desk = desk().await;
    desk.history.append(vec![comment(5)], None).await.unwrap();
    let sealed = desk.verify().await.seal.unwrap();
    assert_eq!(sealed.size, 4);
    assert_eq!(
        sealed.signature,
        format!("stamped {}", sealed.checkpoint.len())
    );
    let edit = "UPDATE head SET seal = NULL, seal_size = NULL, seal_checkpoint = NULL";
    run(&mut desk.intruder().await, edit).await;
    let problems = desk.verify().await.problems;
    let missed = problems
        .iter()
        .any(|problem| problem.what.contains("was removed"));
    assert!(missed, "{problems:?}");
}

#[tokio::test]
async fn a_statement_whose_signature_is_wrong_is_named() {
    let desk = desk().await;
    let refuse = |envelope: &[u8]| match envelope.windows(11).any(|part| part == b"statement 4") {
        true => Err("the signature is broken".to_owned()),
        false => Ok(()),
    };
    let found = desk.history.verify(&refuse, &|_, _| {}).await.unwrap();
    assert_eq!(found.problems.len(), 1);
    assert_eq!(found.problems[0].seq, Some(4));
    assert_eq!(
        found.problems[0].what,
        "the statement of entry 4: the signature is broken"
    );
}

#[tokio::test]
async fn a_byte_that_is_flipped_in_the_file_itself_names_the_entry() {
    let desk = desk().await;
    let mut intruder = desk.intruder().await;
    let bytes = bytes_of(&mut intruder, 2).await;
    run(&mut intruder, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    drop(intruder);
    let copy = desk.folder.path().join("copy.db");
    let mut file = std::fs::read(desk.path()).unwrap();
    let at = file
        .windows(64)
        .position(|part| part == &bytes[..64])
        .unwrap();
    file[at + 40] ^= 1;
    std::fs::write(&copy, file).unwrap();
    let copied = History::open(&copy).await.unwrap();
    let found = copied.verify(&|_| Ok(()), &|_, _| {}).await.unwrap();
    assert!(
        found.problems.iter().any(|problem| problem.seq == Some(2)),
        "{found:?}"
    );
    assert!(
        copied.entry(2).await.is_err(),
        "a changed entry is never shown"
    );
}

#[tokio::test]
async fn a_page_of_rubbish_in_the_middle_is_a_finding_and_not_a_failure() {
    let desk = Desk::new().await;
    let entries: Vec<_> = (1..200).map(promotion).collect();
    desk.history.append(entries, None).await.unwrap();
    let mut intruder = desk.intruder().await;
    let bytes = bytes_of(&mut intruder, 100).await;
    run(&mut intruder, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    drop(intruder);
    let copy = desk.folder.path().join("copy.db");
    let mut file = std::fs::read(desk.path()).unwrap();
    let at = file
        .windows(64)
        .position(|part| part == &bytes[..64])
        .unwrap();
    let page = at / 4096 * 4096;
    file[page..page + 4096].fill(0xa5);
    std::fs::write(&copy, file).unwrap();
    let copied = History::open(&copy).await.unwrap();
    let found = copied.verify(&|_| Ok(()), &|_, _| {}).await.unwrap();
    assert!(
        found
            .problems
            .iter()
            .any(|problem| problem.seq == Some(100)),
        "{:?}",
        found.problems
    );
}

#[tokio::test]
async fn the_guards_refuse_what_a_careless_program_would_do() {
    let desk = desk().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(desk.path());
    let mut careless = SqliteConnection::connect_with(&options).await.unwrap();
    for edit in [
        "UPDATE entries SET bytes = x'00' WHERE seq = 1",
        "DELETE FROM entries WHERE seq = 4",
        "INSERT OR REPLACE INTO entries (seq, bytes, leaf) VALUES (2, x'00', zeroblob(32))",
        "INSERT INTO entries (seq, bytes, leaf) VALUES (9, x'00', zeroblob(32))",
    ] {
        let refused = sqlx::query(edit).execute(&mut careless).await;
        assert!(
            refused.unwrap_err().to_string().contains("the record"),
            "{edit}"
        );
    }
    assert!(desk.verify().await.is_sound());
}
