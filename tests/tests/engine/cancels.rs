//! Taking back: before its own cut-off, from the engine's door, and what it leaves.

use crate::house::{Outside, ask, asking, audit, passed, show, wanted};
use fundflow::{Engine, RequestError};
use fundflow_kernel::{envelope::Actor, memory_store::MemoryStore};
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase, Refusal},
    parts::milestone::Scope,
};
use fundflow_testkit::worlds;
use std::sync::Arc;

async fn cancel(engine: &Engine, at: &str, scope: Scope) -> Result<(), RequestError<Refusal>> {
    let command = Command::Cancel { at: worlds::instant(at), scope };
    let (id, actor) = (worlds::transaction("TX-1"), Actor::Requester("INV-7".into()));
    engine.command::<DiscountPurchase>(id, command, actor, None).await
}

async fn bought() -> (Arc<MemoryStore>, Outside, Engine) {
    let (store, outside) =
        (Arc::new(MemoryStore::default()), Outside::new("", worlds::request_time()));
    let engine = outside.start(&store).await;
    ask(&engine, asking("TX-1", wanted())).await.expect("a purchase");
    engine.settle().await.expect("an engine that runs");
    (store, outside, engine)
}

#[tokio::test]
async fn a_purchase_that_is_taken_back_in_time_ends_with_the_money_back() {
    let (store, outside, engine) = bought().await;
    outside.clock.advance_to(worlds::instant("2026-02-13T14:00:00+08:00"));

    cancel(&engine, "2026-02-13T14:00:00+08:00", Scope::All).await.expect("in time");
    outside.pass(&engine, 24 * 14).await;

    let look = show(&*store, "TX-1").await.look;
    assert!(look.finished && look.open_ends.is_empty(), "{look:#?}");
    let totals = outside.channel.totals(worlds::instant("2026-03-10T10:00:00+08:00"));
    assert_eq!(totals.charged, totals.refunded, "{totals:?}: {look:#?}");
    passed(&audit(&*store).await);
}

#[tokio::test]
async fn after_the_cut_off_nothing_is_taken_back_and_the_refusal_names_the_instant() {
    let (store, outside, engine) = bought().await;
    outside.clock.advance_to(worlds::instant("2026-02-13T15:00:00+08:00"));

    let refused = cancel(&engine, "2026-02-13T14:00:00+08:00", Scope::All).await;

    let Err(RequestError::Refused(refusal @ Refusal::TooLateToCancel { .. })) = refused else {
        panic!("{refused:?}");
    };
    assert!(refusal.to_string().contains("2026-02-13T15:00:00"), "{refusal}");
    outside.pass(&engine, 24 * 14).await;
    assert_eq!(show(&*store, "TX-1").await.look.ending, Some("discount_purchase.completed"));
}
