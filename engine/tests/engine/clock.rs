//! A clock that is set back, while the engine runs or before it starts, and one that jumps ahead.

use crate::{
    carrier::{Carrier, Mood, Said},
    toy::{Booking, Cancel, Promised},
    world::{World, asking, at, book, news, saga, shipped},
};
use fundflow::{
    ActError, Action, Builder, ClockSetBack, Engine, Noticed, RequestError, Settings,
    kernel::{clock::Clock, envelope::Actor, time::Timestamp},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const DAYS: i64 = 86_400;

/// Says what the test sets, and how much time has really passed.
#[derive(Clone)]
struct Settable(Arc<Mutex<(Timestamp, Duration)>>);

impl Settable {
    fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new((now, Duration::ZERO))))
    }

    /// Time passes, by the second.
    fn passes(&self, seconds: u64) {
        let mut clock = self.0.lock().unwrap();
        clock.0 = clock.0.plus_millis(i64::try_from(seconds).unwrap() * 1000);
        clock.1 += Duration::from_secs(seconds);
    }

    /// Somebody sets it.
    fn is_set(&self, now: Timestamp) {
        self.0.lock().unwrap().0 = now;
    }
}

impl Clock for Settable {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap().0
    }

    fn passed(&self) -> Option<Duration> {
        Some(self.0.lock().unwrap().1)
    }
}

fn cancels() -> Actor {
    Actor::Requester("shop".into())
}

/// An engine by that clock, that bears a minute.
async fn start(world: &World, clock: &Settable) -> Engine {
    builder(world, clock).start().await.unwrap()
}

fn builder(world: &World, clock: &Settable) -> Builder<crate::faulty::Faulty> {
    world.builder().clock(clock.clone())
}

async fn instants(world: &World) -> Vec<Timestamp> {
    world.log().await.iter().map(|event| event.event.recorded_at).collect()
}

/// What every door that takes something new says.
async fn refusals(engine: &Engine) -> Vec<Option<ClockSetBack>> {
    let of_request = |refused: RequestError<_>| match refused {
        RequestError::ClockSetBack(clock) => Some(clock),
        _ => None,
    };
    let of_act = |refused: ActError| match refused {
        ActError::ClockSetBack(clock) => Some(clock),
        _ => None,
    };
    let id = || "B-1".parse().unwrap();
    let new = || asking("NEW", "tea", 1);
    let resume = Action::Resume { reason: "it looks stuck".into() };
    let command = fundflow::runtime::kind::payload(Cancel);
    let mut all = vec![
        of_request(book(engine, "NEW").await.unwrap_err()),
        of_request(engine.request_watched(new()).await.map(drop).unwrap_err()),
        of_request(engine.command::<Booking>(id(), Cancel, cancels(), None).await.unwrap_err()),
        of_act(engine.act(saga("B-1"), resume, "ann".into()).await.unwrap_err()),
    ];
    for refused in engine.request_all(vec![new(), new()]).await {
        all.push(of_request(refused.unwrap_err()));
    }
    for refused in engine.ask_all(vec![(saga("B-1"), command)], cancels(), None).await {
        all.push(of_act(refused.unwrap_err()));
    }
    all
}

#[tokio::test]
async fn a_clock_that_is_set_back_while_running_refuses_what_is_new_at_every_door() {
    let world = World::with(Carrier::who(Mood::Loses));
    let clock = Settable::at(at(0));
    let engine = start(&world, &clock).await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    clock.is_set(at(-30 * DAYS));

    let expected = ClockSetBack { log: at(0), clock: at(-30 * DAYS) };
    for (door, refused) in refusals(&engine).await.into_iter().enumerate() {
        assert_eq!(refused, Some(expected), "door {door}");
    }
    let foreseen = engine.preview_request(asking("NEW", "tea", 1)).await.unwrap_err();
    assert_eq!(*foreseen, expected.to_string());
    let words = expected.to_string();
    assert!(words.contains(&at(0).to_string()) && words.contains(&at(-30 * DAYS).to_string()));
    assert_eq!(world.types("booking-NEW").await, Vec::<String>::new());

    clock.is_set(at(1));
    assert!(book(&engine, "NEW").await.is_ok(), "it is right again");
}

#[tokio::test]
async fn a_clock_that_was_set_back_before_a_start_is_held_against_the_log() {
    let world = World::with(Carrier::who(Mood::Loses));
    let clock = Settable::at(at(0));
    let engine = start(&world, &clock).await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    clock.is_set(at(-30 * DAYS));

    for _ in 0..2 {
        let engine = start(&world, &clock).await;
        let refused = refusals(&engine).await;
        let expected = ClockSetBack { log: at(0), clock: at(-30 * DAYS) };
        assert_eq!(refused, vec![Some(expected); refused.len()]);
        engine.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn what_has_happened_outside_is_heard_at_the_logs_time_and_repeats_have_their_answer() {
    let world = World::with(Carrier::who(Mood::Loses));
    let clock = Settable::at(at(0));
    let engine = start(&world, &clock).await;
    let first = book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    clock.is_set(at(-30 * DAYS));

    let again = book(&engine, "B-1").await.unwrap();
    let said = vec![news("parcel-B-1", Arc::new(Said::Sent("s-1".into())))];
    let heard = engine.deliver(said).await.pop().unwrap().unwrap();

    assert_eq!((first.promise, again.promise), (Promised { pieces: 2 }, Promised { pieces: 2 }));
    assert!(matches!(&heard, Noticed::Recorded(events) if events.len() == 1), "{heard:?}");
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
    let instants = instants(&world).await;
    assert!(instants.iter().all(|instant| *instant == at(0)), "{instants:?}");
    engine.shutdown().await.unwrap();

    let engine = start(&world, &clock).await;
    let again = book(&engine, "B-1").await.unwrap();
    assert_eq!(again.ending.as_deref(), Some("booking.shipped"), "it is not in memory any more");
}

#[tokio::test]
async fn a_clock_that_is_a_little_behind_makes_time_stand_still() {
    let world = World::with(Carrier::who(Mood::Sends));
    let clock = Settable::at(at(100));
    let engine = start(&world, &clock).await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();

    clock.is_set(at(40));
    assert!(book(&engine, "B-2").await.is_ok(), "sixty seconds are borne");
    engine.settle().await.unwrap();
    assert!(instants(&world).await.iter().all(|instant| *instant == at(100)));
    clock.is_set(at(39));
    let refused = book(&engine, "B-3").await.unwrap_err();
    assert!(matches!(refused, RequestError::ClockSetBack(_)), "{refused}");
    engine.shutdown().await.unwrap();

    let settings = Settings { clock_tolerance: Duration::from_secs(61), ..Settings::default() };
    let engine = builder(&world, &clock).settings(settings).start().await.unwrap();
    assert!(book(&engine, "B-3").await.is_ok());
}

#[tokio::test]
async fn that_it_was_set_back_is_stored_once_each_time() {
    let world = World::with(Carrier::who(Mood::Sends));
    let clock = Settable::at(at(0));
    let engine = start(&world, &clock).await;
    book(&engine, "B-1").await.unwrap();
    for wrong in [-30 * DAYS, -31 * DAYS] {
        clock.is_set(at(wrong));
        for _ in 0..3 {
            book(&engine, "NEW").await.unwrap_err();
        }
        clock.is_set(at(0));
        engine.settle().await.unwrap();
        book(&engine, "B-1").await.unwrap();
    }
    engine.shutdown().await.unwrap();

    let instants =
        world.log().await.into_iter().filter(|event| &*event.event.process == "engine_clock");
    let instants: Vec<_> = instants.map(|event| event.event.data.to_string()).collect();
    assert_eq!(instants.len(), 2, "{instants:?}");
    assert!(instants[0].contains(&at(0).to_string()), "{instants:?}");
    assert!(instants[1].contains(&at(-31 * DAYS).to_string()), "{instants:?}");
    assert_eq!(world.types("engine_clock-store").await, ["engine_clock.set_back"; 2]);
}

#[tokio::test]
async fn a_jump_ahead_is_stored_before_what_is_decided_after_it_and_time_that_passes_is_none() {
    let world = World::with(Carrier::who(Mood::Sends));
    let clock = Settable::at(at(0));
    let engine = start(&world, &clock).await;
    book(&engine, "B-1").await.unwrap();
    clock.passes(5 * 3600);
    book(&engine, "B-2").await.unwrap();
    engine.settle().await.unwrap();
    assert_eq!(world.types("engine_clock-store").await, Vec::<String>::new());

    clock.is_set(at(9 * 3600));
    book(&engine, "B-3").await.unwrap();

    let log = world.log().await;
    let place = |stream: &str| log.iter().position(|event| event.stream.to_string() == stream);
    assert_eq!(world.types("engine_clock-store").await, ["engine_clock.jumped_ahead"]);
    assert!(place("engine_clock-store").unwrap() < place("booking-B-3").unwrap());
    let jump = &log[place("engine_clock-store").unwrap()].event.data;
    let from_to = [at(5 * 3600), at(9 * 3600)];
    assert!(from_to.iter().all(|instant| jump.contains(&instant.to_string())), "{jump}");
}

#[tokio::test]
async fn a_wrong_instant_at_which_nothing_was_stored_binds_nobody() {
    let world = World::with(Carrier::who(Mood::Sends));
    let clock = Settable::at(at(0));
    let engine = builder(&world, &clock).start().await.unwrap();
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    clock.passes(30);

    // It is only looked at, and what is stored of it is stored at the instant before.
    clock.is_set(at(30 * DAYS));
    engine.settle().await.unwrap();
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
    assert_eq!(world.types("engine_clock-store").await, ["engine_clock.jumped_ahead"]);
    clock.is_set(at(31));

    assert!(book(&engine, "B-2").await.is_ok(), "nothing was decided in the wrong month");
    assert!(instants(&world).await.is_sorted(), "nor stored");
}
