//! A store that notes what passes through it: the bytes of each batch, and how many events are read.

use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{
        AppendError, Batch, Checkpoints, EventStore, Position, ReadError, StreamAppend, Version,
    },
};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

/// Passes everything on.
#[derive(Debug)]
pub(super) struct Measured<S> {
    inner: S,
    /// Payload and envelope bytes of every batch, in order.
    batches: Mutex<Vec<usize>>,
    read: AtomicUsize,
}

impl<S> Measured<S> {
    pub(super) const fn of(inner: S) -> Self {
        Self { inner, batches: Mutex::new(Vec::new()), read: AtomicUsize::new(0) }
    }

    /// Events that were read so far.
    pub(super) fn events_read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    fn count(&self, events: usize) {
        self.read.fetch_add(events, Ordering::Relaxed);
    }

    pub(super) const fn inner(&self) -> &S {
        &self.inner
    }

    /// The sizes of all batches so far; counting starts over.
    pub(super) fn take_batches(&self) -> Vec<usize> {
        self.batches.lock().map(|mut batches| std::mem::take(&mut *batches)).unwrap_or_default()
    }
}

/// What an event weighs in a log that stores it as it is: its texts, and 88 bytes of numbers, ID and
/// chain.
fn weight(append: &StreamAppend) -> usize {
    let event = |event: &fundflow_kernel::envelope::NewEvent| {
        88 + event.data.len()
            + event.event_type.len()
            + event.correlation.as_str().len()
            + event.causation.len()
            + append.stream.as_str().len()
    };
    append.events.iter().map(event).sum()
}

impl<S: EventStore> EventStore for Measured<S> {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        let batch = batch.into();
        if let Ok(mut batches) = self.batches.lock() {
            batches.push(batch.iter().map(weight).sum());
        }
        self.inner.append(batch).await
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let events = self.inner.read(stream, after, limit).await?;
        self.count(events.len());
        Ok(events)
    }

    async fn read_each(
        &self,
        streams: &[StreamName],
        limit: u32,
    ) -> Result<Vec<Vec<Recorded>>, ReadError> {
        let histories = self.inner.read_each(streams, limit).await?;
        self.count(histories.iter().map(Vec::len).sum());
        Ok(histories)
    }

    fn surely_lacks(&self, id: &str) -> bool {
        self.inner.surely_lacks(id)
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.inner.read_back(stream, before, limit).await
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        let events = self.inner.read_all(after, limit).await?;
        self.count(events.len());
        Ok(events)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.inner.head()
    }
}

impl<S: Checkpoints> Checkpoints for Measured<S> {
    async fn load(&self, reader: &str) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        self.inner.load(reader).await
    }

    async fn save(&self, reader: &str, at: Position, content: Vec<u8>) -> Result<(), AppendError> {
        self.inner.save(reader, at, content).await
    }
}
