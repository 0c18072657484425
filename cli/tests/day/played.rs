//! `fundflow day` as it is typed: what it says, what it leaves, how it ends.

#![allow(clippy::expect_used, reason = "a test fails by panicking, and says what it expected")]

use crate::common::{golden, transcript};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

fn example() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day"))
}

/// A copy of the example, with one file changed.
fn folder(file: &str, change: impl Fn(String) -> Vec<u8>) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for entry in fs::read_dir(example()).expect("the example") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if path.is_file() {
            fs::copy(&path, dir.path().join(name)).expect("a copy");
        }
    }
    fs::create_dir(dir.path().join("funds")).expect("a directory");
    for fund in ["funds/050027.toml", "funds/990001.toml", "funds/990002.toml", "funds/990003.toml"]
    {
        fs::copy(example().join(fund), dir.path().join(fund)).expect("a copy");
    }
    let path = dir.path().join(file);
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, change(text)).expect("a changed file");
    dir
}

fn fundflow(words: &[&str], store: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.args(words).arg("--store").arg(store).output().expect("the program runs")
}

fn day(folder: &Path, store: &Path) -> Output {
    fundflow(&["day", "--no-progress", folder.to_str().expect("a plain path")], store)
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_example_day_is_played_verified_and_played_again_for_nothing() {
    let store = tempfile::tempdir().expect("a directory");
    let first = day(&example(), store.path());
    let out = said(&first.stdout);

    assert_eq!((first.status.code(), said(&first.stderr).as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("2026-02-12: 105 requests, of these 1 repeated\n\n"), "{out}");
    let incomes = [
        " INCOME OF     YUAN  TO SHARES  PAID OUT  UNPAID",
        " 000730      6.6100     6.0500    0.5600  0.0000",
        " 050003     10.9000     7.5500    1.8300  1.5200",
    ];
    let lines = ["     46  completed ", &incomes.join("\n"), "next:\n  fundflow saga ls --stuck"];
    for line in lines {
        assert!(out.contains(line), "{out}");
    }
    let verified = fundflow(&["audit", "verify"], store.path());
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified.stdout));
    moved_t_is_shown_beside_the_first(store.path());
    let again = day(&example(), store.path());
    let out = said(&again.stdout);
    assert_eq!(again.status.code(), Some(0), "{out}");
    assert!(out.contains("nothing was left to do; no event was added\n"), "{out}");
    assert!(out.contains("\n0 events added, "), "{out}");
    the_head_of_the_day_is_written_once_and_another_log_is_not_taken_for_it(store.path());
}

fn the_head_of_the_day_is_written_once_and_another_log_is_not_taken_for_it(store: &Path) {
    let heads = || {
        let found = fs::read_dir(store.join("heads")).expect("heads");
        let names = found.map(|it| it.expect("one").file_name().into_string().expect("plain"));
        names.collect::<BTreeSet<_>>()
    };
    let cuts = ["05", "98"].into_iter().flat_map(|registrar| {
        ["12", "13", "24", "25", "26"].map(|day| format!("cut.{registrar}.2026-02-{day}.head"))
    });
    let all: BTreeSet<_> = std::iter::once("2026-02-12.head".to_owned()).chain(cuts).collect();
    assert_eq!(heads(), all);
    let head = store.join("heads/2026-02-12.head");
    let words = ["audit", "verify", "--head", head.to_str().expect("a plain path")];
    assert_eq!(fundflow(&words, store).status.code(), Some(0));

    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/proofs/example.head");
    fs::copy(other, &head).expect("the head of another log");
    let again = day(&example(), store);
    let err = said(&again.stderr);
    assert_eq!(again.status.code(), Some(5), "{err}");
    assert!(err.contains("error: the log does not begin with the 3 events of "), "{err}");
    assert_eq!(heads(), all);
}

/// Of a payment that came after the cut-off.
fn moved_t_is_shown_beside_the_first(store: &Path) {
    let moved = said(&fundflow(&["saga", "show", "D-0052"], store).stdout);
    assert!(moved.contains("\nT            2026-02-13, first 2026-02-12\n"), "{moved}");
    let json = fundflow(&["saga", "show", "D-0052", "-o", "json"], store).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(
        (&json["trade_date"], &json["first_trade_date"]),
        (&"2026-02-13".into(), &"2026-02-12".into())
    );
    let shown = said(&fundflow(&["saga", "show", "D-0001"], store).stdout);
    assert!(shown.contains("\nT            2026-02-12\n"), "{shown}");
}

#[test]
fn without_a_terminal_a_day_tells_its_progress_in_lines_of_virtual_time_beside_the_output() {
    let (store, other) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("another"));
    let folder = example();
    let typed = ["day", folder.to_str().expect("a plain path"), "-o", "json"];
    let played = fundflow(&typed, store.path());
    let report: serde_json::Value = serde_json::from_slice(&played.stdout).expect("JSON alone");
    let lines = said(&played.stderr);

    assert_eq!(
        lines,
        "2026-02-12 09:16  11 of 105 requests made\n\
         2026-02-12 09:35  21 of 105 requests made\n\
         2026-02-12 09:54  32 of 105 requests made\n\
         2026-02-12 10:08  42 of 105 requests made\n\
         2026-02-12 10:29  53 of 105 requests made\n\
         2026-02-12 13:03  63 of 105 requests made\n\
         2026-02-12 15:00  74 of 105 requests made\n\
         2026-02-12 19:00  the batch of 2026-02-12 is sealed and sent\n\
         2026-02-12 20:00  prices of 2026-02-12 are published\n\
         2026-02-13 08:00  the registrar has worked through the batch of 2026-02-12\n\
         2026-02-13 08:30  the registrar's answers for 2026-02-12 are read\n\
         2026-02-13 10:05  84 of 105 requests made\n\
         2026-02-13 19:00  the batch of 2026-02-13 is sealed and sent\n\
         2026-02-13 20:00  95 of 105 requests made\n\
         2026-02-13 20:00  prices of 2026-02-13 are published\n\
         2026-02-24 08:00  the registrar has worked through the batch of 2026-02-13\n\
         2026-02-24 08:30  the registrar's answers for 2026-02-13 are read\n\
         2026-02-24 17:00  the batch of 2026-02-24 is sealed and sent\n\
         2026-02-25 08:00  the registrar has worked through the batch of 2026-02-24\n\
         2026-02-25 08:30  the registrar's answers for 2026-02-24 are read\n\
         2026-02-26 20:00  105 of 105 requests made\n\
         2026-02-27 08:30  nothing moves any more; verifying 1900 events\n"
    );
    assert_eq!(report["events_added"], 1900);
    assert_eq!(said(&fundflow(&typed, other.path()).stderr), lines);
}

#[test]
fn the_files_of_the_day_are_sound_and_named_by_the_standard() {
    let store = tempfile::tempdir().expect("a directory");
    day(&example(), store.path());
    let mut names = Vec::new();
    for way in ["2026-02-12/out", "2026-02-12/in", "2026-02-13/out", "2026-02-13/in"] {
        let entries = fs::read_dir(store.path().join("exchange").join(way)).expect(way);
        for entry in entries {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if name.starts_with("OFD_") {
                let checked =
                    fundflow(&["file", "check", path.to_str().expect("plain")], store.path());
                assert_eq!(checked.status.code(), Some(0), "{name}: {}", said(&checked.stdout));
            }
            names.push(name);
        }
    }
    names.sort();
    assert_eq!(
        names,
        [
            "OFD_05_305_20260213_04.TXT",
            "OFD_05_305_20260213_05.TXT",
            "OFD_05_305_20260213_07.TXT",
            "OFD_05_305_20260213_25.TXT",
            "OFD_05_305_20260224_04.TXT",
            "OFD_05_305_20260224_05.TXT",
            "OFD_05_305_20260224_07.TXT",
            "OFD_05_305_20260224_25.TXT",
            "OFD_305_05_20260212_03.TXT",
            "OFD_305_05_20260213_03.TXT",
            "OFI_05_305_20260213.TXT",
            "OFI_05_305_20260224.TXT",
            "OFI_305_05_20260212.TXT",
            "OFI_305_05_20260212.sha256",
            "OFI_305_05_20260213.TXT",
            "OFI_305_05_20260213.sha256",
        ]
    );
}

#[test]
fn what_the_register_freezes_is_not_available_until_it_says_otherwise() {
    let frozen = "\n[[frozen]]\ninvestor = \"I-1007\"\nfund = \"000730\"\nshares = \"4000.00\"\n\
                  [[frozen]]\ninvestor = \"I-1002\"\nfund = \"011162\"\nshares = \"9000.00\"\n\
                  through = \"2026-02-23\"\n";
    let dir = folder("scenario.toml", |text| (text + frozen).into_bytes());
    let store = tempfile::tempdir().expect("a directory");
    let played = day(dir.path(), store.path());
    assert_eq!(played.status.code(), Some(0), "{}", said(&played.stderr));

    let row = |what: &str, investor: &str, of: &str| {
        let shown = fundflow(&[what, "show", investor, "-o", "json"], store.path());
        let rows: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("JSON");
        let rows = rows.as_array().expect("rows").clone();
        let row = rows.into_iter().find(|row| row["fund"] == of).expect("the fund");
        ["frozen", "available"].map(|name| row[name].as_str().expect("a number").to_owned())
    };
    assert_eq!(row("wallet", "I-1007", "000730"), ["4000.00", "1000.97"], "0.97 of income");
    assert_eq!(row("holdings", "I-1002", "011162"), ["0.00", "14624.04"], "lifted on 24 February");
    let events = |event_type: &str| {
        let listed = fundflow(&["event", "ls", "--type", event_type, "-o", "json"], store.path());
        let rows: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
        rows.as_array().expect("rows").len()
    };
    assert_eq!(events("holdings.shares_frozen"), 1);
    assert_eq!(events("holdings.shares_unfrozen"), 1);
    assert_eq!(events("freeze.completed"), 3);

    let verified = fundflow(&["audit", "verify"], store.path());
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified.stdout));
    let again = said(&day(dir.path(), store.path()).stdout);
    assert!(again.contains("\n0 events added, "), "{again}");
}

#[test]
fn the_jobs_of_incomes_and_what_a_wallet_has_of_them_are_shown_word_for_word() {
    let store = tempfile::tempdir().expect("a directory");
    day(&example(), store.path());
    let commands: [(&str, &[&str]); 3] = [
        ("income_ls.txt", &["saga", "ls", "--kind", "income"]),
        ("income_wallet.txt", &["wallet", "show", "I-1014"]),
        ("income_wallet.json", &["wallet", "show", "I-1014", "-o", "json"]),
    ];
    for (name, arguments) in commands {
        golden(name, &transcript(store.path(), arguments));
    }
}

#[test]
fn the_registrars_files_state_the_income_that_is_published_owed_and_paid() {
    let store = tempfile::tempdir().expect("a directory");
    day(&example(), store.path());
    let folder = store.path().join("exchange/2026-02-13/in");
    let records = |file: &str| -> Vec<serde_json::Value> {
        let path = folder.join(format!("OFD_05_305_20260224_{file}.TXT"));
        let shown =
            fundflow(&["file", "show", path.to_str().expect("plain"), "-o", "json"], store.path());
        let lines = said(&shown.stdout);
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let of = |file: &str, account: &str, field: &str| {
        let named = |it: &&serde_json::Value| {
            it["FundCode"] == "050003"
                && (account.is_empty() || it["TransactionAccountID"] == account)
        };
        let all = records(file);
        all.iter().find(named).map(|it| it[field].as_str().unwrap_or_default().to_owned())
    };

    assert_eq!(of("07", "", "FundIncome").as_deref(), Some("0.50130"));
    assert_eq!(of("05", "I-1014", "UndistributeMonetaryIncome").as_deref(), Some("4.50"));
    assert_eq!(of("04", "I-1008", "UndistributeMonetaryIncome").as_deref(), Some("1.83"));
    assert_eq!(of("05", "I-1008", "UndistributeMonetaryIncome"), None, "all was paid");
}

#[test]
fn bad_rows_are_named_and_the_others_are_played() {
    let store = tempfile::tempdir().expect("a directory");
    let folder = folder("orders.csv", |text| {
        let rows = "B-1,10:00,I-1001,000730,011162,1e30,,,,,,,,,,,,,,,,\n\
                    B-2,10:00,I-4711,000730,999999,-5,,,,,,,,,,,,,,,,\n\
                    D-0001,10:00,I-1001,000730,011162,77.00,,,,,,,,,,,,,,,,\n\
                    B-3,10:00,I-1001,000730,0111";
        (text + rows).into_bytes()
    });
    let played = day(folder.path(), store.path());
    let amount =
        "write yuan: 0.01 to 99999999999999.99, at most 2 decimals, no exponent and no separators";

    assert_eq!(played.status.code(), Some(3), "{}", said(&played.stdout));
    assert_eq!(
        said(&played.stderr),
        format!(
            "orders.csv:107: amount \"1e30\": {amount}\n\
             orders.csv:108: investor \"I-4711\": write an investor of investors.csv\n\
             orders.csv:108: target_fund \"999999\": write one of 000730, 000891, 001546, 011162, 018145, \
             050003, 050027, 990001, 990002, 990003\n\
             orders.csv:108: amount \"-5\": {amount}\n\
             orders.csv:109: transaction \"D-0001\": already stands for another order on line 2; it \
             differs in amount: give a new order a new transaction\n\
             orders.csv:110: the file ends within this line, which may be half written; complete it and \
             end it with a line break\n"
        )
    );
    let out = said(&played.stdout);
    assert!(out.starts_with("2026-02-12: 105 requests"), "{out}");
    assert!(out.contains("6 mistakes in the folder, named above\n"), "{out}");
}

#[test]
fn a_half_written_row_and_one_that_is_not_utf8_are_left_out_and_the_others_are_played() {
    let store = tempfile::tempdir().expect("a directory");
    let folder = folder("orders.csv", |_| {
        b"transaction,time,investor,wallet_fund,target_fund,amount,note\r\n\r\n\
          A-1,09:00,I-1001,000730,011162,100.00,\r\n\
          A-2,09:00,I-1001,000730,011162,100.00,\xC4\xE3\r\n\
          A-3,09:00,I-1001,000730,011162,1"
            .to_vec()
    });
    std::fs::write(folder.path().join("scenario.toml"), "").expect("a scratch file");
    let played = day(folder.path(), store.path());
    assert_eq!(
        said(&played.stderr),
        "orders.csv:4: note \"\u{FFFD}\u{FFFD}\": is not UTF-8 (GB18030 or GBK, perhaps); save the file as UTF-8\n\
         orders.csv:5: the file ends within this line, which may be half written; complete it and end it \
         with a line break\n"
    );
    assert_eq!(played.status.code(), Some(3));
    let out = said(&played.stdout);
    assert!(out.contains("1 request, of these 0 repeated\n"), "{out}");
    assert!(out.contains("2 mistakes in the folder, named above\n"), "{out}");
}

#[test]
fn a_folder_that_is_no_day_changes_nothing() {
    let store = tempfile::tempdir().expect("a directory");
    let place = store.path().join("store");
    let latin = folder("investors.csv", |text| [b"\xC4\xE3", text.as_bytes()].concat());
    let empty = tempfile::tempdir().expect("a directory");
    let closed = folder("day.toml", |text| text.replace("2026-02-12", "2026-02-17").into_bytes());
    let rows = [
        (
            latin.path(),
            "investors.csv:1: is not UTF-8 (GB18030 or GBK, perhaps); save the file as UTF-8\n",
        ),
        (
            empty.path(),
            "day.toml: is missing: the folder is half written, or it is no day; write day.toml last\n",
        ),
        (
            closed.path(),
            "day.toml:4: trade_date \"2026-02-17\": 2026-02-17 is not a trading day; the exchange is closed\n",
        ),
    ];
    for (folder, complaint) in rows {
        let refused = day(folder, &place);
        let last = "error: the folder cannot be played; mend what is named above\n";
        assert_eq!(said(&refused.stderr), format!("{complaint}{last}"));
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0));
        assert!(!place.exists(), "{complaint}");
    }
}

#[test]
fn a_program_gets_one_document() {
    let store = tempfile::tempdir().expect("a directory");
    let folder = example();
    let played = fundflow(&["day", folder.to_str().expect("plain"), "-o", "json"], store.path());
    let report: serde_json::Value = serde_json::from_slice(&played.stdout).expect("JSON");

    assert_eq!(report["requests"], 105);
    assert_eq!(report["endings"][0]["ending"], "completed");
    assert_eq!(report["channel"]["charged"], "164944.88");
}

#[test]
fn a_day_whose_audit_finds_something_ends_as_the_audit_does_bad_rows_or_not() {
    let heading = "transaction,time,investor,wallet_fund,target_fund,amount\n";
    let good = format!("{heading}A-1,09:00,I-1001,000730,011162,100.00\n");
    let bad = format!("{good}A-2,09:00,I-1001,000730,011162,-1\n");
    let [good, bad] = [good, bad].map(|orders| {
        let dir = folder("orders.csv", move |_| orders.clone().into_bytes());
        fs::write(dir.path().join("scenario.toml"), "").expect("a scenario");
        dir
    });
    let store = tempfile::tempdir().expect("a directory");
    assert_eq!(day(good.path(), store.path()).status.code(), Some(0));
    let database = rusqlite::Connection::open(store.path().join("events.db")).expect("the store");
    let forged = "DROP TRIGGER events_no_update; UPDATE events SET chain = zeroblob(32) \
                  WHERE position = 3";
    database.execute_batch(forged).expect("a forgery");
    drop(database);

    for folder in [&good, &bad] {
        let again = day(folder.path(), store.path());
        let (out, err) = (said(&again.stdout), said(&again.stderr));
        assert_eq!(again.status.code(), Some(5), "{out}{err}");
        assert!(out.contains("the audit has "), "{out}");
        assert!(err.contains("error: the audit has "), "{err}");
    }
}
