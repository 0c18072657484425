//! What only the embedded store promises; what every store promises is in the contract suite.

#![allow(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]
use fundflow_application::{
    envelope::{Actor, Chain, EventId, NewEvent, StreamName},
    store::{AppendError, EventStore, Position, StreamAppend, Version},
};
use fundflow_domain::time::Timestamp;
use fundflow_infrastructure::sqlite::{OpenError, Settings, SqliteStore};

fn append(stream: &str, expected: u64, causes: &[&str]) -> StreamAppend {
    let stream: StreamName = stream.parse().unwrap();
    let event = |(index, cause): (usize, &&str)| {
        let version = Version(expected).plus(index + 1);
        let mut event = NewEvent {
            event_id: EventId::derive(&stream, version, cause),
            event_type: "wallet.credited".into(),
            schema: 1,
            correlation: "TX-1".parse().unwrap(),
            causation: (*cause).into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: Timestamp::from_micros(1_770_000_000_123_456),
            recorded_at: Timestamp::from_micros(1_770_000_000_223_456),
            trade_date: None,
            data: r#"{"shares":"10.00"}"#.into(),
            chain: Chain::START,
        };
        event.chain = event.link(Chain::START, &stream, version);
        event
    };
    let events = causes.iter().enumerate().map(event).collect();
    StreamAppend { stream, expected: Version(expected), events }
}

#[tokio::test]
async fn what_was_appended_is_there_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new").join("events.db");
    let store = SqliteStore::open(&path, &Settings::default()).unwrap();
    let batch = vec![append("wallet-1", 0, &["a", "b"]), append("wallet-1", 2, &["c"])];
    let appended = store.append(batch.clone()).await.unwrap();
    let before = store.read_all(Position::START, 100).await.unwrap();
    store.close().await;

    let store = SqliteStore::open(&path, &Settings::default()).unwrap();
    let after = store.read_all(Position::START, 100).await.unwrap();

    assert_eq!(appended, Position(3));
    assert_eq!(before, after);
    assert_eq!(after.len(), 3);
    assert_eq!(store.append(batch).await.unwrap(), Position(3));
}

#[tokio::test]
async fn a_second_writer_is_told_who_holds_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.db");
    let first = SqliteStore::open(&path, &Settings::default()).unwrap();

    let Err(OpenError::Held { holder, .. }) = SqliteStore::open(&path, &Settings::default()) else {
        panic!("the store was opened twice");
    };

    assert!(holder.starts_with(&format!("process {} on ", std::process::id())), "{holder}");
    first.close().await;
    let second = SqliteStore::open(&path, &Settings::default()).unwrap();
    let refused = first.append(vec![append("wallet-1", 0, &["a"])]).await;
    assert!(matches!(refused, Err(AppendError::Fault(_))), "{refused:?}");
    assert_eq!(second.append(vec![append("wallet-1", 0, &["a"])]).await.unwrap(), Position(1));
}
