//! What a restart finds, with and without a checkpoint.

use crate::{
    carrier::{Carrier, Mood},
    toy::Booking,
    world::{World, asking, at, book, book_item, saga, shipped},
};
use fundflow::{
    Engine, StopCause,
    kernel::store::{Checkpoints, Position},
    runtime::port::Ask,
};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// A process of its own that dies when it is dropped.
fn process() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

#[test]
fn an_engine_with_a_thread_of_its_own_stops_when_the_runtime_is_dropped_and_says_so() {
    let world = World::with(Carrier::who(Mood::Sends));
    let several =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    let first = several.unwrap();
    let engine = first.block_on(async {
        let engine = world.start().await;
        book(&engine, "B-1").await.unwrap();
        assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
        engine
    });
    drop(first);

    let stopped = process().block_on(engine.settle()).unwrap_err();

    let nobody = "the task that calls counterparties has ended";
    assert_eq!(stopped.cause, StopCause::Fault { what: nobody.into() });
    process().block_on(async {
        let engine = world.start().await;
        assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
    });
}

#[test]
fn what_was_placed_before_a_crash_is_brought_to_its_end_after_it() {
    let world = World::with(Carrier::who(Mood::Hangs));
    let first = process();
    first.block_on(async {
        let engine = world.start().await;
        book(&engine, "B-1").await.unwrap();
    });
    drop(first);
    world.carrier.turns(Mood::Sends);

    process().block_on(async {
        let engine = world.start().await;
        assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
    });
    let asked: Vec<Ask> = world.carrier.asked().into_iter().map(|(ask, _)| ask).collect();
    assert_eq!(asked.last(), Some(&Ask::Call), "it was never sent, as the query says: {asked:?}");
    assert!(asked.contains(&Ask::Query), "{asked:?}");
}

#[test]
fn what_is_owed_after_the_end_survives_a_crash() {
    let world = World::with(Carrier::who(Mood::ForgetsReceipts));
    let first = process();
    first.block_on(async {
        let engine = world.start().await;
        book_item(&engine, "B-1", "tea", 6).await.unwrap();
        engine.settle().await.unwrap();
        assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
    });
    drop(first);
    assert_eq!(process().block_on(world.types("parcel-B-1")), ["parcel.ordered", "parcel.sent"]);
    world.carrier.turns(Mood::Sends);

    process().block_on(async {
        let engine = world.start().await;
        world.clock.advance_to(at(60));
        engine.settle().await.unwrap();
    });
    assert_eq!(
        process().block_on(world.types("parcel-B-1")),
        ["parcel.ordered", "parcel.sent", "parcel.receipt_sent"]
    );
}

#[tokio::test]
async fn only_what_is_open_is_listed_and_a_restart_reads_only_what_came_since() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    for number in 0..5 {
        book_item(&engine, &format!("B-{number}"), &format!("tea-{number}"), 1).await.unwrap();
    }
    engine.settle().await.unwrap();
    world.carrier.turns(Mood::Loses);
    book(&engine, "OPEN").await.unwrap();
    book_item(&engine, "OWING", "jam", 6).await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();

    let (position, listed) = world.listed().await;
    assert_eq!(listed, r#"{"open":[["booking","OPEN"],["booking","OWING"]]}"#);
    assert_eq!(position, Position(world.log().await.len() as u64));

    world.carrier.turns(Mood::Sends);
    let before = world.store.log_reads();
    let engine = world.start().await;
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();
    assert_eq!(
        world.store.log_reads() - before,
        6,
        "the events that three lists stand behind, the end of the log, and those of two places for the next list"
    );
    assert_eq!(engine.rest_of(saga("OPEN")).await.unwrap(), shipped());
    engine.shutdown().await.unwrap();
    assert_eq!(world.listed().await.1, r#"{"open":[]}"#);
}

/// Each booking that the carrier refuses leaves two events on the shelf.
#[tokio::test]
async fn a_stream_of_more_than_one_page_is_read_to_its_end() {
    let world = World::with(Carrier::who(Mood::Refuses));
    let engine = world.start().await;
    for number in 0..300 {
        book(&engine, &format!("B-{number}")).await.unwrap();
        engine.settle().await.unwrap();
    }
    engine.shutdown().await.unwrap();

    world.carrier.turns(Mood::Sends);
    let engine = world.start().await;
    book(&engine, "LAST").await.unwrap();
    engine.settle().await.unwrap();
    assert_eq!(engine.rest_of(saga("LAST")).await.unwrap(), shipped());
    assert_eq!(world.types("shelf-tea").await.len(), 601);
}

#[tokio::test]
async fn a_lost_checkpoint_loses_nothing() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    lose_the_checkpoint(&world).await;
    world.carrier.turns(Mood::Sends);

    let engine = world.start().await;
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();

    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}

async fn lose_the_checkpoint(world: &World) {
    for place in ["engine.open_sagas.a", "engine.open_sagas.b"] {
        // As it was written until lists had a hash: nothing is open.
        let spoilt = br#"{"open":[]}"#.to_vec();
        world.memory.save(place, Position(1_000), spoilt).await.unwrap();
    }
}

#[tokio::test]
async fn a_place_of_the_log_that_cannot_be_read_hides_nobody_else() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    book_item(&engine, "B-2", "jam", 1).await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    lose_the_checkpoint(&world).await;
    world.store.spoils(Position(2));
    world.carrier.turns(Mood::Sends);

    let engine = world.start().await;
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();

    for id in ["B-1", "B-2"] {
        assert_eq!(world.types(&format!("booking-{id}")).await.last().unwrap(), "booking.shipped");
    }
}

#[tokio::test]
async fn sagas_that_a_program_does_not_know_are_left_for_the_one_that_does() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();

    let stranger = Engine::builder(Arc::new(world.store.clone())).start().await.unwrap();
    stranger.settle().await.unwrap();
    stranger.shutdown().await.unwrap();
    assert_eq!(world.listed().await.1, r#"{"open":[["booking","B-1"]]}"#);

    world.carrier.turns(Mood::Sends);
    let engine = world.start().await;
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}

#[tokio::test]
async fn a_running_engine_keeps_its_list_too() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    for round in 0..200 {
        let asked = (0..10)
            .map(|number| asking(&format!("B-{round}-{number}"), &format!("tea-{round}"), 1));
        for placed in engine.request_all::<Booking>(asked.collect()).await {
            placed.unwrap();
        }
    }
    engine.settle().await.unwrap();

    let written = world.log().await.len();
    assert!(written >= 10_000, "{written}");
    assert!(world.listed().await.0 >= Position(5_000), "{:?}", world.listed().await);
}

/// A booking in the midst of its work, and a log that is as long as is said. Returns how many events a start after a
/// kill reads, and how many the log has.
fn read_by_a_start(bookings: usize) -> (usize, usize) {
    let world = World::with(Carrier::who(Mood::Sends));
    let first = process();
    first.block_on(async {
        let engine = world.start().await;
        for round in 0..bookings / 10 {
            let asked = (0..10)
                .map(|number| asking(&format!("B-{round}-{number}"), &format!("tea-{round}"), 1));
            for placed in engine.request_all::<Booking>(asked.collect()).await {
                placed.unwrap();
            }
        }
        engine.settle().await.unwrap();
        world.carrier.turns(Mood::Hangs);
        book_item(&engine, "OPEN", "jam", 1).await.unwrap();
    });
    drop(first);

    let before = world.store.events_read();
    let log = process().block_on(async {
        let engine = world.start().await;
        assert_eq!(engine.in_memory().await.unwrap().open, 1);
        world.log().await.len()
    });
    (world.store.events_read() - before, log)
}

/// Ten thousand events lie between two lists, of two thousand bookings, whose streams are read besides: four events of
/// each, and twenty of a shelf that ten of them share.
#[test]
fn a_start_after_a_kill_reads_no_more_of_a_long_log_than_of_a_short_one() {
    const MOST: usize = 30_000;
    for (bookings, least) in [(8_000, 40_000), (16_000, 80_000)] {
        let (read, log) = read_by_a_start(bookings);
        assert!(log >= least, "{log}");
        assert!(read <= MOST, "{read} of {log}");
    }
}

#[test]
fn a_stream_that_many_have_used_since_the_last_list_is_read_once_for_all_of_them() {
    let world = World::with(Carrier::who(Mood::Refuses));
    let first = process();
    first.block_on(async {
        let engine = world.start().await;
        for number in 0..300 {
            book(&engine, &format!("B-{number}")).await.unwrap();
            engine.settle().await.unwrap();
        }
    });
    drop(first);

    let before = world.store.events_read();
    process().block_on(async { drop(world.start().await) });
    let (read, shelf) = (world.store.events_read() - before, 600);
    assert_eq!(process().block_on(world.types("shelf-tea")).len(), shelf);
    assert!(read <= 5_000, "{read}, and once for each would be {}", 300 * shelf);
}
