//! What the inspecting commands say of a store that the oldest commit of this format wrote, word for word.

use crate::common::{golden, transcript};
use std::{fs, path::Path};

const STORE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/tests/stores/format2-9f336f3/events.db");

const COMMANDS: &[&[&str]] = &[
    &["saga", "ls"],
    &["saga", "show", "TX-1"],
    &["saga", "show", "TX-short"],
    &["saga", "show", "PLAN-1"],
    &["order", "ls"],
    &["order", "show", "BUY-1.buy"],
    &["wallet", "ls"],
    &["holdings", "ls"],
    &["case", "ls"],
    &["audit", "verify"],
];

#[test]
fn a_store_of_the_oldest_commit_of_this_format_is_listed_shown_and_sound() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("events.db");
    fs::copy(Path::new(STORE), &store).unwrap();

    let all: Vec<_> = COMMANDS.iter().map(|command| transcript(&store, command)).collect();
    golden("earlier.txt", &all.join("\n"));
}
