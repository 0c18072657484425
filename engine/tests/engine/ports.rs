//! Counterparties that are late, lost, broken or not there.

use crate::{
    carrier::{Carrier, Florist, Mood},
    world::{DEADLINE, World, at, book, saga, shipped},
};
use fundflow::{
    Builder, Engine, RequestError, Rest, Settings,
    kernel::store::{EventStore, Version},
    runtime::port::Ask,
};
use std::{sync::Arc, time::Duration};

/// Why the saga did not go on, as its first planned retry says.
async fn first_cause(world: &World, id: &str) -> String {
    let stream = format!("booking-{id}").parse().unwrap();
    let events = world.memory.read(&stream, Version::NONE, 10).await.unwrap();
    assert_eq!(events[1].event.event_type, "booking.retry_scheduled");
    let body: serde_json::Value = serde_json::from_str(&events[1].event.data).unwrap();
    body["cause"]["code"].as_str().unwrap().to_owned()
}

/// A saga that hears nothing plans its retries and is parked at its deadline, with that cause.
async fn is_asked_again_and_parks_with(
    builder: Builder<crate::faulty::Faulty>,
    world: &World,
    code: &str,
) {
    let engine = builder.start().await.unwrap();
    book(&engine, "B-1").await.unwrap();
    is_parked_with(engine, world, code).await;
}

/// The same of one that was begun.
async fn is_parked_with(engine: Engine, world: &World, code: &str) {
    engine.settle().await.unwrap();
    assert_eq!(first_cause(world, "B-1").await, code);

    world.clock.advance_to(at(DEADLINE + 1));
    engine.settle().await.unwrap();

    let rest = engine.rest_of(saga("B-1")).await.unwrap();
    let Rest::Parked(cause) = rest else { panic!("{rest:?}") };
    assert_eq!(&*cause.code, code);
}

#[tokio::test]
async fn a_call_without_an_answer_in_time_is_unknown() {
    let world = World::with(Carrier::who(Mood::Hangs));
    let settings = Settings { call_limit: Duration::from_millis(5), ..Settings::default() };
    let builder = world.builder().settings(settings);

    is_asked_again_and_parks_with(builder, &world, "time_out").await;

    let asked: Vec<Ask> = world.carrier.asked().into_iter().map(|(ask, _)| ask).collect();
    assert_eq!(asked, [Ask::Call, Ask::Query], "it is asked about before it is repeated");
}

/// A store with a saga whose call was never made: the program ended before it.
async fn begun(world: &World) {
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_saga_whose_port_is_gone_after_a_restart_hears_nothing_and_stops_nothing() {
    let world = World::with(Carrier::who(Mood::Hangs));
    begun(&world).await;

    let engine = world.parts().start().await.unwrap();
    is_parked_with(engine, &world, "no_port").await;
}

#[tokio::test]
async fn a_saga_whose_port_takes_other_calls_after_a_restart_hears_nothing_and_stops_nothing() {
    let world = World::with(Carrier::who(Mood::Hangs));
    begun(&world).await;

    let builder = world.parts().port("carrier", Arc::new(Florist)).unwrap();
    is_parked_with(builder.start().await.unwrap(), &world, "wrong_port").await;
}

#[tokio::test]
async fn a_request_that_would_call_a_port_which_is_not_there_is_refused_and_its_id_stays_free() {
    let world = World::with(Carrier::who(Mood::Sends));
    let builder = world.parts().port("courier", Arc::new(Florist)).unwrap();
    let engine = builder.start().await.unwrap();

    let refused = book(&engine, "B-1").await.map(drop).unwrap_err();

    let says = "the carrier is called through port carrier, and no port of that name is \
                registered; registered are courier";
    assert!(matches!(&refused, RequestError::NoPort(_)), "{refused:?}");
    assert_eq!(refused.to_string(), says);
    engine.shutdown().await.unwrap();
    assert_eq!(world.log().await, [], "nothing of it is stored");
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}

#[tokio::test]
async fn a_request_that_would_call_a_port_which_takes_other_calls_is_refused() {
    let world = World::with(Carrier::who(Mood::Sends));
    let builder = world.parts().port("carrier", Arc::new(Florist)).unwrap();
    let engine = builder.start().await.unwrap();

    let refused = book(&engine, "B-1").await.map(drop).unwrap_err();

    let says = "the carrier is called through port carrier, and the port of that name takes other \
                calls; registered are carrier";
    assert_eq!(refused.to_string(), says);
    engine.settle().await.unwrap();
    assert_eq!(world.log().await, []);
}

#[tokio::test]
async fn a_builder_names_the_ports_that_requests_will_miss() {
    let world = World::with(Carrier::who(Mood::Sends));

    let missing = world.parts().missing_ports();
    let says: Vec<String> = missing.iter().map(ToString::to_string).collect();

    let carrier = "the carrier is called through port carrier, and no port of that name is \
                   registered; none is registered";
    assert_eq!(says, [carrier]);
    assert_eq!(world.builder().missing_ports(), []);
}

#[tokio::test]
async fn a_port_that_panics_is_unknown_and_stops_nothing() {
    let world = World::with(Carrier::who(Mood::Panics));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    assert_eq!(first_cause(&world, "B-1").await, "panicked");
    world.carrier.turns(Mood::Sends);

    ends_once_it_is_asked_again(&world, &engine).await;
}

#[tokio::test]
async fn a_refusal_is_left_upwards() {
    let world = World::with(Carrier::who(Mood::Refuses));
    let engine = world.start().await;

    book(&engine, "B-1").await.unwrap();

    let rest = engine.rest_of(saga("B-1")).await.unwrap();
    assert_eq!(rest, Rest::Ended("booking.failed".into()));
    assert_eq!(world.types("shelf-tea").await, ["shelf.reserved", "shelf.released"]);
}

#[tokio::test]
async fn after_a_silence_and_a_restart_the_carrier_is_asked_before_anything_is_repeated() {
    let world = World::with(Carrier::who(Mood::SendsSilently));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();

    let engine = world.start().await;
    ends_once_it_is_asked_again(&world, &engine).await;

    let asked = world.carrier.asked();
    assert_eq!(asked, [(Ask::Call, "B-1".into()), (Ask::Query, "B-1".into())]);
}

#[tokio::test]
async fn what_the_carrier_never_got_is_sent_again_under_the_same_key() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    world.carrier.turns(Mood::Sends);

    let engine = world.start().await;
    ends_once_it_is_asked_again(&world, &engine).await;

    let (call, query) = ((Ask::Call, "B-1".into()), (Ask::Query, "B-1".into()));
    assert_eq!(world.carrier.asked(), [call.clone(), query, call]);
}

async fn ends_once_it_is_asked_again(world: &World, engine: &Engine) {
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}
