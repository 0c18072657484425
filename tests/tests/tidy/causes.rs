//! Whoever reads a code finds it in `docs/OPERATIONS.md`.

use crate::sources::{files, is_comment, root};
use std::{collections::BTreeSet, fs};

/// Where causes are made that reach a person; each call's first argument is the code.
const MAKERS: [&str; 4] = ["Cause::new(\"", "own(\"", "no_answer(\"", "unknown(\""];

#[test]
fn every_code_of_ours_has_its_line_in_the_operators_book() {
    let folders = ["sagas/", "engine/src/", "infrastructure/src/", "cli/src/"];
    let mut codes = BTreeSet::new();
    for (name, text) in files() {
        let ours = folders.iter().any(|folder| name.starts_with(folder));
        if !ours || name.contains("tests") {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for line in code.lines().filter(|line| !is_comment(line)) {
            for maker in MAKERS {
                let made = line.split(maker).skip(1).filter_map(|rest| rest.split('"').next());
                codes.extend(made.filter(|it| is_code(it)).map(str::to_owned));
            }
        }
    }
    assert!(codes.len() > 35, "causes are made in another way now: {codes:?}");
    let book = fs::read_to_string(root().join("docs/OPERATIONS.md")).unwrap();
    let missing: Vec<_> = codes.iter().filter(|it| !book.contains(&format!("`{it}`"))).collect();
    assert!(missing.is_empty(), "docs/OPERATIONS.md says nothing of {missing:?}");
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
}
