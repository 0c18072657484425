//! Streams of one kind, each folded from its own events and never from the whole log.

use crate::reading::Failure;
use fundflow_domain::time::Timestamp;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    codec::Stored,
    envelope::{Recorded, StreamName},
    loaded::Loaded,
    store::{EventStore, Version},
};

const PAGE: u32 = 512;

/// A stream that has events.
pub(crate) struct Folded<D: Stored> {
    pub(crate) stream: StreamName,
    pub(crate) loaded: Loaded<D>,
    /// At least one.
    pub(crate) events: Vec<Recorded>,
}

impl<D: Stored> Folded<D> {
    /// When it last moved.
    pub(crate) fn moved(&self) -> Timestamp {
        self.events.last().map_or_else(Timestamp::default, |last| last.event.recorded_at)
    }

    pub(crate) fn since(&self) -> Timestamp {
        self.events.first().map_or_else(Timestamp::default, |first| first.event.recorded_at)
    }
}

/// One stream; `None` if it has no events.
pub(crate) async fn one<D: Stored, S: EventStore>(
    store: &S,
    stream: &StreamName,
) -> Result<Option<Folded<D>>, Failure> {
    let mut events: Vec<Recorded> = Vec::new();
    loop {
        let page = store.read(stream, Version(events.len() as u64), PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        events.extend(page);
        if is_last {
            break;
        }
    }
    if events.is_empty() {
        return Ok(None);
    }
    let mut loaded = Loaded::default();
    events.iter().try_for_each(|event| loaded.replay(event))?;
    Ok(Some(Folded { stream: stream.clone(), loaded, events }))
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
            Err(Failure::Read(error)) => {
                crate::reading::complain(&format!("{} is left out\n", Failure::Read(error)));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(folded)
}

/// The streams of that kind whose ID begins so.
fn names<D: Stored>(store: &SqliteStore, begin: &str) -> Result<Vec<StreamName>, Failure> {
    let from = format!("{}-{begin}", D::CATEGORY);
    // The next name of that length, in the order of bytes: names are ASCII.
    let mut until = from.clone().into_bytes();
    if let Some(last) = until.last_mut() {
        *last = last.saturating_add(1);
    }
    Ok(store.stream_names(&from, &String::from_utf8_lossy(&until))?)
}
