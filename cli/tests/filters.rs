//! What lists are narrowed by: a value that nothing can have is refused with those that there are.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
mod common;

use common::make;
use std::{path::Path, process::Command};

fn run(store: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    let ran = command.args(words).arg("--store").arg(store).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (ran.status.code(), text(&ran.stdout), text(&ran.stderr))
}

#[tokio::test]
async fn no_list_is_empty_because_its_filter_is_misspelt() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    let refused: [(&[&str], i32, &str); 14] = [
        (&["event", "ls", "--type", "nonsense"], 2, "wallet.shares_reserved"),
        (&["event", "ls", "--type", "wallet.nonsense"], 2, "wallet.shares_reserved"),
        (&["event", "ls", "--type", "nonsense", "--after", "100000"], 2, "payment.paid"),
        (&["event", "ls", "--stream", "payment-nonsense"], 1, "no stream payment-nonsense"),
        (&["event", "ls", "--stream", "nonsense-1"], 1, "no stream nonsense-1"),
        (&["saga", "ls", "--kind", "nonsense"], 2, "discount_purchase"),
        (&["saga", "ls", "--ending", "nonsense"], 2, "kept_in_wallet"),
        (&["saga", "ls", "--kind", "redemption", "--ending", "kept_in_wallet"], 2, "rolled_back"),
        (&["saga", "ls", "--requester", "nonsense"], 2, "INV-1"),
        (&["saga", "show", "TX-1", "--kind", "nonsense"], 2, "discount_purchase"),
        (&["case", "ls", "--transaction", "nonsense"], 2, "nonsense"),
        (&["order", "ls", "--stage", "nonsense"], 2, "accepted"),
        (&["holdings", "ls", "--fund", "999999"], 2, "011162"),
        (&["holdings", "show", "nonsense"], 1, "nonsense holds nothing"),
    ];
    for (words, code, known) in refused {
        let (exit, out, err) = run(&store, words);
        assert_eq!((exit, out.as_str()), (Some(code), ""), "{words:?}: {err}");
        assert!(err.contains(known), "{words:?}: {err}");
    }
    let known: [&[&str]; 8] = [
        &["event", "ls", "--type", "wallet.shares_reserved"],
        &["event", "ls", "--type", "shares_reserved"],
        // Nobody pays out here, but somebody could.
        &["event", "ls", "--type", "payout.requested"],
        &["saga", "ls", "--kind", "redemption"],
        &["saga", "ls", "--ending", "discount_purchase.completed"],
        &["case", "ls", "--transaction", "TX-1"],
        &["holdings", "ls", "--fund", "018145"],
        &["saga", "ls", "--trade-date", "2026-02-13"],
    ];
    for words in known {
        let (exit, _, err) = run(&store, words);
        assert_eq!(exit, Some(0), "{words:?}: {err}");
    }
}

#[tokio::test]
async fn a_price_of_what_the_investor_does_not_hold_is_not_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    let (_, listed, _) = run(&store, &["holdings", "ls"]);
    let investor = listed.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();

    let show = |navs: &[&str]| run(&store, &[&["holdings", "show", &investor], navs].concat());
    let (exit, out, err) = show(&["--nav", "999999=1.0"]);
    assert_eq!((exit, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("holds nothing of it; write one of: "), "{err}");
    let (exit, _, err) = show(&["--nav", "011162=1.0", "--nav", "011162=1.1"]);
    assert_eq!(exit, Some(2), "{err}");
}
