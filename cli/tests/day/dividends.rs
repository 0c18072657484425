//! File 06 among a registrar's answers: each record is one dividend in the holdings, or one open case.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use fundflow_infrastructure::{
    day_batch::fund_account,
    exchange::{
        flow::dividend::Dividend,
        header::Header,
        index::IndexFile,
        version::{FileType, Version},
        writer::Writer,
    },
};
use serde_json::Value;
use std::{
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const DAY: &str = "trade_date = 2026-03-03\nseed = 1\n";
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "fund,date,nav\n011162,2026-03-03,0.7421\n011162,2026-03-04,0.7421\n";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount
P-1,10:01:00,purchase,I-1,011162,1000.00
P-2,10:02:00,purchase,I-2,011162,2000.00
R-1,10:03:00,recharge,I-1,000730,300.00
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", DAY),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn play(folder: &Path, store: &Path) -> (Option<i32>, Value) {
    let words = ["day", "--no-progress", folder.to_str().unwrap(), "-o", "json"];
    let said = fundflow(store, &words);
    let report = serde_json::from_slice(&said.stdout);
    (said.status.code(), report.unwrap_or_else(|_| panic!("{said:?}")))
}

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"))
}

fn events(store: &Path, named: &str) -> Vec<Value> {
    let all = json(store, &["event", "ls", "--limit", "100000"]);
    let all = all.as_array().unwrap();
    all.iter().filter(|it| named.is_empty() || it["event_type"] == named).cloned().collect()
}

/// A dividend of 011162 that investor gets as shares: 61.75 yuan at 0.7421.
fn reinvested(serial: &str, investor: &str) -> Dividend {
    Dividend {
        ta_serial_no: serial.into(),
        fund_code: "011162".into(),
        business_code: "143".into(),
        ta_account_id: fund_account(&investor.parse().unwrap()),
        transaction_account_id: investor.into(),
        distributor_code: "305".into(),
        branch_code: "305".into(),
        return_code: "0000".into(),
        transaction_cfm_date: "2026-03-04".parse().ok(),
        registration_date: "2026-03-03".parse().ok(),
        xr_date: "2026-03-03".parse().ok(),
        dividend_date: "2026-03-04".parse().ok(),
        basis: "1234.56".parse().unwrap(),
        dividend_per_unit: "0.05".parse().unwrap(),
        draw_bonus_unit: "1".parse().unwrap(),
        reinvested_vol: "83.21".parse().unwrap(),
        confirmed_amount: "61.75".parse().unwrap(),
        nav: "0.7421".parse().unwrap(),
        def_dividend_method: "0".into(),
        ..Dividend::default()
    }
}

/// The same in money.
fn in_cash(serial: &str, investor: &str) -> Dividend {
    Dividend {
        reinvested_vol: 0.into(),
        dividend_amount: "61.75".parse().unwrap(),
        def_dividend_method: "1".into(),
        ..reinvested(serial, investor)
    }
}

/// Puts file 06 beside the answers that were read, and has them read again.
fn send(store: &Path, all: &[Dividend]) -> PathBuf {
    let day = store.join("exchange/2026-03-03");
    let (into, date) = (day.join("in"), "2026-03-04".parse().unwrap());
    let name = "OFD_05_305_20260304_06.TXT";
    let mut header = Header::standard(FileType::Dividend, Version::V22, ("05", "305"), date);
    header.records = all.len() as u64;
    let file = fs::File::create(into.join(name)).unwrap();
    let mut writer = Writer::new(BufWriter::new(file), header).unwrap();
    let mut record = writer.blank();
    for dividend in all {
        dividend.to_record(&mut record).unwrap();
        writer.write(record.as_ref()).unwrap();
    }
    writer.finish().unwrap();
    let index = into.join("OFI_05_305_20260304.TXT");
    let mut announced = IndexFile::open_complete(&index).unwrap().index;
    announced.files.retain(|it| it != name);
    announced.files.push(name.to_owned());
    fs::remove_file(&index).unwrap();
    announced.publish(&into).unwrap();
    fs::remove_file(day.join("read")).unwrap();
    into.join(name)
}

#[test]
fn each_record_is_one_lot_or_one_payout_and_a_second_reading_changes_nothing() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    play(folder.path(), store.path());
    send(store.path(), &[reinvested("DIV-1", "I-1"), in_cash("DIV-2", "I-2")]);
    let (code, report) = play(folder.path(), store.path());
    assert_eq!((code, &report["remarks"]), (Some(0), &Value::Array(vec![])), "{report}");

    let credited = events(store.path(), "holdings.credited");
    let lot = credited.iter().find(|it| it["stream"] == "holdings-I-1.011162");
    let lots: Vec<_> = credited.iter().map(|it| it["data"]["serial"].clone()).collect();
    assert!(lot.is_some() && lots.contains(&"DIV-1".into()), "{lots:?}");
    let declared = events(store.path(), "holdings.dividend_declared");
    assert_eq!(declared.len(), 1);
    assert_eq!(declared[0]["data"]["amount"], "61.75");
    let paid = events(store.path(), "payout.paid_out");
    assert_eq!((paid.len(), &paid[0]["data"]["amount"]), (1, &"61.75".into()));
    for (serial, ending) in [("DIV-1", "dividend.completed"), ("DIV-2", "dividend.paid_out")] {
        let of = format!("dividend-dividend.05.{serial}");
        let ended = events(store.path(), ending);
        assert!(ended.iter().any(|it| it["stream"] == of.as_str()), "{ended:?}");
    }
    let verified = fundflow(store.path(), &["audit", "verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));

    let before = events(store.path(), "").len();
    fs::remove_file(store.path().join("exchange/2026-03-03/read")).unwrap();
    assert_eq!(play(folder.path(), store.path()).0, Some(0));
    assert_eq!(events(store.path(), "").len(), before, "read again");
}

#[test]
fn a_record_that_nobody_can_book_is_one_open_case_and_stops_no_other() {
    let wrong: Vec<(Dividend, &str)> = vec![
        (reinvested("W-1", "I-9"), "no investor here has account"),
        (
            Dividend { fund_code: "050027".into(), ..reinvested("W-2", "I-1") },
            "has never had shares of fund 050027",
        ),
        (Dividend { fund_code: "000730".into(), ..reinvested("W-3", "I-1") }, "is a money fund"),
        (
            Dividend { reinvested_vol: "84.00".parse().unwrap(), ..reinvested("W-4", "I-1") },
            "are not 84.00 shares",
        ),
        (
            Dividend { dividend_amount: "1.00".parse().unwrap(), ..reinvested("W-5", "I-1") },
            "shares and money",
        ),
        (
            Dividend { reinvested_vol: 0.into(), ..reinvested("W-6", "I-1") },
            "neither shares nor money",
        ),
        (Dividend { return_code: "0001".into(), ..reinvested("W-7", "I-1") }, "not given"),
        (
            Dividend { total_frozen_vol: "1.00".parse().unwrap(), ..reinvested("W-8", "I-1") },
            "frozen",
        ),
        (
            Dividend {
                transaction_cfm_date: "2027-01-04".parse().ok(),
                ..reinvested("W-9", "I-1")
            },
            "2027-01-04",
        ),
    ];
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    play(folder.path(), store.path());
    let mut all: Vec<_> = wrong.iter().map(|(record, _)| record.clone()).collect();
    all.push(in_cash("DIV-1", "I-1"));
    send(store.path(), &all);
    let (code, report) = play(folder.path(), store.path());
    let remarks: Vec<&str> =
        report["remarks"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!((code, remarks.len()), (Some(0), wrong.len()), "{remarks:#?}");
    for (record, why) in &wrong {
        let of: Vec<_> = remarks.iter().filter(|it| it.contains(why)).collect();
        assert!(!of.is_empty(), "{}: {why}: {remarks:#?}", record.ta_serial_no);
    }
    let cases = json(store.path(), &["case", "ls", "--open"]);
    assert_eq!(cases.as_array().unwrap().len(), wrong.len(), "{cases}");
    assert_eq!(events(store.path(), "dividend.paid_out").len(), 1, "the sound one");

    // The same number, and another sum.
    let other = Dividend { dividend_amount: "61.76".parse().unwrap(), ..in_cash("DIV-1", "I-1") };
    send(store.path(), &[other]);
    let (_, report) = play(folder.path(), store.path());
    assert!(report["remarks"].to_string().contains("has stated another dividend"), "{report}");
    assert_eq!(events(store.path(), "dividend.paid_out").len(), 1);
    let verified = fundflow(store.path(), &["audit", "verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}
