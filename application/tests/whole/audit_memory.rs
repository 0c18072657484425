//! What an audit reads, and that it finds the same in however little memory.

use crate::{
    outside::Manner,
    world::{World, copied, registry},
};
use fundflow_application::audit::{Report, verify, verify_within};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    memory_store::MemoryStore,
    store::{AppendError, Batch, EventStore, Position, ReadError, Version},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

/// Counts the events that are read of single streams, and of the log.
struct Counting {
    inner: Arc<MemoryStore>,
    of_streams: AtomicUsize,
    of_log: AtomicUsize,
}

impl EventStore for Counting {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        self.inner.append(batch).await
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let events = self.inner.read(stream, after, limit).await?;
        self.of_streams.fetch_add(events.len(), Ordering::Relaxed);
        Ok(events)
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
        self.of_log.fetch_add(events.len(), Ordering::Relaxed);
        Ok(events)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.inner.head()
    }
}

/// One investor's wallet that so many purchases go through, all of them completed.
async fn one_wallet(purchases: usize) -> World {
    let world = World::open().await;
    for nth in 0..purchases {
        world.buy(&format!("TX-{nth}"), Manner::Well).await;
    }
    world.until("03-05 12:00").await;
    world
}

#[tokio::test]
async fn every_event_is_read_once_however_many_sagas_work_on_its_stream() {
    let world = one_wallet(12).await;
    let (of_streams, of_log) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let store = Counting { inner: world.store.clone(), of_streams, of_log };
    let report = verify(&store, &registry(), |_, _| {}).await.unwrap();
    assert!(report.passed(), "{:#?}", report.findings);
    assert_eq!((report.counts.sagas, report.counts.unfinished), (12, 0));

    let read = (store.of_log.into_inner(), store.of_streams.into_inner());
    assert_eq!(read, (world.events().await.len(), 0), "of the log, of single streams");
}

async fn within(store: &MemoryStore, at_rest: usize) -> Report {
    verify_within(store, &registry(), at_rest, |_, _| {}).await.unwrap()
}

/// What has left memory is read again where something follows, and at the end.
#[tokio::test]
async fn in_however_little_memory_the_same_is_found() {
    let world = World::open().await;
    let manners = [Manner::Well, Manner::Declined, Manner::Rejected, Manner::Half, Manner::Wrong];
    for (nth, manner) in manners.into_iter().cycle().take(10).enumerate() {
        world.buy(&format!("TX-{nth}"), manner).await;
    }
    world.until("03-05 12:00").await;
    let events = world.events().await;
    let all = within(&world.store, usize::MAX).await;
    assert!(all.passed(), "{:#?}", all.findings);
    for at_rest in [0, 1, 5] {
        assert_eq!(within(&world.store, at_rest).await, all, "{at_rest}");
    }

    let mut found = 0;
    for nth in (0..events.len()).step_by(7) {
        let place = events[nth].stream.clone();
        let without: Vec<Recorded> = events
            .iter()
            .filter(|it| it.stream != place || it.version < events[nth].version)
            .cloned()
            .collect();
        let cut = copied(&without, |_, _| {}).await;
        let all = within(&cut, usize::MAX).await;
        found += usize::from(!all.passed());
        for at_rest in [0, 3] {
            assert_eq!(within(&cut, at_rest).await, all, "without {place} from {nth}: {at_rest}");
        }
    }
    assert!(found > 5, "an end that is cut off is most often missed: {found}");
}
