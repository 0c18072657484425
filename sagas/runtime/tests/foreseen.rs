//! What would follow, before anybody does it, is what follows.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{Answer, Bench, ENDED, Errand, Mark, Slate, When::Soon, transaction};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    streams::{Damage, Key},
};
use fundflow_runtime::{
    foresee::{Foreseeing, Foreseen},
    kind::{payload, saga_id},
    message::{Action, What},
    runner::Runner,
    step::{Exit, Move, Step, Table, act, call, well_formed},
};
use std::sync::Arc;

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

fn waiting() -> Bench {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    bench
}

fn slate() -> StreamName {
    Key::<Slate>::of(&transaction()).stream().clone()
}

/// As an engine does it, out of that log.
fn foreseen(bench: &Bench, what: What, damaged: Option<&StreamName>) -> Result<Foreseen, Arc<str>> {
    let mut runner = Runner::new();
    runner.register(Arc::new(Errand(&CALLS)));
    let saga = saga_id::<Errand>(&transaction());
    let mut foreseeing = Foreseeing::of(runner, &saga, what, bench.now);
    for _ in 0..20 {
        let needs = foreseeing.needs();
        if needs.is_empty() {
            return foreseeing.decided();
        }
        for need in needs {
            let history = bench.log.iter().filter(|it| it.stream == *need.stream());
            let history: Vec<Recorded> = history.cloned().collect();
            let torn = || Damage { place: "slate-TX-1@1".into(), what: "torn".into() };
            let damaged = damaged == Some(need.stream());
            let history = if damaged { Err(torn()) } else { Ok(&history[..]) };
            foreseeing.provide(&need, history);
        }
    }
    panic!("it asks for what it has");
}

#[test]
fn what_follows_on_a_stream_that_was_not_read_yet_is_foreseen_too() {
    let mut bench = waiting();
    let news = What::Notice { stream: slate(), news: payload(Answer::Moves) };
    let foreseen = foreseen(&bench, news, None).unwrap();
    let foreseen: Vec<_> =
        foreseen.events.iter().map(|it| (it.stream.to_string(), it.event_type.clone())).collect();

    let before = bench.log.len();
    bench.say(Answer::Moves);
    bench.feed();
    bench.commit();
    let stored = bench.log[before..][..foreseen.len()].iter();
    let stored: Vec<_> =
        stored.map(|it| (it.stream.to_string(), it.event.event_type.to_string())).collect();
    assert_eq!(foreseen, stored);
    let second = ("slate-TX-1.2".to_owned(), "slate.marked".to_owned());
    assert!(foreseen.contains(&second), "{foreseen:?}");
}

#[test]
fn a_stream_that_cannot_be_read_is_said_with_its_place() {
    let skip = Action::SkipToLanding { reason: "now".into() };
    let saga = saga_id::<Errand>(&transaction());
    let act = What::Act { saga, action: skip, operator: "li".into() };
    let said = foreseen(&waiting(), act, Some(&slate())).unwrap_err();
    assert!(said.contains("slate-TX-1@1") && said.contains("torn"), "{said}");
}

/// As where another saga needs the same stream, and it is read for that one first.
#[test]
fn who_stands_still_for_what_was_read_for_another_is_still_to_go_on() {
    let mut bench = waiting();
    bench.say(Answer::Moves);
    let needs = bench.runner.starving().unwrap();
    for need in &needs {
        bench.provide(need);
    }
    assert_eq!(bench.runner.starving().map(|needs| needs.len()), Some(0));

    bench.runner.go_on(bench.now);
    assert!(bench.runner.starving().is_none());
    let before = bench.log.len();
    bench.commit();
    let marked = bench.log[before..].iter().any(|it| it.stream.as_str() == "slate-TX-1.2");
    assert!(marked, "{:?}", &bench.log[before..]);
}
