//! What a person types about an order of a court, on a store that a day was played into.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, golden, transcript};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const DAY: &str = "trade_date = 2026-02-12\nseed = 1\n";
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "fund,date,nav\n";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount
R-1,10:01:00,recharge,I-1,000730,2000.00
";
const PAPER: [&str; 6] =
    ["--source", "court of Futian, 2026-17", "--reason", "served today", "--operator", "li"];

/// 2,000 shares in a wallet.
fn store() -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", DAY),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let played = fundflow(store.path(), &["day", "--no-progress", folder.path().to_str().unwrap()]);
    assert_eq!(played.status.code(), Some(0), "{}", String::from_utf8_lossy(&played.stderr));
    store
}

fn order<'a>(transaction: &'a str, shares: &'a str) -> Vec<&'a str> {
    let what = ["freeze", "order", transaction, "--investor", "I-1", "--fund", "000730"];
    [&what[..], &["--shares", shares, "--cause", "judicial"], &PAPER].concat()
}

fn lift<'a>(transaction: &'a str, order: &'a str) -> Vec<&'a str> {
    [&["freeze", "lift", transaction, "--order", order][..], &PAPER].concat()
}

/// Frozen and available.
fn wallet(store: &Path) -> [String; 2] {
    let shown = fundflow(store, &["wallet", "show", "I-1", "-o", "json"]);
    let rows: Value = serde_json::from_slice(&shown.stdout).unwrap();
    ["frozen", "available"].map(|name| rows[0][name].as_str().unwrap().to_owned())
}

#[test]
fn an_order_is_looked_at_then_done_once_and_lifted_by_its_name() {
    let store = store();
    let apply = |words: Vec<&str>| transcript(store.path(), &[&words[..], &["--apply"]].concat());

    golden("freeze_order_look.txt", &transcript(store.path(), &order("COURT-1", "1500.00")));
    assert_eq!(wallet(store.path()), ["0.00", "2000.00"]);
    golden("freeze_order.txt", &apply(order("COURT-1", "1500.00")));
    assert_eq!(wallet(store.path()), ["1500.00", "500.00"]);
    golden("freeze_order_again.txt", &apply(order("COURT-1", "1500.00")));
    golden("freeze_order_differs.txt", &apply(order("COURT-1", "100.00")));

    golden("freeze_lift_unknown.txt", &apply(lift("LIFT-1", "COURT-2")));
    golden("freeze_lift.txt", &apply(lift("LIFT-1", "COURT-1")));
    assert_eq!(wallet(store.path()), ["0.00", "2000.00"]);
    golden("freeze_lift_twice.txt", &apply(lift("LIFT-2", "COURT-1")));

    let verified = fundflow(store.path(), &["audit", "verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn an_order_on_shares_that_nobody_ever_had_is_refused_and_leaves_its_id_free() {
    let store = store();
    let typed = |investor: &str, fund: &str| {
        let what = ["freeze", "order", "COURT-1", "--investor", investor, "--fund", fund];
        let words =
            [&what[..], &["--shares", "10.00", "--cause", "judicial"], &PAPER, &["--apply"]];
        let said = fundflow(store.path(), &words.concat());
        (said.status.code(), String::from_utf8(said.stderr).unwrap())
    };
    for (investor, fund) in [("I-9", "000730"), ("I-1", "011162")] {
        let (code, said) = typed(investor, fund);
        assert_eq!(code, Some(1), "{said}");
        let never = format!("investor {investor} has never had shares of fund {fund} here");
        assert!(said.contains(&never), "{said}");
    }
    assert_eq!(typed("I-1", "000730").0, Some(0), "the ID was free");
}

/// Whoever leaves on this T is paid a tenth a day: after the days that a folder is played, some is left.
fn huge_for_long() -> String {
    let day = |day: u32| {
        format!("[[huge]]\nfund = \"000730\"\non = \"2026-03-{day:02}\"\npart_per_mille = 100\n")
    };
    let weekend = |day: &u32| matches!(day % 7, 0 | 1);
    (2..=31).filter(|day| !weekend(day)).map(day).collect()
}

#[test]
fn the_register_lets_no_shares_go_that_an_order_froze_between_two_days() {
    let store = store();
    let play = |t: &str, orders: &str, scenario: &str| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("day.toml", format!("trade_date = {t}\nseed = 1\n").as_str()),
            ("investors.csv", INVESTORS),
            ("navs.csv", NAVS),
            ("orders.csv", orders),
            ("scenario.toml", scenario),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
        let said = fundflow(store.path(), &words);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    };
    let leaves = "transaction,time,kind,investor,fund,shares\n\
                  W-1,10:00:00,withdraw,I-1,000730,1000.00\n";
    play("2026-03-02", leaves, &huge_for_long());
    let stage = |tx: &str| {
        let shown = fundflow(store.path(), &["order", "ls", "--transaction", tx, "-o", "json"]);
        let rows: Value = serde_json::from_slice(&shown.stdout).unwrap();
        rows[0]["stage"].as_str().unwrap().to_owned()
    };
    assert_eq!(stage("W-1"), "confirmed in part so far");

    let all = transcript(store.path(), &[&order("COURT-1", "2000.00")[..], &["--apply"]].concat());
    assert!(all.contains("done"), "{all}");
    let buys =
        "transaction,time,kind,investor,fund,amount\nR-2,10:00:00,recharge,I-1,000730,10.00\n";
    play("2026-03-25", buys, "");
    let shown = fundflow(store.path(), &["order", "ls", "--transaction", "W-1"]);
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(stage("W-1") == "partly confirmed" && shown.contains("frozen"), "{shown}");
    let file = store.path().join("exchange/2026-03-25/in/OFD_05_305_20260326_05.TXT");
    let shown = fundflow(store.path(), &["file", "show", file.to_str().unwrap(), "-o", "json"]);
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.contains("\"TotalFrozenVol\":\"1358.70\""), "{shown}");
    let verified = fundflow(store.path(), &["audit", "verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn all_nines_beside_another_order_freeze_everything_that_is_there() {
    let store = store();
    let apply = |words: Vec<&str>| transcript(store.path(), &[&words[..], &["--apply"]].concat());
    apply(order("PLEDGE", "1.00"));
    let all = "99999999999999.99";
    assert!(apply(order("COURT", all)).contains("done"));
    assert_eq!(wallet(store.path()), [all, "0.00"]);
    apply(lift("LIFT", "PLEDGE"));
    assert_eq!(wallet(store.path()), [all, "0.00"]);
}

/// The register's own freeze of 1,800 and the order's 500 are 2,000, all that there are: nobody knows whose they are.
#[test]
fn a_lifted_order_frees_nothing_of_what_the_register_said_until_its_next_statement() {
    let store = store();
    let play = |t: &str, name: &str| {
        let folder = tempfile::tempdir().unwrap();
        let frozen = "[[frozen]]\ninvestor = \"I-1\"\nfund = \"000730\"\nshares = \"1800.00\"\n\
                      from = \"2026-03-02\"\n";
        let buys = format!(
            "transaction,time,kind,investor,fund,amount\n{name},10:00:00,recharge,I-1,000730,1.00\n"
        );
        let day = format!("trade_date = {t}\nseed = 1\n");
        for (name, text) in [
            ("day.toml", &*day),
            ("investors.csv", INVESTORS),
            ("navs.csv", NAVS),
            ("orders.csv", &buys),
            ("scenario.toml", frozen),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
        let said = fundflow(store.path(), &words);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    };
    let apply = |words: Vec<&str>| transcript(store.path(), &[&words[..], &["--apply"]].concat());
    apply(order("PLEDGE", "500.00"));
    play("2026-03-02", "R-2");
    assert_eq!(wallet(store.path())[1], "0.00");
    let lifted = apply(lift("LIFT", "PLEDGE"));
    assert!(lifted.contains("wallet.shares_frozen"), "{lifted}");
    assert_eq!(wallet(store.path())[1], "0.00");
    play("2026-03-03", "R-3");
    assert_eq!(wallet(store.path())[0], "1800.00");
    let verified = fundflow(store.path(), &["audit", "verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}
