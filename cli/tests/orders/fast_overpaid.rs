//! Cash at once whose bank has its money back when the registrar rejects its redemption after all: through the
//! command, to an audit.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fmt::Write as _, fs, path::Path};

const BY: [&str; 5] = ["--reason", "the registrar was asked", "--operator", "chen", "--apply"];

/// Days after the bank has its money a later record rejects what was confirmed; and how that is closed.
const ORDERS: [(&str, &[&str]); 3] = [
    ("redemption", &["--how", "accepted"]),
    ("transfer", &["--how", "accepted"]),
    ("redemption", &["--how", "manual", "--text", "a mistake of theirs"]),
];

fn folder(at: &Path) {
    let mut investors = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,\
                         same_name_card,customer_type\n"
        .to_owned();
    let mut orders = "transaction,time,kind,investor,fund,amount,shares\n".to_owned();
    let (mut scenario, mut later) = (String::new(), String::new());
    for (nth, (order, _)) in ORDERS.iter().enumerate() {
        writeln!(investors, "I-{nth},A-{nth},C5,2027-01-31,verified,2035-06-30,yes,individual")
            .unwrap();
        writeln!(orders, "R-{nth},10:00:0{nth},recharge,I-{nth},000730,6000.00,").unwrap();
        let at = format!("2026-02-13T10:00:0{nth}+08:00");
        writeln!(later, "F-{nth},{at},fast_withdraw,I-{nth},000730,,5000.00").unwrap();
        let fate = format!("{order}_confirmation = \"late_contradicted\"\ndelay_s = 400000");
        writeln!(scenario, "[override.F-{nth}]\n{fate}").unwrap();
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
    serde_json::from_slice(&fundflow(store, &[args, &["-o", "json"]].concat()).stdout).unwrap()
}

/// Which events of that type there are, by transaction.
fn events(store: &Path, event_type: &str) -> Vec<(String, Value)> {
    let all = json(store, &["event", "ls", "--type", event_type]);
    let said = |event: &Value| {
        (event["correlation_id"].as_str().unwrap().to_owned(), event["data"].clone())
    };
    all.as_array().unwrap().iter().map(said).collect()
}

fn open_cases(store: &Path) -> Vec<Value> {
    json(store, &["case", "ls", "--open"]).as_array().unwrap().clone()
}

fn close(store: &Path, case: &Value, how: &[&str]) -> bool {
    let close = ["case", "close", case["case"].as_str().unwrap()];
    fundflow(store, &[&close[..], how, &BY[..]].concat()).status.success()
}

fn audited(store: &Path) {
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

fn balance(store: &Path, class: &str) -> Option<String> {
    let audit = json(store, &["audit", "verify"]);
    let all = audit["balances"].as_array().unwrap().iter();
    let mut of = all.filter(|it| it["class"] == class);
    of.next().map(|it| it["balance"].as_str().unwrap().to_owned())
}

/// What was redeemed of a transfer that was none has a case, and its shares are held until that is closed.
fn redeemed_and_never_transferred(store: &Path) {
    let open = json(store, &["saga", "ls", "--open"]);
    assert_eq!(open.as_array().unwrap().len(), 2, "{open:#}");
    let all = open_cases(store);
    let case = all.iter().find(|it| it["kind"] == "bank_shares_differ").unwrap();
    assert_eq!((all.len(), &case["transaction"]), (2, &Value::from("F-1")), "{case:#}");
    audited(store);
    let held = events(store, "wallet.shares_held");
    let of_case = held.iter().find(|(_, it)| it["case"] == case["case"]);
    assert_eq!(of_case.unwrap().1["shares"], "5000.00", "{held:#?}");
    let shown = json(store, &["case", "show", case["case"].as_str().unwrap()]);
    let offered = shown["actions"].to_string();
    assert!(offered.contains("--how accepted") && offered.contains("--how manual"), "{offered}");
    assert!(!close(store, case, &["--how", "withdrawn"]), "it is on two records");
    assert!(close(store, case, &["--how", "accepted"]));
    audited(store);
}

#[test]
fn the_bank_returns_what_it_has_too_much_before_it_has_the_shares_for_it_and_nobody_is_stuck() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder_, store) = (day.path().to_str().unwrap(), store.path());
    folder(day.path());
    fundflow(store, &["day", "--no-progress", folder_]);
    assert_eq!(events(store, "advance.repaid").len(), ORDERS.len());
    assert_eq!(open_cases(store).len(), ORDERS.len());
    audited(store);

    for case in open_cases(store) {
        assert_eq!(case["kind"], "rejected_after_confirmed", "{case:#}");
        let nth = case["transaction"].as_str().unwrap().strip_prefix("F-").unwrap();
        let (_, how) = ORDERS[nth.parse::<usize>().unwrap()];
        assert!(close(store, &case, how), "{case:#}");
    }
    // The money that a redemption brought stays the bank's where only its shares' transfer is rejected.
    let overpaid = serde_json::json!({ "amount": "5000.00" });
    assert_eq!(events(store, "advance.overpaid"), [("F-0".to_owned(), overpaid)]);
    assert_eq!(balance(store, "L:BANK:ADVANCE").as_deref(), Some("-5000.00"));
    redeemed_and_never_transferred(store);
    let [case] = &open_cases(store)[..] else { panic!("one case") };
    assert_eq!(case["kind"], "bank_settled_twice", "{case:#}");
    let open = json(store, &["saga", "ls", "--open"]);
    assert_eq!(open.as_array().unwrap().len(), 1, "{open:#}");
    let stuck = json(store, &["saga", "ls", "--stuck"]);
    assert_eq!(stuck.as_array().unwrap().len(), 0, "{stuck:#}");
    audited(store);

    let shown = json(store, &["case", "show", case["case"].as_str().unwrap()]);
    let offered = shown["actions"].to_string();
    assert!(offered.contains("--how manual") && offered.matches("--how").count() == 1, "{offered}");
    for how in ["accepted", "withdrawn"] {
        assert!(!close(store, case, &["--how", how]), "{how} is not offered");
    }
    assert!(close(store, case, &["--how", "manual", "--text", "5000.00 came from the bank"]));

    let returned = events(store, "advance.returned");
    assert_eq!(returned[0].1["amount"], "5000.00");
    assert_eq!(returned[0].1["case"], case["case"]);
    assert_eq!(events(store, "advance.claim_changed")[0].1["kept"], "5000.00");
    assert_eq!(balance(store, "L:BANK:ADVANCE"), None);
    assert_eq!(json(store, &["saga", "ls", "--open"]).as_array().unwrap().len(), 0);
    assert_eq!(open_cases(store).len(), 0);
    audited(store);

    let again = fundflow(store, &["day", "--no-progress", folder_]);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(said.contains("no event was added"), "{said}");
}
