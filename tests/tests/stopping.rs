//! Why an engine stopped, as its callers hear it: a value to act on, and a sentence to follow.

#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

use fundflow::{Engine, Purchase, PurchaseError, StopCause, Stopped};
use fundflow_domain::investor::SalesChannel;
use fundflow_infrastructure::sandbox::{
    channel::SandboxChannel,
    registrar::{Market, SandboxRegistrar},
};
use fundflow_kernel::{clock::ManualClock, memory_store::MemoryStore, store::ReadError};
use fundflow_testkit::{
    faulty_store::{Fault, FaultyStore},
    worlds,
};
use std::sync::Arc;

async fn start(faults: impl IntoIterator<Item = Fault>) -> Engine {
    let store = Arc::new(FaultyStore::scripted(MemoryStore::new(), faults));
    let clock = ManualClock::at(worlds::request_time());
    let shared = Arc::new(clock.clone());
    let channel = Arc::new(SandboxChannel::counting(shared.clone()));
    let market = Market::at_par(worlds::calendar());
    let registrar = Arc::new(SandboxRegistrar::counting(market, shared));
    let funds = [Arc::new(worlds::wallet_fund()), Arc::new(worlds::target_fund())];
    Engine::builder(store, channel, registrar, worlds::calendar())
        .funds(move |code, _| funds.iter().find(|terms| terms.code == code).cloned())
        .clock(clock)
        .start()
        .await
        .expect("an engine")
}

async fn stop_of(engine: &Engine) -> StopCause {
    let purchase = Purchase {
        transaction: worlds::transaction("TX-1"),
        investor: worlds::investor(),
        wallet_fund: worlds::wallet_code(),
        target_fund: worlds::target_code(),
        amount: worlds::amount("10000.00"),
        mode: None,
        only_today: false,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        at: None,
        trace_parent: None,
    };
    match engine.purchase(purchase).await {
        Err(PurchaseError::Stopped { cause }) => cause,
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
async fn a_second_writer_stops_the_engine_and_is_named_by_the_stream_that_it_moved() {
    let engine = start([Fault::Conflict]).await;

    let stop = stop_of(&engine).await;

    let StopCause::Conflict { stream } = &stop else { panic!("{stop:?}") };
    assert_eq!(stream.as_str(), "discount_purchase-TX-1");
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_a_fault_with_all_that_lies_under_it() {
    let engine = start([Fault::Before]).await;

    let stop = stop_of(&engine).await;

    let what = "cannot append: told to fail before writing".into();
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
