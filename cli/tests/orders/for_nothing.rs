//! A record of nothing, accepted by a person: the look says what the investor does not get, and lists say
//! why less came.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-12,0.7421
011162,2026-02-13,0.7388
011162,2026-02-24,0.7400
050027,2026-02-12,1.0512
050027,2026-02-13,1.0520
050027,2026-02-24,1.0525
";
/// Everything is held by the 13th.
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares,mode
W,10:00,recharge,I-1,,000730,,5000,,
T,10:00,purchase,I-1,,011162,,5000,,
BUY,10:00,purchase,I-1,,011162,,2000,,
RECHARGE,10:00,recharge,I-1,,000730,,2000,,
LINKED,10:00,discount_purchase,I-1,000730,,011162,2000,,linked_same_day
MONEY,10:00,discount_purchase,I-1,000730,,011162,2000,,redeem_to_purchase
HELD,2026-02-13T10:00:00+08:00,discount_purchase,I-1,000730,,011162,2000,,held
REDEEM,2026-02-13T10:00:00+08:00,redemption,I-1,,011162,,,1000,
WITHDRAW,2026-02-13T10:00:00+08:00,withdraw,I-1,,000730,,,1000,
BOND,10:00,purchase,I-1,,050027,,3000,,
RAISED,10:00,subscription,I-1,,990001,,2000,,
CONVERT,2026-02-13T10:00:00+08:00,conversion,I-1,,050027,011162,,1000,
MONEY_OUT,10:00,discount_purchase,I-1,000730,,011162,2000,,redeem_to_purchase
NEXT,10:00,discount_purchase,I-1,000730,,011162,2000,,next_day
";
const RAISING: &str = "[[raising]]\nfund = \"990001\"\nfounded_on = \"2026-02-25\"\n";
/// Transaction, what brings nothing, and the reason that is listed then.
const NOTHING: [(&str, &str, &str); 11] = [
    ("BUY", "buy", "2000.00 yuan bought no shares, and stay with the fund"),
    ("RECHARGE", "buy", "2000.00 yuan bought no shares, and stay with the fund"),
    ("LINKED", "buy", "no shares came of it"),
    ("MONEY", "target", "2000.00 yuan bought no shares, and stay with the fund"),
    ("HELD", "conversion", "2000.00 shares were taken, and bought none"),
    ("REDEEM", "redemption", "1000.00 shares were taken, and brought no money"),
    ("WITHDRAW", "redemption", "1000.00 shares were taken, and brought no money"),
    ("RAISED", "buy", "2000.00 yuan bought no shares, and stay with the fund"),
    ("CONVERT", "conversion", "1000.00 shares were taken, and bought none"),
    ("MONEY_OUT", "redemption", "2000.00 shares were taken, and brought no money"),
    ("NEXT", "conversion", "2000.00 shares were taken, and bought none"),
];

fn said(store: &Path, args: &[&str]) -> String {
    let out = fundflow(store, args);
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

fn rows(store: &Path, args: &[&str]) -> Vec<Value> {
    let out = fundflow(store, args).stdout;
    serde_json::from_slice::<Value>(&out).unwrap().as_array().unwrap().clone()
}

#[test]
fn what_was_taken_for_nothing_is_said_before_and_after() {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let planted = NOTHING
        .map(|(name, leg, _)| format!("[override.{name}]\n{leg}_confirmation = \"zero_shares\"\n"));
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\nfunds = \"added\"\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
        ("scenario.toml", &format!("{RAISING}{}", planted.concat())),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/day/funds");
    fs::create_dir(folder.path().join("funds")).unwrap();
    for fund in ["050027.toml", "990001.toml"] {
        fs::copy(example.join(fund), folder.path().join("funds").join(fund)).unwrap();
    }
    let store = store.path();
    said(store, &["day", "--no-progress", folder.path().to_str().unwrap()]);

    let mut looks = 0;
    for _ in 0..4 {
        for case in rows(store, &["case", "ls", "--open", "-o", "json"]) {
            let id = case["case"].as_str().unwrap();
            let close =
                ["case", "close", id, "--how", "accepted", "--reason", "so", "--operator", "li"];
            let look = said(store, &close);
            if case["kind"] == "zero_shares" {
                assert!(look.contains("yuan have bought no shares"), "{case:#}\n{look}");
                assert!(!look.contains("none moves"), "{look}");
                looks += 1;
            }
            said(store, &[&close[..], &["--apply"]].concat());
        }
    }
    assert!(looks >= 5, "{looks}");

    let sagas = rows(store, &["saga", "ls", "-o", "json"]);
    for (name, _, reason) in NOTHING {
        let saga = sagas.iter().find(|it| it["transaction"] == name).unwrap();
        assert_eq!(saga["failure"]["text"], reason, "{name}: {saga:#}");
    }
}
