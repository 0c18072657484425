use super::*;
use crate::{day::tally::DayReport, registry::Registry};
use fundflow_application::read_models::{Orders, WalletRow, Wallets, catch_up};
use fundflow_domain::{
    application::Outcome,
    holdings::Credit,
    ids::{FundCode, InvestorId, OrderId},
    money::{Income, Money, Shares},
};
use fundflow_infrastructure::sandbox::registrar::SandboxRegistrar;
use fundflow_kernel::{
    clock::Clock as _, envelope::Recorded, memory_store::MemoryStore, store::Position,
    time::Timestamp,
};
use std::collections::BTreeMap;

mod calendar;
mod cuts;
mod distributors;
mod jobs;
mod kinds;
mod records;

struct Laid {
    day: Arc<Day>,
    calendar: Arc<TradingCalendar>,
    base: tempfile::TempDir,
}

impl Laid {
    fn example() -> Self {
        Self::of(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day")))
    }

    fn of(folder: &Path) -> Self {
        Self::under(folder, Arc::new(TradingCalendar::xshg().unwrap()))
    }

    fn under(folder: &Path, calendar: Arc<TradingCalendar>) -> Self {
        let reading = day_folder::read(folder, &calendar);
        assert_eq!(reading.problems, []);
        let base = tempfile::tempdir().unwrap();
        Self { day: Arc::new(reading.day.unwrap()), calendar, base }
    }

    async fn prepare<S: EventStore + Checkpoints>(&self, store: &Arc<S>) -> Play<S> {
        let (registry, base) = (Registry::shipped(), self.base.path());
        let stores = (store.clone(), None);
        prepare(&registry, stores, &self.day, &self.calendar, base).await.unwrap()
    }

    async fn play<S: EventStore + Checkpoints>(&self, store: &Arc<S>) -> DayReport {
        let played = self.prepare(store).await.run(|_| {}).await.unwrap();
        let report = tally::report(&**store, &played, &self.day, &[]).await.unwrap();
        // Paths and file lists differ between runs and are looked at elsewhere.
        DayReport { files: Vec::new(), ..report }
    }
}

async fn events<S: EventStore>(store: &S) -> BTreeMap<String, Vec<Recorded>> {
    let mut streams: BTreeMap<String, Vec<Recorded>> = BTreeMap::new();
    let mut at = Position::START;
    loop {
        let page = store.read_all(at, 1000).await.unwrap();
        let Some(last) = page.last() else { return streams };
        at = last.position;
        for event in page {
            // Which of two sagas is answered first at one instant is nobody's promise.
            let event = Recorded { position: Position::START, ..event };
            streams.entry(event.stream.to_string()).or_default().push(event);
        }
    }
}

fn endings(report: &DayReport) -> Vec<String> {
    let row = |row: &tally::EndingRow| {
        let who: Vec<_> =
            row.transactions.iter().map(|id| id.as_str().trim_start_matches("D-00")).collect();
        format!("{}: {}", row.ending, who.join(" "))
    };
    report.endings.iter().filter(|row| row.ending != "refused").map(row).collect()
}

#[tokio::test]
async fn the_example_day_is_the_same_on_both_stores_event_for_event_and_playing_again_adds_nothing()
{
    let (left, right) = (Laid::example(), Laid::example());
    let memory = Arc::new(MemoryStore::new());
    let database = right.base.path().join("events.db");
    let sqlite = Arc::new(SqliteStore::open(&database, &Settings::default()).unwrap());
    let (first, second) = (left.play(&memory).await, right.play(&sqlite).await);

    assert_eq!(first, second);
    assert_eq!(events(&*memory).await, events(&*sqlite).await);
    assert!(first.events_added > 800, "{}", first.events_added);
    let (first, second) = (left.play(&memory).await, right.play(&sqlite).await);
    assert_eq!((first.events_added, second.events_added), (0, 0));
    assert_eq!(first.endings, second.endings);
    sqlite.close().await;
}

#[tokio::test]
async fn every_order_of_the_example_day_ends_as_its_note_says() {
    let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
    let report = table.play(&store).await;

    assert_eq!(
        endings(&report),
        [
            "completed: 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 19 21 22 23 34 36 40 41 \
             51 52 54 55 56 57 60 66.20260212 70 73 74 76 80 81 83 84.20260212 85.20260213 86 87 \
             90 92",
            "completed in part: 32 33 82 91",
            "kept in wallet: 38 39",
            "kept in wallet: 63",
            "kept in wallet: 88",
            "kept in wallet: 31",
            "kept in wallet: 30",
            "compensated: 29",
            "income given: 000730.2026-02-13 000730.2026-02-14 000730.2026-02-15 \
             000730.2026-02-15.1 000730.2026-02-16 000730.2026-02-23 050003.2026-02-13 \
             050003.2026-02-14 050003.2026-02-15 050003.2026-02-24 050003.2026-02-25 \
             050003.2026-02-26",
            "paid out: 67 68 75 89",
            "rolled back: 53",
            "rolled back: 58 61 78",
            "rolled back: 18",
            "rolled back: 24",
            "rolled back: 20 25",
            "rolled back: 77",
            "rolled back: 27",
            "stuck: 37",
            "stuck: 35",
            "stuck: 26",
            "stuck: 28",
            "under way: 66 84 85",
            "done: 59",
            "done: 62",
            "done: 79",
            "done: 64",
        ]
    );
    let refused = report.endings.iter().filter(|row| row.ending == "refused");
    assert_eq!(refused.map(|row| row.transactions.len()).sum::<usize>(), 13);
    // What a registrar's file has twice is named, and counts once.
    let twice = |it: &&String| it.ends_with("once more; it counts once");
    assert_eq!(report.remarks.iter().filter(twice).count(), 2);
    assert_eq!((report.requests, report.repeats, report.remarks.len()), (105, 1, 2));
    let cases: Vec<_> = report
        .open_cases
        .iter()
        .map(|case| (case.kind.as_str(), case.transaction.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(cases, [("rejected_after_confirmed", "D-0023"), ("amount_differs", "D-0037")]);
    assert_eq!(report.findings, 0);
}

#[tokio::test]
async fn the_targets_count_every_order_that_registers_shares_of_them_once() {
    let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
    let report = table.play(&store).await;

    // Those of D-0037 too: in dispute, and registered all the same.
    let mut lots: BTreeMap<String, (Vec<OrderId>, Shares)> = BTreeMap::new();
    for (stream, events) in events(&*store).await {
        let Some((_, fund)) = stream.rsplit_once('.') else { continue };
        for event in events.iter().filter(|it| it.event.event_type == "holdings.credited") {
            let lot: Credit = serde_json::from_str(&event.event.data).unwrap();
            let (orders, shares) = lots.entry(fund.to_owned()).or_default();
            orders.push(lot.order);
            *shares = shares.plus(lot.shares).unwrap();
        }
    }
    let credited: Vec<_> = lots
        .into_iter()
        .map(|(fund, (mut orders, shares))| {
            orders.sort();
            orders.dedup();
            (fund, orders.len(), shares.to_string())
        })
        .collect();
    let reported =
        report.shares.iter().map(|row| (row.fund.to_string(), row.orders, row.shares.to_string()));
    assert_eq!(reported.collect::<Vec<_>>(), credited);
}

#[tokio::test]
async fn whoever_got_less_than_was_asked_for_reads_why() {
    let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
    let report = table.play(&store).await;

    let satisfied = ["completed", "paid out", "income given", "under way"];
    for row in report.endings.iter().filter(|row| !satisfied.contains(&row.ending.as_str())) {
        assert!(row.reason.len() > 5, "{row:?}");
    }
}

fn bought(outcome: &Outcome) -> Money {
    match outcome {
        Outcome::Purchase(numbers) => numbers.amount,
        Outcome::Subscription(numbers) => numbers.amount,
        other => panic!("{other:?} is no purchase"),
    }
}

#[tokio::test]
async fn nobody_pays_for_more_than_was_confirmed_or_is_still_owed() {
    let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
    let play = table.prepare(&store).await;
    let channel = play.with.sandbox.channel.clone();
    let played = play.run(|_| {}).await.unwrap();
    let mut orders = Orders::default();
    catch_up(&*store, &mut orders).await.unwrap();
    let (charges, refunds) = (channel.charges(), channel.refunds());

    assert_eq!(charges.len(), 63);
    for charge in charges {
        let sum =
            |moneys: Vec<Money>| moneys.into_iter().try_fold(Money::ZERO, Money::plus).unwrap();
        let debited = charge.debits(played.ended_at).into_iter().map(|debit| debit.amount);
        let back = refunds.iter().filter(|refund| refund.order == charge.order && refund.moved());
        let retained =
            sum(debited.collect()).minus(sum(back.map(|refund| refund.amount.into()).collect()));
        let order = orders.get(&charge.order).unwrap();
        let confirmed = order.application.map(|(it, _)| it.confirmations()).into_iter().flatten();
        let bought: Vec<Money> = confirmed.map(|it| bought(&it.outcome)).collect();
        let (payment, _) = order.payment.unwrap();
        let owed = payment.refunds.iter().filter(|refund| refund.arrived.is_none());
        let owed = sum(owed.map(|refund| refund.amount.into()).collect());
        assert_eq!(retained, sum(bought).plus(owed), "{}", charge.order);
    }
}

/// Shares and unpaid income by fund and investor: of the wallets, and of the registrar.
type Sides = [BTreeMap<(FundCode, InvestorId), (Shares, Income)>; 2];

/// Wallets whose saga waits for a person or a record are left out: there the sides still differ.
async fn both_sides(store: &MemoryStore, registrar: &SandboxRegistrar) -> Sides {
    let mut wallets = Wallets::default();
    catch_up(store, &mut wallets).await.unwrap();
    let settled = |row: &WalletRow| row.reserved.is_zero() && row.in_transit.is_zero();
    let rows: Vec<_> =
        wallets.iter().filter_map(|(id, entry)| WalletRow::of(id, entry)).filter(settled).collect();
    let ours = rows
        .iter()
        .map(|row| ((row.fund, row.investor.clone()), (row.registered, row.unpaid_income)));
    let theirs = rows.iter().map(|row| {
        let all = registrar.holders_of(row.fund);
        ((row.fund, row.investor.clone()), all.get(&row.investor).copied().unwrap_or_default())
    });
    [ours.collect(), theirs.collect()]
}

#[tokio::test]
async fn after_all_incomes_and_exits_the_wallets_and_the_register_say_the_same() {
    let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
    let play = table.prepare(&store).await;
    let registrar = play.with.sandbox.registrars[0].1.clone();
    let played = play.run(|_| {}).await.unwrap();
    let [ours, theirs] = both_sides(&store, &registrar).await;
    assert_eq!(ours, theirs);
    assert_eq!(ours.len(), 13, "{ours:?}");
    let of = |fund: &str, investor: &str| {
        let (shares, unpaid) = ours[&(fund.parse().unwrap(), investor.parse().unwrap())];
        format!("{shares} {unpaid}")
    };
    // 30,000.00 × (0.5013 + 0.5002 + 0.5002 + 0.5121 + 0.5088) / 10,000, each truncated to the fen;
    // 30,007.55 × 0.5090 / 10,000 after it.
    assert_eq!(of("050003", "I-1014"), "30007.55 1.5200");
    assert_eq!(of("050003", "I-1008"), "0.00 0.0000", "paid with all of its shares");
    // 350.00 that were handed over on the 13th earn for the bank from then on.
    assert_eq!(of("000730", "I-1001"), "19504.06 0.0000");

    let rows: Vec<_> = played
        .books
        .incomes
        .rows()
        .map(|row| {
            let sums = [row.accrued, row.carried, row.settled, row.unpaid];
            (row.fund.to_string(), sums.map(|sum| sum.to_string()))
        })
        .collect();
    let sums = |all: [&str; 4]| all.map(str::to_owned);
    assert_eq!(
        rows,
        [
            ("000730".into(), sums(["6.6100", "6.0500", "0.5600", "0.0000"])),
            ("050003".into(), sums(["10.9000", "7.5500", "1.8300", "1.5200"])),
        ]
    );
}

#[tokio::test]
async fn a_day_that_was_cut_off_anywhere_goes_on_to_the_same_endings() {
    let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
    let whole = table.play(&store).await;
    for steps in [1, 7, 40, 63, 80, 100, 120, 135, 150] {
        let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
        let mut play = table.prepare(&store).await;
        for _ in 0..steps {
            play.step().await.unwrap();
        }
        drop(play);
        let rest = table.play(&store).await;

        assert_eq!(endings(&rest), endings(&whole), "after {steps} steps");
        assert_eq!((rest.channel, rest.money), (whole.channel.clone(), whole.money.clone()));
    }
}

/// A plan that invests on every day that passes, and an order whose word takes days.
fn long_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        (
            "investors.csv",
            "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type\n\
             I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual\n",
        ),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n011162,2026-02-13,0.7388\n"),
        (
            "orders.csv",
            "transaction,time,kind,investor,fund,amount,frequency,start\n\
             L,10:00:00,plan,I-1,011162,100.00,daily,2026-02-12\n\
             Z,10:00:00,recharge,I-1,000730,5.00,,\n",
        ),
        ("scenario.toml", "[override.Z]\nbuy_confirmation = \"late\"\ndelay_s = 1036800\n"),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_day_that_was_killed_on_any_of_its_days_goes_on_for_as_many() {
    let folder = long_folder();
    let (table, store) = (Laid::of(folder.path()), Arc::new(MemoryStore::new()));
    let whole = table.play(&store).await;
    let under_way = ["completed: L.20260212 L.20260213 L.20260224 Z", "under way: L"];
    assert_eq!(
        (whole.virtual_end.as_str(), endings(&whole)),
        ("2026-02-25T08:30:00+08:00", under_way.map(str::to_owned).to_vec())
    );
    for steps in (3..).step_by(29) {
        let (table, store) = (Laid::of(folder.path()), Arc::new(MemoryStore::new()));
        let mut play = table.prepare(&store).await;
        for _ in 0..steps {
            if play.step().await.unwrap().is_none() {
                return;
            }
        }
        drop(play);
        let rest = table.play(&store).await;
        assert_eq!(
            (rest.events, &rest.endings),
            (whole.events, &whole.endings),
            "after {steps} steps"
        );
    }
}

/// As if the process had died when the engine knew of an income and the registrar did not.
fn forget_last_income(books: &Path) {
    let text = std::fs::read_to_string(books).unwrap();
    let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
    if last.starts_with("{\"income\":") {
        std::fs::write(books, format!("{before}\n")).unwrap();
    }
}

#[tokio::test]
async fn a_day_that_was_cut_off_among_its_incomes_gives_each_once_on_both_sides() {
    let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
    let whole = table.play(&store).await;
    // After an evening's incomes, and between the register's night and its answers.
    for cut in ["2026-02-13T20:00:00", "2026-02-15T20:00:00", "2026-02-24T08:00:00"] {
        let (table, store) = (Laid::example(), Arc::new(MemoryStore::new()));
        let mut play = table.prepare(&store).await;
        let cut: Timestamp = format!("{cut}+08:00").parse().unwrap();
        while play.table.clock.now() < cut {
            play.step().await.unwrap();
        }
        drop(play);
        forget_last_income(&table.base.path().join("sandbox/registrar.jsonl"));
        let play = table.prepare(&store).await;
        let registrar = play.with.sandbox.registrars[0].1.clone();
        let played = play.run(|_| {}).await.unwrap();
        let rest = tally::report(&*store, &played, &table.day, &[]).await.unwrap();

        assert_eq!(endings(&rest), endings(&whole), "{cut}");
        assert_eq!(
            (rest.incomes, rest.money, rest.findings),
            (whole.incomes.clone(), whole.money.clone(), 0)
        );
        let [ours, theirs] = both_sides(&store, &registrar).await;
        assert_eq!(ours, theirs, "{cut}");
    }
}
