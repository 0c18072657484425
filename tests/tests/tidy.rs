//! The house rules, as far as a program can check them. An exception stands in its list with a
//! reason, and a list may only shrink.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Longer than 400 lines, and why. No file may join them.
const LONG: &[(&str, usize, &str)] = &[];

/// Where a float may stand: nothing of it is money.
const FLOATS: &[(&str, &str)] = &[];

/// Where SQL may stand in Rust.
const SQL: &[(&str, &str)] = &[
    ("cli/tests/damage.rs", "does what a vandal would"),
    ("tests/tests/sqlite_store.rs", "looks behind the store's back, as an auditor would"),
];

/// Who may see whom, without those that a member sees by another.
const ARROWS: [(&str, &[&str]); 9] = [
    ("fundflow-kernel", &[]),
    ("fundflow-domain", &["fundflow-kernel"]),
    ("fundflow-application", &["fundflow-domain", "fundflow-kernel"]),
    ("fundflow-sagas", &["fundflow-application", "fundflow-domain", "fundflow-kernel"]),
    ("fundflow-exchange", &[]),
    ("fundflow-sqlite", &["fundflow-kernel"]),
    (
        "fundflow-infrastructure",
        &[
            "fundflow-domain",
            "fundflow-exchange",
            "fundflow-kernel",
            "fundflow-runtime",
            "fundflow-sagas",
            "fundflow-sqlite",
        ],
    ),
    ("fundflow", &["fundflow-application", "fundflow-domain", "fundflow-kernel", "fundflow-sagas"]),
    (
        "fundflow-cli",
        &[
            "fundflow",
            "fundflow-application",
            "fundflow-domain",
            "fundflow-infrastructure",
            "fundflow-kernel",
            "fundflow-sagas",
        ],
    ),
];

/// Where no identifier may hold a word of the business, and those words.
const BUSINESS: (&[&str], &[&str]) =
    (&["kernel/src/"], &["fund", "funds", "wallet", "leg", "legs", "discount", "registrar"]);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every Rust file that is ours, with its path from the root.
fn files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let members = [
        "kernel",
        "domain",
        "application",
        "sagas",
        "infrastructure",
        "engine",
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

fn lines_with<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    (1..).zip(text.lines()).filter(move |(_, line)| line.contains(word))
}

#[test]
fn the_arrows_between_the_crates_point_one_way() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let arguments = ["metadata", "--format-version=1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (member, allowed) in ARROWS {
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|package| package["name"] == member).unwrap();
        let normal = |it: &&serde_json::Value| it["kind"].is_null();
        let all = package["dependencies"].as_array().unwrap();
        let names = all.iter().filter(normal).map(|it| it["name"].as_str().unwrap());
        let names: BTreeSet<&str> = names.collect();
        let ours: Vec<&str> =
            names.iter().filter(|name| name.starts_with("fundflow")).copied().collect();
        assert_eq!(ours, allowed, "{member} sees");
        if member == "fundflow-domain" {
            let foreign = ["tokio", "futures", "futures-util", "async-trait", "log", "tracing"];
            assert!(foreign.iter().all(|name| !names.contains(name)), "{names:?}");
        }
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for (name, text) in files() {
        let lines = text.lines().count();
        let exception = LONG.iter().find(|(long, ..)| *long == name);
        match exception {
            None => assert!(lines <= 400, "{name} has {lines} lines; split it"),
            Some((_, max, why)) => {
                assert!(lines > 400, "{name} is short enough; take it off the list ({why})");
                assert!(lines <= *max, "{name} grew to {lines} lines ({why})");
            }
        }
    }
}

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
        assert!(excepted || name == THIS || found.is_empty(), "{name}: {found:?}");
        assert!(!excepted || !found.is_empty(), "{name} has no float; take it off the list");
    }
}

const THIS: &str = "tests/tests/tidy.rs";

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo!", "unimplemented!", "dbg!", "#[ignore", "thread::sleep", "should_panic"];
    for (name, text) in files().iter().filter(|(name, _)| name != THIS) {
        for word in words {
            let found: Vec<_> = lines_with(text, word).collect();
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

#[test]
fn sql_stands_in_sql_files() {
    for (name, text) in files().iter().filter(|(name, _)| name != THIS) {
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
    let deciders =
        ["wallet", "fund_order", "discount_purchase", "plan"].map(|it| format!("domain/src/{it}/"));
    let ours = |name: &str| deciders.iter().any(|folder| name.starts_with(folder.as_str()));
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
    assert!(seen >= 5, "the deciders have moved");
}

/// An identifier's words, as cut by `_`, digits and capitals, in lower case.
fn words(identifier: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    for c in identifier.chars() {
        if !c.is_alphabetic() || (c.is_uppercase() && !before.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

/// The first line with an identifier that holds one of the words; comments and our crates' names
/// are set aside.
fn business_word(text: &str, of: &[&str]) -> Option<(usize, String)> {
    let ours = |identifier: &str| identifier.starts_with("fundflow");
    let holds = |identifier: &str| words(identifier).iter().any(|word| of.contains(&&**word));
    (1..).zip(text.lines()).filter(|(_, line)| !is_comment(line)).find_map(|(at, line)| {
        let code = line.split("//").next().unwrap_or_default();
        let mut all = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        all.find(|it| !ours(it) && holds(it)).map(|it| (at, it.to_owned()))
    })
}

#[test]
fn the_kernel_has_no_word_of_the_business() {
    let (folders, of) = BUSINESS;
    let generic = |name: &str| folders.iter().any(|folder| name.starts_with(folder));
    let mut seen = 0;
    for (name, text) in files().iter().filter(|(name, _)| generic(name)) {
        seen += 1;
        assert_eq!(business_word(text, of), None, "{name}");
    }
    assert!(seen >= 10, "the kernel has moved");
}

#[test]
fn a_word_of_the_business_is_found_inside_of_an_identifier_and_nowhere_else() {
    let (_, of) = BUSINESS;
    for bad in ["let wallet_id = 1;", "struct FundCode;", "enum OpenLeg {}", "fn of_2_funds()"] {
        assert!(business_word(bad, of).is_some(), "{bad}");
    }
    for good in ["use fundflow_kernel::x;", "let legal = 1;", "// a wallet", "let refund = 1;"] {
        assert_eq!(business_word(good, of), None, "{good}");
    }
}

#[test]
fn every_crate_says_first_what_it_is_for() {
    let libraries =
        ["kernel", "domain", "application", "sagas", "infrastructure", "engine", "tests"];
    for member in libraries {
        let text = fs::read_to_string(root().join(member).join("src/lib.rs")).unwrap();
        assert!(text.starts_with("//! "), "{member}/src/lib.rs");
    }
    let text = fs::read_to_string(root().join("cli/src/main.rs")).unwrap();
    assert!(text.starts_with("//! "), "cli/src/main.rs");
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
