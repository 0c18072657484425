//! The process whose power is cut: a store that is appended to. It prints what was acknowledged as durable.
//!
//! 1. Says `has` of every event that is there when it has opened the store, and judges each: positions and
//!    versions have no gap, every link follows, every batch is whole.
//! 2. Appends batches to several streams; says `ack` of every event when the store has answered.
//! 3. Closes the store and opens it again now and then, and ends without closing it.

use crate::machine::{argument, directory, say};
use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent, Recorded},
    store::{AppendError, EventStore as _, Position, StreamAppend, Version},
    time::Timestamp,
};
use fundflow_sqlite::{Settings, SqliteStore};
use std::collections::BTreeMap;

/// Small, so that the log is often moved, also beside the writer.
const CHECKPOINT_PAGES: u32 = 24;
const STREAMS: u64 = 5;
/// At every batch of so many the store is closed before, and opened again.
const PART: u64 = 5;

/// Version and link of each stream.
type Heads = BTreeMap<String, (Version, Chain)>;

/// Appends as many batches as it is asked for.
pub(crate) fn child() {
    let batches: u64 = argument().parse().expect("how many batches");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let (mut store, mut heads, mut next) = open().await;
        for nth in 0..batches {
            if nth % PART == PART - 1 {
                store.close().await;
                (store, heads, next) = open().await;
            }
            if let Err(error) = append(&store, &mut heads, next).await {
                say(&format!("refused {error}"));
                break;
            }
            next += 1;
        }
        // The store is not closed: the process dies.
        std::process::exit(0);
    });
}

async fn open() -> (SqliteStore, Heads, u64) {
    let settings = Settings { checkpoint_pages: CHECKPOINT_PAGES, ..Settings::default() };
    let store = match SqliteStore::open(directory().join("events.db"), &settings) {
        Ok(store) => store,
        Err(error) => {
            say(&format!("refused {error}"));
            std::process::exit(0);
        }
    };
    let all = store.read_all(Position::START, u32::MAX).await.expect("a store to read");
    let mut heads = Heads::new();
    let mut batches: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for (nth, found) in (1..).zip(&all) {
        assert_eq!(found.position, Position(nth), "no gap");
        follows(&mut heads, found);
        let batch = found.event.correlation.as_str().trim_start_matches("B-");
        batches
            .entry(batch.parse().expect("a batch"))
            .or_default()
            .push(found.event.causation.to_string());
        say(&line("has", found.position, &found.event));
    }
    for (batch, parts) in &batches {
        let whole: Vec<_> = (1..=parts.len()).map(|nth| format!("{nth}/{}", parts.len())).collect();
        assert_eq!(*parts, whole, "batch {batch} is there in part");
    }
    assert!(batches.keys().copied().eq(0..batches.len() as u64), "a batch is missing: {batches:?}");
    (store, heads, batches.len() as u64)
}

fn follows(heads: &mut Heads, found: &Recorded) {
    let Recorded { stream, version, event, .. } = found;
    let (before, link) = heads.get(stream.as_str()).copied().unwrap_or_default();
    assert_eq!(*version, before.plus(1), "{stream}: no gap");
    assert_eq!(event.chain, event.link(link, stream, *version), "{stream} {version}: the chain");
    heads.insert(stream.as_str().to_owned(), (*version, event.chain));
}

async fn append(store: &SqliteStore, heads: &mut Heads, batch: u64) -> Result<(), AppendError> {
    let appends = batch_of(heads, batch);
    let events: Vec<_> = appends.iter().flat_map(|append| append.events.clone()).collect();
    let Position(last) = store.append(appends).await?;
    let first = last + 1 - events.len() as u64;
    for (position, event) in (first..).zip(&events) {
        say(&line("ack", Position(position), event));
    }
    Ok(())
}

/// One to three streams of several, and a page or less of each.
fn batch_of(heads: &mut Heads, batch: u64) -> Vec<StreamAppend> {
    let streams = 1 + batch % 3;
    let each = 1 + usize::try_from(batch % 2).unwrap_or_default();
    let total = usize::try_from(streams).unwrap_or_default() * each;
    let mut nth = 0;
    let stream = |of: u64| {
        let name = format!("wallet-{}", (batch * 2 + of) % STREAMS);
        let stream = name.parse().expect("a name");
        let (expected, mut link) = heads.get(&name).copied().unwrap_or_default();
        let mut events = Vec::new();
        for version in 1..=each {
            nth += 1;
            let mut event = event(batch, format!("{nth}/{total}"));
            event.seal(link, &stream, expected.plus(version));
            link = event.chain;
            events.push(event);
        }
        heads.insert(name, (expected.plus(each), link));
        StreamAppend { stream, expected, events }
    };
    (0..streams).map(stream).collect()
}

fn event(batch: u64, cause: String) -> NewEvent {
    let length = usize::try_from(batch * 977 % 5000).unwrap_or_default();
    NewEvent {
        event_id: EventId([0; 16]),
        event_type: "wallet.shares_credited".into(),
        schema: 1,
        correlation: format!("B-{batch}").parse().expect("a transaction"),
        process: "discount_purchase".into(),
        causation: cause.into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: Timestamp::from_micros(1),
        recorded_at: Timestamp::from_micros(2),
        trade_date: None,
        data: format!(r#"{{"note":"{}"}}"#, "x".repeat(length)).into(),
        chain: Chain::START,
    }
}

fn line(what: &str, position: Position, event: &NewEvent) -> String {
    format!("{what} {position} {} {}", event.event_id, event.chain)
}
