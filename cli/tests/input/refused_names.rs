//! A row whose transaction stands for another request is refused, and nothing of that request is counted as its.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const COLUMNS: &str = "transaction,time,kind,investor,fund,amount\n";

fn play(store: &Path, trade_date: &str, rows: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", &*format!("trade_date = {trade_date}\nseed = 1\n")),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n"),
        ("orders.csv", &*format!("{COLUMNS}{rows}")),
        ("scenario.toml", ""),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap(), "-o", "json"];
    serde_json::from_slice(&fundflow(store, &words).stdout).unwrap()
}

/// Endings, each with its transactions.
fn endings(report: &Value) -> Vec<(String, String)> {
    let rows = report["endings"].as_array().unwrap().iter();
    rows.map(|row| (row["ending"].as_str().unwrap().to_owned(), row["transactions"].to_string()))
        .collect()
}

#[test]
fn a_refused_row_has_no_other_ending_whatever_its_name_stands_for() {
    let store = tempfile::tempdir().unwrap();
    let first = "R-1,10:00,recharge,I-1,000730,100.00\nR-2,10:00,recharge,I-1,000730,200.00\n";
    let second = "R-2,10:00,recharge,I-1,000730,250.00\nR-3,10:00,recharge,I-1,000730,300.00\n";
    play(store.path(), "2026-03-02", first);
    let report = play(store.path(), "2026-03-04", second);
    let answer = |ending: &str, names: &str| (ending.to_owned(), names.to_owned());
    assert_eq!(
        endings(&report),
        [answer("completed", r#"["R-3"]"#), answer("refused", r#"["R-2"]"#)],
        "{report:#}"
    );
    assert_eq!((&report["requests"], &report["repeats"]), (&Value::from(2), &Value::from(0)));
}
