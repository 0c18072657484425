//! A day's limit holds over restarts: what was ordered before one counts after it, also when the
//! purchase is over and nothing of it is in memory any more.

use crate::house::{Outside, ask, asking_as, wanted};
use fundflow::{Engine, RequestError};
use fundflow_domain::admission;
use fundflow_infrastructure::catalogue;
use fundflow_kernel::memory_store::MemoryStore;
use fundflow_sagas::{
    discount_purchase::{Asked, Refusal, Request},
    house::House,
};
use fundflow_testkit::worlds;
use std::sync::Arc;

/// The shipped catalogue: 5,000,000 yuan a day for one investor in the target.
fn outside(scenario: &str) -> Outside {
    let funds = catalogue::shipped().expect("the shipped catalogue");
    let outside = Outside::new(scenario, worlds::instant("2026-02-12T10:00:00+08:00"));
    let find = Arc::new(move |code, day| funds.on(code, day));
    Outside { house: House { funds: find, ..outside.house.clone() }, ..outside }
}

async fn buy(engine: &Engine, id: &str, yuan: &str) -> Option<admission::Refusal> {
    let (wallet_fund, target_fund) = (worlds::read("000730"), worlds::read("011162"));
    let request = Request { wallet_fund, target_fund, amount: worlds::amount(yuan), ..wanted() };
    let warning_confirmed = Some(worlds::read("risk-warning-2017"));
    let placed =
        ask(engine, asking_as(id, request, Asked { warning_confirmed, ..worlds::asked() })).await;
    engine.settle().await.expect("an engine that runs");
    match placed {
        Ok(_) => None,
        Err(RequestError::Refused(Refusal::NotAdmitted(refusal))) => Some(refusal),
        Err(other) => panic!("{id}: {other}"),
    }
}

#[tokio::test]
async fn what_was_ordered_before_a_restart_counts_after_it() {
    let (store, outside) = (Arc::new(MemoryStore::default()), outside(""));
    let engine = outside.start(&store).await;
    assert_eq!(buy(&engine, "TX-1", "4000000.00").await, None);
    engine.shutdown().await.expect("an engine that stops");

    let engine = outside.start(&store).await;
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
    let outside = outside("[override.TX-declined]\ncharge = 'declined'\n");
    let engine = outside.start(&store).await;
    assert_eq!(buy(&engine, "TX-declined", "4000000.00").await, None);
    engine.shutdown().await.expect("an engine that stops");

    let engine = outside.start(&store).await;

    assert_eq!(buy(&engine, "TX-2", "5000000.00").await, None);
}
