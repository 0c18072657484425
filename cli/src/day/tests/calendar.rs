//! Near the end of the trading calendar a request is refused by that name and nothing is charged, or it
//! runs to its end: one day of every kind of order, under calendars that end earlier and earlier.

use super::{
    kinds::{BEFORE, date, folder},
    *,
};
use chrono::NaiveDate;
use fundflow_domain::ids::VersionTag;
use std::{collections::BTreeSet, fmt::Write as _, fs};

const CLOSED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/data/xshg_closed_weekdays.csv"));
/// Everything that can be asked for, without its time.
const ROWS: &str = "\
redeem,redemption,I-1,,,011162,,100.00,,,,,
convert,conversion,I-2,,050027,011162,,100.00,,,,,
withdraw,withdraw,I-3,,,000730,,100.00,,,,,
fast,fast_withdraw,I-4,,,000730,,100.00,,,,,
held,discount_purchase,I-5,000730,011162,,100.00,,held,,,,
linked,discount_purchase,I-6,000730,011162,,100.00,,linked_same_day,,,,
next,discount_purchase,I-6,000730,011162,,100.00,,next_day,,,,
through,discount_purchase,I-6,000730,011162,,100.00,,redeem_to_purchase,,,,
purchase,purchase,I-6,,,011162,100.00,,,,,,
recharge,recharge,I-6,,,000730,100.00,,,,,,
subscribe,subscription,I-6,,,918145,100.00,,,,,,
plan,plan,I-6,,,011162,100.00,,,daily,2026-02-13,2,
";
/// Of one day in the morning, and in the evening, when its T is the next one.
const TIMES: [(&str, &str); 2] = [("m", "10:30:00"), ("e", "16:00:00")];

fn ending_on(last: NaiveDate) -> Arc<TradingCalendar> {
    let version = VersionTag::new("short").unwrap();
    let first = date("1990-12-19");
    Arc::new(TradingCalendar::from_closed_weekdays(version, first, last, CLOSED).unwrap())
}

fn rows() -> String {
    let mut all = String::new();
    for (half, time) in TIMES {
        for row in ROWS.lines() {
            let (name, rest) = row.split_once(',').unwrap();
            writeln!(all, "{name}-{half},{time},{rest}").unwrap();
        }
    }
    all
}

/// The days on which the calendar may end: trading days, and some between them.
const LAST: [&str; 10] = [
    "2026-02-24",
    "2026-02-25",
    "2026-02-26",
    "2026-02-27",
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
    "2026-03-04",
    "2026-03-06",
    "2026-06-30",
];

/// What the counterparties do, and how it may end besides.
const SCENARIOS: [(&str, &[&str]); 3] = [
    ("", &[]),
    // What is paid in the morning is heard of after the cut-off, and what is paid later for a later T.
    ("[charge]\ndelay_s = 23400\nper_mille = { late_paid = 1000 }\n", &["rolled back"]),
    (
        "[[raising]]\nfund = \"918145\"\nfounded_on = \"2026-02-26\"\nfails = true\n",
        &["rolled back"],
    ),
];

/// The names of those that were taken.
fn taken(report: &DayReport, last: &str, besides: &[&str]) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    for row in &report.endings {
        for id in row.transactions.iter().map(|id| id.as_str().to_owned()) {
            match row.ending.as_str() {
                "refused" => {
                    let text = format!("the trading calendar short (1990-12-19 to {last})");
                    assert!(row.reason.contains(&text), "{last} {id}: {}", row.reason);
                    continue;
                }
                // The house's own work of a day stops there, and says so.
                "stuck" if ["cut.", "clear."].iter().any(|it| id.starts_with(it)) => {
                    assert!(row.reason.contains("trading calendar short"), "{}", row.reason);
                    continue;
                }
                "completed" | "paid out" => {}
                "under way" | "over" if id.starts_with("plan") => {}
                other if besides.contains(&other) => {}
                other => panic!("{last} {id}: {other} {}", row.reason),
            }
            taken.insert(id);
        }
    }
    taken
}

#[tokio::test]
async fn near_the_calendars_end_a_request_is_refused_by_that_name_or_runs_to_its_end() {
    let all: BTreeSet<String> =
        rows().lines().map(|row| row.split_once(',').unwrap().0.to_owned()).collect();
    let pays =
        ["linked", "next", "through", "purchase", "recharge", "subscribe", "plan-m.", "plan-e."];
    for (scenario, besides) in SCENARIOS {
        let mut before = BTreeSet::new();
        // A scenario says nothing of days that the calendar does not know.
        let from = if scenario.contains("founded_on") { 2 } else { 0 };
        for last in &LAST[from..] {
            let store = Arc::new(MemoryStore::new());
            let whole = ending_on(date("2026-12-31"));
            let first = Laid::under(folder("2026-02-02", &whole, BEFORE).path(), whole);
            assert_eq!(endings(&first.play(&store).await), ["completed: A-1 A-2 A-3 A-4 A-5"]);
            let calendar = ending_on(date(last));
            let folder = folder("2026-02-12", &calendar, &rows());
            fs::write(folder.path().join("scenario.toml"), scenario).unwrap();
            let day = Laid { base: first.base, ..Laid::under(folder.path(), calendar) };
            let report = day.play(&store).await;

            let mut taken = taken(&report, last, besides);
            let paid = taken.iter().filter(|id| pays.iter().any(|it| id.starts_with(it))).count();
            assert_eq!(report.channel.debits, 5 + paid as u64, "{last}: {taken:?}");
            assert_eq!(report.findings, 0);
            taken.retain(|id| all.contains(id));
            assert!(taken.is_superset(&before), "{last}: {taken:?} and before {before:?}");
            before = taken;
        }
        assert_eq!(before, all, "with a calendar that goes on, all of them are taken");
    }
}

#[tokio::test]
async fn what_a_huge_redemption_carries_near_the_calendars_end_strands_nowhere() {
    let rows = "\
redeem,10:30:00,redemption,I-1,,,011162,,100.00,,,,,
convert,10:30:00,conversion,I-2,,050027,011162,,100.00,,,,,
withdraw,10:30:00,withdraw,I-3,,,000730,,100.00,,,,,
fast,10:30:00,fast_withdraw,I-4,,,000730,,100.00,,,,,
";
    for last in LAST {
        let store = Arc::new(MemoryStore::new());
        let whole = ending_on(date("2026-12-31"));
        let first = Laid::under(folder("2026-02-02", &whole, BEFORE).path(), whole);
        first.play(&store).await;
        let calendar = ending_on(date(last));
        let folder = folder("2026-02-12", &calendar, rows);
        let mut scenario = String::new();
        // Longer than the calendars that end soon. A play ends before all is redeemed where the calendar goes on.
        for day in date("2026-02-12").iter_days().take(30) {
            if calendar.day(day).is_ok() {
                for fund in ["011162", "000730"] {
                    writeln!(
                        scenario,
                        "[[huge]]\nfund = \"{fund}\"\non = \"{day}\"\npart_per_mille = 200"
                    )
                    .unwrap();
                }
            }
        }
        fs::write(folder.path().join("scenario.toml"), scenario).unwrap();
        let day = Laid { base: first.base, ..Laid::under(folder.path(), calendar) };
        let report = day.play(&store).await;
        for row in &report.endings {
            let is_named = row.ending != "refused" || row.reason.contains("trading calendar short");
            // What is carried over again and again comes back where nobody can confirm it any more.
            let in_part = ["completed in part", "paid out in part"];
            let goes_on = (date(last) > date("2026-03-31")).then_some("under way");
            let is_over = ["refused", "completed", "paid out", "stuck"]
                .into_iter()
                .chain(in_part)
                .chain(goes_on);
            assert!(is_over.clone().any(|it| it == row.ending) && is_named, "{last}: {row:?}");
        }
        assert_eq!(report.findings, 0, "{last}");
        // The folder has no price of an earlier day.
        let noted = |it: &String| it.starts_with("convert: no price of fund 011162 is known");
        assert!(report.remarks.iter().all(noted), "{last}: {:?}", report.remarks);
    }
}
