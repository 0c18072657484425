//! What is decided again when the T of an order moves, as the command shows it: in which mode a purchase goes
//! on, whether its investor is still fit for it, who has an order, and what the target of a conversion lets
//! in.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

/// The questionnaire of the second one ends on 12 February.
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2026-02-12,verified,2035-06-30,yes,individual
";

fn catalogue(folder: &str, code: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    fs::read_to_string(root.join(format!("{code}.toml"))).unwrap()
}

/// The fund, whose terms are others from that day on.
fn then(shipped: &str, day: &str, changes: &[(&str, &str)]) -> String {
    let block = &shipped[shipped.rfind("\n[[terms]]").unwrap()..];
    let of = |key: &str| {
        let line = block.lines().find(|line| line.starts_with(key)).unwrap();
        line.split(" #").next().unwrap().trim_end().to_owned()
    };
    let mut later = block
        .replace(&of("version"), "version = \"then\"")
        .replace(&of("effective_from"), &format!("effective_from = {day}"));
    for (was, now) in changes {
        assert!(later.contains(was), "{was}");
        later = later.replace(was, now);
    }
    format!("{shipped}{later}")
}

/// The shipped target; what is published from 2026 on charges no more than the rules of that year allow.
fn target_then(day: &str, change: (&str, &str)) -> String {
    let capped = [
        ("{ from = \"0\", rate = \"0.015\" }", "{ from = \"0\", rate = \"0.008\" }"),
        ("rate = \"0.012\"", "rate = \"0.006\""),
        ("{ from = \"3000000\", rate = \"0.01\" }", "{ from = \"3000000\", rate = \"0.005\" }"),
        ("rate = \"0.0075\"", "rate = \"0.01\""),
        change,
    ];
    then(&catalogue("catalogue", "011162"), day, &capped)
}

/// Plays the day of those orders; the files of `funds/` stand beside the shipped catalogue.
fn played(orders: &str, scenario: &str, funds: &[(&str, String)]) -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("funds")).unwrap();
    for (code, text) in funds {
        fs::write(folder.path().join(format!("funds/{code}.toml")), text).unwrap();
    }
    let days = ["2026-02-12", "2026-02-13", "2026-02-24", "2026-02-25", "2026-02-26"];
    let navs = ["011162", "050027"].map(|fund| days.map(|day| format!("{fund},{day},1.0000\n")));
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\nfunds = \"added\"\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", &format!("fund,date,nav\n{}", navs.concat().concat())),
        ("orders.csv", orders),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &words);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let audit = fundflow(store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    store
}

fn show(store: &TempDir, transaction: &str) -> (Value, String) {
    let json = fundflow(store.path(), &["saga", "show", transaction, "-o", "json"]).stdout;
    let table = fundflow(store.path(), &["saga", "show", transaction]).stdout;
    (serde_json::from_slice(&json).unwrap(), String::from_utf8(table).unwrap())
}

#[track_caller]
fn rolled_back(store: &TempDir, transaction: &str, why: &str) {
    let (json, table) = show(store, transaction);
    assert_eq!(json["state"], "rolled back", "{table}");
    assert!(json["failure"]["text"].as_str().unwrap().contains(why), "{:#}", json["failure"]);
    assert!(table.contains(why), "{table}");
}

/// Paid twenty seconds late.
fn late(transactions: &[&str]) -> String {
    let late = |it: &&str| format!("[override.{it}]\ncharge = \"late_paid\"\ndelay_s = 20\n");
    transactions.iter().map(late).collect()
}

const PURCHASES: &str = "\
transaction,time,kind,investor,wallet_fund,target_fund,amount,mode,fund
D-1,14:59:55,discount_purchase,I-1,000730,011162,1000.00,,
D-2,14:59:55,discount_purchase,I-1,000730,011162,1000.00,linked_same_day,
D-3,14:59:55,discount_purchase,I-2,000730,011162,1000.00,,
P-3,14:59:55,purchase,I-2,,,1000.00,,050027
";

#[test]
fn a_purchase_whose_mode_nobody_named_goes_on_in_another_one_and_says_so() {
    let unlinked = ("linked_processing = true", "linked_processing = false");
    let target = target_then("2026-02-13", unlinked);
    let scenario = late(&["D-1", "D-2", "D-3", "P-3"]);
    let store = played(PURCHASES, &scenario, &[("011162", target)]);

    let (json, table) = show(&store, "D-1");
    assert_eq!((&json["state"], &json["table"]), (&"completed".into(), &"next_day.v3".into()));
    let change = serde_json::json!({ "from": "linked_same_day", "to": "next_day" });
    assert_eq!(json["moved_t"][0]["mode"], change, "{:#}", json["moved_t"]);
    assert_eq!(json["promise_now"]["nav_date"], "2026-02-24");
    assert!(table.contains("which counts for 2026-02-13; by next_day instead of linked_same_day"));

    rolled_back(&store, "D-2", "possible: next_day, redeem_to_purchase");
    for transaction in ["D-3", "P-3"] {
        let why = "is valid until 2026-02-12, and the order's T is 2026-02-13 by now";
        rolled_back(&store, transaction, why);
    }
}

/// The target goes to a registrar that the folder does not name.
#[test]
fn a_purchase_that_nobody_can_be_called_for_on_the_later_t_goes_back_and_says_why() {
    let target = target_then("2026-02-13", ("registrar = \"own\"", "registrar = \"csdc\""));
    let store = played(PURCHASES, &late(&["D-1"]), &[("011162", target)]);
    let why = "registrar csdc of fund 011162 cannot be called for 2026-02-13: no port ta-csdc";
    rolled_back(&store, "D-1", why);
}

/// Handed in before the cut-off of the 13th, and taken after it.
#[test]
fn an_order_that_its_registrar_takes_for_a_later_t_is_held_against_the_terms_of_that() {
    let orders = "\
transaction,time,kind,investor,fund,target_fund,amount,shares
P-0,10:00:00,purchase,I-1,050027,,5000.00,
C-1,2026-02-13T14:59:55+08:00,conversion,I-1,050027,011162,,2000.00
";
    let scenario = "[override.C-1]\nconversion = \"timeout_lost\"\n";
    let few = ("first_min = \"1\"", "conversion_in_max = \"1999.99\"\nfirst_min = \"1\"");
    let target = target_then("2026-02-24", few);
    let source = catalogue("examples/day/funds", "050027");
    let store = played(orders, scenario, &[("011162", target), ("050027", source)]);
    rolled_back(&store, "C-1", "is above 1999.99, the most of fund 011162 in one order");

    let orders = "\
transaction,time,kind,investor,fund,target_fund,amount,shares
P-0,10:00:00,purchase,I-1,011162,,5000.00,
S-1,2026-02-13T14:59:55+08:00,redemption,I-1,011162,,,100.00
";
    let scenario = "[override.S-1]\nredemption = \"timeout_lost\"\n";
    let target = target_then("2026-02-24", ("registrar = \"own\"", "registrar = \"csdc\""));
    let store = played(orders, scenario, &[("011162", target)]);
    let why = "fund 011162 is at registrar csdc on 2026-02-24, and registrar own has the order";
    rolled_back(&store, "S-1", why);
}
