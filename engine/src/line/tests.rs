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
    Batch { output: Output::default(), open: None }
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
    assert!(!line.has_room(), "what waits is to be written first");

    let (first, _) = line.written().await.expect("a batch");
    assert_eq!(first.expect("it is written"), Some(Position(1)));
    assert_eq!(*store.head().borrow(), Position(2), "the second does not wait for the next look");

    let (second, _) = line.written().await.expect("a batch");
    assert_eq!(second.expect("it is written"), Some(Position(2)));
    assert!(line.written().await.is_none());
}
