//! What can go wrong with the record, each as a sentence that says what to do. An error here
//! never carries the text of an entry.

use sqlx::error::DatabaseError;
use std::path::{Path, PathBuf};

/// Why the history could not be read or written. Nothing was written where one is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The file or its folder may not be written.
    #[error(
        "the history {} is read-only: make the file and its folder writable for you, or choose \
         another folder with --workspace", path.display()
    )]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// No room to write.
    #[error(
        "there is no room left to write the history {}: free some space on its disk and try \
         again; nothing was lost", path.display()
    )]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The file is no longer a sound database.
    #[error(
        "the history {} is damaged ({reason}): keep the file, restore it from a backup, or move \
         it away and run “hallmark history rebuild”, which reads the team's statements from the \
         registry", path.display()
    )]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// The file belongs to another program.
    #[error(
        "{} is not a Hallmark history but another program's file: move it away, or choose another \
         folder with --workspace", path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A newer Hallmark wrote it.
    #[error(
        "the history {} was written by a newer Hallmark: update this one; an older one would \
         damage it", path.display()
    )]
    NewerSchema {
        /// The database.
        path: PathBuf,
    },
    /// Another process kept the database locked for longer than we wait.
    #[error(
        "another Hallmark is busy writing the history {}: wait for it to finish and try again",
        path.display()
    )]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// The file cannot be opened or made.
    #[error("the history {} cannot be opened: {reason}", path.display())]
    CannotOpen {
        /// The database.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// Lock files cannot be made or locked.
    #[error(
        "the lock {} cannot be taken: {reason}. Keep the workspace on a disk that has file locks",
        path.display()
    )]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// Something else that SQLite says.
    #[error("the history {} cannot be used: {reason}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// A stored entry is not what was written.
    #[error(
        "entry {seq} of the history was changed after it was written: run “hallmark history \
         verify” to see everything that does not fit"
    )]
    Damaged {
        /// The entry.
        seq: u64,
    },
    /// The head row does not fit the entries, so nothing can be appended to them.
    #[error(
        "the history does not end where it should, at entry {size}: run “hallmark history verify” \
         to see what is missing"
    )]
    BrokenEnd {
        /// How many entries the head row counts.
        size: u64,
    },
    /// The new entry cannot be recorded as it is.
    #[error("this cannot be recorded: {0}")]
    BadEntry(String),
    /// The intent was finished before.
    #[error("this promotion was settled already, in another window or command: look at its entry")]
    IntentClosed,
    /// The export's target cannot be written.
    #[error("the export cannot be written: {0}")]
    Export(String),
}

impl HistoryError {
    /// The same error, saying which file it is about.
    pub(crate) fn at(mut self, file: &Path) -> Self {
        match &mut self {
            Self::ReadOnly { path }
            | Self::Full { path }
            | Self::Corrupt { path, .. }
            | Self::NotOurs { path }
            | Self::NewerSchema { path }
            | Self::Busy { path }
            | Self::CannotOpen { path, .. }
            | Self::Database { path, .. } => file.clone_into(path),
            _ => {}
        }
        self
    }
}

impl From<sqlx::Error> for HistoryError {
    fn from(error: sqlx::Error) -> Self {
        let path = PathBuf::new();
        match &error {
            sqlx::Error::Database(inner) => from_code(inner.as_ref(), path),
            sqlx::Error::PoolTimedOut => Self::Busy { path },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt {
                path,
                reason: error.to_string(),
            },
            sqlx::Error::Migrate(inner) => from_migration(inner, path),
            _ => Self::Database {
                path,
                reason: error.to_string(),
            },
        }
    }
}

/// `SQLITE_IOERR_SHMSIZE`: the index of the write-ahead log cannot grow.
const NO_ROOM_FOR_SHARED_MEMORY: i32 = 4874;

/// Sorts SQLite's result codes (sqlite.org/rescode.html); extended codes keep the primary one
/// in their low byte.
fn from_code(error: &dyn DatabaseError, path: PathBuf) -> HistoryError {
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    let reason = error.message().to_owned();
    if code == Some(NO_ROOM_FOR_SHARED_MEMORY) {
        return HistoryError::Full { path };
    }
    match code.map(|code| code & 0xff) {
        Some(3 | 8) => HistoryError::ReadOnly { path },
        Some(5 | 6) => HistoryError::Busy { path },
        Some(11 | 26) => HistoryError::Corrupt { path, reason },
        Some(13) => HistoryError::Full { path },
        Some(14) => HistoryError::CannotOpen { path, reason },
        _ => HistoryError::Database { path, reason },
    }
}

fn from_migration(error: &sqlx::migrate::MigrateError, path: PathBuf) -> HistoryError {
    use sqlx::migrate::MigrateError as M;
    match error {
        M::VersionMissing(_) | M::VersionTooNew(..) => HistoryError::NewerSchema { path },
        M::Execute(sqlx::Error::Database(inner))
        | M::ExecuteMigration(sqlx::Error::Database(inner), _) => from_code(inner.as_ref(), path),
        M::VersionMismatch(_) => HistoryError::Corrupt {
            path,
            reason: "its schema was edited".to_owned(),
        },
        other => HistoryError::Database {
            path,
            reason: other.to_string(),
        },
    }
}

impl From<sqlx::migrate::MigrateError> for HistoryError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        from_migration(&error, PathBuf::new())
    }
}
