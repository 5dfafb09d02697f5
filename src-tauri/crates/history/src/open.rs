//! Opening the database: one connection that writes, a few that only read, and the schema
//! brought up to date. Never touches a file that is not a history, or that a newer version wrote.

use crate::HistoryError;
use crate::lock::Lock;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqliteConnection, SqlitePool};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The steps from an empty file to today's schema.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!();
/// `PRAGMA application_id` of a history: "HLMK".
const APPLICATION_ID: i32 = 0x484c_4d4b;
/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);
const READERS: u32 = 4;

/// The record of one workspace. Clones share their connections.
#[derive(Clone, Debug)]
pub struct History {
    pub(crate) writer: SqlitePool,
    pub(crate) reader: SqlitePool,
    pub(crate) path: Arc<Path>,
}

impl History {
    /// Opens the record at `path`, making it where there is none. Several processes may do so
    /// at once.
    ///
    /// # Errors
    /// [`HistoryError`]: read-only, full, corrupt, of another program, of a newer version, busy.
    pub async fn open(path: &Path) -> Result<Self, HistoryError> {
        let opened = open(path, PATIENCE).await;
        opened.map_err(|error| error.at(path))
    }

    /// Where the lock files of intents are.
    pub(crate) fn locks(&self) -> PathBuf {
        locks_beside(&self.path)
    }
}

async fn open(path: &Path, patience: Duration) -> Result<History, HistoryError> {
    refuse_impossible(path)?;
    refuse_foreign_file(path)?;
    let _alone = wait_alone(path, patience).await?;
    let options = options(path, patience);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(patience * 2)
        .connect_with(options.clone())
        .await?;
    let prepared = prepare(&writer).await;
    if let Err(error) = prepared {
        writer.close().await;
        return Err(error);
    }
    let reader = SqlitePoolOptions::new()
        .max_connections(READERS)
        .min_connections(0)
        .connect_lazy_with(options.pragma("query_only", "ON"));
    Ok(History {
        writer,
        reader,
        path: path.into(),
    })
}

fn options(path: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(patience)
        .foreign_keys(true)
}

/// Says plainly what SQLite would only call "unable to open".
fn refuse_impossible(path: &Path) -> Result<(), HistoryError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let reason = match folder {
        Some(folder) if !folder.is_dir() => "its folder does not exist",
        _ if path.is_dir() => "it is a folder",
        _ => return Ok(()),
    };
    Err(HistoryError::CannotOpen {
        path: path.to_owned(),
        reason: reason.to_owned(),
    })
}

/// Looks at the file's header before SQLite does, whose first act would be to turn a foreign
/// database into one with a write-ahead log (sqlite.org/fileformat.html, "The Database Header").
fn refuse_foreign_file(path: &Path) -> Result<(), HistoryError> {
    let mut header = [0_u8; 100];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    let logged = PathBuf::from(format!("{}-wal", path.display())).exists();
    if read.is_err() || logged || !header.starts_with(b"SQLite format 3\0") {
        return Ok(());
    }
    let number = |at: usize| {
        header.get(at..at + 4).map(|bytes| {
            bytes
                .iter()
                .fold(0_i64, |all, byte| (all << 8) | i64::from(*byte))
        })
    };
    let (schema, application) = (number(40), number(68));
    let ours = application == Some(i64::from(APPLICATION_ID));
    if ours || (application == Some(0) && schema == Some(0)) {
        return Ok(());
    }
    Err(HistoryError::NotOurs {
        path: path.to_owned(),
    })
}

fn locks_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".locks");
    name.into()
}

/// Two processes must not make the tables at once: SQLite would tell the second one that they
/// exist. Given up after `patience`.
async fn wait_alone(path: &Path, patience: Duration) -> Result<Lock, HistoryError> {
    let folder = locks_beside(path);
    let step = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        if let Some(lock) = Lock::try_take(&folder, "open")? {
            return Ok(lock);
        }
        if waited >= patience {
            let path = path.to_owned();
            return Err(HistoryError::Busy { path });
        }
        tokio::time::sleep(step).await;
        waited += step;
    }
}

async fn prepare(writer: &SqlitePool) -> Result<(), HistoryError> {
    let mut connection = writer.acquire().await?;
    refuse_foreign(&mut connection).await?;
    // `run` is generic over what it acquires, which keeps a future from being sent about.
    MIGRATIONS.run_direct(None, &mut *connection, false).await?;
    Ok(())
}

/// An empty file may become a history; one with tables must be a history already.
async fn refuse_foreign(connection: &mut SqliteConnection) -> Result<(), HistoryError> {
    let application: i32 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *connection)
        .await?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(connection)
        .await?;
    if application == APPLICATION_ID || (application == 0 && tables == 0) {
        return Ok(());
    }
    let path = PathBuf::new();
    Err(HistoryError::NotOurs { path })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Filter, NewEntry};
    use jiff::Timestamp;
    use tempfile::TempDir;

    async fn opened() -> (TempDir, History) {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(&folder.path().join("history.db"))
            .await
            .unwrap();
        (folder, history)
    }

    fn entry() -> NewEntry {
        NewEntry::new(Timestamp::UNIX_EPOCH, "comment", "alice")
    }

    #[tokio::test]
    async fn commits_are_durable_and_readers_do_not_wait_for_writers() {
        let (_folder, history) = opened().await;
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&history.writer)
            .await
            .unwrap();
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&history.writer)
            .await
            .unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
        let _writing = history.begin().await.unwrap();
        assert_eq!(history.count(&Filter::default()).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_read_only_database_says_so_and_keeps_what_it_has() {
        let (_folder, history) = opened().await;
        history.append(vec![entry()], None).await.unwrap();
        sqlx::query("PRAGMA query_only = ON")
            .execute(&history.writer)
            .await
            .unwrap();
        let error = history.append(vec![entry()], None).await.unwrap_err();
        assert!(matches!(error, HistoryError::ReadOnly { .. }), "{error}");
        assert!(
            error.to_string().contains("history.db is read-only"),
            "{error}"
        );
        assert_eq!(history.count(&Filter::default()).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_full_disk_says_so_and_loses_nothing() {
        let (_folder, history) = opened().await;
        history.append(vec![entry()], None).await.unwrap();
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
            .fetch_one(&history.writer)
            .await
            .unwrap();
        let limit = format!("PRAGMA max_page_count = {pages}");
        sqlx::query(sqlx::AssertSqlSafe(limit))
            .execute(&history.writer)
            .await
            .unwrap();
        let mut large = entry();
        large.message = Some("x".repeat(100_000));
        let error = history
            .append(vec![entry(), large], None)
            .await
            .unwrap_err();
        assert!(matches!(error, HistoryError::Full { .. }), "{error}");
        assert_eq!(history.count(&Filter::default()).await.unwrap(), 1);
        sqlx::query("PRAGMA max_page_count = 1000000")
            .execute(&history.writer)
            .await
            .unwrap();
        assert_eq!(history.append(vec![entry()], None).await.unwrap()[0].seq, 2);
        assert!(
            history
                .verify(&|_| Ok(()), &|_, _| {})
                .await
                .unwrap()
                .is_sound()
        );
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        fs::write(
            &path,
            "a shopping list, long enough to have a header".repeat(100),
        )
        .unwrap();
        let before = fs::read(&path).unwrap();
        let error = History::open(&path).await.unwrap_err();
        assert!(matches!(error, HistoryError::Corrupt { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[tokio::test]
    async fn another_programs_database_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let other = SqlitePool::connect_with(
            SqliteConnectOptions::new()
                .filename(&path)
                .create_if_missing(true),
        )
        .await
        .unwrap();
        sqlx::query("CREATE TABLE recipes (id INTEGER)")
            .execute(&other)
            .await
            .unwrap();
        let error = History::open(&path).await.unwrap_err();
        assert!(matches!(error, HistoryError::NotOurs { .. }), "{error}");
        let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
            .fetch_one(&other)
            .await
            .unwrap();
        assert_eq!(tables, 1);
    }

    #[tokio::test]
    async fn a_newer_schema_is_left_alone() {
        let (_folder, history) = opened().await;
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'of tomorrow', 1, x'00', 0)",
        )
        .execute(&history.writer)
        .await
        .unwrap();
        let error = History::open(&history.path).await.unwrap_err();
        assert!(matches!(error, HistoryError::NewerSchema { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_writer_that_does_not_let_go_is_named_busy() {
        let (_folder, history) = opened().await;
        let patience = Duration::from_millis(50);
        let second = open(&history.path, patience).await.unwrap();
        let _writing = history.begin().await.unwrap();
        let error = second.append(vec![entry()], None).await.unwrap_err();
        assert!(matches!(error, HistoryError::Busy { .. }), "{error}");
    }

    #[tokio::test]
    async fn an_open_that_never_ends_elsewhere_is_named_busy() {
        let (_folder, history) = opened().await;
        let _opening = Lock::try_take(&history.locks(), "open").unwrap().unwrap();
        let error = open(&history.path, Duration::from_millis(50))
            .await
            .unwrap_err();
        assert!(matches!(error, HistoryError::Busy { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_missing_folder_and_a_folder_in_the_way_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let missing = History::open(&folder.path().join("no/history.db"))
            .await
            .unwrap_err();
        assert!(
            missing.to_string().contains("folder does not exist"),
            "{missing}"
        );
        let in_the_way = History::open(folder.path()).await.unwrap_err();
        assert!(
            in_the_way.to_string().contains("it is a folder"),
            "{in_the_way}"
        );
    }

    #[tokio::test]
    async fn many_can_open_a_new_record_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let opening = (0..8).map(|_| History::open(&path));
        let opened = futures::future::join_all(opening).await;
        for history in opened {
            history.unwrap().append(vec![entry()], None).await.unwrap();
        }
        let history = History::open(&path).await.unwrap();
        assert_eq!(history.count(&Filter::default()).await.unwrap(), 8);
    }
}
