//! The ledger of a store in which every kind of purchase has happened: it agrees with the audit's own books.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use crate::common::fundflow;
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

fn text(store: &Path, words: &[&str]) -> String {
    let said = fundflow(store, words);
    let errors = String::from_utf8_lossy(&said.stderr).into_owned();
    assert_eq!(said.status.code(), Some(0), "{words:?}: {errors}");
    String::from_utf8(said.stdout).unwrap()
}

fn json(store: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&text(store, &[words, &["-o", "json"]].concat())).unwrap()
}

/// Kind of account, commodity, and how much without its side.
type Held = BTreeSet<(String, String, String)>;

fn held(rows: &Value, sums: impl Fn(&Value) -> String) -> Held {
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = rows.as_array().unwrap().iter();
    let all = rows.map(|row| (word(row, "class"), word(row, "commodity"), sums(row)));
    all.filter(|(_, _, sum)| sum != "0.00").collect()
}

#[tokio::test]
async fn the_ledger_is_what_the_audit_books_and_holds_against_every_invariant() {
    let folder = tempfile::tempdir().unwrap();
    crate::common::make(folder.path()).await;
    let of_ledger = held(&json(folder.path(), &["ledger", "trial-balance"]), |row| {
        let (debit, credit) = (row["debit"].as_str().unwrap(), row["credit"].as_str().unwrap());
        (if debit == "0.00" { credit } else { debit }).to_owned()
    });
    let audited = json(folder.path(), &["audit", "verify"]);
    let of_audit = held(&audited["balances"], |row| {
        row["balance"].as_str().unwrap().trim_start_matches('-').to_owned()
    });
    assert!(of_ledger.len() > 4, "{of_ledger:?}");
    assert_eq!(of_ledger, of_audit);

    let verdicts = json(folder.path(), &["ledger", "check"]);
    let names = verdicts.as_array().unwrap().iter().map(|it| it["invariant"].as_str().unwrap());
    let names: Vec<&str> = names.collect();
    let all: Vec<String> = (1..=20).map(|nth| format!("I{nth}")).collect();
    assert_eq!(names, all);
}

#[tokio::test]
async fn statement_and_money_in_flight_are_read_as_tables_json_and_csv_and_survive_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    crate::common::make(folder.path()).await;
    let statement = ["ledger", "statement", "--investor", "INV-1"];
    let lines = text(folder.path(), &[&statement[..], &["-o", "csv"]].concat());
    assert!(lines.starts_with("day,request,event,account,amount,balance\n"), "{lines}");
    assert!(lines.contains(",TX-1,payment.paid,L:CUST:PENDING:TX-1.mmf,-"), "{lines}");
    assert!(!lines.contains("TX-3"), "another investor's");
    let before = [&statement[..], &["--to", "2026-01-01", "-o", "json"]].concat();
    assert_eq!(text(folder.path(), &before), "[]\n");

    let legs = ["ledger", "in-flight", "--by", "leg"];
    let in_flight = text(folder.path(), &legs);
    assert!(in_flight.contains("A:CHANNEL:RECV"), "{in_flight}");
    let rebuilt = text(folder.path(), &["ledger", "rebuild"]);
    assert!(rebuilt.starts_with("events"), "{rebuilt}");
    assert_eq!(text(folder.path(), &legs), in_flight);
}
