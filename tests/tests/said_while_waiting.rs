//! Whoever waits for another program says so while it waits, not when it is over.

#![allow(clippy::expect_used, reason = "a fixture that cannot be made is a failed test")]

use fundflow_infrastructure::sqlite::{OpenError, Settings, SqliteStore};
use fundflow_kernel::store::{AppendError, EventStore as _, Position};
use fundflow_testkit::sample::append;
use std::{
    fmt::{Debug, Write as _},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};
use tokio::sync::watch;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Every warning of this process, as it is said.
static SAID: OnceLock<watch::Sender<Vec<String>>> = OnceLock::new();
/// The tests share it.
static ONE_BY_ONE: Mutex<()> = Mutex::new(());

struct Listener;

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        said().send_modify(|said| said.push(words.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn said() -> &'static watch::Sender<Vec<String>> {
    SAID.get_or_init(|| watch::Sender::new(Vec::new()))
}

fn listen() -> watch::Receiver<Vec<String>> {
    // The first of the tests sets it for all.
    let _ = tracing::subscriber::set_global_default(Listener);
    said().send_replace(Vec::new());
    said().subscribe()
}

async fn hears(listening: &mut watch::Receiver<Vec<String>>, words: &str) {
    let heard = |said: &Vec<String>| said.iter().any(|it| it.contains(words));
    listening.wait_for(heard).await.expect("somebody who speaks");
}

fn run(test: impl Future<Output = ()>) {
    let _alone = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(test);
}

#[test]
fn an_append_says_that_another_program_holds_the_database_while_it_does() {
    run(async {
        let mut listening = listen();
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("events.db");
        let settings = Settings { patience: Duration::from_secs(1), ..Settings::default() };
        let store = SqliteStore::open(&path, &settings).expect("a store");
        let tool = rusqlite::Connection::open(&path).expect("any tool can open it");
        tool.execute_batch("BEGIN IMMEDIATE").expect("a lock");

        let appending = tokio::spawn({
            let store = store.clone();
            async move { store.append(vec![append("wallet-1", 0, &["a"])]).await }
        });
        hears(&mut listening, "another program holds the database").await;
        assert!(!appending.is_finished(), "it is said while it waits");
        drop(tool);
        appending.await.expect("a task").expect("it went on when the tool had gone");

        let tool = rusqlite::Connection::open(&path).expect("any tool can open it");
        tool.execute_batch("BEGIN IMMEDIATE").expect("a lock");
        let refused = store.append(vec![append("wallet-2", 0, &["a"])]).await;
        let Err(AppendError::Fault(cause)) = refused else { panic!("{refused:?}") };
        assert!(cause.to_string().contains("locked"), "SQLite's own word: {cause}");
    });
}

#[test]
fn an_opening_waits_for_a_program_that_holds_the_database_and_says_so() {
    run(async {
        let mut listening = listen();
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("events.db");
        let settings = Settings { patience: Duration::from_secs(1), ..Settings::default() };
        SqliteStore::open(&path, &settings).expect("a store").close().await;
        let tool = rusqlite::Connection::open(&path).expect("any tool can open it");
        tool.execute_batch("BEGIN IMMEDIATE").expect("a lock");

        let refused = SqliteStore::open(&path, &settings).map(drop).expect_err("a refusal");
        assert!(refused.to_string().contains("another program holds it"), "{refused}");
        said().send_replace(Vec::new());
        let opening = std::thread::spawn({
            let path = path.clone();
            move || SqliteStore::open(path, &settings).map(drop)
        });
        hears(&mut listening, "another program holds the database").await;
        assert!(!opening.is_finished(), "it is said while it waits");
        drop(tool);
        opening.join().expect("a thread").expect("it went on when the tool had gone");
    });
}

#[test]
fn an_opening_says_that_others_still_read_while_they_do() {
    run(async {
        let mut listening = listen();
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("events.db");
        let store = SqliteStore::open(&path, &Settings::default()).expect("a store");
        store.append(vec![append("wallet-1", 0, &["a"])]).await.expect("an append");
        let killed = directory.path().join("killed.db");
        for suffix in ["", "-wal", ".acknowledged"] {
            let file = |name: &str| directory.path().join(format!("{name}{suffix}"));
            std::fs::copy(file("events.db"), file("killed.db")).expect("as a kill leaves it");
        }
        let reader = SqliteStore::open_read_only(&killed).expect("a reader");
        assert!(reader.read_all(Position::START, 9).await.is_ok());

        let opening = std::thread::spawn({
            let (killed, wait) = (killed.clone(), Duration::from_secs(2));
            let settings = Settings { patience_with_readers: wait, ..Settings::default() };
            move || SqliteStore::open(killed, &settings).map(drop)
        });
        hears(&mut listening, "others still read the store").await;
        assert!(!opening.is_finished(), "it is said while it waits");
        drop(reader);
        opening.join().expect("a thread").expect("it went on when the reader had gone");

        let _reader = SqliteStore::open_read_only(&killed).expect("a reader");
        let short = Settings { patience_with_readers: Duration::ZERO, ..Settings::default() };
        // It was closed politely, so nothing is to be secured.
        let opened = SqliteStore::open(&killed, &short).map(drop);
        assert!(!matches!(opened, Err(OpenError::Read { .. })), "{opened:?}");
    });
}
