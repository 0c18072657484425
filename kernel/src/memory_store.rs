//! The event store at its smallest: a list behind a lock. Read this before writing an adapter.
//!
//! 1. An append is two passes: the first only looks, the second only writes. So a conflict in the
//!    last stream of a batch leaves nothing behind.
//! 2. A stream is the list of its events' places in the log; its length is its version.
//! 3. The head moves while the lock is held, so whoever sees it move can read that far.
//!
//! Nothing outlives the process. Clones share one store.

use crate::{
    envelope::{NewEvent, Recorded, StreamName},
    store::{
        AppendError, Batch, Checkpoints, EventStore, Position, ReadError, StreamAppend, Version,
    },
};
use foldhash::fast::RandomState;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// The store that keeps everything in memory: what any other adapter is compared with.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    log: Mutex<Log>,
    head: watch::Sender<Position>,
}

/// Events of a page. A list in one piece would be copied as a whole whenever it grows.
const PAGE: usize = 1024;

/// The log in commit order: full pages, and one that fills.
#[derive(Debug, Default)]
struct Pages(Vec<Vec<Recorded>>);

impl Pages {
    fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * PAGE + last.len())
    }

    fn get(&self, place: usize) -> Option<&Recorded> {
        self.0.get(place / PAGE)?.get(place % PAGE)
    }

    fn push(&mut self, recorded: Recorded) {
        match self.0.last_mut() {
            Some(last) if last.len() < PAGE => last.push(recorded),
            Some(_) | None => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(recorded);
                self.0.push(page);
            }
        }
    }

    /// Events from that place on, in order.
    fn from(&self, place: usize) -> impl Iterator<Item = &Recorded> {
        let pages = self.0.get(place / PAGE..).unwrap_or_default();
        pages.iter().flatten().skip(place % PAGE)
    }
}

#[derive(Debug, Default)]
struct Log {
    events: Pages,
    streams: HashMap<StreamName, Vec<usize>, RandomState>,
    ids: HashSet<Box<str>, RandomState>,
    checkpoints: HashMap<String, (Position, Vec<u8>)>,
    /// Scratch of a check: the version at which it leaves each stream; empty between two checks. A table for
    /// each batch would cost more than the check.
    chained: HashMap<StreamName, Version, RandomState>,
}

impl MemoryStore {
    /// An empty store; the first event that is appended gets position 1.
    pub fn new() -> Self {
        Self::default()
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        // A panic elsewhere cannot leave the log half-written: nothing below can panic mid-write.
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventStore for MemoryStore {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        let batch = batch.into();
        let mut log = self.log();
        let last_repeated = log.check(&batch)?;
        let before = log.head();
        for append in batch.iter().cloned() {
            log.write(append);
        }
        let head = log.head();
        if head == before {
            return Ok(last_repeated.unwrap_or(head));
        }
        self.0.head.send_replace(head);
        Ok(head)
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let log = self.log();
        let places = log.streams.get(stream).into_iter().flatten().skip(index(after.0));
        Ok(places
            .take(limit as usize)
            .filter_map(|place| log.events.get(*place))
            .cloned()
            .collect())
    }

    fn surely_lacks(&self, id: &str) -> bool {
        !self.log().ids.contains(id)
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let log = self.log();
        let places = log.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let below = before.map_or(usize::MAX, |before| index(before.0.saturating_sub(1)));
        let newest = places[..below.min(places.len())].iter().rev().take(limit as usize);
        Ok(newest.filter_map(|place| log.events.get(*place)).cloned().collect())
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        let log = self.log();
        Ok(log.events.from(index(after.0)).take(limit as usize).cloned().collect())
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.0.head.subscribe()
    }
}

impl Checkpoints for MemoryStore {
    async fn load(&self, reader: &str) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        Ok(self.log().checkpoints.get(reader).cloned())
    }

    async fn save(&self, reader: &str, at: Position, content: Vec<u8>) -> Result<(), AppendError> {
        self.log().checkpoints.insert(reader.to_owned(), (at, content));
        Ok(())
    }
}

impl Log {
    fn head(&self) -> Position {
        Position(self.events.len() as u64)
    }

    fn version(&self, stream: &StreamName) -> Version {
        Version(self.streams.get(stream).map_or(0, Vec::len) as u64)
    }

    /// Passes a batch in which every append fits its stream, as the appends before it leave it, or
    /// is already there. Returns the last position of what is already there.
    fn check(&mut self, batch: &[StreamAppend]) -> Result<Option<Position>, AppendError> {
        let mut chained = std::mem::take(&mut self.chained);
        let checked = self.check_with(&mut chained, batch);
        chained.clear();
        self.chained = chained;
        checked
    }

    fn check_with(
        &self,
        chained: &mut HashMap<StreamName, Version, RandomState>,
        batch: &[StreamAppend],
    ) -> Result<Option<Position>, AppendError> {
        let mut last_repeated = None;
        for append in batch {
            let StreamAppend { stream, expected, events } = append;
            let actual = chained.entry(stream.clone()).or_insert_with(|| self.version(stream));
            if *expected == *actual {
                *actual = actual.plus(events.len());
            } else if let Some(position) = self.repeated(append) {
                last_repeated = last_repeated.max(Some(position));
            } else {
                let (stream, expected, actual) = (stream.clone(), *expected, Some(*actual));
                return Err(AppendError::Conflict { stream, expected, actual });
            }
        }
        Ok(last_repeated)
    }

    /// The position of the last of these events, if all of them stand where they want to go.
    fn repeated(
        &self,
        StreamAppend { stream, expected, events }: &StreamAppend,
    ) -> Option<Position> {
        let places = self.streams.get(stream)?.get(index(expected.0)..)?.get(..events.len())?;
        let same = |(place, event): (&usize, &NewEvent)| {
            self.events.get(*place).is_some_and(|there| there.event.event_id == event.event_id)
        };
        let all = places.iter().zip(events).all(same);
        let last = places.last().filter(|_| all)?;
        self.events.get(*last).map(|there| there.position)
    }

    /// Only after `check`: what does not fit now is a repeat and is passed over.
    fn write(&mut self, StreamAppend { stream, expected, events }: StreamAppend) {
        if self.version(&stream) != expected {
            return;
        }
        if expected == Version::NONE {
            self.ids.insert(stream.id().into());
        }
        let places = self.streams.entry(stream.clone()).or_default();
        for event in events {
            places.push(self.events.len());
            let position = Position(self.events.len() as u64 + 1);
            let version = Version(places.len() as u64);
            self.events.push(Recorded { position, stream: stream.clone(), version, event });
        }
    }
}

/// A version or position counts what precedes; beyond the address space there is nothing.
fn index(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
