//! A registrar's files that are late, not all there, damaged, or sent again: the day-cut waits, calls a person with the
//! file and what to do, and goes on by itself when they come.

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
transaction,time,kind,investor,fund,amount
P-1,10:01:00,purchase,I-1,011162,100.00
R-1,10:02:00,recharge,I-1,000730,300.00
";
const MORNING: &str = "2026-02-13T08:30:00+08:00";
const AFTERNOON: &str = "2026-02-13T16:00:00+08:00";

fn folder(scenario: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n"),
        ("orders.csv", ORDERS),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn play(folder: &Path, store: &Path) -> String {
    let said = fundflow(store, &["day", "--no-progress", folder.to_str().unwrap()]);
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

/// The answers as the day-cut has them: state, since when, and why not.
fn confirmations(store: &Path) -> (String, String, String) {
    let status = ["day-cut", "status", "--date", "2026-02-12", "-o", "json"];
    let cuts: Value = serde_json::from_slice(&fundflow(store, &status).stdout).unwrap();
    let job = &cuts[0]["jobs"][3];
    assert_eq!(job["job"], "confirmations");
    let text = |name: &str| job[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("at"), text("why"))
}

/// Types of the day-cut's events.
fn events(store: &Path) -> Vec<String> {
    let all = fundflow(store, &["event", "ls", "--limit", "10000", "-o", "json"]);
    let all: Value = serde_json::from_slice(&all.stdout).unwrap();
    let of_cut = |it: &&Value| it["stream"] == "day_cut-cut.05.2026-02-12";
    let of_cut = all.as_array().unwrap().iter().filter(of_cut);
    of_cut.map(|it| it["event_type"].as_str().unwrap().to_owned()).collect()
}

fn is_in_order(store: &Path) {
    for words in [&["audit", "verify"][..], &["ledger", "check"]] {
        let said = fundflow(store, words);
        assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stdout));
    }
    let cases = fundflow(store, &["case", "ls", "-o", "json"]);
    let cases: Value = serde_json::from_slice(&cases.stdout).unwrap();
    assert_eq!(cases, Value::Array(Vec::new()), "nothing breaks because files come late");
}

fn scenario(come: &str, until: &str) -> String {
    format!("[[answers]]\nregistrar = \"05\"\non = 2026-02-12\ncome = \"{come}\"\n{until}\n")
}

#[test]
fn files_that_are_not_whole_in_the_morning_are_read_when_they_come() {
    for (come, since, calls, note) in [
        ("late", AFTERNOON, true, None),
        ("in_part", AFTERNOON, true, Some("OFD_05_305_20260213_05.TXT: it is not there")),
        ("damaged", AFTERNOON, true, Some("the index names damaged files")),
        ("damaged_index", AFTERNOON, true, Some("the last line must be OFDCFEND")),
        ("repeated", MORNING, false, None),
        (
            "changed",
            MORNING,
            false,
            Some("OFD_05_305_20260213_04.TXT was read and has other bytes"),
        ),
    ] {
        let folder = folder(&scenario(come, &format!("until = \"{AFTERNOON}\"")));
        let store = tempfile::tempdir().unwrap();
        let said = play(folder.path(), store.path());
        let is_noted =
            said.contains("note: the answers of registrar 05 for 2026-02-12 are not read");
        assert_eq!(is_noted, note.is_some() && calls, "{come}: {said}");
        assert!(note.is_none_or(|note| said.contains(note)), "{come}: {said}");
        let (state, at, why) = confirmations(store.path());
        assert_eq!((&*state, &*at, &*why), ("done", since, ""), "{come}");
        let events = events(store.path());
        let parked = events.iter().filter(|it| *it == "day_cut.parked").count();
        assert_eq!(parked, usize::from(calls), "{come}: {events:?}");
        assert_eq!(events.last().map(String::as_str), Some("day_cut.completed"), "{come}");
        is_in_order(store.path());
        let before = events.len();
        play(folder.path(), store.path());
        assert_eq!(self::events(store.path()).len(), before, "{come}: played twice");
    }
}

#[test]
fn files_that_never_come_wait_for_a_person_until_somebody_brings_them() {
    let folder = folder(&scenario("late", ""));
    let store = tempfile::tempdir().unwrap();
    play(folder.path(), store.path());
    let (state, _, why) = confirmations(store.path());
    assert_eq!(state, "parked");
    let says = "exchange/2026-02-12/in: the registrar has not sent its answers; ask it for them";
    assert!(why.contains(says), "{why}");

    let day = store.path().join("exchange/2026-02-12");
    fs::create_dir_all(day.join("in")).unwrap();
    for entry in fs::read_dir(day.join("withheld")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), day.join("in").join(entry.file_name())).unwrap();
    }
    play(folder.path(), store.path());
    assert_eq!(confirmations(store.path()).0, "done");
    let events = events(store.path());
    assert_eq!(events.last().map(String::as_str), Some("day_cut.completed"), "{events:?}");
    is_in_order(store.path());
}
