//! `fundflow day` is killed with SIGKILL as soon as its store has one more event of a day-cut, for each of them, and in the
//! middle of each job, and started again: in the end every event has the body and the stamps that it has where nobody was killed.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::{common::fundflow, watched};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::store::{EventStore as _, Position};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

const DAY: &str = "\
trade_date = 2026-02-12
seed = 1
funds = \"added\"
registrars = [\"05\", \"97\"]
distributors = [\"305\", \"306\"]
";
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-12,0.7421
901162,2026-02-12,0.7421
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount,distributor,day,per_10_000,publication
P-1,10:01:00,purchase,I-1,011162,100.00,,,,
P-2,10:02:00,purchase,I-1,901162,200.00,306,,,
R-1,10:03:00,recharge,I-1,000730,300.00,,,,
000730.2026-02-12,2026-02-13T09:15:00+08:00,income,,000730,,,2026-02-12,0.4012,
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("funds")).unwrap();
    let terms = include_str!("../../../catalogue/011162.toml").replace("011162", "901162");
    let terms = terms.replace("registrar = \"own\"", "registrar = \"97\"");
    write("funds/901162.toml", &terms);
    write("investors.csv", INVESTORS);
    write("navs.csv", NAVS);
    write("orders.csv", ORDERS);
    write("day.toml", DAY);
    folder
}

fn day(folder: &Path, store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.args(["day", "--no-progress"]).arg(folder).arg("--store").arg(store);
    command.stdout(Stdio::null());
    command
}

fn play(folder: &Path, store: &Path) {
    let said = day(folder, store).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// Stream and version of every event; its type, body and stamps. Which of two streams was written first is no
/// promise, so the hash of a head is left out, and how many events it stands for is not.
fn events(store: &Path) -> BTreeMap<String, String> {
    let said = fundflow(store, &["event", "ls", "--limit", "100000", "-o", "json"]);
    let all: Value = serde_json::from_slice(&said.stdout).unwrap();
    let one = |it: &Value| {
        let mut data = it["data"].clone();
        // The statements name positions.
        if it["event_type"] == "day_cut.head_kept" || it["event_type"] == "day_cut.statements_made"
        {
            data["figures"]["files"][0]["sha256"] = Value::Null;
        }
        let what = format!("{} {data} {}", it["event_type"], it["recorded_at"]);
        (format!("{} {}", it["stream"], it["version"]), what)
    };
    all.as_array().unwrap().iter().map(one).collect()
}

/// How many events of day-cuts the store has behind that position.
async fn cut_events(store: &SqliteStore, at: &mut Position) -> usize {
    let page = store.read_all(*at, 1000).await.unwrap();
    *at = page.last().map_or(*at, |last| last.position);
    page.iter().filter(|event| event.stream.category() == "day_cut").count()
}

/// Plays it, and kills it as soon as so many are there. Returns whether it was killed before its end.
async fn killed_at(folder: &Path, store: &Path, events: usize) -> bool {
    let mut child = day(folder, store).stderr(Stdio::null()).spawn().unwrap();
    let (mut found, mut at, mut opened) = (0, Position::START, None);
    while found < events {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        match &opened {
            None => opened = SqliteStore::open_read_only(store.join("events.db")).ok(),
            Some(store) => found += cut_events(store, &mut at).await,
        }
        tokio::task::yield_now().await;
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

#[tokio::test]
async fn killed_after_any_event_of_a_day_cut_a_day_has_the_same_events_in_the_end() {
    let (folder, whole) = (folder(), tempfile::tempdir().unwrap());
    play(folder.path(), whole.path());
    let events_of_whole = events(whole.path());
    let cuts = events_of_whole.keys().filter(|key| key.starts_with("\"day_cut-")).count();
    assert!(cuts >= 26, "one with each registrar: {events_of_whole:#?}");

    let mut killed = 0;
    for nth in 1..=cuts {
        let store = tempfile::tempdir().unwrap();
        killed += usize::from(killed_at(folder.path(), store.path(), nth).await);
        play(folder.path(), store.path());
        let again = events(store.path());
        let differ: Vec<_> =
            events_of_whole.iter().filter(|(key, what)| again.get(*key) != Some(*what)).collect();
        assert_eq!(differ, [], "killed at event {nth} of the day-cuts");
        assert_eq!(again.len(), events_of_whole.len(), "{nth}");
        for registrar in ["05", "97"] {
            let head = store.path().join(format!("heads/cut.{registrar}.2026-02-12.head"));
            let verify = ["audit", "verify", "--head", head.to_str().unwrap()];
            assert_eq!(fundflow(store.path(), &verify).status.code(), Some(0), "{nth}");
        }
        play(folder.path(), store.path());
        assert_eq!(events(store.path()), again, "a day that is closed twice changes nothing");
    }
    assert!(killed > 0, "it always ended before it was killed");
}

/// Where in the log each event of a day-cut is.
fn positions(store: &Path) -> Vec<u64> {
    let said = fundflow(store, &["event", "ls", "--limit", "100000", "-o", "json"]);
    let all: Value = serde_json::from_slice(&said.stdout).unwrap();
    let is_cut = |it: &&Value| it["stream"].as_str().unwrap().starts_with("day_cut-");
    let of_cuts = all.as_array().unwrap().iter().filter(is_cut);
    of_cuts.map(|it| it["position"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn killed_in_the_middle_of_any_job_a_day_has_the_same_events_in_the_end() {
    let (folder, whole) = (folder(), tempfile::tempdir().unwrap());
    play(folder.path(), whole.path());
    let events_of_whole = events(whole.path());
    let at = positions(whole.path());
    // Where anything is written between two jobs: what the one asked of others.
    let between = at.iter().zip(at.iter().skip(1)).filter(|(from, to)| **to - **from > 1);
    let middles: Vec<u64> = between.map(|(from, to)| from.midpoint(*to)).collect();
    assert!(middles.len() >= 4, "{at:?}");
    for middle in middles {
        let store = tempfile::tempdir().unwrap();
        let day = day(folder.path(), store.path());
        watched::killed_at(day, store.path(), middle).await;
        play(folder.path(), store.path());
        let again = events(store.path());
        let differ: Vec<_> =
            events_of_whole.iter().filter(|(key, what)| again.get(*key) != Some(*what)).collect();
        assert_eq!(differ, [], "killed at {middle}");
        assert_eq!(again.len(), events_of_whole.len(), "{middle}");
    }
}
