//! When the store begins with a batch.

use super::*;
use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent, StreamName},
    ids::TransactionId,
    memory_store::MemoryStore,
    store::Version,
    time::Timestamp,
};

fn batch_of(stream: &str) -> Vec<StreamAppend> {
    let stream: StreamName = stream.parse().expect("a stream's name");
    let at = Timestamp::from_micros(0);
    let mut event = NewEvent {
        event_id: EventId([0; 16]),
        event_type: "lamp.lit".into(),
        schema: 1,
        correlation: TransactionId::new("L-1").expect("an ID"),
        process: "lamp".into(),
        causation: "test".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: at,
        recorded_at: at,
        trade_date: None,
        data: "{}".into(),
        chain: Chain::START,
    };
    event.seal(Chain::START, &stream, Version(1));
    vec![StreamAppend { stream, expected: Version::NONE, events: vec![event] }]
}

fn nothing_after() -> Batch {
    Batch { output: Output::default(), open: None, outlooks: Vec::new() }
}

fn listed() -> Batch {
    Batch { output: Output::default(), open: Some(Vec::new()), outlooks: Vec::new() }
}

#[tokio::test]
async fn the_store_begins_with_a_batch_before_anybody_waits_for_it() {
    let store = Arc::new(MemoryStore::default());
    let mut line = Line::new(store.clone(), 1);
    assert!(line.is_idle(), "nothing is on its way");

    line.push(batch_of("lamp-1"), nothing_after());
    line.push(batch_of("lamp-2"), nothing_after());
    assert_eq!(*store.head().borrow(), Position(1), "the first is at the store, the second waits");
    assert!(line.is_idle(), "the store has done its work, whether or not it was looked at");

    let (first, batches) = line.written().await.expect("a batch");
    assert_eq!((first.expect("it is written"), batches.len()), (Some(Position(1)), 1));
    assert_eq!(*store.head().borrow(), Position(2), "the second does not wait for the next look");

    let (second, batches) = line.written().await.expect("a batch");
    assert_eq!((second.expect("it is written"), batches.len()), (Some(Position(2)), 1));
    assert!(line.written().await.is_none());
}

#[tokio::test]
async fn what_waits_is_written_together_and_there_is_room_only_for_so_much() {
    let store = Arc::new(MemoryStore::default());
    let mut line = Line::new(store.clone(), 1);
    line.push(batch_of("lamp-0"), nothing_after());
    for nth in 1..=DEPTH {
        assert!(line.has_room(), "{nth}");
        line.push(batch_of(&format!("lamp-{nth}")), nothing_after());
    }
    assert!(!line.has_room(), "what waits is to be written first");

    line.written().await.expect("the first").0.expect("it is written");
    assert!(line.has_room(), "all that waited are at the store");
    let (written, batches) = line.written().await.expect("the others");
    assert_eq!(written.expect("they are written"), Some(Position(DEPTH as u64 + 1)));
    assert_eq!(batches.len(), DEPTH, "one append for all of them");
}

/// A list of open sagas is stored with the last position of what was written.
#[tokio::test]
async fn nothing_is_written_with_a_list_of_open_sagas_that_came_after_it() {
    let store = Arc::new(MemoryStore::default());
    let mut line = Line::new(store.clone(), 1);
    line.push(batch_of("lamp-0"), nothing_after());
    line.push(batch_of("lamp-1"), nothing_after());
    line.push(batch_of("lamp-2"), listed());
    line.push(batch_of("lamp-3"), nothing_after());
    line.written().await.expect("the first").0.expect("it is written");

    let (written, batches) = line.written().await.expect("up to the list");
    assert_eq!(written.expect("they are written"), Some(Position(3)));
    assert!(batches.last().is_some_and(|last| last.open.is_some()) && batches.len() == 2);
    let (written, batches) = line.written().await.expect("the rest");
    assert_eq!((written.expect("it is written"), batches.len()), (Some(Position(4)), 1));
}
