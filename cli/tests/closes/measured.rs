//! `fundflow bench --day`: the day that it measures is one of the shipped jobs, and every payment that it takes out of the
//! statement has one case, however often its reconciliation was killed.

use crate::common::fundflow;
use serde_json::Value;

#[test]
fn a_day_that_is_measured_is_cut_read_posted_and_reconciled_and_nothing_is_left_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().to_str().unwrap();
    let said = fundflow(directory.path(), &["bench", "--day", "250", "--dir", place, "-o", "json"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let day: Value = serde_json::from_slice(&said.stdout).unwrap();
    let stages = day["stages"].as_array().unwrap();
    let named: Vec<&str> = stages.iter().map(|it| it["stage"].as_str().unwrap()).collect();
    let steps = ["placed", "cut", "answered", "read", "posted", "reconciled"];
    assert_eq!(named, [&steps[..], &["gathering", "opening", "resumed"]].concat());
    let cases: Vec<u64> = stages.iter().map(|it| it["cases"].as_u64().unwrap()).collect();
    assert_eq!((cases[5], cases[8]), (0, 3), "nothing breaks where nothing is missing");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
