//! What people read is in words: no name that only the code has for something.

use crate::sources::{files, is_comment};

/// Where `:?` quotes a text as somebody typed or sent it, so that blanks and strange characters show.
const QUOTED: &[&str] =
    &["value", "text", "name", "code", "wanted", "which", "version", "notation", "short"];

/// Where it stands before anything else, and why nobody reads it, or may.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("application/src/desk/preview.rs", "is Debug itself"),
    ("engine/src/shard.rs", "logs a defect of ours; the input says itself in words"),
    ("infrastructure/exchange/src/finding.rs", "quotes the bytes of a field"),
    ("infrastructure/src/day_folder/orders.rs", "compares two rows; nobody reads it"),
    ("sagas/runtime/src/message.rs", "is Debug itself"),
];

#[test]
fn messages_hold_no_names_of_the_code() {
    let ours =
        ["kernel/", "domain/", "sagas/", "application/", "engine/", "infrastructure/", "cli/"];
    let mut used = Vec::new();
    for (name, text) in files() {
        let test =
            name.contains("tests") || name.contains("/benches/") || name.contains("properties");
        if test || !ours.iter().any(|folder| name.starts_with(folder)) {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let found: Vec<(usize, &str)> = (1..)
            .zip(code.lines())
            .filter(|(_, line)| !is_comment(line) && line.split('{').any(is_a_name_of_the_code))
            .collect();
        match EXCEPTIONS.iter().find(|(file, _)| *file == name) {
            Some((file, _)) if !found.is_empty() => used.push(*file),
            Some((file, _)) => panic!("{file} has none; take it off the list"),
            None => assert!(
                found.is_empty(),
                "{name} shows people a name of the code; give it words (domain/src/words.rs): {found:#?}"
            ),
        }
    }
    assert_eq!(used.len(), EXCEPTIONS.len(), "a file on the list is gone; take it off");
}

/// Of what stands behind a brace: `state:?}…`, unless it quotes a text.
fn is_a_name_of_the_code(behind: &str) -> bool {
    let Some((what, _)) = behind.split_once('}') else { return false };
    let Some(name) = what.strip_suffix(":?").or_else(|| what.strip_suffix(":#?")) else {
        return false;
    };
    !QUOTED.contains(&name)
}
