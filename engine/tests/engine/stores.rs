//! Stores that fail, that somebody else writes, and streams that cannot be read.

use crate::{
    carrier::{Carrier, Mood, Said},
    faulty::Trouble,
    toy::Booking,
    world::{World, asking, at, book, book_item, news, saga, shipped},
};
use fundflow::{
    ActError, ActionError, Noticed, RequestError, Rest, Settings, StopCause,
    kernel::store::AppendError,
};
use std::sync::Arc;

#[tokio::test]
async fn after_a_fault_the_same_bytes_are_appended_again() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    world.store.meets([Trouble::Fault("the disk is full"), Trouble::Fault("still full")]);

    book(&engine, "B-1").await.unwrap();

    let attempts = world.store.attempts();
    assert_eq!((&attempts[0], &attempts[1]), (&attempts[1], &attempts[2]));
    engine.settle().await.unwrap();
    let stored: Vec<_> = world.log().await.iter().map(|event| event.event.event_id).collect();
    assert_eq!(stored[..attempts[0].len()], attempts[0], "each of them once");
    assert_eq!(world.types("booking-B-1").await, ["booking.prepared", "booking.shipped"]);
}

#[tokio::test]
async fn a_batch_waits_until_the_one_before_it_is_durable() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    world.store.shut();
    let first = tokio::spawn({
        let engine = engine.clone();
        async move { book(&engine, "B-1").await }
    });
    world.store.begun(1).await;
    let second = tokio::spawn({
        let engine = engine.clone();
        async move { book(&engine, "B-2").await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }

    assert_eq!(world.store.attempts().len(), 1, "the second is decided, and waits");
    world.store.open();
    assert!(first.await.unwrap().is_ok() && second.await.unwrap().is_ok());
}

#[tokio::test]
async fn an_event_without_a_stored_form_stops_its_own_saga_and_no_other() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    book(&engine, "unsayable").await.unwrap();

    let rest = engine.rest_of(saga("unsayable")).await.unwrap();

    let Rest::Parked(cause) = rest else { panic!("{rest}") };
    assert!(cause.text.contains("there is no word for it"), "{cause}");
    book(&engine, "B-2").await.unwrap();
    for other in ["B-1", "B-2"] {
        assert_eq!(engine.rest_of(saga(other)).await.unwrap(), shipped());
    }
    let begun = ["booking.prepared", "booking.parked"];
    assert_eq!(world.types("booking-unsayable").await, begun, "nothing of it was written");
}

#[tokio::test]
async fn a_store_that_faults_too_often_stops_the_engine_with_the_first_fault() {
    let world = World::with(Carrier::who(Mood::Sends));
    let settings = Settings { append_attempts: 2, ..Settings::default() };
    let engine = world.builder().settings(settings).start().await.unwrap();
    world.store.meets([Trouble::Fault("the disk is full"), Trouble::Fault("and on fire")]);

    let stopped = book(&engine, "B-1").await.unwrap_err();

    let RequestError::Stopped(cause @ StopCause::Fault { .. }) = stopped else {
        panic!("{stopped}")
    };
    assert!(cause.to_string().contains("the disk is full"), "{cause}");
    assert_eq!(engine.settle().await.unwrap_err().cause, cause);
    assert_eq!(engine.stopped(), Some(cause));
}

#[tokio::test]
async fn a_new_owner_or_a_failed_sync_stops_the_engine_at_once() {
    let fenced = AppendError::Fenced { owner: "node-2".into() };
    let poisoned = AppendError::Poisoned { cause: "EIO".into() };
    for (trouble, expected) in [
        (fenced, StopCause::Fenced { owner: "node-2".into() }),
        (poisoned, StopCause::Poisoned { cause: "EIO".into() }),
    ] {
        let world = World::with(Carrier::who(Mood::Sends));
        let engine = world.start().await;
        let (_, rest) = engine.request_watched(asking("B-1", "tea", 2)).await.unwrap();
        assert_eq!(rest.await.unwrap(), shipped());
        world.store.meets([Trouble::Fails(trouble)]);

        let stopped = book(&engine, "B-2").await.unwrap_err();

        assert!(matches!(stopped, RequestError::Stopped(cause) if cause == expected));
        assert_eq!(engine.shutdown().await.unwrap_err().cause, expected);
        let tried = world.store.attempts().len();
        assert!(book(&engine, "B-3").await.is_err());
        assert_eq!(world.store.attempts().len(), tried, "nothing is appended any more");
    }
}

#[tokio::test]
async fn a_conflict_evicts_what_was_decided_and_the_engine_goes_on() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    let waiting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.rest_of(saga("B-1")).await }
    });
    engine.settle().await.unwrap();
    world.carrier.turns(Mood::Sends);
    let theirs = world.reserved_by_another("tea").await;
    world.store.meets([Trouble::Beaten(theirs)]);

    let unsure = book_item(&engine, "B-2", "tea", 8).await.unwrap_err();
    assert!(matches!(unsure, RequestError::Unsure), "{unsure}");
    assert_eq!(world.types("booking-B-2").await, Vec::<String>::new());

    let now_known = book_item(&engine, "B-2", "tea", 8).await.unwrap_err();
    assert!(now_known.to_string().contains("7 pieces are left"), "{now_known}");
    assert!(book_item(&engine, "B-3", "tea", 3).await.is_ok());
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), shipped(), "who watched before still hears of it");
    assert_eq!(engine.rest_of(saga("B-3")).await.unwrap(), shipped());
}

#[tokio::test]
async fn a_writer_that_always_comes_first_wins() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    let mut cause = None;
    for round in 0..20 {
        let item = format!("tea-{round}");
        let theirs = world.reserved_by_another(&item).await;
        world.store.meets([Trouble::Beaten(theirs)]);
        match book_item(&engine, "B-1", &item, 1).await {
            Err(RequestError::Unsure) => {}
            Err(RequestError::Stopped(stopped)) => {
                cause = Some(stopped);
                break;
            }
            other => panic!("{other:?}"),
        }
    }

    let Some(StopCause::Conflict { stream }) = cause else { panic!("{cause:?}") };
    assert_eq!(stream.category(), "shelf");
}

#[tokio::test]
async fn a_damaged_stream_parks_what_needs_it_and_nothing_else_also_after_a_restart() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book_item(&engine, "B-1", "tea", 2).await.unwrap();
    book_item(&engine, "B-2", "jam", 2).await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    world.damage_shelf("tea").await;
    world.carrier.turns(Mood::Sends);

    for round in 0..2 {
        let engine = world.start().await;
        world.clock.advance_to(at(60));
        engine.settle().await.unwrap();

        assert_eq!(engine.rest_of(saga("B-2")).await.unwrap(), shipped());
        let damaged = engine.rest_of(saga("B-1")).await.unwrap_err();
        let ActError::NotActed(ActionError::Damaged { place, .. }) = damaged else {
            panic!("{damaged}")
        };
        assert_eq!(&*place, "shelf-tea version 2");
        let refused = book_item(&engine, "B-1", "tea", 2).await.unwrap_err();
        assert!(matches!(refused, RequestError::Damaged { .. }), "{refused}");
        let refused = book_item(&engine, "B-3", "tea", 2).await.unwrap_err();
        assert!(matches!(refused, RequestError::Damaged { .. }), "nobody knows what is left");
        assert!(book_item(&engine, &format!("C-{round}"), "jam", 1).await.is_ok());
        engine.shutdown().await.unwrap();
        let listed = world.listed().await.1;
        assert!(listed.contains("B-1"), "it is still open: {listed}");
    }
}

#[tokio::test]
async fn a_read_that_fails_for_a_while_is_tried_again() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    world.store.cannot_read("shelf-tea", 2);

    assert!(book(&engine, "B-1").await.is_ok());
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_fails_its_request_and_is_read_anew_for_the_next() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    // Asked whether it is there, and then for its events; each four times.
    world.store.cannot_read("booking-B-1", 8);

    let damaged = book(&engine, "B-1").await.unwrap_err();
    let again = book(&engine, "B-1").await;

    let RequestError::Damaged { what, .. } = damaged else { panic!("{damaged}") };
    assert!(what.contains("the disk hums"), "{what}");
    assert!(again.is_ok(), "{again:?}");
    let all = engine.request_all::<Booking>(vec![asking("B-2", "jam", 1)]).await;
    assert!(all[0].is_ok(), "the engine goes on");
}

#[tokio::test]
async fn a_stream_that_could_not_be_read_for_long_is_read_again_for_whoever_needs_it_next() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book_item(&engine, "B-1", "tea", 1).await.unwrap();
    book_item(&engine, "B-2", "tea", 1).await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    world.store.cannot_read("shelf-tea", u32::MAX);
    world.carrier.turns(Mood::Sends);
    let engine = world.start().await;
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();
    for id in ["B-1", "B-2"] {
        let unread = engine.rest_of(saga(id)).await.unwrap_err();
        assert!(matches!(unread, ActError::NotActed(ActionError::Damaged { .. })), "{unread}");
    }
    let refused = book_item(&engine, "B-3", "tea", 1).await.unwrap_err();
    assert!(matches!(refused, RequestError::Damaged { .. }), "{refused}");

    world.store.cannot_read("shelf-tea", 0);

    assert!(book_item(&engine, "B-3", "tea", 1).await.is_ok(), "its ID was left free");
    world.clock.advance_to(at(120));
    engine.settle().await.unwrap();
    for id in ["B-1", "B-2", "B-3"] {
        assert_eq!(engine.rest_of(saga(id)).await.unwrap(), shipped(), "{id}");
    }
}

#[tokio::test]
async fn a_saga_whose_own_stream_could_not_be_read_goes_on_when_somebody_asks_for_it() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    world.store.cannot_read("booking-B-1", u32::MAX);
    world.carrier.turns(Mood::Sends);
    let engine = world.start().await;
    assert!(engine.rest_of(saga("B-1")).await.is_err());

    world.store.cannot_read("booking-B-1", 0);

    assert!(book(&engine, "B-1").await.is_ok(), "the same request");
    world.clock.advance_to(at(60));
    engine.settle().await.unwrap();
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}

#[tokio::test]
async fn news_about_a_key_that_cannot_be_read_are_not_taken_and_come_again() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    engine.shutdown().await.unwrap();
    world.store.cannot_read("parcel-B-1", u32::MAX);
    let engine = world.start().await;
    let sent = || vec![news("parcel-B-1", Arc::new(Said::Sent("s-1".into())))];

    let unheard = engine.deliver(sent()).await.pop().unwrap();
    assert!(matches!(unheard, Err(ActError::NotActed(ActionError::Damaged { .. }))), "{unheard:?}");
    world.store.cannot_read("parcel-B-1", 0);
    let heard = engine.deliver(sent()).await.pop().unwrap();

    assert!(matches!(heard, Ok(Noticed::Recorded(_))), "{heard:?}");
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}

#[tokio::test]
async fn a_store_with_nothing_to_write_is_given_what_is_decided_before_all_of_it_is() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    let shelves = (0..600).map(|number| (format!("B-{number}"), format!("tea{number}")));
    let many = shelves.map(|(id, item)| asking(&id, &item, 1)).collect();

    for placed in engine.request_all::<Booking>(many).await {
        placed.unwrap();
    }
    engine.settle().await.unwrap();

    let first = &world.store.attempts()[0];
    let log = world.log().await;
    let begun = log.iter().filter(|event| &*event.event.event_type == "booking.prepared");
    let begun: Vec<_> = begun.map(|event| first.contains(&event.event.event_id)).collect();
    assert_eq!(begun.len(), 600);
    assert_eq!(begun.iter().filter(|is_first| **is_first).count(), 256);
}
