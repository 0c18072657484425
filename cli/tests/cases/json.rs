//! What `case close -o json` says has one shape, whether a saga waits for the case or not, and however it goes.

use crate::common::{fundflow, without_positions};
use serde_json::Value;
use std::{fs, path::Path};

const FILES: [(&str, &str); 5] = [
    ("day.toml", "trade_date = 2026-03-02\nseed = 1\n"),
    ("navs.csv", "fund,date,nav\n"),
    (
        "investors.csv",
        "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,\
         customer_type\nI-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual\n",
    ),
    (
        "orders.csv",
        "transaction,time,kind,investor,fund,amount,shares\n\
         WAITS,10:00:00,recharge,I-1,000730,1000.00,\n\
         BESIDE,10:00:01,recharge,I-1,000730,1000.00,\n",
    ),
    (
        "scenario.toml",
        "[override.WAITS]\nbuy_confirmation = \"wrong_fee\"\n[override.BESIDE]\ncharge = \"contradicted\"\n",
    ),
];

/// The exit code, and what was printed.
fn closes(store: &Path, case: &str, words: &[&str]) -> (Option<i32>, Value) {
    let by = ["--reason", "so", "--operator", "li", "-o", "json"];
    let said = fundflow(store, &[&["case", "close", case], words, &by[..]].concat());
    let stderr = String::from_utf8_lossy(&said.stderr);
    let text = serde_json::from_slice(&said.stdout);
    (said.status.code(), text.unwrap_or_else(|error| panic!("{words:?}: {error} {stderr}")))
}

#[test]
fn a_case_that_a_saga_waits_for_and_one_that_none_does_are_closed_in_one_shape() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in FILES {
        fs::write(day.path().join(name), text).unwrap();
    }
    let store = store.path();
    fundflow(store, &["day", "--no-progress", day.path().to_str().unwrap()]);
    let listed = fundflow(store, &["case", "ls", "--open", "-o", "json"]).stdout;
    let listed = without_positions(serde_json::from_slice(&listed).unwrap());
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed:#}");

    let mut shapes = Vec::new();
    for row in listed.as_array().unwrap() {
        let (case, of) = (row["case"].as_str().unwrap(), row["transaction"].as_str().unwrap());
        let manual = ["--how", "manual", "--text", "by letter"];
        let (_, look) = closes(store, case, &manual);
        let seen = format!("{case}@{}", look["version"]);
        let sagas = look["sagas"].as_array().unwrap().len();
        assert_eq!(sagas, usize::from(of == "WAITS"), "{look:#}");
        let paid = ["--how", "paid-by-us", "--amount", "999999"];
        let mut closed = false;
        let refused = if of == "WAITS" { &paid[..] } else { &["--how", "accepted"] };
        for (case, words, code, outcome) in [
            (&*seen, &manual[..], 0, "planned"),
            (case, refused, 1, "refused"),
            (&*format!("{case}@1"), &manual[..], 4, "stale"),
            (&*seen, &[&manual[..], &["--apply"]].concat(), 0, "applied"),
            (&*seen, &[&manual[..], &["--apply"]].concat(), 0, "done_before"),
            (case, &manual[..], 0, "done_before"),
            (case, &["--how", "manual", "--text", "by telephone"], 1, "refused"),
        ] {
            let (exit, said) = closes(store, case, words);
            assert_eq!((exit, &said["outcome"]), (Some(code), &outcome.into()), "{of} {said:#}");
            assert_eq!(said["why"].is_null(), code == 0, "{said:#}");
            closed |= outcome == "applied";
            assert_eq!(said["case"]["open"], !closed, "{said:#}");
            shapes.push(said.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        }
    }
    assert!(shapes.windows(2).all(|two| two[0] == two[1]), "{shapes:#?}");
}
