//! A store that was played from a folder with funds and registrars of its own is operated on these,
//! without the folder.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, golden, transcript};
use serde_json::Value;
use std::{fs, path::Path, process::Output};
use tempfile::TempDir;

const DAY: &str = "trade_date = 2026-02-12\nseed = 1\nregistrars = [\"05\", \"98\"]\n";
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
901162,2026-02-12,0.7421
901162,2026-02-13,0.7388
901162,2026-02-24,0.7500
";
const ORDERS: &str = "\
transaction,time,investor,wallet_fund,target_fund,amount,mode
O-CASE,10:01:00,I-1,900730,901162,2000.00,next_day
O-MUTE,10:02:00,I-1,900730,901162,3000.00,next_day
";
/// One confirmation that does not add up, and one that never comes.
const SCENARIO: &str = "
[override.O-CASE]
buy_confirmation = 'garbled'
[override.O-MUTE]
buy_confirmation = 'missing'
";

/// Two funds that no shipped catalogue lists, at the second of two registrars.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("funds")).unwrap();
    let own = |text: &str| {
        text.replace("000730", "900730")
            .replace("011162", "901162")
            .replace("registrar = \"own\"", "registrar = \"98\"")
    };
    let (wallet, target) = (
        include_str!("../../../catalogue/000730.toml"),
        include_str!("../../../catalogue/011162.toml"),
    );
    let mut pairs = wallet.split("[[terms.conversions]]");
    let terms = pairs.next().unwrap();
    let pair = pairs.find(|pair| pair.contains("011162")).unwrap();
    write("funds/900730.toml", &own(&format!("{terms}[[terms.conversions]]{pair}")));
    write("funds/901162.toml", &own(target));
    write("investors.csv", INVESTORS);
    write("navs.csv", NAVS);
    write("orders.csv", ORDERS);
    write("scenario.toml", SCENARIO);
    write("day.toml", DAY);
    folder
}

/// The folder, and the store that it was played into.
fn played() -> (TempDir, TempDir) {
    let (folder, store) = (folder(), tempfile::tempdir().unwrap());
    let day = play(folder.path(), store.path());
    assert_eq!(day.status.code(), Some(0), "{}", said(&day));
    (folder, store)
}

fn play(folder: &Path, store: &Path) -> Output {
    fundflow(store, &["day", "--no-progress", folder.to_str().unwrap()])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn shown(store: &Path, id: &str) -> Value {
    let output = fundflow(store, &["saga", "show", id, "-o", "json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn case_of(store: &Path, id: &str) -> String {
    let output = fundflow(store, &["case", "ls", "--transaction", id, "-o", "json"]);
    let cases: Value = serde_json::from_slice(&output.stdout).unwrap();
    cases[0]["case"].as_str().unwrap().to_owned()
}

const WHO: [&str; 4] = ["--operator", "li", "--reason", "the registrar was asked"];

#[test]
fn a_closed_case_lets_its_purchase_go_on_with_the_folders_own_funds_to_their_own_registrar() {
    let (folder, store) = played();
    let case = case_of(store.path(), "O-CASE");
    let close = [&["case", "close", &case, "--how", "accepted"][..], &WHO].concat();
    golden("own_funds_close_look.txt", &transcript(store.path(), &close));

    let applied = [&close[..], &["--apply"]].concat();
    golden("own_funds_close.txt", &transcript(store.path(), &applied));

    let after = shown(store.path(), "O-CASE");
    assert_eq!(after["stands_at"], "confirm conversion", "{after}");
    assert_eq!(play(folder.path(), store.path()).status.code(), Some(0));
    assert_eq!(shown(store.path(), "O-CASE")["state"], "completed");
    assert_eq!(fundflow(store.path(), &["audit", "verify"]).status.code(), Some(0));
}

#[test]
fn a_resumed_purchase_asks_the_registrar_that_keeps_its_fund() {
    let (_folder, store) = played();
    let resume = [&["saga", "resume", "O-MUTE"][..], &WHO].concat();
    golden("own_funds_resume_look.txt", &transcript(store.path(), &resume));

    let done = fundflow(store.path(), &[&resume[..], &["--apply"]].concat());

    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(shown(store.path(), "O-MUTE")["parked"][1]["code"], "overdue");
}

#[test]
fn a_store_that_keeps_no_terms_is_operated_on_those_of_a_folder_that_is_named() {
    let (folder, store) = played();
    fs::remove_file(store.path().join("sandbox/day.toml")).unwrap();
    let named = folder.path().to_str().unwrap();
    let resume = [&["saga", "resume", "O-MUTE", "--apply"][..], &WHO].concat();

    let without = fundflow(store.path(), &resume);
    assert_eq!(without.status.code(), Some(0), "{}", said(&without));
    assert_ne!(shown(store.path(), "O-MUTE")["parked"][1]["code"], "overdue");
    let with = fundflow(store.path(), &[&resume[..], &["--folder", named]].concat());

    assert_eq!(with.status.code(), Some(0), "{}", said(&with));
    assert_eq!(shown(store.path(), "O-MUTE")["parked"][1]["code"], "overdue");
}

#[test]
fn a_folder_that_is_no_day_is_refused_with_its_mistakes_and_changes_nothing() {
    let (_folder, store) = played();
    let bad = folder();
    fs::write(bad.path().join("funds/901162.toml"), "code = 3\n").unwrap();
    let named = bad.path().to_str().unwrap();

    let refused = fundflow(store.path(), &["saga", "ls", "--folder", named]);

    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
    let errors = said(&refused);
    assert!(errors.contains("901162.toml:1: code \"3\": "), "{errors}");
    assert!(
        errors.ends_with("error: the folder is no day; mend what is named above\n"),
        "{errors}"
    );
}

#[test]
fn damaged_terms_beside_a_store_are_an_error_and_not_the_programs_own() {
    let (_folder, store) = played();
    fs::write(store.path().join("sandbox/day.toml"), "trade_date = 3\n").unwrap();

    let refused = fundflow(store.path(), &["saga", "ls"]);

    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("does not hold a day's terms"), "{}", said(&refused));
}

/// The commands that a person is offered, as they are printed after the last blank line.
fn offers(store: &Path, words: &[&str]) -> Vec<String> {
    let printed = said(&fundflow(store, words));
    let lines = printed.lines().filter_map(|line| line.strip_prefix("  fundflow "));
    lines.map(str::to_owned).collect()
}

#[test]
fn what_is_offered_is_taken_and_a_case_is_closed_only_as_it_was_seen() {
    let (_, store) = played();
    let case = case_of(store.path(), "O-CASE");
    let of_saga = offers(store.path(), &["saga", "show", "O-CASE"]);
    let of_case = offers(store.path(), &["case", "show", &case]);
    let accepts = |line: &String| line.starts_with(&format!("case close {case} --how accepted"));
    assert!(of_saga.iter().any(accepts) && of_case.iter().any(accepts), "{of_saga:?} {of_case:?}");
    let resumes = |line: &String| line.starts_with("saga resume ");
    assert!(!of_saga.iter().any(resumes), "the registrar would repeat itself: {of_saga:?}");

    let mut all = [of_saga, of_case, offers(store.path(), &["saga", "show", "O-MUTE"])].concat();
    all.sort();
    all.dedup();
    assert!(all.iter().any(resumes), "{all:?}");
    for line in &all {
        let words = line.replace("refund|suspense|manual", "manual").replace("YUAN", "0.01");
        let words: Vec<&str> = words.split(' ').chain(["--operator", "li"]).collect();
        let looked = fundflow(store.path(), &words);
        assert_eq!(looked.status.code(), Some(0), "{line}: {}", said(&looked));
    }

    let close = |target: &str| {
        let words = [&["case", "close", target, "--how", "accepted", "--apply"][..], &WHO].concat();
        fundflow(store.path(), &words)
    };
    let stale = close(&format!("{case}@1"));
    assert_eq!(stale.status.code(), Some(4), "{}", said(&stale));
    let look = said(&fundflow(
        store.path(),
        &[&["case", "close", &case, "--how", "accepted"][..], &WHO].concat(),
    ));
    let target = look.split_whitespace().find(|word| word.starts_with(&format!("{case}@")));
    let done = close(target.unwrap());
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
}
