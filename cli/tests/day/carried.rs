//! A huge redemption that is carried over day after day: each portion is paid by itself, on the pay day of its own
//! T. And the same in stores of an earlier program, which paid what was left in one sum (`stores/carried-over`).

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{copy, fundflow};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount,shares,on_huge
R-1,10:00:00,recharge,I-1,000730,1000.00,,
P-1,10:00:00,purchase,I-1,011162,5000.00,,
W,2026-03-03T10:00:00+08:00,withdraw,I-1,000730,,1000.00,
S,2026-03-03T10:00:00+08:00,redemption,I-1,011162,,1000.00,carry_over
";
/// The days on which both funds pay four tenths; on the second one in two records.
const HUGE: [(&str, &str); 4] =
    [("2026-03-03", ""), ("2026-03-04", "in_two = true\n"), ("2026-03-05", ""), ("2026-03-06", "")];
const NAVS: &str = "\
fund,date,nav
011162,2026-03-02,0.7000
011162,2026-03-03,0.7000
011162,2026-03-04,0.7100
011162,2026-03-05,0.7200
011162,2026-03-06,0.7300
011162,2026-03-09,0.7400
";
/// Written by the program before this one, and killed between two portions of `W-1` and `S-2`; `S-1` was paid in
/// four sums, of which the last is two portions'.
const EARLIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stores/carried-over");

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    let complaint = String::from_utf8_lossy(&said.stderr);
    serde_json::from_slice(&said.stdout).unwrap_or_else(|no| panic!("{words:?}: {no}: {complaint}"))
}

/// Twice, of which the second time adds nothing; then the audit.
fn play(store: &Path, folder: &Path) {
    let words = ["day", "--no-progress", folder.to_str().unwrap()];
    for _ in 0..2 {
        let said = fundflow(store, &words);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
    assert_eq!(json(store, &words)["events_added"], 0);
    is_sound(store);
}

fn is_sound(store: &Path) {
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    assert_eq!(json(store, &["case", "ls"]), Value::Array(Vec::new()));
}

/// Of each payout of a transaction, without its name: number, yuan, and the day on which it was asked for and is due.
fn payouts(store: &Path, transaction: &str) -> Vec<String> {
    let asked = json(store, &["event", "ls", "--type", "payout.requested"]);
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let one = |it: &Value| {
        let (at, said) = (text(it, "recorded_at"), &it["data"]);
        let no = text(said, "no");
        let no = no.strip_prefix(transaction)?.strip_prefix(".redeem.")?.to_owned();
        assert_eq!(at[..10], text(said, "due"), "{it}");
        Some(format!("{no} {} {}", text(said, "amount"), text(said, "due")))
    };
    asked.as_array().unwrap().iter().filter_map(one).collect()
}

/// What arrived, by transaction.
fn paid(store: &Path) -> BTreeMap<String, rust_decimal::Decimal> {
    let mut paid = BTreeMap::new();
    for it in json(store, &["event", "ls", "--type", "payout.paid_out"]).as_array().unwrap() {
        let transaction = it["data"]["no"].as_str().unwrap().split('.').next().unwrap().to_owned();
        let amount: rust_decimal::Decimal = it["data"]["amount"].as_str().unwrap().parse().unwrap();
        *paid.entry(transaction).or_default() += amount;
    }
    paid
}

#[test]
fn each_portion_of_a_redemption_and_of_a_withdrawal_is_paid_on_the_day_of_its_own_t() {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let huge = |(on, more): (&str, &str)| {
        let of = |fund: &str| {
            format!("[[huge]]\nfund = \"{fund}\"\non = \"{on}\"\npart_per_mille = 400\n{more}")
        };
        of("000730") + &of("011162")
    };
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-02\nseed = 1\n".to_owned()),
        ("investors.csv", INVESTORS.to_owned()),
        ("navs.csv", NAVS.to_owned()),
        ("orders.csv", ORDERS.to_owned()),
        ("scenario.toml", HUGE.map(huge).concat()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    play(store.path(), folder.path());

    // T+3; part2 and part3 are of one T. 1.5 % of each is for leaving at once.
    assert_eq!(
        payouts(store.path(), "S"),
        [
            "out 275.80 2026-03-06",
            "part2.out 167.84 2026-03-09",
            "part3.out 100.71 2026-03-09",
            "part4.out 61.28 2026-03-10",
            "part5.out 37.27 2026-03-11",
            "part6.out 57.11 2026-03-12",
        ]
    );
    // T+1.
    assert_eq!(
        payouts(store.path(), "W"),
        [
            "out 400.00 2026-03-04",
            "part2.out 240.00 2026-03-05",
            "part3.out 144.00 2026-03-05",
            "part4.out 86.40 2026-03-06",
            "part5.out 51.84 2026-03-09",
            "part6.out 77.76 2026-03-10",
        ]
    );
    for (transaction, state) in [("S", "completed"), ("W", "paid out")] {
        assert_eq!(json(store.path(), &["saga", "show", transaction])["state"], state);
    }
    assert_eq!(paid(store.path())["W"], rust_decimal::Decimal::from(1000));
}

#[test]
fn what_an_earlier_program_began_is_sound_goes_on_and_is_paid_once() {
    let store = tempfile::tempdir().unwrap();
    copy(Path::new(EARLIER), store.path());
    is_sound(store.path());
    let in_one_sum = [
        "out 276.98 2026-03-06",
        "part2.out 166.43 2026-03-09",
        "part3.out 100.00 2026-03-10",
        "part4.out 151.28 2026-03-11",
    ];
    assert_eq!(payouts(store.path(), "S-1"), in_one_sum);
    assert_eq!(payouts(store.path(), "S-2"), ["out 282.66 2026-03-17"]);
    assert_eq!(payouts(store.path(), "W-1"), [""; 0]);

    play(store.path(), &store.path().join("next"));
    assert_eq!(payouts(store.path(), "S-1"), in_one_sum);
    assert_eq!(
        payouts(store.path(), "S-2"),
        [
            "out 282.66 2026-03-17",
            "part2.out 169.84 2026-03-18",
            "part3.out 102.33 2026-03-19",
            "part4.out 61.49 2026-03-20",
            "part5.out 92.35 2026-03-23",
        ]
    );
    // It stays on the table on which it began.
    assert_eq!(payouts(store.path(), "W-1"), ["out 1000.00 2026-03-19"]);
    let paid: Vec<String> = paid(store.path()).into_values().map(|it| it.to_string()).collect();
    assert_eq!(paid, ["694.69", "708.67", "1000.00"]);
}
