//! Records of a registrar's file 04 that no order takes: each is a case, found again and not doubled.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use fundflow_infrastructure::exchange::{
    check::read_all_or_refuse, flow::trade_confirmation::TradeConfirmation, writer::Writer,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount
P-1,10:00:00,purchase,I-1,011162,5000.00
";
const NAVS: &str = "fund,date,nav\n011162,2026-03-02,0.7000\n";

fn said(store: &Path, words: &[&str]) -> Value {
    let out = fundflow(store, &[words, &["-o", "json"]].concat());
    let complaint = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{words:?}: {complaint}");
    serde_json::from_slice(&out.stdout).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-02\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn file_04(day: &Path) -> PathBuf {
    let paths = fs::read_dir(day.join("in")).unwrap().map(|entry| entry.unwrap().path());
    let is_it = |path: &PathBuf| path.to_str().unwrap().ends_with("_04.TXT");
    paths.into_iter().find(is_it).unwrap()
}

/// Makes of the confirmation of P-1 a file with further records, and the day one whose answers nobody has read.
fn add(store: &Path, codes: &[(&str, &str)]) {
    let day = store.join("exchange/2026-03-02");
    let path = file_04(&day);
    let (read, mut records) = read_all_or_refuse(&path).unwrap();
    let confirmed = TradeConfirmation::from_record(records[0].as_ref()).unwrap();
    for (nth, (code, no)) in codes.iter().enumerate() {
        let mut record = records[0].clone();
        let stray = TradeConfirmation {
            business_code: (*code).to_owned(),
            ta_serial_no: format!("STRAY{nth}"),
            ..confirmed.clone()
        };
        stray.to_record(&mut record).unwrap();
        if *no != "its own" {
            record.set_text("AppSheetSerialNo", no).unwrap();
        }
        records.push(record);
    }
    let mut header = read.header.unwrap();
    header.records = records.len() as u64;
    let mut writer = Writer::new(BufWriter::new(File::create(&path).unwrap()), header).unwrap();
    for record in &records {
        writer.write(record.as_ref()).unwrap();
    }
    writer.finish().unwrap();
    fs::remove_file(day.join("read")).unwrap();
    // An earlier program noted no sums.
    fs::remove_file(day.join("taken")).unwrap();
}

/// Of a record under one of our numbers the case is about its transaction; of another one about none.
fn has_the_transaction_of_its_number(report: &Value) {
    let mut theirs = report["findings"][0]["theirs"].as_array().unwrap().iter();
    let own = theirs.any(|it| it["name"] == "AppSheetSerialNo" && it["value"] != "X-1");
    let expected = if own { ("P-1", "P-1.buy") } else { ("", "") };
    let text = |name: &str| report[name].as_str().unwrap_or_default();
    assert_eq!((text("transaction"), text("order")), expected, "{report}");
}

#[test]
fn a_record_that_no_order_takes_is_a_case_and_is_not_doubled() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    let (store, day) = (store.path(), folder.path().to_str().unwrap());
    let play = ["day", "--no-progress", day];
    assert_eq!(said(store, &play)["remarks"], Value::Array(Vec::new()));
    let all = [
        ("142", "X-1"),
        ("144", ""),
        ("143", "X-1"),
        ("145", "X-1"),
        ("142", "its own"),
        ("777", "X-1"),
        ("122", ""),
    ];
    add(store, &all);

    let report = said(store, &play);
    assert_eq!(report["events_added"], all.len());
    let remarks = report["remarks"].as_array().unwrap();
    assert_eq!(remarks.len(), all.len());
    let cases = said(store, &["case", "ls", "--open", "--kind", "not_assigned"]);
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), all.len());
    for case in cases {
        let id = case["case"].as_str().unwrap();
        let named = |remark: &&Value| remark.as_str().unwrap().ends_with(&format!("case {id}"));
        assert_eq!(remarks.iter().filter(named).count(), 1, "{id}: {remarks:?}");
    }
    let opened = said(store, &["event", "ls", "--type", "case.opened"]);
    let opened = opened.as_array().unwrap();
    let mut shown = Vec::new();
    for event in opened {
        let report = &event["data"];
        assert_eq!(report["source"]["kind"], "registrar_file");
        has_the_transaction_of_its_number(report);
        assert_eq!(report["fund"], "011162");
        let theirs = report["findings"][0]["theirs"].as_array().unwrap();
        let of = |name: &str| {
            let figure = theirs.iter().find(|it| it["name"] == name).unwrap();
            figure["value"].as_str().unwrap().to_owned()
        };
        assert_eq!((of("FundCode"), of("TransactionAccountID")), ("011162".into(), "I-1".into()));
        assert_eq!(of("ConfirmedAmount"), "5000.00");
        assert_ne!(of("ConfirmedVol"), "0.00");
        shown.push((of("BusinessCode"), of("TASerialNO")));
    }
    shown.sort_by_key(|(_, serial)| serial.clone());
    let sent = all.iter().zip(0..).map(|((code, _), nth)| ((*code).into(), format!("STRAY{nth}")));
    assert_eq!(shown, sent.collect::<Vec<_>>());

    // Neither the folder again nor the file, as of a program that died before it noted that it had read it.
    assert_eq!(said(store, &play)["events_added"], 0);
    fs::remove_file(store.join("exchange/2026-03-02/read")).unwrap();
    let again = said(store, &play);
    assert_eq!((&again["events_added"], &again["remarks"]), (&0.into(), &report["remarks"]));
    assert!(fundflow(store, &["audit", "verify"]).status.success());
}

#[test]
fn a_store_whose_program_only_named_such_a_record_gets_its_case_with_the_next_look() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    let (store, day) = (store.path(), folder.path().to_str().unwrap());
    let play = ["day", "--no-progress", day];
    said(store, &play);
    add(store, &[("142", "X-1")]);
    // As that program left it.
    fs::write(store.join("exchange/2026-03-02/read"), "records\n").unwrap();

    assert_eq!(said(store, &play)["events_added"], 1);
    let cases = said(store, &["case", "ls"]);
    let id = cases[0]["case"].as_str().unwrap();
    let close = ["case", "close", id, "--how", "manual", "--text", "by letter", "--reason", "r"];
    said(store, &[&close[..], &["--operator", "ops", "--apply"]].concat());
    // What is settled is named no more.
    let report = said(store, &play);
    assert_eq!(report["events_added"], 0);
    assert_eq!(report["remarks"], Value::Array(Vec::new()));
}
