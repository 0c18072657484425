//! Cash at once whose shares the registrar does not move, or not all: through the command, to an audit.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, without_positions};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

/// What becomes of which order, and whether what money does not settle is the bank's claim on the investor,
/// or in shares that it keeps.
const FATES: [(&str, &str, &str, &str); 8] = [
    ("transfer", "rejected", "claim", "5000.00"),
    ("transfer_confirmation", "rejected", "claim", "5000.00"),
    ("transfer_confirmation", "partial", "claim", "2500.00"),
    ("transfer_confirmation", "zero_shares", "claim", "5000.00"),
    ("redemption", "rejected", "kept", "5000.00"),
    ("redemption_confirmation", "rejected", "kept", "5000.00"),
    ("redemption_confirmation", "partial", "kept", "2500.00"),
    ("redemption_confirmation", "wrong_fee", "claim", "14.78"),
];

fn folder(at: &Path, fates: &[(&str, &str, &str, &str)]) {
    let mut investors = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,\
                         same_name_card,customer_type\n"
        .to_owned();
    let mut orders = "transaction,time,kind,investor,fund,amount,shares\n".to_owned();
    let (mut scenario, mut later) = (String::new(), String::new());
    for (nth, (order, fate, ..)) in fates.iter().enumerate() {
        writeln!(investors, "I-{nth},A-{nth},C5,2027-01-31,verified,2035-06-30,yes,individual")
            .unwrap();
        writeln!(orders, "R-{nth},10:00:0{nth},recharge,I-{nth},000730,6000.00,").unwrap();
        writeln!(
            later,
            "F-{nth},2026-02-13T10:00:0{nth}+08:00,fast_withdraw,I-{nth},000730,,5000.00"
        )
        .unwrap();
        writeln!(scenario, "[override.F-{nth}]\n{order} = \"{fate}\"").unwrap();
    }
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", &investors),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n"),
        ("orders.csv", &format!("{orders}{later}")),
        ("scenario.toml", &scenario),
    ] {
        fs::write(at.join(name), text).unwrap();
    }
}

fn json(store: &Path, args: &[&str]) -> Value {
    serde_json::from_slice(&fundflow(store, args).stdout).unwrap()
}

fn open_cases(store: &Path) -> Vec<Value> {
    let open = without_positions(json(store, &["case", "ls", "--open", "-o", "json"]));
    open.as_array().unwrap().clone()
}

#[test]
fn whoever_closes_their_cases_ends_them_and_the_audit_finds_nothing() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder_, store) = (day.path().to_str().unwrap(), store.path());
    folder(day.path(), &FATES);
    fundflow(store, &["day", "--no-progress", folder_]);

    let cases = without_positions(json(store, &["case", "ls", "--open", "-o", "json"]));
    assert_eq!(cases.as_array().unwrap().len(), FATES.len(), "{cases:#}");
    for case in cases.as_array().unwrap() {
        let id = case["case"].as_str().unwrap();
        let how =
            ["--how", "accepted", "--reason", "the bank agrees", "--operator", "chen", "--apply"];
        let done = fundflow(store, &[&["case", "close", id], &how[..]].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
    fundflow(store, &["day", "--no-progress", folder_]);

    let open = json(store, &["saga", "ls", "--open", "-o", "json"]);
    assert_eq!(open.as_array().unwrap().len(), 0, "{open:#}");
    let mut settled = BTreeMap::new();
    for (event_type, how, field) in
        [("advance.recourse", "claim", "amount"), ("advance.claim_changed", "kept", "kept")]
    {
        let events = json(store, &["event", "ls", "--type", event_type, "-o", "json"]);
        for event in events.as_array().unwrap() {
            let sum = event["data"][field].as_str().unwrap().to_owned();
            settled.insert(event["correlation_id"].as_str().unwrap().to_owned(), (how, sum));
        }
    }
    for (nth, (order, fate, how, amount)) in FATES.iter().enumerate() {
        let said = settled.get(&format!("F-{nth}"));
        assert_eq!(said, Some(&(*how, (*amount).to_owned())), "{order} {fate}");
    }
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[test]
fn shares_that_are_missing_end_by_hand_and_nothing_is_offered_that_would_be_refused() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder_, store) = (day.path().to_str().unwrap(), store.path());
    folder(day.path(), &[("transfer_confirmation", "wrong_shares", "", "")]);
    fundflow(store, &["day", "--no-progress", folder_]);
    let by = ["--reason", "the bank agrees", "--operator", "chen", "--apply"];
    let case = json(store, &["case", "ls", "-o", "json"])[0]["case"].as_str().unwrap().to_owned();
    let close = |more: &[&str]| {
        let said = fundflow(store, &[&["case", "close", &case], more, &by[..]].concat());
        (said.status.code(), String::from_utf8(said.stderr).unwrap())
    };
    for (more, why) in [
        (["--how", "accepted", "--amount", "5"], "--amount is what we pay"),
        (["--how", "withdrawn", "--text", "so"], "--text says in which other way"),
    ] {
        let (code, said) = close(&more);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    }
    assert_eq!(close(&["--how", "accepted"]).0, Some(0));

    let text = |words: &[&str]| String::from_utf8(fundflow(store, words).stdout).unwrap();
    let shown = text(&["saga", "show", "F-0"]);
    assert!(shown.contains(" shares of 000730 (missing)"), "{shown}");
    let ends = ["--disposition", "repayment=refund", "--disposition", "missing=manual"];
    let abandon = [&["saga", "abandon", "F-0"], &ends[..]].concat();
    let looked = json(store, &[&abandon, &["-o", "json"][..], &by[..4]].concat());
    let row = &looked["sagas"][0];
    let (money, shares) = (row["money"].to_string(), row["shares"].to_string());
    assert!(shares.contains("shares of 000730 (missing): a person has that"), "{looked:#}");
    let unit = "0.00 yuan, as long as the bank keeps shares of 000730 for its";
    assert!(money.contains(unit) && !money.contains("(missing)"), "{looked:#}");
    let done = fundflow(store, &[&abandon, &by[..]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let stuck = json(store, &["saga", "ls", "--stuck", "-o", "json"]);
    assert_eq!(stuck.as_array().unwrap().len(), 0, "{stuck:#}");

    let cases = without_positions(json(store, &["case", "ls", "--open", "-o", "json"]));
    assert_eq!(cases[0]["kind"], "shares_missing", "{cases:#}");
    let case = cases[0]["case"].as_str().unwrap();
    let shown = json(store, &["case", "show", case, "-o", "json"]);
    let worth = shown["findings"][0]["ours"][0]["value"].as_str().unwrap();
    let printed = text(&["case", "show", case]);
    let in_dispute = format!("{worth}, 0.00 yuan");
    assert!(worth.ends_with(" shares") && printed.contains(&in_dispute), "{worth}\n{printed}");
    let offered = shown["actions"].to_string();
    assert!(offered.contains("--how manual") && !offered.contains("--how accepted"), "{offered}");
    assert!(!offered.contains("withdrawn") && !offered.contains("paid-by-us"), "{offered}");
    let close =
        |more: &[&str]| fundflow(store, &[&["case", "close", case], more, &by[..]].concat());
    assert!(!close(&["--how", "accepted"]).status.success());
    let done = close(&["--how", "manual", "--text", "they were found"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(open_cases(store).is_empty());
    // Who made up for them does not read once more that they are missing.
    for words in [&["saga", "show", "F-0"][..], &["saga", "ls"]] {
        let shown = text(words);
        assert!(!shown.contains("(missing)"), "{shown}");
    }
}
