//! The durable part of a play: what survives when the runner is dropped.
//!
//! It takes an append whole or not at all, at the version that the writer saw, and holds every link
//! against the one before: what the runner decides wrongly is said here first.

use fundflow_kernel::{
    codec::{Stored, decode},
    envelope::{Chain, Recorded, StreamName},
    ids::TransactionId,
    loaded::Loaded,
    store::{Position, StreamAppend, Version},
    streams::Key,
    time::Timestamp,
};
use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

/// Every stream of a play, in memory.
#[derive(Debug, Clone, Default)]
pub struct Log {
    events: Vec<Arc<Recorded>>,
    streams: BTreeMap<StreamName, Vec<usize>>,
    newest: Timestamp,
    folds: Folds,
}

/// Streams that somebody has asked for, folded as far as they went then: each event is read once. Nothing durable.
#[derive(Default)]
struct Folds(Mutex<HashMap<StreamName, Box<dyn Any + Send>>>);

impl Clone for Folds {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Folds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Folds").finish_non_exhaustive()
    }
}

impl Log {
    /// Takes an append.
    ///
    /// # Errors
    /// In words, how it does not continue its stream; nothing was taken.
    pub fn append(&mut self, append: StreamAppend) -> Result<(), String> {
        let StreamAppend { stream, expected, events } = append;
        let at = self.version(&stream);
        if at != expected {
            return Err(format!("{stream} is at version {at}, not at {expected}"));
        }
        let mut before = self.chain(&stream);
        for (version, event) in (1..).map(|n| expected.plus(n)).zip(&events) {
            if event.chain != event.link(before, &stream, version) {
                return Err(format!("version {version} of {stream} is not linked to those before"));
            }
            before = event.chain;
        }
        let places = self.streams.entry(stream.clone()).or_default();
        for (version, event) in (1..).map(|n| expected.plus(n)).zip(events) {
            places.push(self.events.len());
            self.newest = self.newest.max(event.recorded_at);
            let position = Position(self.events.len() as u64 + 1);
            self.events.push(Arc::new(Recorded {
                position,
                stream: stream.clone(),
                version,
                event,
            }));
        }
        Ok(())
    }

    /// Everything, in commit order.
    pub fn events(&self) -> impl Iterator<Item = &Recorded> {
        self.events.iter().map(Arc::as_ref)
    }

    /// The newest instant at which anything was recorded.
    pub fn newest(&self) -> Timestamp {
        self.newest
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing was ever appended.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Events of one stream, oldest first.
    pub fn stream(&self, stream: &StreamName) -> impl Iterator<Item = &Recorded> {
        let places = self.streams.get(stream).into_iter().flatten();
        places.map(|place| self.events[*place].as_ref())
    }

    /// The events of several streams, in commit order.
    pub fn of_streams(&self, streams: &[StreamName]) -> Vec<Recorded> {
        let places = streams.iter().filter_map(|stream| self.streams.get(stream)).flatten();
        let mut places: Vec<usize> = places.copied().collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| self.events[place].as_ref().clone()).collect()
    }

    /// The streams that have events.
    pub fn streams(&self) -> impl Iterator<Item = &StreamName> {
        self.streams.keys()
    }

    /// Events of the stream so far.
    pub fn version(&self, stream: &StreamName) -> Version {
        Version(self.streams.get(stream).map_or(0, Vec::len) as u64)
    }

    fn chain(&self, stream: &StreamName) -> Chain {
        let last = self.streams.get(stream).and_then(|places| places.last());
        last.map_or(Chain::START, |place| self.events[*place].event.chain)
    }

    /// What the events are called, in commit order.
    pub fn types(&self) -> Vec<&str> {
        self.events.iter().map(|recorded| recorded.event.event_type.as_ref()).collect()
    }

    /// A stream, folded with its decider.
    ///
    /// # Panics
    /// If it cannot be folded.
    pub fn loaded<D: Stored<State: Clone + Send + Sync> + 'static>(
        &self,
        key: &Key<D>,
    ) -> Loaded<D> {
        let stream = key.stream();
        let mut folds = self.folds.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = folds.get(stream).and_then(|it| it.downcast_ref::<Loaded<D>>());
        let mut loaded = known.cloned().unwrap_or_default();
        let places = self.streams.get(stream).map(Vec::as_slice).unwrap_or_default();
        let read = usize::try_from(loaded.version.0).unwrap_or_default();
        let news = places.get(read..).unwrap_or_default();
        for place in news {
            loaded.replay(&self.events[*place]).expect("a stored event");
        }
        if !news.is_empty() {
            folds.insert(stream.clone(), Box::new(loaded.clone()));
        }
        loaded
    }

    /// Every stored event of a decider's category, in commit order.
    ///
    /// # Panics
    /// If one cannot be read.
    pub fn decoded<D: Stored>(&self) -> impl Iterator<Item = D::Event> {
        let ours = self.events().filter(|it| it.stream.category() == D::CATEGORY);
        ours.map(|it| {
            let event = &it.event;
            decode::<D>(&event.event_type, event.schema, &event.data).expect("a stored event")
        })
    }

    /// Every saga that was ever prepared: the kind and the transaction of each process stream.
    pub fn sagas(&self) -> impl Iterator<Item = (Arc<str>, TransactionId)> {
        let first = self.streams.values().filter_map(|places| places.first());
        let begun = first.map(|place| &self.events[*place]).filter(|it| {
            it.stream.category() == &*it.event.process
                && it.stream.id() == it.event.correlation.as_str()
        });
        begun.map(|it| (it.event.process.clone(), it.event.correlation.clone()))
    }
}

/// Equal links, equal histories, whatever the order in which streams took turns.
impl Hash for Log {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for stream in self.streams.keys() {
            self.chain(stream).0.hash(state);
        }
    }
}
