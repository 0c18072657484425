//! A huge redemption of a money fund, in portions, with the income of the days between: what the wallet
//! has is what the register has.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount,shares,day,per_10_000
R-1,10:00:00,recharge,I-1,000730,100000.00,,,
W-1,2026-03-03T10:00:00+08:00,withdraw,I-1,000730,,60000.00,,
000730.2026-03-03,2026-03-03T20:00:00+08:00,income,,000730,,,2026-03-03,0.4
000730.2026-03-04,2026-03-04T20:00:00+08:00,income,,000730,,,2026-03-04,0.4
000730.2026-03-05,2026-03-05T20:00:00+08:00,income,,000730,,,2026-03-05,0.4
000730.2026-03-06,2026-03-06T20:00:00+08:00,income,,000730,,,2026-03-06,0.4
000730.2026-03-07,2026-03-07T20:00:00+08:00,income,,000730,,,2026-03-07,0.4
";
const HUGE: &str = "\
[[huge]]
fund = '000730'
on = 2026-03-03
part_per_mille = 400
";
/// A fast withdrawal on Friday, of which the registrar speaks on Monday: from Friday on the shares earn for
/// the bank.
const WEEKEND: &str = "\
transaction,time,kind,investor,fund,amount,shares,day,per_10_000
R-1,10:00:00,recharge,I-1,000730,100000.00,,,
F-1,2026-03-06T10:00:00+08:00,fast_withdraw,I-1,000730,,9000.00,,
000730.2026-03-06,2026-03-06T20:00:00+08:00,income,,000730,,,2026-03-06,0.4
000730.2026-03-07,2026-03-07T20:00:00+08:00,income,,000730,,,2026-03-07,0.4
000730.2026-03-08,2026-03-09T09:00:00+08:00,income,,000730,,,2026-03-08,0.4
";

const COLUMNS: &str =
    "transaction,time,kind,investor,fund,amount,shares,day,per_10_000,publication\n";

/// 100,000.00 are there from Tuesday on; then these rows.
fn rich(rows: &str) -> String {
    format!("{COLUMNS}R-1,10:00:00,recharge,I-1,000730,100000.00,,,,\n{rows}")
}

/// The income of a day of March at that figure, published at that time.
fn income_at(day: &str, at: &str, figure: &str) -> String {
    let (day, at) = (format!("2026-03-{day}"), format!("2026-03-{at}:00+08:00"));
    format!("000730.{day},{at},income,,000730,,,{day},{figure},\n")
}

fn played(trade_date: &str, orders: &str, scenario: &str) -> TempDir {
    played_at(trade_date, orders, scenario, "")
}

/// With these prices.
fn played_at(trade_date: &str, orders: &str, scenario: &str, navs: &str) -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", &*format!("trade_date = {trade_date}\nseed = 1\n")),
        ("investors.csv", INVESTORS),
        ("navs.csv", &format!("fund,date,nav\n{navs}")),
        ("orders.csv", orders),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &words);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let audit = fundflow(store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    store
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

fn count(store: &Path, event_type: &str) -> usize {
    json(store, &["event", "ls", "--type", event_type]).as_array().unwrap().len()
}

#[test]
fn a_huge_redemption_leaves_the_wallet_in_portions_and_each_day_earns_on_what_is_left() {
    let store = played("2026-03-02", ORDERS, HUGE);
    // 4.00 of 100,000.00; 24,000.00 leave; 3.04 of 76,004.00; 36,000.00 leave; 1.60 of 40,007.04
    // and of each of the two days after it.
    assert_eq!(wallet(store.path()), ["40011.84", "0.0000"]);
    assert_eq!(count(store.path(), "wallet.portion_taken_out"), 1);
    assert_eq!(count(store.path(), "wallet.shares_taken_out"), 1);
    assert_eq!(count(store.path(), "wallet.income_corrected"), 0);
}

#[test]
fn a_record_after_the_weekend_takes_the_weekends_income_back() {
    let store = played("2026-03-05", WEEKEND, "");
    // 3.64 of 91,000.00 for each of the three days; for two of them 4.00 had become shares.
    assert_eq!(wallet(store.path()), ["91010.92", "0.0000"]);
    assert_eq!(count(store.path(), "wallet.income_corrected"), 2);
}

/// 0.4 % of a day: what is carried a day too late or too early shows.
#[test]
fn the_order_in_which_incomes_are_published_makes_no_difference() {
    let days = ["03", "04", "05", "06", "07", "08"];
    let in_order = |day: &&str| income_at(day, &format!("{day}T20:00"), "40");
    let orderly: String = days.iter().map(in_order).collect();
    let orderly = wallet(played("2026-03-02", &rich(&orderly), "").path());
    // Of 100,000.00 on Tuesday, carried each day; Saturday's and Sunday's on Monday.
    assert_eq!(orderly, ["102422.47", "0.0000"]);

    let late = income_at("03", "05T09:00", "40")
        + &income_at("04", "04T20:00", "40")
        + &income_at("06", "06T20:00", "40")
        + &income_at("07", "07T20:00", "40")
        + &income_at("05", "08T09:00", "40")
        + &income_at("08", "09T09:00", "40");
    assert_eq!(wallet(played("2026-03-02", &rich(&late), "").path()), orderly);

    // The same figures in the end, after a wrong one that was carried.
    let wrong: String = days
        .iter()
        .map(|day| income_at(day, &format!("{day}T20:00"), if *day == "04" { "70" } else { "40" }))
        .collect();
    let right = "000730.2026-03-04.1,2026-03-06T09:00:00+08:00,income,,000730,,,2026-03-04,40,1\n";
    let corrected = wallet(played("2026-03-02", &rich(&(wrong + right)), "").path());
    assert_eq!(corrected, orderly);
}

#[test]
fn what_was_carried_before_a_late_word_on_a_fast_transfer_has_earned_nothing() {
    let days = ["06", "07"].map(|day| income_at(day, &format!("{day}T20:00"), "40"));
    let rows = "F-1,2026-03-06T10:00:00+08:00,fast_withdraw,I-1,000730,,9000.00,,,\n".to_owned()
        + &days.concat()
        + &income_at("08", "09T09:00", "40");
    let columns = COLUMNS.to_owned() + "R-1,10:00:00,recharge,I-1,000730,100000.00,,,,\n";
    let store = played("2026-03-05", &(columns + &rows), "");
    // 364.00 of 91,000.00 on Friday, 365.45 of 91,364.00 on Saturday and on Sunday.
    assert_eq!(wallet(store.path()), ["92094.90", "0.0000"]);
}

#[test]
fn two_orders_of_one_t_that_empty_the_wallet_settle_its_income() {
    let rows = "W-1,2026-03-03T10:00:00+08:00,withdraw,I-1,000730,,40000.00,,,\n\
                W-2,2026-03-03T10:05:00+08:00,withdraw,I-1,000730,,,,,\n"
        .to_owned()
        + &income_at("03", "03T20:00", "0.4")
        + &income_at("04", "04T20:00", "0.4");
    let store = played("2026-03-02", &rich(&rows), "");
    assert_eq!(wallet(store.path()), ["0.00", "0.0000"]);
    assert_eq!(count(store.path(), "wallet.income_settled"), 1);
    assert_eq!(count(store.path(), "wallet.income_carried"), 0);
    let shown = json(store.path(), &["event", "ls", "--type", "payout.requested"]);
    let shown = shown.to_string();
    assert!(shown.contains("60004.00"), "{shown}");
}

/// 400.00 of Tuesday were paid along with all shares, and the figure was wrong.
#[test]
fn income_below_zero_of_an_emptied_wallet_is_a_case_that_a_person_closes() {
    let rows = "W-1,2026-03-03T10:00:00+08:00,withdraw,I-1,000730,,,,,\n\
                W-2,2026-03-03T10:05:00+08:00,withdraw,I-1,000730,,,,,\n\
                000730.2026-03-03.1,2026-03-06T20:00:00+08:00,income,,000730,,,2026-03-03,1,1\n";
    let store = played("2026-03-02", &rich(&(income_at("03", "03T20:00", "40") + rows)), "");
    assert_eq!(wallet(store.path()), ["0.00", "-390.0000"]);

    let cases = json(store.path(), &["case", "ls"]);
    let case = &cases.as_array().unwrap()[0];
    assert_eq!(case["kind"], "income_below_zero", "{cases}");
    let case = case["case"].as_str().unwrap();
    let shown = json(store.path(), &["case", "show", case]).to_string();
    assert!(shown.contains("-390.0000") && shown.contains("\"0.00\""), "{shown}");

    let how = ["--how", "manual", "--text", "paid back", "--reason", "seen on the account"];
    let who = ["--operator", "chen", "--apply"];
    let close = fundflow(store.path(), &[&["case", "close", case], &how[..], &who[..]].concat());
    assert!(close.status.success(), "{}", String::from_utf8_lossy(&close.stderr));
    let audit = fundflow(store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));

    // Who asks for all of a wallet that is to leave already hears by whom.
    let orders = fundflow(store.path(), &["event", "ls", "--type", "withdraw.prepared"]);
    assert!(!String::from_utf8_lossy(&orders.stdout).contains("W-2"));
}

/// 1,000 shares at -0.4 of 10,000 owe 0.04 yuan when all of them leave. It comes off what buys the target, whether income
/// is carried every day or every month and whether they are converted or redeemed, and nobody owes it after that.
#[test]
fn income_below_zero_is_settled_with_whatever_takes_the_last_shares_into_another_fund() {
    let columns =
        "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,mode,day,per_10_000\n";
    let day = |nth: &str| format!("011162,2026-03-{nth},1.25\n");
    let navs: String = ["02", "03", "04", "05", "06"].map(day).concat();
    for (fund, mode) in [
        ("000730", "held"),
        ("050003", "held"),
        ("000730", "next_day"),
        ("000730", "redeem_to_purchase"),
    ] {
        let first = match mode {
            "held" => format!(
                "R-1,10:00:00,recharge,I-1,,{fund},,1000.00,,,\n\
                 D-1,2026-03-03T10:00:00+08:00,discount_purchase,I-1,{fund},,011162,1000.00,held,,\n"
            ),
            mode => format!("D-1,10:00:00,discount_purchase,I-1,{fund},,011162,1000.00,{mode},,\n"),
        };
        let income = |nth: &str, figure: &str| {
            let day = format!("2026-03-{nth}");
            format!("{fund}.{day},{day}T20:00:00+08:00,income,,,{fund},,,,{day},{figure}\n")
        };
        let rows = columns.to_owned() + &first + &income("03", "-0.4") + &income("04", "0.4");
        let store = played_at("2026-03-02", &rows, "", &navs);
        let wallets = json(store.path(), &["wallet", "ls"]);
        let row = &wallets.as_array().unwrap()[0];
        let left = ["registered", "unpaid_income"].map(|name| row[name].as_str().unwrap());
        assert_eq!(left, ["0.00", "0.0000"], "{fund} {mode}: {wallets}");
        assert_eq!(json(store.path(), &["case", "ls"]), Value::Array(vec![]), "{fund} {mode}");
        let sagas = json(store.path(), &["saga", "ls"]).to_string();
        assert!(!sagas.contains("parked\":{"), "{fund} {mode}: {sagas}");
        let holdings = json(store.path(), &["holdings", "ls"]).to_string();
        assert!(holdings.contains(r#""cost":"999.96""#), "{fund} {mode}: {holdings}");
        let said = json(store.path(), &["event", "ls", "--type", "application.confirmed"]);
        let said = said.to_string();
        assert!(said.contains("\"-0.04\"") && said.contains("999.96"), "{fund} {mode}: {said}");
    }
}
