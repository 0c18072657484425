//! The audit on stores with planted damage, and its report word for word.
//!
//! What a vandal does goes past the program, straight into the database; what a forger does is
//! linked as the program would link it.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
use crate::common::{bought_for, confirmed, golden, make, transcript};
use fundflow_domain::{
    application::{Applications, Event},
    ids::{ApplicationNo, OrderId, TransactionId},
    orders::Serial,
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    codec::{encode, schema_of},
    envelope::{Actor, Chain, EventId, NewEvent, StreamName},
    store::{EventStore as _, StreamAppend, Version},
};
use std::path::Path;

/// A child process that is about to start the command holds a store's lock for a moment.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const TRIGGERS: [&str; 2] = ["events_no_update", "events_no_delete"];

/// Each damage in a store of its own.
const VANDALISM: &[(&str, &str)] = &[
    (
        "damage_data.txt",
        "UPDATE events SET data = replace(data, '10000.00', '10000.01') WHERE position = 4",
    ),
    ("damage_chain.txt", "UPDATE events SET chain = zeroblob(32) WHERE position = 5"),
    ("damage_removed.txt", "DELETE FROM events WHERE position = 71"),
    (
        "damage_swapped.txt",
        "UPDATE events SET version = 99 WHERE position = 5;
         UPDATE events SET version = 1 WHERE position = 6;
         UPDATE events SET version = 2 WHERE position = 5",
    ),
    (
        "damage_id.txt",
        "UPDATE events SET event_id = x'00112233445566778899aabbccddeeff' WHERE position = 8",
    ),
    ("damage_actor.txt", "UPDATE events SET actor = 'x' WHERE position = 10"),
    (
        "damage_last.txt",
        "UPDATE events SET recorded_at = 9223372036854775807
         WHERE position = (SELECT max(position) FROM events)",
    ),
];

fn vandalise(store: &Path, statements: &str) {
    let database = rusqlite::Connection::open(store).unwrap();
    // Without a trigger the database is not the one that a store has, so whoever hides puts it back.
    let of = |name| {
        let wanted = "SELECT sql FROM sqlite_schema WHERE name = ?1";
        database.query_row(wanted, [name], |row| row.get::<_, String>(0)).unwrap()
    };
    let triggers = TRIGGERS.map(of);
    for name in TRIGGERS {
        database.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    database.execute_batch(statements).unwrap();
    database.execute_batch(&triggers.join(";")).unwrap();
}

#[tokio::test]
async fn what_keeps_events_from_being_changed_is_missed_where_it_is_gone_or_says_something_else() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for (statement, found) in [
        ("DROP TRIGGER tree_no_delete", "the trigger tree_no_delete is missing"),
        ("DROP VIEW event_log", "the view event_log is missing"),
        ("CREATE TABLE notes (text TEXT)", "the table notes is none of a store"),
        (
            "DROP TRIGGER events_no_update;
             CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT 1; END",
            "the trigger events_no_update is not the one that a store has",
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let store = make(directory.path()).await;
        rusqlite::Connection::open(&store).unwrap().execute_batch(statement).unwrap();
        for words in [&["audit", "verify"], &["store", "check"]] {
            let said = transcript(&store, words);
            assert!(said.contains(found) && said.ends_with("exit 5\n"), "{words:?}: {said}");
        }
    }
    // Statistics that somebody had gathered are no part of a store.
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    rusqlite::Connection::open(&store).unwrap().execute_batch("ANALYZE").unwrap();
    let said = transcript(&store, &["store", "check"]);
    assert!(said.ends_with("exit 0\n"), "{said}");
}

#[tokio::test]
async fn whatever_a_vandal_did_is_reported_beside_what_is_stored() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for (name, statements) in VANDALISM {
        let directory = tempfile::tempdir().unwrap();
        let store = make(directory.path()).await;
        vandalise(&store, statements);

        golden(name, &transcript(&store, &["audit", "verify"]));
    }
}

/// Appends an event that no decider would have, linked and numbered as if one had.
async fn forge(path: &Path, tx: &str, event: &Event) {
    let (event_type, data) = encode::<Applications>(event).unwrap();
    forge_stored(path, tx, (event_type, schema_of::<Applications>(event_type), &data)).await;
}

async fn forge_stored(path: &Path, tx: &str, (name, schema, data): (&'static str, u16, &str)) {
    let transaction: TransactionId = tx.parse().unwrap();
    let no = ApplicationNo::of(&OrderId::part(&transaction, "mmf"));
    let stream = StreamName::of("application", &no);
    let store = SqliteStore::open(path, &Settings::default()).unwrap();
    let last = store.read_back(&stream, None, 1).await.unwrap();
    let (expected, before) =
        last.first().map_or((Version::NONE, Chain::START), |last| (last.version, last.event.chain));
    let version = expected.plus(1);
    let mut forged = NewEvent {
        event_id: EventId([0; 16]),
        event_type: name.into(),
        schema,
        correlation: transaction,
        process: "discount_purchase".into(),
        causation: "forger".into(),
        actor: Actor::Operator("forger".into()),
        trace_parent: None,
        occurred_at: Timestamp::from_micros(1_770_990_000_000_000),
        recorded_at: Timestamp::from_micros(1_770_990_000_000_000),
        trade_date: None,
        data: data.into(),
        chain: Chain::START,
    };
    forged.seal(before, &stream, version);
    store.append(vec![StreamAppend { stream, expected, events: vec![forged] }]).await.unwrap();
    store.close().await;
}

fn bought(amount: &str) -> Event {
    Event::Confirmed(Box::new(confirmed("C-9", bought_for(amount))))
}

async fn forged(name: &str, tx: &str, event: Event) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    forge(&store, tx, &event).await;

    golden(name, &transcript(&store, &["audit", "verify"]));
}

#[tokio::test]
async fn a_history_that_no_decider_wrote_is_found_behind_intact_links() {
    let accepted = Event::Accepted { serial: Some(Serial::new("R-9").unwrap()) };

    forged("damage_impossible.txt", "TX-1", accepted).await;
}

#[tokio::test]
async fn a_confirmation_of_more_than_was_asked_for_is_in_suspense_and_no_case_says_why() {
    forged("damage_unbalanced.txt", "TX-7", bought("11000.00")).await;
}

#[tokio::test]
async fn a_purchase_that_nobody_moves_is_found_though_every_event_is_sound() {
    forged("damage_forgotten.txt", "TX-7", bought("10000.00")).await;
}

#[tokio::test]
async fn an_event_that_no_command_can_read_fails_the_check_of_a_store_with_its_place_and_field() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for (stored, says) in [
        (("application.sealed", 1, r#"{"file":"B-1"}"#), "missing field `batch`"),
        (
            ("application.sealed", 9, r#"{"batch":"B-1"}"#),
            "has schema 9, this program knows 1 to 1",
        ),
        (("application.shut", 1, "{}"), "event type application.shut with schema 1 is unknown"),
        (
            ("application.ask_changed", 1, r#"{"from":"1000.00","to":"1e3"}"#),
            "the body of a application.ask_changed is malformed",
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let store = make(directory.path()).await;
        forge_stored(&store, "TX-7", stored).await;

        let said = transcript(&store, &["store", "check"]);
        assert!(said.contains(says) && said.contains(" version "), "{said}");
        assert!(said.contains("error: application-") && said.ends_with("exit 5\n"), "{said}");
    }
}
