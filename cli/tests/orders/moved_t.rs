//! `fundflow saga show` names every T that moved, with the old one, the new one and why.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "fund,date,nav\n011162,2026-02-12,0.7421\n011162,2026-02-13,0.7421\n\
                    011162,2026-02-24,0.7500\n011162,2026-02-25,0.7500\n";
/// Five seconds before the cut-off; the second call, or the bank's word, comes after it.
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares
R-0,10:00:00,recharge,I-1,,000730,,5000.00,
P-0,10:00:00,purchase,I-1,,011162,,5000.00,
D-1,14:59:55,discount_purchase,I-1,000730,,011162,100.00,
D-2,14:59:55,discount_purchase,I-1,000730,,011162,100.00,
R-2,14:59:55,recharge,I-1,,000730,,100.00,
P-2,14:59:55,purchase,I-1,,011162,,100.00,
P-3,14:50:00,purchase,I-1,,011162,,100.00,
W-1,2026-02-13T14:59:55+08:00,withdraw,I-1,,000730,,,100.00
S-1,2026-02-13T14:59:55+08:00,redemption,I-1,,011162,,,100.00
";

fn scenario() -> String {
    let late = |tx: &str| format!("[override.{tx}]\ncharge = \"late_paid\"\ndelay_s = 20\n");
    let lost = |tx: &str| format!("[override.{tx}]\nredemption = \"timeout_lost\"\n");
    "[override.D-1]\nconversion = \"timeout_lost\"\n".to_owned()
        + &["D-2", "R-2", "P-2"].map(late).concat()
        + &["W-1", "S-1"].map(lost).concat()
}

fn show(store: &Path, words: &[&str]) -> String {
    String::from_utf8(fundflow(store, &[&["saga", "show"], words].concat()).stdout).unwrap()
}

#[test]
fn every_t_that_moved_is_shown_with_the_old_one_the_new_one_and_why() {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
        ("scenario.toml", &scenario()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &words);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));

    let (first, second, third) = ("2026-02-12", "2026-02-13", "2026-02-24");
    let (taken, paid) = ("its registrar took it at", "it was paid at 2026-02-12T15:00:15+08:00");
    for (transaction, order, from, to, why) in [
        ("D-1", Some("D-1.convert"), first, second, taken),
        ("D-2", None, first, second, paid),
        ("R-2", None, first, second, paid),
        ("P-2", None, first, second, paid),
        ("W-1", Some("W-1.redeem"), second, third, taken),
        ("S-1", Some("S-1.redeem"), second, third, taken),
    ] {
        let json: Value =
            serde_json::from_str(&show(store.path(), &[transaction, "-o", "json"])).unwrap();
        let moved = json["moved_t"].as_array().unwrap_or_else(|| panic!("{json:#}"));
        assert_eq!(moved.len(), 1, "{moved:#?}");
        let said = ["order", "from", "to"].map(|name| moved[0][name].as_str());
        assert_eq!(said, [order, Some(from), Some(to)], "{transaction}");
        assert!(moved[0]["why"].as_str().unwrap().contains(why), "{moved:#?}");

        let table = show(store.path(), &[transaction]);
        let line = table
            .lines()
            .find(|line| line.starts_with("T moved"))
            .unwrap_or_else(|| panic!("{table}"));
        assert!(line.contains(&format!("{from} -> {to}")) && line.contains(why), "{line}");
    }
    let json: Value = serde_json::from_str(&show(store.path(), &["D-1", "-o", "json"])).unwrap();
    assert_eq!(json["promise"]["nav_date"], first);
    assert_eq!(json["promise_now"]["nav_date"], second, "{json:#}");
    let json: Value = serde_json::from_str(&show(store.path(), &["P-3", "-o", "json"])).unwrap();
    assert!(json.get("moved_t").is_none() && json.get("promise_now").is_none(), "{json:#}");
}
