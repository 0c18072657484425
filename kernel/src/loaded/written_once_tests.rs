//! A decision writes each of its events as JSON once: the store, the chain and whoever tries again after a
//! conflict have these bytes.

use super::*;
use crate::{
    decider::Decider,
    memory_store::MemoryStore,
    store::AppendError,
    streams::{Key, Streams},
};
use serde::{Deserialize, Serialize, Serializer};
use std::cell::Cell;

thread_local! {
    static WRITTEN: Cell<u32> = const { Cell::new(0) };
}

/// What counts how often it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
struct Rings(u32);

impl Serialize for Rings {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        WRITTEN.set(WRITTEN.get() + 1);
        self.0.serialize(out)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Rung { nth: Rings },
}

/// Each command rings it once more.
struct Bell;

impl Decider for Bell {
    const CATEGORY: &'static str = "bell";
    type Command = ();
    type Event = Event;
    type State = Rings;
    type Refusal = std::convert::Infallible;

    fn decide(state: &Rings, (): &()) -> Result<Vec<Event>, Self::Refusal> {
        Ok(vec![Event::Rung { nth: Rings(state.0 + 1) }])
    }

    fn evolve(state: Rings, Event::Rung { nth }: &Event) -> Option<Rings> {
        (nth.0 == state.0 + 1).then_some(*nth)
    }
}

impl Stored for Bell {
    crate::stored_types!(Event { Rung => "bell.rung" });
}

fn meta(transaction: &str) -> Meta {
    Meta {
        correlation: transaction.parse().unwrap(),
        process: "evening".into(),
        causation: "test".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: Timestamp::default(),
        recorded_at: Timestamp::default(),
        trade_date: None,
    }
}

fn rung(streams: &mut Streams, key: &Key<Bell>, transaction: &str) -> Vec<StreamAppend> {
    let mut batch = Vec::new();
    assert_eq!(streams.decide(key, &(), &meta(transaction), &mut batch).unwrap(), 1);
    batch
}

#[tokio::test]
async fn a_decision_writes_its_json_once_also_when_another_writer_was_first() {
    let (store, key) = (MemoryStore::new(), Key::<Bell>::of(&"1"));
    let (mut ours, mut theirs) = (Streams::default(), Streams::default());
    ours.provide(&key.need(), []);
    theirs.provide(&key.need(), []);

    store.append(rung(&mut theirs, &key, "TX-2")).await.unwrap();
    assert_eq!(WRITTEN.take(), 1, "deciding, linking and appending");

    let late = store.append(rung(&mut ours, &key, "TX-1")).await;
    assert!(matches!(late, Err(AppendError::Conflict { .. })), "{late:?}");
    assert_eq!(WRITTEN.take(), 1, "what is refused");

    ours.clear();
    let history = store.read(key.stream(), Version::NONE, 10).await.unwrap();
    ours.provide(&key.need(), &history);
    assert_eq!(WRITTEN.take(), 0, "reading it again");
    store.append(rung(&mut ours, &key, "TX-1")).await.unwrap();
    assert_eq!(WRITTEN.take(), 1, "deciding it once more, on what the winner wrote");
}

#[test]
fn what_is_taken_back_was_written_once() {
    let (mut streams, key) = (Streams::default(), Key::<Bell>::of(&"1"));
    streams.provide(&key.need(), []);

    streams.remember();
    rung(&mut streams, &key, "TX-1");
    rung(&mut streams, &key, "TX-1");
    streams.take_back();

    assert_eq!((WRITTEN.take(), streams.state(&key)), (2, Some(&Rings(0))));
}

#[test]
fn what_was_decided_is_there_as_it_was_until_it_holds_or_is_taken_back() {
    let (mut streams, key, other) =
        (Streams::default(), Key::<Bell>::of(&"1"), Key::<Bell>::of(&"2"));
    streams.provide(&key.need(), []);
    streams.provide(&other.need(), []);
    let count = |streams: &Streams, key: &Key<Bell>| streams.decided::<Bell>(key.stream()).count();

    rung(&mut streams, &key, "TX-1");
    assert_eq!(count(&streams, &key), 0, "nobody asked to remember it");
    for holds in [false, true] {
        streams.remember();
        rung(&mut streams, &key, "TX-1");
        rung(&mut streams, &other, "TX-1");
        rung(&mut streams, &key, "TX-1");
        assert_eq!([count(&streams, &key), count(&streams, &other)], [2, 1]);
        if holds {
            streams.keep();
        } else {
            streams.take_back();
        }
        assert_eq!([count(&streams, &key), count(&streams, &other)], [0, 0]);
    }
}
