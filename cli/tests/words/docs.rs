//! Every `fundflow …` that the documents show can be typed.

#![allow(clippy::expect_used, reason = "a test says what it expected")]

use std::{fs, path::Path, process::Command};

const DOCUMENTS: [&str; 7] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/ARCHITECTURE.md",
    "docs/BENCHMARK.md",
    "docs/OPERATIONS.md",
    "catalogue/README.md",
];
/// What a shell would put in the place of `$HOUSE_KEY`.
const A_KEY: &str = "house.example/log+0d9b66e1+AckR6b3RVTHuBL754CLInhRRxYXZt1olQcN4yXsqVqPS";
const BY_CARGO: [&str; 2] = ["cargo run --release -- ", "cargo run --profile dist -- "];

#[test]
fn every_command_in_the_documents_can_be_typed() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut shown = 0;
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).expect("a document");
        for line in commands(&text) {
            shown += 1;
            // `--help` at the end: everything before it is parsed, and nothing is done.
            let words = words(&line);
            let typed = Command::new(env!("CARGO_BIN_EXE_fundflow"))
                .args(&words)
                .arg("--help")
                .output()
                .expect("the program runs");
            if !typed.status.success() {
                let said = String::from_utf8_lossy(&typed.stderr).into_owned();
                wrong.push(format!("{document}: fundflow {line}\n{said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(shown > 30, "the documents show only {shown} commands; are they still found?");
}

/// What follows `fundflow` in blocks of shell and in code within a line.
fn commands(text: &str) -> Vec<String> {
    let (mut found, mut fence) = (Vec::new(), None);
    for line in text.lines() {
        match (line.strip_prefix("```"), fence) {
            (Some(language), None) => fence = Some(language),
            (Some(_), Some(_)) => fence = None,
            (None, Some("sh")) => {
                let line = line.split(" #").next().unwrap_or(line);
                // What the shell does with the output is no word of the command.
                let line = line.split(" > ").next().unwrap_or(line);
                let command = BY_CARGO.iter().find_map(|cargo| line.strip_prefix(cargo));
                let command = line.strip_prefix("fundflow ").or(command);
                found.extend(command.map(str::to_owned));
            }
            (None, Some(_)) => {}
            (None, None) => {
                let spans = line.split('`').skip(1).step_by(2);
                let commands = spans.filter_map(|span| span.strip_prefix("fundflow "));
                found.extend(commands.filter(|it| !it.contains('…')).map(str::to_owned));
            }
        }
    }
    found
}

/// As a shell would cut it; quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(if part == "$HOUSE_KEY" { A_KEY } else { part }.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
