//! A day's limit holds over restarts: what was ordered before one counts after it, also when the
//! purchase is over and nothing of it is in memory any more.

#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

use fundflow::{Engine, Purchase, PurchaseError};
use fundflow_domain::{admission, discount_purchase::Refusal, investor::SalesChannel};
use fundflow_infrastructure::{
    catalogue,
    sandbox::{
        channel::SandboxChannel,
        registrar::{Market, SandboxRegistrar},
        scenario::Scenario,
    },
};
use fundflow_kernel::{clock::ManualClock, memory_store::MemoryStore};
use fundflow_testkit::worlds;
use std::sync::Arc;

const DECLINES: &str = "[override.TX-declined]\ncharge = 'declined'\n";

async fn start(store: &Arc<MemoryStore>) -> Engine {
    let clock = ManualClock::at(worlds::instant("2026-02-12T10:00:00+08:00"));
    let shared = Arc::new(clock.clone());
    let scenario = Scenario::from_toml(DECLINES).expect("a scenario");
    let channel = Arc::new(SandboxChannel::in_memory(scenario.clone(), shared.clone()));
    let market = Market::at_par(worlds::calendar());
    let registrar = Arc::new(SandboxRegistrar::in_memory(scenario, market, shared));
    let funds = catalogue::shipped().expect("the shipped catalogue");
    Engine::builder(store.clone(), channel, registrar, worlds::calendar())
        .funds(move |code, day| funds.on(code, day))
        .clock(clock)
        .start()
        .await
        .expect("an engine")
}

async fn buy(engine: &Engine, id: &str, yuan: &str) -> Option<admission::Refusal> {
    let purchase = Purchase {
        transaction: worlds::transaction(id),
        investor: worlds::investor(),
        wallet_fund: worlds::read("000730"),
        target_fund: worlds::read("011162"),
        amount: worlds::amount(yuan),
        mode: None,
        only_today: false,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: Some(worlds::read("risk-warning-2017")),
        at: None,
        trace_parent: None,
    };
    let placed = engine.purchase(purchase).await;
    engine.settle().await.expect("an engine that runs");
    match placed {
        Ok(_) => None,
        Err(PurchaseError::Refused(Refusal::NotAdmitted(refusal))) => Some(refusal),
        Err(other) => panic!("{id}: {other}"),
    }
}

#[tokio::test]
async fn what_was_ordered_before_a_restart_counts_after_it() {
    let store = Arc::new(MemoryStore::default());
    let engine = start(&store).await;
    assert_eq!(buy(&engine, "TX-1", "4000000.00").await, None);
    engine.shutdown().await.expect("an engine that stops");

    let engine = start(&store).await;
    let refused = buy(&engine, "TX-2", "2000000.00").await;

    let Some(admission::Refusal::AboveDayMaximum { used, room, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((used, room), (worlds::money("4000000.00"), worlds::money("1000000.00")));
    assert_eq!(buy(&engine, "TX-3", "1000000.00").await, None);
}

#[tokio::test]
async fn what_was_never_paid_does_not_count() {
    let store = Arc::new(MemoryStore::default());
    let engine = start(&store).await;
    assert_eq!(buy(&engine, "TX-declined", "4000000.00").await, None);
    engine.shutdown().await.expect("an engine that stops");

    let engine = start(&store).await;

    assert_eq!(buy(&engine, "TX-2", "5000000.00").await, None);
}
