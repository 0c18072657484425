//! What a person types about the trading calendar, before and after a day was played into the store. The days of 2027
//! here are made up.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path, process::Output};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-11-30,verified,2035-06-30,yes,individual
";
const HEAD: &str =
    "version = \"made-up-2027\"\nsource = \"notice 2026-99, made up\"\nnotice_date = 2026-11-02\n";
const YEAR: &str = "[year]\nyear = 2027\nclosed = [\n\"2027-01-01\",\n\"2027-02-08\",\n\"2027-02-09\",\n\"2027-02-10\",\n\"2027-02-11\",\n\"2027-02-12\",\n]\n";

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn file(text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.toml");
    fs::write(&path, text).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

fn calendar(store: &Path, verb: &str, text: &str) -> Output {
    let (_folder, path) = file(text);
    let why: &[&str] = &["--reason", "the notice was read", "--operator", "li"];
    let why = if verb == "extend" { why } else { &[] };
    fundflow(store, &[&["calendar", verb, &path], why].concat())
}

fn shown(store: &Path) -> Value {
    let shown = fundflow(store, &["calendar", "show", "-o", "json"]);
    assert_eq!(code(&shown), 0, "{}", err(&shown));
    serde_json::from_slice(&shown.stdout).unwrap()
}

/// One recharge of that T.
fn day(store: &Path, t: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let orders = "transaction,time,kind,investor,fund,amount\n";
    let order = format!("R-{t},10:01:00,recharge,I-1,000730,2000.00\n");
    for (name, text) in [
        ("day.toml", format!("trade_date = {t}\nseed = 1\n")),
        ("investors.csv", INVESTORS.to_owned()),
        ("navs.csv", "fund,date,nav\n".to_owned()),
        ("orders.csv", format!("{orders}{order}")),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fundflow(store, &["day", "--no-progress", folder.path().to_str().unwrap()])
}

#[test]
fn a_further_year_is_checked_added_once_and_its_days_are_played() {
    let store = tempfile::tempdir().unwrap();
    let first = day(store.path(), "2026-12-29");
    assert_eq!(code(&first), 0, "{}", err(&first));
    let ends = "warning: the trading calendar xshg-2026 ends on 2026-12-31, in 2 days";
    assert!(err(&first).contains(ends), "{}", err(&first));
    assert_eq!(code(&day(store.path(), "2027-01-05")), 1, "no such day is known yet");

    let text = format!("{HEAD}{YEAR}");
    let checked = calendar(store.path(), "check", &text);
    assert_eq!((code(&checked), err(&checked)), (0, String::new()));
    assert!(
        out(&checked).starts_with("calendar made-up-2027: can be added\n"),
        "{}",
        out(&checked)
    );
    assert!(out(&checked).contains("2027: 0 trading days before, 255 after"), "{}", out(&checked));
    assert_eq!(shown(store.path())["version"], "xshg-2026", "a look changes nothing");

    let added = calendar(store.path(), "extend", &text);
    assert_eq!(code(&added), 0, "{}", err(&added));
    assert!(out(&added).starts_with("calendar made-up-2027: added\n"), "{}", out(&added));
    let again = calendar(store.path(), "extend", &text);
    assert_eq!(code(&again), 0, "{}", err(&again));
    assert!(out(&again).contains("was added before; nothing is to be done"), "{}", out(&again));
    let other = calendar(store.path(), "extend", &text.replace("\"2027-02-12\",\n", ""));
    assert_eq!(code(&other), 3);
    assert!(
        err(&other).contains("version = made-up-2027: version made-up-2027 is there already"),
        "{}",
        err(&other)
    );

    let known = shown(store.path());
    assert_eq!(known["version"], "made-up-2027");
    assert_eq!(known["last"], "2027-12-31");
    assert_eq!(known["ends_soon"], false);
    assert_eq!(known["versions"][1]["by"], "li");
    assert_eq!(known["versions"][1]["source"], "notice 2026-99, made up");
    let table = fundflow(store.path(), &["calendar", "show"]);
    assert!(out(&table).contains("2027, 6 weekdays closed"), "{}", out(&table));

    let played = day(store.path(), "2027-01-05");
    assert_eq!(code(&played), 0, "{}{}", out(&played), err(&played));
    assert!(!err(&played).contains("warning"), "{}", err(&played));
    let wallet = fundflow(store.path(), &["wallet", "show", "I-1", "-o", "json"]);
    let wallet: Value = serde_json::from_slice(&wallet.stdout).unwrap();
    assert_eq!(wallet[0]["available"], "4000.00");
    let verified = fundflow(store.path(), &["audit", "verify"]);
    assert_eq!(code(&verified), 0, "{}", out(&verified));
}

#[test]
fn a_year_can_be_added_before_anything_has_happened_in_the_store() {
    let store = tempfile::tempdir().unwrap();
    assert_eq!(shown(store.path())["versions"].as_array().unwrap().len(), 1);
    let added = calendar(
        store.path(),
        "extend",
        &format!("{HEAD}{YEAR}").replace("2026-11-02", "2026-01-05"),
    );
    assert_eq!(code(&added), 0, "{}", err(&added));
    assert!(out(&added).contains("no open saga moves"), "{}", out(&added));
    assert_eq!(code(&day(store.path(), "2027-03-02")), 0);
}

#[test]
fn every_mistake_of_a_file_is_named_with_its_line_and_key_and_nothing_changes() {
    let store = tempfile::tempdir().unwrap();
    assert_eq!(code(&day(store.path(), "2026-12-01")), 0);
    let days = |closed: &str| format!("{HEAD}[days]\nclosed = [{closed}]\nopened = []\n");
    for (text, said) in [
        (
            format!("{HEAD}{}", YEAR.replace("2027", "2029")),
            "calendar.toml:5: year.year = 2029: leaves a gap",
        ),
        (
            format!("{HEAD}{}", YEAR.replace("2027", "2026")),
            "calendar.toml:5: year.year = 2026: is known",
        ),
        (
            format!("{HEAD}{}", YEAR.replace("\"2027-02-09\"", "\"2027-02-08\"")),
            "calendar.toml:9: year.closed[2] = 2027-02-08: does not come after 2027-02-08",
        ),
        (
            format!("{HEAD}{}", YEAR.replace("\"2027-02-12\"", "\"2027-02-13\"")),
            "calendar.toml:12: year.closed[5] = 2027-02-13: is a Saturday or Sunday",
        ),
        (
            format!("{HEAD}{}", YEAR.replace("\"2027-02-12\"", "\"2027-02-30\"")),
            "calendar.toml:12: year.closed[5] = 2027-02-30: write a date of the calendar as YYYY-MM-DD",
        ),
        (
            format!("{HEAD}[year]\nyear = 2027\nclosed = []\n"),
            "calendar.toml:5: year.year = 2027: would have 261",
        ),
        // T 2026-12-01 was played to its end.
        (
            days("\"2026-12-01\""),
            "calendar.toml:5: days.closed[0] = 2026-12-01: was a T whose cut-off",
        ),
        (days("\"2026-10-01\""), "calendar.toml:5: days.closed[0] = 2026-10-01: is closed already"),
        (
            days("\"2027-10-01\""),
            "calendar.toml:5: days.closed[0] = 2027-10-01: is outside of 1990-12-19",
        ),
        (days(""), "calendar.toml:4: days: name no day"),
        (HEAD.to_owned(), "year: write either a table [year]"),
        (format!("{HEAD}{YEAR}colour = 1\n"), "year.colour = 1: is not a key here"),
        (HEAD.trim_end().to_owned(), "calendar.toml:3: the file ends within this line"),
    ] {
        for verb in ["check", "extend"] {
            let refused = calendar(store.path(), verb, &text);
            assert_eq!(code(&refused), 3, "{verb} {text}: {}", err(&refused));
            assert!(err(&refused).contains(said), "{verb} {said}: {}", err(&refused));
            assert!(err(&refused).ends_with("nothing was changed\n"), "{}", err(&refused));
        }
    }
    assert_eq!(shown(store.path())["versions"].as_array().unwrap().len(), 1);
}
