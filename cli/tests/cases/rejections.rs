//! The case of a rejection: what its saga knows of the record decides how it may be closed, also once it is over.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";

/// A subscription of a fund whose raising fails, with half of the money a year as interest.
fn failed_raising(day: &Path) {
    let orders = "transaction,time,kind,investor,fund,amount\nS-1,10:00:00,subscription,I-1,990001,5000.00\n";
    let scenario = "[[raising]]\nfund = \"990001\"\nfounded_on = \"2026-02-25\"\nfails = true\nrate = \"0.5\"\n";
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\nfunds = \"added\"\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n"),
        ("orders.csv", orders),
        ("scenario.toml", scenario),
    ] {
        fs::write(day.join(name), text).unwrap();
    }
    let fund = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day/funds/990001.toml");
    fs::create_dir(day.join("funds")).unwrap();
    fs::copy(fund, day.join("funds/990001.toml")).unwrap();
}

fn said(output: &std::process::Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn no_closing_is_offered_or_taken_by_which_interest_that_stays_would_be_nobodys() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    failed_raising(day.path());
    let store = store.path();
    let play = || fundflow(store, &["day", "--no-progress", day.path().to_str().unwrap()]);
    let played = said(&play());
    let listed = fundflow(store, &["case", "ls", "--open", "-o", "json"]).stdout;
    let cases: Value = serde_json::from_slice(&listed).unwrap();
    let case = cases[0]["case"].as_str().expect(&played);
    let shown = said(&fundflow(store, &["case", "show", case]));
    let close = ["case", "close", case, "--reason", "agreed", "--operator", "chen", "--apply"];

    for (how, why) in [("withdrawn", "a rejection that stands"), ("accepted", "paid by us")] {
        assert!(!shown.contains(&format!("--how {how}")), "{how}: {shown}");
        let refused = fundflow(store, &[&close[..], &["--how", how]].concat());
        assert!(!refused.status.success() && said(&refused).contains(why), "{}", said(&refused));
    }
    assert!(shown.contains("--how paid-by-us"), "{shown}");

    let paid = ["--how", "paid-by-us", "--amount", "0.63"];
    let done = fundflow(store, &[&close[..], &paid].concat());
    assert!(done.status.success(), "{}", said(&done));
    play();
    let sent = fundflow(store, &["event", "ls", "--type", "payout.paid_out"]);
    assert_eq!(said(&sent).matches("payout-case-").count(), 1, "{}", said(&sent));
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{}", said(&audit));
}
