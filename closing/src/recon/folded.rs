//! Streams of one kind by name, a page at a time: there may be more of them than memory has room for.

use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{codec::Stored, envelope::StreamName, store::ReadError};

/// Names that are read at once.
const NAMES: u32 = 1024;

/// Names of streams from one up to, but not including, another, in the order of bytes.
struct Range {
    from: String,
    until: String,
}

impl Range {
    fn of<D: Stored>(begin: &str) -> Self {
        let from = format!("{}-{begin}", D::CATEGORY);
        // What follows the last character in the order of bytes; names are ASCII.
        let mut until = from.clone().into_bytes();
        if let Some(last) = until.last_mut() {
            *last = last.saturating_add(1);
        }
        let until = String::from_utf8_lossy(&until).into_owned();
        Self { from, until }
    }
}

/// The streams of that kind whose ID begins so, by name.
///
/// # Errors
/// As the store's.
pub fn names_of<D: Stored>(store: &SqliteStore, begin: &str) -> Result<Vec<StreamName>, ReadError> {
    let Range { from, until } = Range::of::<D>(begin);
    store.stream_names(&from, &until)
}

/// All streams of a kind by name.
pub(super) struct Pages<'a> {
    store: &'a SqliteStore,
    rest: Range,
}

impl<'a> Pages<'a> {
    pub(super) fn of<D: Stored>(store: &'a SqliteStore) -> Self {
        Self { store, rest: Range::of::<D>("") }
    }

    /// The streams of a kind behind that name; all of them behind none.
    pub(super) fn behind<D: Stored>(store: &'a SqliteStore, name: &str) -> Self {
        let mut pages = Self::of::<D>(store);
        if !name.is_empty() {
            pages.rest.from = format!("{name}\0");
        }
        pages
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Vec<StreamName>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.store.stream_names_page(&self.rest.from, &self.rest.until, NAMES);
        if let Ok(names) = &page {
            // The next name in the order of bytes.
            self.rest.from = format!("{}\0", names.last()?.as_str());
        }
        Some(page)
    }
}
