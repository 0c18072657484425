//! How long things may be.

use crate::sources::files;
use std::collections::BTreeSet;

/// Longer than 60 lines, and how long they may be. No function may join them.
const LONG_FUNCTIONS: &[(&str, &str, usize)] = &[
    (
        "domain/src/confirmation_check/tests/shares_out.rs",
        "each_difference_in_a_conversion_is_found_with_its_kind_and_worth",
        93,
    ),
    (
        "domain/src/confirmation_check/tests/shares_out.rs",
        "each_difference_in_a_redemption_is_found_with_its_kind_and_worth",
        70,
    ),
    (
        "infrastructure/src/catalogue/tests.rs",
        "every_kind_of_mistake_names_line_key_value_and_what_is_allowed",
        82,
    ),
    (
        "sagas/tests/discount_purchase/cancel.rs",
        "all_of_a_linked_purchase_is_taken_back_at_every_row_before_the_cut_off",
        62,
    ),
];

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for (name, text) in files() {
        let lines = text.lines().count();
        assert!(lines <= 400, "{name} has {lines} lines; split it");
    }
}

/// Name and number of lines of every function, from its first line to its closing brace.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let words: Vec<&str> = code.split_whitespace().take_while(|it| *it != "fn").collect();
        let before = ["const", "async", "unsafe", "pub", "pub(crate)", "pub(super)"];
        let Some(name) = code.split_whitespace().nth(words.len() + 1) else { continue };
        if !words.iter().all(|word| before.contains(word)) || code.len() == words.join(" ").len() {
            continue;
        }
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let end = format!("{}}}", " ".repeat(indent));
        let body = lines[at..].iter().position(|line| *line == end);
        let bodyless =
            lines[at..].iter().position(|line| line.ends_with(';') || line.ends_with('{'));
        let declared = bodyless.is_some_and(|nth| lines[at + nth].ends_with(';'));
        if let Some(body) = body.filter(|_| !declared && !line.ends_with('}')) {
            found.push((name, body + 1));
        }
    }
    found
}

#[test]
fn no_function_is_longer_than_sixty_lines() {
    let mut seen = BTreeSet::new();
    for (name, text) in files() {
        for (function, lines) in functions(&text).into_iter().filter(|(_, lines)| *lines > 60) {
            let found = LONG_FUNCTIONS.iter().find(|it| it.0 == name && it.1 == function);
            let max = found.map_or(60, |it| it.2);
            assert!(lines <= max, "{name}: {function} has {lines} lines; split it");
            seen.insert((name.clone(), function));
        }
    }
    for (name, function, _) in LONG_FUNCTIONS {
        let still = seen.contains(&((*name).to_owned(), (*function).to_owned()));
        assert!(still, "{name}: {function} is short enough; take it off the list");
    }
}

#[test]
fn a_function_is_measured_from_its_first_line_to_its_brace() {
    let text = "fn a() {\n    b();\n}\n\n    pub(crate) const fn c(\n        d: u8,\n    ) -> u8 {\n        d\n    }\nfn e();\n";

    assert_eq!(functions(text), [("a".to_owned(), 3), ("c".to_owned(), 5)]);
}
