//! A case as a person sees it: what was promised, what is booked and what the record says, figure by figure.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, without_positions};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount
B-1,10:01:00,purchase,I-1,011162,1000.00
";

/// A store in which that happened to one purchase.
fn store(scenario: &str) -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n"),
        ("orders.csv", ORDERS),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fundflow(store.path(), &["day", "--no-progress", folder.path().to_str().unwrap()]);
    store
}

/// The only case: as a table, and for programs.
fn only_case(store: &Path) -> (String, Value) {
    let listed = fundflow(store, &["case", "ls", "-o", "json"]);
    let rows = without_positions(serde_json::from_slice(&listed.stdout).unwrap());
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    let case = rows[0]["case"].as_str().unwrap();
    let table = fundflow(store, &["case", "show", case]).stdout;
    let shown = fundflow(store, &["case", "show", case, "-o", "json"]).stdout;
    (String::from_utf8(table).unwrap(), serde_json::from_slice(&shown).unwrap())
}

fn line<'a>(table: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!(" {name} ");
    let beside = table.split("the record beside its order").nth(1).unwrap();
    let found = beside.lines().find(|line| line.starts_with(&begin));
    found.unwrap_or_else(|| panic!("{name}: {table}")).split_whitespace().collect()
}

#[test]
fn a_second_confirmation_stands_beside_the_first_and_the_promise() {
    let (table, shown) =
        only_case(store("[override.B-1]\nbuy_confirmation = \"twice_different\"\n").path());

    assert!(table.contains("second_confirmation_differs"), "{table}");
    assert_eq!(line(&table, "amount")[1..], ["1000.00", "1000.00", "999.99", "differs"]);
    assert_eq!(line(&table, "shares")[1..], ["-", "1327.61", "1327.61"]);
    assert_eq!(line(&table, "nav")[2], "0.74210000");
    assert!(!table.contains(" { ") && !table.contains("Shares("), "{table}");
    let figures = shown["figures"].as_array().unwrap();
    let of = |name: &str| figures.iter().find(|it| it["name"] == name).unwrap();
    let amount = of("amount");
    let sides = [&amount["promised"], &amount["booked"], &amount["record"]];
    assert_eq!(sides, ["1000.00", "1000.00", "999.99"]);
    assert!(amount["differs"] == true && of("shares")["differs"] == false);
}

#[test]
fn a_rejection_of_what_was_confirmed_says_its_reason_beside_the_booked_figures() {
    let (table, _) =
        only_case(store("[override.B-1]\nbuy_confirmation = \"contradicted\"\n").path());

    assert!(line(&table, "says").contains(&"rejected"), "{table}");
    assert_eq!(line(&table, "amount")[1..3], ["1000.00", "1000.00"]);
    assert!(!line(&table, "text").is_empty());
}

#[test]
fn what_a_bank_says_stands_beside_the_money_and_not_beside_the_shares() {
    let (table, _) = only_case(store("[override.B-1]\ncharge = \"contradicted\"\n").path());

    assert!(line(&table, "says").contains(&"charge"), "{table}");
    assert_eq!(line(&table, "amount")[1..3], ["1000.00", "1000.00"]);
    assert!(!table.contains("nav"), "{table}");
    let found = table.split("the record beside its order").next().unwrap();
    let says = found.lines().find(|line| line.starts_with(" says ")).unwrap();
    assert!(says.contains("paid") && says.ends_with("declined"), "{found}");
}

#[test]
fn a_record_that_is_accepted_after_the_end_takes_effect_and_the_rest_goes_back() {
    let store = store("[override.B-1]\nbuy_confirmation = \"twice_different\"\n");
    let store = store.path();
    let rows = |before: &str| {
        let shown = fundflow(store, &["saga", "show", "B-1"]).stdout;
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("completed"), "{before}: {shown}");
        assert!(!shown.contains("ahead"), "{before}: nothing of it is undone: {shown}");
    };
    rows("a second record came after the end");
    let listed = fundflow(store, &["case", "ls", "-o", "json"]);
    let listed = without_positions(serde_json::from_slice(&listed.stdout).unwrap());
    let case = listed[0]["case"].as_str().unwrap();
    let close = ["case", "close", case, "--how", "accepted", "--operator", "li", "--apply"];
    let closed = fundflow(store, &[&close[..], &["--reason", "the registrar was asked"]].concat());
    assert!(closed.status.success(), "{closed:?}");

    rows("the second record holds");
    let events = fundflow(store, &["event", "ls", "-o", "json"]).stdout;
    let events = String::from_utf8(events).unwrap();
    for happened in ["application.corrected", "holdings.credit_reversed", "payment.refunded"] {
        assert!(events.contains(happened), "{happened}: {events}");
    }
    let verified = fundflow(store, &["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
