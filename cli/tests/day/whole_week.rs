//! The example week: five folders over the Spring Festival and a weekend in one store, until nothing is open.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::{
    common::copy,
    week::{done, events, folder, json, lines, list, typed},
};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path, sync::OnceLock};
use tempfile::TempDir;

/// What the README says, once for all of these tests; each has a copy of its own.
fn played() -> TempDir {
    static STORE: OnceLock<TempDir> = OnceLock::new();
    let store = STORE.get_or_init(|| {
        let store = tempfile::tempdir().unwrap();
        for line in lines() {
            done(store.path(), &line);
        }
        store
    });
    let own = tempfile::tempdir().unwrap();
    copy(store.path(), own.path());
    own
}

/// Every account that is not empty: debit less credit.
fn balances(store: &Path) -> BTreeMap<String, String> {
    let rows = list(store, "ledger trial-balance");
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let one = |row: &Value| {
        let side = if row["debit"] == "0.00" { "credit" } else { "debit" };
        let of = word(row, "commodity").replace("shares of ", "");
        (format!("{} {of} {side}", word(row, "class")), word(row, side))
    };
    rows.iter().map(one).collect()
}

/// Registered shares, by investor and fund.
fn registered(store: &Path) -> BTreeMap<String, String> {
    let rows = list(store, "holdings ls");
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let one =
        |row: &Value| (word(row, "investor") + " " + &word(row, "fund"), word(row, "registered"));
    rows.iter().map(one).filter(|(_, shares)| shares != "0.00").collect()
}

/// Purchases: the fee is what an amount has beyond amount / (1 + rate), to the fen; the shares are the rest at the price of
/// T, half up for 011162 and 050027, truncated for the others.
const SHARES: [(&str, &str); 13] = [
    // W-13 1,182.27 / 0.7421 = 1,593.14; W-22 3,000.00 / 0.7388 = 4,060.64; W-43 takes 500.00.
    ("I-1 011162", "5153.78"),
    // W-11 892.86 / 1.0523.
    ("I-1 050027", "848.48"),
    // W-45 1,495.51 / 1.0120.
    ("I-1 980001", "1477.77"),
    // W-02 1,000.00 / 0.7421 = 1,347.53; W-14 as the registrar has it: 394.09 / 0.7421 = 531.05.
    ("I-2 011162", "1878.58"),
    // W-24 694.44 / 1.0530.
    ("I-2 050027", "659.49"),
    // W-42 747.76 / 1.0120.
    ("I-2 980001", "738.89"),
    // W-25 1,970.44 / 0.7450.
    ("I-3 011162", "2644.89"),
    // W-03 4,985.04 / 1.1000 = 4,531.85, less W-29 and W-31.
    ("I-3 970001", "2531.85"),
    // W-29 1,000.00 x 1.1040 / 1.2000.
    ("I-3 970002", "920.00"),
    // W-04 2,991.03 / 1.0102.
    ("I-3 980001", "2960.82"),
    // W-12 1,488.10 / 1.0523 = 1,414.14; W-23 2,000.00 / 1.0530 = 1,899.34; W-32 2,500.00 / 1.0531 = 2,373.94; W-41 takes
    // 400.00.
    ("I-4 050027", "5287.42"),
    // W-15 648.06 / 1.1000 = 589.14; W-26 997.01 / 1.1040 = 903.08.
    ("I-4 970001", "1492.22"),
    // W-46 7,976.07 at face value, and 8,000.00 x 0.35 % x 2 / 365 of interest.
    ("I-4 990001", "7976.22"),
];
/// The plan: 98.52 at 0.7421, 0.7388, 0.7500, 0.7480, 0.7512 and three times 0.7533; none on the 24th.
const PLAN: (&str, &str) = ("I-5 011162", "1052.67");
/// W-33 1,196.41 / 1.0114.
const LATE: (&str, &str) = ("I-5 980001", "1182.92");

#[test]
fn in_the_end_nothing_is_owed_nothing_is_open_and_the_shares_are_those_of_the_prices() {
    let store = played();
    let store = store.path();
    let expected = SHARES.iter().chain([&PLAN, &LATE]);
    let expected: BTreeMap<_, _> =
        expected.map(|(of, shares)| ((*of).to_owned(), (*shares).to_owned())).collect();
    assert_eq!(registered(store), expected);

    // Fees of purchases in the order of their funds: 011162 17.73 + 5.91 + 29.56 + 8 x 1.48 = 65.04, 050027 7.14 + 11.90 + 5.56,
    // 970001 14.96 + 1.94 + 2.99, 980001 8.97 + 3.59 + 2.24 + 4.49, 990001 23.93.
    let fees = "152.75";
    let mut balances = balances(store);
    assert_eq!(balances.remove("A:BANK:SETTLE CNY debit").unwrap(), fees);
    assert_eq!(balances.remove("I:FEE:PURCHASE CNY credit").unwrap(), fees);
    // I-1: 20,000.00 - 500.00 - 1,000.00 - 3,000.00 + 2,500.00; income 11 x 0.78 + 7 x 0.62 + 0.78 + 0.72.
    for side in ["U:AVAIL 000730 debit", "U:REGISTER 000730 credit"] {
        assert_eq!(balances.remove(side).unwrap(), "18014.42");
    }
    let funds = ["011162", "050027", "970001", "970002", "980001", "990001"];
    let shares = ["10729.92", "6795.39", "4024.07", "920.00", "6360.40", "7976.22"];
    for (fund, shares) in funds.iter().zip(shares) {
        assert_eq!(balances.remove(&format!("U:AVAIL {fund} debit")).unwrap(), shares);
        assert_eq!(balances.remove(&format!("U:REGISTER {fund} credit")).unwrap(), shares);
    }
    assert_eq!(balances, BTreeMap::new(), "neither channel nor funds, nor customers");

    for open in ["saga ls --open", "case ls --open", "recon ls --open"] {
        assert_eq!(list(store, open), [Value::Null; 0], "{open}");
    }
    let remain = |it: &Value| it["remains"] != "0.00";
    assert_eq!(list(store, "settlement ls").iter().filter(|it| remain(it)).count(), 0);
    // 12, 13, 24, 25, 26 and 27 February, 2 to 6 and 9 March, with three registrars.
    let cuts = list(store, "saga ls --kind day_cut --limit 1000");
    assert_eq!((cuts.len(), cuts.iter().filter(|it| it["state"] == "completed").count()), (36, 36));
}

#[test]
fn what_left_the_funds_was_paid_to_the_fen() {
    let store = played();
    let paid = list(store.path(), "event ls --type payout.paid_out --limit 1000");
    let one = |it: &Value| {
        let text = |name: &str| it["data"][name].as_str().unwrap().to_owned();
        (text("no").split('.').next().unwrap().to_owned(), text("amount"))
    };
    let mut paid: Vec<_> = paid.iter().map(one).collect();
    paid.sort();
    let expected = [
        ("W-21", "1000.00"),
        // The day's income of W-23, of 2,000.00 shares that left for good.
        ("W-23", "0.08"),
        // 1,000.00 x 1.1050, less 1 %: held for 13 days.
        ("W-31", "1093.95"),
        // 10,000.00 and 14 days of 0.50.
        ("W-35", "10007.00"),
        // Twice 200.00 x 1.0540 = 210.80, less 0.1 %.
        ("W-41", "210.59"),
        ("W-41", "210.59"),
        // 500.00 x 0.7533 = 376.65, less 0.75 %.
        ("W-43", "373.83"),
        // 5,000.00 - 300.00 and six days of 0.18.
        ("W-44", "4701.08"),
    ];
    let expected: Vec<_> = expected.map(|(of, yuan)| (of.to_owned(), yuan.to_owned())).to_vec();
    assert_eq!(paid, expected);
}

#[test]
fn each_day_is_reconciled_whole_and_what_is_done_twice_changes_nothing() {
    let store = played();
    let store = store.path();
    let before = (events(store), heads(store));
    for line in lines() {
        let said = done(store, &line);
        if line[..2] == typed("recon run") {
            assert!(said.contains("complete") && !said.contains("not complete"), "{said}");
        }
    }
    assert_eq!(events(store), before.0);
    assert!(heads(store) == before.1, "a head of a day-cut is another one");
}

/// The heads of the day-cuts, and their bytes. A folder that is played once more after the log has grown gets a head of
/// that end, too.
fn heads(store: &Path) -> BTreeMap<String, Vec<u8>> {
    let kept = fs::read_dir(store.join("heads")).unwrap().map(Result::unwrap);
    let one =
        |it: fs::DirEntry| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap());
    kept.map(one).filter(|(name, _)| name.starts_with("cut.")).collect()
}

/// Played until the morning of the 13th, when W-14 waits for a person: a fen of it is nowhere.
fn waiting() -> TempDir {
    static STORE: OnceLock<TempDir> = OnceLock::new();
    let store = STORE.get_or_init(|| {
        let store = tempfile::tempdir().unwrap();
        done(store.path(), &lines()[0]);
        store
    });
    let own = tempfile::tempdir().unwrap();
    copy(store.path(), own.path());
    own
}

#[test]
fn a_corrected_file_settles_what_it_corrects_and_nothing_else() {
    let store = waiting();
    let store = store.path();
    let day = store.join("exchange/2026-02-12/distributor-306");
    let path = day.join("in/OFD_05_306_20260213_04.TXT");
    crate::files::edit(&path, &|record| {
        if record.as_ref().text("FundCode").unwrap() == "011162" {
            record.set_displayed("ConfirmedAmount", "400.00").unwrap();
            record.set_displayed("TASerialNO", "T306CORRECTED").unwrap();
        }
    });
    fs::remove_file(day.join("read")).unwrap();
    let before = events(store);
    done(store, &lines()[0]);

    let mut new = events(store);
    new.retain(|event| before.binary_search(event).is_err());
    let of: Vec<_> =
        new.iter().map(|(of, _)| of.split(' ').next().unwrap().replace('"', "")).collect();
    let expected = |it: &&String| {
        it.starts_with("case-cee42177")
            || it.starts_with("application-")
            || *it == "purchase-W-14"
            || *it == "holdings-I-2.011162"
    };
    assert_eq!(of.iter().filter(expected).count(), of.len(), "{new:#?}");
    assert_eq!(of.iter().filter(|it| it.starts_with("application-")).count(), 1, "{new:#?}");
    let of_it = |case: &Value| case["transaction"] == "W-14";
    assert_eq!(list(store, "case ls --open").iter().filter(|case| of_it(case)).count(), 0);
    let shown = json(store, "saga show W-14");
    assert!(shown.to_string().contains("completed"), "{shown:#}");
    assert_eq!(registered(store)["I-2 011162"], "1878.58");
    let again = events(store);
    done(store, &lines()[0]);
    assert_eq!(events(store), again, "the same file once more");
}

#[test]
fn a_damaged_file_is_named_and_not_read_and_the_whole_one_adds_nothing() {
    let store = waiting();
    let store = store.path();
    let day = store.join("exchange/2026-02-12/97");
    let path = day.join("in/OFD_97_305_20260213_04.TXT");
    let whole = fs::read(&path).unwrap();
    let before = events(store);
    for damaged in [&whole[..whole.len() / 2], &[&whole[..], b"more"].concat()[..]] {
        fs::write(&path, damaged).unwrap();
        fs::remove_file(day.join("read")).ok();
        let said = crate::week::command(store, &lines()[0]).output().unwrap();
        let all = String::from_utf8_lossy(&said.stdout).into_owned();
        let note = all.lines().find(|line| line.contains("the answers of registrar 97"));
        assert!(note.is_some_and(|it| it.contains("OFD_97_305_20260213_04.TXT")), "{all}");
        assert_eq!(events(store), before);
    }
    fs::write(&path, whole).unwrap();
    done(store, &lines()[0]);
    assert_eq!(events(store), before);
}

#[test]
fn a_file_corrected_after_its_reconciliation_reopens_its_break_and_no_other() {
    let store = played();
    let store = store.path();
    let path = store.join("exchange/2026-02-24/97/distributor-306/in/OFD_97_306_20260225_04.TXT");
    let sound = fs::read(&path).unwrap();
    // W-26, in a file of version 2.0 whose numbers are digits.
    crate::files::edit(&path, &|record| {
        if record.as_ref().text("BusinessCode").unwrap() == "122" {
            record.set_displayed("ConfirmedVol", "903.09").unwrap();
        }
    });
    let wrong = fs::read(&path).unwrap();
    let run = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        for date in ["2026-02-13", "2026-02-24", "2026-02-25"] {
            done(store, &typed(&format!("recon run --date {date} --apply")));
        }
        let open = list(store, "recon ls --open");
        open.iter().map(|it| it["case"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = run(&wrong);
    let of: Vec<_> =
        list(store, "recon ls --open").iter().map(|it| it["transaction"].clone()).collect();
    assert_eq!(of, ["W-26"], "{first:?}");
    assert_eq!(run(&sound), [""; 0]);
    assert_eq!(run(&wrong), first, "the same case, open again");
    assert_eq!(run(&sound), [""; 0]);
}

#[test]
fn the_week_has_orders_of_every_kind_and_folders_that_exist() {
    let store = played();
    for kind in [
        "discount_purchase",
        "recharge",
        "withdraw",
        "fast_withdraw",
        "purchase",
        "redemption",
        "conversion",
        "regular_plan",
        "income",
        "clearing",
        "day_cut",
    ] {
        let of = list(store.path(), &format!("saga ls --kind {kind} --limit 1000"));
        assert!(!of.is_empty(), "{kind}");
    }
    assert!(
        lines().iter().filter_map(|line| folder(line)).all(|it| it.join("orders.csv").exists())
    );
}
