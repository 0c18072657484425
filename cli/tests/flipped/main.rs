//! One bit of a store's database is another one: the audit finds it, or no reader reads it.
//!
//! `FLIPS=100000 cargo test -p fundflow-cli --test flipped` flips more of them, and says where those lay that the audit
//! passed.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
#[path = "../common/mod.rs"]
mod common;
mod pages;

use common::{fundflow, make};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    checkpoint::Reader,
    envelope::Chain,
    store::{EventStore as _, Position, StreamAppend, Version},
};
use pages::{Tree, Use};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Flips of an ordinary run.
const FLIPS: usize = 100;
/// A prime, so that no page is passed over.
const STRIDE: usize = 7_919;
const SEED: u64 = 20_260_212;

/// A store with more than one page of events, a node of the tree, and lists of open sagas and of wallets.
async fn store(directory: &Path) -> PathBuf {
    let path = make(directory).await;
    let store = SqliteStore::open(&path, &Settings::default()).unwrap();
    let like = store.read_all(Position::START, 1).await.unwrap().remove(0).event;
    for nth in 0..250 {
        let stream = format!("elsewhere-{nth}").parse().unwrap();
        let mut event = like.clone();
        event.seal(Chain::START, &stream, Version(1));
        let append = StreamAppend { stream, expected: Version::NONE, events: vec![event] };
        store.append(vec![append]).await.unwrap();
    }
    let at = *store.head().borrow();
    for name in ["engine.open_sagas", "wallet_owners"] {
        Reader { name, format: 1 }.save(&store, at, &"who is on it").await.unwrap();
    }
    store.close().await;
    path
}

/// Every tree of the database. Who wrote last is written anew by the next who writes, before anybody believes it.
fn trees(path: &Path) -> Vec<Tree> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut all = database
        .prepare("SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0")
        .unwrap();
    let of = |row: &rusqlite::Row<'_>| {
        let (root, table): (u32, String) = (row.get(0)?, row.get(1)?);
        let is_writer = table == "writer";
        // For the message of what was missed.
        let named: &'static str = table.leak();
        let rows = if is_writer { Use::Idle("who wrote last") } else { Use::Live(named) };
        Ok(Tree { root: usize::try_from(root).unwrap(), rows })
    };
    let mut trees: Vec<Tree> = all.query_map([], of).unwrap().map(Result::unwrap).collect();
    trees.push(Tree { root: 1, rows: Use::Live("row of the schema") });
    let lists: i64 =
        database.query_row("SELECT count(*) FROM checkpoints", [], |row| row.get(0)).unwrap();
    let nodes: i64 = database.query_row("SELECT count(*) FROM tree", [], |row| row.get(0)).unwrap();
    assert!(lists > 0 && nodes > 0, "there is nothing of these to flip");
    trees
}

/// Numbers that are drawn from a seed (`SplitMix64`).
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ it >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ it >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((it ^ it >> 31) % end as u64).unwrap()
    }
}

/// Bits to flip: of each page and use as many, so that none is passed over; every bit of the header that counts.
fn drawn(uses: &[Use], flips: usize) -> BTreeSet<usize> {
    let mut kinds: BTreeMap<(Use, usize), Vec<usize>> = BTreeMap::new();
    for (at, what) in uses.iter().enumerate() {
        kinds.entry((*what, at / pages::PAGE)).or_default().push(at);
    }
    let mut drawn = Drawn(SEED);
    let mut bits = BTreeSet::new();
    let kinds: Vec<&Vec<usize>> = kinds.values().collect();
    for nth in 0..flips {
        // Across all of them, also where there are more than flips.
        let places = kinds[nth * STRIDE % kinds.len()];
        bits.insert(places[drawn.below(places.len())] * 8 + drawn.below(8));
    }
    bits
}

#[tokio::test]
async fn a_flipped_bit_that_the_audit_passes_is_one_that_nobody_reads() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path()).await;
    let trees = trees(&path);
    let whole = fs::read(&path).unwrap();
    assert!(trees.iter().all(|tree| pages::is_known(&whole, tree.root)));
    assert_eq!(fundflow(&path, &["audit", "verify"]).status.code(), Some(0));
    let uses = pages::uses(&whole, &trees);
    let flips = std::env::var("FLIPS").map_or(FLIPS, |flips| flips.parse().unwrap());

    let mut passed: BTreeMap<Use, usize> = BTreeMap::new();
    let mut missed = Vec::new();
    for bit in drawn(&uses, flips) {
        let (at, mut flipped) = (bit / 8, whole.clone());
        flipped[at] ^= 1 << (bit % 8);
        fs::write(&path, &flipped).unwrap();
        let said = fundflow(&path, &["audit", "verify"]);
        match said.status.code() {
            Some(0) if matches!(uses[at], Use::Live(_)) => {
                missed.push(format!(
                    "page {}, byte {at}, bit {}: {:?}",
                    at / pages::PAGE,
                    bit % 8,
                    uses[at]
                ));
            }
            Some(0) => *passed.entry(uses[at]).or_default() += 1,
            Some(1 | 5) if !matches!(uses[at], Use::Dead(_)) => {}
            code => panic!("byte {at}, {:?}: {code:?} {said:?}", uses[at]),
        }
    }
    println!("passed: {passed:#?}");
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(passed.keys().any(|it| matches!(it, Use::Dead(_))), "nothing was dead");
}
