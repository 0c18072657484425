//! What an engine finds again when it starts on the log of one that was killed.

#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

use fundflow::{Engine, Purchase};
use fundflow_application::read_models::SagaStates;
use fundflow_domain::{discount_purchase::Ending, investor::SalesChannel};
use fundflow_infrastructure::sandbox::{
    channel::{RefundEntry, SandboxChannel},
    registrar::{Market, SandboxRegistrar},
    scenario::Scenario,
};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    memory_store::MemoryStore,
    store::{EventStore as _, Position, StreamAppend, Version},
};
use fundflow_testkit::worlds;
use std::sync::Arc;

struct Outside {
    clock: ManualClock,
    channel: Arc<SandboxChannel>,
    registrar: Arc<SandboxRegistrar>,
}

fn outside(scenario: &str) -> Outside {
    let clock = ManualClock::at(worlds::request_time());
    let scenario = Scenario::from_toml(scenario).expect("a scenario");
    let shared = Arc::new(clock.clone());
    let channel = SandboxChannel::in_memory(scenario.clone(), shared.clone());
    let market = Market::at_par(worlds::calendar());
    let registrar = SandboxRegistrar::in_memory(scenario, market, shared);
    Outside { clock, channel: Arc::new(channel), registrar: Arc::new(registrar) }
}

async fn start(store: &Arc<MemoryStore>, outside: &Outside) -> Engine {
    let (channel, registrar) = (outside.channel.clone(), outside.registrar.clone());
    let funds = [Arc::new(worlds::wallet_fund()), Arc::new(worlds::target_fund())];
    Engine::builder(store.clone(), channel, registrar, worlds::calendar())
        .funds(move |code, _| funds.iter().find(|terms| terms.code == code).cloned())
        .clock(outside.clock.clone())
        .start()
        .await
        .expect("an engine")
}

fn purchase(id: &str) -> Purchase {
    Purchase {
        transaction: worlds::transaction(id),
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
    }
}

/// The log as a killed process leaves it: all events, and none of the list that a shutdown keeps.
async fn as_killed(store: &MemoryStore) -> Arc<MemoryStore> {
    let copy = MemoryStore::default();
    let log = store.read_all(Position::START, u32::MAX).await.expect("the log");
    let appends = log.into_iter().map(|recorded| StreamAppend {
        stream: recorded.stream,
        expected: Version(recorded.version.0 - 1),
        events: vec![recorded.event],
    });
    copy.append(appends.collect()).await.expect("the same log");
    Arc::new(copy)
}

#[tokio::test]
async fn a_refund_that_is_owed_after_the_end_is_sent_by_the_next_process() {
    let id = "TX-short";
    // A fen too little is no payment: the purchase fails at once, and its money is on its way back
    // when the answer to the refund is lost and the process dies.
    let outside = outside("[override.TX-short]\ncharge = 'short'\nrefund = 'timeout_lost'\n");
    let store = Arc::new(MemoryStore::default());
    let engine = start(&store, &outside).await;
    engine.purchase(purchase(id)).await.expect("a purchase");
    engine.settle().await.expect("an engine that runs");
    let store = as_killed(&store).await;

    outside.clock.advance_to(outside.clock.now().plus_millis(3_600_000));
    let engine = start(&store, &outside).await;
    engine.settle().await.expect("an engine that runs");

    let states = SagaStates::load(&*store, &worlds::transaction(id)).await.expect("the log");
    let states = states.expect("a purchase");
    let view = states.view().expect("a purchase");
    assert_eq!(view.purchase.ending(), Some(Ending::Failed));
    assert!(view.is_finished(), "{view:#?}");
    let refunds = outside.channel.refunds();
    let moved: Vec<_> = refunds.iter().map(RefundEntry::moved).collect();
    assert_eq!(moved, [true], "{refunds:#?}");
}
