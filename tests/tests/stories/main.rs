//! Each shipped saga in literals, through the kit as any saga of a user's own: one future as given, when, then, and
//! for each table what is stored and sent after a refusal at each of its rows.
//!
//! The tables are not read here but for the names of their rows: a test that reads a table cannot find a wrong cell
//! in it.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod conversion;
mod day_cut;
#[path = "../common/day_jobs.rs"]
mod day_jobs;
mod discount_purchase;
mod dividend;
mod fast_withdraw;
mod freeze;
mod house;
mod income;
mod plan_by_wallet;
mod purchase;
mod recharge;
mod redemption;
mod regular_plan;
mod withdraw;

use fundflow_runtime::{saga::Saga, step::Table};
use fundflow_sagas as sagas;

/// Tables that these stories play.
const PLAYED: [&str; 25] = [
    "day_cut.v1",
    "day_cut.v2",
    "dividend_reinvested.v1",
    "dividend_in_cash.v1",
    "income.v1",
    "freeze.v1",
    "linked.v3",
    "next_day.v3",
    "held.v1",
    "redeem_to_purchase.v2",
    "plan_linked.v2",
    "plan_next_day.v2",
    "plan_held.v1",
    "plan_redeem_to_purchase.v2",
    "recharge.v2",
    "withdraw.v1",
    "withdraw.v2",
    "withdraw.v3",
    "fast_withdraw.v1",
    "purchase.v2",
    "subscription.v2",
    "plan_occurrence.v2",
    "redemption.v1",
    "redemption.v2",
    "conversion.v1",
];

/// The table of that version.
fn table<S: Saga>(version: &str) -> &'static Table<S> {
    S::TABLES.iter().find(|table| table.version == version).unwrap()
}

/// Whose rows can be refused, each with the versions of all tables that have the very same rows.
fn refusable<S: Saga + std::fmt::Debug>() -> Vec<(&'static str, Vec<&'static str>)> {
    let refused = |table: &&&'static Table<S>| table.steps.iter().any(|it| it.rejected.is_some());
    let rows = |table: &'static Table<S>| format!("{:?}", table.steps);
    let alike = |one: &'static Table<S>| {
        let same = S::TABLES.iter().filter(|other| rows(other) == rows(one));
        same.map(|other| other.version).collect()
    };
    let tables = S::TABLES.iter().filter(refused);
    tables.map(|table| (table.version, alike(table))).collect()
}

#[test]
fn every_table_of_which_a_row_can_be_refused_has_its_story() {
    let all = [
        refusable::<sagas::discount_purchase::DiscountPurchase>(),
        refusable::<sagas::recharge::Recharge>(),
        refusable::<sagas::withdraw::Withdraw>(),
        refusable::<sagas::fast_withdraw::FastWithdraw>(),
        refusable::<sagas::purchase::Purchase>(),
        refusable::<sagas::redemption::Redemption>(),
        refusable::<sagas::conversion::Conversion>(),
        refusable::<sagas::regular_plan::RegularPlans>(),
        refusable::<sagas::income::Income>(),
        refusable::<sagas::freeze::Freeze>(),
        refusable::<sagas::dividend::Dividends>(),
        refusable::<sagas::day_cut::DayCut>(),
    ]
    .concat();
    // An earlier table that differs in its lanes alone has the story of the one that took its place.
    for (version, alike) in &all {
        assert!(alike.iter().any(|it| PLAYED.contains(it)), "{version} has no story");
    }
    for version in PLAYED {
        assert!(all.iter().any(|(known, _)| *known == version), "{version} is no table");
    }
}
