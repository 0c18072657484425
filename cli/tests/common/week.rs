//! The example week, as its README says to play it.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
#![allow(dead_code, reason = "each test program uses its part")]

use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const README: &str = include_str!("../../../examples/week/README.md");

/// The commands of the README, each as its words behind `fundflow`.
pub(crate) fn lines() -> Vec<Vec<String>> {
    let block = README.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    block.lines().map(|line| words(line.strip_prefix("fundflow ").unwrap())).collect()
}

/// What a shell makes of a line with words in double quotes.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(nth, part)| match nth % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

/// The folder that a line plays, if it plays one.
pub(crate) fn folder(line: &[String]) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    (line.first()? == "day").then(|| root.join(line.get(1).unwrap()))
}

/// A line on that store, where the repository is the working directory.
pub(crate) fn command(store: &Path, line: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    command.args(line).arg("--store").arg(store).env("USER", "li");
    if folder(line).is_some() {
        command.arg("--no-progress");
    }
    command
}

#[track_caller]
pub(crate) fn done(store: &Path, line: &[String]) -> String {
    let Output { status, stdout, stderr } = command(store, line).output().unwrap();
    assert!(status.success(), "{line:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

pub(crate) fn typed(line: &str) -> Vec<String> {
    words(line)
}

#[track_caller]
pub(crate) fn json(store: &Path, line: &str) -> Value {
    let said = done(store, &[typed(line), typed("-o json")].concat());
    serde_json::from_str(&said).unwrap()
}

/// The elements of a list.
#[track_caller]
pub(crate) fn list(store: &Path, line: &str) -> Vec<Value> {
    json(store, line).as_array().unwrap().clone()
}

/// Every event: stream and version; type, body and stamp. Which of two streams was written first is no promise, so
/// neither is the hash of a head, nor how many events it stands for, nor a reading's own position.
pub(crate) fn events(store: &Path) -> Vec<(String, String)> {
    let one = |it: &Value| {
        let mut data = it["data"].clone();
        if it["event_type"] == "day_cut.head_kept" {
            data["figures"]["files"][0]["sha256"] = Value::Null;
        }
        // What a job waits for is named with the path of its file, below wherever the store was then.
        let data = data.to_string();
        let below = |word: &str| word.find("/exchange/").map_or(word, |at| &word[at..]).to_owned();
        let data = data.split(' ').map(below).collect::<Vec<_>>().join(" ");
        let what = format!("{} {data} {}", it["event_type"], it["recorded_at"]);
        (format!("{} {}", it["stream"], it["version"]), what)
    };
    let mut all: Vec<_> = list(store, "event ls --limit 100000").iter().map(one).collect();
    all.sort();
    all
}
