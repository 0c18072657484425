//! Requests, commands, actions and watches.

use crate::{
    carrier::{Carrier, Mood},
    toy::{Booking, Cancel, Promised, Refusal},
    world::{World, asking, book, book_item, saga, shipped},
};
use fundflow::{
    ActError, Action, ActionError, BuildError, RequestError, Rest, Settings, StartError, StopCause,
    Stopped, kernel::envelope::Actor,
};
use futures_util::future::join_all;

fn cancels() -> Actor {
    Actor::Requester("shop".into())
}

#[tokio::test]
async fn a_request_is_promised_once_and_the_same_for_ever() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;

    let first = book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();
    let again = book(&engine, "B-1").await.unwrap();

    assert_eq!((first.promise, first.ending), (Promised { pieces: 2 }, None));
    assert_eq!(
        (again.promise, again.ending),
        (Promised { pieces: 2 }, Some("booking.shipped".into()))
    );
    assert_eq!(world.types("booking-B-1").await, ["booking.prepared", "booking.shipped"]);
    assert_eq!(world.carrier.asked().len(), 1);
}

#[tokio::test]
async fn another_request_under_a_known_id_is_refused_with_what_differs() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();

    let refused = book_item(&engine, "B-1", "jam", 3).await.unwrap_err();

    let RequestError::Refused(refusal) = refused else { panic!("{refused}") };
    assert_eq!(
        refusal,
        Refusal::Clash(fundflow::runtime::saga::Clash::Differs(vec!["item", "pieces"]))
    );
}

#[tokio::test]
async fn a_refused_request_stores_nothing_and_leaves_its_id_free() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;

    let refused = book_item(&engine, "B-1", "tea", 11).await.unwrap_err();
    let before = world.log().await.len();
    let placed = book_item(&engine, "B-1", "tea", 10).await;

    assert!(matches!(refused, RequestError::Refused(Refusal::SoldOut { left: 10 })), "{refused}");
    assert_eq!(before, 0);
    assert!(placed.is_ok());
}

#[tokio::test]
async fn several_requests_are_decided_in_order_and_stored_in_one_batch() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;

    let asked = vec![asking("B-1", "tea", 6), asking("B-2", "tea", 6), asking("B-3", "tea", 4)];
    let results = engine.request_all::<Booking>(asked).await;

    assert!(results[0].is_ok() && results[2].is_ok());
    let second = results[1].as_ref().unwrap_err();
    assert!(matches!(second, RequestError::Refused(Refusal::SoldOut { left: 4 })), "{second}");
    let first_batch = &world.store.attempts()[0];
    let log = world.log().await;
    let prepared = log.iter().filter(|event| event.event.event_type == "booking.prepared");
    assert!(prepared.clone().all(|event| first_batch.contains(&event.event.event_id)));
    assert_eq!(prepared.count(), 2);
}

#[tokio::test]
async fn more_requests_than_may_wait_are_refused_as_busy() {
    let world = World::with(Carrier::who(Mood::Sends));
    let settings = Settings { queued_requests: 1, ..Settings::default() };
    let engine = world.builder().settings(settings).start().await.unwrap();

    let results = join_all([book(&engine, "B-1"), book(&engine, "B-2")]).await;

    assert!(results[0].is_ok());
    let busy = results[1].as_ref().unwrap_err();
    assert!(matches!(busy, RequestError::Busy { retry_after } if !retry_after.is_zero()), "{busy}");
    assert!(book(&engine, "B-2").await.is_ok(), "later there is room again");
}

#[tokio::test]
async fn while_too_many_calls_are_outstanding_requests_are_refused_as_busy() {
    let world = World::with(Carrier::who(Mood::Hangs));
    let settings = Settings { calls: 1, ..Settings::default() };
    let engine = world.builder().settings(settings).start().await.unwrap();
    book(&engine, "B-1").await.unwrap();
    let mut refused = book(&engine, "B-2").await;
    for _ in 0..100 {
        refused = book(&engine, "B-3").await;
        tokio::task::yield_now().await;
    }

    assert!(matches!(refused, Err(RequestError::Busy { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_watched_request_says_how_it_comes_to_rest_and_so_does_its_repeat() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;

    let (placed, rest) = engine.request_watched(asking("B-1", "tea", 2)).await.unwrap();
    let first = rest.await.unwrap();
    let (again, rest) = engine.request_watched(asking("B-1", "tea", 2)).await.unwrap();

    assert_eq!((placed.ending, first), (None, shipped()));
    assert_eq!(
        (again.ending.as_deref(), rest.await.unwrap()),
        (Some("booking.shipped"), shipped())
    );
}

#[tokio::test]
async fn a_refused_request_is_not_watched() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;

    let refused = engine.request_watched(asking("B-1", "tea", 11)).await;

    assert!(matches!(refused, Err(RequestError::Refused(Refusal::SoldOut { .. }))));
    let unknown = engine.rest_of(saga("B-1")).await.unwrap_err();
    assert!(matches!(unknown, ActError::NotActed(ActionError::Unknown(_))), "{unknown}");
}

#[tokio::test]
async fn the_rest_of_what_is_at_rest_is_known_at_once() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();

    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());
}

#[tokio::test]
async fn who_waits_for_the_rest_of_a_running_saga_hears_of_it() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    let waiting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.rest_of(saga("B-1")).await }
    });
    engine.settle().await.unwrap();

    engine.command::<Booking>("B-1".parse().unwrap(), Cancel, cancels(), None).await.unwrap();

    assert_eq!(waiting.await.unwrap().unwrap(), Rest::Ended("booking.failed".into()));
    assert_eq!(world.types("parcel-B-1").await, ["parcel.ordered", "parcel.refused"]);
}

#[tokio::test]
async fn a_command_is_refused_in_the_sagas_own_words_or_has_nobody_to_go_to() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();

    let commands = vec![("B-1".parse().unwrap(), Cancel), ("B-9".parse().unwrap(), Cancel)];
    let results = engine.command_all::<Booking>(commands, cancels(), None).await;

    assert!(matches!(&results[0], Err(RequestError::Refused(Refusal::TooLate))), "{results:?}");
    assert!(
        matches!(&results[1], Err(RequestError::NoSuch(id)) if *id == saga("B-9")),
        "{results:?}"
    );
}

#[tokio::test]
async fn an_operator_gives_up_on_one_saga_and_cannot_resume_what_runs() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    engine.settle().await.unwrap();

    let resume = Action::Resume { reason: "it looks stuck".into() };
    let dispositions = vec![("goods".into(), fundflow::runtime::process::Disposition::Manual)];
    let abandon = Action::Abandon { reason: "the shop closed".into(), dispositions };
    let actions = vec![(saga("B-1"), resume), (saga("B-1"), abandon)];
    let results = engine.act_all(actions, "ann".into()).await;

    let running = results[0].as_ref().unwrap_err();
    assert!(matches!(running, ActError::NotActed(ActionError::NotParked { .. })), "{running}");
    assert!(results[1].is_ok(), "{results:?}");
    let rest = engine.rest_of(saga("B-1")).await.unwrap();
    assert_eq!(rest, Rest::Ended("booking.abandoned".into()));
}

#[tokio::test]
async fn after_a_shutdown_every_door_says_why_it_is_shut() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    engine.shutdown().await.unwrap();

    let stopped = Stopped { cause: StopCause::ShutDown };
    assert!(matches!(book(&engine, "B-1").await, Err(RequestError::Stopped(StopCause::ShutDown))));
    let rest = engine.rest_of(saga("B-1")).await;
    assert!(matches!(rest, Err(ActError::Stopped(StopCause::ShutDown))));
    assert_eq!(engine.settle().await, Err(stopped.clone()));
    assert_eq!(engine.shutdown().await, Err(stopped));
    assert_eq!(world.log().await.len(), 0);
}

#[tokio::test]
async fn an_engine_has_each_saga_and_each_port_once() {
    let world = World::with(Carrier::who(Mood::Sends));
    let name = "carrier".parse().unwrap();

    let twice = world.builder().port("carrier", world.carrier.clone()).unwrap_err();
    assert_eq!(twice, BuildError::PortTwice(name));
    let nameless = world.builder().port("two words", world.carrier.clone()).unwrap_err();
    assert!(matches!(nameless, BuildError::Name(_)), "{nameless}");
    let again = Booking { deadline: crate::world::at(0) };
    let started = world.builder().saga(again).start().await;
    assert!(matches!(started, Err(StartError::SagaTwice("booking"))));
}
