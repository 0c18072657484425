//! What fails in the middle has decided nothing: a row, an answer, news.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{Answer, Bench, ENDED, Errand, HALF, Mark, TORN, When::Soon};
use fundflow_runtime::{
    message::Rest,
    step::{Exit, Move, Step, Table, act, call, well_formed},
};

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));

/// A call whose answer may be read by halves only.
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

/// A row that can be done by halves only.
static ROW: Table<Errand> = Table {
    version: "row.v1",
    title: "A row that fails in the middle",
    steps: &[FIRST, act("tear", TORN, TORN).row(Exit::Landing(&[END], None))],
    beside: &[],
};
const _: () = assert!(well_formed(&ROW), "a sound table");

/// The same, and each half stands without the other.
static HALVES: Table<Errand> = Table {
    version: "halves.v1",
    title: "A row that goes as far as it can",
    steps: &[FIRST, act("tear", HALF, TORN).row(Exit::Landing(&[END], None))],
    beside: &[],
};
const _: () = assert!(well_formed(&HALVES), "a sound table");

static TABLES: &[&Table<Errand>] = &[&CALLS, &ROW, &HALVES];

const STARTED: [&str; 2] = ["errand.prepared", r#"{"mark":"started"}"#];

fn parked(bench: &Bench) -> String {
    match bench.last.rests.last() {
        Some((_, Rest::Parked(cause))) => cause.code.to_string(),
        other => panic!("not parked: {other:?}"),
    }
}

#[test]
fn a_row_that_fails_in_the_middle_is_parked_and_nothing_of_it_is_stored() {
    let mut bench = Bench::on(&ROW);
    bench.request();
    assert_eq!(parked(&bench), "unknown");
    assert_eq!(bench.stored(), [&STARTED[..], &["errand.parked"]].concat());
}

#[test]
fn what_stands_by_itself_is_stored_and_the_rest_fails_alone() {
    let mut bench = Bench::on(&HALVES);
    bench.request();
    assert_eq!(parked(&bench), "unknown");
    let half = [r#"{"mark":"half"}"#, "errand.parked"];
    assert_eq!(bench.stored(), [&STARTED[..], &half].concat());
}

#[test]
fn an_answer_that_fails_in_the_middle_is_parked_and_nothing_of_it_is_stored() {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    bench.answer(Answer::Torn);
    assert_eq!(parked(&bench), "defect");
    assert_eq!(bench.stored(), [&STARTED[..], &["errand.parked"]].concat());
    // The folds are as the log is: what is heard next continues it.
    bench.tell("asked");
    let woken = [r#"{"mark":"asked"}"#, "errand.resumed", "errand.done"];
    assert_eq!(bench.stored()[3..], woken);
}

#[test]
fn news_that_fails_in_the_middle_is_alerted_and_nothing_of_it_is_stored() {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    bench.say(Answer::Torn);
    assert_eq!(bench.stored(), STARTED);
    assert_eq!(bench.last.alerts.len(), 1);
}
