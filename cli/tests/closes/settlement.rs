//! What the channel and funds owe us of a day that is played: settled on the next trading day, or a case says why.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
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
R-2,10:02:00,recharge,I-1,000730,500.50
";
const CHANNEL: &str = "channel.2026-02-12";

/// Two recharges of T 12 February, confirmed on the 13th.
fn played(scenario: &str) -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", DAY),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let played = fundflow(store.path(), &["day", "--no-progress", folder.path().to_str().unwrap()]);
    assert_eq!(played.status.code(), Some(0), "{}", String::from_utf8_lossy(&played.stderr));
    store
}

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    let errors = String::from_utf8_lossy(&said.stderr).into_owned();
    assert_eq!(said.status.code(), Some(0), "{words:?}: {errors}");
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Of that settlement: net, moved, remains, and whether a case is open.
fn stands(store: &Path, settlement: &str) -> (String, String, String, bool) {
    let row = json(store, &["settlement", "show", settlement]);
    let word = |name: &str| row[name].as_str().unwrap().to_owned();
    (word("net"), word("moved"), word("remains"), row["case"].is_string())
}

fn says(store: &Path, invariant: &str) -> Value {
    let verdicts = json(store, &["ledger", "check"]);
    verdicts.as_array().unwrap().iter().find(|it| it["invariant"] == invariant).unwrap().clone()
}

fn sums(net: &str, moved: &str, remains: &str, case: bool) -> (String, String, String, bool) {
    (net.into(), moved.into(), remains.into(), case)
}

#[test]
fn what_the_channel_collected_is_settled_on_the_next_trading_day() {
    let store = played("");
    let expected = sums("2500.50", "2500.50", "0.00", false);
    assert_eq!(stands(store.path(), CHANNEL), expected);
    let trial = json(store.path(), &["ledger", "trial-balance"]);
    let classes: Vec<&str> =
        trial.as_array().unwrap().iter().map(|row| row["class"].as_str().unwrap()).collect();
    assert!(!classes.contains(&"A:CHANNEL:RECV"), "{trial}");
    let channel = says(store.path(), "I9");
    assert_eq!(
        (channel["is_checked"].as_bool(), channel["breaks"].as_array().unwrap().len()),
        (Some(true), 0)
    );
    // The fund is paid what the registrar confirmed.
    let fund = stands(store.path(), "fund.000730.2026-02-12");
    assert_eq!(fund, sums("-2500.50", "-2500.50", "0.00", false));
    assert_eq!(
        json(store.path(), &["settlement", "due", "--date", "2026-02-13"]),
        Value::Array(vec![])
    );
}

#[test]
fn what_goes_wrong_with_the_channels_money_has_a_case() {
    for (fate, moved, remains) in [
        ("short", "2250.45", "250.05"),
        ("doubled", "5001.00", "-2500.50"),
        ("wrong", "2500.51", "-0.01"),
    ] {
        let store = played(&format!("[settlement]\nper_mille = {{ {fate} = 1000 }}\n"));
        let expected = sums("2500.50", moved, remains, true);
        assert_eq!(stands(store.path(), CHANNEL), expected, "{fate}");
    }
}

#[test]
fn what_moved_settles_the_oldest_money_under_way_and_what_is_left_keeps_its_day() {
    for (fate, since, amount) in
        [("short", "2026-02-12", "250.05"), ("doubled", "2026-02-13", "-2500.50")]
    {
        let store = played(&format!("[settlement]\nper_mille = {{ {fate} = 1000 }}\n"));
        let rows = json(store.path(), &["ledger", "in-flight"]);
        let all = rows.as_array().unwrap().iter();
        let of_channel: Vec<(&str, &str)> = all
            .filter(|row| row["leg"] == "A:CHANNEL:RECV")
            .map(|row| (row["since"].as_str().unwrap(), row["amount"].as_str().unwrap()))
            .collect();
        assert_eq!(of_channel, [(since, amount)], "{fate}: {rows}");
    }
}

#[test]
fn the_rest_of_what_was_short_comes_with_a_statement_that_is_recorded_once() {
    let store = played("[settlement]\nper_mille = { short = 1000 }\n");
    let file = store.path().join("bank.csv");
    let line = format!("{CHANNEL},B-9,in,250.05,2026-02-24\n");
    fs::write(&file, format!("settlement,serial,way,amount,booked_on\n{line}")).unwrap();
    let file = file.to_str().unwrap();
    let look = fundflow(store.path(), &["settlement", "record", file]);
    assert_eq!(look.status.code(), Some(0), "{}", String::from_utf8_lossy(&look.stderr));
    assert_eq!(stands(store.path(), CHANNEL).2, "250.05", "a look changes nothing");
    for _ in 0..2 {
        let done = fundflow(store.path(), &["settlement", "record", file, "--apply"]);
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(stands(store.path(), CHANNEL), sums("2500.50", "2500.50", "0.00", false));
    }
}

#[test]
fn a_settlement_that_is_not_there_and_a_statement_that_says_nothing_are_named() {
    let store = played("");
    let unknown = fundflow(store.path(), &["settlement", "show", "channel.2026-02-11"]);
    assert_ne!(unknown.status.code(), Some(0));
    let file = store.path().join("bank.csv");
    fs::write(&file, "settlement,serial,way,amount,booked_on\nbank,1,in,1.00,2026-02-13\n")
        .unwrap();
    let bad = fundflow(store.path(), &["settlement", "record", file.to_str().unwrap(), "--apply"]);
    assert_eq!(bad.status.code(), Some(2), "{}", String::from_utf8_lossy(&bad.stderr));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("line 2"));
}

/// The clearing's own events, by type.
fn clearing(store: &Path) -> Vec<String> {
    let all = json(store, &["event", "ls", "--limit", "100000"]);
    let of_it = |it: &&Value| it["stream"] == format!("clearing-clear.{CHANNEL}").as_str();
    let types = all.as_array().unwrap().iter().filter(of_it);
    types.map(|it| it["event_type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_clearing_goes_on_when_a_person_closes_the_case_on_what_remains() {
    let store = played("[settlement]\nper_mille = { short = 1000 }\n");
    let shown = json(store.path(), &["settlement", "show", CHANNEL]);
    let case = shown["case"].as_str().unwrap();
    assert!(!clearing(store.path()).contains(&"clearing.completed".to_owned()));
    let close = ["case", "close", case, "--how", "manual", "--text", "the bank paid it in cash"];
    let close = [&close[..], &["--reason", "receipt 17", "--operator", "chen"]].concat();

    let look = fundflow(store.path(), &close);
    assert_eq!(look.status.code(), Some(0), "{}", String::from_utf8_lossy(&look.stderr));
    assert!(stands(store.path(), CHANNEL).3, "a look changes nothing");

    let done = fundflow(store.path(), &[&close[..], &["--apply"]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(clearing(store.path()).last().map(String::as_str), Some("clearing.completed"));
    let (_, _, remains, is_open) = stands(store.path(), CHANNEL);
    assert_eq!((remains.as_str(), is_open), ("0.00", false));
    // The other side of it is in the firm's own ledger, and nothing is left that nobody knows of.
    let trial = json(store.path(), &["ledger", "trial-balance"]);
    let by_hand = trial.as_array().unwrap().iter().find(|row| row["class"] == "A:SETTLE:BYHAND");
    assert_eq!(by_hand.unwrap()["debit"], "250.05", "{trial}");
    assert_eq!(says(store.path(), "I9")["breaks"].as_array().unwrap().len(), 0);
}
