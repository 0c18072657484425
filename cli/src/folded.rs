//! Streams of one kind, each folded from its own events and never from the whole log.

use crate::reading::{Failure, complain};
use fundflow_application::read_models::StreamFold;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    codec::Stored,
    envelope::{Recorded, StreamName},
    store::{EventStore, ReadError},
};

/// A stream that has events.
pub(crate) struct Folded<D: Stored> {
    pub(crate) stream: StreamName,
    pub(crate) fold: StreamFold<D>,
    /// At least one.
    pub(crate) events: Vec<Recorded>,
}

/// One stream; `None` if it has no events.
pub(crate) async fn one<D: Stored, S: EventStore>(
    store: &S,
    stream: &StreamName,
) -> Result<Option<Folded<D>>, ReadError> {
    let (fold, events) = StreamFold::load(store, stream).await?;
    let stream = stream.clone();
    Ok((!events.is_empty()).then_some(Folded { stream, fold, events }))
}

/// Every stream of that kind whose ID begins so, by name. One that cannot be folded is named on the
/// error output and left out: the others are still worth seeing.
pub(crate) async fn all<D: Stored>(
    store: &SqliteStore,
    begin: &str,
) -> Result<Vec<Folded<D>>, Failure> {
    let mut folded = Vec::new();
    for stream in names::<D>(store, begin)? {
        match one::<D, _>(store, &stream).await {
            Ok(found) => folded.extend(found),
            Err(error @ ReadError::Damaged { .. }) => complain(&format!("left out: {error}\n")),
            Err(error @ ReadError::Fault(_)) => return Err(error.into()),
        }
    }
    Ok(folded)
}

/// The streams of that kind whose ID begins so.
pub(crate) fn names<D: Stored>(
    store: &SqliteStore,
    begin: &str,
) -> Result<Vec<StreamName>, Failure> {
    let Range { from, until } = Range::of::<D>(begin);
    Ok(store.stream_names(&from, &until)?)
}

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

/// Names that are read at once.
const NAMES: u32 = 1024;

/// The streams of a kind by name, a page at a time: there may be more of them than memory has room for.
pub(crate) struct Pages<'a> {
    store: &'a SqliteStore,
    rest: Range,
}

impl<'a> Pages<'a> {
    pub(crate) fn of<D: Stored>(store: &'a SqliteStore) -> Self {
        Self { store, rest: Range::of::<D>("") }
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
