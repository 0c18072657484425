//! Rows of both sides in a database of their own: sorted by key, read by pages.
//!
//! 1. Memory is bounded by [`CACHE_KIB`] and a page of rows, however many rows there are: the rest is on the disk.
//! 2. A temporary one the operating system takes away. One in a file ([`Staging::at`]) stays when its process dies, with
//!    all that was added before its last mark, and with nothing that was added after it.

use super::kept::Kept;
use fundflow_reconciliation::{
    row::{Row, Value},
    rules::SourceRules,
    source::Source,
};
use rusqlite::{Connection, params};
use std::{io, path::PathBuf};

/// KiB of pages that the database keeps in memory.
pub(super) const CACHE_KIB: i64 = 16 * 1024;
/// Rows that are read at once.
pub(super) const PAGE: i64 = 2048;

const IS_KEPT: &str = include_str!("sql/is_kept.sql");
const KEPT: &str = include_str!("sql/kept.sql");
const ROWS: &str = include_str!("sql/rows.sql");
const INDEX: &str = include_str!("sql/index.sql");
const ADD: &str = include_str!("sql/add.sql");
const PAGE_OF: &str = include_str!("sql/page.sql");
const ONE_KEY: &str = include_str!("sql/one_key.sql");
const UNMET: &str = include_str!("sql/unmet.sql");
const SHARED: &str = include_str!("sql/shared.sql");
const MISSED: &str = include_str!("sql/missed.sql");
const FORGET: &str = include_str!("sql/forget.sql");

/// Why rows cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// The disk for temporary files is full, or cannot be used.
    #[error("rows cannot be kept aside; make room where temporary files are")]
    Database(#[from] rusqlite::Error),
    /// A row cannot be written or read back.
    #[error("a row cannot be kept aside")]
    Body(#[from] serde_json::Error),
    /// The file of an earlier run cannot be taken away.
    #[error("{} cannot be made or taken away; check its directory and the permissions", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another run has begun to reconcile the same day since.
    #[error("another reconciliation of the same day has taken over; it goes on where this one was")]
    TakenOver,
}

/// Whose row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// From a counterparty's file.
    Theirs,
    /// From our events.
    Ours,
}

impl Side {
    /// As the rows have it.
    const fn number(self) -> i64 {
        match self {
            Self::Theirs => 0,
            Self::Ours => 1,
        }
    }
}

/// All rows of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Where its records come from.
    pub source: Source,
    /// What they have in common.
    pub key: String,
    /// Those of counterparties first.
    pub rows: Vec<Row>,
}

/// Rows until they are joined.
#[derive(Debug)]
pub struct Staging {
    pub(super) rows: Connection,
    pub(super) added: u64,
    is_sorted: bool,
    /// What stays when the process dies; nothing of a temporary one does.
    pub(super) kept: Option<Kept>,
}

impl Staging {
    /// An empty one.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn new() -> Result<Self, StagingError> {
        let rows = Connection::open("")?;
        rows.pragma_update(None, "journal_mode", "OFF")?;
        rows.pragma_update(None, "synchronous", "OFF")?;
        Self::of(rows, None)
    }

    /// In that database, which is empty or an earlier run's.
    pub(super) fn of(rows: Connection, kept: Option<Kept>) -> Result<Self, StagingError> {
        rows.pragma_update(None, "cache_size", -CACHE_KIB)?;
        if !rows.query_row(IS_KEPT, [], |row| row.get(0))? {
            rows.execute_batch(ROWS)?;
            rows.execute_batch(KEPT)?;
        }
        Ok(Self { rows, added: 0, is_sorted: false, kept })
    }

    /// Puts a row under the key that its source's rules make of it.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn add(&mut self, rules: &SourceRules, side: Side, row: &Row) -> Result<(), StagingError> {
        self.begin()?;
        self.added += 1;
        let (source, key, body) =
            (row.source.name(), key_of(rules, row), serde_json::to_string(row)?);
        self.rows.prepare_cached(ADD)?.execute(params![source, key, side.number(), body])?;
        Ok(())
    }

    /// What is written from here on is there with the next mark, or not at all.
    pub(super) fn begin(&self) -> Result<(), StagingError> {
        if self.rows.is_autocommit() {
            self.rows.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(())
    }

    fn sorted(&mut self) -> Result<(), StagingError> {
        if !self.is_sorted {
            self.rows.execute_batch(INDEX)?;
            self.is_sorted = true;
        }
        Ok(())
    }

    /// Keys behind that one which counterparties have and we have not, a page of them.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn unmet(&mut self, source: Source, after: &str) -> Result<Vec<String>, StagingError> {
        self.sorted()?;
        let mut statement = self.rows.prepare_cached(UNMET)?;
        let keys = statement.query_map(params![source.name(), after, PAGE], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// Whether counterparties have a key that we have not, or several rows of ours have one.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn is_in_doubt(&mut self, source: Source) -> Result<bool, StagingError> {
        self.sorted()?;
        let is_shared = self.rows.query_row(SHARED, [source.name()], |row| row.get(0))?;
        Ok(is_shared || !self.unmet(source, "")?.is_empty())
    }

    /// Whether we have an event of that source of which counterparties have no record.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn misses_any(&mut self, source: Source) -> Result<bool, StagingError> {
        self.sorted()?;
        Ok(self.rows.query_row(MISSED, [source.name()], |row| row.get(0))?)
    }

    /// Takes that side's rows of a source out again.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn forget(&mut self, source: Source, side: Side) -> Result<(), StagingError> {
        self.sorted()?;
        self.begin()?;
        self.rows.execute(FORGET, params![source.name(), side.number()])?;
        Ok(())
    }

    /// The groups behind that one, a page of them, in order; none after the last. A group is never cut.
    ///
    /// # Errors
    /// [`StagingError`].
    pub fn page(&mut self, after: Option<(Source, &str)>) -> Result<Vec<Group>, StagingError> {
        self.sorted()?;
        let (source, key) = after.map_or(("", ""), |(source, key)| (source.name(), key));
        let read = self.read(PAGE_OF, params![source, key, PAGE])?;
        let is_full = read.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        let mut groups: Vec<Group> = Vec::new();
        for (source, key, row) in read {
            match groups.last_mut() {
                Some(group) if group.source == source && group.key == key => group.rows.push(row),
                Some(_) | None => groups.push(Group { source, key, rows: vec![row] }),
            }
        }
        if is_full && let Some(last) = groups.pop() {
            if !groups.is_empty() {
                return Ok(groups);
            }
            let rows = self.read(ONE_KEY, params![last.source.name(), last.key])?;
            groups.push(Group { rows: rows.into_iter().map(|(_, _, row)| row).collect(), ..last });
        }
        Ok(groups)
    }

    fn read(
        &self,
        sql: &str,
        with: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<(Source, String, Row)>, StagingError> {
        let mut statement = self.rows.prepare_cached(sql)?;
        let mut rows = statement.query(with)?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(2)?;
            let body: Row = serde_json::from_str(&body)?;
            read.push((body.source, row.get(1)?, body));
        }
        Ok(read)
    }
}

/// The values of the key, one after the other; a value that the row does not have leaves its place empty.
fn key_of(rules: &SourceRules, row: &Row) -> String {
    let value = |name: &String| row.values.get(name).map(Value::to_string).unwrap_or_default();
    rules.join.iter().map(value).collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_reconciliation::{row::Stand, rules::Rules};

    fn row(number: &str) -> Row {
        Row::of(Source::Statement, Stand::Record, "a file", 1).word("number", number)
    }

    #[test]
    fn a_group_is_never_cut_however_many_rows_it_has_and_pages_go_on_where_they_ended() {
        let rules = Rules::shipped().unwrap();
        let rules = rules.source(Source::Statement);
        let mut staging = Staging::new().unwrap();
        let many = usize::try_from(PAGE).unwrap();
        for _ in 0..many + 7 {
            staging.add(rules, Side::Theirs, &row("B")).unwrap();
        }
        for nth in 0..many * 2 {
            staging.add(rules, Side::Ours, &row(&format!("C-{nth:05}"))).unwrap();
        }
        staging.add(rules, Side::Theirs, &row("A")).unwrap();

        let (mut found, mut after) = (Vec::new(), None::<(Source, String)>);
        loop {
            let page = staging.page(after.as_ref().map(|(source, key)| (*source, &**key))).unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.source, last.key.clone()));
            found.extend(page.into_iter().map(|group| (group.key, group.rows.len())));
        }

        assert_eq!(found.len(), 2 + many * 2);
        assert_eq!(found[..2], [("A".to_owned(), 1), ("B".to_owned(), many + 7)]);
        assert!(found[2..].iter().all(|(_, rows)| *rows == 1));
        assert_eq!(staging.unmet(Source::Statement, "").unwrap(), ["A", "B"]);
    }
}
