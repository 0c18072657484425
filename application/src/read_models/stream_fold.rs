//! Streams of one kind, each folded to its present state.

use super::Follow;
use fundflow_domain::time::Timestamp;
use fundflow_kernel::{
    codec::Stored,
    envelope::{Recorded, StreamName},
    loaded::Loaded,
    store::{EventStore, Position, ReadError},
};
use std::{collections::BTreeMap, fmt};

const PAGE: u32 = 512;

/// One stream's state, and when it moved.
pub struct StreamFold<D: Stored> {
    /// Folded from all of its events so far.
    pub loaded: Loaded<D>,
    /// When its first event was recorded.
    pub since: Timestamp,
    /// When its last event was recorded.
    pub moved: Timestamp,
}

impl<D: Stored> Default for StreamFold<D> {
    fn default() -> Self {
        Self { loaded: Loaded::default(), since: Timestamp::default(), moved: Timestamp::default() }
    }
}

impl<D: Stored<State: fmt::Debug>> fmt::Debug for StreamFold<D> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("StreamFold").field(&self.loaded).finish()
    }
}

impl<D: Stored> StreamFold<D> {
    /// Takes in the next event of the stream.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when it is not the next one, or cannot follow.
    pub fn hear(&mut self, event: &Recorded) -> Result<(), ReadError> {
        self.loaded.replay(event)?;
        self.moved_by(event);
        Ok(())
    }

    fn moved_by(&mut self, event: &Recorded) {
        self.moved = event.event.recorded_at;
        if event.version.0 == 1 {
            self.since = self.moved;
        }
    }

    /// Reads one stream. The events come back too, because whoever looks at one stream prints them.
    ///
    /// # Errors
    /// As the store's, and as [`StreamFold::hear`].
    pub async fn load<S: EventStore>(
        store: &S,
        stream: &StreamName,
    ) -> Result<(Self, Vec<Recorded>), ReadError> {
        let (mut fold, mut events) = (Self::default(), Vec::new());
        loop {
            let page = store.read(stream, fold.loaded.version, PAGE).await?;
            page.iter().try_for_each(|event| fold.hear(event))?;
            let last = page.len() < PAGE as usize;
            events.extend(page);
            if last {
                return Ok((fold, events));
            }
        }
    }
}

/// All streams of one category, by the part of their name after the first `-`.
pub struct Streams<D: Stored> {
    at: Position,
    folds: BTreeMap<Box<str>, StreamFold<D>>,
}

impl<D: Stored> Default for Streams<D> {
    fn default() -> Self {
        Self { at: Position::START, folds: BTreeMap::new() }
    }
}

impl<D: Stored> fmt::Debug for Streams<D> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Streams")
            .field("at", &self.at)
            .field("streams", &self.folds.len())
            .finish()
    }
}

impl<D: Stored> Streams<D> {
    /// The fold of the stream of that ID; none where it has no event.
    pub fn get(&self, id: &str) -> Option<&StreamFold<D>> {
        self.folds.get(id)
    }

    /// All of them, by ID.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &StreamFold<D>)> {
        self.folds.iter().map(|(id, fold)| (id.as_ref(), fold))
    }

    fn entry(&mut self, id: &str) -> &mut StreamFold<D> {
        self.folds.entry(id.into()).or_default()
    }
}

impl<D: Stored> Follow for Streams<D> {
    fn at(&self) -> Position {
        self.at
    }

    fn hear(&mut self, event: &Recorded) -> Result<(), ReadError> {
        if event.position <= self.at {
            return Ok(());
        }
        if event.stream.category() == D::CATEGORY {
            self.entry(event.stream.id()).hear(event)?;
        }
        self.at = event.position;
        Ok(())
    }
}
