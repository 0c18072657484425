//! News that nobody asked for.

use crate::{
    carrier::{Carrier, Mood, Said},
    goods::TooLate,
    world::{World, book, news, saga, shipped},
};
use fundflow::{
    Noticed,
    kernel::{
        decider::Decider,
        envelope::{Actor, StreamName},
        loaded::Meta,
        store::StreamAppend,
        stored_types,
        streams::{Key, Need, Streams},
        time::Timestamp,
    },
    runtime::{port::Payload, runner::Unclaimed, turn::NotDone},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A drawer for what belongs to nobody.
struct Drawer;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Found {
    Found { about: StreamName },
}

impl Decider for Drawer {
    const CATEGORY: &'static str = "drawer";
    type Command = StreamName;
    type Event = Found;
    type State = bool;
    type Refusal = TooLate;

    fn decide(state: &bool, about: &StreamName) -> Result<Vec<Found>, TooLate> {
        Ok(if *state { vec![] } else { vec![Found::Found { about: about.clone() }] })
    }

    fn evolve(_: bool, _: &Found) -> Option<bool> {
        Some(true)
    }
}

impl fundflow::kernel::codec::Stored for Drawer {
    stored_types!(Found { Found => "drawer.found" });
}

impl Unclaimed for Drawer {
    fn need(&self, stream: &StreamName, _: &Payload) -> Option<Need> {
        Some(Key::<Drawer>::of(&stream.id()).need())
    }

    fn store(
        &self,
        streams: &mut Streams,
        batch: &mut Vec<StreamAppend>,
        (stream, _): (&StreamName, &Payload),
        now: Timestamp,
    ) -> Result<usize, NotDone> {
        let meta = Meta {
            correlation: "drawer".parse().unwrap(),
            process: "drawer".into(),
            causation: "notice".into(),
            actor: Actor::Counterparty("carrier".into()),
            trace_parent: None,
            occurred_at: now,
            recorded_at: now,
            trade_date: None,
        };
        Ok(streams.decide(&Key::<Drawer>::of(&stream.id()), stream, &meta, batch)?)
    }
}

fn sent(serial: &str) -> Payload {
    Arc::new(Said::Sent(serial.into()))
}

#[tokio::test]
async fn each_notice_has_its_own_outcome_in_its_own_place() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.builder().unclaimed(Drawer).start().await.unwrap();
    book(&engine, "B-1").await.unwrap();

    let noticed = engine
        .deliver(vec![
            news("parcel-B-1", sent("s-1")),
            news("parcel-B-1", sent("s-1")),
            news("parcel-B-1", Arc::new(Said::Refused("too heavy".into()))),
            news("parcel-B-2", sent("s-2")),
            news("parcel-B-1", Arc::new(Said::NotFound)),
        ])
        .await;

    let noticed: Vec<Noticed> = noticed.into_iter().map(Result::unwrap).collect();
    let log = world.log().await;
    let became = log.iter().find(|event| &*event.event.event_type == "parcel.sent").unwrap();
    let expected = [
        Noticed::Recorded(vec![became.event.event_id]),
        Noticed::Repeated,
        // The booking has no place for it, which is said.
        Noticed::Contradicted(vec![]),
        Noticed::Unclaimed(Some("drawer-B-2".parse().unwrap())),
        Noticed::NoNews,
    ];
    assert_eq!(noticed, expected);
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}

#[tokio::test]
async fn news_about_a_key_that_nobody_has_are_stored_once() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.builder().unclaimed(Drawer).start().await.unwrap();

    for _ in 0..2 {
        let noticed = engine.deliver(vec![news("parcel-NOBODY", sent("s-9"))]).await;
        let place = Some("drawer-NOBODY".parse().unwrap());
        assert_eq!(noticed.into_iter().next().unwrap().unwrap(), Noticed::Unclaimed(place));
    }

    assert_eq!(world.types("drawer-NOBODY").await, ["drawer.found"]);
    assert_eq!(world.log().await.len(), 1);
    engine.shutdown().await.unwrap();
    assert_eq!(world.listed().await.1, r#"{"open":[]}"#, "a drawer is no saga");
}

#[tokio::test]
async fn news_that_an_engine_has_no_place_for_are_said_to_be_stored_nowhere() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;

    let noticed = engine.deliver(vec![news("parcel-NOBODY", sent("s-9"))]).await.pop().unwrap();

    assert_eq!(noticed.unwrap(), Noticed::Unclaimed(None));
    assert_eq!(world.log().await.len(), 0);
}

#[tokio::test]
async fn a_notice_is_answered_when_what_it_caused_is_durable() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    let appends = world.store.attempts().len();
    world.store.shut();

    let delivering = tokio::spawn({
        let engine = engine.clone();
        async move { engine.deliver(vec![news("parcel-B-1", sent("s-1"))]).await }
    });
    world.store.begun(appends + 1).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!delivering.is_finished(), "the disk has not said yes");
    world.store.open();

    let noticed = delivering.await.unwrap().pop().unwrap().unwrap();
    assert!(matches!(&noticed, Noticed::Recorded(events) if events.len() == 1), "{noticed:?}");
}
