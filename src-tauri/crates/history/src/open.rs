//! Opening the database: one connection that writes, a few that only read, and the schema
//! brought up to date. Never touches a file that is not a history, or that a newer version wrote.

use crate::HistoryError;
use crate::lock::Lock;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqliteConnection, SqlitePool};
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
        let opened = open(path).await;
        opened.map_err(|error| error.at(path))
    }

    /// Where the lock files of intents are.
    pub(crate) fn locks(&self) -> PathBuf {
        locks_beside(&self.path)
    }
}

async fn open(path: &Path) -> Result<History, HistoryError> {
    refuse_impossible(path)?;
    let _alone = wait_alone(path).await?;
    let options = options(path);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE * 2)
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

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
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

fn locks_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".locks");
    name.into()
}

/// Two processes must not make the tables at once: SQLite would tell the second one that they
/// exist. Given up after [`PATIENCE`].
async fn wait_alone(path: &Path) -> Result<Lock, HistoryError> {
    let folder = locks_beside(path);
    let step = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        if let Some(lock) = Lock::try_take(&folder, "open")? {
            return Ok(lock);
        }
        if waited >= PATIENCE {
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
    MIGRATIONS.run(&mut connection).await?;
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
