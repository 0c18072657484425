//! Why an engine stopped, as its callers hear it: a value to act on, and a sentence to follow.

use crate::house::{self, Outside, asking, wanted};
use fundflow::{Engine, RequestError, StopCause, Stopped};
use fundflow_kernel::{memory_store::MemoryStore, store::ReadError};
use fundflow_testkit::{
    faulty_store::{Fault, FaultyStore},
    worlds,
};
use std::sync::Arc;

async fn start(faults: impl IntoIterator<Item = Fault>) -> Engine {
    let store = FaultyStore::scripted(MemoryStore::new(), faults);
    Outside::new("", worlds::request_time()).start(&Arc::new(store)).await
}

async fn stop_of(engine: &Engine) -> StopCause {
    match house::ask(engine, asking("TX-1", wanted())).await {
        Err(RequestError::Stopped(cause)) => cause,
        other => panic!("it goes on: {other:?}"),
    }
}

#[tokio::test]
async fn a_failed_sync_stops_the_engine_and_its_cause_comes_up_to_the_caller() {
    let engine = start([Fault::SyncFailed { written: false }]).await;

    let stop = stop_of(&engine).await;

    let StopCause::Poisoned { cause } = &stop else { panic!("{stop:?}") };
    assert_eq!(&**cause, "a sync failed, as the script says");
    let Stopped { cause: later } = engine.settle().await.expect_err("it has stopped");
    assert_eq!(later, stop, "the first trouble is said for ever");
}

#[tokio::test]
async fn what_met_another_writers_events_is_unsure_and_can_be_repeated() {
    let engine = start([Fault::Conflict]).await;

    let unsure = house::ask(&engine, asking("TX-1", wanted())).await;
    let again = house::ask(&engine, asking("TX-1", wanted())).await;

    assert!(matches!(unsure, Err(RequestError::Unsure)), "{unsure:?}");
    assert!(again.is_ok(), "{again:?}");
}

#[tokio::test]
async fn a_second_writer_stops_the_engine_and_is_named_by_the_stream_that_it_moved() {
    let engine = start(std::iter::repeat_n(Fault::Conflict, 9)).await;
    for _ in 0..8 {
        let unsure = house::ask(&engine, asking("TX-1", wanted())).await;
        assert!(matches!(unsure, Err(RequestError::Unsure)), "{unsure:?}");
    }

    let stop = stop_of(&engine).await;

    let StopCause::Conflict { stream } = &stop else { panic!("{stop:?}") };
    assert_eq!(stream.as_str(), "discount_purchase-TX-1");
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_a_fault_with_all_that_lies_under_it() {
    let engine = start([Fault::Before]).await;

    let stop = stop_of(&engine).await;

    let what = "cannot append: scripted to fail before writing".into();
    assert_eq!(stop, StopCause::Fault { what });
}

#[tokio::test]
async fn an_engine_that_was_shut_down_says_so_and_nothing_is_wrong() {
    let engine = start([]).await;
    engine.shutdown().await.expect("an engine that runs");

    assert_eq!(stop_of(&engine).await, StopCause::ShutDown);
}

#[test]
fn every_stop_says_what_to_do() {
    let damage = ReadError::Damaged { place: "position 7".into(), what: "a hole".into() };
    let stops = [
        (StopCause::ShutDown, "start it to go on"),
        (
            StopCause::Fenced { owner: "process 7".into() },
            "owned by process 7; send requests there",
        ),
        (StopCause::Poisoned { cause: "errno 5".into() }, "(errno 5); mend the disk"),
        (
            StopCause::Conflict { stream: worlds::read("a-1") },
            "a-1 was written by somebody else; find",
        ),
        (damage.into(), "damaged at position 7: a hole; do not start again before"),
        (StopCause::Fault { what: "no route".into() }, "no route; start it again once"),
    ];
    for (cause, todo) in stops {
        let says = Stopped { cause }.to_string();

        assert!(says.starts_with("the engine has stopped: ") && says.contains(todo), "{says}");
    }
}
