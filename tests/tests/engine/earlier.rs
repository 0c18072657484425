//! A store that an earlier version wrote is opened, replayed, audited and continued.
//!
//! ```text
//! stores/format2-{commit}/  events.db · channel.jsonl · registrar.jsonl
//!     written by `FUNDFLOW_WRITE_STORE={directory} cargo test … a_morning`, at that commit
//! ```
//!
//! What is in it: two discount purchases, one whose payment was a fen short, a recharge, a purchase,
//! and the first occurrence of a regular plan, all of one morning, none of them confirmed yet.

use crate::house::{Outside, ask, asking, audit, passed, registry, wanted};
use fundflow::Engine;
use fundflow_application::desk::SagaList;
use fundflow_domain::{admission::buying::Way, time::Timestamp};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::store::{EventStore as _, Position};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{
    purchase::{self, Purchase},
    recharge::{self, Recharge},
    regular_plan::RegularPlans,
};
use fundflow_testkit::worlds;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

const SCENARIO: &str = "[override.TX-short]\ncharge = 'short'\n";
const FILES: [&str; 3] = ["events.db", "channel.jsonl", "registrar.jsonl"];

/// Until when the stores were written.
fn noon() -> Timestamp {
    worlds::instant("2026-02-13T12:00:00+08:00")
}

/// The stores that earlier versions wrote.
fn stores() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores");
    let entries = fs::read_dir(folder).expect("the stores");
    entries.map(|entry| entry.expect("a store").path()).collect()
}

/// A store that may be written, with the books of those outside.
fn copy(of: &Path) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for file in FILES {
        fs::copy(of.join(file), directory.path().join(file)).expect("a copy");
    }
    // Stores of format 2 have none.
    let companion = "events.db.acknowledged";
    if of.join(companion).exists() {
        fs::copy(of.join(companion), directory.path().join(companion)).expect("a copy");
    }
    directory
}

fn open(place: &Path) -> Arc<SqliteStore> {
    let store = SqliteStore::open(place.join("events.db"), &Settings::default());
    Arc::new(store.expect("a store that opens"))
}

async fn place<S: Saga>(engine: &Engine, id: &str, request: S::Request, asked: S::Asked) {
    let placed = engine.request::<S>(worlds::transaction(id), request, asked, None, None).await;
    placed.expect("a request that is admitted");
}

async fn morning(engine: &Engine) {
    for id in ["TX-1", "TX-2", "TX-short"] {
        ask(engine, asking(id, wanted())).await.expect("a purchase");
    }
    let asked = || worlds::asked();
    let recharged = recharge::Request {
        investor: worlds::investor_id(),
        account: worlds::account(),
        fund: worlds::wallet_code(),
        amount: worlds::amount("2500.00"),
        only_today: false,
        distributor: None,
    };
    let who = recharge::Asked {
        investor: worlds::investor(),
        channel: asked().channel,
        warning_confirmed: None,
        at: None,
    };
    place::<Recharge>(engine, "RC-1", recharged, who).await;
    let bought = |way| purchase::Request {
        investor: worlds::investor_id(),
        account: worlds::account(),
        fund: worlds::target_code(),
        amount: worlds::amount("500.00"),
        way,
        only_today: false,
        distributor: None,
    };
    place::<Purchase>(engine, "BUY-1", bought(Way::Purchase), asked()).await;
    place::<RegularPlans>(engine, "PLAN-1", plan(), asked()).await;
    engine.settle().await.expect("an engine that runs");
    let first = "PLAN-1.20260213";
    place::<Purchase>(engine, first, bought(Way::RegularPlan), asked()).await;
    engine.settle().await.expect("an engine that runs");
}

/// 500 yuan on the 13th of every month.
fn plan() -> fundflow_domain::plan::Terms {
    use fundflow_domain::plan::{DayOfMonth, Frequency, MissingDay, MoveRule, Terms};
    Terms {
        investor: worlds::investor_id(),
        account: worlds::account(),
        fund: worlds::target_code(),
        wallet_fund: None,
        amount: worlds::amount("500.00"),
        frequency: Frequency::Monthly { day: DayOfMonth::new(13).expect("a day") },
        start: worlds::date("2026-02-13"),
        through: Some(worlds::date("2026-02-13")),
        periods: None,
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: std::num::NonZeroU8::new(3).expect("a number"),
        distributor: None,
    }
}

#[tokio::test]
async fn a_morning_that_is_written_now_is_continued_by_the_next_process() {
    let scratch = tempfile::tempdir().expect("a directory");
    let wanted = std::env::var_os("FUNDFLOW_WRITE_STORE").map(PathBuf::from);
    let folder = wanted.as_deref().unwrap_or(scratch.path());
    fs::create_dir_all(folder).expect("a directory");
    let store = open(folder);
    let outside = Outside::at(folder, SCENARIO, worlds::request_time());
    let engine = outside.start(&store).await;
    morning(&engine).await;
    engine.shutdown().await.expect("an engine that stops");
    store.close().await;
    drop((engine, store, outside));

    comes_to_its_end(copy(folder).path()).await;
}

#[tokio::test]
async fn a_store_of_an_earlier_version_is_read_and_audited_as_it_is() {
    assert!(!stores().is_empty(), "no store of an earlier version");
    for folder in stores() {
        let place = copy(&folder);
        let before = fs::read(folder.join("events.db")).expect("a store");
        let store = SqliteStore::open_read_only(place.path().join("events.db"));
        let store = store.expect("a store that opens");

        let report = audit(&store).await;
        let mut sagas = SagaList::new(registry());
        sagas.catch_up(&store).await.expect("the log");

        passed(&report);
        assert!(report.unchecked.is_empty(), "{:?}", report.unchecked);
        assert_eq!((sagas.rows().count(), report.counts.sagas), (7, 7));
        drop(store);
        let after = fs::read(place.path().join("events.db")).expect("a store");
        assert!(before == after, "{} was changed by reading", folder.display());
    }
}

#[tokio::test]
async fn a_store_of_an_earlier_version_is_continued_to_its_end() {
    for folder in stores() {
        comes_to_its_end(copy(&folder).path()).await;
    }
}

/// Everything in it ends as it was promised, and the first events are still those that were there.
async fn comes_to_its_end(place: &Path) {
    let store = open(place);
    let first = store.read_all(Position::START, u32::MAX).await.expect("the log");
    let outside = Outside::at(place, SCENARIO, noon());
    let engine = outside.start(&store).await;
    outside.pass(&engine, 24 * 35).await;
    engine.shutdown().await.expect("an engine that stops");

    let mut sagas = SagaList::new(registry());
    sagas.catch_up(&*store).await.expect("the log");
    let ends: BTreeMap<_, _> = sagas
        .rows()
        .map(|row| (row.transaction.as_str(), row.ending.as_deref().unwrap_or("none")))
        .collect();
    let expected = BTreeMap::from([
        ("BUY-1", "purchase.completed"),
        ("PLAN-1", "regular_plan.over"),
        ("PLAN-1.20260213", "purchase.completed"),
        ("RC-1", "recharge.completed"),
        ("TX-1", "discount_purchase.completed"),
        ("TX-2", "discount_purchase.completed"),
        ("TX-short", "discount_purchase.rolled_back"),
    ]);
    assert_eq!(ends, expected);
    passed(&audit(&*store).await);
    let all = store.read_all(Position::START, u32::MAX).await.expect("the log");
    assert!(all.len() > first.len() && all[..first.len()] == first[..], "the past was changed");
    store.close().await;
}
