//! What a desk sees of a saga without its types: its timeline, what it waits for, its table in words.

use super::world;
use fundflow_kernel::envelope::{Recorded, StreamName};
use fundflow_runtime::{
    kind::{Kind, Of},
    liveness::Wait,
    look::{Look, LookError},
    message::SagaId,
    timeline::{Line, Mark, Part},
};
use fundflow_testkit::{
    explore::World,
    toy::{
        award::Award,
        exchange::{Exchange, FORGETS_TO_CANCEL},
        shop::{May, Shop, name},
        transaction,
    },
};
use std::sync::Arc;

fn lines(look: &Look) -> Vec<String> {
    let part = |part| match part {
        Part::Row => "",
        Part::WayOut => "out: ",
        Part::Beside => "beside: ",
    };
    let by = |by: &Option<Recorded>| by.as_ref().map(|it| it.event.event_type.to_string());
    let line = |line: &Line| {
        let by = by(&line.by).map(|by| format!(" by {by}")).unwrap_or_default();
        format!("{}{} {:?}{by}", part(line.part), line.row, line.mark)
    };
    look.timeline.iter().map(line).collect()
}

fn run_to_a_refusal(may: May, refusal: &str) -> World<Exchange, Shop> {
    let mut world = world(Exchange::default(), [may]);
    world.run_by(|ways| ways.iter().position(|way| way.words().contains(refusal)).unwrap_or(0));
    world
}

#[test]
fn a_row_is_done_by_the_first_event_after_which_its_fact_held() {
    let mut world = world(Exchange::default(), [May::Damage]);
    world.run();
    let look = world.look().unwrap();

    assert_eq!(
        lines(&look),
        [
            "reserve Done by points.reserved",
            "request Done by parcel.requested",
            "order Done by parcel.ordered",
            "pack Done by parcel.packed",
            "spend Done by points.spent",
            "ship Done by parcel.shipped",
            "out: complete Done by exchange.completed",
            "beside: apologise Done by parcel.apologised",
        ]
    );
    assert_eq!(look.ending, Some("exchange.completed"));
    assert!(look.finished && look.waits.is_empty() && look.open_ends.is_empty());
}

#[test]
fn the_way_out_is_listed_move_by_move() {
    let world = run_to_a_refusal(May::FailToPack, "Unpackable");
    let look = world.look().unwrap();

    assert_eq!(
        lines(&look),
        [
            "reserve Done by points.reserved",
            "request Done by parcel.requested",
            "order Done by parcel.ordered",
            "pack Rejected by parcel.unpackable",
            "out: cancel Done by parcel.cancelled",
            "out: release Done by points.released",
            "out: fail Done by exchange.failed",
        ]
    );
    assert_eq!(look.failure.unwrap().code.as_ref(), "broken");
}

#[test]
fn a_running_saga_says_where_it_stands_what_it_waits_for_and_what_is_open() {
    let mut world = world(Exchange::default(), []);
    world.handle(world.request());
    let look = world.look().unwrap();

    let ahead: Vec<Mark> = look.timeline.iter().map(|line| line.mark).collect();
    let (done, coming) = (Mark::Done, Mark::Ahead);
    assert_eq!(ahead, [done, done, Mark::Here, coming, coming, coming]);
    assert_eq!(look.stands_at, "order");
    assert_eq!(look.waits, [Wait::Answer { row: "order".into(), port: name() }]);
    assert!(look.can_skip && !look.finished);
    let open: Vec<String> =
        look.open_ends.iter().map(|it| format!("{} {}", it.name, it.worth)).collect();
    assert_eq!(open, ["points 300", "parcel 300"]);
    assert_eq!((look.summary.as_str(), look.requester.as_ref()), ("kettle for 300 points", "M-1"));
    assert_eq!(look.request["goods"], "kettle");
    let streams: Vec<&str> = look.streams.iter().map(StreamName::as_str).collect();
    assert_eq!(streams, ["exchange-TX-1", "points-M-1", "parcel-TX-1.parcel"]);
}

#[test]
fn a_look_does_not_depend_on_the_order_in_which_streams_were_read() {
    let world = run_to_a_refusal(May::FailToShip, "Unshippable");
    let mut events: Vec<Recorded> = world.log().events().cloned().collect();
    events.reverse();

    let kind = Of(Arc::new(Exchange::default()));
    assert_eq!(kind.look(&transaction("TX-1"), &events), world.look());
}

#[test]
fn what_was_never_prepared_cannot_be_looked_at() {
    let world = world(Exchange::default(), []);
    let saga = SagaId { kind: "exchange", transaction: transaction("TX-1") };

    assert_eq!(world.look(), Err(LookError::Unknown(saga)));
}

#[test]
fn a_damaged_stream_is_named() {
    let mut world = world(Exchange::default(), []);
    world.run();
    let mut events: Vec<Recorded> = world.log().events().cloned().collect();
    events.retain(|it| it.event.event_type != "points.reserved");

    let kind = Of(Arc::new(Exchange::default()));
    let damaged = kind.look(&transaction("TX-1"), &events).unwrap_err();
    assert_eq!(damaged.to_string(), "points-M-1 version 3 cannot be used: version 2 was expected");
}

#[test]
fn the_stored_endings_of_a_kind_are_known_without_its_types() {
    let kind = Of(Arc::new(Exchange::default()));
    let mut endings = kind.ending_types();
    endings.sort_unstable();

    assert_eq!(
        endings,
        ["exchange.abandoned", "exchange.collected", "exchange.completed", "exchange.failed"]
    );
}

#[test]
fn a_table_is_shown_in_the_words_of_its_code() {
    let kind = Of(Arc::new(Exchange::default()));
    let tables = kind.tables();
    let order = &tables[0].rows[2];

    assert_eq!(tables[0].version, "exchange.v1");
    assert_eq!(tables[1].version, FORGETS_TO_CANCEL.version);
    assert_eq!(order.name, "order");
    assert_eq!(order.sends, "call: order");
    assert_eq!(order.done, "ordered");
    assert_eq!(order.rejected.as_deref(), Some("declined (a person: give up order)"));
    assert_eq!(order.parks.as_deref(), Some("patience"));
    assert_eq!(order.exit.as_deref(), Some("undo: call: cancel until cancelled"));
    let (pack, ship) = (&tables[0].rows[3], &tables[0].rows[5]);
    assert_eq!((pack.sends.as_str(), pack.asks.as_deref()), ("await: order", Some("promised")));
    assert_eq!(ship.exit.as_deref(), Some("landing: do: end: completed until ended"));
    assert_eq!(tables[0].beside[0].done, "no apology owed");
}

#[test]
fn a_second_kind_shares_a_stream_without_being_mistaken_for_the_first() {
    let mut world = world(Exchange::default(), []);
    world.run();
    let kind = Of(Arc::new(Award));
    let events: Vec<Recorded> = world.log().events().cloned().collect();

    assert!(kind.look(&transaction("TX-1"), &events).is_err(), "there is no such award");
    let streams = kind.streams_of(&transaction("TX-1"), &[]);
    assert_eq!(streams.iter().map(StreamName::as_str).collect::<Vec<_>>(), ["award-TX-1"]);
}
