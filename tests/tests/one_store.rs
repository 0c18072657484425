//! A store is one store under any name, and believes of its log no less than it has acknowledged.

#![allow(clippy::expect_used, reason = "a fixture that cannot be made is a failed test")]

use fundflow_infrastructure::sqlite::{OpenError, Settings, SqliteStore};
use fundflow_kernel::{
    envelope::Recorded,
    store::{AppendError, Checkpoints as _, EventStore, Position},
};
use fundflow_testkit::sample::append;
use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

const COMPANIONS: [&str; 3] = ["-wal", ".acknowledged", ".lock"];

/// A store in a directory of its own, below the one that is removed.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn at(&self, directory: &str) -> PathBuf {
        let directory = self.0.path().join(directory);
        fs::create_dir_all(&directory).expect("a directory");
        directory.join("events.db")
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    // The log is moved at closing only.
    SqliteStore::open(path, &Settings { checkpoint_pages: 0, ..Settings::default() })
}

async fn all(store: &SqliteStore) -> Vec<Recorded> {
    store.read_all(Position::START, u32::MAX).await.expect("a store that can be read")
}

async fn append_nth(store: &SqliteStore, nth: u64) {
    let long = "x".repeat(300);
    let batch = vec![append(&format!("wallet-{nth}"), 0, &["a", &long])];
    store.append(batch).await.expect("an append");
}

/// The files of a store that runs, as a kill leaves them: those of these suffixes.
fn kill(from: &Path, to: &Path, suffixes: &[&str]) {
    fs::copy(from, to).expect("the database");
    for suffix in suffixes {
        fs::copy(beside(from, suffix), beside(to, suffix)).expect("a companion");
    }
}

fn refusal(path: &Path) -> String {
    let (Err(write), Err(read)) = (open(path), SqliteStore::open_read_only(path)) else {
        panic!("{} opens", path.display())
    };
    assert_eq!(write.to_string(), read.to_string());
    write.to_string()
}

#[tokio::test]
async fn no_second_name_lets_a_second_writer_in() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    append_nth(&store, 0).await;
    let (hard, soft, directory) =
        (scratch.at("hard"), scratch.at("soft"), scratch.0.path().join("dir"));
    fs::hard_link(&path, &hard).expect("a hard link");
    symlink(&path, &soft).expect("a symbolic link");
    symlink(path.parent().expect("a directory"), &directory).expect("a symbolic link");

    for name in [&path, &soft, &directory.join("events.db")] {
        let refused = open(name).map(drop);
        assert!(matches!(&refused, Err(OpenError::Held { .. })), "{name:?}: {refused:?}");
    }
    // Beside a hard link there is neither log nor mark: with them it would still be held.
    for companion in ["", ".acknowledged"] {
        if !companion.is_empty() {
            fs::copy(beside(&path, companion), beside(&hard, companion)).expect("a companion");
        }
        assert!(matches!(open(&hard).map(drop), Err(OpenError::Held { .. })), "{companion:?}");
    }
    append_nth(&store, 1).await;
    assert_eq!(all(&store).await.len(), 4);
}

#[tokio::test]
async fn a_database_alone_is_not_written_to() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    append_nth(&store, 0).await;
    let (alone, with_log) = (scratch.at("alone"), scratch.at("log"));
    kill(&path, &alone, &[]);
    kill(&path, &with_log, &["-wal"]);
    for lone in [&alone, &with_log] {
        let before = fs::read(lone).expect("the database");
        let refused = open(lone).map(drop).expect_err("a refusal");
        assert!(matches!(refused, OpenError::Alone { .. }), "{refused:?}");
        assert!(refused.to_string().contains("mount or copy the whole directory"), "{refused}");
        assert!(fs::read(lone).expect("the database") == before, "it was written to");
        let left = [".lock", "-shm", ".acknowledged"].map(|it| beside(lone, it).exists());
        assert_eq!((left, beside(lone, "-wal").exists()), ([false; 3], *lone == with_log));
    }
    // Closed, and under another name by a hard link.
    store.close().await;
    let linked = scratch.at("linked");
    fs::hard_link(&path, &linked).expect("a hard link");
    assert!(matches!(open(&linked).map(drop), Err(OpenError::Alone { .. })));
    let read = SqliteStore::open_read_only(&linked).expect("what may be old is still read");
    assert!(read.is_alone(), "and its reader sees it");
    assert!(!SqliteStore::open_read_only(&path).expect("the store").is_alone());
}

#[tokio::test]
async fn nothing_is_begun_where_a_store_was() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    append_nth(&store, 0).await;
    for left in ["-wal", ".acknowledged"] {
        for empty in [false, true] {
            let to = scratch.at(&format!("{left}{empty}"));
            kill(&path, &to, &[left]);
            fs::remove_file(&to).expect("the database");
            if empty {
                fs::write(&to, []).expect("an empty file");
            }
            let refused = open(&to).map(drop).expect_err("a refusal").to_string();
            let state = if empty { "is empty" } else { "is gone" };
            assert!(refused.contains(state) && refused.contains(left), "{refused}");
            assert_eq!(fs::metadata(&to).map_or(0, |found| found.len()), 0);
        }
    }
    let emptied = scratch.at("emptied");
    kill(&path, &emptied, &[".lock"]);
    fs::write(&emptied, []).expect("an empty file");
    let refused = open(&emptied).map(drop).expect_err("a refusal").to_string();
    assert!(refused.contains("is empty") && refused.contains(".lock"), "{refused}");

    for folder in ["exchange", "sandbox"] {
        let path = scratch.at(&format!("beside-{folder}"));
        fs::create_dir(path.with_file_name(folder)).expect("a folder of a store that was there");
        fs::write(&path, []).expect("an empty file");
        let refused = open(&path).map(drop).expect_err("a refusal").to_string();
        let says = refused.contains("is empty") && refused.contains(folder);
        assert!(says && refused.contains("put the database back"), "{refused}");
    }

    // Nothing was ever there.
    let new = scratch.at("new");
    fs::write(&new, []).expect("an empty file");
    open(&new).map(drop).expect("a new store");
}

#[tokio::test]
async fn a_log_that_lost_acknowledged_events_is_refused_and_one_torn_before_them_is_not() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    let mut marks = vec![fs::read(beside(&path, ".acknowledged")).expect("a mark")];
    for nth in 0..8 {
        append_nth(&store, nth).await;
        marks.push(fs::read(beside(&path, ".acknowledged")).expect("a mark"));
    }
    let whole = all(&store).await;
    let log = fs::read(beside(&path, "-wal")).expect("the log");
    let mut seen = BTreeSet::new();
    for cut in (0..=log.len()).step_by(9973).chain([log.len() - 1, log.len()]) {
        let torn = scratch.at(&cut.to_string());
        let lay = |acknowledged: usize| {
            fs::copy(&path, &torn).expect("the database");
            fs::write(beside(&torn, "-wal"), &log[..cut]).expect("a log");
            let _ = fs::remove_file(beside(&torn, "-shm"));
            fs::write(beside(&torn, ".acknowledged"), &marks[acknowledged]).expect("a mark");
        };
        lay(0);
        let left = all(&open(&torn).expect("nothing was acknowledged")).await;
        assert_eq!(left, whole[..left.len()], "cut at {cut}");
        assert_eq!(left.len() % 2, 0, "half a batch after a cut at {cut}");
        let batches = left.len() / 2;
        seen.insert(batches);
        lay(batches);
        SqliteStore::open_read_only(&torn).map(drop).expect("all that was acknowledged");
        lay(batches);
        assert_eq!(all(&open(&torn).expect("all that was acknowledged")).await, left);
        if batches < 8 {
            lay(batches + 1);
            let refused = refusal(&torn);
            assert!(refused.contains("was acknowledged; keep a copy"), "{refused}");
            assert!(refused.contains(&format!("position {}", 2 * batches)), "{refused}");
        }
    }
    assert_eq!(seen, (0..=8).collect(), "a cut behind each batch");
}

#[tokio::test]
async fn more_than_was_acknowledged_is_acknowledged_by_the_next_opening() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    let mark = fs::read(beside(&path, ".acknowledged")).expect("a mark");
    append_nth(&store, 0).await;
    let killed = scratch.at("killed");
    kill(&path, &killed, &["-wal"]);
    fs::write(beside(&killed, ".acknowledged"), mark).expect("the mark of before");
    let again = open(&killed).expect("the store");
    // Nothing is appended, and something is written.
    again.save("reader", Position(2), vec![1]).await.expect("a save");
    let after = scratch.at("after");
    kill(&killed, &after, &COMPANIONS[..2]);
    assert_eq!(all(&open(&after).expect("the store")).await.len(), 2);
    kill(&killed, &after, &[".acknowledged"]);
    assert!(refusal(&after).contains("everything up to position 2 was acknowledged"));
}

#[tokio::test]
async fn a_flipped_bit_of_the_log_is_never_a_shorter_log() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    for nth in 0..3 {
        append_nth(&store, nth).await;
    }
    let whole = all(&store).await;
    let log = fs::read(beside(&path, "-wal")).expect("the log");
    let flipped = scratch.at("flipped");
    let (mut refused, mut whole_ones) = (0, 0);
    for byte in (0..log.len()).step_by(997).chain(0..56) {
        kill(&path, &flipped, &COMPANIONS[..2]);
        let _ = fs::remove_file(beside(&flipped, "-shm"));
        let mut log = log.clone();
        log[byte] ^= 1 << (byte % 8);
        fs::write(beside(&flipped, "-wal"), log).expect("a log");
        match open(&flipped) {
            Ok(store) => {
                assert_eq!(all(&store).await, whole, "byte {byte}");
                whole_ones += 1;
            }
            Err(OpenError::Lost { .. }) => refused += 1,
            Err(other) => panic!("byte {byte}: {other}"),
        }
    }
    assert!(refused > 50, "{refused} refused, {whole_ones} whole");
}

#[tokio::test]
async fn a_companion_that_is_damaged_or_of_another_store_is_refused() {
    let scratch = Scratch::new();
    let (path, other) = (scratch.at("one"), scratch.at("other"));
    for path in [&path, &other] {
        let store = open(path).expect("a store");
        append_nth(&store, 0).await;
        store.close().await;
    }
    let mark = beside(&path, ".acknowledged");
    let own = fs::read(&mark).expect("a mark");
    fs::copy(beside(&other, ".acknowledged"), &mark).expect("a copy");
    assert!(refusal(&path).contains("belongs to another store"));
    fs::write(&mark, &own[..own.len() / 8]).expect("half of it");
    let whole_until = fs::read(&mark).expect("a mark").len();
    fs::write(&mark, vec![0; whole_until]).expect("nothing of it");
    assert!(refusal(&path).contains("cannot be read"));
    fs::write(&mark, own).expect("its own");
    open(&path).map(drop).expect("the store");
}

#[tokio::test]
async fn an_event_exchanged_at_the_acknowledged_end_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    append_nth(&store, 0).await;
    store.close().await;
    let database = rusqlite::Connection::open(&path).expect("any tool can open it");
    database.execute("DROP TRIGGER events_no_update", []).expect("an insider");
    database.execute("UPDATE events SET chain = zeroblob(32) WHERE position = 2", []).expect("one");
    drop(database);
    assert!(refusal(&path).contains("has another event at the last position"));
}

#[tokio::test]
async fn the_log_of_a_process_that_was_killed_is_written_anew_before_it_is_used() {
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let store = open(&path).expect("a store");
    append_nth(&store, 0).await;
    let killed = scratch.at("killed");
    kill(&path, &killed, &COMPANIONS[..2]);
    let inode = |path: &Path| fs::metadata(path).expect("a file").ino();
    let left = inode(&beside(&killed, "-wal"));
    let reader = SqliteStore::open_read_only(&killed).expect("a reader");
    assert_eq!(all(&reader).await.len(), 2);

    // It has the old file open, and would see nothing of what comes.
    let settings =
        Settings { patience_with_readers: Duration::from_millis(60), ..Settings::default() };
    let began = std::time::Instant::now();
    let refused = SqliteStore::open(&killed, &settings).map(drop).expect_err("a refusal");
    assert!(matches!(refused, OpenError::Read { .. }), "{refused}");
    assert!(began.elapsed() < Duration::from_secs(4), "it waits as long as it was set");
    let says = refused.to_string();
    assert!(says.contains("waited for 60 ms") && says.contains("fuser"), "{says}");
    assert_eq!(inode(&beside(&killed, "-wal")), left);
    drop(reader);
    let again = open(&killed).expect("the store");
    assert_ne!(
        inode(&beside(&killed, "-wal")),
        left,
        "the pages that a failed sync left are not used"
    );
    append_nth(&again, 1).await;
    assert_eq!(all(&again).await.len(), 4);
    let reader = SqliteStore::open_read_only(&killed).expect("a reader");
    assert_eq!(all(&reader).await.len(), 4);
}

#[tokio::test]
async fn every_file_is_its_owners_alone() {
    let scratch = Scratch::new();
    let path = scratch.0.path().join("made").join("deeper").join("events.db");
    let store = open(&path).expect("a store");
    append_nth(&store, 0).await;
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    for suffix in ["", "-wal", "-shm", ".acknowledged", ".lock"] {
        assert_eq!(mode(&beside(&path, suffix)), 0o600, "{suffix:?}");
    }
    for directory in ["made", "made/deeper"] {
        assert_eq!(mode(&scratch.0.path().join(directory)), 0o700, "{directory}");
    }
    let copy = scratch.at("copy");
    store.backup(&copy).expect("a copy");
    for suffix in ["", ".acknowledged"] {
        assert_eq!(mode(&beside(&copy, suffix)), 0o600, "{suffix:?}");
    }
}

#[tokio::test]
async fn a_copy_is_another_store() {
    let scratch = Scratch::new();
    let (path, copy) = (scratch.at("one"), scratch.at("copy"));
    let store = open(&path).expect("a store");
    append_nth(&store, 0).await;
    store.backup(&copy).expect("a copy");
    let again = open(&copy).expect("a store of its own, beside the first");
    append_nth(&again, 1).await;
    again.close().await;
    fs::copy(beside(&path, ".acknowledged"), beside(&copy, ".acknowledged")).expect("a companion");
    assert!(refusal(&copy).contains("belongs to another store"));
}

/// Another program holds the database until the connection is dropped.
fn hold(path: &Path) -> rusqlite::Connection {
    let tool = rusqlite::Connection::open(path).expect("any tool can open it");
    tool.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    tool
}

#[tokio::test]
async fn a_tool_that_holds_the_database_is_waited_for_and_one_that_keeps_it_stops_nobody_for_good()
{
    let scratch = Scratch::new();
    let path = scratch.at("one");
    let settings = Settings { patience: Duration::from_millis(1200), ..Settings::default() };
    let store = SqliteStore::open(&path, &settings).expect("a store");
    let tool = hold(&path);
    let appending = append_nth(&store, 0);
    tokio::pin!(appending);
    // Three of its twelve waits.
    let waited = tokio::time::timeout(Duration::from_millis(300), &mut appending).await;
    assert!(waited.is_err(), "it waits");
    drop(tool);
    appending.await;
    assert_eq!(all(&store).await.len(), 2);

    let tool = hold(&path);
    let refused = store.append(vec![append("wallet-1", 0, &["a"])]).await;
    assert!(matches!(refused, Err(AppendError::Fault(_))), "{refused:?}");
    drop(tool);
    append_nth(&store, 1).await;
    assert_eq!(all(&store).await.len(), 4);
}
