//! Sagas that wait leave memory when too many are awake, and nothing shows that they were away.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]
#![allow(dead_code, reason = "other tests of the runner share the errand")]

mod common;

use common::{
    Answer, Bench, ENDED, Errand, Mark, Slate,
    When::{Later, Soon},
    transaction,
};
use fundflow_kernel::{ids::TransactionId, streams::Key};
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Reply, SagaId, What},
    step::{Deed, Exit, Move, Step, Table, act, call, word},
};

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));

/// A command of our own with a time, then a word that is asked for from that time on.
static TIMED: Table<Errand> = Table {
    version: "timed.v1",
    title: "Times",
    steps: &[
        FIRST,
        Deed { asks: Some(Soon), ..act("go", Mark("gone"), Mark("gone")) }.row(Exit::Nothing),
        word("hear", Mark("heard"), Mark("heard"), Later, Later)
            .row(Exit::Landing(&[END], None))
            .unless(Mark("refused"), Some(Mark("refused"))),
    ],
    beside: &[],
};

/// Calls a friend.
static CALLS: Table<Errand> = Table {
    version: "calls.v1",
    title: "A call",
    steps: &[
        FIRST,
        call("ask", Mark("asked"), Mark("asked"), Soon)
            .row(Exit::Landing(&[END], None))
            .unless(Mark("refused"), Some(Mark("refused"))),
    ],
    beside: &[],
};

static TABLES: &[&Table<Errand>] = &[&TIMED, &CALLS];

fn other() -> TransactionId {
    "TX-2".parse().unwrap()
}

fn first() -> SagaId {
    saga_id::<Errand>(&transaction())
}

fn is_awake(bench: &Bench, transaction: &TransactionId) -> bool {
    bench.runner.running::<Errand>(transaction).is_some()
}

/// Two errands that wait for the same time, of which one may be awake.
fn one_sleeps() -> Bench {
    let mut bench = Bench::on(&TIMED);
    bench.runner.set_awake(1);
    bench.request();
    let due = bench.runner.timer_of(&first());
    assert!(due.is_some() && is_awake(&bench, &transaction()));

    bench.request_under(&other());

    assert!(!is_awake(&bench, &transaction()) && is_awake(&bench, &other()));
    assert_eq!(bench.runner.timer_of(&first()), due, "its timer stays");
    assert_eq!(bench.runner.open(), 2);
    let mut unfinished: Vec<&SagaId> = bench.runner.unfinished().collect();
    unfinished.sort();
    assert_eq!(unfinished, [&first(), &saga_id::<Errand>(&other())], "it is open");
    bench
}

#[test]
fn it_goes_on_when_its_timer_rings() {
    let mut bench = one_sleeps();

    bench.ring();

    let gone = bench.stored().iter().filter(|line| line.contains("gone")).count();
    assert_eq!(gone, 2, "{:?}", bench.stored());
    assert_eq!(bench.runner.open(), 2);
    assert!(bench.runner.timer_of(&first()).is_some_and(|due| due > bench.now));
}

#[test]
fn news_wake_it() {
    let mut bench = one_sleeps();

    bench.tell("owed");

    assert!(bench.stored().contains(&r#"{"mark":"owed"}"#.to_owned()), "{:?}", bench.stored());
    assert_eq!(bench.runner.open(), 2);
}

#[test]
fn news_that_it_cannot_read_let_it_sleep_on() {
    let mut bench = one_sleeps();
    let stream = Key::<Slate>::of(&transaction()).stream().clone();

    bench.handle(What::Notice { stream, news: payload(7_u8) });

    assert!(!is_awake(&bench, &transaction()));
    assert_eq!(bench.runner.unfinished().count(), 2, "it is open all the same");
    bench.ring();
    let gone = bench.stored().iter().filter(|line| line.contains("gone")).count();
    assert_eq!(gone, 2, "{:?}", bench.stored());
}

#[test]
fn it_is_watched_like_any_other() {
    let mut bench = one_sleeps();

    bench.handle(What::Watch { saga: first() });

    let replies = &bench.last.replies;
    assert!(matches!(replies[..], [(1, Reply::Rest(None))]), "{replies:?}");
}

#[test]
fn a_timer_of_one_that_was_woken_rings_once() {
    let mut bench = one_sleeps();
    bench.tell("owed");
    bench.ring();
    bench.ring();

    let stored = bench.stored();

    let gone = stored.iter().filter(|line| line.contains("gone")).count();
    assert_eq!(gone, 2, "{stored:?}");
    assert_eq!(bench.last.effects.len(), 2, "each asks for its word: {:?}", bench.sent());
}

#[test]
fn whoever_waits_for_an_answer_stays_awake() {
    let mut bench = Bench::on(&CALLS);
    bench.runner.set_awake(1);
    bench.request();
    bench.request_under(&other());

    assert!(is_awake(&bench, &transaction()) && is_awake(&bench, &other()));
}

#[test]
fn whoever_waits_for_the_latest_time_sleeps_first() {
    let mut bench = Bench::on(&TIMED);
    bench.runner.set_awake(2);
    let third: TransactionId = "TX-3".parse().unwrap();
    for (hour, transaction) in [transaction(), other(), third.clone()].iter().enumerate() {
        bench.now = bench.now.plus_millis(i64::try_from(hour).unwrap() * 3_600_000);
        bench.request_under(transaction);
    }

    let awake = [transaction(), other(), third].map(|it| is_awake(&bench, &it));

    assert_eq!(
        awake,
        [true, false, true],
        "the second is due after the first; the third came just now"
    );
}

fn nth(n: usize) -> TransactionId {
    format!("TX-{n:02}").parse().unwrap()
}

#[test]
fn an_eighth_more_than_is_too_many_sleeps_at_a_time() {
    let mut bench = Bench::on(&TIMED);
    bench.runner.set_awake(16);

    for n in 1..=16 {
        bench.request_under(&nth(n));
    }
    assert_eq!(bench.runner.sagas().count(), 16);
    bench.request_under(&nth(17));

    assert_eq!(bench.runner.sagas().count(), 14);
}

#[test]
fn whoever_was_busy_when_there_were_too_many_sleeps_later_though_nobody_comes() {
    let mut bench = Bench::on(&CALLS);
    bench.runner.set_awake(8);
    let mut calls = Vec::new();
    for n in 1..=12 {
        bench.request_under(&nth(n));
        calls.append(&mut bench.last.effects);
    }
    assert_eq!((calls.len(), bench.runner.sagas().count()), (12, 12), "all wait for an answer");

    for call in calls {
        bench.reply(call, Answer::Pending);
    }
    for _ in 0..64 {
        bench.commit();
    }

    assert_eq!((bench.runner.sagas().count(), bench.runner.open()), (7, 12));
}

/// An engine that knows nothing but the log and may have so many awake: it reads one after the other.
fn read_again(before: Bench, table: &'static Table<Errand>, at_most: usize, all: usize) -> Bench {
    let mut bench = Bench { log: before.log, now: before.now, ..Bench::on(table) };
    bench.runner.set_awake(at_most);
    for n in 1..=all {
        let saga = bench.runner.restore("errand", &nth(n)).unwrap();
        loop {
            let missing = bench.runner.missing(&saga);
            if missing.is_empty() {
                break;
            }
            for need in &missing {
                bench.provide(need);
            }
        }
        assert!(!bench.runner.dismiss(&saga));
        bench.runner.resume(&saga, bench.now);
    }
    bench
}

#[test]
fn a_restart_has_no_more_awake_than_there_may_be_and_all_of_them_go_on() {
    let mut before = Bench::on(&TIMED);
    for n in 1..=20 {
        before.request_under(&nth(n));
    }

    let mut bench = read_again(before, &TIMED, 4, 20);

    assert_eq!((bench.runner.sagas().count(), bench.runner.open()), (4, 20));
    assert!(bench.runner.streams().count() <= 16, "{}", bench.runner.streams().count());
    // Nine at a time.
    for _ in 0..3 {
        bench.ring();
    }
    let gone = bench.stored().iter().filter(|line| line.contains("gone")).count();
    assert_eq!(gone, 20, "{:?}", bench.stored());
}

#[test]
fn whoever_asks_again_after_a_restart_stays_awake() {
    let mut before = Bench::on(&CALLS);
    for n in 1..=3 {
        before.request_under(&nth(n));
    }

    let mut bench = read_again(before, &CALLS, 1, 3);

    assert_eq!(bench.runner.sagas().count(), 3);
    bench.commit();
    assert_eq!(bench.last.effects.len(), 3, "{:?}", bench.sent());
}
