//! Shares that the register took and that are not there, over two days: what the investor brings on the
//! second one books them, and nobody does anything for that.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-0,A-0,C5,2027-01-31,verified,2035-06-30,yes,individual
";
/// 100.00 shares are asked for, and the registrar transfers 10,000.00 of the 6,000.00 that there are.
const FIRST: &str = "\
transaction,time,kind,investor,fund,amount,shares
R-0,10:00:00,recharge,I-0,000730,6000.00,
F-0,2026-02-13T10:00:00+08:00,fast_withdraw,I-0,000730,,100.00
";
const SECOND: &str = "\
transaction,time,kind,investor,fund,amount,shares
W-1,10:00:00,withdraw,I-0,000730,,1.00
R-1,10:01:00,recharge,I-0,000730,4500.00,
W-2,2026-02-27T10:00:00+08:00,withdraw,I-0,000730,,500.00
W-3,2026-02-27T10:01:00+08:00,withdraw,I-0,000730,,0.01
";

fn play(store: &Path, trade_date: &str, orders: &str, scenario: &str) -> String {
    let day = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", &*format!("trade_date = {trade_date}\nseed = 1\n")),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n"),
        ("orders.csv", orders),
        ("scenario.toml", scenario),
    ] {
        fs::write(day.path().join(name), text).unwrap();
    }
    let said = fundflow(store, &["day", "--no-progress", day.path().to_str().unwrap()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

fn json(store: &Path, args: &[&str]) -> Value {
    serde_json::from_slice(&fundflow(store, &[args, &["-o", "json"]].concat()).stdout).unwrap()
}

fn done(store: &Path, args: &[&str]) {
    let by = ["--reason", "the registrar was asked", "--operator", "chen", "--apply"];
    let said = fundflow(store, &[args, &by[..]].concat());
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[track_caller]
fn nothing_is_wrong(store: &Path) {
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

/// As it stands after the first day, given up by a person.
fn lacking() -> tempfile::TempDir {
    let at = tempfile::tempdir().unwrap();
    let store = at.path();
    play(store, "2026-02-12", FIRST, "[override.F-0]\ntransfer_confirmation = \"wrong_shares\"\n");
    let case = json(store, &["case", "ls"])[0]["case"].as_str().unwrap().to_owned();
    done(store, &["case", "close", &case, "--how", "accepted"]);
    nothing_is_wrong(store);
    let ends = ["--disposition", "repayment=refund", "--disposition", "missing=manual"];
    done(store, &[&["saga", "abandon", "F-0"], &ends[..]].concat());
    nothing_is_wrong(store);
    let wallet = &json(store, &["wallet", "ls"])[0];
    assert_eq!(wallet["available"], "0.00", "the register took more than there is: {wallet:#}");
    at
}

fn missing(store: &Path) -> Value {
    let cases = json(store, &["case", "ls"]);
    let mut all = cases.as_array().unwrap().iter();
    all.find(|it| it["kind"] == "shares_missing").unwrap().clone()
}

#[test]
fn what_the_investor_brings_on_the_next_day_books_what_is_missing_without_anybody() {
    let at = lacking();
    let store = at.path();
    assert_eq!(missing(store)["open"], true);
    let said = play(store, "2026-02-26", SECOND, "");
    nothing_is_wrong(store);

    // Nothing but what is left of it could be withdrawn, and only after it had come.
    let (out, refused) = (said.lines().find(|it| it.contains("paid out")), "  refused  ");
    assert!(out.is_some_and(|line| line.contains("W-2")), "{said}");
    assert_eq!(said.lines().filter(|it| it.contains(refused)).count(), 2, "{said}");
    let wallet = &json(store, &["wallet", "ls"])[0];
    assert_eq!((&wallet["in_dispute"], &wallet["available"]), (&"0.00".into(), &"0.00".into()));
    assert_eq!(missing(store)["open"], false, "{:#}", missing(store));
    let shown = fundflow(store, &["saga", "show", "F-0"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(!shown.contains("missing)"), "{shown}");
    assert_eq!(json(store, &["saga", "ls", "--open"]).as_array().unwrap().len(), 0);
    let by_chen = json(store, &["event", "ls"]);
    let mut by_chen = by_chen.as_array().unwrap().iter().rev();
    let last = by_chen.find(|it| it["actor"] == "operator:chen");
    assert!(last.unwrap()["event_type"] == "fast_withdraw.abandoned");
}

#[test]
fn whoever_settles_it_by_hand_frees_what_comes_after() {
    let at = lacking();
    let store = at.path();
    let case = missing(store)["case"].as_str().unwrap().to_owned();
    done(store, &["case", "close", &case, "--how", "manual", "--text", "paid for in cash"]);
    nothing_is_wrong(store);
    let wallet = &json(store, &["wallet", "ls"])[0];
    assert_eq!(wallet["available"], "5900.00", "{wallet:#}");
    let said = play(store, "2026-02-26", SECOND, "");
    nothing_is_wrong(store);
    assert!(!said.contains("refused"), "{said}");
    assert_eq!(json(store, &["wallet", "ls"])[0]["available"], "9898.99");
}
