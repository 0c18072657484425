//! `fundflow calendar extend` is killed with SIGKILL at each event that it writes, and typed again: in the end the store
//! has the events that it has where nobody was killed, and a day of the new year is played.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::{common::fundflow, watched::killed_at};
use serde_json::Value;
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-11-30,verified,2035-06-30,yes,individual
";
const YEAR: &str = "\
version = \"made-up-2027\"
source = \"notice 2026-99, made up\"
notice_date = 2026-11-02
[year]
year = 2027
closed = [\"2027-01-01\", \"2027-02-08\", \"2027-02-09\", \"2027-02-10\", \"2027-02-11\", \"2027-02-12\"]
";

/// A recharge on the last day but two of the year, which waits for the next one.
fn played() -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let orders =
        "transaction,time,kind,investor,fund,amount\nR-1,10:01:00,recharge,I-1,000730,2000.00\n";
    for (name, text) in [
        ("day.toml", "trade_date = 2026-12-29\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n"),
        ("orders.csv", orders),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let day = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &day);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    store
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let into = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &into);
        } else {
            fs::copy(entry.path(), into).unwrap();
        }
    }
}

fn extends(store: &Path, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.args(["calendar", "extend"]).arg(file).arg("--store").arg(store);
    command.args(["--reason", "the notice was read", "--operator", "li"]);
    command
}

/// Every event, without when it was recorded: a machine's clock says that.
fn events(store: &Path) -> Vec<String> {
    let said = fundflow(store, &["event", "ls", "--limit", "100000", "-o", "json"]);
    let all: Value = serde_json::from_slice(&said.stdout).unwrap();
    let one = |it: &Value| format!("{} {} {}", it["stream"], it["version"], it["event_type"]);
    let mut all: Vec<String> = all.as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

#[tokio::test]
async fn an_extension_that_is_killed_at_any_event_and_typed_again_is_made_once() {
    let (before, notice) = (played(), tempfile::tempdir().unwrap());
    let file = notice.path().join("calendar.toml");
    fs::write(&file, YEAR).unwrap();
    let had = events(before.path()).len();
    let whole = tempfile::tempdir().unwrap();
    copy(before.path(), whole.path());
    let said = extends(whole.path(), &file).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let of_whole = events(whole.path());
    assert!(of_whole.len() > had, "nothing was added");

    for nth in had + 1..=of_whole.len() {
        let store = tempfile::tempdir().unwrap();
        copy(before.path(), store.path());
        killed_at(extends(store.path(), &file), store.path(), nth as u64).await;
        let again = extends(store.path(), &file).output().unwrap();
        assert!(again.status.success(), "{nth}: {}", String::from_utf8_lossy(&again.stderr));
        assert_eq!(events(store.path()), of_whole, "killed at event {nth}");
        let audit = fundflow(store.path(), &["audit", "verify"]);
        assert!(audit.status.success(), "{nth}: {}", String::from_utf8_lossy(&audit.stdout));
    }
}
