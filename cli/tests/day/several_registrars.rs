//! A day with three registrars, whose files are of three editions: what goes out, what comes back, and what is said
//! of files that are damaged or replaced.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};
use tempfile::TempDir;

const DAY: &str = "\
trade_date = 2026-02-12
seed = 1
funds = \"added\"

[[registrar]]
code = \"05\"

[[registrar]]
code = \"97\"
version = \"2.0\"

[[registrar]]
code = \"98\"
version = \"2.1\"
numbers = \"digits\"
";
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-12,0.7421
901162,2026-02-12,0.7421
981162,2026-02-12,0.7421
";
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,mode
P-1,10:01:00,purchase,I-1,,011162,,100.00,
P-2,10:02:00,purchase,I-1,,901162,,200.00,
P-3,10:03:00,purchase,I-1,,981162,,300.00,
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("funds")).unwrap();
    for (code, registrar) in [("901162", "97"), ("981162", "98")] {
        let terms = include_str!("../../../catalogue/011162.toml").replace("011162", code);
        let own = format!("registrar = \"{registrar}\"");
        write(&format!("funds/{code}.toml"), &terms.replace("registrar = \"own\"", &own));
    }
    write("investors.csv", INVESTORS);
    write("navs.csv", NAVS);
    write("orders.csv", ORDERS);
    write("day.toml", DAY);
    folder
}

fn play(folder: &Path, store: &Path) -> (Option<i32>, Value) {
    let words = ["day", "--no-progress", folder.to_str().unwrap(), "-o", "json"];
    let said = fundflow(store, &words);
    (
        said.status.code(),
        serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{}", text(&said))),
    )
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn remarks(report: &Value) -> Vec<String> {
    let all = report["remarks"].as_array().unwrap();
    all.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// The lines of a file of the exchange of that day.
fn lines(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap();
    String::from_utf8_lossy(&bytes).lines().map(|line| line.trim_end().to_owned()).collect()
}

fn of_day(store: &Path, registrar: &str) -> PathBuf {
    let day = store.join("exchange/2026-02-12");
    if registrar == "05" { day } else { day.join(registrar) }
}

fn events(store: &Path) -> usize {
    let said = fundflow(store, &["event", "ls", "--limit", "100000", "-o", "json"]);
    serde_json::from_slice::<Value>(&said.stdout).unwrap().as_array().unwrap().len()
}

fn stages(store: &Path) -> Vec<String> {
    let of = |id: &str| {
        let said = fundflow(store, &["saga", "show", id, "-o", "json"]);
        text(&said).contains("\"completed\"").to_string()
    };
    ["P-1", "P-2", "P-3"].map(of).to_vec()
}

#[test]
fn each_registrar_gets_and_sends_files_of_its_edition_and_every_order_is_confirmed() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    let (code, report) = play(folder.path(), store.path());
    assert_eq!((code, remarks(&report)), (Some(0), vec![]), "{report}");
    assert_eq!(stages(store.path()), ["true"; 3]);

    for (registrar, version, in_digits) in
        [("05", "22", false), ("97", "20", true), ("98", "21", true)]
    {
        let day = of_day(store.path(), registrar);
        let sent = lines(&day.join(format!("out/OFD_305_{registrar}_20260212_03.TXT")));
        assert_eq!(sent[1], version);
        let record = &sent[sent.len() - 2];
        let number = &record[..24];
        assert_eq!(number.bytes().all(|byte| byte.is_ascii_digit()), in_digits, "{number}");
        let answered = lines(&day.join(format!("in/OFD_{registrar}_305_20260213_04.TXT")));
        assert_eq!(answered[1], version);
        assert!(answered[answered.len() - 2].starts_with(number), "{registrar}");
        for index in ["out/OFI_305_{}_20260212.TXT", "in/OFI_{}_305_20260213.TXT"] {
            let index = day.join(index.replace("{}", registrar));
            let checked = fundflow(store.path(), &["file", "check", index.to_str().unwrap()]);
            assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));
        }
        let sums = fs::read_to_string(day.join(format!("out/OFI_305_{registrar}_20260212.sha256")));
        assert_eq!(sums.unwrap().lines().count(), 2);
        assert!(!day.join("making").exists());
    }

    let before = events(store.path());
    assert_eq!(play(folder.path(), store.path()).0, Some(0));
    assert_eq!(events(store.path()), before, "a second play adds nothing");
}

/// Has the answers of that registrar read again, with another byte in their only record.
fn damaged(store: &Path, registrar: &str, field: &str) {
    let day = of_day(store, registrar);
    fs::remove_file(day.join("read")).unwrap();
    let path = day.join(format!("in/OFD_{registrar}_305_20260213_04.TXT"));
    let shown = fundflow(store, &["file", "convert", path.to_str().unwrap(), "--to", "csv"]);
    let shown = text(&shown);
    let columns: Vec<&str> = shown.lines().next().unwrap().split(',').collect();
    assert!(columns.contains(&field), "{columns:?}");
    let width: usize = {
        let all = lines(&path);
        all[all.len() - 2].len()
    };
    let mut bytes = fs::read(&path).unwrap();
    let begins = bytes.len() - "OFDCFEND\r\n".len() - 2 - width_of(&bytes);
    assert!(width <= width_of(&bytes));
    // The places of the two fields in file 04 of every edition.
    let offset = if field == "TransactionTime" { 24 + 8 + 3 + 16 + 16 + 6 + 1 + 8 } else { 0 };
    bytes[begins + offset] = 0xff;
    fs::write(&path, bytes).unwrap();
}

/// Bytes of the last record.
fn width_of(file: &[u8]) -> usize {
    let end = file.len() - "OFDCFEND\r\n".len() - 2;
    end - file[..end].iter().rposition(|byte| *byte == b'\n').unwrap() - 1
}

#[test]
fn a_damaged_field_is_a_finding_or_a_case_and_the_other_registrars_files_are_read() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    play(folder.path(), store.path());
    let before = events(store.path());
    damaged(store.path(), "97", "TransactionTime");
    let (code, report) = play(folder.path(), store.path());
    let said = remarks(&report);
    assert_eq!((code, said.len()), (Some(0), 1), "{said:?}");
    assert!(
        said[0].contains("OFD_97_305_20260213_04.TXT:") && said[0].contains("TransactionTime = "),
        "{said:?}"
    );
    let written = fs::read_to_string(of_day(store.path(), "97").join("findings.txt")).unwrap();
    assert_eq!(written, said[0].clone() + "\n");
    assert_eq!(events(store.path()), before, "the record says what it said");

    damaged(store.path(), "98", "AppSheetSerialNo");
    let (code, report) = play(folder.path(), store.path());
    let said = remarks(&report);
    assert!(code == Some(0) && said.len() == 1, "{said:?}");
    assert!(said[0].contains("AppSheetSerialNo = ") && said[0].contains("; case "), "{said:?}");
    assert!(events(store.path()) > before, "the case");
}

#[test]
fn a_file_that_was_read_and_has_other_bytes_now_is_said_and_not_heard() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    play(folder.path(), store.path());
    let before = events(store.path());
    let path = of_day(store.path(), "98").join("in/OFD_98_305_20260213_04.TXT");
    let whole = fs::read(&path).unwrap();
    let other = String::from_utf8_lossy(&whole).replacen("20260213", "20260224", 2);
    fs::write(&path, other).unwrap();

    let (code, report) = play(folder.path(), store.path());
    let said = remarks(&report);
    assert_eq!((code, said.len()), (Some(0), 1), "{said:?}");
    assert!(said[0].starts_with("OFD_98_305_20260213_04.TXT was read and has other bytes by now"));
    assert_eq!(events(store.path()), before);

    fs::write(&path, whole).unwrap();
    assert_eq!(remarks(&play(folder.path(), store.path()).1), [""; 0]);
}

#[test]
fn a_store_whose_registrar_took_letters_goes_on_when_it_wants_digits() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    let said = fs::read_to_string(folder.path().join("day.toml")).unwrap();
    let letters = said.replace("version = \"2.1\"\nnumbers = \"digits\"\n", "");
    fs::write(folder.path().join("day.toml"), letters).unwrap();
    play(folder.path(), store.path());
    let before = events(store.path());
    fs::write(folder.path().join("day.toml"), said).unwrap();
    fs::remove_file(of_day(store.path(), "98").join("read")).unwrap();

    let (code, report) = play(folder.path(), store.path());
    assert_eq!((code, remarks(&report)), (Some(0), vec![]), "{report}");
    assert_eq!(events(store.path()), before, "each answer found its order");
}

#[test]
fn what_a_table_of_a_registrar_may_say_is_named() {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    let day = |table: &str| {
        let text = format!("trade_date = 2026-02-12\nseed = 1\n\n[[registrar]]\n{table}");
        fs::write(folder.path().join("day.toml"), text).unwrap();
        let said =
            fundflow(store.path(), &["day", "--no-progress", folder.path().to_str().unwrap()]);
        assert_eq!(said.status.code(), Some(1), "{table}");
        text_of(&said)
    };
    for (table, expected) in [
        ("version = \"2.1\"\n", "code"),
        ("code = \"05\"\nversion = \"2.3\"\n", "write \"2.0\", \"2.1\" or \"2.2\", in quotes"),
        ("code = \"05\"\nversion = 2.1\n", "write \"2.0\", \"2.1\" or \"2.2\", in quotes"),
        ("code = \"05\"\nversion = \"2.1\"\nnumbers = \"letters\"\n", "only digits there"),
        ("code = \"05\"\nnumbers = \"roman\"\n", "numbers"),
        ("code = \"05\"\nedition = \"2.1\"\n", "edition"),
        ("code = \"own\"\n", "own means the first registrar"),
        ("code = \"taken\"\n", "is a name of the exchange's folders"),
        ("code = \"05\"\n\n[[registrar]]\ncode = \"05\"\n", "stands twice"),
    ] {
        let said = day(table);
        assert!(said.contains("day.toml") && said.contains(expected), "{table}: {said}");
    }
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
