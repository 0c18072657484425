//! The files that are ours, and what a line of them is.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Whose `lib.rs` is a table of contents and nothing else.
pub(crate) const LIBRARIES: [&str; 18] = [
    "kernel",
    "proofs",
    "domain",
    "reconciliation",
    "sagas/runtime",
    "sagas",
    "application",
    "infrastructure",
    "infrastructure/exchange",
    "infrastructure/files",
    "infrastructure/writing",
    "infrastructure/postgres",
    "infrastructure/sqlite",
    "engine",
    "simulation",
    "tests",
    "tests/contract",
    "tests/disk",
];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every Rust file that is ours, with its path from the root.
pub(crate) fn files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let members = [
        "kernel",
        "domain",
        "reconciliation",
        "application",
        "sagas",
        "infrastructure",
        "engine",
        "simulation",
        "cli",
        "tests",
        "fuzz",
    ];
    let mut open: Vec<PathBuf> = members.iter().map(|member| root().join(member)).collect();
    while let Some(directory) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn lines_with<'a>(
    text: &'a str,
    word: &'a str,
) -> impl Iterator<Item = (usize, &'a str)> {
    (1..).zip(text.lines()).filter(move |(_, line)| line.contains(word))
}

pub(crate) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether it is one of these tests, which name what they forbid.
pub(crate) fn is_tidy(name: &str) -> bool {
    name.starts_with("tests/tests/tidy/")
}
