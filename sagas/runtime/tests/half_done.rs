//! What follows from what is stored is done by the process that comes after a death, wherever the saga stands.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{Answer, Bench, ENDED, Errand, Mark, When::Soon};
use fundflow_runtime::step::{Exit, Move, Step, Table, act, call, well_formed};

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));

/// A call, and the end.
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

static TABLES: &[&Table<Errand>] = &[&CALLS];

const FOLLOWED: &str = r#"{"mark":"followed"}"#;

fn waiting() -> Bench {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    bench
}

fn parked() -> Bench {
    let mut bench = waiting();
    bench.until_parked();
    bench
}

fn over() -> Bench {
    let mut bench = waiting();
    bench.answer(Answer::Marks("asked"));
    assert!(bench.stored().contains(&"errand.done".to_owned()));
    bench
}

#[test]
fn what_follows_is_done_at_once_and_once_only() {
    for bench in [waiting, parked, over] {
        let mut bench = bench();
        bench.tell("said");
        assert_eq!(bench.stored().last().unwrap(), FOLLOWED);
        let stored = bench.stored();
        assert_eq!(bench.restarted(&CALLS).stored(), stored);
    }
}

#[test]
fn a_death_before_it_leaves_it_to_the_next_process_also_where_the_saga_is_parked_or_over() {
    for bench in [waiting, parked, over] {
        let mut bench = bench();
        bench.tell("said");
        let stored = bench.stored();
        bench.log.pop();
        assert_eq!(bench.restarted(&CALLS).stored(), stored);
    }
}
