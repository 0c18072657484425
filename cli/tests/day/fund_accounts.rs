//! Two investors from whom the same fund account follows, at one registrar.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use fundflow_infrastructure::{
    day_batch::fund_account,
    exchange::{check::read_all_or_refuse, flow::share_balance::ShareBalance},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

const ALIKE: [&str; 2] = ["I-59838", "I-1001434"];
const HEADING: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount
R-1,10:01:00,recharge,I-59838,000730,2000.00
R-2,10:02:00,recharge,I-1001434,000730,500.00
";

/// Whose account holds how much, by the name under which we trade for the investor.
fn balances(store: &Path) -> BTreeMap<String, (String, String)> {
    let file = store.join("exchange/2026-02-12/in/OFD_05_305_20260213_05.TXT");
    let (_, records) = read_all_or_refuse(&file).unwrap();
    let rows = records.iter().map(|it| ShareBalance::from_record(it.as_ref()).unwrap());
    rows.map(|it| (it.transaction_account_id, (it.ta_account_id, it.total_vol.to_string())))
        .collect()
}

/// What a reconciliation of the day finds, which gives accounts as the files did.
fn reconciled(store: &Path) -> Value {
    let said = fundflow(store, &["recon", "run", "--date", "2026-02-12", "-o", "json"]);
    assert!(said.status.success(), "{said:?}");
    serde_json::from_slice(&said.stdout).unwrap()
}

#[test]
fn each_has_an_account_of_its_own_in_our_files_and_in_the_registers() {
    assert_eq!(ALIKE.map(|it| fund_account(&it.parse().unwrap())), ["808276765424"; 2]);
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let profiles =
        ALIKE.map(|it| format!("{it},A-{it},C5,2027-01-31,verified,2035-06-30,yes,individual\n"));
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n".to_owned()),
        ("investors.csv", HEADING.to_owned() + &profiles.concat()),
        ("navs.csv", "fund,date,nav\n".to_owned()),
        ("orders.csv", ORDERS.to_owned()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let play = || {
        let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
        let played = fundflow(store.path(), &words);
        let said = String::from_utf8_lossy(&played.stdout).into_owned();
        assert!(played.status.success() && !said.contains("note:"), "{said}");
    };
    play();
    let found = reconciled(store.path());
    assert_eq!((&found["breaks"], &found["complete"]), (&json!([]), &true.into()), "{found:#}");
    let rows = balances(store.path());
    let [first, second] = ALIKE.map(|it| rows[it].clone());
    assert_ne!(first.0, second.0);
    assert_eq!([&first.1, &second.1], ["2000.00", "500.00"]);
    assert!([&first.0, &second.0].contains(&&"808276765424".to_owned()), "{rows:?}");

    // Read again by another process, each row still leads to its own investor.
    fs::remove_file(store.path().join("exchange/2026-02-12/read")).unwrap();
    play();
    for investor in ALIKE {
        let shown = fundflow(store.path(), &["wallet", "show", investor, "-o", "json"]);
        assert!(
            String::from_utf8_lossy(&shown.stdout).contains("\"frozen\": \"0.00\""),
            "{shown:?}"
        );
    }
}
