//! What is on the server: never changed, readable by an auditor, with the tree over it.

use crate::server::{Schema, admin, impatient, open, url, url_of, with_server};
use fundflow_contract::sample::append;
use fundflow_kernel::{
    merkle::{Frontier, TreeHash, TreeHead, leaf},
    store::{AppendError, Checkpoints, EventStore, Position},
};
use fundflow_postgres::{NotAPlace, OpenError, Place, PostgresStore, Settings};
use std::{convert::Infallible, time::Duration};

#[test]
fn the_server_refuses_to_change_or_remove_what_happened() {
    with_server(async {
        let schema = Schema::new();
        let store = open(&schema.place()).await;
        let causes: Vec<String> = (0..256).map(|nth| nth.to_string()).collect();
        let causes: Vec<&str> = causes.iter().map(String::as_str).collect();
        store.append(vec![append("wallet-1", 0, &causes)]).await.expect("an append");
        let insider = admin().await;
        for (table, column) in
            [("events", "process"), ("streams", "name"), ("event_types", "name"), ("tree", "hash")]
        {
            let at = schema.table(table);
            for statement in [
                format!("UPDATE {at} SET {column} = {column}"),
                format!("DELETE FROM {at}"),
                format!("TRUNCATE {at}"),
            ] {
                let refused = insider.batch_execute(&statement).await.expect_err("a refusal");
                let words = refused.as_db_error().expect("the server's word").message().to_owned();
                assert_eq!(words, format!("{table} are never changed nor removed"), "{statement}");
            }
        }
    });
}

#[test]
fn an_auditor_reads_names_and_times() {
    with_server(async {
        let schema = Schema::new();
        let store = open(&schema.place()).await;
        let appended = append("wallet-1", 0, &["deposit-7"]);
        store.append(vec![appended.clone()]).await.expect("an append");
        let row = format!(
            "SELECT stream, event_type, event_id, correlation_id, process, actor,
                to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
                to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
                trade_date::text, chain
            FROM {} WHERE causation_id = 'deposit-7'",
            schema.table("event_log")
        );
        let row = admin().await.query_one(&row, &[]).await.expect("one event");
        let row: Vec<String> = (0..10).map(|column| row.get(column)).collect();
        let event = &appended.events[0];
        let expected = [
            "wallet-1",
            "wallet.shares_credited",
            &event.event_id.to_string().replace('-', ""),
            "TX-20260213-7",
            "discount_purchase",
            "counterparty:unionpay",
            "2026-02-13 06:59:59.999001",
            "2026-02-13 07:00:00.123456",
            "2026-02-13",
            &event.chain.to_string(),
        ];
        assert_eq!(row, expected);
    });
}

#[test]
fn a_user_with_the_rights_of_an_engine_adds_and_reads_and_changes_nothing() {
    with_server(async {
        let schema = Schema::new();
        open(&schema.place()).await.close().await;
        let (owner, user) = (admin().await, schema.name().replace("scratch", "engine"));
        let grants = include_str!("../../grants.sql");
        let grants = grants.replace(":\"schema\"", &schema.name()).replace(":\"engine\"", &user);
        owner
            .batch_execute(&format!("CREATE ROLE {user} LOGIN PASSWORD 'scratch'; {grants}"))
            .await
            .expect("rights");
        let place = schema.place_at(&url_of(&user));
        let done = tokio::spawn({
            let (schema, user) = (schema.name(), user.clone());
            async move {
                let store = open(&place).await;
                store.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
                let saved = Checkpoints::save(&store, "list", Position(1), vec![1]).await;
                saved.expect("a save");
                assert_eq!(store.read_all(Position::START, 9).await.expect("a read").len(), 1);
                store.close().await;
                let (engine, connection) =
                    tokio_postgres::connect(&url_of(&user), tokio_postgres::NoTls)
                        .await
                        .expect("a user");
                tokio::spawn(connection);
                for statement in [
                    format!("UPDATE {schema}.events SET data = ''"),
                    format!("DELETE FROM {schema}.events"),
                    format!("TRUNCATE {schema}.events"),
                    format!("ALTER TABLE {schema}.events DISABLE TRIGGER ALL"),
                    format!("UPDATE {schema}.store SET identity = gen_random_uuid()"),
                    format!("DELETE FROM {schema}.store"),
                ] {
                    let refused = engine.batch_execute(&statement).await.expect_err("a refusal");
                    let words =
                        refused.as_db_error().expect("the server's word").message().to_owned();
                    let is_said =
                        ["permission denied", "must be owner"].iter().any(|it| words.contains(it));
                    assert!(is_said, "{statement}: {words}");
                }
            }
        });
        let done = done.await;
        let end = format!("DROP OWNED BY {user}; DROP ROLE {user}");
        owner.batch_execute(&end).await.expect("an end of the user");
        done.expect("what an engine does");
    });
}

/// The tree over all events, made anew from them.
async fn tree_over(store: &PostgresStore) -> TreeHead {
    let mut tree = Frontier::new(TreeHash::Sha256);
    for event in store.read_all(Position::START, u32::MAX).await.expect("a read") {
        let leaf = leaf(tree.hash(), event.stream.as_str(), event.version, event.event.chain);
        let Ok(()) = tree.grow(leaf, |_, _, _| Ok::<(), Infallible>(()));
    }
    tree.head()
}

#[test]
fn the_tree_over_the_events_is_stored_with_them_and_goes_on_after_an_opening() {
    with_server(async {
        let schema = Schema::new();
        let mut store = open(&schema.place()).await;
        let mut version = 0;
        for events in [1, 254, 1, 3, 700, 66_000] {
            let causes: Vec<String> = (0..events).map(|nth| nth.to_string()).collect();
            let causes: Vec<&str> = causes.iter().map(String::as_str).collect();
            for some in causes.chunks(20_000) {
                store.append(vec![append("wallet-1", version, some)]).await.expect("an append");
                version += some.len() as u64;
            }
            store.close().await;
            store = open(&schema.place()).await;
            let head = store.tree_head().await.expect("a tree");
            assert_eq!(head.size, version);
            assert_eq!(head, tree_over(&store).await, "after {version} events");
        }
        let nodes = format!("SELECT count(*) FROM {}", schema.table("tree"));
        let nodes: i64 = admin().await.query_one(&nodes, &[]).await.expect("a count").get(0);
        assert_eq!(nodes.unsigned_abs(), version / 256 + version / 65_536);
    });
}

#[test]
fn what_the_server_cannot_store_is_refused_in_its_words_and_nothing_else_is_lost() {
    with_server(async {
        let schema = Schema::new();
        let store = open(&schema.place()).await;
        let refused = store.append(vec![append("wallet-1", 0, &["no text: \0"])]).await;
        let Err(error @ AppendError::Fault(_)) = refused else { panic!("{refused:?}") };
        let words = fundflow_kernel::loaded::with_sources(&error);
        assert!(words.contains("refuses to write") && words.contains("UTF8"), "{words}");

        // A type that came with what was refused has no number yet.
        store.append(vec![append("wallet-2", 0, &["b"])]).await.expect("an append");
        let mut other = append("wallet-3", 0, &["c"]);
        other.events[0].event_type = "wallet.opened".into();
        let taken = append("wallet-2", 0, &["another"]);
        let conflict = store.append(vec![other.clone(), taken]).await;
        assert!(matches!(conflict, Err(AppendError::Conflict { .. })), "{conflict:?}");
        assert_eq!(store.append(vec![other]).await.expect("an append"), Position(2));
        let all = store.read_all(Position::START, 10).await.expect("a read");
        let types: Vec<&str> = all.iter().map(|it| &*it.event.event_type).collect();
        assert_eq!(types, ["wallet.shares_credited", "wallet.opened"]);
    });
}

#[test]
fn whoever_only_reads_hears_of_new_events_and_cannot_append() {
    with_server(async {
        let schema = Schema::new();
        let settings = Settings::default();
        let missing = PostgresStore::open_read_only(&schema.place(), &settings).await.map(drop);
        assert!(matches!(missing, Err(OpenError::Missing { .. })), "{missing:?}");
        let writer = open(&schema.place()).await;
        let reader = PostgresStore::open_read_only(&schema.place(), &settings).await;
        let reader = reader.expect("a store to read");
        let mut head = reader.head();
        for nth in 0..5 {
            writer.append(vec![append("wallet-1", nth, &["a"])]).await.expect("an append");
            let seen = head.wait_for(|head| head.0 > nth);
            let seen = tokio::time::timeout(Duration::from_secs(20), seen).await;
            drop(seen.expect("in time").expect("a store that is open"));
        }
        let refused = reader.append(vec![append("wallet-1", 5, &["b"])]).await;
        assert!(matches!(refused, Err(AppendError::Fault(_))), "{refused:?}");
    });
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_two_that_begin_one_make_one() {
    with_server(async {
        let schema = Schema::new();
        let (place, settings, hasty) = (schema.place(), Settings::default(), impatient());
        let (one, two) = tokio::join!(
            PostgresStore::open(&place, &hasty, "engine one"),
            PostgresStore::open(&place, &hasty, "engine two"),
        );
        let held = one.as_ref().err().or(two.as_ref().err());
        assert!(matches!(held, Some(OpenError::Held { .. })), "{held:?}");
        for store in [one, two].into_iter().flatten() {
            store.close().await;
        }
        let newer = format!("UPDATE {} SET format = 99", schema.table("store"));
        admin().await.batch_execute(&newer).await.expect("an administrator");
        for refused in [
            PostgresStore::open(&place, &settings, "engine one").await.map(drop),
            PostgresStore::open_read_only(&place, &settings).await.map(drop),
        ] {
            assert!(matches!(refused, Err(OpenError::Newer { format: 99, .. })), "{refused:?}");
        }
    });
}

#[test]
fn a_place_is_shown_without_its_password_and_a_wrong_one_says_what_is_allowed() {
    let place: Place = "postgres://li:secret@db:6432/books?schema=year_7".parse().expect("a place");
    assert_eq!(place.to_string(), "postgres://db/books?schema=year_7");
    assert!(!format!("{place:?}").contains("secret"));
    for (url, says) in [
        ("sqlite:x", "begins with postgres://"),
        ("postgres://db/books?schema=Year", "1 to 63 of a-z 0-9 _"),
        ("postgres://db/books?schema=x;drop", "1 to 63 of a-z 0-9 _"),
        ("postgres://db/books?schema=", "1 to 63 of a-z 0-9 _"),
        ("postgres://secret@db/books?nonsense=1", "it is no URL of a PostgreSQL server"),
    ] {
        let error: NotAPlace = url.parse::<Place>().map(drop).expect_err(url);
        let words = fundflow_kernel::loaded::with_sources(&error);
        assert!(words.contains(says) && !words.contains("secret"), "{url}: {words}");
    }
}

#[test]
fn a_server_that_is_not_there_is_said_with_what_the_system_said() {
    with_server(async {
        let place: Place = "postgres://postgres@127.0.0.1:1/postgres".parse().expect("a place");
        let refused = PostgresStore::open(&place, &Settings::default(), "a test").await.map(drop);
        let words = fundflow_kernel::loaded::with_sources(&refused.expect_err("a refusal"));
        assert!(
            words.contains("check that the server runs") && words.contains("refused"),
            "{words}"
        );
        let nobody = url().replace("postgres@", "nobody_of_that_name@");
        let place: Place = nobody.parse().expect("a place");
        let refused = PostgresStore::open(&place, &Settings::default(), "a test").await.map(drop);
        let words = fundflow_kernel::loaded::with_sources(&refused.expect_err("a refusal"));
        assert!(words.contains("nobody_of_that_name"), "{words}");
    });
}
