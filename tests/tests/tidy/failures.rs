//! `docs/FAILURES.md` names tests that exist.

use crate::sources::{files, root};
use std::{collections::BTreeSet, fs};

/// Everything in backticks in the last column of a table's rows.
fn named(text: &str) -> BTreeSet<&str> {
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.contains("| test"));
    let last = rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
    last.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

/// Names of functions that a test harness runs, those of contracts and of `proptest!` among them.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, text) in files() {
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        for (at, line) in lines.iter().enumerate() {
            let Some((_, rest)) = line.split_once("fn ") else { continue };
            let above = lines[at.saturating_sub(3)..at].iter();
            let is_test = above.clone().any(|it| it.starts_with("#[") && it.contains("test"));
            if is_test || name.contains("store_contract") {
                found.extend(rest.split(['(', '<']).next().map(str::to_owned));
            }
        }
    }
    found
}

#[test]
fn every_test_that_the_table_of_failures_names_exists() {
    let text = fs::read_to_string(root().join("docs/FAILURES.md")).unwrap();
    let (named, tests) = (named(&text), tests());
    assert!(named.len() > 80, "the table is written in another way now: {named:?}");
    let missing: Vec<_> = named.iter().filter(|name| !tests.contains(**name)).collect();
    assert!(missing.is_empty(), "no test has the name {missing:#?}");
}

#[test]
fn every_row_of_the_table_of_failures_names_a_test() {
    let text = fs::read_to_string(root().join("docs/FAILURES.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.contains("| test"));
    let rows: Vec<&str> = rows.collect();
    assert!(rows.len() >= 6 + 29 + 30, "rows are missing: {}", rows.len());
    let without: Vec<_> = rows.iter().filter(|row| named(row).is_empty()).collect();
    assert!(without.is_empty(), "{without:#?}");
    for number in 1..=29 {
        let row = format!("| {number} |");
        assert!(rows.iter().any(|it| it.starts_with(&row)), "row {number} of the ways to fail");
    }
}
