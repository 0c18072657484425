//! A ledger that is followed again and again: what it reads, and what is left of it when it is killed in the middle.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{confirms, pays_for, trial};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    memory_store::MemoryStore,
    store::{AppendError, Batch, EventStore, Position, ReadError, Version},
};
use fundflow_ledger::{Ledger, LedgerError};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::sync::watch;

/// Counts the events that are read.
struct Counting {
    store: MemoryStore,
    read: AtomicU64,
}

impl Counting {
    fn of(store: MemoryStore) -> Self {
        Self { store, read: AtomicU64::new(0) }
    }

    fn counted(&self, page: &[Recorded]) {
        self.read.fetch_add(page.len() as u64, Ordering::SeqCst);
    }

    /// Events that were read since it was asked last.
    fn take(&self) -> u64 {
        self.read.swap(0, Ordering::SeqCst)
    }
}

impl EventStore for Counting {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        self.store.append(batch).await
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let page = self.store.read(stream, after, limit).await?;
        self.counted(&page);
        Ok(page)
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let page = self.store.read_back(stream, before, limit).await?;
        self.counted(&page);
        Ok(page)
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        let page = self.store.read_all(after, limit).await?;
        self.counted(&page);
        Ok(page)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.store.head()
    }
}

fn head(store: &impl EventStore) -> u64 {
    store.head().borrow().0
}

/// Purchases of many requests.
async fn purchases(store: &MemoryStore, ids: std::ops::Range<u32>) {
    for id in ids {
        pays_for(store, &format!("TX{id}")).await;
        confirms(store, &format!("TX{id}")).await;
    }
}

#[tokio::test]
async fn what_was_booked_before_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    purchases(&store, 0..150).await;
    let store = Counting::of(store);
    Ledger::current(folder.path(), &store).await.unwrap();
    let all = store.take();
    assert!(all >= head(&store.store), "the first time all of it is read: {all}");

    let (_, caught) = Ledger::current(folder.path(), &store).await.unwrap();
    assert_eq!((caught.events, store.take()), (0, 1), "only the event at the checkpoint");

    let before = head(&store.store);
    pays_for(&store.store, "TX900").await;
    let new = head(&store.store) - before;
    let (ledger, caught) = Ledger::current(folder.path(), &store).await.unwrap();
    assert_eq!((caught.events, store.take()), (new, new + 1));

    // A confirmation needs the streams that it changes, and no others.
    let before = head(&store.store);
    confirms(&store.store, "TX900").await;
    let new = head(&store.store) - before;
    let held = 150; // The investor's holdings have a credit for each purchase.
    let read = {
        drop(ledger);
        Ledger::current(folder.path(), &store).await.unwrap();
        store.take()
    };
    assert!(read <= new + 1 + 8 + held, "{read} events for {new} new ones");
}

#[tokio::test]
async fn a_ledger_that_was_followed_event_by_event_is_the_one_that_was_made_at_once() {
    let (stepwise, at_once) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = MemoryStore::new();
    for id in 0..12 {
        pays_for(&store, &format!("TX{id}")).await;
        Ledger::current(stepwise.path(), &store).await.unwrap();
        confirms(&store, &format!("TX{id}")).await;
        Ledger::current(stepwise.path(), &store).await.unwrap();
    }
    let (stepwise, _) = Ledger::current(stepwise.path(), &store).await.unwrap();
    let (at_once, _) = Ledger::current(at_once.path(), &store).await.unwrap();
    assert_eq!(trial(&stepwise), trial(&at_once));
    assert_eq!(stepwise.check().unwrap(), at_once.check().unwrap());
}

#[tokio::test]
async fn a_ledger_of_another_log_or_of_one_that_was_put_back_is_made_anew_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (store, other) = (MemoryStore::new(), MemoryStore::new());
    purchases(&store, 0..3).await;
    purchases(&other, 7..9).await;
    Ledger::current(folder.path(), &store).await.unwrap();
    let (anew, caught) = Ledger::current(folder.path(), &other).await.unwrap();
    assert!(matches!(caught.anew, Some(LedgerError::AnotherLog(_))), "{caught:?}");
    assert_eq!(anew.at().unwrap(), Position(head(&other)));
    let (_, caught) = Ledger::current(folder.path(), &other).await.unwrap();
    assert!(caught.anew.is_none() && caught.events == 0, "{caught:?}");

    // Put back to where it had less, and gone on otherwise.
    let restored = MemoryStore::new();
    purchases(&restored, 7..8).await;
    purchases(&restored, 20..23).await;
    let (anew, caught) = Ledger::current(folder.path(), &restored).await.unwrap();
    assert!(matches!(caught.anew, Some(LedgerError::AnotherLog(_))), "{caught:?}");
    assert_eq!(anew.at().unwrap(), Position(head(&restored)));
}

#[tokio::test]
async fn a_ledger_of_an_earlier_program_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    purchases(&store, 0..2).await;
    Ledger::current(folder.path(), &store).await.unwrap();
    let tables = rusqlite::Connection::open(folder.path().join("ledger.db")).unwrap();
    tables.pragma_update(None, "user_version", 1).unwrap();
    drop(tables);
    let (anew, caught) = Ledger::current(folder.path(), &store).await.unwrap();
    assert!(matches!(caught.anew, Some(LedgerError::Format(1))), "{caught:?}");
    assert_eq!(anew.at().unwrap(), Position(head(&store)));
}

const PLACE: &str = "FUNDFLOW_LEDGER_KILL_PLACE";
const PURCHASES: u32 = 320;

/// Not a test of its own: the process that is killed. Does nothing unless a parent started it.
#[test]
fn child() {
    let Some(place) = env::var_os(PLACE).map(PathBuf::from) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = MemoryStore::new();
        purchases(&store, 0..PURCHASES).await;
        Ledger::current(&place, &store).await.unwrap();
    });
}

/// Kills it while a page is being written: the journal of that page is there.
fn killed_in_a_page(place: &Path) -> bool {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["child", "--exact"])
        .env(PLACE, place)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let journal = place.join("ledger.db-journal");
    loop {
        if journal.exists() {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_ledger_whose_process_is_killed_in_the_middle_of_a_page_goes_on_from_the_page_before() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    purchases(&store, 0..PURCHASES).await;
    let mut kills = 0;
    for _ in 0..2 {
        if !killed_in_a_page(folder.path()) {
            break;
        }
        kills += 1;
        let left = Ledger::open(folder.path()).unwrap();
        let at = left.at().unwrap();
        assert_eq!(at.0 % 1024, 0, "whole pages, or none: {at}");
        let sums = left.check().unwrap();
        let broken = sums.iter().filter(|it| it.is_checked && !it.breaks.is_empty());
        let broken: Vec<_> =
            broken.filter(|it| ["I1", "I6", "I12"].contains(&it.invariant)).collect();
        assert!(broken.is_empty(), "{broken:?}");
    }
    assert!(kills > 0, "nobody was killed");
    let (ledger, caught) = Ledger::current(folder.path(), &store).await.unwrap();
    assert!(caught.anew.is_none(), "{caught:?}");
    let fresh = tempfile::tempdir().unwrap();
    let (fresh, _) = Ledger::current(fresh.path(), &store).await.unwrap();
    assert_eq!(trial(&ledger), trial(&fresh));
}
