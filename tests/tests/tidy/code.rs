//! What code may not say.

use crate::sources::{files, is_comment, is_tidy, lines_with, root};
use std::fs;

/// Where a float may stand: nothing of it is money.
const FLOATS: &[(&str, &str)] =
    &[("kernel/src/codec/tagged.rs", "lists all that serde could be asked for, to refuse it")];

/// Where SQL may stand in Rust.
const SQL: &[(&str, &str)] = &[
    ("cli/tests/stored/damage.rs", "does what a vandal would"),
    ("cli/tests/flipped/main.rs", "looks where the database keeps what"),
    ("cli/tests/stored/files.rs", "does what a vandal and a failing disk would"),
    (
        "infrastructure/sqlite/src/tree/tests.rs",
        "makes a store of before the tree, and damages one",
    ),
    (
        "infrastructure/postgres/tests/postgres/stored.rs",
        "looks behind the store's back, as an auditor would, and does what an insider would",
    ),
    ("tests/tests/sqlite_store.rs", "looks behind the store's back, as an auditor would"),
];

#[test]
fn no_money_is_a_float() {
    for (name, text) in files() {
        let excepted = FLOATS.iter().any(|(float, _)| *float == name);
        let found = ["f32", "f64"].iter().flat_map(|word| {
            let whole = move |line: &str| {
                line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|it| it == *word)
            };
            lines_with(&text, word).filter(move |(_, line)| whole(line) && !is_comment(line))
        });
        let found: Vec<_> = found.collect();
        assert!(excepted || is_tidy(&name) || found.is_empty(), "{name}: {found:?}");
        assert!(!excepted || !found.is_empty(), "{name} has no float; take it off the list");
    }
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo!", "unimplemented!", "dbg!", "#[ignore", "thread::sleep", "should_panic"];
    for (name, text) in files().iter().filter(|(name, _)| !is_tidy(name)) {
        for word in words {
            let found: Vec<_> = lines_with(text, word).collect();
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

#[test]
fn sql_stands_in_sql_files() {
    for (name, text) in files().iter().filter(|(name, _)| !is_tidy(name)) {
        let excepted = SQL.iter().any(|(sql, _)| sql == name);
        let found: Vec<_> = ["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE"]
            .iter()
            .flat_map(|word| lines_with(text, word))
            .collect();
        assert!(excepted || found.is_empty(), "{name}: {found:?}");
        assert!(!excepted || !found.is_empty(), "{name} has no SQL; take it off the list");
    }
}

#[test]
fn deciders_have_no_catch_all() {
    let aggregates = fs::read_dir(root().join("domain/src")).unwrap();
    let folders = aggregates.map(|entry| entry.unwrap().path());
    let deciders: Vec<String> = folders
        .filter(|path| path.join("stored.rs").is_file() || path.join("evolve.rs").is_file())
        .map(|path| format!("{}/", path.strip_prefix(root()).unwrap().display()))
        .collect();
    assert!(deciders.len() >= 10, "the deciders have moved: {deciders:?}");
    let ours = |name: &str| {
        let tests = name.ends_with("tests.rs") || name.contains("/tests/");
        !tests && deciders.iter().any(|folder| name.starts_with(folder.as_str()))
    };
    let mut seen = 0;
    for (name, text) in files().iter().filter(|(name, _)| ours(name)) {
        seen += 1;
        let arms = (1..).zip(text.lines()).filter(|(_, line)| {
            let line = line.trim_start();
            line.starts_with("_ =>") || line.starts_with("_ if") || line.starts_with("| _ ")
        });
        let arms: Vec<_> = arms.collect();
        assert!(arms.is_empty(), "{name}: {arms:?}");
    }
    assert!(seen >= 40, "the deciders have moved");
}

/// Whoever prints an error prints its sources behind it, so that one whose words have its source says it twice.
#[test]
fn no_error_says_what_its_source_says() {
    let mut twice = Vec::new();
    for (name, text) in files().into_iter().filter(|(name, _)| !is_tidy(name)) {
        for variant in text.split("#[error(").skip(1) {
            let Some((words, rest)) = variant.split_once(")]") else { continue };
            let fields = rest.split("#[error(").next().unwrap_or_default();
            let its_own = fields.split("\n    }").next().unwrap_or_default();
            let named = words.contains("{source") && its_own.contains("source: ");
            let first = fields.lines().find(|line| !is_comment(line) && !line.trim().is_empty());
            let is_source = |line: &str| line.contains("(#[from]") || line.contains("(#[source]");
            let placed = words.contains("{0") && first.is_some_and(is_source);
            if named || placed {
                twice.push(format!("{name}: {words}"));
            }
        }
    }
    assert!(twice.is_empty(), "{twice:#?}");
}
