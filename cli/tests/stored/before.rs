//! What an earlier program took and this one would refuse is shown, and nothing of it is obeyed by a terminal.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use serde_json::Value;
use std::path::Path;

/// The cause of a declined payment, as the stories tell it.
const TOLD: &str = "not enough money";

/// As it stands in JSON: an escape sequence, a line break, and a mark that turns the reading direction.
const STRANGE: &str = "red \\u001b[31m\\n\u{202e}\u{9b}1m\u{200b}done";

fn strange_in(store: &Path) {
    let database = rusqlite::Connection::open(store).unwrap();
    database.execute_batch("DROP TRIGGER events_no_update").unwrap();
    let change = "UPDATE events SET data = replace(data, ?1, ?2) WHERE data LIKE '%' || ?1 || '%'";
    assert!(database.execute(change, [TOLD, STRANGE]).unwrap() > 0, "no event tells {TOLD}");
}

#[tokio::test]
async fn what_was_stored_before_is_shown_and_not_obeyed() {
    let at = tempfile::tempdir().unwrap();
    let store = crate::common::make(at.path()).await;
    strange_in(&store);
    let mut seen = 0;
    for words in [
        &["saga", "show", "TX-3"][..],
        &["saga", "ls"],
        &["event", "ls"],
        &["event", "tail", "--after", "0"],
        &["order", "ls"],
        &["audit", "verify"],
    ] {
        for format in ["table", "json"] {
            let output = crate::common::fundflow(&store, &[words, &["-o", format]].concat());
            let said = [&output.stdout[..], &output.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            let strange = said
                .chars()
                .find(|c| c.is_control() && *c != '\n' || "\u{202e}\u{200b}".contains(*c));
            assert_eq!(strange, None, "{words:?} {format}: {said:?}");
            seen += usize::from(said.contains("31m"));
            let document = String::from_utf8_lossy(&output.stdout);
            if format == "json" && words[1] != "tail" && !document.is_empty() {
                serde_json::from_str::<Value>(&document).unwrap();
            }
        }
    }
    assert!(seen >= 2, "somebody shows it: {seen}");
    let shown = crate::common::fundflow(&store, &["saga", "show", "TX-3"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let line = shown.lines().find(|line| line.contains("31m")).unwrap();
    assert!(line.contains("\\u{1b}[31m\\n\\u{202e}\\u{9b}1m\\u{200b}done"), "on one line: {line}");
}
