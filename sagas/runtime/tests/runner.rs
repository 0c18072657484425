//! The runner on tables of a few rows: lanes beside the table, parking, ends, and what is forgotten.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{
    Answer, Bench, ENDED, Errand, Mark, NOTHING_OWED,
    When::{self, Later, Soon},
    transaction,
};
use fundflow_kernel::time::Timestamp;
use fundflow_runtime::{
    kind::{Kind, Of, saga_id},
    liveness::Wait,
    message::{Action, Reply, Rest, What},
    step::{Deed, Exit, Move, Step, Table, act, call, wait, well_formed, word},
};
use std::sync::Arc;

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));

/// A row waits for what a lane beside the table does by itself.
static LANE: Table<Errand> = Table {
    version: "lane.v1",
    title: "A lane that decides",
    steps: &[FIRST, wait("paid", NOTHING_OWED).row(Exit::Landing(&[END], None))],
    beside: &[act("pay", Mark("paid"), NOTHING_OWED).beside()],
};

/// A call, and one that is still owed after the end.
static CALLS: Table<Errand> = Table {
    version: "calls.v1",
    title: "A call",
    steps: &[
        FIRST,
        call("ask", Mark("asked"), Mark("asked"), Soon)
            .row(Exit::Landing(&[END], None))
            .unless(Mark("refused"), Some(Mark("refused"))),
    ],
    beside: &[call("pay", Mark("paid"), NOTHING_OWED, Soon).after_the_end()],
};

/// Whose way out ends nothing.
static ENDLESS: Table<Errand> = Table {
    version: "endless.v1",
    title: "No end",
    steps: &[
        act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[])),
        act("go", Mark("gone"), Mark("gone")).row(Exit::Landing(&[], None)),
    ],
    beside: &[],
};

/// Whose first row can be rejected: nothing above it would end the saga.
static TOPPLES: Table<Errand> = Table {
    version: "topples.v1",
    title: "A first row that can be rejected",
    steps: &[
        FIRST.unless(Mark("refused"), None),
        act("go", Mark("gone"), Mark("gone")).row(Exit::Landing(&[END], None)),
    ],
    beside: &[],
};

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

static TABLES: &[&Table<Errand>] = &[&LANE, &CALLS, &ENDLESS, &TOPPLES, &TIMED];

fn waits(bench: &Bench) -> Vec<Wait> {
    Of(Arc::new(Errand(&LANE))).look(&transaction(), &bench.log).unwrap().waits
}

#[test]
fn a_row_that_waits_for_a_lane_goes_on_when_the_lane_has_decided() {
    let mut bench = Bench::on(&LANE);
    bench.tell("owed");
    assert_eq!(bench.stored(), [""; 0], "nobody's slate");

    bench.request();
    assert_eq!(bench.stored()[2..], ["errand.done"], "nothing was owed");

    let mut bench = Bench::on(&LANE);
    bench.log = owed();
    bench.request();
    let stored = bench.stored();
    let paid = [r#"{"mark":"started"}"#, r#"{"mark":"paid"}"#, "errand.done"];
    assert_eq!(stored[stored.len() - 3..], paid);
    assert_eq!(waits(&bench), []);
}

/// A slate with a debt on it before anybody asks.
fn owed() -> Vec<fundflow_kernel::envelope::Recorded> {
    let mut other = Bench::on(&CALLS);
    other.request();
    other.tell("owed");
    other.log.retain(|it| it.event.data.contains("owed"));
    let mut loaded = fundflow_kernel::loaded::Loaded::<common::Slate>::default();
    let key = fundflow_kernel::streams::Key::<common::Slate>::of(&transaction());
    let event = &other.log[0].event;
    let meta = fundflow_kernel::loaded::Meta {
        correlation: transaction(),
        process: "errand".into(),
        causation: "given".into(),
        actor: event.actor.clone(),
        trace_parent: None,
        occurred_at: event.occurred_at,
        recorded_at: event.recorded_at,
        trade_date: None,
    };
    let mut batch = Vec::new();
    loaded.decide(key.stream(), &"owed".into(), &meta, &mut batch).unwrap();
    other.log[0].event = batch.remove(0).events.remove(0);
    other.log[0].version = fundflow_kernel::store::Version(1);
    other.log
}

#[test]
fn what_is_parked_is_asked_for_slowly_from_then_on() {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    bench.until_parked();

    assert!(bench.runner.next_timer().is_some(), "parked, and nobody is asked any more");
    bench.ring();
    assert_eq!(bench.sent(), ["query TX-1.asked at friend"]);
    bench.answer(Answer::Marks("asked"));
    let stored = bench.stored();
    let woken = [r#"{"mark":"asked"}"#, "errand.resumed", "errand.done"];
    assert_eq!(stored[stored.len() - 3..], woken);
}

#[test]
fn a_lane_works_once_the_saga_has_ended() {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    bench.tell("owed");
    assert_eq!(bench.sent(), [""; 0], "not before the end");
    assert_eq!(waits(&bench), [Wait::Answer { row: "ask".into(), port: common::friend() }]);

    bench.tell("asked");
    assert_eq!(bench.sent(), ["call TX-1.paid at friend"]);
    assert_eq!(waits(&bench), [Wait::Answer { row: "pay".into(), port: common::friend() }]);
    bench.answer(Answer::Marks("paid"));
    assert_eq!(waits(&bench), []);
}

#[test]
fn a_command_of_our_own_can_have_its_time() {
    let mut bench = Bench::on(&TIMED);
    bench.request();
    let due = Some(When::Soon.after(bench.now));
    assert_eq!(waits(&bench), [Wait::Time { row: "go".into(), due }]);

    bench.ring();
    assert_eq!(Some(bench.now), due);
    let asks = Some(When::Later.after(Timestamp::default()));
    assert_eq!(waits(&bench), [Wait::Word { row: "hear".into(), port: common::friend(), asks }]);
}

#[test]
fn an_operators_refusal_does_not_wait_for_the_time_at_which_others_are_asked() {
    let mut bench = Bench::on(&TIMED);
    bench.request();
    bench.ring();
    bench.handle(What::Act {
        saga: saga_id::<Errand>(&transaction()),
        action: Action::SkipToLanding { reason: "it never comes".into() },
        operator: "chen".into(),
    });

    let stored = bench.stored();
    let left = ["errand.landing_chosen", r#"{"mark":"refused"}"#, "errand.done"];
    assert_eq!(stored[stored.len() - 3..], left);
}

#[test]
fn a_table_that_ends_nothing_calls_a_person() {
    let mut bench = Bench::on(&ENDLESS);
    bench.request();

    let parked = &bench.last.rests[0].1;
    let Rest::Parked(cause) = parked else { panic!("{parked:?}") };
    assert_eq!(&*cause.code, "no_end");
    assert_eq!(bench.stored().last().unwrap(), "errand.parked");
}

#[test]
fn a_table_whose_first_row_can_be_rejected_is_not_well_formed() {
    assert!(well_formed(&LANE) && well_formed(&CALLS));
    assert!(!well_formed(&TOPPLES));
}

#[test]
fn who_was_only_watched_leaves_memory() {
    let mut bench = Bench::on(&LANE);
    bench.handle(What::Watch { saga: saga_id::<Errand>(&transaction()) });

    assert!(matches!(bench.last.replies[0].1, Reply::NotActed(_)));
    assert_eq!(bench.runner.open(), 0);
}

#[test]
fn who_has_decided_what_is_not_durable_is_not_dismissed() {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    bench.tell("asked");
    let prepared = bench.log.iter().take_while(|it| it.event.event_type != "errand.done");
    let log = prepared.cloned().collect();
    let mut other = Bench { log, ..Bench::on(&CALLS) };

    let saga = other.runner.restore("errand", &transaction()).unwrap();
    loop {
        let missing = other.runner.missing(&saga);
        if missing.is_empty() {
            break;
        }
        for need in &missing {
            other.provide(need);
        }
    }
    assert!(!other.runner.dismiss(&saga), "it is not over");
    other.runner.wake(&saga, other.now);
    assert!(!other.runner.dismiss(&saga), "it is over, and that is not durable");
    other.commit();
    assert_eq!(other.stored().last().unwrap(), "errand.done");
    assert_eq!(other.runner.open(), 0, "now it is");
}

#[test]
fn a_command_that_is_refused_has_decided_nothing_wherever_it_is_refused() {
    let mut bench = Bench::on(&CALLS);
    bench.request();
    let before = bench.stored();
    let refuse = |bench: &mut Bench| {
        bench.handle(What::Command {
            saga: saga_id::<Errand>(&transaction()),
            command: fundflow_runtime::kind::payload(()),
            actor: fundflow_kernel::envelope::Actor::Operator("chen".into()),
            at: None,
        });
        assert!(matches!(bench.last.replies[..], [(1, Reply::Refused(..))]));
    };
    refuse(&mut bench);
    assert_eq!(bench.stored(), before);

    // What comes next follows what is stored, and a restart can read it.
    bench.tell("paid");
    refuse(&mut bench);
    let after = bench.stored();
    assert_eq!(after[before.len()..], [r#"{"mark":"paid"}"#]);
    let mut bench = bench.restarted(&CALLS);
    refuse(&mut bench);
    assert_eq!(bench.stored(), after);
}

#[test]
fn a_name_that_is_reserved_is_refused_before_anything_is_read_or_stored_for_it() {
    let mut bench = Bench::on(&CALLS);
    bench.request_under(&"rehearsal.7".parse().unwrap());
    assert!(bench.stored().is_empty() && bench.sent().is_empty());
    let refused = "rehearsal.7 has the form of a rehearsal (rehearsal.{n}), which the engine itself gives; use \
                   a transaction ID of another form";
    let Some((_, Reply::NotActed(error))) = bench.last.replies.pop() else { panic!("placed") };
    assert_eq!(error.to_string(), refused);
    bench.request();
    assert!(!bench.stored().is_empty());
}
