//! A milestone leads a saga to another table: it goes on from the row on which both stand, by the rows and lanes
//! of the other one, in memory as after a restart.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{Answer, Bench, ENDED, Errand, Mark, NOTHING_OWED, When::Soon, transaction};
use fundflow_runtime::{
    look::look,
    port::Ask,
    step::{Exit, Move, Side, Step, Table, act, call, well_formed},
};

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));
const ASK: Step<Errand> = call("ask", Mark("asked"), Mark("asked"), Soon)
    .row(Exit::Nothing)
    .unless(Mark("refused"), Some(Mark("refused")));
const PAY: Side<Errand> = call("pay", Mark("paid"), NOTHING_OWED, Soon).beside();
const SEND: Side<Errand> = act("send", Mark("sent"), Mark("sent")).after_the_end();

static ONE: Table<Errand> = Table {
    version: "one.v1",
    title: "Straight home",
    steps: &[FIRST, ASK, act("go", Mark("gone"), Mark("gone")).row(Exit::Landing(&[END], None))],
    beside: &[PAY],
};
const _: () = assert!(well_formed(&ONE), "a sound table");

static OTHER: Table<Errand> = Table {
    version: "other.v1",
    title: "By the mill",
    steps: &[
        FIRST,
        ASK,
        act("grind", Mark("ground"), Mark("ground")).row(Exit::Landing(&[END], None)),
    ],
    beside: &[SEND, PAY],
};
const _: () = assert!(well_formed(&OTHER), "a sound table");

static TABLES: &[&Table<Errand>] = &[&ONE, &OTHER];

/// A debt is being paid when it is led to the other table.
fn led() -> (Bench, fundflow_runtime::message::Effect, fundflow_runtime::message::Effect) {
    let mut bench = Bench::on(&ONE);
    bench.request();
    let ask = bench.last.effects.last().unwrap().clone();
    bench.tell("owed");
    let pay = bench.last.effects.last().unwrap().clone();
    bench.say(Answer::Leads);
    (bench, ask, pay)
}

#[test]
fn it_goes_on_by_the_rows_of_the_other_table() {
    let (mut bench, ask, _) = led();
    let again = bench.last.effects.last().unwrap().clone();
    bench.reply(again, Answer::Marks("paid"));
    let mut bench = bench.restarted(&ONE);
    let sent = bench.last.effects.last().cloned();
    bench.reply(sent.unwrap_or(ask), Answer::Marks("asked"));
    let stored = bench.stored();
    assert!(stored.iter().any(|it| it.contains("ground")), "{stored:?}");
    assert!(!stored.iter().any(|it| it.contains("gone")), "{stored:?}");
    let look = look(&Errand(&ONE), &transaction(), &bench.log).unwrap();
    assert_eq!((look.table.as_str(), look.ending), ("other.v1", Some("errand.done")));
    assert!(look.finished && look.groundless.is_empty(), "{look:#?}");
    let rows: Vec<_> = look.timeline.iter().map(|line| line.row).collect();
    assert_eq!(rows, ["start", "ask", "grind", "end", "send", "pay"]);
}

#[test]
fn what_a_lane_asked_that_stands_elsewhere_now_is_asked_anew_and_its_answer_is_news() {
    let (mut bench, ask, pay) = led();
    let again = bench.last.effects.last().unwrap().clone();
    assert_eq!((&again.key, again.ask), (&pay.key, Ask::Query), "it may have been paid");
    bench.reply(pay, Answer::Marks("paid"));
    bench.reply(again, Answer::Marks("paid"));
    bench.reply(ask, Answer::Marks("asked"));
    let look = look(&Errand(&ONE), &transaction(), &bench.log).unwrap();
    assert!(look.finished, "{look:#?}");
}
