//! Days in a row on which more leaves a fund than it can pay: what one leaves meets the ratio of the next.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount,shares,on_huge
R-1,10:00:00,recharge,I-1,000730,1000.00,,
P-1,10:00:00,purchase,I-1,011162,5000.00,,
P-2,10:00:00,purchase,I-2,011162,5000.00,,
W,2026-03-03T10:00:00+08:00,withdraw,I-1,000730,,1000.00,
S,2026-03-03T10:00:00+08:00,redemption,I-1,011162,,1000.00,carry_over
C,2026-03-03T10:00:00+08:00,redemption,I-2,011162,,1000.00,cancel
";
/// The second day costs less, and each record has the price of its own.
const NAVS: [(&str, &str); 6] = [
    ("2026-03-02", "0.7421"),
    ("2026-03-03", "0.7421"),
    ("2026-03-04", "0.7000"),
    ("2026-03-05", "0.7500"),
    ("2026-03-06", "0.7600"),
    ("2026-03-09", "0.7700"),
];

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    let complaint = String::from_utf8_lossy(&said.stderr);
    serde_json::from_slice(&said.stdout).unwrap_or_else(|no| panic!("{words:?}: {no}: {complaint}"))
}

/// The shares of each record, in their order.
fn left(store: &Path, transaction: &str) -> Vec<String> {
    let orders = json(store, &["order", "ls", "--transaction", transaction]);
    let order = orders[0]["order"].as_str().unwrap();
    let shown = json(store, &["order", "show", order]);
    let records = shown["confirmations"].as_array().unwrap().iter();
    let one = |it: &Value| {
        let it = &it["outcome"];
        let left = [&it["redemption"]["shares"], &it["conversion"]["shares_out"]];
        left.into_iter().find_map(Value::as_str).unwrap().to_owned()
    };
    records.map(one).collect()
}

#[test]
fn three_huge_days_in_a_row_are_carried_until_nothing_is_left() {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let huge = |on: &str| {
        let of = |fund: &str| {
            format!("[[huge]]\nfund = \"{fund}\"\non = \"{on}\"\npart_per_mille = 400\n")
        };
        of("000730") + &of("011162")
    };
    let navs = NAVS.map(|(day, nav)| format!("011162,{day},{nav}\n"));
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-02\nseed = 1\n".to_owned()),
        ("investors.csv", INVESTORS.to_owned()),
        ("navs.csv", format!("fund,date,nav\n{}", navs.concat())),
        ("orders.csv", ORDERS.to_owned()),
        ("scenario.toml", ["2026-03-03", "2026-03-04", "2026-03-05"].map(huge).concat()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    for _ in 0..2 {
        let said = fundflow(store.path(), &words);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
    for (transaction, state, records) in [
        ("W", "paid out", &["400.00", "240.00", "144.00", "216.00"][..]),
        ("S", "completed", &["400.00", "240.00", "144.00", "216.00"]),
        ("C", "completed", &["400.00"]),
    ] {
        let shown = json(store.path(), &["saga", "show", transaction]);
        assert_eq!(shown["state"], state, "{shown:#}");
        assert_eq!(left(store.path(), transaction), records, "{transaction}");
    }
    let orders = json(store.path(), &["order", "ls"]);
    let row = |order: &str| {
        let mut all = orders.as_array().unwrap().iter();
        all.find(|it| it["order"] == order).unwrap().clone()
    };
    let redeemed = row("S.redeem");
    assert_eq!(redeemed["confirmed_shares"], "1000.00");
    // 400 at 0.7421, 240 at 0.70, 144 at 0.75 and 216 at 0.76 yuan; 1.5 % of each day for leaving at once.
    let confirmed = &redeemed["confirmed"];
    let names =
        ["shares_out", "payout", "fee", "income"].map(|name| confirmed[name].as_str().unwrap());
    assert_eq!(names, ["1000.00", "725.95", "11.05", "0.00"]);
    let bought = row("P-1.buy");
    assert_eq!(bought["confirmed"]["accepted"], "5000.00", "{bought:#}");
    let listed = String::from_utf8(fundflow(store.path(), &["order", "ls"]).stdout).unwrap();
    assert!(listed.contains("1000.00 shares for 725.95 yuan"), "{listed}");
    let cases = json(store.path(), &["case", "ls"]);
    assert_eq!(cases.as_array().unwrap().len(), 0, "{cases:#}");
    let audit = fundflow(store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}
