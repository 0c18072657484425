//! Quotes of what a store is asked for, held against what `fundflow day` then does; and what is typed wrongly.
//!
//! Each folder is played without the row in question, the quote is asked for at the row's instant, the row is
//! added, and the folder is played again.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-12,0.7421
011162,2026-02-13,0.7388
011162,2026-02-24,0.7390
011162,2026-02-25,0.7390
";
const HEADING: &str = "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares,mode,\
                       frequency,start,per_10_000,day";
const MONEY: &str = "M-1,2026-02-12T09:30:00+08:00,recharge,I-1,,000730,,20000.00,,,,,,";

struct Stage {
    folder: TempDir,
    store: TempDir,
    rows: Vec<String>,
}

impl Stage {
    fn of(rows: &[&str]) -> Self {
        let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let stage = Self { folder, store, rows: rows.iter().map(|it| (*it).to_owned()).collect() };
        stage.write("investors.csv", INVESTORS);
        stage.write("navs.csv", NAVS);
        stage.write("day.toml", "trade_date = 2026-02-12\nseed = 1\n");
        stage.play();
        stage
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn play(&self) {
        self.write("orders.csv", &format!("{HEADING}\n{}\n", self.rows.join("\n")));
        let folder = self.folder.path().to_str().unwrap();
        let said = fundflow(self.store.path(), &["day", folder, "--no-progress"]);
        let text = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{}{text}", String::from_utf8_lossy(&said.stdout));
    }

    /// The folder is that of another day from now on.
    fn on(&mut self, trade_date: &str) {
        self.write("day.toml", &format!("trade_date = {trade_date}\nseed = 1\n"));
        self.rows.clear();
    }

    fn then(&mut self, row: &str) {
        self.rows.push(row.to_owned());
        self.play();
    }

    /// Exit code, JSON, complaint.
    fn quote(&self, words: &str) -> (i32, Value, String) {
        let folder = self.folder.path().to_str().unwrap();
        let mut typed = vec!["quote"];
        typed.extend(words.split(' '));
        typed.extend(["--folder", folder, "-o", "json"]);
        let said = fundflow(self.store.path(), &typed);
        let json = serde_json::from_slice(&said.stdout).unwrap_or(Value::Null);
        (said.status.code().unwrap(), json, String::from_utf8(said.stderr).unwrap())
    }

    fn json(&self, words: &str) -> Value {
        let mut typed: Vec<&str> = words.split(' ').collect();
        typed.extend(["-o", "json"]);
        let said = fundflow(self.store.path(), &typed);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        serde_json::from_slice(&said.stdout).unwrap()
    }

    fn promise(&self, tx: &str) -> Value {
        self.json(&format!("saga show {tx}"))["promise"].clone()
    }

    /// The bodies of the events of that type in the transaction.
    fn events(&self, tx: &str, event_type: &str) -> Vec<Value> {
        let all = self.json(&format!("event ls --type {event_type}"));
        let all = all.as_array().unwrap().iter();
        all.filter(|it| it["correlation_id"] == tx).map(|it| it["data"].clone()).collect()
    }

    fn number_of_events(&self) -> u64 {
        self.json("audit verify")["counts"]["events"].as_u64().unwrap()
    }
}

fn same(quote: &Value, promise: &Value, fields: &[&str]) {
    for field in fields {
        assert_eq!(quote[*field], promise[*field], "{field} of {quote} and {promise}");
    }
}

#[test]
fn a_withdrawal_pays_on_the_day_and_the_amount_of_its_quote_and_the_income_that_goes_along() {
    let income =
        "050003.2026-02-13,2026-02-13T20:00:00+08:00,income,,,050003,,,,,,,0.4012,2026-02-13";
    for (shares, typed) in [("500.00", " --shares 500"), ("", "")] {
        let mut stage = Stage::of(&[&MONEY.replace("000730", "050003"), income]);
        let events = stage.number_of_events();
        let at = "2026-02-24T10:00:00+08:00";
        let words = format!("withdraw --investor I-1 --fund 050003 --at {at}{typed}");
        let (code, quote, complaint) = stage.quote(&words);
        assert_eq!((code, complaint.as_str()), (0, ""));
        assert_eq!(stage.number_of_events(), events, "a quote appends nothing");

        stage.on("2026-02-24");
        stage.then(&format!("W-1,{at},withdraw,I-1,,050003,,,{shares},,,,,"));
        same(&quote, &stage.promise("W-1"), &["trade_date", "confirm_by", "paid_by", "shares"]);
        let requested = stage.events("W-1", "payout.requested");
        let paid = &stage.events("W-1", "payout.paid_out");
        assert_eq!((requested.len(), paid.len()), (1, 1));
        let settled = stage.events("W-1", "wallet.income_settled");
        let number =
            |text: &Value| -> rust_decimal::Decimal { text.as_str().unwrap().parse().unwrap() };
        assert_eq!(settled.is_empty(), !typed.is_empty(), "all of them take it along");
        match settled.first() {
            None => assert_eq!(quote["income"], "-"),
            Some(settled) => {
                let earns = "what the shares earn until 2026-02-24 with it";
                assert!(quote.to_string().contains(earns), "{quote}");
                assert_eq!(number(&settled["amount"]), number(&quote["income"]), "{settled}");
            }
        }
        let income = settled.first().map_or_else(Default::default, |it| number(&it["amount"]));
        assert_eq!(number(&quote["payout"]) + income, number(&requested[0]["amount"]));
        let confirmed = &stage.events("W-1", "application.confirmed")[0];
        assert_eq!(confirmed["outcome"]["redemption"]["fee"], quote["fee"], "{confirmed}");
    }
}

#[test]
fn a_fast_withdrawal_counts_as_its_quote_says_and_above_the_rest_both_are_refused() {
    let at = "2026-02-13T10:00:00+08:00";
    for (shares, left) in [("200.00", "9800.00"), ("10000.00", "0.00")] {
        let mut stage = Stage::of(&[MONEY]);
        let words =
            format!("fast-withdraw --investor I-1 --fund 000730 --shares {shares} --at {at}");
        let (code, quote, complaint) = stage.quote(&words);
        assert_eq!((code, complaint.as_str()), (0, ""));
        assert_eq!([&quote["max"], &quote["used"], &quote["left"]], ["10000.00", "0.00", left]);
        stage.then(&format!("F-1,{at},fast_withdraw,I-1,,000730,,,{shares},,,,,"));
        let promise = stage.promise("F-1")["admitted"].clone();
        same(&quote, &promise, &["trade_date", "confirm_by", "shares"]);
        assert_eq!(quote["repaid_by"], promise["paid_by"]);
        assert_eq!(stage.events("F-1", "fast_quota.counted")[0]["amount"], quote["cash"]);
        assert_eq!(stage.events("F-1", "advance.requested")[0]["amount"], quote["cash"]);
    }
    let mut stage = Stage::of(&[MONEY]);
    let words = format!("fast-withdraw --investor I-1 --fund 000730 --shares 10000.01 --at {at}");
    let (code, quote, why) = stage.quote(&words);
    assert_eq!((code, &quote), (1, &Value::Null));
    assert!(why.contains("above 10000.00; 10000.00 would fit"), "{why}");
    stage.then(&format!("F-1,{at},fast_withdraw,I-1,,000730,,,10000.01,,,,,"));
    let shown = fundflow(stage.store.path(), &["saga", "show", "F-1"]);
    assert_eq!(shown.status.code(), Some(1), "nothing was placed");
}

#[test]
fn each_mode_of_a_discount_purchase_runs_on_the_days_and_for_the_fee_of_its_quote() {
    for mode in ["linked_same_day", "held", "next_day", "redeem_to_purchase"] {
        let mut stage = Stage::of(&[MONEY]);
        let at = "2026-02-13T10:00:00+08:00";
        let (code, quote, complaint) = stage.quote(&format!(
            "discount-purchase --investor I-1 --wallet-fund 000730 --target-fund 011162 --amount 1000 \
             --mode {mode} --at {at}"
        ));
        assert_eq!((code, complaint.as_str()), (0, ""), "{mode}");
        assert_eq!(quote["chosen"], mode);
        let modes = quote["modes"].as_array().unwrap();
        assert_eq!(modes.len(), 4);
        let said = modes.iter().find(|it| it["mode"] == mode).unwrap();

        stage.then(&format!("D-1,{at},discount_purchase,I-1,000730,,011162,1000.00,,{mode},,,,"));
        let promise = stage.promise("D-1");
        assert_eq!(said["t"], promise["trade_date"], "{mode}");
        assert_eq!(said["price"], promise["nav_date"], "{mode}");
        assert_eq!(said["confirm_by"], promise["confirm_by"], "{mode}");
        let placed = stage.events("D-1", "application.placed");
        let leg = |it: &Value| {
            let into = &it["ask"]["into"];
            let fund = if into.is_null() { &it["fund"] } else { into };
            let text = |it: &Value| it.as_str().unwrap().to_owned();
            format!("{} {} on {}", text(&it["ask"]["kind"]), text(fund), text(&it["trade_date"]))
        };
        let legs: Vec<String> = placed.iter().map(leg).collect();
        assert_eq!(said["legs"], legs.join(", "), "{mode}");
        let fees = stage.events("D-1", "application.confirmed");
        let last = fees.last().unwrap()["outcome"].clone();
        let fee = match &last["conversion"] {
            Value::Null => last["purchase"]["fee"].clone(),
            conversion => conversion["topup_fee"].clone(),
        };
        assert_eq!(said["fee"], fee, "{mode}: {last}");
        // 1,000 less 1,000 / 1.015.
        assert_eq!(said["ordinary_fee"], "14.78", "{mode}");
        let number =
            |it: &Value| -> rust_decimal::Decimal { it.as_str().unwrap().parse().unwrap() };
        assert_eq!(number(&said["saved"]), number(&said["ordinary_fee"]) - number(&fee), "{mode}");
    }
}

#[test]
fn a_plan_invests_on_the_days_of_its_quote_the_moved_ones_too() {
    let asked =
        "--investor I-1 --fund 011162 --amount 100 --frequency weekly\u{a0}thu --start 2026-02-12";
    let mut stage = Stage::of(&[MONEY]);
    let at = "2026-02-13T10:00:00+08:00";
    let folder = stage.folder.path().to_str().unwrap().to_owned();
    let mut typed: Vec<String> = format!("quote plan {asked} --at {at} --count 3")
        .split(' ')
        .map(|it| it.replace('\u{a0}', " "))
        .collect();
    typed.extend(["--folder".into(), folder, "-o".into(), "json".into()]);
    let start = typed.iter().position(|it| it == "2026-02-12").unwrap();
    typed[start] = "2026-02-19".to_owned();
    let words: Vec<&str> = typed.iter().map(String::as_str).collect();
    let said = fundflow(stage.store.path(), &words);
    let quote: Value = serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said.stderr)));
    let days: Vec<(&str, &str)> = quote["next"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["date"].as_str().unwrap(), it["on"].as_str().unwrap()))
        .collect();
    let expected =
        [("2026-02-19", "2026-02-24"), ("2026-02-26", "2026-02-26"), ("2026-03-05", "2026-03-05")];
    assert_eq!(days, expected, "the Spring Festival moves the first");

    stage.then(&format!("P-1,{at},plan,I-1,,011162,,100.00,,,weekly thu,2026-02-19,,"));
    let (code, running, _) = stage.quote("plan --of P-1 --count 2");
    assert_eq!(code, 0);
    assert_eq!(running["next"][0]["on"], "2026-02-24");
    stage.on("2026-02-24");
    stage.then("M-2,2026-02-24T10:00:00+08:00,recharge,I-1,,000730,,100.00,,,,,,");
    let occurrence = stage.json("saga show P-1.20260219");
    assert_eq!(occurrence["promise"]["trade_date"], "2026-02-24", "{occurrence}");
    let (_, after, _) = stage.quote("plan --of P-1 --count 1");
    assert_eq!(after["next"][0]["date"], "2026-02-26");
}

#[test]
fn what_is_typed_wrongly_is_named_with_its_flag_and_what_is_allowed() {
    let stage = Stage::of(&[MONEY]);
    let at = "--at 2026-02-24T10:00:00+08:00";
    for (words, code, named) in [
        (
            "withdraw --fund 000730",
            2,
            "--investor is missing; give the ID of a row of investors.csv",
        ),
        ("withdraw --investor I-1", 2, "--fund is missing"),
        ("withdraw --investor I-9 --fund 000730", 2, "no investor I-9 is in "),
        (
            "withdraw --investor I-1 --fund 000730 --at 2026-02-12T09:00:00+08:00",
            2,
            "the store knows what happened until",
        ),
        (
            "withdraw --investor I-1 --fund 011162",
            1,
            "only shares of a money-market fund are in a wallet",
        ),
        ("withdraw --investor I-1 --fund 000730 --shares 99999", 1, "20000.00 are available"),
        (
            "discount-purchase --investor I-1 --wallet-fund 000730 --amount 1",
            2,
            "--target-fund is missing",
        ),
        ("plan --count 0 --of P-9", 2, "--count 0: give 1 to 400"),
        ("plan --of P-9", 1, "no plan P-9 was ever opened"),
        ("plan --frequency hourly --start 2026-03-01", 2, "--frequency \"hourly\": write daily"),
        ("cancel", 2, "--of is missing"),
        ("cancel --of M-9", 1, "M-9"),
        ("cancel --of M-1", 1, "nothing of it can be taken back any more"),
    ] {
        let words = if words.contains("--at") { words.to_owned() } else { format!("{words} {at}") };
        let (exit, _, complaint) = stage.quote(&words);
        assert_eq!(exit, code, "{words}: {complaint}");
        assert!(complaint.contains(named), "{words}: {complaint}");
    }
    let nowhere = Path::new("/nonexistent/store");
    let said =
        fundflow(nowhere, &["quote", "cancel", "--of", "M-1", "--at", "2026-02-24T10:00:00+08:00"]);
    assert_eq!(said.status.code(), Some(1));
    let said = fundflow(nowhere, &["quote", "plan", "--of", "P-1"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("--at is missing"));
}
