//! What is nearly a number, a date, a time, a token or a text is refused where it enters, in files and flags alike:
//! named with its place, its value and what is allowed, and nothing of it is stored.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use std::{fs, path::Path, process::Output};

const CARD: &str = "4111111111111111";
const IDENTITY: &str = "11010519491231002X";
const INVESTOR: &str = "I-1,A-1,C5,2027-01-31,verified,2035-06-30";
const ORDER: &str = "R-1,09:00:00,I-1,000730,1000.00";
const NAV: &str = "011162,2026-03-09,1.0000";

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

/// A folder with one recharge; `(file, from, to)` says what is different in it.
fn folder(at: &Path, (file, from, to): (&str, &str, &str)) {
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-09\nseed = 1\ndistributor = \"305\"\n".to_owned()),
        (
            "investors.csv",
            format!(
                "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until\n{INVESTOR}\n"
            ),
        ),
        ("navs.csv", format!("fund,date,nav\n{NAV}\n")),
        (
            "orders.csv",
            format!("transaction,time,investor,fund,amount,kind,note\n{ORDER},recharge,\n"),
        ),
    ] {
        let text = if name == file { text.replacen(from, to, 1) } else { text };
        fs::write(at.join(name), text).unwrap();
    }
}

/// The exit code and what is said of the folder, and whether a store was begun.
fn played(change: (&str, &str, &str)) -> (Option<i32>, String, bool) {
    let at = tempfile::tempdir().unwrap();
    folder(at.path(), change);
    let store = at.path().join("store");
    let output = fundflow(&store, &["day", "--no-progress", at.path().to_str().unwrap()]);
    (output.status.code(), said(&output), store.exists())
}

#[test]
fn a_field_that_is_nearly_a_number_a_date_or_a_time_is_refused_with_its_place() {
    let amounts = [
        "+1000.00",
        "1000.",
        ".5",
        "1_000",
        "1e3",
        " 1000",
        "1000 ",
        "-0",
        "１０００",
        "1,000",
        "0x10",
    ];
    let dates =
        ["2026-3-09", "09/03/2026", "0000-03-09", "12026-03-09", "+2026-03-09", " 2026-03-09"];
    let times =
        ["23:59:60", "24:00", "9:00", "09:00:00.1234567", "2026-03-09T09:00:00+8", " 09:00"];
    for value in amounts {
        // A comma inside of a field needs quotes.
        let (code, said, _) = played(("orders.csv", "1000.00", &format!("\"{value}\"")));
        assert_eq!(code, Some(3), "{value}: {said}");
        assert!(
            said.contains(&format!("orders.csv:2: amount {value:?}: write ")),
            "{value}: {said}"
        );
    }
    for value in dates {
        let (code, said, _) = played(("navs.csv", "2026-03-09", value));
        assert_eq!(code, Some(3), "{value}: {said}");
        assert!(said.contains(&format!("navs.csv:2: date {value:?}: write ")), "{value}: {said}");
    }
    for value in times {
        let (code, said, _) = played(("orders.csv", "09:00:00", value));
        assert_eq!(code, Some(3), "{value}: {said}");
        assert!(said.contains(&format!("orders.csv:2: time {value:?}: write ")), "{value}: {said}");
    }
    assert_eq!(played(("", "", "")).0, Some(0), "the folder as it is");
}

#[test]
fn a_flag_that_is_nearly_a_number_a_date_or_a_time_is_typed_wrongly() {
    let store = tempfile::tempdir().unwrap();
    let rows = [
        vec!["event", "ls", "--limit", "+5"],
        vec!["event", "ls", "--limit", "1_000"],
        vec!["event", "ls", "--after", "1e3"],
        vec!["order", "ls", "--on", "2026-2-12"],
        vec!["order", "ls", "--limit", "５"],
        vec!["fund", "ls", "--on", "12/02/2026"],
        vec!["fund", "ls", "--on", "0000-02-12"],
        vec!["quote", "purchase", "--amount", "+1000.00", "--rate", "1.5%"],
        vec!["quote", "purchase", "--amount", "1000.", "--rate", "1.5%"],
        vec!["quote", "purchase", "--amount", "1000", "--rate", "+1.5%"],
        vec!["quote", "withdraw", "--shares", "1_000"],
        vec!["quote", "withdraw", "--shares", "1", "--at", "2026-02-12T10:00:00+8"],
        vec!["quote", "withdraw", "--shares", "1", "--at", "2026-02-12T24:00:00+08:00"],
        vec!["quote", "plan", "--periods", "+5"],
        vec!["freeze", "order", "F-1", "--investor", "I-1", "--fund", "000730", "--shares", "-0"],
        vec!["saga", "resume", "TX-1@+3"],
    ];
    for words in rows {
        let output = fundflow(store.path(), &words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", said(&output));
    }
}

#[test]
fn numbers_of_toml_are_digits_alone_and_its_dates_whole() {
    for (from, to, named) in [
        ("seed = 1", "seed = +1", "day.toml:2: seed \"+1\""),
        ("seed = 1", "seed = 1_0", "day.toml:2: seed \"1_0\""),
        ("seed = 1", "seed = 0x1", "day.toml:2: seed \"0x1\""),
        ("2026-03-09", "\"2026-3-9\"", "day.toml:1: trade_date \"2026-3-9\""),
    ] {
        let (code, said, begun) = played(("day.toml", from, to));
        assert!(code == Some(1) && !begun && said.contains(named), "{to}: {said}");
    }
}

#[test]
fn a_number_of_a_card_or_a_document_is_refused_where_it_enters_and_never_said_whole() {
    let grouped = "4111-1111-1111-1111";
    for number in [CARD, IDENTITY, grouped] {
        for (file, from) in [("investors.csv", "A-1"), ("investors.csv", "I-1")] {
            let (code, said, _) = played((file, from, number));
            assert_eq!(code, Some(3), "{said}");
            assert!(said.contains("never stored") && !said.contains(number), "{said}");
            assert!(said.contains(&number[number.len() - 4..]), "{said}");
        }
    }
    let store = tempfile::tempdir().unwrap();
    let by = ["saga", "redirect", "TX-1", "--own-name"];
    for flags in [
        ["--account", CARD, "--reason", "closed"],
        ["--account", "A-1", "--reason", "was 4111 1111 1111 1111"],
    ] {
        let output = fundflow(store.path(), &[&by[..], &flags].concat());
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("never stored") && !said.contains(flags[1].trim_start_matches("A-1"))
                || flags[1] == "A-1",
            "{said}"
        );
        assert!(!said.contains(CARD) && !said.contains("4111 1111 1111 1111"), "{said}");
    }
}

#[test]
fn nothing_that_a_terminal_obeys_gets_in_or_out() {
    for strange in ["\u{1b}[31mred", "a\u{202e}b", "a\u{200b}b", "a\u{9b}b", "\"a\nb\""] {
        let (code, said, _) = played(("orders.csv", "recharge,", &format!("recharge,{strange}")));
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("orders.csv:2: note ") && said.contains("not printable"), "{said}");
        let (code, said, begun) =
            played(("day.toml", "seed", &format!("# \nnotes = \"{}\"\nseed", "\\u202e")));
        assert!(code == Some(1) && !begun && said.contains("notes"), "{said}");
    }
    let store = tempfile::tempdir().unwrap();
    for words in [
        vec!["saga", "resume", "TX-1", "--reason", "a\u{202e}b"],
        vec!["event", "ls", "--limit", "\u{1b}[2J\n5"],
        vec!["\u{1b}[2J"],
        vec!["saga", "show", "a\u{9b}b"],
    ] {
        let output = fundflow(store.path(), &words);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(!said.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{said:?}");
    }
}

#[test]
fn a_name_that_leads_out_of_its_directory_is_refused_before_the_first_event() {
    for name in ["../x", "/tmp/x", "..", ".x", "-x", "a/b", "a b", "", "0123456789", "a\\u0000"] {
        for key in ["distributor = \"305\"", "seed = 1\n"] {
            let to = if key.starts_with("seed") {
                format!("seed = 1\nregistrar = \"{name}\"\n")
            } else {
                format!("distributor = \"{name}\"")
            };
            let (code, said, begun) = played(("day.toml", key, &to));
            assert!(code == Some(1) && !begun, "{name}: {said}");
            assert!(
                said.contains("write 1 to 9 of A-Z a-z 0-9") || said.contains("not printable"),
                "{said}"
            );
        }
    }
}
