//! Connections that break, servers that go away, statements that take too long: what was answered is there, once, and what
//! was not answered is asked for, not guessed.

use crate::{
    proxy::Proxy,
    server::{self, Schema, admin, impatient, with_server},
};
use fundflow_contract::{sample::append, store_contract::faults::Fails};
use fundflow_kernel::store::{AppendError, EventStore, Position};
use fundflow_postgres::{PostgresStore, Settings};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

fn patient() -> Settings {
    Settings {
        patience: Duration::from_secs(60),
        lease: Duration::from_secs(300),
        ..Settings::default()
    }
}

async fn behind(settings: &Settings) -> (PostgresStore, Proxy, Schema) {
    let (schema, proxy) = (Schema::new(), Proxy::before(&server::address()).await);
    let place = schema.place_at(&server::url_at(&proxy.address));
    let store = PostgresStore::open(&place, settings, "a test").await.expect("a store");
    (store, proxy, schema)
}

/// Stream, version and cause of all events, whose positions have no gap.
async fn events(store: &PostgresStore) -> Vec<(String, u64, String)> {
    let all = store.read_all(Position::START, u32::MAX).await.expect("a read");
    let positions: Vec<u64> = all.iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (1..=all.len() as u64).collect::<Vec<_>>());
    let what = |it: fundflow_kernel::envelope::Recorded| {
        (it.stream.to_string(), it.version.0, it.event.causation.to_string())
    };
    all.into_iter().map(what).collect()
}

fn causes(events: &[(String, u64, String)]) -> Vec<&str> {
    events.iter().map(|(_, _, cause)| &**cause).collect()
}

#[test]
fn a_patient_writer_answers_once_it_knows_what_became_of_a_lost_statement() {
    with_server(async {
        for fails in Fails::ALL {
            let (store, proxy, _schema) = behind(&patient()).await;
            store.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
            proxy.fail_next(fails);

            let batch = vec![append("wallet-1", 1, &["b", "c"]), append("wallet-2", 0, &["d"])];
            let position = store.append(batch).await.expect("an append that is tried again");

            assert_eq!(position, Position(4), "{fails:?}");
            assert_eq!(causes(&events(&store).await), ["a", "b", "c", "d"], "{fails:?}");
            assert_eq!(*store.head().borrow(), Position(4), "{fails:?}");
        }
    });
}

#[test]
fn a_server_that_is_away_is_waited_for_and_one_that_stays_away_is_said() {
    with_server(async {
        let (store, proxy, _schema) = behind(&patient()).await;
        store.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
        proxy.set_down(true);
        let waiting = store.append(vec![append("wallet-1", 1, &["b"])]);
        tokio::pin!(waiting);
        let soon = tokio::time::timeout(Duration::from_millis(300), &mut waiting).await;
        assert!(soon.is_err(), "it waits: {soon:?}");
        proxy.set_down(false);
        assert_eq!(waiting.await.expect("the server is back"), Position(2));

        let (store, proxy, _schema) = behind(&impatient()).await;
        store.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
        proxy.set_down(true);
        let said = store.append(vec![append("wallet-1", 1, &["b"])]).await;
        assert!(matches!(said, Err(AppendError::Fault(_))), "{said:?}");
        proxy.set_down(false);
        let later = store.append(vec![append("wallet-1", 1, &["b"])]).await;
        assert_eq!(later.expect("it goes on by itself"), Position(2));
        assert_eq!(causes(&events(&store).await), ["a", "b"]);
    });
}

#[test]
fn a_statement_that_takes_too_long_says_why_and_leaves_nothing() {
    with_server(async {
        let schema = Schema::new();
        let settings = Settings { statement_limit: Duration::from_millis(200), ..impatient() };
        let store = PostgresStore::open(&schema.place(), &settings, "a test").await;
        let store = store.expect("a store");
        let mut tool = admin().await;
        let holding = tool.transaction().await.expect("a transaction");
        let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", schema.table("events"));
        holding.batch_execute(&lock).await.expect("a lock");

        let batch = vec![append("wallet-1", 0, &["a"])];
        let said = store.append(batch.clone()).await.expect_err("it waits in vain");
        let words = fundflow_kernel::loaded::with_sources(&said);
        assert!(words.contains("statement timeout"), "{words}");

        holding.rollback().await.expect("an end");
        assert_eq!(store.append(batch).await.expect("nobody holds it"), Position(1));
        assert_eq!(causes(&events(&store).await), ["a"]);
    });
}

#[test]
fn a_connection_on_which_nothing_is_answered_is_left_for_a_new_one() {
    with_server(async {
        let settings = Settings { statement_limit: Duration::from_millis(100), ..patient() };
        let (store, proxy, _schema) = behind(&settings).await;
        store.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
        proxy.mute();
        let later = store.append(vec![append("wallet-1", 1, &["b"])]);
        let later = tokio::time::timeout(Duration::from_secs(40), later).await;
        assert_eq!(later.expect("on a new connection").expect("an append"), Position(2));
        assert_eq!(causes(&events(&store).await), ["a", "b"]);
    });
}

#[test]
fn whoever_ends_the_connections_again_and_again_loses_and_doubles_nothing() {
    const KILLS: usize = 20;
    with_server(async {
        let schema = Schema::new();
        let store = PostgresStore::open(&schema.place(), &patient(), "a test").await;
        let store = store.expect("a store");
        let ending = tokio::spawn({
            let (database, name) = (admin().await, schema.name());
            let end = include_str!("end_connections.sql");
            async move {
                let mut ended = 0;
                while ended < KILLS {
                    ended += database.query(end, &[&name]).await.expect("an administrator").len();
                    tokio::task::yield_now().await;
                }
            }
        });
        let is_over = Arc::new(AtomicBool::new(false));
        let writers = (0..3_u64).map(|writer| {
            let (store, is_over) = (store.clone(), is_over.clone());
            tokio::spawn(async move {
                let mut version = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let cause = format!("{writer}.{version}");
                    let own = append(&format!("wallet-{writer}"), version, &[&cause]);
                    store.append(vec![own]).await.expect("an append that is tried again");
                    version += 1;
                }
                version
            })
        });
        let writers: Vec<_> = writers.collect();
        ending.await.expect("as many ended connections");
        is_over.store(true, Ordering::Relaxed);

        let mut appended = Vec::new();
        for writer in writers {
            appended.push(writer.await.expect("a writer"));
        }
        let events = events(&store).await;
        for (writer, appends) in appended.iter().enumerate() {
            let stream = format!("wallet-{writer}");
            let of: Vec<u64> =
                events.iter().filter(|(of, ..)| *of == stream).map(|(_, at, _)| *at).collect();
            assert_eq!(of, (1..=*appends).collect::<Vec<_>>(), "{stream}");
        }
        assert_eq!(events.len() as u64, appended.iter().sum::<u64>());
    });
}
