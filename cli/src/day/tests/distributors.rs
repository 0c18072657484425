//! A day with orders of two distributors.

use super::*;
use fundflow_closing::Serials;
use fundflow_domain::{application::Application, ids::DistributorCode};
use fundflow_infrastructure::{
    day_batch::Whose,
    exchange::{
        check::read_all_or_refuse,
        flow::{trade_application::TradeApplication, trade_confirmation::TradeConfirmation},
    },
};
use std::{collections::BTreeSet, fs};

const HEADING: &str = "transaction,time,kind,investor,wallet_fund,target_fund,fund,amount,shares,mode,\
                       frequency,start,periods,of,distributor\n";
const ROWS: &str = "\
M-1,09:00:00,recharge,I-1,,,000730,30000.00,,,,,,,305
M-2,09:01:00,purchase,I-2,,,011162,500.00,,,,,,,306
M-3,09:02:00,purchase,I-3,,,011162,500.00,,,,,,,
M-4,09:03:00,discount_purchase,I-1,000730,011162,,1000.00,,redeem_to_purchase,,,,,306
M-5,09:04:00,plan,I-2,,,011162,100.00,,,daily,2026-02-12,2,,306
M-6,09:05:00,purchase,I-2,,,011162,700.00,,,,,,,306
M-7,09:30:00,cancel,,,,,,,,,,,M-6,
F-1,2026-02-13T10:00:00+08:00,fast_withdraw,I-1,,,000730,,10000.00,,,,,,305
F-2,2026-02-13T10:00:10+08:00,fast_withdraw,I-1,,,000730,,10000.00,,,,,,306
F-3,2026-02-13T10:00:20+08:00,fast_withdraw,I-1,,,000730,,0.01,,,,,,306
F-4,2026-02-13T10:00:30+08:00,fast_withdraw,I-1,,,000730,,0.01,,,,,,
F-5,2026-02-13T10:00:40+08:00,withdraw,I-1,,,000730,,100.00,,,,,,306
F-6,2026-02-13T10:00:50+08:00,redemption,I-2,,,011162,,50.00,,,,,,306
";

fn folder(day: &str, t: &str, rows: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let investors = (1..=3)
        .map(|nth| format!("I-{nth},A-{nth},C5,2027-01-31,verified,2035-06-30,yes,individual\n"));
    let heading = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,\
                   customer_type\n";
    let navs =
        ["12", "13", "24", "25", "26", "27"].map(|day| format!("011162,2026-02-{day},0.7421\n"));
    for (name, text) in [
        ("day.toml", format!("trade_date = {t}\nseed = 1\n{day}\n")),
        ("investors.csv", heading.to_owned() + &investors.collect::<String>()),
        ("navs.csv", "fund,date,nav\n".to_owned() + &navs.concat()),
        ("orders.csv", HEADING.to_owned() + rows),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

const SEVERAL: &str = "distributors = [\"305\", \"306\"]";

fn two() -> tempfile::TempDir {
    folder(SEVERAL, "2026-02-12", ROWS)
}

/// Every file of that kind below the exchange, and the distributor and the number of each of its records.
fn files(base: &Path, kind: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let exchange = base.join("exchange");
    let mut found = BTreeMap::new();
    let mut open = vec![exchange.clone()];
    while let Some(directory) = open.pop() {
        // Before the first cut there is none.
        let Ok(entries) = fs::read_dir(directory) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&exchange).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.ends_with(&format!("_{kind}.TXT")) {
                found.insert(name, records(&path, kind));
            }
        }
    }
    found
}

fn records(file: &Path, kind: &str) -> Vec<(String, String)> {
    let (_, records) = read_all_or_refuse(file).unwrap();
    let of = |record: &fundflow_infrastructure::exchange::record::Record| {
        if kind == "03" {
            let it = TradeApplication::from_record(record.as_ref()).unwrap();
            (it.distributor_code, it.app_sheet_serial_no)
        } else {
            let it = TradeConfirmation::from_record(record.as_ref()).unwrap();
            (it.distributor_code, it.app_sheet_serial_no)
        }
    };
    records.iter().map(of).collect()
}

#[tokio::test]
async fn each_distributor_has_a_quota_of_its_own_for_one_investor_fund_and_day() {
    let (table, store) = (Laid::of(two().path()), Arc::new(MemoryStore::new()));
    let report = table.play(&store).await;
    let of = |ending: &str| -> Vec<String> {
        let rows = report.endings.iter().filter(|row| row.ending == ending);
        rows.flat_map(|row| &row.transactions).map(ToString::to_string).collect()
    };
    assert_eq!(of("paid out"), ["F-1", "F-2", "F-5"]);
    assert_eq!(of("refused"), ["F-3", "F-4"], "the first distributor is that of a row without one");
    let why = report.endings.iter().find(|row| row.ending == "refused").map(|row| &*row.reason);
    assert!(why.unwrap().contains("10000.00"), "{why:?}");
    assert_eq!((report.findings, report.remarks.len()), (0, 0), "{:?}", report.remarks);
    let events = events(&*store).await;
    let quotas: Vec<_> = events.keys().filter(|it| it.starts_with("fast_quota-")).collect();
    let quota = |code| format!("fast_quota-000730.2026-02-13.3.I-1.{code}");
    assert_eq!(quotas, [&quota("305"), &quota("306")]);
    let again = table.play(&store).await;
    assert_eq!((again.events_added, &again.endings), (0, &report.endings));
}

/// One natural day, folders of one distributor and of several.
#[tokio::test]
async fn a_folder_of_one_distributor_counts_under_its_code_and_a_later_folder_of_several_knows_it()
{
    let fast = |name: &str, at: &str, code: &str| {
        format!("{name},2026-02-13T{at}+08:00,fast_withdraw,I-1,,,000730,,6000.00,,,,,,{code}\n")
    };
    let rich = "M-1,09:00:00,recharge,I-1,,,000730,30000.00,,,,,,,\n";
    let first = folder(
        "distributor = \"306\"",
        "2026-02-12",
        &(rich.to_owned() + &fast("F-1", "10:00:00", "")),
    );
    let rows = [("F-2", "306"), ("F-3", ""), ("F-4", "305")];
    let rows = rows.map(|(name, code)| fast(name, "10:30:00", code)).concat();
    let later = folder("distributors = [\"306\", \"305\"]", "2026-02-13", &rows);
    let (mut table, store) = (Laid::of(first.path()), Arc::new(MemoryStore::new()));
    let mut play = table.prepare(&store).await;
    while !events(&*store).await.keys().any(|it| it.starts_with("fast_quota-")) {
        play.step().await.unwrap().unwrap();
    }
    drop(play);
    table.day = Laid::of(later.path()).day;
    let report = table.play(&store).await;
    let refused = report.endings.iter().filter(|row| row.ending == "refused");
    let refused: Vec<_> =
        refused.flat_map(|row| &row.transactions).map(ToString::to_string).collect();
    assert_eq!(refused, ["F-2", "F-3"]);
    assert_eq!((report.findings, report.remarks.len()), (0, 0), "{:?}", report.remarks);
    let events = events(&*store).await;
    let quotas: Vec<_> = events.keys().filter(|it| it.starts_with("fast_quota-")).collect();
    let quota = |code| format!("fast_quota-000730.2026-02-13.3.I-1.{code}");
    assert_eq!(quotas, [&quota("305"), &quota("306")]);
    table.day = Laid::of(first.path()).day;
    assert_eq!(table.play(&store).await.events_added, 0, "the first folder says the same again");
}

#[tokio::test]
async fn every_application_goes_out_and_is_answered_in_the_files_of_its_distributor_and_in_no_other()
 {
    let (table, store) = (Laid::of(two().path()), Arc::new(MemoryStore::new()));
    table.play(&store).await;
    let placed = |events: BTreeMap<String, Vec<Recorded>>| -> BTreeMap<String, String> {
        let all = events.into_values().flatten();
        let all = all.filter(|it| it.event.event_type == "application.placed");
        all.map(|it| {
            let terms: serde_json::Value = serde_json::from_str(&it.event.data).unwrap();
            let text = |field: &str| terms[field].as_str().unwrap_or("none").to_owned();
            (text("no"), text("distributor"))
        })
        .collect()
    };
    let placed = placed(events(&*store).await);
    let base = table.base.path();
    for kind in ["03", "04"] {
        let files = files(base, kind);
        assert!(files.keys().any(|it| it.contains("distributor-306/")), "{:?}", files.keys());
        let mut seen = BTreeSet::new();
        for (name, records) in &files {
            let own = if name.contains("distributor-306/") { "306" } else { "305" };
            let between =
                if kind == "03" { format!("OFD_{own}_05_") } else { format!("OFD_05_{own}_") };
            assert!(name.contains(&between), "{name}");
            for (distributor, no) in records {
                assert_eq!(
                    (distributor.as_str(), placed[no].as_str()),
                    (own, own),
                    "{no} in {name}"
                );
                seen.insert(no.clone());
            }
        }
        // Of the order that was taken back there is no record.
        assert_eq!(seen.len(), placed.len() - 1, "every application but one is in a file {kind}");
    }
    let of_306 = placed.values().filter(|it| *it == "306").count();
    assert!(of_306 >= 8, "the legs and dates of its orders are its too: {placed:?}");
}

#[tokio::test]
async fn a_day_of_two_distributors_that_was_cut_off_anywhere_goes_on_to_the_same_events_and_files()
{
    let folder = two();
    let (whole, store) = (Laid::of(folder.path()), Arc::new(MemoryStore::new()));
    let report = whole.play(&store).await;
    let of = |base: &Path| ["03", "04"].map(|kind| files(base, kind));
    for steps in (2..).step_by(7) {
        let (table, store) = (Laid::of(folder.path()), Arc::new(MemoryStore::new()));
        let mut play = table.prepare(&store).await;
        for _ in 0..steps {
            if play.step().await.unwrap().is_none() {
                return;
            }
        }
        drop(play);
        let rest = table.play(&store).await;
        assert_eq!((rest.events, &rest.endings), (report.events, &report.endings), "{steps} steps");
        assert_eq!(of(table.base.path()), of(whole.base.path()), "{steps} steps");
    }
}

/// The second file is read after the first: what that one has numbered is in the books by then.
#[tokio::test]
async fn a_number_of_a_record_is_known_in_the_files_of_every_distributor_of_its_registrar() {
    let (table, store) = (Laid::of(two().path()), Arc::new(MemoryStore::new()));
    let mut play = table.prepare(&store).await;
    while play.step().await.unwrap().is_some() {}
    let all: Vec<Application> = play.books.placed().map(|placed| placed.application).collect();
    let serials = Serials::of(all.iter());
    let of = |code: &str| {
        let is_its = |it: &&Application| {
            let named = it.terms.distributor.as_ref().map(DistributorCode::as_str);
            named == Some(code) && it.confirmations().next().is_some()
        };
        all.iter().find(is_its).unwrap()
    };
    let (one, other) = (of("305"), of("306"));
    let serial = &one.confirmations().next().unwrap().serial;
    assert!(matches!(serials.whose(&one.terms.no, serial), Whose::Own));
    assert!(matches!(serials.whose(&other.terms.no, serial), Whose::Anothers(_)));
}

/// Orders of the 12th are confirmed on the 13th, when a folder is played that names others, or another one first.
#[tokio::test]
async fn orders_of_an_earlier_folder_stay_with_their_distributor_whoever_a_later_one_names() {
    for later in [
        SEVERAL,
        "distributors = [\"306\", \"305\"]",
        "distributor = \"305\"",
        "distributors = [\"307\"]",
    ] {
        let rows = "A-1,10:00:00,purchase,I-2,,,011162,500.00,,,,,,,306\n\
                    A-2,10:00:00,purchase,I-3,,,011162,500.00,,,,,,,305\n";
        let row = "B-1,2026-02-13T09:30:00+08:00,purchase,I-1,,,011162,500.00,,,,,,,\n";
        let first = folder(SEVERAL, "2026-02-12", rows);
        let second = folder(later, "2026-02-13", row);
        let (mut table, store) = (Laid::of(first.path()), Arc::new(MemoryStore::new()));
        let mut play = table.prepare(&store).await;
        // Until the files are out, and not answered.
        while files(table.base.path(), "03").len() < 2 {
            play.step().await.unwrap().unwrap();
        }
        drop(play);
        table.day = Laid::of(second.path()).day;
        let report = table.play(&store).await;
        assert_eq!((report.findings, &report.remarks[..]), (0, &[][..]), "{later}");
        let applications = events(&*store).await.into_iter();
        let applications = applications.filter(|(name, _)| name.starts_with("application-"));
        for (name, events) in applications {
            let last = &events.last().unwrap().event.event_type;
            assert_eq!(&**last, "application.confirmed", "{later}: {name}");
        }
        for (name, records) in files(table.base.path(), "04") {
            let of = |code| records.iter().all(|(distributor, _)| distributor == code);
            assert!(["305", "306", "307"].into_iter().any(of), "{later}: {name}: {records:?}");
        }
    }
}
