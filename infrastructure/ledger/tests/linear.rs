//! A check looks at each posting a bounded number of times, however many there are: a day of a million orders is
//! checked before its head is written.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{confirms, pays_for};
use fundflow_kernel::memory_store::MemoryStore;
use fundflow_ledger::Ledger;
use rusqlite::{Connection, StatementStatus};
use std::{collections::BTreeMap, fs, path::Path};

const FEW: u64 = 400;
const MANY: u64 = 4 * FEW;

/// Steps of the database's machine that each check takes, by its file.
async fn steps(orders: u64) -> BTreeMap<String, u64> {
    let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
    pays_for(&store, "TX1").await;
    confirms(&store, "TX1").await;
    Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
    let tables = Connection::open(folder.path().join("ledger.db")).unwrap();
    let planted = include_str!("planted/orders.sql").replace("{orders}", &orders.to_string());
    tables.execute_batch(&planted).unwrap();
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql/check");
    let mut steps = BTreeMap::new();
    for query in fs::read_dir(queries).unwrap() {
        let path = query.unwrap().path();
        let mut query = tables.prepare(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut rows = query.query(()).unwrap();
        while rows.next().unwrap().is_some() {}
        drop(rows);
        let taken = query.get_status(StatementStatus::VmStep);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        steps.insert(name, u64::try_from(taken).unwrap());
    }
    steps
}

#[tokio::test]
async fn four_times_the_orders_take_no_check_more_than_five_times_the_steps() {
    let (few, many) = (steps(FEW).await, steps(MANY).await);
    assert!(few.len() >= 15, "{few:?}");
    let some = many.values().filter(|steps| **steps > MANY).count();
    assert!(some >= 8, "the checks look at what was planted: {many:?}");
    for (name, steps) in &few {
        let more = many[name];
        assert!(more <= 5 * steps, "{name}: {steps} steps for {FEW} orders, {more} for {MANY}");
    }
}
