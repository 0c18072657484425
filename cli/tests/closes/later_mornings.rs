//! What a registrar says on a later morning than the one after an order's T stands in the files of that morning, also
//! where nobody else has an order of that T: nothing is missing, the day is closed, and the fund pays.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADING: &str =
    "transaction,time,kind,investor,fund,amount,shares,on_huge,wallet_fund,target_fund,mode\n";
const HUGE: &str = "[[huge]]\nfund = \"050027\"\non = \"2026-02-13\"\npart_per_mille = 400\n";
/// A fund that is being raised, of the example.
const RAISED: &str = include_str!("../../../examples/day/funds/990001.toml");

/// A fund whose registrar confirms on T+2.
fn confirmed_late() -> String {
    let terms = RAISED.replace("990001", "990009").replace("\"raising\"", "\"open\"");
    let terms = terms.replace("confirm_lag = 1", "confirm_lag = 2");
    let (before, after) = terms.split_once("[terms.raising]").unwrap();
    format!("{before}{}", after.split_once("\n\n").unwrap().1)
}

/// Folders played into one store.
struct Stage(TempDir);

impl Stage {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn play(&self, t: &str, orders: &str, scenario: &str) {
        let day = tempfile::tempdir().unwrap();
        let navs: Vec<String> = ["12", "13", "24", "25", "26"]
            .iter()
            .flat_map(|day| {
                ["050027", "990009"].map(|fund| format!("{fund},2026-02-{day},1.0500\n"))
            })
            .collect();
        fs::create_dir(day.path().join("funds")).unwrap();
        for (name, text) in [
            ("day.toml", format!("trade_date = {t}\nseed = 1\nfunds = \"added\"\n")),
            ("investors.csv", INVESTORS.to_owned()),
            ("navs.csv", format!("fund,date,nav\n{}", navs.concat())),
            ("orders.csv", format!("{HEADING}{orders}")),
            ("scenario.toml", scenario.to_owned()),
            ("funds/990001.toml", RAISED.to_owned()),
            ("funds/990009.toml", confirmed_late()),
        ] {
            fs::write(day.path().join(name), text).unwrap();
        }
        let said = fundflow(self.0.path(), &["day", "--no-progress", day.path().to_str().unwrap()]);
        assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    }

    fn json(&self, words: &[&str]) -> Value {
        let said = fundflow(self.0.path(), &[words, &["-o", "json"]].concat());
        serde_json::from_slice(&said.stdout).unwrap()
    }

    /// Of all that does not stand at an order's own end: day-cuts that stand anywhere, open cases, broken invariants.
    fn is_open(&self) -> Vec<String> {
        let sagas = self.json(&["saga", "ls"]);
        let cut = |it: &&Value| it["kind"] == "day_cut" && it["state"] != "completed";
        let cuts = sagas.as_array().unwrap().iter().filter(cut);
        let cuts = cuts.map(|it| format!("{} at {}", it["transaction"], it["stands_at"]));
        let cases = self.json(&["case", "ls", "--open"]);
        let cases = cases.as_array().unwrap().iter().map(|it| it["kind"].to_string());
        let mut open: Vec<String> = cuts.chain(cases).collect();
        open.sort();
        for words in [&["ledger", "check"][..], &["audit", "verify"]] {
            let said = fundflow(self.0.path(), words);
            if !said.status.success() {
                open.push(String::from_utf8(said.stdout).unwrap());
            }
        }
        open
    }

    fn balance(&self, class: &str) -> Value {
        let accounts = self.json(&["ledger", "trial-balance"]);
        let of = |it: &&Value| it["class"] == class && it["commodity"] == "CNY";
        accounts.as_array().unwrap().iter().find(of).cloned().unwrap_or_default()
    }
}

/// The records of file 04 that stand in the files of that T.
fn confirmed(store: &Path, t: &str) -> usize {
    let inbox = store.join("exchange").join(t).join("in");
    let name = |it: &fs::DirEntry| it.file_name().to_string_lossy().into_owned();
    let mut files = fs::read_dir(inbox).unwrap().map(Result::unwrap);
    let file = files.find(|it| name(it).ends_with("_04.TXT")).unwrap();
    let shown = fundflow(store, &["file", "show", file.path().to_str().unwrap()]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let (_, records) = shown.lines().next().unwrap().split_once(": ").unwrap();
    records.split_once(' ').unwrap().0.parse().unwrap()
}

#[test]
fn a_rest_that_is_carried_over_alone_stands_in_the_files_of_its_own_t_and_is_paid_by_the_fund() {
    let stage = Stage::new();
    stage.play("2026-02-12", "B-1,10:00:00,purchase,I-1,050027,1000.00,,,,,\n", "");
    stage.play("2026-02-13", "R-1,10:00:00,redemption,I-1,050027,,500.00,carry_over,,,\n", HUGE);
    assert_eq!(stage.is_open(), [""; 0]);
    assert_eq!(confirmed(stage.0.path(), "2026-02-24"), 1);
    stage.play("2026-02-27", "", "");
    assert_eq!(stage.is_open(), [""; 0]);
    assert_eq!(stage.balance("A:FUND:RECV"), Value::Null, "both portions were settled");
}

#[test]
fn the_shares_of_a_subscription_alone_stand_in_the_files_of_the_day_on_which_the_fund_is_founded() {
    for (fails, ending) in [("false", "completed"), ("true", "rolled back")] {
        let stage = Stage::new();
        let raising = format!(
            "[[raising]]\nfund = \"990001\"\nfounded_on = \"2026-02-25\"\nfails = {fails}\n"
        );
        stage.play("2026-02-12", "S-1,10:00:00,subscription,I-1,990001,1000.00,,,,,\n", &raising);
        assert_eq!(stage.json(&["saga", "show", "S-1"])["state"], ending);
        assert_eq!(stage.is_open(), [""; 0]);
        assert_eq!(confirmed(stage.0.path(), "2026-02-24"), 1);
    }
}

#[test]
fn an_order_that_is_confirmed_on_t_and_two_stands_in_the_files_of_that_morning() {
    let stage = Stage::new();
    stage.play("2026-02-12", "P-1,10:00:00,purchase,I-1,990009,1000.00,,,,,\n", "");
    assert_eq!(stage.is_open(), [""; 0]);
    assert_eq!(confirmed(stage.0.path(), "2026-02-13"), 1);
}

#[test]
fn a_record_before_the_cut_off_of_an_order_in_no_file_is_a_case_and_keeps_no_day_open() {
    let stage = Stage::new();
    let early = "[override.P-1]\nbuy_confirmation = \"early\"\n";
    stage.play("2026-02-12", "P-1,10:00:00,purchase,I-1,050027,1000.00,,,,,\n", early);
    assert_eq!(stage.is_open(), ["\"confirmed_before_cut_off\""]);
}

#[test]
fn the_sums_of_both_funds_are_in_doubt_where_a_record_names_another_fund_than_its_order() {
    let stage = Stage::new();
    let other = "[override.P-1]\nbuy_confirmation = \"another_fund\"\n";
    stage.play("2026-02-12", "P-1,10:00:00,purchase,I-1,050027,1000.00,,,,,\n", other);
    assert_eq!(stage.is_open(), ["\"names_another_order\""]);
}

#[test]
fn shares_that_are_said_to_have_left_late_are_in_no_open_case_once_neither_side_has_them() {
    let stage = Stage::new();
    let order = "L-1,10:00:00,discount_purchase,I-1,,1000.00,,,000730,050027,linked_same_day\n";
    let late = "[override.L-1]\nconversion_confirmation = \"late\"\ndelay_s = 21600\n";
    stage.play("2026-02-12", order, late);
    let [missing, extra] = ["\"break_missing\"", "\"break_extra\""];
    assert_eq!(stage.is_open(), [extra, missing, missing], "the record, and both accounts");
    stage.play("2026-02-24", "B-1,10:00:00,purchase,I-1,050027,100.00,,,,,\n", "");
    assert_eq!(stage.is_open(), [missing], "no file has that record");
}
