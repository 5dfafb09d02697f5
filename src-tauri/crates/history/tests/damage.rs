//! What is wrong around the entries is noticed too: indexes, guards, the head, its seal, broken
//! signatures, and bytes changed in the file itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, comment, promotion, run, sealed_desk as desk};
use hallmark_history::History;
use sqlx::{Connection as _, SqliteConnection};

async fn bytes_of(intruder: &mut SqliteConnection, seq: i64) -> Vec<u8> {
    sqlx::query_scalar("SELECT bytes FROM entries WHERE seq = ?")
        .bind(seq)
        .fetch_one(intruder)
        .await
        .unwrap()
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
