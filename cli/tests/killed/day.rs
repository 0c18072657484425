//! `fundflow day` is killed with SIGKILL between two lines of its progress, and started again: every event has
//! the stamp that it has where nobody was killed, and every file for a registrar the same bytes.
//!
//! Its error output is a pipe that is full but for so many lines: at the next one it waits, and cannot go on before
//! it is killed.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    io::{Write as _, pipe},
    path::Path,
    process::{Command, Stdio},
};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-12,0.7421
011162,2026-02-13,0.7388
";
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,mode
R-1,09:30:00,recharge,I-1,,000730,,20000.00,
D-1,10:00:00,discount_purchase,I-1,000730,,011162,1000.00,linked_same_day
D-2,10:01:00,discount_purchase,I-2,000730,,011162,2000.00,next_day
D-3,10:02:00,discount_purchase,I-2,000730,,011162,3000.00,linked_same_day
P-1,10:03:00,purchase,I-1,,011162,,400.00,
P-2,10:04:00,purchase,I-2,,011162,,500.00,
";
/// What is late comes between the registrar's night and the reading of its file, or after both.
const SCENARIO: &str = "\
[override.P-1]
buy_confirmation = \"late\"
delay_s = 60

[override.D-3]
conversion_confirmation = \"late\"
delay_s = 21600

[override.P-2]
buy_confirmation = \"twice\"
";
/// How much a pipe holds before its writer waits.
const PIPE: usize = 65_536;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
        ("scenario.toml", SCENARIO),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn day(folder: &Path, store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.arg("day").arg(folder).arg("--store").arg(store);
    command
}

/// Plays it to its end; returns the lines of its progress, without how long it took.
fn play(folder: &Path, store: &Path) -> Vec<String> {
    let said = day(folder, store).output().unwrap();
    let lines = String::from_utf8(said.stderr).unwrap();
    assert!(said.status.success(), "{lines}");
    lines.split_inclusive('\n').map(str::to_owned).collect()
}

/// Stream and version of every event; its type, body and stamps.
fn events(store: &Path) -> BTreeMap<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    let words = ["event", "ls", "--limit", "100000", "-o", "json", "--store"];
    let said = command.args(words).arg(store).output().unwrap();
    let all: Value = serde_json::from_slice(&said.stdout).unwrap();
    let one = |it: &Value| {
        let what = format!("{} {} {}", it["event_type"], it["data"], it["recorded_at"]);
        (format!("{} {}", it["stream"], it["version"]), what)
    };
    all.as_array().unwrap().iter().map(one).collect()
}

/// What went to registrars, by its path.
fn sent(store: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for day in fs::read_dir(store.join("exchange")).unwrap() {
        for file in fs::read_dir(day.unwrap().path().join("out")).into_iter().flatten() {
            let path = file.unwrap().path();
            let name = path.strip_prefix(store).unwrap().display().to_string();
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

/// Kills it once that file is there, before it could write a further line than so many.
fn kill(folder: &Path, store: &Path, room: usize, until: &Path) {
    let (reader, mut writer) = pipe().unwrap();
    writer.write_all(&vec![b' '; PIPE - room]).unwrap();
    let mut child = day(folder, store).stdout(Stdio::null()).stderr(writer).spawn().unwrap();
    while !until.exists() {
        assert_eq!(child.try_wait().unwrap(), None, "{} never came", until.display());
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it was killed before its end");
    drop(reader);
}

#[test]
fn killed_in_the_night_or_beside_it_a_day_has_the_same_stamps_and_files() {
    let (folder, whole) = (folder(), tempfile::tempdir().unwrap());
    let lines = play(folder.path(), whole.path());
    let (events_of_whole, sent_of_whole) = (events(whole.path()), sent(whole.path()));
    let before = |what: &str| -> usize {
        let nth = lines.iter().position(|line| line.contains(what));
        lines[..nth.unwrap_or_else(|| panic!("{what}: {lines:?}"))].iter().map(String::len).sum()
    };
    for t in ["2026-02-12", "2026-02-13"] {
        let points = [
            (format!("the batch of {t} is sealed"), "out/OFI_305_05_"),
            (format!("has worked through the batch of {t}"), "in/OFI_05_305_"),
            (format!("answers for {t} are read"), "read"),
        ];
        for (line, file) in points {
            let store = tempfile::tempdir().unwrap();
            let directory = whole.path().join("exchange").join(t);
            let (of, name) = file.split_once('/').unwrap_or(("", file));
            let mut names = fs::read_dir(directory.join(of)).unwrap();
            let name = names.find_map(|it| {
                let it = it.unwrap().file_name().into_string().unwrap();
                it.starts_with(name).then_some(it)
            });
            let until = store.path().join("exchange").join(t).join(of).join(name.unwrap());
            kill(folder.path(), store.path(), before(&line), &until);
            play(folder.path(), store.path());

            let again = events(store.path());
            let other = |(key, what): &(&String, &String)| again.get(*key) != Some(*what);
            let differ: Vec<_> = events_of_whole.iter().filter(other).collect();
            assert_eq!(differ, [], "killed before the line {line:?}");
            assert_eq!(again.len(), events_of_whole.len(), "{line}");
            assert!(sent(store.path()) == sent_of_whole, "{line}");
        }
    }
}
