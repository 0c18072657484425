//! `fundflow quote`, run as a person runs it, held to literal answers.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use serde_json::Value;
use std::{fs, process::Command};

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn quote(line: &str) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_fundflow"))
        .arg("quote")
        .args(line.split_whitespace())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn json(line: &str) -> Value {
    let said = quote(&format!("{line} -o json"));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{line}");
    assert_eq!(said.out.lines().count(), 1, "{line}");
    serde_json::from_str(&said.out).unwrap()
}

fn picked(answer: &Value, keys: &str) -> String {
    let text = |key| answer[key].as_str().unwrap_or_else(|| panic!("{key} in {answer}"));
    keys.split(' ').map(text).collect::<Vec<_>>().join(" ")
}

fn failed(line: &str, code: i32, message: &str) {
    let said = quote(line);
    assert_eq!((said.code, said.out.as_str()), (code, ""), "{line}: {}", said.err);
    assert!(said.err.contains(message), "{line}: {}", said.err);
}

#[test]
fn purchases() {
    let rows = [
        ("--amount 10000 --rate 1.5% --nav 1.2345", "9852.22 147.78 7980.74 -0.003530"),
        ("--amount 10000 --rate 0.015 --nav 1.2345", "9852.22 147.78 7980.74 -0.003530"),
        (
            "--amount 10000 --rate 1.5% --discount 0.1 --nav 1.2345",
            "9985.02 14.98 8088.31 0.001305",
        ),
        ("--amount 10000 --rate 1.5% --discount 0 --nav 1.2345", "10000.00 0.00 8100.45 -0.005525"),
        (
            "--amount 10000 --rate 1.5% --nav 1.2345 --share-rounding truncate",
            "9852.22 147.78 7980.73 0.008815",
        ),
        (
            "--amount 6000000 --fixed-fee 1000 --nav 1.2345 --share-rounding half-up",
            "5999000.00 1000.00 4859457.27 0.000185",
        ),
    ];
    for (flags, expected) in rows {
        let answer = json(&format!("purchase {flags}"));
        assert_eq!(picked(&answer, "net fee shares residual"), expected, "{flags}");
    }
}

#[test]
fn every_step_is_explained() {
    let answer = json("purchase --amount 10000 --rate 1.5% --discount 0.1 --nav 1.2345");

    assert_eq!(
        answer["explain"],
        serde_json::json!([
            "rate = 1.5% × 0.1 = 0.15%",
            "net = 10000.00 / (1 + 0.15%) = 9985.02 (to the fen, half up)",
            "fee = 10000.00 - 9985.02 = 14.98",
            "shares = 9985.02 / 1.2345 = 8088.31 (to 0.01, half up)",
            "residual = 9985.02 - 8088.31 × 1.2345 = 0.001305, left to the fund's assets"
        ])
    );
    let table = quote("purchase --amount 10000 --rate 1.5% --discount 0.1 --nav 1.2345");
    assert!(table.out.contains("\nfee = 10000.00 - 9985.02 = 14.98\n"), "{}", table.out);
}

#[test]
fn subscriptions() {
    let flags = "subscribe --amount 10000 --rate 1.2% --interest 3.17";
    assert_eq!(picked(&json(flags), "net fee shares residual"), "9881.42 118.58 9884.59 0.000000");
    let flags = format!("{flags} --face 1.00");
    assert_eq!(picked(&json(&flags), "net fee interest shares"), "9881.42 118.58 3.17 9884.59");
}

const LOTS: &str = "--lot 3000@400d --lot 2500.55@20d --lot 1000@5d";

#[test]
fn redemptions_under_the_old_and_the_new_rates() {
    let redeem = "redeem --shares 6000 --nav 1.3071";
    let old = json(&format!("{redeem} {LOTS} --tier 7d=1.5% --tier 30d=0.75% --tier 180d=0.5%"));
    let new = json(&format!("{redeem} {LOTS} --tier 7d=1.5% --tier 30d=1% --tier 180d=0.5%"));

    assert_eq!(picked(&old, "gross fee payout"), "7842.60 34.30 7808.30");
    assert_eq!(picked(&new, "gross fee payout"), "7842.60 42.47 7800.13");
    let lots = old["lots"].as_array().unwrap();
    let lots: Vec<_> = lots.iter().map(|lot| picked(lot, "lot shares gross fee left")).collect();
    assert_eq!(
        lots,
        [
            "L1 3000.00 3921.30 0.00 0.00",
            "L2 2500.55 3268.47 24.51 0.00",
            "L3 499.45 652.83 9.79 500.55"
        ]
    );
}

#[test]
fn conversions_by_three_methods() {
    let bond = "convert --shares 20000 --nav-out 1.0523 --nav-in 1.2345 --rate-in 1.5% \
                --rate-out 0.8% --redemption-rate 0.1%";
    let wallet = "convert --shares 10000 --nav-out 1 --nav-in 1.2345 --rate-in 1.5%";
    let equity = "convert --shares 20000 --nav-out 1.2345 --nav-in 1.0523 --rate-in 0.8% \
                  --rate-out 1.5% --redemption-rate 0.5%";
    let rows = [
        (bond, "--method fee-difference", "21046.00 21.05 143.85 20881.10 16914.62"),
        (bond, "--method rate-difference", "21046.00 21.05 146.15 20878.80 16912.76"),
        (wallet, "--method fee-difference", "10000.00 0.00 147.78 9852.22 7980.74"),
        (wallet, "--topup-discount 0", "10000.00 0.00 0.00 10000.00 8100.45"),
        (wallet, "--topup-discount 0.1", "10000.00 0.00 14.98 9985.02 8088.31"),
        (
            wallet,
            "--method rate-difference --topup-discount 0.1",
            "10000.00 0.00 14.98 9985.02 8088.31",
        ),
        (equity, "--method fee-difference", "24690.00 123.45 0.00 24566.55 23345.58"),
        (
            equity,
            "--method both-differences --redemption-rate-in 0.2%",
            "24690.00 74.07 0.00 24615.93 23392.50",
        ),
    ];
    for (pair, flags, expected) in rows {
        let answer = json(&format!("{pair} {flags}"));
        let shown = picked(&answer, "gross_out redemption_fee topup net_in shares_in");
        assert_eq!(shown, expected, "{pair} {flags}");
    }
    let fixed = "convert --shares 6000000 --nav-out 1 --nav-in 1.2345 --fixed-fee-in 1000";
    assert_eq!(picked(&json(fixed), "topup shares_in"), "1000.00 4859457.27");
    let half = format!("{fixed} --topup-discount 0.5");
    assert_eq!(picked(&json(&half), "topup"), "1000.00", "a fixed fee is not discounted");
}

#[test]
fn incomes_and_yields_of_money_funds() {
    let income = |flags: &str| picked(&json(&format!("income {flags}")), "income");
    assert_eq!(income("--shares 10000 --per-10k 0.4012"), "0.40");
    assert_eq!(income("--shares 123.45 --per-10k 0.4012 --unit 0.01"), "0.00");
    assert_eq!(income("--shares 123.45 --per-10k 0.4012 --unit 0.0001"), "0.0049");
    assert_eq!(income("--shares 10000 --per-10k -0.1299"), "-0.12");
    let week = "yield --per-10k 0.4012,0.3987,0.3991,0.3991,0.3991,0.4105,0.4020";
    assert_eq!(picked(&json(&format!("{week} --carry monthly")), "percent"), "1.465");
    assert_eq!(picked(&json(&format!("{week} --carry daily")), "percent"), "1.476");
}

#[test]
fn a_funds_terms_fill_what_is_not_typed() {
    let fund = "--fund 011162 --on 2025-06-03 --nav 1.2345";
    let catalogue = "--catalogue ../catalogue";
    let by_fund = json(&format!("purchase --amount 6000000 {fund} {catalogue}"));
    assert_eq!(picked(&by_fund, "net fee shares"), "5999000.00 1000.00 4859457.27");
    let typed = json(&format!("purchase --amount 10000 --rate 1.5% {fund} {catalogue}"));
    assert_eq!(picked(&typed, "net fee shares"), "9852.22 147.78 7980.74");
    let redeemed = format!("redeem --shares 6000 {LOTS} {catalogue} --fund 011162 --nav 1.3071");
    let old = json(&format!("{redeemed} --on 2025-06-03"));
    assert_eq!(picked(&old, "gross fee payout to_fund"), "7842.60 34.30 7808.30 34.30");
    let wallet = format!(
        "convert --shares 10000 --nav-out 1 --nav-in 1.2345 --fund 000730 --into 011162 \
         --on 2026-02-13 {catalogue}"
    );
    assert_eq!(picked(&json(&wallet), "topup shares_in"), "0.00 8100.45");
    let without = wallet.replace("--nav-out 1 ", "");
    assert_eq!(picked(&json(&without), "topup shares_in"), "0.00 8100.45");
    let par = "a share of money fund 000730 always costs 1.00; leave it out";
    failed(&wallet.replace("--nav-out 1", "--nav-out 1.5"), 1, &format!("--nav-out: {par}"));
    let bought = format!("purchase --amount 100 --fund 000730 --on 2026-02-13 --nav 2 {catalogue}");
    failed(&bought, 1, &format!("--nav: {par}"));
}

/// A campaign on conversions into 011162 at 0.1 goes before what the pair agreed on, 0: 14.98 of 10,000.00.
#[test]
fn a_conversion_gets_the_strongest_discount_of_its_day() {
    let funds = tempfile::tempdir().unwrap();
    let campaign = "\n[[terms.discounts]]\nid = \"camp\"\nsource = \"campaign\"\n\
                    multiplier = \"0.1\"\nfrom = 2026-01-01\nuntil = 2026-02-13\n\
                    channel = \"direct_online\"\nbusinesses = [\"conversion\"]\n";
    for entry in fs::read_dir("../catalogue").unwrap() {
        let path = entry.unwrap().path();
        let shipped = fs::read_to_string(&path).unwrap();
        let with = if path.ends_with("011162.toml") { campaign } else { "" };
        fs::write(funds.path().join(path.file_name().unwrap()), shipped + with).unwrap();
    }
    let topup = |more: &str| {
        let catalogue = funds.path().display();
        let line = format!(
            "convert --shares 10000 --nav-in 1.2345 --fund 000730 --into 011162 \
             --catalogue {catalogue} {more}"
        );
        picked(&json(&line), "topup")
    };
    assert_eq!(topup("--on 2026-02-13"), "14.98");
    assert_eq!(topup("--on 2026-02-24"), "0.00");
    assert_eq!(topup("--on 2026-02-13 --channel agency"), "0.00");
    assert_eq!(topup("--on 2026-02-13 --topup-discount 1"), "147.78");
}

#[test]
fn a_file_says_what_flags_say_and_a_flag_goes_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("quote.toml");
    let toml = "shares = \"6000\"\nnav = \"1.3071\"\n\
                lot = [\"3000@400d\", \"2500.55@20d\", \"1000@5d\"]\n\
                tier = [\"7d=1.5%\", \"30d=0.75%\", \"180d=0.5%\"]\n";
    fs::write(&path, toml).unwrap();
    let path = path.display();

    let answer = json(&format!("redeem --file {path}"));
    assert_eq!(picked(&answer, "gross fee payout"), "7842.60 34.30 7808.30");
    let answer = json(&format!("redeem --file {path} --shares 3000"));
    assert_eq!(picked(&answer, "gross fee payout"), "3921.30 0.00 3921.30");
    failed(&format!("purchase --file {path}"), 2, "unknown field `lot`");
    fs::write(directory.path().join("buy.toml"), "nav = \"1.2345\"\nfixed-fee = \"1000\"\n")
        .unwrap();
    let buy =
        format!("purchase --amount 10000 --file {}", directory.path().join("buy.toml").display());
    assert_eq!(picked(&json(&buy), "fee"), "1000.00");
    assert_eq!(picked(&json(&format!("{buy} --rate 1.5%")), "fee"), "147.78");
    fs::write(directory.path().join("buy.toml"), "nav = \"1\"\nfixed-fee = \"1\"\nrate = \"0\"\n")
        .unwrap();
    failed(&buy, 2, "--rate and --fixed-fee are both given");
    failed("purchase --file absent.toml", 2, "absent.toml");
}

#[test]
fn a_bad_value_names_its_flag_itself_and_what_is_allowed() {
    let rows = [
        (
            "purchase --amount 10.005 --rate 0 --nav 1",
            "--amount <AMOUNT>",
            "0.01 to 99999999999999.99 yuan",
        ),
        ("purchase --amount 10 --rate 150% --nav 1", "'150%' for '--rate <RATE>'", "0% to 100%"),
        ("purchase --amount 10 --rate 1 --nav 0", "--nav <NAV>", "0.00000001 to 99999999.99999999"),
        ("redeem --lot 10@5", "'10@5' for '--lot <SHARES@DAYSd>'", "2500.55@20d"),
        ("redeem --lot 10@36526d", "'10@36526d' for '--lot <SHARES@DAYSd>'", "at most 36525 days"),
        ("redeem --tier 7=1%", "'7=1%' for '--tier <DAYSd=RATE>'", "30d=0.75%"),
        ("income --shares 1 --per-10k 1 --unit 1", "--unit <UNIT>", "0.01, 0.0001"),
        ("yield --per-10k 1,2 --carry daily", "--per-10k has 2 values", "give seven"),
        ("purchase --amount 10 --nav 1", "--rate is missing", "--fixed-fee"),
        ("purchase --rate 0 --nav 1", "--amount is missing", "0.01 to"),
        ("purchase --amount 10 --nav 1 --fund 011162", "--on is missing", "YYYY-MM-DD"),
        ("redeem --shares 1 --nav 1 --lot 1@1d", "--tier is missing", "--fund"),
        (
            "redeem --shares 1 --nav 1 --lot 1@1d --tier 30d=1% --tier 7d=1%",
            "--tier: a tier from 7 follows the tier from 30",
            "bounds must rise",
        ),
    ];
    for (line, named, allowed) in rows {
        failed(line, 2, named);
        failed(line, 2, allowed);
    }
}

#[test]
fn what_would_be_refused_names_both_numbers() {
    let too_many = format!("redeem --shares 7000 --nav 1 --tier 7d=1% {LOTS}");
    failed(&too_many, 1, "7000.00 shares are asked for, and the lots hold 6500.55");
    let eaten = "purchase --amount 500 --fixed-fee 1000 --nav 1";
    failed(eaten, 1, "fee 1000.00 is not below the amount 500.00");
    failed("purchase --amount 500 --nav 1 --fund 999999 --on 2026-02-13", 1, "fund 999999");
}

#[test]
fn a_negative_number_is_refused_as_a_number_and_not_as_an_unknown_flag() {
    let allowed = "0.01 to 99999999999999.99 yuan with at most 2 decimals";
    failed("purchase --amount -1 --rate 1.5% --nav 1", 2, allowed);
}

#[test]
fn a_file_may_begin_with_a_mark_and_what_is_not_utf8_in_it_is_named_with_line_and_value() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("order.toml");
    fs::write(&file, "\u{FEFF}amount = \"10000\"\nrate = \"1.5%\"\nnav = \"1.2345\"\n").unwrap();
    let line = format!("purchase --file {}", file.display());
    assert_eq!(picked(&json(&line), "net fee"), "9852.22 147.78");

    fs::write(&file, b"amount = \"10000\"\nrate = \"\xb1\xb8\"\n").unwrap();
    failed(&line, 2, "order.toml: line 2: rate \"");
    failed(&line, 2, "is not UTF-8 here (GB18030 or GBK, perhaps); save the file as UTF-8");
}
