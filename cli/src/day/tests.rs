use super::*;
use crate::{day::tally::DayReport, registry::Registry};
use fundflow_application::read_models::{Orders, catch_up};
use fundflow_domain::{application::Outcome, money::Money};
use fundflow_kernel::{envelope::Recorded, memory_store::MemoryStore, store::Position};
use std::collections::BTreeMap;

struct Laid {
    day: Arc<Day>,
    calendar: Arc<TradingCalendar>,
    base: tempfile::TempDir,
}

impl Laid {
    fn example() -> Self {
        let calendar = Arc::new(TradingCalendar::xshg().unwrap());
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day");
        let reading = day_folder::read(Path::new(folder), &calendar);
        assert_eq!(reading.problems, []);
        let base = tempfile::tempdir().unwrap();
        Self { day: Arc::new(reading.day.unwrap()), calendar, base }
    }

    async fn prepare<S: EventStore + Checkpoints>(&self, store: &Arc<S>) -> Play<S> {
        let (registry, base) = (Registry::shipped(), self.base.path());
        prepare(&registry, store.clone(), &self.day, &self.calendar, base).await.unwrap()
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
             51 52 54 55 56 57 60 66.20260212 70",
            "completed in part: 32 33",
            "kept in wallet: 38 39",
            "kept in wallet: 63",
            "kept in wallet: 31",
            "kept in wallet: 30",
            "compensated: 29",
            "paid out: 67 68",
            "rolled back: 53",
            "rolled back: 58 61",
            "rolled back: 18",
            "rolled back: 24",
            "rolled back: 20 25",
            "rolled back: 27",
            "stuck: 37",
            "stuck: 35",
            "stuck: 26",
            "stuck: 28",
            "under way: 66",
            "done: 59",
            "done: 62",
            "done: 64",
        ]
    );
    let refused = report.endings.iter().filter(|row| row.ending == "refused");
    assert_eq!(refused.map(|row| row.transactions.len()).sum::<usize>(), 13);
    assert_eq!((report.requests, report.repeats, report.remarks.len()), (73, 1, 0));
    let cases: Vec<_> = report
        .open_cases
        .iter()
        .map(|case| (case.kind.as_str(), case.transaction.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(cases, [("rejected_after_confirmed", "D-0023"), ("amount_differs", "D-0037")]);
    assert_eq!(report.findings, 0);
}

fn bought(outcome: &Outcome) -> Money {
    match outcome {
        Outcome::Purchase(numbers) => numbers.amount,
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

    assert_eq!(charges.len(), 53);
    for charge in charges {
        let sum =
            |moneys: Vec<Money>| moneys.into_iter().try_fold(Money::ZERO, Money::plus).unwrap();
        let debited = charge.debits(played.ended_at).into_iter().map(|debit| debit.amount);
        let back = refunds.iter().filter(|refund| refund.order == charge.order && refund.moved());
        let kept =
            sum(debited.collect()).minus(sum(back.map(|refund| refund.amount.into()).collect()));
        let order = orders.get(&charge.order).unwrap();
        let confirmed = order.application.map(|(it, _)| it.confirmations()).into_iter().flatten();
        let bought: Vec<Money> = confirmed.map(|it| bought(&it.outcome)).collect();
        let (payment, _) = order.payment.unwrap();
        let owed = payment.refunds.iter().filter(|refund| refund.arrived.is_none());
        let owed = sum(owed.map(|refund| refund.amount.into()).collect());
        assert_eq!(kept, sum(bought).plus(owed), "{}", charge.order);
    }
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
