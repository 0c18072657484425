//! A huge redemption of a money fund, in portions, with the income of the days between: what the wallet
//! has is what the register has.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

mod common;

use common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount,shares,day,per_10_000
R-1,10:00:00,recharge,I-1,000730,100000.00,,,
W-1,2026-03-03T10:00:00+08:00,withdraw,I-1,000730,,60000.00,,
000730.2026-03-03,2026-03-03T20:00:00+08:00,income,,000730,,,2026-03-03,0.4
000730.2026-03-04,2026-03-04T20:00:00+08:00,income,,000730,,,2026-03-04,0.4
000730.2026-03-05,2026-03-05T20:00:00+08:00,income,,000730,,,2026-03-05,0.4
000730.2026-03-06,2026-03-06T20:00:00+08:00,income,,000730,,,2026-03-06,0.4
000730.2026-03-07,2026-03-07T20:00:00+08:00,income,,000730,,,2026-03-07,0.4
";
const HUGE: &str = "\
[[huge]]
fund = '000730'
on = 2026-03-03
part_per_mille = 400
";
/// A fast withdrawal on Friday, of which the registrar speaks on Monday: from Friday on the shares earn for
/// the bank.
const WEEKEND: &str = "\
transaction,time,kind,investor,fund,amount,shares,day,per_10_000
R-1,10:00:00,recharge,I-1,000730,100000.00,,,
F-1,2026-03-06T10:00:00+08:00,fast_withdraw,I-1,000730,,9000.00,,
000730.2026-03-06,2026-03-06T20:00:00+08:00,income,,000730,,,2026-03-06,0.4
000730.2026-03-07,2026-03-07T20:00:00+08:00,income,,000730,,,2026-03-07,0.4
000730.2026-03-08,2026-03-09T09:00:00+08:00,income,,000730,,,2026-03-08,0.4
";

fn played(trade_date: &str, orders: &str, scenario: &str) -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", &*format!("trade_date = {trade_date}\nseed = 1\n")),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n"),
        ("orders.csv", orders),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &words);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let audit = fundflow(store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    store
}

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Registered shares and unpaid income.
fn wallet(store: &Path) -> [String; 2] {
    let shown = json(store, &["wallet", "ls"]);
    let row = shown.as_array().unwrap().iter().find(|row| row["investor"] == "I-1").unwrap();
    ["registered", "unpaid_income"].map(|name| row[name].as_str().unwrap().to_owned())
}

fn count(store: &Path, event_type: &str) -> usize {
    json(store, &["event", "ls", "--type", event_type]).as_array().unwrap().len()
}

#[test]
fn a_huge_redemption_leaves_the_wallet_in_portions_and_each_day_earns_on_what_is_left() {
    let store = played("2026-03-02", ORDERS, HUGE);
    // 4.00 of 100,000.00; 24,000.00 leave; 3.04 of 76,004.00; 36,000.00 leave; 1.60 of 40,007.04
    // and of each of the two days after it.
    assert_eq!(wallet(store.path()), ["40011.84", "0.0000"]);
    assert_eq!(count(store.path(), "wallet.portion_taken_out"), 1);
    assert_eq!(count(store.path(), "wallet.shares_taken_out"), 1);
    assert_eq!(count(store.path(), "wallet.income_corrected"), 0);
}

#[test]
fn what_is_told_after_the_weekend_takes_the_weekends_income_back() {
    let store = played("2026-03-05", WEEKEND, "");
    // 3.64 of 91,000.00 for each of the three days; for two of them 4.00 had become shares.
    assert_eq!(wallet(store.path()), ["91010.92", "0.0000"]);
    assert_eq!(count(store.path(), "wallet.income_corrected"), 2);
}
