//! The day-cut of a store that a day was played into: looked at, done once, gone on with, and what a person may do. The
//! day is played by a program that cuts none, as earlier ones were, but for where it says otherwise.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, golden, transcript};
use fundflow_cli::Registry;
use fundflow_sagas::recharge::Recharge;
use serde_json::Value;
use std::{fs, path::Path, process::ExitCode};
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
const RUN: [&str; 4] = ["day-cut", "run", "--date", "2026-02-12"];
const STATUS: [&str; 4] = ["day-cut", "status", "--date", "2026-02-12"];

/// Two recharges of T 12 February, confirmed on the 13th.
fn store() -> TempDir {
    played(DAY, ORDERS)
}

fn played(day: &str, orders: &str) -> TempDir {
    let (folder, store) = (folder(day, orders), tempfile::tempdir().unwrap());
    let earlier = Registry::new().saga(|house| Recharge { house });
    let (at, of) = (store.path().to_str().unwrap(), folder.path().to_str().unwrap());
    let words = ["fundflow", "--store", at, "day", "--no-progress", of];
    let played = fundflow_cli::run(&earlier, words);
    assert_eq!(format!("{played:?}"), format!("{:?}", ExitCode::SUCCESS));
    store
}

fn folder(day: &str, orders: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", day),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", orders),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_day_that_this_program_played_is_cut_and_nothing_is_left_to_do() {
    let (folder, store) = (folder(DAY, ORDERS), tempfile::tempdir().unwrap());
    let day = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let played = fundflow(store.path(), &day);
    assert_eq!(played.status.code(), Some(0), "{}", String::from_utf8_lossy(&played.stderr));
    golden("day_cut_played.txt", &transcript(store.path(), &with(&STATUS, &[])));
    let head = store.path().join("heads/cut.05.2026-02-12.head");
    let verified = fundflow(store.path(), &["audit", "verify", "--head", head.to_str().unwrap()]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));

    let before = events(store.path());
    for words in [&day[..], &with(&RUN, &["--apply"])] {
        assert_eq!(fundflow(store.path(), words).status.code(), Some(0), "{words:?}");
        assert_eq!(events(store.path()), before, "closed twice: {words:?}");
    }
}

fn with<'a>(words: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [words, more].concat()
}

fn cuts(store: &Path) -> Value {
    let shown = fundflow(store, &with(&STATUS, &["-o", "json"]));
    assert_eq!(shown.status.code(), Some(0), "{}", String::from_utf8_lossy(&shown.stderr));
    serde_json::from_slice(&shown.stdout).unwrap()
}

fn events(store: &Path) -> usize {
    let shown = fundflow(store, &["event", "ls", "--limit", "10000", "-o", "json"]);
    serde_json::from_slice::<Vec<Value>>(&shown.stdout).unwrap().len()
}

/// Each job's state, in order.
fn states(store: &Path) -> Vec<String> {
    let jobs = cuts(store)[0]["jobs"].as_array().unwrap().clone();
    jobs.iter().map(|job| job["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_played_day_is_cut_once_and_its_picture_names_every_figure() {
    let store = store();
    let before = events(store.path());
    golden("day_cut_look.txt", &transcript(store.path(), &RUN));
    assert_eq!(events(store.path()), before, "a look changes nothing");

    golden("day_cut_run.txt", &transcript(store.path(), &with(&RUN, &["--apply"])));
    let after = events(store.path());
    let again = fundflow(store.path(), &with(&RUN, &["--apply"]));
    assert_eq!((again.status.code(), events(store.path())), (Some(0), after), "once is enough");

    for picture in ["terminal", "mermaid"] {
        let drawn = transcript(store.path(), &with(&STATUS, &["--graph", picture]));
        golden(&format!("day_cut_{picture}.txt"), &drawn);
    }
    let cut = &cuts(store.path())[0];
    assert_eq!(cut["state"], "completed");
    let [seal, sent] = [0, 1].map(|nth| &cut["jobs"][nth]["figures"]);
    assert_eq!((&seal["count"], &seal["amount"]), (&2.into(), &"2500.50".into()));
    let file = &sent["files"][0];
    assert_eq!(
        (&file["name"], &file["records"]),
        (&"OFD_305_05_20260212_03.TXT".into(), &2.into())
    );
    let head = store.path().join("heads/cut.05.2026-02-12.head");
    let verified = fundflow(store.path(), &["audit", "verify", "--head", head.to_str().unwrap()]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn answers_that_nobody_has_read_keep_the_rest_waiting_until_a_person_leaves_them_out() {
    let store = store();
    fs::remove_file(store.path().join("exchange/2026-02-12/read")).unwrap();
    let run = fundflow(store.path(), &with(&RUN, &["--apply"]));
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let waiting = [&["done", "done", "done", "waiting"], &["ahead"; 6][..]].concat();
    assert_eq!(states(store.path()), waiting);

    let skip = |job: &'static str| {
        let typed = ["day-cut", "skip", job, "--date", "2026-02-12", "--registrar", "05"];
        with(&typed, &["--operator", "li", "--reason", "read by hand"])
    };
    golden("day_cut_skip_other.txt", &transcript(store.path(), &skip("head")));
    golden("day_cut_skip_look.txt", &transcript(store.path(), &skip("confirmations")));
    assert_eq!(states(store.path()), waiting, "a look changes nothing");
    let skipped = fundflow(store.path(), &with(&skip("confirmations"), &["--apply"]));
    assert_eq!(skipped.status.code(), Some(0), "{}", String::from_utf8_lossy(&skipped.stderr));
    let done = [&["done", "done", "done", "skipped"], &["done"; 6][..]].concat();
    assert_eq!(states(store.path()), done);
    let cut = &cuts(store.path())[0];
    assert_eq!(
        (&cut["state"], &cut["jobs"][3]["why"]),
        (&"completed".into(), &"read by hand".into())
    );
}

#[test]
fn the_files_of_every_distributor_are_waited_for() {
    let orders = "\
transaction,time,kind,investor,fund,amount,distributor
R-1,10:01:00,recharge,I-1,000730,2000.00,
R-2,10:02:00,recharge,I-1,000730,500.50,306
";
    let store = played(&format!("{DAY}distributors = [\"305\", \"306\"]\n"), orders);
    let mark = store.path().join("exchange/2026-02-12/distributor-306/read");
    let text = fs::read(&mark).unwrap();
    fs::remove_file(&mark).unwrap();
    let run = |more: &[&str]| {
        let run = fundflow(store.path(), &with(&RUN, more));
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    };
    run(&["--apply"]);
    let waiting = [&["done", "done", "done", "waiting"], &["ahead"; 6][..]].concat();
    assert_eq!(states(store.path()), waiting);
    let sent = &cuts(store.path())[0]["jobs"][1]["figures"];
    let files: Vec<_> = sent["files"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(sent["count"], 2);
    assert_eq!(files, ["OFD_305_05_20260212_03.TXT", "OFD_306_05_20260212_03.TXT"]);

    fs::write(&mark, text).unwrap();
    run(&["--apply"]);
    assert_eq!(states(store.path()), ["done"; 10]);
}

#[test]
fn what_is_typed_wrongly_is_said_with_what_may_be_written() {
    let store = store();
    let said = |words: &[&str]| transcript(store.path(), words);
    let all = [
        said(&["day-cut", "run", "--date", "2026-02-14"]),
        said(&["day-cut", "run", "--date", "2026-02-12", "--registrar", "99"]),
        said(&["day-cut", "retry", "--date", "2026-02-12", "--reason", "r", "--operator", "li"]),
        said(&["saga", "resume", "cut.05.2026-02-12", "--reason", "r", "--operator", "li"]),
    ];
    golden("day_cut_wrong.txt", &all.concat());
}
