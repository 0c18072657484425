//! The ledger's file: beside the store, its owner's alone, and swapped by a rename.

use crate::{LedgerError, sql};
use nix::libc;
use rusqlite::{Connection, OpenFlags};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

const NAME: &str = "ledger.db";
const MODE: u32 = 0o600;

/// The ledger's file in the directory of a store.
pub(crate) fn of(directory: &Path) -> PathBuf {
    directory.join(NAME)
}

/// Opens what is there, or makes an empty one; in memory where nothing can be written.
pub(crate) fn open(path: &Path) -> Result<Connection, LedgerError> {
    let made = match private(path, false) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
        Err(error) if is_read_only(&error) => return in_memory(),
        Err(error) => return Err(failed(path, error)),
    };
    // A pipe would wait for somebody who reads it.
    match fundflow_files::open_itself(path) {
        Ok(_) => {}
        Err(error) if is_read_only(&error) => return in_memory(),
        Err(error) => return Err(failed(path, error)),
    }
    let writable = OpenOptions::new().write(true).custom_flags(libc::O_NOFOLLOW).open(path);
    match writable {
        Ok(_) => {}
        Err(error) if is_read_only(&error) => return in_memory(),
        Err(error) => return Err(failed(path, error)),
    }
    let connection = connect(path)?;
    if made || is_empty(&connection)? {
        fill(&connection)?;
    }
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format == sql::FORMAT { Ok(connection) } else { Err(LedgerError::Format(format)) }
}

/// An empty one aside, whatever a rebuild that died has left there.
pub(crate) fn aside(path: &Path) -> Result<(Connection, PathBuf), LedgerError> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    private(&aside, true).map_err(|error| failed(&aside, error))?;
    let connection = connect(&aside)?;
    // Whoever dies makes it anew; it is synced before it is renamed.
    connection.pragma_update(None, "synchronous", "OFF")?;
    fill(&connection)?;
    Ok((connection, aside))
}

/// Puts what was made aside in its place.
pub(crate) fn swap(connection: Connection, aside: &Path, path: &Path) -> Result<(), LedgerError> {
    connection.close().map_err(|(_, error)| error)?;
    let renamed = || {
        File::open(aside)?.sync_all()?;
        fs::rename(aside, path)?;
        path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    };
    renamed().map_err(|error| failed(path, error))
}

fn connect(path: &Path) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(60))?;
    Ok(connection)
}

fn in_memory() -> Result<Connection, LedgerError> {
    let connection = Connection::open_in_memory()?;
    fill(&connection)?;
    Ok(connection)
}

fn is_empty(connection: &Connection) -> Result<bool, LedgerError> {
    Ok(connection.query_row(sql::IS_EMPTY, (), |row| row.get(0))?)
}

fn fill(connection: &Connection) -> Result<(), LedgerError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    // Another process may have been here first.
    if is_empty(connection)? {
        connection.execute_batch(sql::TABLES)?;
        connection.pragma_update(None, "user_version", sql::FORMAT)?;
    }
    Ok(connection.execute_batch("COMMIT")?)
}

fn private(path: &Path, anew: bool) -> io::Result<()> {
    if anew {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    OpenOptions::new().write(true).create_new(true).mode(MODE).open(path).map(drop)
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn failed(path: &Path, source: io::Error) -> LedgerError {
    LedgerError::File { path: path.to_owned(), source }
}
