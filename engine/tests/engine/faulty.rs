//! A store that does what the test says before it does what it should.

use fundflow::kernel::{
    envelope::{EventId, Recorded, StreamName},
    memory_store::MemoryStore,
    store::{
        AppendError, Batch, Checkpoints, EventStore, Position, ReadError, StreamAppend, Version,
    },
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio::sync::{Semaphore, watch};

/// What happens instead of an append.
pub(crate) enum Trouble {
    /// None: it is appended.
    Fine,
    /// Nothing is written.
    Fault(&'static str),
    /// Another writer is there first.
    Beaten(Vec<StreamAppend>),
    Fails(AppendError),
}

#[derive(Clone)]
pub(crate) struct Faulty(Arc<Inner>);

struct Inner {
    store: MemoryStore,
    troubles: Mutex<VecDeque<Trouble>>,
    /// The event IDs of every attempt to append.
    attempts: Mutex<Vec<Vec<EventId>>>,
    begun: watch::Sender<usize>,
    gate: Semaphore,
    /// Reads of the stream that will fail.
    unread: Mutex<HashMap<StreamName, u32>>,
    log_reads: AtomicUsize,
    events_read: AtomicUsize,
    /// What every read of the log fails with.
    unread_log: Mutex<Option<&'static str>>,
    /// The event at that position cannot be read as a part of the log.
    spoilt: AtomicU64,
}

impl Faulty {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self(Arc::new(Inner {
            store,
            troubles: Mutex::default(),
            attempts: Mutex::default(),
            begun: watch::Sender::new(0),
            gate: Semaphore::new(1_000_000),
            unread: Mutex::default(),
            log_reads: AtomicUsize::new(0),
            events_read: AtomicUsize::new(0),
            unread_log: Mutex::default(),
            spoilt: AtomicU64::new(0),
        }))
    }

    pub(crate) fn meets(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.0.troubles.lock().unwrap().extend(troubles);
    }

    pub(crate) fn cannot_read(&self, stream: &str, times: u32) {
        self.0.unread.lock().unwrap().insert(stream.parse().unwrap(), times);
    }

    /// From now on no read of the log succeeds.
    pub(crate) fn cannot_read_log(&self, cause: &'static str) {
        *self.0.unread_log.lock().unwrap() = Some(cause);
    }

    pub(crate) fn spoils(&self, position: Position) {
        self.0.spoilt.store(position.0, Ordering::SeqCst);
    }

    pub(crate) fn attempts(&self) -> Vec<Vec<EventId>> {
        self.0.attempts.lock().unwrap().clone()
    }

    /// From now on appends wait at the gate.
    pub(crate) fn shut(&self) {
        self.0.gate.forget_permits(1_000_000);
    }

    pub(crate) fn open(&self) {
        self.0.gate.add_permits(1_000_000);
    }

    /// Waits until that many appends have come to the gate.
    pub(crate) async fn begun(&self, appends: usize) {
        self.0.begun.subscribe().wait_for(|begun| *begun >= appends).await.unwrap();
    }

    /// Events that were read so far, of the log and of streams.
    pub(crate) fn events_read(&self) -> usize {
        self.0.events_read.load(Ordering::SeqCst)
    }

    /// Pages of the log that were read so far.
    pub(crate) fn log_reads(&self) -> usize {
        self.0.log_reads.load(Ordering::SeqCst)
    }
}

impl EventStore for Faulty {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        let batch = batch.into();
        let ids = batch.iter().flat_map(|append| &append.events).map(|event| event.event_id);
        self.0.attempts.lock().unwrap().push(ids.collect());
        self.0.begun.send_modify(|begun| *begun += 1);
        self.0.gate.acquire().await.unwrap().forget();
        let trouble = self.0.troubles.lock().unwrap().pop_front().unwrap_or(Trouble::Fine);
        match trouble {
            Trouble::Fine => {}
            Trouble::Fault(what) => return Err(AppendError::Fault(what.into())),
            Trouble::Beaten(by) => drop(self.0.store.append(by).await?),
            Trouble::Fails(error) => return Err(error),
        }
        self.0.store.append(batch).await
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        if let Some(times) = self.0.unread.lock().unwrap().get_mut(stream)
            && *times > 0
        {
            *times -= 1;
            return Err(ReadError::Fault("the disk hums".into()));
        }
        let page = self.0.store.read(stream, after, limit).await?;
        self.0.events_read.fetch_add(page.len(), Ordering::SeqCst);
        Ok(page)
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.0.store.read_back(stream, before, limit).await
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        self.0.log_reads.fetch_add(1, Ordering::SeqCst);
        if let Some(cause) = *self.0.unread_log.lock().unwrap() {
            return Err(ReadError::Fault(cause.into()));
        }
        let page = self.0.store.read_all(after, limit).await?;
        self.0.events_read.fetch_add(page.len(), Ordering::SeqCst);
        let spoilt = Position(self.0.spoilt.load(Ordering::SeqCst));
        if page.iter().any(|recorded| recorded.position == spoilt) {
            let (place, what) = (format!("position {spoilt}"), "its checksum is wrong".into());
            return Err(ReadError::Damaged { place, what });
        }
        Ok(page)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.0.store.head()
    }
}

impl Checkpoints for Faulty {
    async fn load(&self, reader: &str) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        self.0.store.load(reader).await
    }

    async fn save(&self, reader: &str, at: Position, content: Vec<u8>) -> Result<(), AppendError> {
        self.0.store.save(reader, at, content).await
    }
}
