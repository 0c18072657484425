//! Events to fill a store with, where it does not matter what they say.

use chrono::NaiveDate;
use fundflow_kernel::time::Timestamp;
use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent, StreamName},
    store::{StreamAppend, Version},
};

/// A stream by name.
///
/// # Panics
/// If the text names no stream.
pub fn stream(name: &str) -> StreamName {
    name.parse().expect("a sample's stream name")
}

/// The event that `cause` puts at `version` of `stream`: every field filled, and the same every
/// time. Its link follows [`Chain::START`].
pub fn event(stream: &StreamName, version: Version, cause: &str) -> NewEvent {
    let mut event = NewEvent {
        event_id: EventId([0; 16]),
        event_type: "wallet.shares_credited".into(),
        schema: 3,
        correlation: "TX-20260213-7".parse().expect("a sample's transaction"),
        process: "discount_purchase".into(),
        causation: cause.into(),
        actor: Actor::Counterparty("unionpay".into()),
        trace_parent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
        occurred_at: Timestamp::from_micros(1_770_965_999_999_001),
        recorded_at: Timestamp::from_micros(1_770_966_000_123_456),
        trade_date: NaiveDate::from_ymd_opt(2026, 2, 13),
        data: r#"{"shares":"1234.56","fund":"000009","note":"元"}"#.into(),
        chain: Chain::START,
    };
    event.seal(Chain::START, stream, version);
    event
}

/// An append of one event per cause.
pub fn append(name: &str, expected: u64, causes: &[&str]) -> StreamAppend {
    let (stream, expected) = (stream(name), Version(expected));
    let event = |(index, cause): (usize, &&str)| event(&stream, expected.plus(index + 1), cause);
    let events = causes.iter().enumerate().map(event).collect();
    StreamAppend { stream, expected, events }
}
