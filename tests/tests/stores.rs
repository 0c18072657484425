//! Every store keeps the same contract.

#![allow(clippy::expect_used, reason = "a fixture that cannot be made is a failed test")]

use fundflow_application::memory_store::MemoryStore;
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_testkit::store_contract;
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

fn new_sqlite() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    (open(&directory), directory)
}

fn open(directory: &TempDir) -> SqliteStore {
    let path = directory.path().join("events.db");
    SqliteStore::open(path, &Settings::default()).expect("a store that opens")
}
