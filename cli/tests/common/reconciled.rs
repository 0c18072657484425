//! A day that was played, with its files, and what may be planted in them.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
#![allow(dead_code, reason = "each test file uses its part")]

use crate::common::{copy, fundflow};
use fundflow_infrastructure::exchange::{
    check::read_all_or_refuse, index::IndexFile, record::Record, writer::Writer,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    sync::OnceLock,
};
use tempfile::TempDir;

pub(crate) const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
pub(crate) const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,mode
R-1,09:30:00,recharge,I-1,,000730,,20000.00,
D-1,10:00:00,discount_purchase,I-2,000730,,011162,1000.00,linked_same_day
P-1,10:03:00,purchase,I-1,,011162,,5000.00,
R-2,2026-03-03T13:00:00+08:00,recharge,I-1,,000730,,100.00,
";
pub(crate) const NAVS: &str = "fund,date,nav\n011162,2026-03-02,0.7421\n";
pub(crate) const DATE: &str = "2026-03-02";

/// Played once; each test has a copy of its own.
pub(crate) fn played() -> TempDir {
    static STORE: OnceLock<TempDir> = OnceLock::new();
    let played = STORE.get_or_init(|| played_with(""));
    let own = tempfile::tempdir().unwrap();
    copy(played.path(), own.path());
    own
}

/// The day with what a scenario lets go wrong.
pub(crate) fn played_with(scenario: &str) -> TempDir {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-02\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
        ("scenario.toml", scenario),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let day = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &day);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    store
}

pub(crate) fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    let complaint = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{words:?}: {complaint}");
    serde_json::from_slice(&said.stdout).unwrap()
}

pub(crate) fn look(store: &Path) -> Value {
    json(store, &["recon", "run", "--date", DATE])
}

/// What a run did; it ends with 5 where the day is not complete.
pub(crate) fn applied(store: &Path) -> Value {
    let said = fundflow(store, &["recon", "run", "--date", DATE, "--apply", "-o", "json"]);
    let found: Value = serde_json::from_slice(&said.stdout).unwrap();
    let ends_with = if found["complete"] == true { 0 } else { 5 };
    let complaint = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(ends_with), "{complaint}");
    found
}

pub(crate) fn events(store: &Path) -> usize {
    json(store, &["event", "ls", "--limit", "100000"]).as_array().unwrap().len()
}

pub(crate) fn cases(store: &Path, words: &[&str]) -> Vec<Value> {
    json(store, &[&["recon", "ls"], words].concat()).as_array().unwrap().clone()
}

pub(crate) fn file(store: &Path, kind: &str) -> PathBuf {
    let inbox = store.join("exchange").join(DATE).join("in");
    let paths = fs::read_dir(inbox).unwrap().map(|entry| entry.unwrap().path());
    let end = format!("_{kind}.TXT");
    paths.into_iter().find(|path| path.to_str().unwrap().ends_with(&end)).unwrap()
}

/// Writes a registrar's file anew.
pub(crate) fn edit(store: &Path, kind: &str, change: &dyn Fn(&mut Vec<Record>)) {
    let path = file(store, kind);
    let (read, mut records) = read_all_or_refuse(&path).unwrap();
    change(&mut records);
    let mut header = read.header.unwrap();
    header.records = records.len() as u64;
    let mut writer = Writer::new(BufWriter::new(File::create(&path).unwrap()), header).unwrap();
    for record in &records {
        writer.write(record.as_ref()).unwrap();
    }
    writer.finish().unwrap();
}

pub(crate) fn statement(store: &Path) -> PathBuf {
    store.join("statements").join(DATE).join("channel.csv")
}

/// Writes the channel's statement anew: its lines behind the heading.
pub(crate) fn edit_statement(store: &Path, change: &dyn Fn(&mut Vec<String>)) {
    let path = statement(store);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let heading = lines.remove(0);
    change(&mut lines);
    fs::write(&path, format!("{heading}\n{}\n", lines.join("\n"))).unwrap();
}

/// Puts lines of the channel's statement into that of another channel, and leaves those that stay.
pub(crate) fn split(store: &Path, goes: &dyn Fn(&str) -> bool, stays: &dyn Fn(&str) -> bool) {
    let path = statement(store);
    let text = fs::read_to_string(&path).unwrap();
    let (heading, lines) = text.split_once('\n').unwrap();
    let of = |is_meant: &dyn Fn(&str) -> bool| {
        let lines = lines.lines().filter(|line| is_meant(line)).map(|line| format!("{line}\n"));
        format!("{heading}\n{}", lines.collect::<String>())
    };
    fs::write(path.with_file_name("another.csv"), of(goes)).unwrap();
    fs::write(&path, of(stays)).unwrap();
}

/// The registrar's set without that file: neither there nor announced.
pub(crate) fn without_file(store: &Path, kind: &str) {
    let path = file(store, kind);
    let inbox = path.parent().unwrap();
    let entries = fs::read_dir(inbox).unwrap().map(|entry| entry.unwrap().path());
    let is_index = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("OFI");
    let index = entries.into_iter().find(is_index).unwrap();
    let mut set = IndexFile::open_complete(&index).unwrap().index;
    set.files.retain(|name| Some(name.as_str()) != path.file_name().unwrap().to_str());
    fs::remove_file(&path).unwrap();
    fs::remove_file(&index).unwrap();
    set.publish(inbox).unwrap();
}

/// The record of an order in file 04: by its business and fund.
pub(crate) fn of(records: &[Record], business: &str, fund: &str) -> usize {
    let is_it = |record: &Record| {
        let record = record.as_ref();
        record.text("BusinessCode").unwrap() == business && record.text("FundCode").unwrap() == fund
    };
    records.iter().position(is_it).unwrap()
}

pub(crate) fn set(
    store: &Path,
    kind: &str,
    (business, fund): (&str, &str),
    changes: &[(&str, &str)],
) {
    edit(store, kind, &|records| {
        let at = if kind == "04" { of(records, business, fund) } else { at_fund(records, fund) };
        for (name, value) in changes {
            records[at].set_displayed(name, value).unwrap();
        }
    });
}

pub(crate) fn at_fund(records: &[Record], fund: &str) -> usize {
    let is_it = |record: &Record| record.as_ref().text("FundCode").unwrap() == fund;
    records.iter().position(is_it).unwrap()
}

/// The purchase P-1 in file 04.
pub(crate) const P1: (&str, &str) = ("122", "011162");
