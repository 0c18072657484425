//! An order that its registrar takes for a later T costs what that T's terms say: as it is promised, applied for in
//! file 03, and confirmed.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "fund,date,nav\n011162,2026-02-12,1.0000\n011162,2026-02-13,1.0000\n";
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,target_fund,amount
D-1,14:59:55,discount_purchase,I-1,000730,011162,1000.00
";

/// The shipped money fund, whose top-ups are free until 12 February and charged from the 13th on.
fn wallet() -> String {
    let catalogue = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue"));
    let shipped = fs::read_to_string(catalogue.join("000730.toml")).unwrap();
    let terms = &shipped[shipped.find("\n[[terms]]").unwrap()..];
    let dear = terms
        .replace("\"000730-2014\"", "\"000730-dear\"")
        .replace("effective_from = 2014-09-19", "effective_from = 2026-02-13")
        .replace("topup_discount = \"0\"", "topup_discount = \"1\"");
    format!("{shipped}{dear}")
}

/// 1,000.00 × 0.015 / 1.015 = 14.78.
#[test]
fn a_conversion_that_is_taken_late_is_charged_as_its_later_t_says() {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("funds")).unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\nfunds = \"added\"\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
        ("scenario.toml", "[override.D-1]\nconversion = \"timeout_lost\"\n"),
        ("funds/000730.toml", &wallet()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &words);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));

    let event = |name: &str, of: &str| {
        let words = ["event", "ls", "--type", name, "-o", "json", "--limit", "100"];
        let all = fundflow(store.path(), &words).stdout;
        let all: Vec<Value> = serde_json::from_slice(&all).unwrap();
        let found = all.into_iter().find(|it| it["data"].pointer(of).is_some());
        found.unwrap_or_else(|| panic!("no {name} with {of}"))["data"].clone()
    };
    let moved = event("application.moved", "/to");
    assert_eq!((&moved["from"], &moved["to"]), (&"2026-02-12".into(), &"2026-02-13".into()));
    assert_eq!(moved["promised"]["discount"], "1.0000", "{moved:#}");
    assert_eq!(moved["topup_discount"], "1.0000", "{moved:#}");
    let confirmed = event("application.confirmed", "/outcome/conversion");
    assert_eq!(confirmed["outcome"]["conversion"]["topup_fee"], "14.78", "{confirmed:#}");
    let shown = fundflow(store.path(), &["saga", "show", "D-1", "-o", "json"]).stdout;
    let shown: Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!(shown["state"], "completed", "{shown:#}");
}
