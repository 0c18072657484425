//! The tree of a store: with its events, after a restart, for stores of before it, and when it was changed.

use super::*;
use crate::{Condition, OpenError, Settings, SqliteStore, condition, tree_faults};
use fundflow_kernel::{
    envelope::{Actor, EventId, NewEvent, Recorded, StreamName},
    merkle::{TreeHead, consistency, extends, inclusion, root_by},
    store::{EventStore as _, Position, StreamAppend},
    time::Timestamp,
};
use std::{
    convert::Infallible,
    path::{Path, PathBuf},
};

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("events.db")
    }
}

fn open_with(path: &Path, tree_hash: TreeHash) -> SqliteStore {
    let settings = Settings { tree_hash, ..Settings::default() };
    SqliteStore::open(path, &settings).expect("a store")
}

fn open(path: &Path) -> SqliteStore {
    open_with(path, TreeHash::Sha256)
}

/// So many events of one stream, from that version on.
fn append(name: &str, expected: u64, count: usize) -> StreamAppend {
    let stream: StreamName = name.parse().expect("a name");
    let event = |nth: usize| {
        let mut event = NewEvent {
            event_id: EventId([0; 16]),
            event_type: "lamp.lit".into(),
            schema: 1,
            correlation: "TX-1".parse().expect("a transaction"),
            process: "lamp".into(),
            causation: "a test".into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: Timestamp::from_micros(1),
            recorded_at: Timestamp::from_micros(2),
            trade_date: None,
            data: "{}".into(),
            chain: Chain::START,
        };
        // Whether a link follows another is no matter of the store.
        event.seal(Chain::START, &stream, Version(expected).plus(nth + 1));
        event
    };
    let events = (0..count).map(event).collect();
    StreamAppend { stream, expected: Version(expected), events }
}

async fn put(store: &SqliteStore, appends: Vec<StreamAppend>) -> Position {
    store.append(appends).await.expect("an append")
}

async fn all(store: &SqliteStore) -> Vec<Recorded> {
    store.read_all(Position::START, u32::MAX).await.expect("a store that can be read")
}

/// From the events alone.
fn computed(hash: TreeHash, events: &[Recorded]) -> TreeHead {
    let mut tree = Frontier::new(hash);
    for event in events {
        let leaf = leaf(hash, event.stream.as_str(), event.version, event.event.chain);
        let Ok(()) = tree.grow(leaf, |_, _, _| Ok::<(), Infallible>(()));
    }
    tree.head()
}

#[tokio::test]
async fn every_append_can_be_asked_for_its_head() {
    for hash in [TreeHash::Sha256, TreeHash::Sm3] {
        let scratch = Scratch::new();
        let store = open_with(&scratch.path(), hash);
        assert_eq!(store.tree_head().expect("a head").size, 0);
        let first = put(&store, vec![append("lamp-1", 0, 3), append("lamp-2", 0, 300)]).await;
        let second = put(&store, vec![append("lamp-1", 3, 400)]).await;

        let events = all(&store).await;
        let head = |at| store.tree_head_at(at).expect("a head");
        assert_eq!((head(first), first.0), (computed(hash, &events[..303]), 303));
        assert_eq!((head(second), second.0), (computed(hash, &events), 703));
        assert_eq!(store.tree_head().expect("a head"), head(second));

        let path = store.tree(|tree| consistency(tree, 303, 703)).expect("a path");
        assert!(extends(&head(first), &head(second), &path));
        let path = store.tree(|tree| inclusion(tree, 500, 703)).expect("a path");
        let event = &events[500];
        let leaf = leaf(hash, event.stream.as_str(), event.version, event.event.chain);
        assert_eq!(root_by(hash, leaf, (500, 703), &path), Some(head(second).root));
        let beyond = store.tree_head_at(Position(704)).expect_err("no such event");
        assert!(beyond.to_string().contains("position 704 is not there"), "{beyond}");
    }
}

#[tokio::test]
async fn an_append_that_is_repeated_or_refused_adds_no_leaf() {
    let scratch = Scratch::new();
    let store = open(&scratch.path());
    let batch = vec![append("lamp-1", 0, 200), append("lamp-2", 0, 200)];
    put(&store, batch.clone()).await;
    let head = store.tree_head().expect("a head");
    put(&store, batch).await;
    store
        .append(vec![append("lamp-3", 0, 1), append("lamp-1", 900, 1)])
        .await
        .expect_err("a conflict");
    assert_eq!(store.tree_head().expect("a head"), head);

    // In memory, too: what comes next continues the same tree.
    put(&store, vec![append("lamp-3", 0, 200)]).await;
    assert_eq!(store.tree_head().expect("a head"), computed(TreeHash::Sha256, &all(&store).await));
    drop(store);
    assert_eq!(tree_faults(scratch.path()).expect("a store"), Vec::<String>::new());
}

#[tokio::test]
async fn a_restart_continues_the_tree_where_it_was() {
    let scratch = Scratch::new();
    for (nth, count) in [(0, 255), (255, 1), (256, 1), (257, 600)] {
        let store = open(&scratch.path());
        put(&store, vec![append("lamp-1", nth, count)]).await;
        assert_eq!(
            store.tree_head().expect("a head"),
            computed(TreeHash::Sha256, &all(&store).await)
        );
    }
    assert_eq!(tree_faults(scratch.path()).expect("a store"), Vec::<String>::new());
    let store = SqliteStore::open_read_only(scratch.path()).expect("a store");
    assert_eq!(store.tree(|tree| tree.all_stored()).expect("nodes").len(), 857 / 256);
}

/// As a program of before the tree left it.
fn without_tree(path: &Path) {
    let database = Connection::open(path).expect("a database");
    let old = "DROP TABLE tree; ALTER TABLE store DROP COLUMN tree_hash; PRAGMA user_version = 3;";
    database.execute_batch(old).expect("a store of format 3");
}

fn format_of(path: &Path) -> i32 {
    let Condition { format, faults, .. } = condition(path).expect("a store");
    assert_eq!(faults, Vec::<String>::new());
    format
}

#[tokio::test]
async fn a_store_of_before_the_tree_is_read_as_it_is_and_gets_one_when_it_is_written_to() {
    let scratch = Scratch::new();
    let store = open(&scratch.path());
    put(&store, vec![append("lamp-1", 0, 700)]).await;
    let head = store.tree_head().expect("a head");
    store.close().await;
    drop(store);
    without_tree(&scratch.path());

    let store = SqliteStore::open_read_only(scratch.path()).expect("a store to read");
    assert_eq!(store.tree_head().expect("a head"), head);
    assert!(!store.tree(|tree| Ok(tree.is_stored())).expect("a tree"));
    drop(store);
    assert_eq!(format_of(&scratch.path()), 3, "reading changes nothing");

    let store = open(&scratch.path());
    assert_eq!(store.tree_head().expect("a head"), head);
    put(&store, vec![append("lamp-1", 700, 100)]).await;
    assert_eq!(store.tree_head().expect("a head"), computed(TreeHash::Sha256, &all(&store).await));
    drop(store);
    assert_eq!(format_of(&scratch.path()), 4);
    assert_eq!(tree_faults(scratch.path()).expect("a store"), Vec::<String>::new());
}

#[tokio::test]
async fn a_copy_has_the_same_tree() {
    let scratch = Scratch::new();
    let store = open_with(&scratch.path(), TreeHash::Sm3);
    put(&store, vec![append("lamp-1", 0, 600)]).await;
    let copy = scratch.0.path().join("copy.db");
    store.backup(&copy).expect("a copy");
    let copied = open(&copy);
    assert_eq!(copied.tree_head().expect("a head"), store.tree_head().expect("a head"));
    put(&copied, vec![append("lamp-1", 600, 200)]).await;
    assert_eq!(copied.tree_head().expect("a head"), computed(TreeHash::Sm3, &all(&copied).await));
}

#[tokio::test]
async fn a_stored_node_is_never_changed_and_one_that_was_changed_all_the_same_is_named() {
    let scratch = Scratch::new();
    let store = open(&scratch.path());
    put(&store, vec![append("lamp-1", 0, 600)]).await;
    drop(store);
    let database = Connection::open(scratch.path()).expect("a database");
    for statement in ["UPDATE tree SET number = 9", "DELETE FROM tree"] {
        let refused = database.execute(statement, []).expect_err("a refusal").to_string();
        assert_eq!(refused, "nodes of the tree are never changed nor removed");
    }
    let damage = "DROP TRIGGER tree_no_update; UPDATE tree SET number = 9 WHERE number = 1; \
                  UPDATE tree SET hash = zeroblob(32) WHERE number = 0;";
    database.execute_batch(damage).expect("what a vandal does");
    drop(database);
    let found = tree_faults(scratch.path()).expect("a store").join("; ");
    let zeros = "0".repeat(64);
    let first = format!("the tree's node over the events 1 to 256 is {zeros} and should be ");
    assert!(found.starts_with(&first), "{found}");
    let rest = "; the tree's node over the events 257 to 512 is missing; \
                the tree's node over the events 2305 to 2560 is of no events";
    assert!(found.ends_with(rest), "{found}");
}

#[tokio::test]
async fn over_a_missing_event_no_tree_is_continued() {
    let scratch = Scratch::new();
    let store = open(&scratch.path());
    put(&store, vec![append("lamp-1", 0, 300)]).await;
    drop(store);
    let database = Connection::open(scratch.path()).expect("a database");
    let damage = "DROP TRIGGER events_no_delete; DELETE FROM events WHERE position = 270;";
    database.execute_batch(damage).expect("what a vandal does");
    drop(database);
    let refused = SqliteStore::open(scratch.path(), &Settings::default()).map(drop);
    let Err(OpenError::Broken { what, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(what, "the event at position 270 is not there");
}
