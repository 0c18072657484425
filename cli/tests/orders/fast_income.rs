//! Cash at once for all shares: they change hands, and the income that is owed to the investor does not go with
//! them. It becomes shares by the fund's carry.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADING: &str =
    "transaction,time,kind,investor,fund,amount,shares,day,per_10_000,publication";

fn play(store: &Path, t: &str, rows: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", format!("trade_date = {t}\nseed = 1\n")),
        ("investors.csv", INVESTORS.to_owned()),
        ("navs.csv", "fund,date,nav\n".to_owned()),
        ("orders.csv", format!("{HEADING}\n{}\n", rows.join("\n"))),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let said = fundflow(store, &["day", "--no-progress", folder.path().to_str().unwrap()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Registered shares and unpaid income.
fn wallet(store: &Path) -> [String; 2] {
    let shown = json(store, &["wallet", "ls"]);
    let row = shown.as_array().unwrap().iter().find(|row| row["investor"] == "I-1").unwrap();
    ["registered", "unpaid_income"].map(|name| row[name].as_str().unwrap().to_owned())
}

#[test]
fn a_fast_withdrawal_of_all_shares_leaves_the_income_which_becomes_shares_when_it_is_carried() {
    for (out, left, paid) in [
        ("F-1,10:00:00,fast_withdraw,I-1,050003,,,,,", ["0.00", "8.0000"], "2000.00"),
        ("F-1,10:00:00,withdraw,I-1,050003,,,,,", ["0.00", "0.0000"], "2008.00"),
    ] {
        let store = tempfile::tempdir().unwrap();
        let store = store.path();
        let income = |day: &str| {
            format!(
                "050003.2026-03-{day}.1,2026-03-{day}T20:00:00+08:00,income,,050003,,,2026-03-{day},20,1"
            )
        };
        let earned = ["03", "04"].map(income);
        let bought = "R-1,10:00:00,recharge,I-1,050003,2000.00,,,,";
        play(store, "2026-03-02", &[bought, &earned[0], &earned[1]]);
        assert_eq!(wallet(store), ["2000.00", "8.0000"]);

        play(store, "2026-03-05", &[out]);
        assert_eq!(wallet(store), left, "{out}");
        let all = json(store, &["event", "ls", "--limit", "1000"]).to_string();
        assert!(all.contains(&format!("\"amount\":\"{paid}\"")), "{paid}: {out}");

        // The fund carries on the 25th.
        let carries =
            "050003.2026-03-25.1,2026-03-25T20:00:00+08:00,income,,050003,,,2026-03-25,20,1";
        play(store, "2026-03-25", &["R-2,10:00:00,recharge,I-1,050003,100.00,,,,", carries]);
        let shares = if left[1] == "8.0000" { "108.00" } else { "100.00" };
        assert_eq!(wallet(store), [shares, "0.0000"], "{out}");
    }
}
