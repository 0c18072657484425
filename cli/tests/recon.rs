//! `fundflow recon` on a day that was played: nothing breaks where nothing was planted, and whatever is planted in a file
//! is found with its order, its amount and its side.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

mod common;

use common::{copy, fundflow};
use fundflow_infrastructure::exchange::{
    check::read_all_or_refuse, record::Record, writer::Writer,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    sync::OnceLock,
};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,mode
R-1,09:30:00,recharge,I-1,,000730,,20000.00,
D-1,10:00:00,discount_purchase,I-2,000730,,011162,1000.00,linked_same_day
P-1,10:03:00,purchase,I-1,,011162,,5000.00,
";
const NAVS: &str = "fund,date,nav\n011162,2026-03-02,0.7421\n";
const DATE: &str = "2026-03-02";

/// Played once; each test has a copy of its own.
fn played() -> TempDir {
    static STORE: OnceLock<TempDir> = OnceLock::new();
    let played = STORE.get_or_init(|| {
        let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (name, text) in [
            ("day.toml", "trade_date = 2026-03-02\nseed = 1\n"),
            ("investors.csv", INVESTORS),
            ("navs.csv", NAVS),
            ("orders.csv", ORDERS),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let day = ["day", "--no-progress", folder.path().to_str().unwrap()];
        let said = fundflow(store.path(), &day);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        store
    });
    let own = tempfile::tempdir().unwrap();
    copy(played.path(), own.path());
    own
}

fn json(store: &Path, words: &[&str]) -> Value {
    let said = fundflow(store, &[words, &["-o", "json"]].concat());
    let complaint = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{words:?}: {complaint}");
    serde_json::from_slice(&said.stdout).unwrap()
}

fn look(store: &Path) -> Value {
    json(store, &["recon", "run", "--date", DATE])
}

fn applied(store: &Path) -> Value {
    json(store, &["recon", "run", "--date", DATE, "--apply"])
}

fn events(store: &Path) -> usize {
    json(store, &["event", "ls", "--limit", "100000"]).as_array().unwrap().len()
}

fn cases(store: &Path, words: &[&str]) -> Vec<Value> {
    json(store, &[&["recon", "ls"], words].concat()).as_array().unwrap().clone()
}

fn file(store: &Path, kind: &str) -> PathBuf {
    let inbox = store.join("exchange").join(DATE).join("in");
    let paths = fs::read_dir(inbox).unwrap().map(|entry| entry.unwrap().path());
    let end = format!("_{kind}.TXT");
    paths.into_iter().find(|path| path.to_str().unwrap().ends_with(&end)).unwrap()
}

/// Writes a registrar's file anew.
fn edit(store: &Path, kind: &str, change: &dyn Fn(&mut Vec<Record>)) {
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

fn statement(store: &Path) -> PathBuf {
    store.join("statements").join(DATE).join("channel.csv")
}

/// Writes the channel's statement anew: its lines behind the heading.
fn edit_statement(store: &Path, change: &dyn Fn(&mut Vec<String>)) {
    let path = statement(store);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let heading = lines.remove(0);
    change(&mut lines);
    fs::write(&path, format!("{heading}\n{}\n", lines.join("\n"))).unwrap();
}

/// The record of an order in file 04: by its business and fund.
fn of(records: &mut [Record], business: &str, fund: &str) -> usize {
    let is_it = |record: &Record| {
        let record = record.as_ref();
        record.text("BusinessCode").unwrap() == business && record.text("FundCode").unwrap() == fund
    };
    records.iter().position(is_it).unwrap()
}

#[test]
fn where_nothing_was_planted_everything_joins_and_a_second_run_changes_nothing() {
    let store = played();
    let before = events(store.path());
    let found = look(store.path());
    assert_eq!(found["breaks"], Value::Array(Vec::new()), "{found:#}");
    assert_eq!((&found["complete"], &found["records_percent"]), (&true.into(), &"100.00 %".into()));
    assert_eq!(found["events_percent"], "100.00 %");
    for source in ["confirmations", "holdings", "fund_days", "settlements", "statement"] {
        let of = &found["coverage"]["sources"][source];
        assert!(of["records"]["all"].as_u64().unwrap() > 0, "{source}: {of}");
        assert!(of["events"]["all"].as_u64().unwrap() > 0, "{source}: {of}");
    }
    applied(store.path());
    applied(store.path());
    assert_eq!(events(store.path()), before);
}

type Plant =
    (&'static str, &'static str, &'static str, Option<&'static str>, &'static str, fn(&Path));

fn set(store: &Path, kind: &str, (business, fund): (&str, &str), changes: &[(&str, &str)]) {
    edit(store, kind, &|records| {
        let at = if kind == "04" { of(records, business, fund) } else { at_fund(records, fund) };
        for (name, value) in changes {
            records[at].set_displayed(name, value).unwrap();
        }
    });
}

fn at_fund(records: &[Record], fund: &str) -> usize {
    let is_it = |record: &Record| record.as_ref().text("FundCode").unwrap() == fund;
    records.iter().position(is_it).unwrap()
}

/// The purchase P-1 in file 04.
const P1: (&str, &str) = ("122", "011162");

/// Source, kind, side, the order where one is known, the worth in yuan or shares, and what is planted.
const PLANTS: &[Plant] = &[
    ("confirmations", "missing", "ours", Some("P-1"), "5000.00", |store| {
        edit(store, "04", &|records| drop(records.remove(of(records, P1.0, P1.1))));
    }),
    ("confirmations", "extra", "theirs", None, "5000.00", |store| {
        edit(store, "04", &|records| {
            let mut stray = records[of(records, P1.0, P1.1)].clone();
            stray.set_displayed("AppSheetSerialNo", "NOBODYS").unwrap();
            stray.set_displayed("TASerialNO", "S-1").unwrap();
            records.push(stray);
        });
    }),
    ("confirmations", "amount", "both", Some("P-1"), "0.01", |store| {
        set(store, "04", P1, &[("ConfirmedAmount", "4999.99")]);
    }),
    ("confirmations", "shares", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("ConfirmedVol", "1.00")]);
    }),
    ("confirmations", "fee", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("Charge", "1.00"), ("TotalTransFee", "1.00")]);
    }),
    ("confirmations", "nav", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("NAV", "0.7420")])
    }),
    ("confirmations", "status", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("ReturnCode", "0139")]);
    }),
    ("confirmations", "date", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("TransactionDate", "20260227")]);
    }),
    ("confirmations", "duplicate", "theirs", None, "5000.00", |store| {
        edit(store, "04", &|records| records.push(records[of(records, P1.0, P1.1)].clone()));
    }),
    ("confirmations", "late", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("TransactionCfmDate", "20260304")]);
    }),
    ("holdings", "missing", "ours", None, "", |store| {
        edit(store, "05", &|records| drop(records.remove(at_fund(records, "000730"))));
    }),
    ("holdings", "extra", "theirs", None, "", |store| {
        edit(store, "05", &|records| {
            let mut stray = records[0].clone();
            stray.set_displayed("TAAccountID", "123456789012").unwrap();
            records.push(stray);
        });
    }),
    ("holdings", "holding", "both", None, "", |store| {
        let changes = [("AvailableVol", "1.00"), ("TotalVolOfDistributorInTA", "1.00")];
        set(store, "05", ("", "000730"), &changes);
    }),
    ("holdings", "duplicate", "theirs", None, "", |store| {
        edit(store, "05", &|records| records.push(records[0].clone()));
    }),
    ("fund_days", "missing", "ours", None, "", |store| {
        edit(store, "07", &|records| drop(records.remove(at_fund(records, "011162"))));
    }),
    ("fund_days", "extra", "theirs", None, "", |store| {
        edit(store, "07", &|records| {
            let mut stray = records[0].clone();
            stray.set_displayed("FundCode", "999999").unwrap();
            records.push(stray);
        });
    }),
    ("fund_days", "nav", "both", None, "", |store| {
        set(store, "07", ("", "011162"), &[("NAV", "0.7420")])
    }),
    ("fund_days", "status", "both", None, "", |store| {
        set(store, "07", ("", "011162"), &[("FundStatus", "5")])
    }),
    ("fund_days", "duplicate", "theirs", None, "", |store| {
        edit(store, "07", &|records| records.push(records[0].clone()));
    }),
    ("settlements", "missing", "ours", None, "5000.00", |store| {
        edit(store, "25", &|records| drop(records.remove(at_fund(records, "011162"))));
    }),
    ("settlements", "extra", "theirs", None, "5000.00", |store| {
        edit(store, "25", &|records| {
            let mut stray = records[at_fund(records, "011162")].clone();
            stray.set_displayed("SequenceNO", "202603030099").unwrap();
            stray.set_displayed("BusinessCode", "139").unwrap();
            records.push(stray);
        });
    }),
    ("settlements", "amount", "both", None, "0.01", |store| {
        set(store, "25", ("", "011162"), &[("ConfirmedAmount", "4999.99")]);
    }),
    ("settlements", "status", "both", None, "", |store| {
        set(store, "25", ("", "011162"), &[("ReceOrPayFlag", "1")])
    }),
    ("settlements", "date", "both", None, "", |store| {
        set(store, "25", ("", "011162"), &[("PayDate", "20260310")])
    }),
    ("settlements", "duplicate", "theirs", None, "5000.00", |store| {
        edit(store, "25", &|records| records.push(records[at_fund(records, "011162")].clone()));
    }),
    ("statement", "missing", "ours", Some("P-1"), "5000.00", |store| {
        edit_statement(store, &|lines| lines.retain(|line| !line.contains("P-1")));
    }),
    ("statement", "extra", "theirs", None, "5000.00", |store| {
        edit_statement(store, &|lines| {
            let stray =
                lines.iter().find(|line| line.contains("P-1")).unwrap().replace("P-1", "P-9");
            lines.push(stray);
        });
    }),
    ("statement", "amount", "both", Some("P-1"), "0.01", |store| {
        edit_statement(store, &|lines| {
            lines.iter_mut().for_each(|line| *line = line.replace("5000.00", "4999.99"))
        });
    }),
    ("statement", "status", "both", Some("P-1"), "", |store| {
        edit_statement(store, &|lines| {
            let line = lines.iter_mut().find(|line| line.contains("P-1")).unwrap();
            *line = line.replace(",done", ",failed");
        });
    }),
    ("statement", "date", "both", Some("P-1"), "", |store| {
        edit_statement(store, &|lines| {
            let line = lines.iter_mut().find(|line| line.contains("P-1")).unwrap();
            *line = line.replace("2026-03-02", "2026-02-25");
        });
    }),
    ("statement", "duplicate", "theirs", None, "5000.00", |store| {
        edit_statement(store, &|lines| {
            lines.push(lines.iter().find(|line| line.contains("P-1")).unwrap().clone())
        });
    }),
];

#[test]
fn each_kind_of_break_planted_in_each_source_is_found_with_order_amount_and_side() {
    for (source, kind, side, transaction, worth, plant) in PLANTS {
        let store = played();
        plant(store.path());
        let found = look(store.path());
        let all = found["breaks"].as_array().unwrap();
        let is_it = |it: &&Value| it["source"] == *source && it["kind"] == *kind;
        let name = format!("{source} {kind}: {found:#}");
        let one = all.iter().find(is_it).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(one["side"], *side, "{name}");
        if let Some(transaction) = transaction {
            assert_eq!(one["transaction"], *transaction, "{name}");
            assert!(one["order"].as_str().unwrap().starts_with(transaction), "{name}");
        }
        if !worth.is_empty() {
            assert_eq!(one["money"], *worth, "{name}");
        }
        // What breaks in one file breaks in no other, and one record breaks once.
        assert_eq!(all.len(), 1, "{name}");
        assert_eq!(found["complete"], false, "{name}");
    }
}

#[test]
fn a_file_that_is_not_there_after_its_time_is_one_break_and_the_day_is_not_complete() {
    let store = played();
    fs::remove_file(statement(store.path())).unwrap();
    let found = look(store.path());
    let breaks = found["breaks"].as_array().unwrap();
    assert_eq!(breaks.len(), 1, "{found:#}");
    assert_eq!((&breaks[0]["kind"], &breaks[0]["source"]), (&"late".into(), &"statement".into()));
    let said = fundflow(store.path(), &["recon", "run", "--date", DATE, "--apply"]);
    assert_eq!(said.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&said.stderr).contains("not complete"));

    fs::remove_dir_all(store.path().join("exchange").join(DATE).join("in")).unwrap();
    let found = look(store.path());
    let of = |source: &str| found["coverage"]["sources"][source]["absent"] == true;
    assert!(of("confirmations") && of("statement"), "{found:#}");
    assert_eq!(found["breaks"].as_array().unwrap().len(), 2);
}

#[test]
fn a_corrected_file_closes_what_it_answers_and_reopens_only_what_it_must() {
    let store = played();
    let path = file(store.path(), "04");
    let sound = fs::read(&path).unwrap();
    set(store.path(), "04", P1, &[("ConfirmedAmount", "4999.99")]);
    let wrong = fs::read(&path).unwrap();
    edit_statement(store.path(), &|lines| lines.retain(|line| !line.contains("P-1")));

    let found = applied(store.path());
    assert_eq!(found["complete"], true, "each break has its case: {found:#}");
    let open = cases(store.path(), &["--open"]);
    assert_eq!(open.len(), 2);
    let amount = open.iter().find(|case| case["short_kind"] == "amount").unwrap();
    assert_eq!(
        (&amount["transaction"], &amount["proposal"]["source"]),
        (&"P-1".into(), &"confirmations".into())
    );
    let after = events(store.path());
    applied(store.path());
    assert_eq!(events(store.path()), after, "the same break is the same case");

    fs::write(&path, &sound).unwrap();
    assert_eq!(applied(store.path())["answered"], 1);
    assert_eq!(cases(store.path(), &["--open"]).len(), 1, "only what it answers");
    let after = events(store.path());
    applied(store.path());
    assert_eq!(events(store.path()), after);

    fs::write(&path, &wrong).unwrap();
    applied(store.path());
    let open = cases(store.path(), &["--open", "--kind", "amount"]);
    assert_eq!((open.len(), &open[0]["case"]), (1, &amount["case"]), "the same case, open again");

    let case = amount["case"].as_str().unwrap();
    let words = [
        "recon",
        "close",
        case,
        "--how",
        "accepted",
        "--reason",
        "a letter",
        "--operator",
        "li",
        "--apply",
    ];
    assert!(fundflow(store.path(), &words).status.success());
    let after = events(store.path());
    assert_eq!(applied(store.path())["complete"], true);
    assert_eq!(events(store.path()), after, "what a person settled stays settled");
}

#[test]
fn a_case_is_assigned_by_somebody_with_a_reason_and_listed_with_its_owner_and_age() {
    let store = played();
    edit_statement(store.path(), &|lines| lines.retain(|line| !line.contains("P-1")));
    applied(store.path());
    let case = cases(store.path(), &[])[0]["case"].as_str().unwrap().to_owned();
    let before = events(store.path());
    let words = [
        "recon",
        "assign",
        &case,
        "--to",
        "li",
        "--reason",
        "knows the bank",
        "--operator",
        "wang",
    ];
    assert!(fundflow(store.path(), &words).status.success());
    assert_eq!(events(store.path()), before, "a look changes nothing");
    assert!(fundflow(store.path(), &[&words[..], &["--apply"]].concat()).status.success());
    assert!(fundflow(store.path(), &[&words[..], &["--apply"]].concat()).status.success());
    assert_eq!(events(store.path()), before + 1);

    let listed = cases(store.path(), &["--owner", "li"]);
    assert_eq!((listed.len(), &listed[0]["owner"]), (1, &"li".into()));
    assert!(listed[0]["age_days"].as_i64().is_some() && listed[0]["overdue"].is_boolean());
    let csv = fundflow(store.path(), &["recon", "ls", "-o", "csv"]);
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert!(csv.starts_with("case,state,source,kind,side,severity,transaction,order,fund,yuan,shares,day,age,due,owner,what,proposed\n"));
    assert!(csv.contains(",statement,missing,ours,high,P-1,"), "{csv}");
    let shown = fundflow(store.path(), &["recon", "show", &case]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("proposed") && shown.contains("payment-"), "{shown}");
    let audit = fundflow(store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[test]
fn the_mornings_page_has_every_figure_and_no_script_or_link() {
    let store = played();
    edit_statement(store.path(), &|lines| {
        lines.push("2026-03-02,10:00:00,<script>x</script>,S,in,7.00,done".to_owned());
    });
    applied(store.path());
    let page = fundflow(store.path(), &["recon", "report", "--date", DATE, "-o", "html"]);
    let page = String::from_utf8(page.stdout).unwrap();
    for figure in
        ["Coverage", "100.00 %", "Trial balance", "Money under way", "extra", "Orders of T"]
    {
        assert!(page.contains(figure), "{figure}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    assert!(page.ends_with("</html>\n"));
}

#[test]
fn rules_of_ones_own_are_used_and_a_mistake_in_them_is_named_with_its_line() {
    let store = played();
    set(store.path(), "04", P1, &[("ConfirmedAmount", "4999.99")]);
    let shipped = fundflow(store.path(), &["recon", "rules"]);
    let shipped = String::from_utf8(shipped.stdout).unwrap();
    let path = store.path().join("mine.toml");
    let rules = ["recon", "run", "--date", DATE, "--rules", path.to_str().unwrap()];
    fs::write(&path, shipped.replacen("amount = \"0.00\"", "amount = \"0.01\"", 1)).unwrap();
    assert_eq!(json(store.path(), &rules)["breaks"], Value::Array(Vec::new()));

    fs::write(&path, shipped.replacen("amount = \"0.00\"", "amuont = \"0.00\"", 1)).unwrap();
    let said = fundflow(store.path(), &rules);
    assert_eq!(said.status.code(), Some(2));
    let complaint = String::from_utf8(said.stderr).unwrap();
    assert!(complaint.contains("line 19: confirmations.compare: \"amuont\""), "{complaint}");
}

/// Lines that belong to nobody: each is a case, in several pages.
const MANY: usize = 700;

#[test]
fn a_run_that_is_killed_goes_on_where_it_was_and_opens_nothing_twice() {
    let store = played();
    edit_statement(store.path(), &|lines| {
        lines.extend(
            (0..MANY).map(|nth| format!("2026-03-02,10:00:00,N-{nth},S-{nth},in,1.00,done")),
        );
    });
    let wal = store.path().join("events.db-wal");
    for _ in 0..3 {
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_fundflow"));
        run.arg("--store").arg(store.path()).args(["recon", "run", "--date", DATE, "--apply"]);
        let mut child = run.stdout(std::process::Stdio::null()).spawn().unwrap();
        // As soon as a page may be on its way; whether it arrived is the disk's matter.
        while child.try_wait().unwrap().is_none()
            && fs::metadata(&wal).map_or(0, |it| it.len()) == 0
        {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    let found = applied(store.path());
    assert_eq!(found["complete"], true);
    let open = cases(store.path(), &["--open", "--limit", "10000"]);
    assert_eq!(open.len(), MANY);
    assert!(open.iter().all(|case| case["proposal"]["source"] == "statement"));
    let after = events(store.path());
    applied(store.path());
    assert_eq!(events(store.path()), after);
}
