//! A plan with a wallet fund, in the rows of a day.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
I-3,A-3,C5,2026-02-12,verified,2035-06-30,yes,individual
";
const HEADER: &str =
    "transaction,time,kind,investor,wallet_fund,fund,amount,frequency,start,note\n";

fn folder(rows: &str, scenario: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n011162,2026-02-13,0.7421\n"),
        ("orders.csv", &[HEADER, rows].concat()),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn said(store: &Path, words: &[&str]) -> String {
    let said = fundflow(store, words);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    text(said.stdout) + &text(said.stderr)
}

fn play(store: &Path, folder: &TempDir) -> String {
    said(store, &["day", "--no-progress", folder.path().to_str().unwrap()])
}

#[test]
fn each_date_is_a_discount_purchase_with_the_wallets_own_shares_where_they_are_enough() {
    let rows = "\
P-1,09:30:00,plan,I-1,000730,011162,100.00,monthly 12,2026-02-12,
W-2,09:31:00,recharge,I-2,,000730,100.00,,,
P-2,09:32:00,plan,I-2,000730,011162,100.00,monthly 13,2026-02-13,
";
    let (store, folder) = (tempfile::tempdir().unwrap(), folder(rows, ""));
    play(store.path(), &folder);
    for (date, table) in [("P-1.20260212", "plan_linked.v2"), ("P-2.20260213", "plan_held.v1")] {
        let shown = said(store.path(), &["saga", "show", date]);
        assert!(shown.contains(table) && shown.contains("completed"), "{shown}");
    }
    let known = said(store.path(), &["event", "ls", "--stream", "plan-P-2"]);
    assert!(known.contains("plan.occurrence_done"), "{known}");
    let verified = said(store.path(), &["audit", "verify"]);
    assert!(verified.contains("nothing is wrong"), "{verified}");
    let events = |store: &Path| said(store, &["event", "ls"]);
    let before = events(store.path());
    play(store.path(), &folder);
    assert_eq!(events(store.path()), before, "played again it adds nothing");
}

#[test]
fn what_no_way_leads_to_is_refused_and_what_a_day_refuses_is_skipped_or_missed() {
    let rows = "\
P-1,09:30:00,plan,I-1,011162,050027,100.00,monthly 12,2026-02-12,
P-2,09:31:00,plan,I-2,000730,011162,100.00,monthly 12,2026-02-12,
P-3,09:32:00,plan,I-3,000730,011162,100.00,monthly 13,2026-02-13,
";
    let rejected = "[override.'P-2.20260212']\nconversion = 'rejected'\n";
    let (store, folder) = (tempfile::tempdir().unwrap(), folder(rows, rejected));
    let printed = play(store.path(), &folder);
    assert!(
        !printed.contains("mistake"),
        "a date has the fates of its discount purchase: {printed}"
    );
    assert!(printed.contains("by way of wallet fund 011162 cannot buy"), "{printed}");
    assert!(
        printed.contains("the risk questionnaire") && printed.contains("P-3.20260213"),
        "{printed}"
    );
    let shown = said(store.path(), &["saga", "show", "P-2.20260212"]);
    assert!(shown.contains("kept in wallet"), "{shown}");
    let missed = |plan: &str| {
        let known = said(store.path(), &["event", "ls", "--stream", plan, "-o", "json"]);
        assert!(known.contains("plan.occurrence_missed"), "{known}");
        known.contains("plan.occurrence_begun")
    };
    assert!(missed("plan-P-2") && !missed("plan-P-3"));
}
