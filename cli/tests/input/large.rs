//! A line without end takes no more memory than its limit. Alone in its program: the most that any of its children
//! took is asked of the system.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use nix::sys::resource::{UsageWho, getrusage};
use std::{fs, path::Path, process::Command};

const LONG: u64 = 100 * 1024 * 1024;
/// Kilobytes that a refusal may take beyond what a program takes that does nothing.
const MORE: i64 = 8 * 1024;

/// What was said, and the most that a child has taken so far in kilobytes.
fn run(words: &[&str]) -> (String, i64) {
    let output = Command::new(env!("CARGO_BIN_EXE_fundflow")).args(words).output().unwrap();
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    (said, getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss())
}

fn folder(at: &Path) {
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-09\nseed = 1\n"),
        (
            "investors.csv",
            "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until\n\
             I-1,A-1,C5,2027-01-31,verified,2035-06-30\n",
        ),
        ("navs.csv", "fund,date,nav\n011162,2026-03-09,1.0000\n"),
        ("orders.csv", "transaction,time,investor,fund,amount,kind\n"),
        ("scenario.toml", "\n"),
    ] {
        fs::write(at.join(name), text).unwrap();
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_is_refused_in_a_few() {
    let at = tempfile::tempdir().unwrap();
    folder(at.path());
    let whole = at.path().to_str().unwrap();
    let store = at.path().join("store");
    let store = store.to_str().unwrap();
    let (_, usual) = run(&["day", "--no-progress", whole, "--store", store]);
    for name in ["orders.csv", "investors.csv", "navs.csv", "day.toml", "scenario.toml"] {
        let path = at.path().join(name);
        let before = fs::read(&path).unwrap();
        // Zeros behind what stands there, which take no room on the disk.
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(LONG).unwrap();

        let (said, most) =
            run(&["day", "--no-progress", whole, "--store", &format!("{store}-{name}")]);

        let line = before.split(|byte| *byte == b'\n').count();
        assert!(
            said.contains(&format!("{name}:{line}: cannot be read: the line is longer than 65536")),
            "{said}"
        );
        assert!(most < usual + MORE, "{name}: {most} kB, {usual} kB without");
        fs::write(&path, before).unwrap();
    }
    let long = at.path().join("long.json");
    fs::write(&long, "{\"header\": \"").unwrap();
    fs::OpenOptions::new().write(true).open(&long).unwrap().set_len(LONG).unwrap();
    let long = long.to_str().unwrap();
    for words in [
        vec!["file", "check", long],
        vec!["file", "show", long],
        vec!["file", "convert", long, "--to", "v22"],
        vec!["quote", "purchase", "--file", long],
    ] {
        let (said, most) = run(&words);
        assert!(said.contains("error"), "{words:?}: {said}");
        assert!(most < usual + MORE, "{words:?}: {most} kB, {usual} kB without");
    }
}
