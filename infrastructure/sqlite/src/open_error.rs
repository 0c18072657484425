//! Why a store was not opened, and what to do about it.

use crate::{open::FORMAT, place::Place};
use fundflow_kernel::store::Position;
use rusqlite::ErrorCode;
use std::{io, path::PathBuf, time::Duration};

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process appends to it.
    #[error(
        "{path} is held by {holder}; stop that process, or open the store read-only beside it",
        path = path.display()
    )]
    Held {
        /// The store, as it was named by the caller.
        path: PathBuf,
        /// Process, host and start time.
        holder: String,
    },
    /// Written by a newer program.
    #[error(
        "{path} has format {found}, this program knows {known}; install the newer program",
        path = path.display()
    )]
    Newer {
        /// The file that is of another format.
        path: PathBuf,
        /// The `user_version` of the database.
        found: i32,
        /// The one that this version reads and writes.
        known: i32,
    },
    /// Written by an older program, before its events said which kind of saga they belong to.
    #[error(
        "{path} has format {found}, this program reads and writes format {known} only; \
         keep the file and read it with fundflow 0.1, or start a new store at another path",
        path = path.display()
    )]
    Older {
        /// The file that is of another format.
        path: PathBuf,
        /// The `user_version` of the database.
        found: i32,
        /// The one that this version reads and writes.
        known: i32,
    },
    /// A file, but not one of ours.
    #[error("{path} is not a fundflow store; check the path, nothing was changed", path = path.display())]
    NotAStore {
        /// The file, as it was named by the caller.
        path: PathBuf,
    },
    /// Nothing was ever appended to it: its creation goes on, or a process died in it.
    #[error(
        "the store at {path} is empty, and its creation is not finished; where no process is creating it now, one \
         was stopped in it, and the next opening for writing finishes it",
        path = path.display()
    )]
    Unfinished {
        /// The store, as it was named by the caller.
        path: PathBuf,
    },
    /// There is nothing to read.
    #[error("there is no store at {path}; check the path, or open it for writing to create it", path = path.display())]
    Missing {
        /// Path of the expected file.
        path: PathBuf,
    },
    /// A companion is there, the database is not, or it is empty: it was taken away.
    #[error(
        "{path} is {state}, but {left} of a store that was there is not: the store's database is missing; put the \
         database back, or move all files of that store away, and restore a backup with `store restore`, or begin a new one",
        path = path.display(), left = left.display()
    )]
    Gone {
        /// Where the database was expected.
        path: PathBuf,
        /// `gone` or `empty`.
        state: &'static str,
        /// The companion that was found.
        left: PathBuf,
    },
    /// The database is there without what was always beside it, so its newest events may be elsewhere.
    #[error(
        "{path} is there without its companion {companion}, and its newest events may be where that is; \
         mount or copy the whole directory of a store, or take what is here for all of it with `store accept`",
        path = path.display(), companion = companion.display()
    )]
    Alone {
        /// The store, by its canonical path.
        path: PathBuf,
        /// The file that is missing beside it.
        companion: PathBuf,
    },
    /// The companion cannot be read, or is that of another store.
    #[error(
        "{companion} {what}; put the one back that belongs to {path}, or take what is there for all of it with \
         `store accept`",
        path = path.display(), companion = companion.display()
    )]
    Unfit {
        /// The store, by its canonical path.
        path: PathBuf,
        /// The file beside the database that does not fit.
        companion: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Acknowledged events are missing, or others are in their place: the log or the database was damaged, cut or
    /// exchanged.
    #[error(
        "{path} {found}, and everything up to position {acknowledged} was acknowledged; keep a copy of all its files, and \
         restore a backup that has it, or go on with what is there with `store accept`",
        path = path.display()
    )]
    Lost {
        /// The store, by its canonical path.
        path: PathBuf,
        /// The position up to which its events were acknowledged.
        acknowledged: Position,
        /// Kind of file at that path.
        found: String,
    },
    /// An event is missing, so the tree over the events cannot go on.
    #[error(
        "{path} cannot be written to: {what}; keep a copy of all its files, see `fundflow audit verify`, and restore a \
         backup",
        path = path.display()
    )]
    Broken {
        /// The store, by its canonical path.
        path: PathBuf,
        /// Name of the missing part.
        what: String,
    },
    /// A process that reads keeps the log of a process that was killed from being written anew.
    #[error(
        "the process that wrote {path} last was stopped, and others that still read the store keep its log from \
         being secured; they were waited for {} ms: end them, then try again. `fuser {path}` lists them",
        waited.as_millis(), path = path.display()
    )]
    Read {
        /// The store, by its canonical path.
        path: PathBuf,
        /// How long they were waited for.
        waited: Duration,
    },
    /// The file system refused.
    #[error("cannot open the files of {path}; {}", remedy(source.kind()), path = path.display())]
    Io {
        /// The store, as it was named by the caller.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The file system cannot share memory between processes, as network ones cannot.
    #[error("the write-ahead log cannot be used at {path}; put the store on a local disk", path = path.display())]
    NoLog {
        /// The store, as it was named by the caller.
        path: PathBuf,
    },
    /// SQLite refused to open or to set up the database.
    #[error("cannot open the database {path}; {}", of_database(source), path = path.display())]
    Database {
        /// The store, as it was named by the caller.
        path: PathBuf,
        /// SQLite's own message and code.
        #[source]
        source: rusqlite::Error,
    },
}

const ALLOWED: &str =
    "check that this user may read and write it, the files beside it and their directory";

/// What to do about what the file system says.
const fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "there is no such directory, and none can be made there; name another path"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ALLOWED,
        _ => "check the disk and the path",
    }
}

/// What to do about what SQLite says.
fn of_database(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::CannotOpen | Code::PermissionDenied | Code::ReadOnly) => ALLOWED,
        Some(Code::DatabaseBusy) => {
            "another program holds it, and was waited for: end that program, or try again later"
        }
        Some(Code::DatabaseCorrupt) => "keep a copy of it, and restore a backup",
        _ => "check the disk and the path",
    }
}

/// What went wrong, still without the path.
pub(super) enum Trouble {
    Gone(PathBuf),
    Emptied(PathBuf),
    Alone,
    Unreadable,
    OfAnother,
    Lost { acknowledged: Position, found: String },
    Broken(String),
    Read(Duration),
    Newer(i32),
    Older(i32),
    NotAStore,
    Unfinished,
    NoLog,
    Io(io::Error),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Trouble::NotAStore,
            _ => Trouble::Database(error),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Io(error)
    }
}

impl Trouble {
    /// Whether SQLite may not make or use the index of the log.
    pub(super) fn is_for_want_of_writing(&self) -> bool {
        let Trouble::Database(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
    }

    pub(super) fn at(self, place: &Place) -> OpenError {
        let path = place.database().to_owned();
        let companion = place.acknowledged();
        match self {
            Trouble::Gone(left) => OpenError::Gone { path, state: "gone", left },
            Trouble::Emptied(left) => OpenError::Gone { path, state: "empty", left },
            Trouble::Alone => OpenError::Alone { path, companion },
            Trouble::Unreadable => OpenError::Unfit { path, companion, what: "cannot be read" },
            Trouble::OfAnother => {
                OpenError::Unfit { path, companion, what: "belongs to another store" }
            }
            Trouble::Lost { acknowledged, found } => OpenError::Lost { path, acknowledged, found },
            Trouble::Broken(what) => OpenError::Broken { path, what },
            Trouble::Read(waited) => OpenError::Read { path, waited },
            Trouble::Newer(found) => OpenError::Newer { path, found, known: FORMAT },
            Trouble::Older(found) => OpenError::Older { path, found, known: FORMAT },
            Trouble::NotAStore => OpenError::NotAStore { path },
            Trouble::Unfinished => OpenError::Unfinished { path },
            Trouble::NoLog => OpenError::NoLog { path },
            Trouble::Io(source) => OpenError::Io { path, source },
            Trouble::Database(source) => OpenError::Database { path, source },
        }
    }
}
