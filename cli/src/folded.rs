//! Streams of one kind, each folded from its own events and never from the whole log.

use crate::reading::{Failure, complain};
use fundflow_application::read_models::StreamFold;
use fundflow_closing::names_of;
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
    for stream in names_of::<D>(store, begin)? {
        match one::<D, _>(store, &stream).await {
            Ok(found) => folded.extend(found),
            Err(error @ ReadError::Damaged { .. }) => complain(&format!("left out: {error}\n")),
            Err(error @ ReadError::Fault(_)) => return Err(error.into()),
        }
    }
    Ok(folded)
}
