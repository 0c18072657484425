//! The first cause reaches whoever asks, at every door and however late.

use crate::{
    carrier::{Carrier, Mood, Said},
    faulty::Trouble,
    toy::{Booking, Cancel},
    world::{World, asking, book, news, saga},
};
use fundflow::{
    ActError, Action, Engine, RequestError, Settings, StopCause, Stopped,
    kernel::{
        clock::Clock, envelope::Actor, loaded::with_sources, store::AppendError, time::Timestamp,
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What each door of a stopped engine says.
async fn causes(engine: &Engine) -> Vec<(&'static str, String)> {
    fn of_request<T, R: std::fmt::Debug>(result: Result<T, RequestError<R>>) -> String {
        match result.err().unwrap() {
            RequestError::Stopped(cause) => cause.to_string(),
            other => panic!("{other:?}"),
        }
    }
    fn of_act<T>(result: Result<T, ActError>) -> String {
        match result.err().unwrap() {
            ActError::Stopped(cause) => cause.to_string(),
            other => panic!("{other:?}"),
        }
    }
    fn of_stop<T>(result: Result<T, Stopped>) -> String {
        result.err().unwrap().cause.to_string()
    }
    let id = || "B-1".parse().unwrap();
    let by = || Actor::Requester("shop".into());
    let resume = || Action::Resume { reason: "mended".into() };
    let cancel = fundflow::runtime::kind::payload(Cancel);
    let sent = news("parcel-B-1", Arc::new(Said::Sent("s-1".into())));
    let mut all = vec![
        ("request", of_request(book(engine, "B-9").await)),
        ("request_watched", of_request(engine.request_watched(asking("B-9", "tea", 1)).await)),
        ("command", of_request(engine.command::<Booking>(id(), Cancel, by(), None).await)),
        ("act", of_act(engine.act(saga("B-1"), resume(), "ann".into()).await)),
        ("rest_of", of_act(engine.rest_of(saga("B-1")).await)),
        ("settle", of_stop(engine.settle().await)),
        ("outlook", of_stop(engine.outlook().await)),
        ("in_memory", of_stop(engine.in_memory().await)),
        ("shutdown", of_stop(engine.shutdown().await)),
        ("stopped", engine.stopped().unwrap().to_string()),
    ];
    for result in engine.request_all::<Booking>(vec![asking("B-9", "tea", 1)]).await {
        all.push(("request_all", of_request(result)));
    }
    for result in engine.ask_all(vec![(saga("B-1"), cancel)], by(), None).await {
        all.push(("ask_all", of_act(result)));
    }
    for result in engine.deliver(vec![sent]).await {
        all.push(("deliver", of_act(result)));
    }
    all
}

#[tokio::test]
async fn whichever_append_fails_every_door_names_the_cause_from_then_on() {
    for nth in 0..4 {
        let world = World::with(Carrier::who(Mood::Sends));
        let settings = Settings { append_attempts: 1, ..Settings::default() };
        let engine = world.builder().settings(settings).start().await.unwrap();
        let cause = "disk I/O error: fsync: No space left on device (os error 28), SQLite 1034";
        world.store.meets((0..nth).map(|_| Trouble::Fine));
        world.store.meets([match nth % 2 {
            0 => Trouble::Fails(AppendError::Poisoned { cause: cause.into() }),
            _ => Trouble::Fault(cause),
        }]);
        // The first that fails, and whatever fails because of it.
        world.store.meets([Trouble::Fault("something else, later")]);
        let mut first = None;
        for number in 0..8 {
            match book(&engine, &format!("B-{number}")).await {
                Ok(_) => drop(engine.settle().await),
                Err(error) => drop(first.get_or_insert(error.to_string())),
            }
        }

        assert!(first.unwrap().contains(cause));
        for (door, answer) in causes(&engine).await {
            assert!(answer.contains(cause), "append {nth}: {door} says only: {answer}");
        }
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_read_again_is_reported_with_its_cause_at_every_door() {
    let world = World::with(Carrier::who(Mood::Sends));
    let engine = world.start().await;
    let cause = "disk I/O error: pread: Input/output error (os error 5), SQLite 266";
    let theirs = world.reserved_by_another("tea").await;
    world.store.meets([Trouble::Beaten(theirs)]);
    world.store.cannot_read_log(cause);

    // Another writer was first, and what the log has now cannot be read.
    assert!(book(&engine, "B-1").await.is_err());
    for (door, answer) in causes(&engine).await {
        assert!(answer.contains(cause), "{door} says only: {answer}");
    }
    let start = world.builder().start().await.unwrap_err();
    assert!(with_sources(&start).contains(cause), "{start}");
}

/// Panics once it is armed.
#[derive(Clone, Default)]
struct Bomb(Arc<AtomicBool>);

impl Clock for Bomb {
    fn now(&self) -> Timestamp {
        assert!(!self.0.load(Ordering::SeqCst), "the clock has no battery");
        crate::world::at(0)
    }
}

#[tokio::test]
async fn a_panic_of_the_loop_is_a_reason_too() {
    let world = World::with(Carrier::who(Mood::Loses));
    let bomb = Bomb::default();
    let engine = world.builder().clock(bomb.clone()).start().await.unwrap();
    let (_, rest) = engine.request_watched(asking("B-1", "tea", 1)).await.unwrap();
    bomb.0.store(true, Ordering::SeqCst);

    let stopped = engine.settle().await.unwrap_err();

    let what = "the engine's loop panicked: the clock has no battery".to_owned();
    assert_eq!(stopped.cause, StopCause::Fault { what: what.clone() });
    assert!(rest.await.unwrap_err().to_string().contains(&what));
    for (door, answer) in causes(&engine).await {
        assert!(answer.contains(&what), "{door} says only: {answer}");
    }
}
