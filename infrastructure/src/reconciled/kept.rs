//! What a reconciliation has put aside, in a file that stays when its process dies.
//!
//! 1. What is added is there with the next mark, in one transaction: behind a mark there is never anything.
//! 2. The file is of one basis: what is read, and by which rules. Of another basis it is thrown away.
//! 3. Whoever opens the file last has it. A run that went on meanwhile ends at its next mark, and what it added since its
//!    last one is not there.

use super::{
    StagingError,
    staging::{PAGE, Staging},
};
use fundflow_reconciliation::row::Row;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

/// Pages of the log beside the file that are carried over at once: 40 MB.
const CHECKPOINT: i64 = 10_000;

const MARKED: &str = include_str!("sql/marked.sql");
const PUT_MARK: &str = include_str!("sql/put_mark.sql");
const PUT_STREAM: &str = include_str!("sql/put_stream.sql");
const INDEX_STREAMS: &str = include_str!("sql/index_streams.sql");
const PAGE_OF_STREAMS: &str = include_str!("sql/page_of_streams.sql");
const PUT_WAITING: &str = include_str!("sql/put_waiting.sql");
const PAGE_OF_WAITING: &str = include_str!("sql/page_of_waiting.sql");
const PUT_NOTE: &str = include_str!("sql/put_note.sql");
const NOTES: &str = include_str!("sql/notes.sql");
const COUNT: &str = include_str!("sql/count_rows.sql");

/// Names of marks that are the file's own.
const BASIS: &str = "basis";
const HOLDER: &str = "holder";

/// A file that stays.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    /// The how manieth run it is that opened it.
    holder: u64,
}

/// What was there when a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// Nothing was there.
    #[default]
    Anew,
    /// What an earlier run left, of something else than is there by now; it was thrown away.
    Overtaken,
    /// So many rows of an earlier run, on which this one goes on.
    GoesOn(u64),
}

impl Staging {
    /// Those of a file; where it is of another basis, or cannot be read, an empty one in its place.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn at(path: &Path, basis: &str) -> Result<(Self, Begun), StagingError> {
        let is_there = path.exists();
        let found = if is_there { Self::held(path).ok() } else { None };
        if let Some(staging) = found
            && staging.marked::<String>(BASIS).ok().flatten().as_deref() == Some(basis)
        {
            let rows: i64 = staging.rows.query_row(COUNT, [], |row| row.get(0))?;
            return Ok((staging, Begun::GoesOn(rows.unsigned_abs())));
        }
        let begun = if is_there { Begun::Overtaken } else { Begun::Anew };
        Ok((Self::made(path, basis)?, begun))
    }

    /// Throws away what there is; an empty one of the same basis is in its place.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn anew(self) -> Result<Self, StagingError> {
        let basis: Option<String> = self.marked(BASIS)?;
        match (&self.kept, basis) {
            (Some(kept), Some(basis)) => {
                let path = kept.path.clone();
                drop(self);
                Self::made(&path, &basis)
            }
            (Some(_) | None, _) => Self::new(),
        }
    }

    /// Takes the file away; nobody has to go on any more.
    ///
    /// # Errors
    /// [`StagingError::File`].
    pub fn remove(self) -> Result<(), StagingError> {
        let Some(Kept { path, .. }) = &self.kept else { return Ok(()) };
        let path = path.clone();
        drop(self);
        take_away(&path)
    }

    fn made(path: &Path, basis: &str) -> Result<Self, StagingError> {
        let failed = |source| StagingError::File { path: path.to_owned(), source };
        if let Some(directory) = path.parent() {
            fundflow_files::make_directory(directory, directory).map_err(failed)?;
        }
        take_away(path)?;
        // Its owner's alone; what SQLite keeps beside it follows.
        fundflow_files::replace(path, "").map_err(failed)?;
        let mut staging = Self::held(path)?;
        staging.mark(BASIS, &basis)?;
        Ok(staging)
    }

    /// Opened, and this run's from now on.
    fn held(path: &Path) -> Result<Self, StagingError> {
        let rows = Connection::open(path)?;
        rows.pragma_update(None, "journal_mode", "WAL")?;
        // A mark may be lost with the power; a file whose end is lost goes on from an earlier one.
        rows.pragma_update(None, "synchronous", "NORMAL")?;
        rows.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
        let mut staging = Self::of(rows, None)?;
        let holder = staging.marked::<u64>(HOLDER)?.unwrap_or_default() + 1;
        staging.mark(HOLDER, &holder)?;
        staging.kept = Some(Kept { path: path.to_owned(), holder });
        Ok(staging)
    }

    /// Says how far that has come. Whatever was added is there from now on.
    ///
    /// # Errors
    /// [`StagingError`]; nothing that was added since the last mark is there then.
    pub fn mark<T: Serialize>(&mut self, name: &str, body: &T) -> Result<(), StagingError> {
        self.begin()?;
        if let Some(kept) = &self.kept
            && self.marked::<u64>(HOLDER)? != Some(kept.holder)
        {
            self.rows.execute_batch("ROLLBACK")?;
            return Err(StagingError::TakenOver);
        }
        let body = serde_json::to_string(body)?;
        self.rows.prepare_cached(PUT_MARK)?.execute([name, &body])?;
        self.rows.execute_batch("COMMIT")?;
        Ok(())
    }

    /// How far that had come.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn marked<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StagingError> {
        let mut statement = self.rows.prepare_cached(MARKED)?;
        let body: Option<String> = statement.query_row([name], |row| row.get(0)).optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }

    /// Rows that this process has added.
    pub const fn added(&self) -> u64 {
        self.added
    }

    /// Remembers the name of a stream that moved; it may be told as often as it did.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn put_stream(&mut self, name: &str) -> Result<(), StagingError> {
        self.begin()?;
        self.rows.prepare_cached(PUT_STREAM)?.execute([name])?;
        Ok(())
    }

    /// Names of streams that moved, behind that one, a page of them: each once, in the order of their bytes.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn streams(&self, after: &str) -> Result<Vec<String>, StagingError> {
        self.rows.execute_batch(INDEX_STREAMS)?;
        let mut statement = self.rows.prepare_cached(PAGE_OF_STREAMS)?;
        let names = statement.query_map(params![after, PAGE], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Puts a row of a sender aside of whom nobody knows yet whether he owes it.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn wait(&mut self, sender: &str, row: &Row) -> Result<(), StagingError> {
        self.begin()?;
        let body = serde_json::to_string(row)?;
        self.rows.prepare_cached(PUT_WAITING)?.execute([sender, &body])?;
        Ok(())
    }

    /// Those rows behind that number, a page of them, each with its number and its sender.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn waiting(&self, after: i64) -> Result<Vec<(i64, String, Row)>, StagingError> {
        let mut statement = self.rows.prepare_cached(PAGE_OF_WAITING)?;
        let mut rows = statement.query(params![after, PAGE])?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(2)?;
            read.push((row.get(0)?, row.get(1)?, serde_json::from_str(&body)?));
        }
        Ok(read)
    }

    /// Remembers something under a kind and a key.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn note<T: Serialize>(
        &mut self,
        kind: &str,
        key: &str,
        body: &T,
    ) -> Result<(), StagingError> {
        self.begin()?;
        let body = serde_json::to_string(body)?;
        self.rows.prepare_cached(PUT_NOTE)?.execute([kind, key, &body])?;
        Ok(())
    }

    /// All that is remembered of a kind, by key.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn notes<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(String, T)>, StagingError> {
        let mut statement = self.rows.prepare_cached(NOTES)?;
        let mut rows = statement.query([kind])?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(1)?;
            read.push((row.get(0)?, serde_json::from_str(&body)?));
        }
        Ok(read)
    }
}

/// The file, and those that SQLite keeps beside it.
fn take_away(path: &Path) -> Result<(), StagingError> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut beside = OsString::from(path);
        beside.push(end);
        let path = PathBuf::from(beside);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StagingError::File { path, source });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconciled::Side;
    use fundflow_reconciliation::{row::Stand, rules::Rules, source::Source};
    use std::os::unix::fs::PermissionsExt as _;

    fn add(staging: &mut Staging, number: &str) {
        let rules = Rules::shipped().unwrap();
        let row = Row::of(Source::Statement, Stand::Record, "a file", 1).word("number", number);
        staging.add(rules.source(Source::Statement), Side::Theirs, &row).unwrap();
    }

    fn keys(staging: &mut Staging) -> Vec<String> {
        staging.unmet(Source::Statement, "").unwrap()
    }

    #[test]
    fn behind_a_mark_there_is_nothing_of_whoever_died() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("recon").join("rows.db");
        let (mut first, begun) = Staging::at(&path, "one").unwrap();
        assert_eq!(begun, Begun::Anew);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "its owner's alone");
        add(&mut first, "A");
        first.mark("far", &1).unwrap();
        add(&mut first, "B");
        first.put_stream("payment-B").unwrap();
        drop(first);

        let (mut again, begun) = Staging::at(&path, "one").unwrap();
        assert_eq!(begun, Begun::GoesOn(1));
        assert_eq!((again.marked("far").unwrap(), keys(&mut again)), (Some(1), vec!["A".into()]));
        assert!(again.streams("").unwrap().is_empty());
        drop(again);
        let (mut other, begun) = Staging::at(&path, "another").unwrap();
        assert_eq!((begun, keys(&mut other)), (Begun::Overtaken, Vec::new()));
        other.remove().unwrap();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
    }

    #[test]
    fn whoever_opens_it_last_has_it_and_the_one_before_ends_at_its_next_mark() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.db");
        let (mut first, _) = Staging::at(&path, "one").unwrap();
        add(&mut first, "A");
        first.mark("far", &1).unwrap();
        let (mut last, begun) = Staging::at(&path, "one").unwrap();
        assert_eq!(begun, Begun::GoesOn(1));
        add(&mut first, "B");
        assert!(matches!(first.mark("far", &2), Err(StagingError::TakenOver)));
        add(&mut last, "C");
        last.mark("far", &3).unwrap();
        assert_eq!(keys(&mut last), ["A", "C"]);
    }

    #[test]
    fn what_is_no_database_is_thrown_away() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.db");
        fs::write(&path, "no database, but longer than the header of one would be").unwrap();
        let (mut staging, begun) = Staging::at(&path, "one").unwrap();
        assert_eq!((begun, keys(&mut staging)), (Begun::Overtaken, Vec::new()));
    }

    #[test]
    fn names_come_once_each_and_in_order_and_what_waits_by_its_number() {
        let mut staging = Staging::new().unwrap();
        for name in ["b", "a", "b", "c"] {
            staging.put_stream(name).unwrap();
        }
        assert_eq!(staging.streams("").unwrap(), ["a", "b", "c"]);
        assert_eq!(staging.streams("b").unwrap(), ["c"]);
        let row = Row::of(Source::Statement, Stand::Record, "a file", 1);
        for sender in ["05", "97"] {
            staging.wait(sender, &row).unwrap();
        }
        let (first, sender, _) = staging.waiting(0).unwrap().remove(0);
        assert_eq!(sender, "05");
        assert_eq!(staging.waiting(first).unwrap().len(), 1);
        staging.note("met", "x", &1).unwrap();
        staging.note("met", "x", &2).unwrap();
        assert_eq!(staging.notes::<u8>("met").unwrap(), [("x".to_owned(), 2)]);
    }
}
