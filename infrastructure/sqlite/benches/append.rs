//! Durable appends per second: the SQLite store against a bare log of the same bytes and batches,
//! in the same run on the same disk.
//!
//! `cargo bench -p fundflow-sqlite --bench append -- [directory] [rounds] [batch size]`
//!
//! The workload: 200,000 streams, 1.7 events per append, about 380 bytes per event. While one batch
//! is written the next is made ready, as the engine does. Each figure is the median of the rounds;
//! the machine is seldom quiet, so the ratio says more than the rate.

#![allow(clippy::expect_used, reason = "a measurement that fails should say where and stop")]

mod common;

use common::event;
use fundflow_kernel::{
    envelope::{NewEvent, StreamName},
    ids::TransactionId,
    store::{EventStore, Position, StreamAppend, Version},
};
use fundflow_sqlite::{Durability, Settings, SqliteStore, bare_log::BareLog};
use std::{collections::HashMap, hint::black_box, path::Path, time::Instant};

/// Appends per batch, and events measured at that size.
const SIZES: [(usize, u64); 4] = [(1, 8_000), (64, 200_000), (512, 600_000), (4096, 1_000_000)];
const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");
const STREAMS: u64 = 200_000;
const READ_PAGE: u32 = 4096;

fn main() {
    // Cargo passes `--bench` along.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let directory = words.first().map_or(TARGET, String::as_str);
    let rounds = words.get(1).map_or(3, |rounds| rounds.parse().expect("a number of rounds"));
    let durability =
        if std::env::var_os("NORMAL").is_some() { Durability::Normal } else { Durability::Full };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    println!("durability {durability:?}, {rounds} rounds, in {directory}");
    println!(
        "{:>6} {:>14} {:>14} {:>7} {:>9} {:>9}",
        "batch", "sqlite ev/s", "bare ev/s", "ratio %", "p50 us", "p99 us"
    );
    let only: Option<usize> = words.get(2).map(|size| size.parse().expect("a batch size"));
    for (size, events) in
        SIZES.into_iter().filter(|(size, _)| only.is_none_or(|only| only == *size))
    {
        let mut measured: Vec<_> = (0..rounds)
            .map(|_| {
                let scratch = tempfile::tempdir_in(directory).expect("a scratch directory");
                let settings = Settings { durability, ..Settings::default() };
                let sqlite = runtime.block_on(sqlite(scratch.path(), &settings, size, events));
                (sqlite, bare(scratch.path(), size, events))
            })
            .collect();
        measured.sort_by_key(|((rate, ..), bare)| rate * 1000 / bare.max(&1));
        let ((rate, p50, p99), bare) = measured[measured.len() / 2];
        println!(
            "{size:>6} {rate:>14} {bare:>14} {:>7} {p50:>9} {p99:>9}",
            rate * 100 / bare.max(1)
        );
    }
    let scratch = tempfile::tempdir_in(directory).expect("a scratch directory");
    runtime.block_on(reading(scratch.path()));
}

/// Events per second, and the median and 99th percentile of a batch in microseconds.
async fn sqlite(path: &Path, settings: &Settings, size: usize, events: u64) -> (u128, u128, u128) {
    let store = SqliteStore::open(path.join("events.db"), settings).expect("a store");
    let mut load = Load::default();
    let mut latencies = Vec::new();
    let start = Instant::now();
    let mut next = load.batch(size);
    while load.events < events {
        let asked = Instant::now();
        let batch = std::mem::take(&mut next);
        let append = store.append(batch);
        let (position, ()) = tokio::join!(append, async { next = load.batch(size) });
        position.expect("an append");
        latencies.push(asked.elapsed().as_micros());
    }
    let rate = per_second(store.head().borrow().0, start);
    store.close().await;
    latencies.sort_unstable();
    (rate, latencies[latencies.len() / 2], latencies[latencies.len() * 99 / 100])
}

/// The same batches; making them is not counted, as it happens beside the store's writer, too.
fn bare(path: &Path, size: usize, events: u64) -> u128 {
    let mut log = BareLog::create(path.join("bare.log")).expect("a log");
    let mut load = Load::default();
    let mut bytes = Vec::new();
    let mut micros = 0;
    while load.events < events {
        let batch = load.batch(size);
        let start = Instant::now();
        bytes.clear();
        for event in batch.iter().flat_map(|append| &append.events) {
            put(&mut bytes, event);
        }
        log.append(&bytes).expect("an append");
        micros += start.elapsed().as_micros();
    }
    u128::from(load.events) * 1_000_000 / micros.max(1)
}

/// What the store keeps of an event, as plain bytes.
fn put(bytes: &mut Vec<u8>, event: &NewEvent) {
    bytes.extend_from_slice(&event.event_id.0);
    bytes.extend_from_slice(event.event_type.as_bytes());
    bytes.extend_from_slice(event.correlation.as_str().as_bytes());
    bytes.extend_from_slice(event.causation.as_bytes());
    bytes.extend_from_slice(&event.occurred_at.micros().to_be_bytes());
    bytes.extend_from_slice(&event.recorded_at.micros().to_be_bytes());
    bytes.extend_from_slice(event.data.as_bytes());
    bytes.extend_from_slice(&event.chain.0);
}

async fn reading(path: &Path) {
    let store = SqliteStore::open(path.join("events.db"), &Settings::default()).expect("a store");
    let mut load = Load::default();
    while load.events < 600_000 {
        store.append(load.batch(4096)).await.expect("an append");
    }
    for pass in ["first", "second"] {
        let (start, mut after) = (Instant::now(), Position::START);
        loop {
            let page = store.read_all(after, READ_PAGE).await.expect("a page");
            let Some(last) = page.last() else { break };
            after = last.position;
            black_box(&page);
        }
        println!("read_all, {pass} pass: {} ev/s", per_second(load.events, start));
    }
    let file = std::fs::metadata(store.path()).expect("a file").len();
    store.close().await;
    let closed = std::fs::metadata(path.join("events.db")).expect("a file").len();
    println!(
        "bytes per event on disk: {} (before closing {})",
        closed / load.events,
        file / load.events
    );
}

fn per_second(events: u64, start: Instant) -> u128 {
    u128::from(events) * 1_000_000 / start.elapsed().as_micros().max(1)
}

/// Deterministic appends: every second append opens a new stream, the others go on with a wallet.
#[derive(Default)]
struct Load {
    appends: u64,
    events: u64,
    versions: HashMap<u64, u64>,
}

impl Load {
    fn batch(&mut self, size: usize) -> Vec<StreamAppend> {
        (0..size).map(|_| self.append()).collect()
    }

    fn append(&mut self) -> StreamAppend {
        let nth = self.appends;
        self.appends += 1;
        let count = if nth % 10 < 7 { 2 } else { 1 };
        self.events += count as u64;
        let key = nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let key = key % STREAMS;
        let version = self.versions.entry(key).or_default();
        let expected = Version(*version);
        *version += count as u64;
        let transaction = TransactionId::new(format!("TX20260213{key:010}")).expect("an ID");
        let stream = StreamName::of("fund_order", &format!("{transaction}.mmf"));
        let events = (0..count).map(|nth| event(&transaction, expected.plus(nth + 1)));
        StreamAppend { expected, events: events.collect(), stream }
    }
}
