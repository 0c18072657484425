//! Texts by their key in a temporary database that the operating system takes away: sorted, and read by pages.
//!
//! Memory is bounded by [`CACHE_KIB`] and a page, however many keys there are.

use super::StagingError;
use rusqlite::{Connection, OptionalExtension as _, params};

/// KiB of pages that the database keeps in memory.
const CACHE_KIB: i64 = 8 * 1024;
/// Keys that are read at once.
const PAGE: i64 = 2048;
/// Keys that are written in one transaction.
const BATCH: u64 = 10_000;

const TEXTS: &str = include_str!("sql/texts.sql");
const PUT: &str = include_str!("sql/put_text.sql");
const TEXT: &str = include_str!("sql/text.sql");
const PAGE_OF: &str = include_str!("sql/page_of_texts.sql");

/// Texts by their key; of a key that is put twice the first text stays.
#[derive(Debug)]
pub struct Aside {
    texts: Connection,
    put: u64,
}

impl Aside {
    /// An empty one.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn new() -> Result<Self, StagingError> {
        let texts = Connection::open("")?;
        texts.pragma_update(None, "cache_size", -CACHE_KIB)?;
        texts.pragma_update(None, "journal_mode", "OFF")?;
        texts.pragma_update(None, "synchronous", "OFF")?;
        texts.execute_batch(TEXTS)?;
        Ok(Self { texts, put: 0 })
    }

    /// Puts a text under its key; returns whether the key is new.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn put(&mut self, key: &str, text: &str) -> Result<bool, StagingError> {
        if self.put.is_multiple_of(BATCH) {
            if !self.texts.is_autocommit() {
                self.texts.execute_batch("COMMIT")?;
            }
            self.texts.execute_batch("BEGIN")?;
        }
        self.put += 1;
        Ok(self.texts.prepare_cached(PUT)?.execute([key, text])? > 0)
    }

    /// The text under that key.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn text(&self, key: &str) -> Result<Option<String>, StagingError> {
        Ok(self.texts.prepare_cached(TEXT)?.query_row([key], |row| row.get(0)).optional()?)
    }

    /// The keys behind that one in the order of their bytes, a page of them; none after the last.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn page(&self, after: &str) -> Result<Vec<String>, StagingError> {
        let mut statement = self.texts.prepare_cached(PAGE_OF)?;
        let keys = statement.query_map(params![after, PAGE], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_key_the_first_text_stays_and_pages_have_every_key_once_in_order() {
        let mut aside = Aside::new().unwrap();
        for nth in (0..5_000).rev() {
            assert!(aside.put(&format!("key-{nth:05}"), &nth.to_string()).unwrap());
        }
        assert!(!aside.put("key-00007", "another").unwrap());
        assert_eq!(aside.text("key-00007").unwrap().as_deref(), Some("7"));
        assert_eq!(aside.text("key-05000").unwrap(), None);

        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = aside.page(&after).unwrap();
            let Some(last) = page.last() else { break };
            after.clone_from(last);
            found.extend(page);
        }
        let all: Vec<String> = (0..5_000).map(|nth| format!("key-{nth:05}")).collect();
        assert_eq!(found, all);
    }
}
