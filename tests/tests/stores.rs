//! Every store keeps the same contract.

#![allow(clippy::expect_used, reason = "a fixture that cannot be made is a failed test")]

use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    memory_store::MemoryStore,
    store::{AppendError, EventStore, Position},
};
use fundflow_testkit::{
    faulty_store::{Fault, FaultyStore},
    sample::append,
    store_contract,
    store_contract::faults::Fails,
    store_fault_contract,
};
use tempfile::TempDir;

store_contract!(memory, || async { (MemoryStore::new(), ()) });

store_contract!(
    sqlite,
    || async { new_sqlite() },
    async |store: SqliteStore, directory: &TempDir| {
        store.close().await;
        open(directory)
    }
);

store_contract!(faulty, || async { (FaultyStore::scripted(MemoryStore::new(), []), ()) });

type Faulty = FaultyStore<MemoryStore>;

store_fault_contract!(
    memory_with_faults,
    || async { (FaultyStore::scripted(MemoryStore::new(), []), ()) },
    |store: &Faulty, (): &(), fails: Fails| store.script_more([fails.into()]),
    async |store: Faulty, (): &()| {
        store.reopen();
        store
    }
);

store_fault_contract!(
    memory_whose_sync_fails,
    || async { (FaultyStore::scripted(MemoryStore::new(), []), ()) },
    |store: &Faulty, (): &(), fails: Fails| {
        let written = fails == Fails::After;
        store.script_more([Fault::SyncFailed { written }]);
    },
    async |store: Faulty, (): &()| {
        store.reopen();
        store
    }
);

store_fault_contract!(
    sqlite_with_faults,
    || async {
        let (store, directory) = new_sqlite();
        (FaultyStore::scripted(store, []), directory)
    },
    |store: &FaultyStore<SqliteStore>, _: &TempDir, fails: Fails| {
        store.script_more([fails.into()]);
    },
    async |store: FaultyStore<SqliteStore>, directory: &TempDir| {
        store.into_inner().close().await;
        FaultyStore::scripted(open(directory), [])
    }
);

fn new_sqlite() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    (open(&directory), directory)
}

fn open(directory: &TempDir) -> SqliteStore {
    let path = directory.path().join("events.db");
    SqliteStore::open(path, &Settings::default()).expect("a store that opens")
}

#[tokio::test]
async fn a_retry_succeeds_whatever_happened_to_the_append() {
    let lost = [
        Fault::Before,
        Fault::AnswerLost,
        Fault::Conflict,
        Fault::SyncFailed { written: false },
        Fault::SyncFailed { written: true },
        Fault::Prefix(1),
        Fault::Prefix(2),
    ];
    for fault in lost {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = FaultyStore::scripted(open(&directory), [fault]);
        let batch = vec![append("wallet-1", 0, &["a", "b"]), append("wallet-2", 0, &["c"])];

        store.append(batch.clone()).await.expect_err("scripted to fail");
        store.reopen();

        assert_eq!(store.append(batch).await.expect("a retry"), Position(3), "{fault:?}");
        let events = store.read_all(Position::START, 10).await.expect("a store");
        assert_eq!(events.len(), 3, "{fault:?}");
    }
}

#[tokio::test]
async fn a_death_leaves_whole_appends_from_the_start_and_nothing_more_is_appended_until_reopened() {
    let store = FaultyStore::scripted(MemoryStore::new(), [Fault::Prefix(1)]);
    let batch = vec![append("wallet-1", 0, &["a", "b"]), append("wallet-2", 0, &["c"])];

    for _ in 0..2 {
        let refused = store.append(batch.clone()).await;
        assert!(matches!(refused, Err(AppendError::Poisoned { .. })), "{refused:?}");
        let events = store.read_all(Position::START, 10).await.expect("a store");
        assert_eq!(events.iter().map(|it| &*it.event.causation).collect::<Vec<_>>(), ["a", "b"]);
    }
    store.reopen();
    assert_eq!(store.append(batch).await.expect("the rest of it"), Position(3));
}

#[tokio::test]
async fn the_same_seed_fails_in_the_same_places() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let store = FaultyStore::seeded(MemoryStore::new(), 7, 200, 300);
        let mut failed = Vec::new();
        for nth in 0..200 {
            let outcome = store.append(vec![append(&format!("wallet-{nth}"), 0, &["a"])]).await;
            if matches!(outcome, Err(AppendError::Poisoned { .. })) {
                store.reopen();
            }
            failed.push(outcome.err().map(|error| error.to_string()));
        }
        runs.push(failed);
    }

    assert_eq!(runs[0], runs[1]);
    assert!((30..90).contains(&runs[0].iter().flatten().count()));
}
