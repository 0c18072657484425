//! What lists are narrowed by: a value that nothing can have is refused with those that there are.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
use crate::common::make;
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
    let refused: [(&[&str], i32, &str); 16] = [
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
        (&["order", "show", "nonsense"], 1, "`fundflow order ls` lists those there are"),
        (&["order", "show", "TX-1"], 1, "its orders are TX-1.convert, TX-1.mmf"),
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

const STUCK: u32 = 40;

/// A day on which the channel answers nobody, and one payment goes through.
fn silent_day(directory: &Path) -> std::path::PathBuf {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/day");
    let folder = directory.join("day");
    copied(&case, &folder);
    let heading = "transaction,time,investor,wallet_fund,target_fund,amount";
    let row = |name: &str, minute: u32| {
        format!("{name},14:{minute:02}:00,I-1001,000730,011162,1000.00\n")
    };
    let rows: String = (0..STUCK).map(|it| row(&format!("S-{it:02}"), it)).collect();
    let orders = format!("{heading}\n{rows}{}", row("OK-1", 59));
    std::fs::write(folder.join("orders.csv"), orders).unwrap();
    let scenario = "[charge.per_mille]\nsilent = 1000\n[override.OK-1]\ncharge = \"paid\"\n";
    std::fs::write(folder.join("scenario.toml"), scenario).unwrap();
    folder
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The names with their versions, as a look prints them.
fn targets(look: &str) -> Vec<String> {
    let line = look.lines().find(|line| line.starts_with("to do it")).unwrap_or_default();
    line.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect()
}

#[test]
fn an_operator_settles_forty_that_are_stuck_for_one_reason_in_two_lines() {
    let directory = tempfile::tempdir().unwrap();
    let (store, folder) = (directory.path().join("store"), silent_day(directory.path()));
    let (exit, report, err) = run(&store, &["day", folder.to_str().unwrap()]);
    assert!(exit.is_some_and(|code| code != 1), "{report}{err}");

    let (_, listed, err) = run(&store, &["saga", "ls", "--parked-at", "pay", "--limit", "1000"]);
    assert_eq!(listed.lines().count(), 1 + STUCK as usize, "{listed}{err}");
    let longest = listed.lines().map(|line| line.matches("answers nobody").count()).max();
    assert_eq!(longest, Some(1), "the reason stands there once: {listed}");
    // Each of them was asked for, and none was answered: one code finds all.
    let unanswered = ["saga", "ls", "--parked-at", "pay", "--code", "timeout", "--limit", "1000"];
    let (_, by_code, _) = run(&store, &unanswered);
    assert_eq!(by_code, listed);
    let (exit, _, err) = run(&store, &["saga", "ls", "--parked-at", "nonsense"]);
    assert!(exit == Some(2) && err.contains("one of: pay"), "{err}");
    let (exit, out, err) = run(&store, &["saga", "ls", "--code", "nonsense", "-o", "json"]);
    assert_eq!((exit, out.trim()), (Some(0), "[]"), "{err}");
    assert!(err.contains("one of: timeout"), "{err}");
    let (exit, out, err) = run(&store, &["saga", "ls", "--parked-at", "buy", "-o", "json"]);
    assert_eq!((exit, out.trim(), err.as_str()), (Some(0), "[]", ""));

    let give_up =
        ["saga", "abandon", "--disposition", "payment=refund", "--reason", "bank is down"];
    let who = ["--operator", "li"];
    let chosen = [&give_up[..], &who, &["--parked-at", "pay"]].concat();
    let (exit, look, err) = run(&store, &chosen);
    assert_eq!(exit, Some(0), "{look}{err}");
    let named = targets(&look);
    assert_eq!(named.len(), STUCK as usize, "{look}");
    let (exit, _, err) = run(&store, &[&chosen[..], &["--apply"]].concat());
    assert!(exit == Some(2) && err.contains("name the sagas"), "a choice only looks: {err}");

    let seen: Vec<&str> = named.iter().map(String::as_str).collect();
    let (exit, done, err) = run(&store, &[&give_up[..], &who, &seen, &["--apply"]].concat());
    assert_eq!(exit, Some(0), "{done}{err}");
    assert!(done.contains("done: 40 of 40"), "{done}");
    let (_, left, _) = run(&store, &["saga", "ls", "--stuck"]);
    assert_eq!(left.lines().count(), 1, "nobody waits any more: {left}");
    let (exit, _, err) = run(&store, &chosen);
    assert_eq!(exit, Some(1), "{err}");
    let (exit, out, err) = run(&store, &[&unanswered[..], &["-o", "json"]].concat());
    assert_eq!((exit, out.trim()), (Some(0), "[]"), "{err}");

    let (exit, shown, _) = run(&store, &["saga", "show", "OK-1"]);
    assert_eq!(exit, Some(0), "{shown}");
}

#[test]
fn orders_are_listed_by_transaction_investor_fund_and_day() {
    let directory = tempfile::tempdir().unwrap();
    let (store, folder) = (directory.path().join("store"), silent_day(directory.path()));
    run(&store, &["day", folder.to_str().unwrap()]);

    let listed = |words: &[&str]| {
        let (exit, out, err) = run(&store, &[&["order", "ls", "--limit", "1000"], words].concat());
        (exit, out.lines().count().saturating_sub(1), err)
    };
    let (_, all, _) = listed(&[]);
    assert!(all > STUCK as usize, "{all}");
    for (words, wanted) in [
        (&["--transaction", "OK-1"][..], 2),
        (&["--investor", "I-1001"], 2 + STUCK as usize),
        (&["--fund", "011162"], 1),
        (&["--fund", "000730", "--stage", "confirmed"], 2),
        (&["--trade-date", "2026-02-27"], 0),
    ] {
        let (exit, found, err) = listed(words);
        assert_eq!((exit, found), (Some(0), wanted), "{words:?}: {err}");
    }
    for words in [["--transaction", "S-99"], ["--investor", "I-9999"], ["--fund", "999999"]] {
        let (exit, _, err) = listed(&words);
        assert!(exit == Some(2) && err.contains("write one of"), "{words:?}: {err}");
    }
    let (exit, _, err) = run(&store, &["case", "ls", "--kind", "nonsense"]);
    assert_eq!(exit, Some(2), "{err}");
    let (exit, _, err) = run(&store, &["case", "ls", "--kind", "fee_differs_from_promise"]);
    assert_eq!(exit, Some(0), "{err}");
}

/// As a list shows it, and as it is stored.
#[tokio::test]
async fn an_ending_is_named_as_it_is_shown_too() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    let listed = |ending| run(&store, &["saga", "ls", "--ending", ending]);
    let (shown, stored) = (listed("kept in wallet"), listed("kept_in_wallet"));
    assert_eq!(shown.0, Some(0), "{}", shown.2);
    assert_eq!(shown, stored);
}

/// Named with its field, its value and what may be typed.
#[tokio::test]
async fn a_number_or_date_that_is_typed_wrongly_is_named_with_what_may_be() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    let freeze = [
        "freeze",
        "order",
        "F-1",
        "--investor",
        "I-1",
        "--fund",
        "000730",
        "--shares",
        "-5",
        "--cause",
        "court",
        "--source",
        "paper",
        "--reason",
        "r",
    ];
    let refused: [(&[&str], [&str; 3]); 9] = [
        (&["event", "ls", "--after", "-1"], ["--after", "'-1'", "0 or more"]),
        (&["event", "tail", "--after", "-1"], ["--after", "'-1'", "0 or more"]),
        (&["saga", "ls", "--limit", "-1"], ["--limit", "'-1'", "0 or more"]),
        (&["order", "ls", "--trade-date", "2026-2-3"], ["--trade-date", "2026-2-3", "YYYY-MM-DD"]),
        (&freeze, ["--shares", "-5", "at most 2 decimals"]),
        (
            &["quote", "purchase", "--amount", "1.000", "--rate", "1%", "--nav", "1"],
            ["--amount", "1.000", "at most 2 decimals"],
        ),
        (
            &["quote", "purchase", "--amount", "5.", "--rate", "1%", "--nav", "1"],
            ["--amount", "5.", "at most 2 decimals"],
        ),
        (
            &["quote", "purchase", "--amount", "5", "--rate", "-1%", "--nav", "1"],
            ["--rate", "-1%", "1.5%"],
        ),
        (
            &["quote", "purchase", "--amount", "5", "--rate", ".5%", "--nav", "1"],
            ["--rate", ".5%", "1.5%"],
        ),
    ];
    for (words, names) in refused {
        let (exit, out, err) = run(&store, words);
        assert_eq!((exit, out.as_str()), (Some(2), ""), "{words:?}: {err}");
        assert!(names.iter().all(|name| err.contains(name)), "{words:?}: {err}");
    }
}
