//! A store of an earlier program, in which recharges have the names of a register's statements and of
//! incomes (`stores/names-taken`): what is to be booked under them is booked all the same.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{copy, fundflow};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};
use tempfile::TempDir;

const EARLIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stores/names-taken");

/// The store, and the folder of its next day: file 05 freezes shares of I-1 and I-2, and two days'
/// incomes are published. One of both has its first name taken, the other one its second name, too.
fn earlier() -> (TempDir, PathBuf) {
    let store = tempfile::tempdir().unwrap();
    copy(Path::new(EARLIER), store.path());
    let next = store.path().join("next");
    (store, next)
}

fn play(store: &Path, folder: &Path) -> (Output, Value) {
    let words = ["day", "--no-progress", folder.to_str().unwrap(), "-o", "json"];
    let said = fundflow(store, &words);
    let report = serde_json::from_slice(&said.stdout).unwrap();
    (said, report)
}

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    serde_json::from_slice(&said.stdout).unwrap()
}

#[test]
fn what_a_taken_name_stands_for_is_booked_under_another_or_is_a_mistake() {
    let (store, folder) = earlier();
    let (said, report) = play(store.path(), &folder);
    let errors = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(3), "{errors}{report:#}");

    // What has a name left is booked under it, and a note says so.
    let frozen = json(store.path(), &["wallet", "show", "I-1"]);
    assert_eq!(frozen[0]["frozen"], "4900.00", "{frozen:#}");
    for name in ["frozen2.20260311.000730.I-1", "income.000730.2026-03-10"] {
        let shown = json(store.path(), &["saga", "show", name]);
        assert_eq!(shown["state"], "completed", "{shown:#}");
        let notes = report["remarks"].as_array().unwrap().iter();
        assert!(notes.filter(|it| it.as_str().unwrap().contains(name)).count() == 1, "{report:#}");
    }
    let advanced = report["endings"].as_array().unwrap().iter();
    let advanced = advanced.filter(|row| row["transactions"].to_string().contains("W-1"));
    assert_eq!(
        advanced.map(|row| row["ending"].as_str().unwrap()).collect::<Vec<_>>(),
        ["refused"]
    );

    // What has none is a mistake that says what to do.
    for (name, next) in [
        ("frozen2.20260311.000730.I-2", "fundflow freeze order"),
        ("income.000730.2026-03-11", "publication"),
    ] {
        let line = errors.lines().find(|line| line.contains(name)).unwrap_or_default();
        assert!(line.contains(next), "{name}: {line:?} of {errors}");
    }
    assert_eq!(report["bad_rows"].as_array().unwrap().len(), 2, "{report:#}");
    assert_eq!(report["findings"], 0);

    let (said, again) = play(store.path(), &folder);
    assert_eq!((said.status.code(), &again["events_added"]), (Some(3), &Value::from(0)));
    assert_eq!(again["bad_rows"], report["bad_rows"]);
}

#[test]
fn a_mistake_of_file_05_is_named_each_time_until_a_person_has_mended_it() {
    let (store, folder) = earlier();
    let mistakes = |report: &Value| report["bad_rows"].to_string();
    let first = play(store.path(), &folder).1;
    assert!(mistakes(&first).contains("frozen2.20260311.000730.I-2"), "{first:#}");
    for _ in 0..2 {
        let (said, again) = play(store.path(), &folder);
        assert_eq!(said.status.code(), Some(3));
        assert_eq!((mistakes(&again), &again["events_added"]), (mistakes(&first), &Value::from(0)));
    }

    let named = mistakes(&first);
    let shares = named.split("the register has ").nth(1).unwrap().split(' ').next().unwrap();
    let order =
        ["freeze", "order", "BY-HAND", "--investor", "I-2", "--fund", "000730", "--shares", shares];
    let words = [
        "--cause",
        "judicial",
        "--source",
        "file 05",
        "--reason",
        "its names are taken",
        "--operator",
        "li",
        "--apply",
    ];
    let said = fundflow(store.path(), &[&order[..], &words].concat());
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    let (said, mended) = play(store.path(), &folder);
    assert!(!mistakes(&mended).contains("the register has"), "{mended:#}");
    assert_eq!((said.status.code(), mended["bad_rows"].as_array().unwrap().len()), (Some(3), 1));
}

#[test]
fn a_folder_that_was_played_before_plays_as_it_did() {
    let (store, folder) = earlier();
    let orders = fs::read_to_string(folder.join("earlier_orders.csv")).unwrap();
    fs::write(folder.join("orders.csv"), orders).unwrap();
    fs::write(folder.join("day.toml"), "trade_date = 2026-03-09\nseed = 1\n").unwrap();
    fs::remove_file(folder.join("scenario.toml")).unwrap();
    let (said, report) = play(store.path(), &folder);
    assert_eq!(said.status.code(), Some(0), "{report:#}");
    assert_eq!(report["events_added"], 0);
    assert_eq!(report["endings"][0]["transactions"].as_array().unwrap().len(), 8, "{report:#}");
}
