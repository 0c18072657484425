//! Whoever is answered `Ok`, at whichever door, is answered after the disk.

use crate::{
    carrier::{Carrier, Mood, Said},
    toy::{Booking, Cancel},
    world::{World, asking, at, book_item, news, saga},
};
use fundflow::{Action, Engine, kernel::envelope::Actor, runtime::process::Disposition};
use futures_util::future::BoxFuture;
use std::sync::Arc;

fn cancels() -> Actor {
    Actor::Requester("shop".into())
}

fn resume() -> Action {
    Action::Resume { reason: "the carrier is back".into() }
}

fn abandon() -> Action {
    let dispositions = vec![("goods".into(), Disposition::Manual)];
    Action::Abandon { reason: "the shop closed".into(), dispositions }
}

/// Whether it was answered `Ok`.
type Door = fn(Engine) -> BoxFuture<'static, bool>;

/// Every door that stores something, or says what is stored. `OPEN` is a booking that waits for its carrier, and
/// `PARKED` one that waits for a person.
const DOORS: [(&str, Door); 13] = [
    ("request", |engine| {
        Box::pin(async move { book_item(&engine, "NEW", "jam", 1).await.is_ok() })
    }),
    ("request_watched", |engine| {
        Box::pin(async move { engine.request_watched(asking("NEW", "jam", 1)).await.is_ok() })
    }),
    ("request_all", |engine| {
        Box::pin(async move {
            let all = vec![asking("NEW", "jam", 1), asking("NEWER", "jam", 1)];
            engine.request_all::<Booking>(all).await.iter().all(Result::is_ok)
        })
    }),
    ("command", |engine| {
        Box::pin(async move {
            let id = "OPEN".parse().unwrap();
            engine.command::<Booking>(id, Cancel, cancels(), None).await.is_ok()
        })
    }),
    ("command_all", |engine| {
        Box::pin(async move {
            let all = vec![("OPEN".parse().unwrap(), Cancel)];
            engine.command_all::<Booking>(all, cancels(), None).await.iter().all(Result::is_ok)
        })
    }),
    ("ask_all", |engine| {
        Box::pin(async move {
            let all = vec![(saga("OPEN"), fundflow::runtime::kind::payload(Cancel))];
            engine.ask_all(all, cancels(), None).await.iter().all(Result::is_ok)
        })
    }),
    ("act", |engine| {
        Box::pin(async move { engine.act(saga("PARKED"), resume(), "ann".into()).await.is_ok() })
    }),
    ("act_all", |engine| {
        Box::pin(async move {
            let all = vec![(saga("PARKED"), abandon())];
            engine.act_all(all, "ann".into()).await.iter().all(Result::is_ok)
        })
    }),
    ("deliver", |engine| {
        Box::pin(async move {
            let sent = news("parcel-OPEN", Arc::new(Said::Sent("s-1".into())));
            engine.deliver(vec![sent]).await.iter().all(Result::is_ok)
        })
    }),
    // What only says something says nothing of what is not durable yet.
    ("a repeat", |engine| {
        Box::pin(async move {
            let first = tokio::spawn({
                let engine = engine.clone();
                async move { book_item(&engine, "NEW", "jam", 1).await.is_ok() }
            });
            let again = book_item(&engine, "NEW", "jam", 1).await.is_ok();
            again && first.await.unwrap()
        })
    }),
    ("rest_of", |engine| {
        Box::pin(async move {
            let sent = news("parcel-OPEN", Arc::new(Said::Sent("s-1".into())));
            let delivered = tokio::spawn({
                let engine = engine.clone();
                async move { engine.deliver(vec![sent]).await }
            });
            tokio::task::yield_now().await;
            let rest = engine.rest_of(saga("OPEN")).await.is_ok();
            rest && delivered.await.unwrap().iter().all(Result::is_ok)
        })
    }),
    ("settle", |engine| {
        Box::pin(async move {
            let booked = tokio::spawn({
                let engine = engine.clone();
                async move { book_item(&engine, "NEW", "jam", 1).await.is_ok() }
            });
            tokio::task::yield_now().await;
            let settled = engine.settle().await.is_ok();
            settled && booked.await.unwrap()
        })
    }),
    ("outlook", |engine| {
        Box::pin(async move {
            let booked = tokio::spawn({
                let engine = engine.clone();
                async move { book_item(&engine, "NEW", "jam", 1).await.is_ok() }
            });
            tokio::task::yield_now().await;
            let looked = engine.outlook().await.is_ok();
            looked && booked.await.unwrap()
        })
    }),
];

#[tokio::test]
async fn no_door_answers_while_the_sync_is_held_and_what_it_answered_is_there() {
    for (name, door) in DOORS {
        let world = World::with(Carrier::who(Mood::Loses));
        let engine = world.start().await;
        book_item(&engine, "PARKED", "tea", 1).await.unwrap();
        // Past its deadline, where a person is waited for.
        world.clock.advance_to(at(crate::world::DEADLINE + 60));
        engine.settle().await.unwrap();
        book_item(&engine, "OPEN", "tea", 1).await.unwrap();
        engine.settle().await.unwrap();
        let (appends, before) = (world.store.attempts().len(), world.log().await.len());
        world.store.shut();

        let answering = tokio::spawn(door(engine.clone()));
        world.store.begun(appends + 1).await;
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }

        assert!(!answering.is_finished(), "{name}: the disk has not said yes");
        assert_eq!(world.log().await.len(), before, "{name}: a power cut leaves nothing");
        let promised = world.store.attempts().pop().unwrap();
        world.store.open();
        assert!(answering.await.unwrap(), "{name}");
        let log = world.log().await;
        let there = promised.iter().all(|id| log.iter().any(|event| event.event.event_id == *id));
        assert!(there, "{name}: everything that was answered is there");
    }
}
