//! The database around the entries: its schema and guards, its indexes, and rows that belong
//! to no entry. SQLite checks its own pages; this asks it to and passes on what it says.

use super::Problems;
use crate::HistoryError;
use crate::open::MIGRATIONS;
use sqlx::{Connection as _, SqliteConnection};
use std::collections::BTreeMap;

/// How many lines SQLite may report.
const MAX_LINES: usize = 100;

type Schema = BTreeMap<String, Option<String>>;

/// Compares tables, indexes and the guards against edits with those of a new database.
pub(super) async fn check_schema(
    connection: &mut SqliteConnection,
    problems: &mut Problems,
) -> Result<(), HistoryError> {
    let found = schema(connection).await?;
    let mut fresh = SqliteConnection::connect("sqlite::memory:").await?;
    MIGRATIONS.run_direct(None, &mut fresh, false).await?;
    let wanted = schema(&mut fresh).await?;
    for (name, sql) in &wanted {
        match found.get(name) {
            None => problems.add(None, format!("{name} is missing from the database")),
            Some(other) if other != sql => {
                problems.add(None, format!("{name} was changed in the database"));
            }
            Some(_) => {}
        }
    }
    for name in found.keys().filter(|name| !wanted.contains_key(*name)) {
        problems.add(None, format!("{name} does not belong into the database"));
    }
    Ok(())
}

async fn schema(connection: &mut SqliteConnection) -> Result<Schema, HistoryError> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch_all(connection)
    .await?;
    let named = |(kind, name, sql)| (format!("the {kind} “{name}”"), sql);
    Ok(rows.into_iter().map(named).collect())
}

/// Finds derived rows without an entry: they would be found by a filter and show nothing.
pub(super) async fn check_strays(
    connection: &mut SqliteConnection,
    problems: &mut Problems,
) -> Result<(), HistoryError> {
    let strays: Result<Vec<i64>, sqlx::Error> = sqlx::query_scalar(
        "SELECT seq FROM facets WHERE seq NOT IN (SELECT seq FROM entries) \
         UNION SELECT rowid FROM words WHERE rowid NOT IN (SELECT seq FROM entries) LIMIT 100",
    )
    .fetch_all(connection)
    .await;
    match strays {
        Ok(strays) => strays.into_iter().for_each(|seq| {
            let what = format!(
                "the columns for filters and search know entry {seq}, which does not exist"
            );
            problems.add(seq.try_into().ok(), what);
        }),
        Err(error) => unreadable(problems, "the columns for filters and search", error)?,
    }
    Ok(())
}

/// Has SQLite compare every index with its table, the search index with its text, and check
/// every page (sqlite.org/pragma.html, `integrity_check`).
pub(super) async fn check_storage(
    connection: &mut SqliteConnection,
    problems: &mut Problems,
) -> Result<(), HistoryError> {
    let lines: Result<Vec<String>, sqlx::Error> = sqlx::query_scalar("PRAGMA integrity_check(100)")
        .fetch_all(connection)
        .await;
    match lines {
        Ok(lines) => lines
            .iter()
            .filter(|line| *line != "ok")
            .take(MAX_LINES)
            .for_each(|line| problems.add(None, format!("the database itself: {line}"))),
        Err(error) => unreadable(problems, "the indexes", error)?,
    }
    Ok(())
}

/// Damage is a finding; not being able to look is an error.
fn unreadable(problems: &mut Problems, what: &str, error: sqlx::Error) -> Result<(), HistoryError> {
    match HistoryError::from(error) {
        HistoryError::Corrupt { reason, .. } | HistoryError::Database { reason, .. } => {
            problems.add(None, format!("{what} cannot be read: {reason}"));
            Ok(())
        }
        other => Err(other),
    }
}
