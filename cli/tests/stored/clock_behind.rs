//! A clock that is behind the log: what an operator sees of it, and that the command itself goes by the log's time.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
use crate::common::{fundflow, house, make};
use fundflow::{
    ActError, Action, Engine,
    runtime::{kind::saga_id, message::SagaId},
};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{clock::ManualClock, time::Timestamp};
use fundflow_sagas::discount_purchase::DiscountPurchase;
use std::sync::Arc;

#[tokio::test]
async fn a_clock_that_was_set_back_is_an_event_with_both_instants_and_no_finding() {
    let directory = tempfile::tempdir().unwrap();
    let path = make(directory.path()).await;
    let store = Arc::new(SqliteStore::open(&path, &Settings::default()).unwrap());
    let behind: Timestamp = "2026-01-14T09:07:00+08:00".parse().unwrap();
    let engine = Engine::builder(store.clone())
        .saga(DiscountPurchase { house: house() })
        .clock(ManualClock::at(behind))
        .start()
        .await
        .unwrap();
    let saga: SagaId = saga_id::<DiscountPurchase>(&"TX-8".parse().unwrap());
    let resume = Action::Resume { reason: "it looks stuck".into() };
    let refused = engine.act(saga, resume, "ann".into()).await.unwrap_err();
    assert!(matches!(refused, ActError::ClockSetBack(_)), "{refused}");
    engine.shutdown().await.unwrap();
    store.close().await;

    let listed = ["event", "ls", "--type", "engine_clock.set_back", "-o", "json"];
    let said = fundflow(&path, &listed);
    let events: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let [event] = &events.as_array().unwrap()[..] else { panic!("{events}") };
    assert_eq!(event["data"]["clock"], behind.to_string());
    assert_eq!(event["data"]["log"], "2026-02-13T09:07:00+08:00");
    let said = fundflow(&path, &["audit", "verify"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
}
