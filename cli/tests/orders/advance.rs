//! What a bank may do about the advance of a fast withdrawal, and where each order ends.

use crate::common::fundflow;
use serde_json::Value;
use std::fs;

/// How each fate of the advance ends: the saga, and what is still reserved in the wallet.
const ENDS: [(&str, &str, &str); 8] = [
    ("advanced", "paid out", "0.00"),
    ("declined", "kept in wallet", "0.00"),
    ("timeout_advanced", "paid out", "0.00"),
    ("timeout_declined", "kept in wallet", "0.00"),
    ("timeout_lost", "paid out", "0.00"),
    ("late_advanced", "paid out", "0.00"),
    ("late_declined", "kept in wallet", "0.00"),
    // Nobody assumes anything: it waits for a person, and the shares with it.
    ("silent", "parked", "100.00"),
];

#[test]
fn every_fate_of_an_advance_ends_where_it_must_and_nothing_is_assumed() {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let each = |line: &dyn Fn(usize, &str) -> String| -> String {
        ENDS.iter().enumerate().map(|(nth, (fate, ..))| line(nth, fate)).collect()
    };
    let investors = each(&|nth, _| format!("I-{nth},A-{nth},C5,2027-01-31,verified,2035-06-30\n"));
    let investors =
        format!("investor,account,risk,questionnaire_valid_until,kyc,id_valid_until\n{investors}");
    let orders = each(&|nth, _| {
        let at = format!("2026-02-13T10:0{nth}:00+08:00");
        format!(
            "R-{nth},10:0{nth}:00,recharge,I-{nth},000730,1000.00,\n\
             F-{nth},{at},fast_withdraw,I-{nth},000730,,100.00\n"
        )
    });
    let orders = format!("transaction,time,kind,investor,fund,amount,shares\n{orders}");
    let scenario =
        each(&|nth, fate| format!("[override.F-{nth}]\nadvance = \"{fate}\"\ndelay_s = 90\n"));
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("navs.csv", "fund,date,nav\n"),
        ("investors.csv", &investors),
        ("orders.csv", &orders),
        ("scenario.toml", &scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let played = fundflow(store.path(), &words);
    let said = String::from_utf8_lossy(&played.stdout).into_owned();
    assert_eq!(played.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&played.stderr));

    for (nth, (fate, state, reserved)) in ENDS.iter().enumerate() {
        let json = |words: &[&str]| -> Value {
            let shown = fundflow(store.path(), &[words, &["-o", "json"]].concat());
            serde_json::from_slice(&shown.stdout).unwrap()
        };
        let saga = json(&["saga", "show", &format!("F-{nth}")]);
        assert_eq!(saga["state"], *state, "{fate}: {saga:#}");
        let wallet = json(&["wallet", "show", &format!("I-{nth}")]);
        assert_eq!(wallet[0]["reserved"], *reserved, "{fate}: {wallet:#}");
        let left = if *state == "paid out" { "900.00" } else { "1000.00" };
        let available = wallet[0]["available"].as_str().unwrap().parse::<rust_decimal::Decimal>();
        let reserved = reserved.parse::<rust_decimal::Decimal>().unwrap();
        assert_eq!((available.unwrap() + reserved).to_string(), left, "{fate}: {wallet:#}");
    }
    let again = fundflow(store.path(), &words);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(said.contains("no event was added"), "{said}");
}
