//! Opening a database file: is it ours, do we know its format, and with which settings.

use crate::{Durability, Settings, sql};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// `FFLW`, in the database header: tells our files from other SQLite databases.
const APPLICATION_ID: i32 = 0x4646_4c57;
/// Of the tables. Raised by every change that an older program could not read.
pub(super) const FORMAT: i32 = 2;
const PAGE_BYTES: i64 = 16 * 1024;
const READER_CACHE_KIB: i64 = 8 * 1024;
/// How long to wait for another process that holds the database for a moment.
const PATIENCE: Duration = Duration::from_secs(5);

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
        /// Where one was expected.
        path: PathBuf,
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
        Some(Code::DatabaseCorrupt) => "keep a copy of it, and restore a backup",
        _ => "check the disk and the path",
    }
}

/// What went wrong, still without the path.
pub(super) enum Trouble {
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
    pub(super) fn at(self, path: &Path) -> OpenError {
        let path = path.to_owned();
        match self {
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

/// The write connection, to a store that is created if there is none.
pub(super) fn for_writing(path: &Path, settings: &Settings) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    keep_plans(&connection)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    let fresh = is_fresh(&connection)?;
    if !fresh {
        check_format(&connection)?;
    }
    // Not before the file is known to be ours: this changes its header.
    let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", mode)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(Trouble::NoLog);
    }
    connection.pragma_update(None, "synchronous", settings.durability.as_pragma())?;
    connection.pragma_update(None, "cache_size", -i64::from(settings.cache_mib) * 1024)?;
    // The bundled library checks foreign keys by default; ids are the writer's own.
    connection.pragma_update(None, "foreign_keys", false)?;
    if let Some(pages) = settings.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    if fresh {
        create(&connection)?;
        sync_directory_of(path)?;
    }
    Ok(connection)
}

/// A connection that only moves the log into the database.
pub(super) fn helper(path: &Path, settings: &Settings) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // It syncs the log before it touches the database, and the database before the log is reused.
    connection.pragma_update(None, "synchronous", settings.durability.as_pragma())?;
    Ok(connection)
}

/// A read connection. It sees what is committed and can change nothing.
pub(super) fn for_reading(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    keep_plans(&connection)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

/// The bundled library is built to plan a statement anew whenever another bound value might suggest
/// a better plan, which costs several times what the statement does. Ours have one plan.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

/// Passes a store of a format that this program knows.
pub(super) fn check_format(connection: &Connection) -> Result<(), Trouble> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    match pragma("application_id")? {
        APPLICATION_ID => {}
        // What creation leaves before its one transaction is there.
        0 if is_fresh(connection)? => return Err(Trouble::Unfinished),
        _ => return Err(Trouble::NotAStore),
    }
    match pragma("user_version")? {
        FORMAT => Ok(()),
        found if found < FORMAT => Err(Trouble::Older(found)),
        found => Err(Trouble::Newer(found)),
    }
}

fn is_fresh(connection: &Connection) -> Result<bool, Trouble> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "schema_version", |row| row.get(0))?;
    // Creation is one transaction, so a process that dies in it leaves no tables at all.
    Ok(pages == 0 || version == 0)
}

fn create(connection: &Connection) -> Result<(), Trouble> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    for statement in sql::CREATE {
        transaction.execute(statement, [])?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    Ok(())
}

/// A new file survives a power cut only when its directory's entry does.
pub(super) fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    fs::File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

impl Durability {
    pub(super) const fn as_pragma(self) -> &'static str {
        match self {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SqliteStore;

    /// The files beside each other, as a kill leaves them at this moment.
    fn killed(directory: &Path, nth: usize) -> (tempfile::TempDir, PathBuf) {
        let copy = tempfile::tempdir().expect("a temporary directory");
        for file in fs::read_dir(directory).expect("a directory") {
            let file = file.expect("a file");
            fs::copy(file.path(), copy.path().join(file.file_name())).expect("a copy");
        }
        let path = copy.path().join("events.db");
        assert!(path.exists(), "step {nth}");
        (copy, path)
    }

    #[test]
    fn a_store_whose_creation_was_cut_says_so_to_readers_and_is_finished_by_a_writer() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("events.db");
        let mut left = Vec::new();
        let leaves = |left: &mut Vec<_>| left.push(killed(directory.path(), left.len()));
        fs::write(&path, []).expect("an empty file");
        leaves(&mut left);
        let connection = Connection::open(&path).expect("a database");
        connection.pragma_update(None, "page_size", PAGE_BYTES).expect("a page size");
        leaves(&mut left);
        let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        connection.pragma_update_and_check(None, "journal_mode", "WAL", mode).expect("a log");
        leaves(&mut left);
        // Pages that do not fit reach the log before the commit does.
        connection.pragma_update(None, "cache_size", 1).expect("a small cache");
        let creating = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate);
        let creating = creating.expect("a transaction");
        for statement in sql::CREATE {
            creating.execute(statement, []).expect("a table");
            leaves(&mut left);
        }
        creating.pragma_update(None, "application_id", APPLICATION_ID).expect("an id");
        leaves(&mut left);
        creating.pragma_update(None, "user_version", FORMAT).expect("a version");
        leaves(&mut left);
        for (nth, (_copy, path)) in left.iter().enumerate() {
            let read = SqliteStore::open_read_only(path).map(drop);
            assert!(matches!(read, Err(OpenError::Unfinished { .. })), "step {nth}: {read:?}");
            let says = read.map_err(|error| error.to_string()).unwrap_err();
            assert!(says.contains("the next opening for writing finishes it"), "{says}");
            let Ok(created) = for_writing(path, &Settings::default()) else { panic!("{nth}") };
            drop(created);
            SqliteStore::open_read_only(path).map(drop).expect("a store to read");
        }
        creating.commit().expect("a commit");
        SqliteStore::open_read_only(&path).map(drop).expect("a store to read");
    }

    #[test]
    fn an_empty_database_of_another_program_is_no_store_of_ours() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("events.db");
        let other = Connection::open(&path).expect("a database");
        other.pragma_update(None, "application_id", 7).expect("an id");
        let read = SqliteStore::open_read_only(&path).map(drop);
        assert!(matches!(read, Err(OpenError::NotAStore { .. })), "{read:?}");
    }
}
