//! Who may see whom, and which words may stand where.

use crate::sources::{files, is_comment, root};
use std::{collections::BTreeSet, process::Command};

/// Who may see whom, tests aside.
const ARROWS: &[(&str, &[&str])] = &[
    ("fundflow-kernel", &[]),
    ("fundflow-proofs", &["fundflow-kernel"]),
    ("fundflow-domain", &["fundflow-kernel"]),
    ("fundflow-reconciliation", &["fundflow-domain"]),
    ("fundflow-runtime", &["fundflow-kernel"]),
    ("fundflow-sagas", &["fundflow-domain", "fundflow-kernel", "fundflow-runtime"]),
    (
        "fundflow-application",
        &["fundflow-domain", "fundflow-kernel", "fundflow-reconciliation", "fundflow-runtime"],
    ),
    ("fundflow", &["fundflow-kernel", "fundflow-runtime"]),
    ("fundflow-files", &[]),
    ("fundflow-exchange", &["fundflow-files"]),
    ("fundflow-writing", &["fundflow-kernel"]),
    ("fundflow-postgres", &["fundflow-kernel", "fundflow-writing"]),
    ("fundflow-sqlite", &["fundflow-files", "fundflow-kernel", "fundflow-writing"]),
    ("fundflow-contract", &["fundflow-kernel"]),
    (
        "fundflow-infrastructure",
        &[
            "fundflow-domain",
            "fundflow-exchange",
            "fundflow-files",
            "fundflow-kernel",
            "fundflow-postgres",
            "fundflow-reconciliation",
            "fundflow-runtime",
            "fundflow-sagas",
            "fundflow-sqlite",
        ],
    ),
    ("fundflow-ledger", &["fundflow-domain", "fundflow-files", "fundflow-kernel"]),
    (
        "fundflow-closing",
        &[
            "fundflow",
            "fundflow-application",
            "fundflow-domain",
            "fundflow-infrastructure",
            "fundflow-kernel",
            "fundflow-ledger",
            "fundflow-proofs",
            "fundflow-reconciliation",
            "fundflow-sagas",
        ],
    ),
    (
        "fundflow-cli",
        &[
            "fundflow",
            "fundflow-application",
            "fundflow-closing",
            "fundflow-contract",
            "fundflow-domain",
            "fundflow-infrastructure",
            "fundflow-kernel",
            "fundflow-ledger",
            "fundflow-proofs",
            "fundflow-reconciliation",
            "fundflow-sagas",
            "fundflow-simulation",
        ],
    ),
    (
        "fundflow-simulation",
        &[
            "fundflow-application",
            "fundflow-domain",
            "fundflow-kernel",
            "fundflow-runtime",
            "fundflow-sagas",
        ],
    ),
];

/// Where no identifier may hold a word of the business, and those words.
const BUSINESS: (&[&str], &[&str]) = (
    &["kernel/src/", "sagas/runtime/src/", "engine/src/", "application/src/desk/"],
    &[
        "fund",
        "funds",
        "wallet",
        "leg",
        "legs",
        "discount",
        "registrar",
        "investor",
        "investors",
        "purchase",
        "redemption",
        "conversion",
        "nav",
        "distributor",
    ],
);

/// Where such a word stands all the same, how often, and why.
const EXCEPTIONS: &[(&str, &str, usize)] = &[
    // What becomes of the difference of a record is asked of the ledger's rules, which are the domain's.
    ("application/src/desk/difference.rs", "is_of_a_purchase", 1),
    // The stored name of who asked (docs/adr/0023): it is in the chain of every event.
    ("kernel/src/envelope.rs", "investor", 4),
];

#[test]
fn the_arrows_between_the_crates_point_one_way() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let arguments = ["metadata", "--format-version=1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (member, allowed) in ARROWS.iter().copied() {
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

/// Lines with an identifier that holds one of the words; comments and our crates' names are set
/// aside.
fn business_words(text: &str, of: &[&str]) -> Vec<(usize, String)> {
    let ours = |identifier: &str| identifier.starts_with("fundflow");
    let holds = |identifier: &str| words(identifier).iter().any(|word| of.contains(&&**word));
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !is_comment(line));
    lines
        .filter_map(|(at, line)| {
            let code = line.split("//").next().unwrap_or_default();
            let mut all = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            all.find(|it| !ours(it) && holds(it)).map(|it| (at, it.to_owned()))
        })
        .collect()
}

#[test]
fn what_carries_any_saga_has_no_word_of_the_business() {
    let (folders, of) = BUSINESS;
    let generic = |name: &str| folders.iter().any(|folder| name.starts_with(folder));
    let mut seen = 0;
    for (name, text) in files().iter().filter(|(name, _)| generic(name)) {
        seen += 1;
        let found = business_words(text, of);
        match EXCEPTIONS.iter().find(|(file, ..)| file == name) {
            Some((_, word, times)) => {
                assert!(found.iter().all(|(_, it)| it == word), "{name}: {found:?}");
                assert_eq!(found.len(), *times, "{name}: {found:?}");
            }
            None => assert!(found.is_empty(), "{name}: {found:?}"),
        }
    }
    assert!(seen >= 60, "they have moved: {seen}");
}

#[test]
fn a_word_of_the_business_is_found_inside_of_an_identifier_and_nowhere_else() {
    let (_, of) = BUSINESS;
    for bad in ["let wallet_id = 1;", "struct FundCode;", "enum OpenLeg {}", "fn of_2_funds()"] {
        assert_eq!(business_words(bad, of).len(), 1, "{bad}");
    }
    for good in ["use fundflow_kernel::x;", "let legal = 1;", "// a wallet", "let refund = 1;"] {
        assert!(business_words(good, of).is_empty(), "{good}");
    }
}
