//! Whoever gets less than was asked for reads so: in the day's report, in the list, under the saga.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares,mode,of
P-1,10:00:00,purchase,I-1,,011162,,1000.00,,,
R-1,10:00:00,recharge,I-1,,000730,,2000.00,,,
W-1,2026-02-13T10:00:00+08:00,withdraw,I-1,,000730,,,600.00,,
L-1,10:00:00,discount_purchase,I-1,000730,,011162,1000.00,,linked_same_day,
N-1,10:00:00,discount_purchase,I-1,000730,,011162,1000.00,,next_day,
N-2,10:00:00,discount_purchase,I-1,000730,,011162,1000.00,,next_day,
C-1,11:00:00,cancel,,,,,,,,N-1
C-2,11:00:00,cancel,,,,,,,,N-2
";
const SCENARIO: &str = "\
[override.P-1]
buy_confirmation = 'partial'
[override.W-1]
redemption_confirmation = 'partial'
[override.L-1]
conversion_confirmation = 'partial'
[override.N-1]
cancel = 'refused'
[override.N-2]
cancel = 'silent'
";

fn played() -> (TempDir, Value) {
    played_with(ORDERS, SCENARIO)
}

fn played_with(orders: &str, scenario: &str) -> (TempDir, Value) {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n011162,2026-02-13,0.7388\n"),
        ("orders.csv", orders),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap(), "-o", "json"];
    let said = fundflow(store.path(), &words);
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    let report = serde_json::from_slice(&said.stdout);
    (store, report.unwrap_or_else(|no| panic!("{no}: {error}")))
}

/// How an order ended by the report, and why.
fn ending<'a>(report: &'a Value, of: &str) -> (&'a str, &'a str) {
    let rows = report["endings"].as_array().unwrap();
    let is_of = |row: &&Value| row["transactions"].as_array().unwrap().iter().any(|it| it == of);
    let row = rows.iter().find(is_of).unwrap_or_else(|| panic!("{of}: {rows:#?}"));
    (row["ending"].as_str().unwrap(), row["reason"].as_str().unwrap())
}

fn failure(store: &Path, of: &str) -> Value {
    let shown = fundflow(store, &["saga", "show", of, "-o", "json"]).stdout;
    let shown: Value = serde_json::from_slice(&shown).unwrap();
    let listed = fundflow(store, &["saga", "ls", "-o", "json"]).stdout;
    let listed: Value = serde_json::from_slice(&listed).unwrap();
    let row = listed.as_array().unwrap().iter().find(|row| row["transaction"] == of).unwrap();
    assert_eq!(row["failure"], shown["failure"], "{of}: the list says the same");
    shown["failure"].clone()
}

#[test]
fn who_gets_less_than_was_asked_for_reads_so_everywhere() {
    let (store, report) = played();
    let part = "the registrar took a part of it";
    for (of, word) in [("P-1", "completed"), ("L-1", "completed"), ("W-1", "paid out")] {
        assert_eq!(ending(&report, of), (format!("{word} in part").as_str(), part));
        let cause = failure(store.path(), of);
        assert_eq!((&cause["code"], &cause["text"]), (&"partly_confirmed".into(), &part.into()));
    }
    assert_eq!(ending(&report, "R-1"), ("completed", ""));
    assert!(failure(store.path(), "R-1").is_null());
}

#[test]
fn what_is_taken_back_of_the_conversion_only_says_so() {
    let (_, report) = played();
    let (word, says) = ending(&report, "C-1");
    assert_eq!(word, "taken back in part", "{says}");
    assert_eq!(
        says,
        "the conversion of N-1 is taken back, and its shares are kept in the wallet; its purchase \
         stands: the registrar does not take it back"
    );
    let (word, says) = ending(&report, "C-2");
    // Nobody says whether the registrar takes it back: it is in no batch, and is taken back by that.
    assert_eq!((word, says), ("done", "N-2 is taken back"));
}

#[test]
fn what_came_to_nothing_by_itself_is_not_said_to_be_taken_back() {
    let orders = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,of,scope
L-1,10:00:00,discount_purchase,I-1,000730,,011162,1000.00,,
R-1,10:00:00,discount_purchase,I-1,000730,,011162,1000.00,,
P-1,10:00:00,purchase,I-1,,011162,,1000.00,,
C-1,10:30:00,cancel,,,,,,L-1,
C-2,10:31:00,cancel,,,,,,L-1,conversion
C-3,10:32:00,cancel,,,,,,P-1,
C-4,10:33:00,cancel,,,,,,R-1,
C-5,10:34:00,cancel,,,,,,R-1,conversion
";
    let scenario = "\
[override.L-1]
charge = 'late_declined'
delay_s = 3600
[override.R-1]
buy = 'rejected'
refund = 'refused'
[override.P-1]
cancel = 'refused'
buy_confirmation = 'rejected'
";
    let (store, report) = played_with(orders, scenario);
    for (cancel, says) in [
        ("C-1", "L-1 came to nothing: "),
        ("C-2", "the conversion of L-1 came to nothing: "),
        ("C-3", "P-1 came to nothing: "),
    ] {
        let (word, said) = ending(&report, cancel);
        assert!(word == "not taken back" && said.starts_with(says), "{cancel}: {word}: {said}");
    }
    let why = "the registrar has rejected the money-fund purchase, and the money goes back";
    for cancel in ["C-4", "C-5"] {
        assert_eq!(ending(&report, cancel), ("refused", why));
    }
    let shown = fundflow(store.path(), &["saga", "show", "R-1"]).stdout;
    let shown = String::from_utf8_lossy(&shown);
    assert!(shown.contains("saga abandon R-1") && !shown.contains("saga cancel"), "{shown}");
}
