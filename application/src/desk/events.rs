//! The events of a store, as they are stored.
//!
//! A position is looked up at once. An event ID is searched from the start, because no index of a
//! store is by ID.

use super::reading::PAGE;
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore, Position, ReadError, Version},
};

/// Which events; all that are given must hold.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of that stream alone; of every stream without.
    pub stream: Option<StreamName>,
    /// Of that type, with or without its category.
    pub event_type: Option<String>,
    /// Only events behind that position; 0 is the beginning of the log.
    pub after: Position,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events {
    /// By position, the earliest first; at most as many as were asked for.
    pub found: Vec<Recorded>,
    /// There are more behind the last one.
    pub more: bool,
}

impl Wanted {
    fn takes(&self, recorded: &Recorded) -> bool {
        let found = &recorded.event.event_type;
        let same = |wanted: &String| {
            found == wanted || found.split_once('.').is_some_and(|(_, short)| short == wanted)
        };
        recorded.position > self.after && self.event_type.as_ref().is_none_or(same)
    }
}

/// At most `limit` of those events.
///
/// # Errors
/// As the store's.
pub async fn events<S: EventStore>(
    store: &S,
    wanted: &Wanted,
    limit: usize,
) -> Result<Events, ReadError> {
    let (mut events, mut version, mut after) = (Events::default(), Version::NONE, wanted.after);
    loop {
        let page = match &wanted.stream {
            Some(stream) => store.read(stream, version, PAGE).await?,
            None => store.read_all(after, PAGE).await?,
        };
        let Some(last) = page.last() else { return Ok(events) };
        (version, after) = (last.version, last.position);
        for event in page.into_iter().filter(|event| wanted.takes(event)) {
            if events.found.len() == limit {
                events.more = true;
                return Ok(events);
            }
            events.found.push(event);
        }
    }
}

/// The event at that position.
///
/// # Errors
/// As the store's.
pub async fn event_at<S: EventStore>(
    store: &S,
    position: Position,
) -> Result<Option<Recorded>, ReadError> {
    let Some(before) = position.0.checked_sub(1) else { return Ok(None) };
    let found = store.read_all(Position(before), 1).await?;
    Ok(found.into_iter().find(|event| event.position == position))
}

/// The event with that ID, written as a UUID in lower case.
///
/// # Errors
/// As the store's.
pub async fn event_by_id<S: EventStore>(
    store: &S,
    id: &str,
) -> Result<Option<Recorded>, ReadError> {
    let mut after = Position::START;
    loop {
        let page = store.read_all(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        after = last.position;
        let found = page.into_iter().find(|event| event.event.event_id.to_string() == id);
        if found.is_some() {
            return Ok(found);
        }
    }
}
