//! What a process that did not close has left in the log, before anything is built on it.
//!
//! When a sync fails, the system may keep the pages in its cache, marked as written though they are not. They
//! read well, until the power goes. So what is readable of such a log is written to a new file, synced, and
//! put in the log's place; only then is it moved into the database or appended to.
//!
//! A log is written anew from its beginning over and over, and does not shrink: behind its last page of this time are pages of
//! before, which nobody reads. They are left out, so that a start does not wait for them.
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
    os::unix::fs::FileExt as _,
    time::Duration,
};

/// Bytes before the first page, and before each page; where the length of a page and the two salts are in them.
const HEADER: u64 = 32;
const PAGE_HEADER: u64 = 24;
const PAGE_LENGTH_AT: usize = 8;
const SALTS_AT: usize = 16;
const PAGE_SALTS_AT: u64 = 8;

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
    let from = File::open(&log)?;
    let end = end_of_use(&from)?;
    let mut from = from.take(end);
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

/// Where the last page ends that may have been written since the log was begun anew. Each of them has both salts of the log's
/// beginning; one that has a single one of them may be damaged, and stays for whoever looks into that. So does everything where the
/// beginning itself is of no use.
fn end_of_use(log: &File) -> io::Result<u64> {
    let length = log.metadata()?.len();
    let mut header = [0; SALTS_AT + 8];
    if length < HEADER {
        return Ok(length);
    }
    log.read_exact_at(&mut header, 0)?;
    let [a, b, c, d] = header[PAGE_LENGTH_AT..PAGE_LENGTH_AT + 4] else { return Ok(length) };
    let each = PAGE_HEADER + u64::from(u32::from_be_bytes([a, b, c, d]));
    let (one, other) = header[SALTS_AT..SALTS_AT + 8].split_at(4);
    for pages in (1..=(length - HEADER).div_ceil(each)).rev() {
        let mut salts = [0; 8];
        let at = HEADER + (pages - 1) * each + PAGE_SALTS_AT;
        // The last one may be cut off.
        if at + 8 <= length {
            log.read_exact_at(&mut salts, at)?;
            if salts[..4] == *one || salts[4..] == *other {
                return Ok(length.min(HEADER + pages * each));
            }
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of 8 bytes, each with the salts of its time.
    fn log(salts: [&[u8; 8]; 5]) -> Vec<u8> {
        let mut bytes = vec![0; SALTS_AT];
        bytes[PAGE_LENGTH_AT..PAGE_LENGTH_AT + 4].copy_from_slice(&8_u32.to_be_bytes());
        bytes.extend(salts[0]);
        bytes.extend([0; 8]);
        for salts in &salts[1..] {
            bytes.extend([0; 8]);
            bytes.extend(*salts);
            bytes.extend([7; 16]);
        }
        bytes
    }

    fn end_of(bytes: &[u8]) -> u64 {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), bytes).expect("a log");
        end_of_use(&File::open(file.path()).expect("the log")).expect("a look at it")
    }

    #[test]
    fn what_is_left_out_is_nothing_that_sqlite_reads() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let of = |name: &str| directory.path().join(name);
        let database = Connection::open(of("events.db")).expect("a database");
        let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        database.pragma_update_and_check(None, "journal_mode", "WAL", mode).expect("a log");
        // Each is a transaction, which writes one page.
        let write = |versions: std::ops::Range<i32>| {
            for version in versions {
                database.pragma_update(None, "user_version", version).expect("a write");
            }
        };
        write(1..100);
        database.pragma(None, "wal_checkpoint", "RESTART", |_| Ok(())).expect("a log begun anew");
        write(100..103);
        // As a process leaves it that is killed now.
        for (open, left) in [("events.db", "left.db"), ("events.db-wal", "left.db-wal")] {
            fs::copy(of(open), of(left)).expect("a copy");
        }
        let whole = fs::metadata(of("left.db-wal")).expect("a log").len();
        write_anew(&Place::of(&of("left.db")).expect("a place")).expect("a log written anew");

        let left = fs::metadata(of("left.db-wal")).expect("a log").len();
        assert!(left > 0 && left < whole / 10, "{left} of {whole} bytes");
        let found = Connection::open(of("left.db")).expect("a database");
        let version = |row: &rusqlite::Row<'_>| row.get::<_, i32>(0);
        let last = found.pragma_query_value(None, "user_version", version).expect("a version");
        assert_eq!(last, 102);
    }

    const NOW: &[u8; 8] = b"saltSALT";
    const BEFORE: &[u8; 8] = b"rbltXYZW";

    #[test]
    fn pages_of_before_the_log_was_begun_anew_are_left_out() {
        assert_eq!(end_of(&log([NOW, NOW, NOW, BEFORE, BEFORE])), 32 + 2 * 32);
        assert_eq!(end_of(&log([NOW, NOW, NOW, NOW, NOW])), 32 + 4 * 32);
        assert_eq!(end_of(&log([NOW, NOW, NOW, NOW, NOW])[..32 + 3 * 32 + 20]), 32 + 3 * 32 + 20);
    }

    #[test]
    fn a_page_that_may_be_damaged_stays_and_so_does_what_follows_it() {
        let (one, other) = (b"tbltSALT", b"saltSAMT");
        assert_eq!(end_of(&log([NOW, NOW, one, other, BEFORE])), 32 + 3 * 32);
        assert_eq!(end_of(&log([NOW, BEFORE, BEFORE, NOW, BEFORE])), 32 + 3 * 32);
    }

    #[test]
    fn where_the_beginning_is_of_no_use_all_of_it_stays() {
        let whole = log([b"........", NOW, NOW, BEFORE, BEFORE]);
        assert_eq!(end_of(&whole), whole.len() as u64);
        let mut no_length = log([NOW, NOW, NOW, BEFORE, BEFORE]);
        no_length[PAGE_LENGTH_AT..PAGE_LENGTH_AT + 4].fill(0xff);
        assert_eq!(end_of(&no_length), no_length.len() as u64);
        assert_eq!(end_of(&whole[..20]), 20);
        assert_eq!(end_of(&[]), 0);
    }
}
