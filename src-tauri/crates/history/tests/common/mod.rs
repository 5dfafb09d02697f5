//! What the tests of the record share: a record in a folder of its own, and a way past its
//! guards such as somebody with a SQLite shell has.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use hallmark_history::{History, NewEntry, NewStatement, Sealer, Verification};
use hallmark_image::Digest;
use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use std::path::PathBuf;
use tempfile::TempDir;

/// A record in a folder that goes with it.
pub struct Desk {
    pub folder: TempDir,
    pub history: History,
}

impl Desk {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(&folder.path().join("history.db"))
            .await
            .unwrap();
        Self { folder, history }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("history.db")
    }

    /// A connection with every guard taken away.
    pub async fn intruder(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new()
            .filename(self.path())
            .foreign_keys(false);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        for guard in [
            "entries_only_grow",
            "entries_never_change",
            "entries_never_go",
        ] {
            run(&mut connection, &format!("DROP TRIGGER IF EXISTS {guard}")).await;
        }
        connection
    }

    pub async fn verify(&self) -> Verification {
        self.history.verify(&|_| Ok(()), &|_, _| {}).await.unwrap()
    }

    /// Which entries verifying names.
    pub async fn named(&self) -> Vec<u64> {
        let problems = self.verify().await.problems;
        problems.iter().filter_map(|problem| problem.seq).collect()
    }
}

pub async fn run(connection: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

/// A promotion with every field there is.
pub fn promotion(number: i64) -> NewEntry {
    let payload = format!("statement {number}");
    NewEntry {
        key_id: Some(format!("4f2a{number:060}")),
        repository: Some("registry.example:5000/shop/web".to_owned()),
        tag: Some("golden".to_owned()),
        digest: Some(Digest::sha256(format!("image {number}"))),
        message: Some("all 412 tests pass — naïve “quotes”, and a \u{1f512}".to_owned()),
        statement: Some(NewStatement {
            digest: Digest::sha256(&payload),
            envelope: format!("{{\"payload\": \"{payload}\",\n  \"signatures\":[]}} ").into_bytes(),
        }),
        detail: json!({ "stage": "golden", "ticket": "SHOP-17", "pins": ["golden-1", 2] }),
        ..NewEntry::new(at(number), "promotion", "alice")
    }
}

pub fn comment(number: i64) -> NewEntry {
    NewEntry::new(at(number), "comment", "bob")
}

/// Signs nothing, but shows what it was given.
pub struct Stamp;

impl Sealer for Stamp {
    fn seal(&self, checkpoint: &str) -> Option<String> {
        Some(format!("stamped {}", checkpoint.len()))
    }
}

/// Four entries, sealed; the second and the last have statements.
pub async fn sealed_desk() -> Desk {
    let desk = Desk::new().await;
    let entries = vec![comment(1), promotion(2), comment(3), promotion(4)];
    desk.history.append(entries, Some(&Stamp)).await.unwrap();
    assert!(desk.verify().await.is_sound());
    desk
}
