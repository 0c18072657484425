//! Reading a store where nothing can be written: a read-only medium or mount, a directory of somebody else, a copy.
//!
//! SQLite shares an index of the log between processes, in a file beside it. Where that cannot be made nobody writes
//! here, so the index is in this process, or there is no log and none is needed. No file is left behind.

use crate::{
    open_error::Trouble,
    place::{Place, has_content},
};
use rusqlite::{Connection, OpenFlags};
use std::{fmt::Write as _, os::unix::ffi::OsStrExt as _, path::Path};

/// A read connection that makes no file.
pub(super) fn open(place: &Place) -> Result<Connection, Trouble> {
    let has_log = has_content(&place.log());
    let how = if has_log { "vfs=unix-none" } else { "immutable=1" };
    let uri = format!("file:{}?mode=ro&{how}", escaped(place.database()));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags)?;
    if has_log {
        // Alone with it, SQLite keeps the index of the log in memory.
        let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", mode)?;
    }
    Ok(connection)
}

/// As a path stands in a URI.
fn escaped(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => text.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(*byte)),
            // Writing to a string cannot fail.
            byte => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}
