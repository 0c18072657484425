//! What the shares of a conversion are worth by the latest price counts towards the limits of its target; where no
//! price is known, a person is called, since nothing counts.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const FIRST: &str =
    "transaction,time,kind,investor,fund,amount\nP-1,10:00:00,purchase,I-1,011162,5000\n";
const LATER: &str = "transaction,time,kind,investor,fund,target_fund,shares\n\
                     V,10:00:00,conversion,I-1,011162,050027,1000\n";

/// The shipped funds, with a pair from 011162 into 050027.
fn folder(t: &str, orders: &str, navs: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue"));
    fs::create_dir(folder.path().join("funds")).unwrap();
    let read = |name: &str| fs::read_to_string(catalogue.join(name)).unwrap();
    let wallet = read("000730.toml");
    let pair = wallet.split("[[terms.conversions]]").find(|it| it.contains("\"050027\"")).unwrap();
    let files: Vec<PathBuf> =
        fs::read_dir(catalogue).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in files.iter().filter(|path| path.extension().is_some_and(|it| it == "toml")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut text = read(name);
        if name == "011162.toml" {
            text = format!("{text}\n[[terms.conversions]]{pair}");
        }
        fs::write(folder.path().join("funds").join(name), text).unwrap();
    }
    for (name, text) in [
        ("day.toml", format!("trade_date = {t}\nseed = 1\n").as_str()),
        ("investors.csv", INVESTORS),
        ("navs.csv", &format!("fund,date,nav\n{navs}")),
        ("orders.csv", orders),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn play(store: &Path, folder: &TempDir) -> Value {
    let words = ["day", "--no-progress", folder.path().to_str().unwrap(), "-o", "json"];
    let said = fundflow(store, &words);
    serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|no| panic!("{no}: {}", String::from_utf8_lossy(&said.stderr)))
}

#[test]
fn a_price_of_a_day_before_says_what_the_shares_are_worth_and_a_note_that_none_does() {
    let of_t = "011162,2026-02-24,0.7500\n050027,2026-02-24,1.0530\n";
    for (before, worth) in [("", None), ("011162,2026-02-13,0.7400\n", Some("740.00"))] {
        let store = tempfile::tempdir().unwrap();
        let first = "011162,2026-02-12,0.7421\n050027,2026-02-12,1.0523\n";
        play(store.path(), &folder("2026-02-12", FIRST, first));

        let later = folder("2026-02-24", LATER, &format!("{before}{of_t}"));
        for _ in 0..2 {
            let report = play(store.path(), &later);
            let remarks = report["remarks"].to_string();
            let noted = "V: no price of fund 011162 is known of the days before";
            assert_eq!(remarks.contains(noted), worth.is_none(), "{before}: {remarks}");
        }
        let shown = fundflow(store.path(), &["saga", "show", "V", "-o", "json"]).stdout;
        let shown: Value = serde_json::from_slice(&shown).unwrap();
        assert_eq!(shown["state"], "completed", "{shown:#}");
        assert_eq!(shown["promise"]["into"]["worth"].as_str(), worth, "{shown:#}");
    }
}
