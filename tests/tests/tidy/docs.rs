//! What is written about the code, in it and beside it.

use crate::sources::{LIBRARIES, files, is_tidy, lines_with, root};
use std::fs;

#[test]
fn a_doc_comment_has_more_than_two_words() {
    let doc = |line: &&str| line.trim_start().starts_with("///");
    let mut short = Vec::new();
    for (name, text) in files().iter().filter(|(name, _)| !is_tidy(name)) {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| doc(line)) {
            let alone = !lines[..at].last().is_some_and(doc) && !lines.get(at + 1).is_some_and(doc);
            let words = line.trim_start().trim_start_matches('/').split_whitespace().count();
            if alone && words <= 2 {
                short.push(format!("{name}:{}: {}", at + 1, line.trim_start()));
            }
        }
    }
    assert!(short.is_empty(), "they say nothing that a name does not: {short:#?}");
}

#[test]
fn a_library_is_a_table_of_contents() {
    for member in LIBRARIES {
        let path = format!("{member}/src/lib.rs");
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let mut inside = false;
        for line in text.lines() {
            let starts = [
                "//",
                "pub mod ",
                "mod ",
                "pub use ",
                "use ",
                "extern crate ",
                "#",
                "struct Readme;",
            ];
            let fine = line.is_empty() || inside || starts.iter().any(|it| line.starts_with(it));
            assert!(fine, "{path} says {line:?}; lib.rs is a table of contents");
            inside = (inside || line.ends_with(['{', '(']))
                && !line.ends_with("};")
                && !line.ends_with(")]");
        }
    }
}

#[test]
fn every_crate_says_first_what_it_is_for() {
    let libraries = LIBRARIES.iter().map(|member| format!("{member}/src/lib.rs"));
    for path in libraries.chain(["cli/src/lib.rs".to_owned(), "cli/src/main.rs".to_owned()]) {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        assert!(text.starts_with("//! "), "{path}");
    }
}

#[test]
fn documents_name_no_place_outside_of_the_project() {
    let mut documents = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    for folder in ["docs", "docs/adr"] {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        documents.extend(entries.map(|entry| entry.unwrap().path()));
    }
    for path in documents.iter().filter(|path| path.is_file()) {
        let text = fs::read_to_string(path).unwrap();
        for place in ["/home/", "/Users/", "file://"] {
            let found: Vec<_> = lines_with(&text, place).collect();
            assert!(found.is_empty(), "{}: {found:?}", path.display());
        }
    }
}
