//! Several sagas that call one counterparty: what its silence about some of them does to the others.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{
    Answer, Bench, ENDED, Errand, Mark, Request,
    When::{self, InAMinute, Soon},
};
use fundflow_kernel::{ids::TransactionId, streams::Damage};
use fundflow_runtime::{
    breaker::Limits,
    kind::{payload, saga_id},
    message::{Answered, Effect, Rest, What},
    step::{Exit, Late, Move, Step, Table, act, call, well_formed},
};
use std::collections::VecDeque;

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));

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
const _: () = assert!(well_formed(&CALLS), "a sound table");

/// A call that nobody wants any more from a time on.
static TODAY: Table<Errand> = Table {
    version: "today.v1",
    title: "A call that has its time",
    steps: &[
        FIRST,
        call("ask", Mark("asked"), Mark("asked"), Soon)
            .row(Exit::Landing(&[END], None))
            .unless(Mark("refused"), Some(Mark("refused")))
            .late_from(InAMinute, Late::Refused),
    ],
    beside: &[],
};
const _: () = assert!(well_formed(&TODAY), "a sound table");

static TABLES: &[&Table<Errand>] = &[&CALLS, &TODAY];

const DONE: Answer = Answer::Marks("asked");

/// A counterparty that answers about some keys and not about others.
struct Play {
    bench: Bench,
    says: fn(&str) -> Answer,
    calls: Vec<(i64, String)>,
}

impl Play {
    fn with(says: fn(&str) -> Answer) -> Self {
        Self::on(&CALLS, says)
    }

    fn on(table: &'static Table<Errand>, says: fn(&str) -> Answer) -> Self {
        Self { bench: Bench::on(table), says, calls: Vec::new() }
    }

    fn second(&self) -> i64 {
        self.bench.now.micros() / 1_000_000
    }

    /// Somebody asks at that second; whatever is due before happens first.
    fn request(&mut self, at: i64, name: &str) {
        self.until(at);
        let transaction: TransactionId = name.parse().unwrap();
        self.bench.handle(What::Request {
            saga: saga_id::<Errand>(&transaction),
            request: payload(Request { what: "bread".into() }),
            asked: payload(()),
            at: None,
            trace_parent: None,
        });
        self.answer_all();
    }

    fn until(&mut self, second: i64) {
        let at = fundflow_kernel::time::Timestamp::default().plus_millis(second * 1000);
        while self.bench.runner.next_timer().is_some_and(|due| due <= at) {
            self.bench.ring();
            self.answer_all();
        }
        self.bench.now = at.max(self.bench.now);
    }

    fn answer_all(&mut self) {
        let mut calls: VecDeque<Effect> = self.bench.last.effects.clone().into();
        while let Some(effect) = calls.pop_front() {
            self.calls.push((self.second(), format!("{effect:?}")));
            let answer = payload((self.says)(&effect.key));
            self.bench.handle(What::Answer(Box::new(Answered { effect, answer })));
            calls.extend(self.bench.last.effects.clone());
        }
    }

    /// Seconds at which that saga's call was made or asked about.
    fn asked(&self, name: &str) -> Vec<i64> {
        let about = |line: &str| line.contains(&format!(" {name}."));
        self.calls.iter().filter(|(_, line)| about(line)).map(|(second, _)| *second).collect()
    }
}

#[test]
fn silence_about_six_calls_keeps_no_other_call_waiting() {
    let mut play = Play::with(|key| if key.starts_with("Z-") { Answer::Unknown } else { DONE });
    for n in 0..6 {
        play.request(n, &format!("Z-{n}"));
    }
    let healthy: Vec<i64> = (0..200).map(|n| 7 + n * 37).collect();
    for second in &healthy {
        play.request(*second, &format!("N-{second}"));
    }

    for second in &healthy {
        assert_eq!(play.asked(&format!("N-{second}")), [*second], "called at once");
    }
    assert!(play.asked("Z-0").len() > 10, "who is silent is asked for all the same");
}

#[test]
fn who_says_not_yet_is_well_and_asked_by_everybody() {
    let mut play = Play::with(|_| Answer::Pending);
    for n in 0..20 {
        play.request(0, &format!("P-{n}"));
    }

    assert!((0..20).all(|n| play.asked(&format!("P-{n}")) == [0]));
    play.until(60);
    assert!((0..20).all(|n| play.asked(&format!("P-{n}")).len() == 3), "on its own schedule");
}

#[test]
fn a_dead_counterparty_is_asked_by_few_and_all_go_on_as_soon_as_it_is_back() {
    let mut play = Play::with(|_| Answer::Unknown);
    for n in 0..1000 {
        play.request(n, &format!("D-{n}"));
    }
    let calls = play.calls.iter().filter(|(second, _)| (300..900).contains(second)).count();
    assert!((18..=22).contains(&calls), "{calls} calls in ten minutes");
    let called = (0..1000).filter(|n| !play.asked(&format!("D-{n}")).is_empty()).count();
    assert!(called < 50, "{called} sagas have called");

    play.says = |_| DONE;
    play.until(1000 + 60);

    assert_eq!(play.bench.runner.open(), 0, "all are over within a minute");
}

#[test]
fn who_waits_for_a_counterparty_that_answers_nobody_is_given_up_at_its_deadline() {
    let mut play = Play::with(|_| Answer::Unknown);
    for n in 0..20 {
        play.request(0, &format!("D-{n}"));
    }
    let deadline = When::Soon.after(fundflow_kernel::time::Timestamp::default());
    let second = deadline.micros() / 1_000_000;
    play.until(second - 1);
    let parked = |play: &Play, n: i64| {
        let saga = saga_id::<Errand>(&format!("D-{n}").parse().unwrap());
        matches!(play.bench.runner.rest_of(&saga), Some(Rest::Parked(_)))
    };
    assert!((0..20).all(|n| !parked(&play, n)));

    play.until(second);

    assert!((0..20).all(|n| parked(&play, n)));
}

#[test]
fn a_call_that_waited_too_long_is_not_made_any_more() {
    let mut play = Play::on(&TODAY, |_| Answer::Unknown);
    for n in 0..20 {
        play.request(0, &format!("D-{n}"));
    }
    play.until(60);
    let called: Vec<i64> = (0..20).filter(|n| !play.asked(&format!("D-{n}")).is_empty()).collect();
    let waiting: Vec<i64> = (0..20).filter(|n| play.asked(&format!("D-{n}")).is_empty()).collect();

    let refused = |n: &i64| {
        let slate = format!("slate-D-{n}");
        play.bench
            .log
            .iter()
            .any(|it| it.stream.as_str() == slate && it.event.data.contains("refused"))
    };
    assert!(!waiting.is_empty() && waiting.iter().all(refused), "{waiting:?}");
    assert!(!called.iter().any(refused), "whoever called may have been heard");
}

#[test]
fn an_answer_that_a_damaged_saga_cannot_record_makes_room_for_the_next_call() {
    let mut bench = Bench::on(&CALLS);
    bench.runner.set_limits(Limits { in_flight: 1, ..Limits::default() });
    bench.request();
    let call = bench.last.effects.last().unwrap().clone();
    bench.request_under(&"TX-2".parse().unwrap());
    assert_eq!(bench.sent(), [""; 0], "one call at a time");
    // Its marks are on another slate from now on, which nobody can read.
    bench.say(Answer::Moves);
    let needs = bench.runner.starving().unwrap();
    assert_eq!(needs.len(), 1);
    let damage = Damage { place: "slate-TX-1.2".into(), what: "the disk hums".into() };
    bench.runner.provide_damaged(&needs[0], damage);
    bench.runner.go_on(bench.now);
    bench.commit();
    assert_eq!(bench.sent(), [""; 0], "the first call is still out");

    bench.reply(call, DONE);

    assert_eq!(bench.sent(), ["call TX-2.asked at friend"]);
}
