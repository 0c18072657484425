//! Nothing grows with what was refused, repeated or given up, and nobody waits for ever.

use crate::{
    carrier::{Carrier, Mood},
    faulty::Trouble,
    toy::{Booking, Refusal},
    world::{World, asking, book, book_item, saga, shipped},
};
use fundflow::{
    ActError, ActionError, InMemory, RequestError, Settings, StopCause, kernel::store::AppendError,
};
use futures_util::FutureExt as _;

/// What is left in memory where nothing is open and nobody waits.
const NOTHING: InMemory =
    InMemory { awake: 0, open: 0, streams: 0, waiting: 0, watching: 0, settling: 0, calls: 0 };

#[tokio::test]
async fn refusals_and_repeats_leave_nothing_however_many_there_were() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    assert_eq!(engine.rest_of(saga("B-1")).await.unwrap(), shipped());

    for round in 0..20_000 {
        let refused = engine.request_watched(asking(&format!("R-{round}"), "tea", 11)).await;
        assert!(matches!(refused, Err(RequestError::Refused(Refusal::SoldOut { .. }))));
        if round % 2 == 0 {
            let (_, rest) = engine.request_watched(asking("B-1", "tea", 2)).await.unwrap();
            // Whether or not it is listened to.
            if round % 4 == 0 {
                assert_eq!(rest.await.unwrap(), shipped());
            }
            let unknown = engine.rest_of(saga(&format!("R-{round}"))).await;
            let unknown = unknown.unwrap_err();
            assert!(matches!(unknown, ActError::NotActed(ActionError::Unknown(_))), "{unknown}");
        }
    }
    engine.settle().await.unwrap();

    assert_eq!(engine.in_memory().await.unwrap(), NOTHING);
}

#[tokio::test]
async fn what_could_not_be_decided_leaves_nothing_either() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    for round in 0..50 {
        let theirs = world.reserved_by_another(&format!("tea-{round}")).await;
        world.store.meets([Trouble::Beaten(theirs)]);
        let watched = asking(&format!("B-{round}"), &format!("tea-{round}"), 2);
        let unsure = engine.request_watched(watched).await.map(drop).unwrap_err();
        assert!(matches!(unsure, RequestError::Unsure), "{unsure}");
        book_item(&engine, &format!("C-{round}"), &format!("jam-{round}"), 1).await.unwrap();
        engine.settle().await.unwrap();
    }
    assert_eq!(engine.in_memory().await.unwrap(), NOTHING);
}

#[tokio::test]
async fn whoever_stops_waiting_is_forgotten_while_its_saga_goes_on() {
    let world = World::with(Carrier::who(Mood::Loses));
    let engine = world.start().await;
    for number in 0..5_000 {
        let asked = asking(&format!("B-{number}"), &format!("tea-{number}"), 1);
        drop(engine.request_watched(asked).await.unwrap());
        drop(engine.rest_of(saga("B-0")).now_or_never());
    }
    engine.settle().await.unwrap();
    let left = engine.in_memory().await.unwrap();
    assert!(left.watching <= 1_024, "of 10,000 that stopped waiting {left:?} are left");
    assert_eq!((left.waiting, left.open), (0, 5_000));
}

#[tokio::test]
async fn whoever_stops_waiting_for_quiet_is_forgotten_while_there_is_none() {
    let world = World::with(Carrier::who(Mood::Hangs));
    let engine = world.start().await;
    book(&engine, "B-1").await.unwrap();
    for _ in 0..5_000 {
        assert!(engine.settle().now_or_never().is_none(), "a call is under way");
        engine.in_memory().await.unwrap();
    }
    let left = engine.in_memory().await.unwrap();
    assert!(left.settling <= 1, "{left:?}");
    assert_eq!(left.calls, 1);
}

#[tokio::test]
async fn a_stop_ends_everybodys_waiting_with_its_reason() {
    for trouble in [None, Some(AppendError::Poisoned { cause: "EIO".into() })] {
        let world = World::with(Carrier::who(Mood::Hangs));
        let engine = world.start().await;
        let (_, rest) = engine.request_watched(asking("B-1", "tea", 1)).await.unwrap();
        let (watching, settling) = (engine.clone(), engine.clone());
        let watched = tokio::spawn(async move { watching.rest_of(saga("B-1")).await });
        let settled = tokio::spawn(async move { settling.settle().await });
        while engine.in_memory().await.unwrap().settling == 0 {
            tokio::task::yield_now().await;
        }

        let cause = if let Some(trouble) = trouble {
            world.store.meets([Trouble::Fails(trouble)]);
            assert!(book(&engine, "B-2").await.is_err());
            StopCause::Poisoned { cause: "EIO".into() }
        } else {
            let stops = (engine.shutdown(), engine.shutdown());
            let (first, second) = futures_util::future::join(stops.0, stops.1).await;
            assert_eq!((first, second), (Ok(()), Ok(())), "who asks together hears together");
            StopCause::ShutDown
        };

        let stopped = |error: ActError| match error {
            ActError::Stopped(cause) => cause,
            other => panic!("{other}"),
        };
        assert_eq!(stopped(rest.await.unwrap_err()), cause);
        assert_eq!(stopped(watched.await.unwrap().unwrap_err()), cause);
        assert_eq!(settled.await.unwrap().unwrap_err().cause, cause);
    }
}

#[tokio::test]
async fn who_sleeps_is_counted_and_takes_no_streams() {
    let world = World::with(Carrier::who(Mood::Loses));
    let settings = Settings { awake: 8, ..Settings::default() };
    let engine = world.builder().settings(settings).start().await.unwrap();
    let asked = (0..200).map(|number| asking(&format!("B-{number}"), &format!("tea-{number}"), 1));
    for placed in engine.request_all::<Booking>(asked.collect()).await {
        placed.unwrap();
    }
    engine.settle().await.unwrap();
    book_item(&engine, "LAST", "jam", 1).await.unwrap();
    engine.settle().await.unwrap();

    let held = engine.in_memory().await.unwrap();
    assert_eq!(held.open, 201);
    assert!(held.awake <= 16 && held.streams <= 64, "{held:?}");
}
