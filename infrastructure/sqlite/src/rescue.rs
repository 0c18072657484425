//! What a process that did not close has left in the log, before anything is built on it.
//!
//! When a sync fails, the system may keep the pages in its cache, marked as written though they are not. They
//! read well, until the power goes. So what is readable of such a log is written to a new file, synced, and
//! put in the log's place; only then is it moved into the database or appended to.
//!
//! *If the process dies anywhere in between, the log is the old one or the new one, with the same content.*

use crate::{
    open,
    open_error::Trouble,
    place::{Place, has_content, private},
};
use rusqlite::{Connection, ErrorCode};
use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    time::Duration,
};

const COPIED: usize = 1024 * 1024;

/// Makes the log durable. Nobody may append meanwhile: the lock is held. Those who still read are waited for so
/// long.
pub(super) fn rescue(place: &Place, patience: Duration) -> Result<(), Trouble> {
    if has_content(&place.log()) {
        let alone = only_us(place, patience)?;
        write_anew(place)?;
        drop(alone);
    }
    Ok(())
}

/// Nobody else has the database open while this connection has it: whoever reads keeps the log's old file open,
/// and would miss what comes. Others wait for it.
fn only_us(place: &Place, patience: Duration) -> Result<Connection, Trouble> {
    // What is in the log is moved by nobody before it is durable.
    let alone = open::unmoved(place)?;
    alone.busy_timeout(patience / open::WAITS)?;
    let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    alone.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", mode)?;
    for waits in 1..=open::WAITS {
        match open::check_format(&alone) {
            Ok(_) => return Ok(alone),
            Err(Trouble::Database(error))
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) =>
            {
                tracing::warn!(
                    waits,
                    of = open::WAITS,
                    "others still read the store; they are waited for"
                );
            }
            Err(trouble) => return Err(trouble),
        }
    }
    Err(Trouble::Read(patience))
}

fn write_anew(place: &Place) -> io::Result<()> {
    let (log, new) = (place.log(), place.begin("-wal")?);
    let mut from = File::open(&log)?;
    let mut to = private().open(&new)?;
    // Not by `io::copy`: it lets the file system share the blocks of the two files, and these are what the
    // failed sync left.
    let mut bytes = vec![0; COPIED];
    loop {
        match from.read(&mut bytes)? {
            0 => break,
            read => to.write_all(&bytes[..read])?,
        }
    }
    to.sync_all()?;
    fs::rename(&new, &log)?;
    place.sync_directory()
}
