//! I19: cash at once is held against the quota that it counts towards, whichever that is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{as_, does};
use fundflow_domain::{
    advance::{self, Advances, Transfer},
    fast_quota::{self, FastQuota, QuotaKey},
    fast_redemption::Advancer,
    ids::PaymentNo,
    money::Money,
};
use fundflow_kernel::{memory_store::MemoryStore, streams::Key};
use fundflow_ledger::Ledger;

const HOUSE: &str = "305";

fn quota(investor: &str, fund: &str, distributor: &str, day: &str) -> Key<FastQuota> {
    Key::of(&QuotaKey {
        investor: as_(investor),
        fund: as_(fund),
        distributor: as_(distributor),
        day: as_(day),
    })
}

fn at_house(day: &str) -> Key<FastQuota> {
    quota("INV-1", "000730", HOUSE, day)
}

async fn counts(store: &MemoryStore, request: &str, key: &Key<FastQuota>, amount: &str) {
    let command = fast_quota::Command::Count {
        transaction: as_(request),
        amount: as_(amount),
        fund_max: Some(fast_quota::DAY_MAX),
        elsewhere: Money::ZERO,
        by_code: true,
    };
    does(store, request, key, &command).await;
}

/// The bank pays, on that day whether there is room or not.
async fn pays(store: &MemoryStore, request: &str, key: &Key<FastQuota>, amount: &str) {
    advances(store, request, amount).await;
    let command = fast_quota::Command::CountPaid {
        transaction: as_(request),
        amount: as_(amount),
        fund_max: Some(fast_quota::DAY_MAX),
        elsewhere: Money::ZERO,
        by_code: true,
    };
    does(store, request, key, &command).await;
}

async fn advances(store: &MemoryStore, request: &str, amount: &str) {
    let no: PaymentNo = as_(&format!("{request}.transfer.advance"));
    let key = Key::<Advances>::of(&no);
    let terms = advance::Terms {
        no,
        by: Advancer::LicensedBank(as_("bank-1")),
        account: as_("acc-1"),
        amount: as_(amount),
        order: as_(&format!("{request}.transfer")),
        asked_at: None,
    };
    does(store, request, &key, &advance::Command::Request(terms)).await;
    let transfer =
        Transfer { serial: as_("B1"), amount: as_(amount), at: as_("2026-02-13T10:00:00+08:00") };
    does(store, request, &key, &advance::Command::RecordAdvanced(transfer)).await;
}

async fn breaks(store: &MemoryStore, planted: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    Ledger::open(folder.path()).unwrap().follow(store).await.unwrap();
    let tables = rusqlite::Connection::open(folder.path().join("ledger.db")).unwrap();
    tables.execute_batch(planted).unwrap();
    let verdicts = Ledger::open(folder.path()).unwrap().check().unwrap();
    verdicts.into_iter().find(|it| it.invariant == "I19").unwrap().breaks
}

#[tokio::test]
async fn two_distributors_two_funds_two_days_and_two_investors_have_a_limit_each() {
    let store = MemoryStore::new();
    for (nth, (investor, fund, distributor, day)) in [
        ("INV-1", "000730", HOUSE, "2026-02-13"),
        ("INV-1", "000730", "306", "2026-02-13"),
        ("INV-1", "000891", HOUSE, "2026-02-13"),
        ("INV-1", "000730", HOUSE, "2026-02-14"),
        ("INV-2", "000730", HOUSE, "2026-02-13"),
        ("INV-1.1", "000730", HOUSE, "2026-02-13"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = format!("F-{nth}");
        counts(&store, &request, &quota(investor, fund, distributor, day), "10000").await;
        advances(&store, &request, "10000").await;
    }
    assert_eq!(breaks(&store, "").await, [""; 0]);
}

#[tokio::test]
async fn more_cash_than_counted_is_found_at_the_distributor_where_it_counts() {
    let store = MemoryStore::new();
    let (one, other) = (at_house("2026-02-13"), quota("INV-1", "000730", "306", "2026-02-13"));
    counts(&store, "F-1", &one, "6000").await;
    advances(&store, "F-1", "6000").await;
    counts(&store, "F-2", &one, "4000").await;
    advances(&store, "F-2", "4000.01").await;
    counts(&store, "F-3", &other, "10000").await;
    advances(&store, "F-3", "10000").await;
    let found = ["INV-1 on 2026-02-13 of 000730 at 305: 1000001 fen"];
    assert_eq!(breaks(&store, "").await, found);
}

#[tokio::test]
async fn what_counts_on_another_day_in_the_end_is_of_that_day() {
    let store = MemoryStore::new();
    let (asked, paid) = (at_house("2026-02-13"), at_house("2026-02-14"));
    counts(&store, "F-1", &asked, "6000").await;
    pays(&store, "F-1", &paid, "6000").await;
    let back = fast_quota::Command::GiveBack { transaction: as_("F-1") };
    does(&store, "F-1", &asked, &back).await;
    counts(&store, "F-2", &asked, "10000").await;
    advances(&store, "F-2", "10000").await;
    assert_eq!(breaks(&store, "").await, [""; 0]);
}

#[tokio::test]
async fn what_a_bank_paid_above_the_limit_has_its_case_or_is_found() {
    let (store, day) = (MemoryStore::new(), at_house("2026-02-13"));
    counts(&store, "F-1", &day, "6000").await;
    advances(&store, "F-1", "6000").await;
    pays(&store, "F-2", &day, "5000").await;
    let found = ["INV-1 on 2026-02-13 of 000730 at 305: 1100000 fen"];
    assert_eq!(breaks(&store, "").await, found);
    let case = |request: &str| include_str!("planted/case_of.sql").replace("{request}", request);
    assert_eq!(breaks(&store, &case("F-2")).await, [""; 0]);
    assert_eq!(breaks(&store, &case("F-1")).await, found, "its case is about something else");
    let more = "UPDATE quotas SET above = above - 1 WHERE request = 'F-2';";
    assert_eq!(breaks(&store, &(case("F-2") + more)).await, found, "the case is about less");
}

#[tokio::test]
async fn cash_that_no_quota_knows_of_is_found_above_the_limit() {
    let store = MemoryStore::new();
    advances(&store, "F-1", "10000.01").await;
    assert_eq!(breaks(&store, "").await, ["F-1 on 2026-02-13 under no quota: 1000001 fen"]);
}
