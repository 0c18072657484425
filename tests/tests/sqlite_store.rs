//! What only the embedded store promises; what every store promises is in `stores.rs`.

#![allow(clippy::expect_used, reason = "a fixture that cannot be made is a failed test")]

use fundflow_infrastructure::sqlite::{self, BackupError, OpenError, Settings, SqliteStore};
use fundflow_kernel::{
    envelope::Recorded,
    store::{AppendError, EventStore, Position, Version},
};
use fundflow_testkit::sample::append;
use rusqlite::Connection;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn scratch() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("new").join("events.db");
    (directory, path)
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &Settings::default()).expect("a store that opens")
}

async fn all(store: &SqliteStore) -> Vec<Recorded> {
    store.read_all(Position::START, u32::MAX).await.expect("a store that can be read")
}

/// Two streams, two events each.
async fn append_nth(store: &SqliteStore, nth: u64) -> Result<Position, AppendError> {
    let long = "x".repeat(300);
    let one = append(&format!("wallet-{nth}"), 0, &["a", &long]);
    store.append(vec![one, append("wallet-all", nth * 2, &["b", &long])]).await
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_what_happened() {
    let (_directory, path) = scratch();
    let store = open(&path);
    append_nth(&store, 0).await.expect("an append");
    store.close().await;
    let database = Connection::open(&path).expect("any tool can open it");

    for (table, column) in [("events", "data"), ("streams", "name"), ("event_types", "name")] {
        let refused = format!("{table} are never changed nor removed");
        for statement in
            [format!("UPDATE {table} SET {column} = ''"), format!("DELETE FROM {table}")]
        {
            let error = database.execute(&statement, []).expect_err("a refusal");
            assert_eq!(error.to_string(), refused, "{statement}");
        }
    }
}

#[tokio::test]
async fn a_damaged_place_of_the_mark_is_said_until_the_next_opening_for_writing() {
    let (_directory, path) = scratch();
    let store = open(&path);
    for nth in 0..3 {
        append_nth(&store, nth).await.expect("an append");
    }
    store.close().await;
    let mark = path.with_file_name("events.db.acknowledged");
    let whole = fs::read(&mark).expect("a mark");
    let faults = || sqlite::condition(&path).expect("a store").faults;
    assert_eq!(faults(), [""; 0]);
    for place in [0, 4096] {
        for byte in 0..104 {
            let mut damaged = whole.clone();
            damaged[place + byte] ^= 0x10;
            fs::write(&mark, damaged).expect("a write");
            let found = faults();
            let is_said = |fault: &String| fault.contains("one of them cannot be read");
            assert!(found.iter().any(is_said), "byte {byte} of place {place}: {found:?}");
        }
        SqliteStore::open_read_only(&path).map(drop).expect("a store to read");
        open(&path).close().await;
        assert_eq!(faults(), [""; 0], "it is written anew");
    }
}

#[tokio::test]
async fn an_auditor_reads_names_and_times() {
    let (_directory, path) = scratch();
    let store = open(&path);
    let appended = append("wallet-1", 0, &["deposit-7"]);
    store.append(vec![appended.clone()]).await.expect("an append");
    let database = Connection::open(&path).expect("any tool can open it");

    let row = "SELECT stream, event_type, event_id, correlation_id, process, actor,
        occurred_at, recorded_at, trade_date, chain FROM event_log WHERE causation_id = 'deposit-7'";
    let columns = |row: &rusqlite::Row<'_>| (0..10).map(|column| row.get(column)).collect();
    let row: Vec<String> = database.query_row(row, [], columns).expect("one event");

    let event = &appended.events[0];
    let expected = [
        "wallet-1",
        "wallet.shares_credited",
        &event.event_id.to_string().replace('-', ""),
        "TX-20260213-7",
        "discount_purchase",
        "counterparty:unionpay",
        "2026-02-13T06:59:59.999001Z",
        "2026-02-13T07:00:00.123456Z",
        "2026-02-13",
        &event.chain.to_string(),
    ];
    assert_eq!(row, expected);
}

#[tokio::test]
async fn a_second_writer_is_refused_with_who_holds_the_store() {
    let (_directory, path) = scratch();
    let first = open(&path);

    let second = SqliteStore::open(&path, &Settings::default()).map(drop);

    let Err(OpenError::Held { holder, .. }) = second else { panic!("{second:?}") };
    assert!(holder.starts_with(&format!("process {} on ", std::process::id())), "{holder}");
    assert!(holder.contains(", since 20"), "{holder}");
    first.close().await;
    let second = open(&path);
    let refused = append_nth(&first, 0).await;
    assert!(matches!(refused, Err(AppendError::Fault(_))), "{refused:?}");
    assert_eq!(append_nth(&second, 0).await.expect("an append"), Position(4));
}

#[tokio::test]
async fn a_reader_beside_the_writer_sees_what_is_committed_and_cannot_append() {
    let (_directory, path) = scratch();
    let missing = SqliteStore::open_read_only(&path).map(drop);
    assert!(matches!(missing, Err(OpenError::Missing { .. })), "{missing:?}");
    let writer = open(&path);
    let reader = SqliteStore::open_read_only(&path).expect("a store to read");

    for nth in 0..3 {
        append_nth(&writer, nth).await.expect("an append");
        assert_eq!(all(&reader).await, all(&writer).await);
    }
    assert_eq!(*reader.head().borrow(), Position(0), "as it was opened");
    let refused = append_nth(&reader, 3).await;
    assert!(matches!(refused, Err(AppendError::Fault(_))), "{refused:?}");
}

#[test]
fn what_the_file_system_refuses_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), b"").unwrap();
    for (name, what) in [
        ("file/events.db", "name another path"),
        ("nowhere/\0/events.db", "check the disk and the path"),
    ] {
        let path = dir.path().join(name);
        let error = SqliteStore::open(&path, &Settings::default()).map(drop).unwrap_err();
        assert!(error.to_string().ends_with(what), "{error}");
    }
    let denied = OpenError::Io {
        path: "/srv/events.db".into(),
        source: std::io::ErrorKind::PermissionDenied.into(),
    };
    assert_eq!(
        denied.to_string(),
        "cannot open the files of /srv/events.db; check that this user may read and write it, the files \
         beside it and their directory"
    );
}

#[tokio::test]
async fn a_writer_whom_another_replaced_is_fenced_off() {
    let (_directory, path) = scratch();
    let store = open(&path);
    append_nth(&store, 0).await.expect("an append");
    let other = Connection::open(&path).expect("any tool can open it");
    let take_over = "UPDATE writer SET epoch = epoch + 1, owner = 'process 1 on other'";
    other.execute(take_over, []).expect("a file system whose locks do not hold");

    for _ in 0..2 {
        let refused = append_nth(&store, 1).await;
        let Err(AppendError::Fenced { owner }) = refused else { panic!("{refused:?}") };
        assert_eq!(owner, "process 1 on other");
    }
    assert_eq!(all(&store).await.len(), 4);
    assert_eq!(*store.head().borrow(), Position(4));
}

#[tokio::test]
async fn after_a_failed_write_nothing_more_is_written_until_reopened() {
    let (_directory, path) = scratch();
    let full = Settings { max_pages: Some(16), ..Settings::default() };
    let store = SqliteStore::open(&path, &full).expect("a small disk");
    let mut written = 0;
    let failed = loop {
        match append_nth(&store, written).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
    };

    let AppendError::Poisoned { cause } = failed else { panic!("{failed:?}") };
    assert_eq!(&*cause, "database or disk is full, SQLite 13");
    for _ in 0..2 {
        let again = append_nth(&store, written).await.expect_err("the store is poisoned");
        assert!(again.to_string().contains(&*cause), "{again}");
    }
    assert_eq!(*store.head().borrow(), Position(written * 4));
    store.close().await;
    let store = open(&path);
    assert_eq!(all(&store).await.len() as u64, written * 4);
    assert_eq!(append_nth(&store, written).await.expect("room"), Position(written * 4 + 4));
}

#[tokio::test]
async fn what_is_not_ours_or_too_new_is_left_alone() {
    let (directory, path) = scratch();
    open(&path).close().await;
    let database = Connection::open(&path).expect("any tool can open it");
    database.pragma_update(None, "user_version", 99).expect("a later format");
    drop(database);
    let other = directory.path().join("other.db");
    let database = Connection::open(&other).expect("a database");
    database.execute("CREATE TABLE notes (text)", []).expect("a table");
    drop(database);
    let text = directory.path().join("notes.txt");
    fs::write(&text, "dear diary, ".repeat(100)).expect("a file");
    let before = [&path, &other, &text].map(|path| fs::read(path).expect("a file"));

    let newer = SqliteStore::open(&path, &Settings::default()).map(drop);
    assert!(matches!(newer, Err(OpenError::Newer { found: 99, known: 4, .. })), "{newer:?}");
    for path in [&other, &text] {
        let strange = SqliteStore::open(path, &Settings::default()).map(drop);
        assert!(matches!(strange, Err(OpenError::NotAStore { .. })), "{strange:?}");
        let strange = SqliteStore::open_read_only(path).map(drop);
        assert!(matches!(strange, Err(OpenError::NotAStore { .. })), "{strange:?}");
    }
    assert_eq!([&path, &other, &text].map(|path| fs::read(path).expect("a file")), before);
}

#[tokio::test]
async fn a_store_of_the_first_format_is_left_alone_and_the_refusal_says_what_to_do() {
    let (_directory, path) = scratch();
    open(&path).close().await;
    let database = Connection::open(&path).expect("any tool can open it");
    database.pragma_update(None, "user_version", 1).expect("the first format");
    drop(database);
    let before = fs::read(&path).expect("a file");

    let written = SqliteStore::open(&path, &Settings::default()).map(drop);
    let read = SqliteStore::open_read_only(&path).map(drop);

    for older in [written, read] {
        let older = older.expect_err("an older store");
        assert!(matches!(older, OpenError::Older { found: 1, known: 4, .. }), "{older:?}");
        let todo = "keep the file and read it with fundflow 0.1, or start a new store";
        assert!(older.to_string().contains(todo), "{older}");
    }
    assert_eq!(fs::read(&path).expect("a file"), before);
}

#[tokio::test]
async fn a_backup_is_a_store_of_its_own() {
    let (directory, path) = scratch();
    let store = open(&path);
    append_nth(&store, 0).await.expect("an append");
    let copy = directory.path().join("copy.db");

    store.backup(&copy).expect("a copy");
    append_nth(&store, 1).await.expect("an append");

    let again = store.backup(&copy);
    assert!(matches!(again, Err(BackupError::Unwritable { .. })), "{again:?}");
    let copy = open(&copy);
    assert_eq!(all(&copy).await, all(&store).await[..4]);
    append_nth(&copy, 1).await.expect("an append");
    assert_eq!(all(&copy).await, all(&store).await);
}

#[tokio::test]
async fn a_small_memory_of_streams_changes_no_answer() {
    let (_directory, path) = scratch();
    let settings = Settings { cached_streams: 2, ..Settings::default() };
    let store = SqliteStore::open(&path, &settings).expect("a store that opens");

    for round in 0..3 {
        let batch = (0..20).map(|nth| append(&format!("wallet-{nth}"), round, &["a"]));
        store.append(batch.collect::<Vec<_>>()).await.expect("an append");
    }
    let late = store.append(vec![append("wallet-new", 0, &["a"]), append("wallet-7", 1, &["b"])]);
    let late = late.await;
    let Err(AppendError::Conflict { actual, .. }) = late else { panic!("{late:?}") };
    assert_eq!(actual, Some(Version(3)));
    assert_eq!(all(&store).await.len(), 60);
    let new = store.append(vec![append("wallet-new", 0, &["a"])]).await;
    assert_eq!(new.expect("the refused batch left no trace"), Position(61));
}

#[tokio::test]
async fn moving_the_log_loses_nothing_and_leaves_none_at_closing() {
    let (_directory, path) = scratch();
    let settings = Settings { checkpoint_pages: 8, ..Settings::default() };
    let store = SqliteStore::open(&path, &settings).expect("a store that opens");

    for nth in 0..100 {
        append_nth(&store, nth).await.expect("an append");
    }

    let before = all(&store).await;
    assert_eq!(before.len(), 400);
    store.close().await;
    assert!(!path.with_extension("db-wal").exists(), "nothing is left to recover");
    assert_eq!(all(&open(&path)).await, before);
}

#[tokio::test]
async fn a_reader_of_a_store_at_rest_leaves_no_file_behind() {
    let (_directory, path) = scratch();
    let store = open(&path);
    append_nth(&store, 0).await.expect("an append");
    store.close().await;
    drop(store);
    let files = || {
        let found = fs::read_dir(path.parent().expect("its directory")).expect("a directory");
        let mut names: Vec<_> = found.map(|it| it.expect("a file").file_name()).collect();
        names.sort();
        names
    };
    let before = files();

    for _ in 0..2 {
        let reader = SqliteStore::open_read_only(&path).expect("a reader");
        let other = SqliteStore::open_read_only(&path).expect("another one");
        assert_eq!((all(&reader).await.len(), all(&other).await.len()), (4, 4));
        drop((reader, other));
        assert_eq!(files(), before);
    }
}

/// Whoever can write the file can write any number there.
#[tokio::test]
async fn an_instant_that_no_calendar_has_is_damage() {
    for (column, instant) in [("recorded_at", i64::MAX), ("occurred_at", i64::MIN)] {
        let (_directory, path) = scratch();
        let store = open(&path);
        append_nth(&store, 0).await.expect("an append");
        store.close().await;
        let database = Connection::open(&path).expect("any tool can open it");
        let forged = format!(
            "DROP TRIGGER events_no_update; UPDATE events SET {column} = {instant} \
             WHERE position = 4"
        );
        database.execute_batch(&forged).expect("a vandal");
        drop(database);

        let reader = SqliteStore::open_read_only(&path).expect("a reader");
        let error = reader.read_all(Position(3), 9).await.expect_err("a damaged event");
        let says = format!("{instant} is outside of the years 1 to 9999");
        assert!(error.to_string().contains(&says), "{error}");
        assert_eq!(reader.read_all(Position::START, 3).await.expect("the others").len(), 3);
    }
}
