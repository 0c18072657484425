//! A played day is cut with every registrar, by the jobs that it does.

use super::{
    kinds::{BEFORE, folder},
    *,
};
use fundflow::runtime::saga::Saga as _;
use fundflow_sagas::{
    day_cut::{DayCut, done_type},
    ports::day_jobs::{Figures, Job},
    purchase::Purchase,
};
use serde_json::Value;

const T: &str = "2026-03-03";

fn calendar() -> Arc<TradingCalendar> {
    Arc::new(TradingCalendar::xshg().unwrap())
}

fn laid(orders: &str) -> Laid {
    let folder = folder(T, &calendar(), orders);
    Laid::under(folder.path(), calendar())
}

fn cut(registrar: &str, t: &str) -> String {
    format!("day_cut-cut.{registrar}.{t}")
}

/// The event of that type in a stream.
fn find<'a>(of: &'a BTreeMap<String, Vec<Recorded>>, stream: &str, named: &str) -> &'a Recorded {
    let all = of.get(stream).unwrap_or_else(|| panic!("no {stream} in {:?}", of.keys()));
    let found = all.iter().find(|it| it.event.event_type == named);
    found.unwrap_or_else(|| panic!("{stream} has no {named}: {all:?}"))
}

fn figures(event: &Recorded) -> Figures {
    let body: Value = serde_json::from_str(&event.event.data).unwrap();
    serde_json::from_value(body["figures"].clone()).unwrap()
}

#[tokio::test]
async fn every_job_of_a_played_day_is_an_event_at_its_hour_with_what_the_day_did() {
    let (laid, store) = (laid(BEFORE), Arc::new(MemoryStore::new()));
    laid.play(&store).await;
    let events = events(&*store).await;

    let cut = cut("05", T);
    for (job, at, count, files) in [
        (Job::Seal, "2026-03-03T17:00:00+08:00", 5, 0),
        (Job::Applications, "2026-03-03T17:00:00+08:00", 5, 1),
        (Job::Prices, "2026-03-03T20:00:00+08:00", 1, 0),
        (Job::Confirmations, "2026-03-04T08:30:00+08:00", 17, 4),
        (Job::Income, "2026-03-04T08:30:00+08:00", 0, 0),
    ] {
        let done = find(&events, &cut, done_type(job));
        let figures = figures(done);
        assert_eq!(done.event.recorded_at.to_string(), at, "{job}");
        assert_eq!((figures.count, figures.files.len()), (count, files), "{job}: {figures:?}");
    }
    let head = find(&events, &cut, done_type(Job::Head));
    let before = figures(head).count;
    assert!(before > 0 && before < store.head().borrow().0, "{before}");
    find(&events, &cut, "day_cut.completed");
}

#[tokio::test]
async fn a_day_on_which_nothing_was_asked_for_is_cut_with_every_registrar() {
    let example = Laid::example();
    let store = Arc::new(MemoryStore::new());
    example.play(&store).await;
    let events = events(&*store).await;
    for t in ["2026-02-12", "2026-02-13", "2026-02-24"] {
        for registrar in ["05", "98"] {
            find(&events, &cut(registrar, t), "day_cut.completed");
        }
    }
}

#[tokio::test]
async fn the_income_that_a_row_is_still_to_give_is_waited_for() {
    let mut laid = laid("A-3,10:00:00,recharge,I-3,,,000730,5000.00,,,,,,\n");
    let income = fundflow_domain::money_fund::Publication {
        fund: "000730".parse().unwrap(),
        day: T.parse().unwrap(),
        per_10_000: "0.4012".parse().unwrap(),
        publication: 0,
    };
    let day = Arc::get_mut(&mut laid.day).unwrap();
    let row = day_folder::Order {
        transaction: income.job().unwrap(),
        time: "2026-03-04T10:00:00+08:00".parse().unwrap(),
        kind: day_folder::Kind::Income(income),
        ..day.orders[0].clone()
    };
    day.orders.push(row);
    let store = Arc::new(MemoryStore::new());
    laid.play(&store).await;
    let events = events(&*store).await;
    let booked = find(&events, &cut("05", T), done_type(Job::Income));
    assert_eq!(figures(booked).count, 1);
    assert_eq!(booked.event.recorded_at.to_string(), "2026-03-04T10:00:00+08:00");
    find(&events, &cut("05", T), "day_cut.completed");
}

/// Orders of every kind of job, and a later day of a plan.
const ROWS: &str = "\
B-1,10:00:00,purchase,I-1,,,011162,5000.00,,,,,,
B-2,10:00:00,recharge,I-3,,,000730,5000.00,,,,,,
B-3,2026-03-04T10:00:00+08:00,purchase,I-2,,,011162,700.00,,,,,,
";

#[tokio::test]
async fn a_day_that_dies_after_any_of_its_steps_has_the_same_events_in_the_end() {
    let (whole, store) = (laid(ROWS), Arc::new(MemoryStore::new()));
    whole.play(&store).await;
    let whole = events(&*store).await;
    assert!(whole.keys().filter(|stream| stream.starts_with("day_cut-")).count() >= 2);
    for steps in 1.. {
        let (laid, store) = (laid(ROWS), Arc::new(MemoryStore::new()));
        let mut play = laid.prepare(&store).await;
        for _ in 0..steps {
            if play.step().await.unwrap().is_none() {
                return;
            }
        }
        drop(play);
        laid.play(&store).await;
        let again = events(&*store).await;
        for (stream, all) in &whole {
            assert_eq!(again.get(stream), Some(all), "{stream} after {steps} steps");
        }
        assert_eq!(again.len(), whole.len(), "after {steps} steps");
    }
}

/// As a program that cut no days.
fn earlier() -> Registry {
    Registry::new().saga(|house| Purchase { house })
}

#[tokio::test]
async fn a_folder_that_an_earlier_program_played_is_not_cut_when_it_is_played_again() {
    let rows = "B-1,10:00:00,purchase,I-1,,,011162,5000.00,,,,,,\n";
    let (laid, store) = (laid(rows), Arc::new(MemoryStore::new()));
    let stores = (store.clone(), None);
    let play = prepare(&earlier(), stores, &laid.day, &laid.calendar, laid.base.path()).await;
    play.unwrap().run(|_| {}).await.unwrap();
    let before = store.head().borrow().0;
    assert!(events(&*store).await.keys().all(|stream| !stream.starts_with(DayCut::KIND)));

    assert_eq!(laid.play(&store).await.events_added, 0);
    assert_eq!(store.head().borrow().0, before);
}

#[tokio::test]
async fn a_day_that_an_earlier_program_left_at_its_batch_is_cut_by_this_one() {
    let rows = "B-1,10:00:00,purchase,I-1,,,011162,5000.00,,,,,,\n";
    let (laid, store) = (laid(rows), Arc::new(MemoryStore::new()));
    let stores = (store.clone(), None);
    let play = prepare(&earlier(), stores, &laid.day, &laid.calendar, laid.base.path()).await;
    let mut play = play.unwrap();
    let night: Timestamp = "2026-03-03T18:00:00+08:00".parse().unwrap();
    while play.agenda.first().is_some_and(|(due, _)| *due < night) {
        play.step().await.unwrap();
    }
    drop(play);

    laid.play(&store).await;
    find(&events(&*store).await, &cut("05", T), "day_cut.completed");
    assert_eq!(laid.play(&store).await.events_added, 0);
}
