//! One writer at a time: a lease by the server's clock, and an epoch that the server checks in every append.

use crate::server::{Schema, admin, impatient, with_server};
use fundflow_contract::sample::append;
use fundflow_kernel::store::{AppendError, EventStore, Position};
use fundflow_postgres::{OpenError, PostgresStore, Settings};
use std::time::Duration;

/// As if the writer had been silent for longer than its lease.
async fn lapse(schema: &Schema) {
    let lapse = format!("UPDATE {} SET lease_until = '-infinity'", schema.table("store"));
    admin().await.batch_execute(&lapse).await.expect("an administrator");
}

async fn open_as(schema: &Schema, owner: &str) -> Result<PostgresStore, OpenError> {
    PostgresStore::open(&schema.place(), &impatient(), owner).await
}

#[test]
fn a_second_writer_is_refused_with_who_has_the_store() {
    with_server(async {
        let schema = Schema::new();
        let first = open_as(&schema, "engine one").await.expect("a store");
        let refused = open_as(&schema, "engine two").await.map(drop).expect_err("a refusal");
        let OpenError::Held { owner, left, .. } = &refused else { panic!("{refused}") };
        assert_eq!(owner, "engine one");
        assert!((1..=300_000).contains(left), "{left}");
        assert!(refused.to_string().contains("is held by engine one"), "{refused}");

        first.close().await;
        let second = open_as(&schema, "engine two").await.expect("a store that was given free");
        let closed = first.append(vec![append("wallet-1", 0, &["a"])]).await;
        assert!(matches!(closed, Err(AppendError::Fault(_))), "{closed:?}");
        assert_eq!(
            second.append(vec![append("wallet-1", 0, &["b"])]).await.ok(),
            Some(Position(1))
        );
    });
}

#[test]
fn a_writer_whom_another_replaced_adds_nothing_any_more() {
    with_server(async {
        let schema = Schema::new();
        let first = open_as(&schema, "engine one").await.expect("a store");
        first.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
        lapse(&schema).await;
        let second = open_as(&schema, "engine two").await.expect("a lease that is over");

        for attempt in 0..2 {
            let refused = first.append(vec![append("wallet-1", 1, &["late"])]).await;
            let Err(AppendError::Fenced { owner }) = refused else { panic!("{refused:?}") };
            assert_eq!(owner, "engine two", "attempt {attempt}");
        }
        let saved = fundflow_kernel::store::Checkpoints::save(&first, "list", Position(1), vec![1]);
        assert!(matches!(saved.await, Err(AppendError::Fenced { .. })));
        assert_eq!(
            second.append(vec![append("wallet-1", 1, &["b"])]).await.ok(),
            Some(Position(2))
        );
        // Who is fenced off gives nothing free.
        first.close().await;
        let held = open_as(&schema, "engine three").await.map(drop);
        assert!(matches!(held, Err(OpenError::Held { .. })), "{held:?}");
    });
}

#[test]
fn what_was_under_way_when_another_took_over_is_there_before_it_reads_or_never() {
    with_server(async {
        let schema = Schema::new();
        let first = open_as(&schema, "engine one").await.expect("a store");
        let mut tool = admin().await;
        let holding = tool.transaction().await.expect("a transaction");
        // Somebody else's stream of that name, of which nobody knows yet whether it stays.
        let stream = include_str!("other_stream.sql").replace("{schema}", &schema.name());
        holding.batch_execute(&stream).await.expect("a row");
        lapse(&schema).await;
        let under_way = first.append(vec![append("wallet-1", 0, &["a"])]);
        tokio::pin!(under_way);
        let soon = tokio::time::timeout(Duration::from_millis(300), &mut under_way).await;
        assert!(soon.is_err(), "it waits for that stream: {soon:?}");

        // The lease is over, and yet the statement under way is first: it holds the row of the owner.
        let second = open_as(&schema, "engine two");
        tokio::pin!(second);
        let soon = tokio::time::timeout(Duration::from_millis(100), &mut second).await;
        assert!(soon.is_err(), "it waits for the statement");
        holding.rollback().await.expect("an end");
        assert_eq!(under_way.await.expect("it was first"), Position(1));
        let second = second.await.map(drop);
        assert!(matches!(second, Err(OpenError::Held { .. })), "{second:?}");
    });
}

#[test]
fn the_lease_of_a_writer_that_died_is_waited_for() {
    with_server(async {
        let schema = Schema::new();
        let place = schema.place();
        let died = std::thread::spawn({
            let place = place.clone();
            move || {
                let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
                let runtime = runtime.expect("threads");
                let settings =
                    Settings { lease: Duration::from_millis(700), ..Settings::default() };
                let store = runtime.block_on(async {
                    let store = PostgresStore::open(&place, &settings, "engine one").await;
                    let store = store.expect("a store");
                    store.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
                    store
                });
                // Its tasks end where they stand, and give nothing free.
                runtime.shutdown_background();
                store
            }
        });
        let died = died.join().expect("a thread");
        let settings = Settings { patience: Duration::from_secs(30), ..Settings::default() };
        let second = PostgresStore::open(&place, &settings, "engine two").await.expect("in time");
        assert_eq!(
            second.append(vec![append("wallet-1", 1, &["b"])]).await.ok(),
            Some(Position(2))
        );
        drop(died);
    });
}

#[test]
fn one_that_lives_keeps_its_lease_without_writing() {
    with_server(async {
        let schema = Schema::new();
        let settings = Settings { lease: Duration::from_millis(600), ..Settings::default() };
        let store = PostgresStore::open(&schema.place(), &settings, "engine one").await;
        let _store = store.expect("a store");
        let until = Duration::from_millis(1500);
        let settings = Settings { patience: until, ..Settings::default() };
        let second = PostgresStore::open(&schema.place(), &settings, "engine two").await.map(drop);
        assert!(matches!(second, Err(OpenError::Held { .. })), "{second:?}");
    });
}
