//! A saga that is parked for want of an answer, and whose call turns out never to have arrived.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{Answer, Bench, ENDED, Errand, Mark, NOTHING_OWED, When::Soon, transaction};
use fundflow_runtime::{
    kind::saga_id,
    message::{Action, Rest, What},
    step::{Exit, Late, Move, Step, Table, act, call, well_formed},
};

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));
const ASK: Step<Errand> = call("ask", Mark("asked"), Mark("asked"), Soon)
    .row(Exit::Landing(&[END], None))
    .unless(Mark("refused"), Some(Mark("refused")));

/// A call that can be made at any time.
static LATE: Table<Errand> = Table {
    version: "late.v1",
    title: "A call that may be late",
    steps: &[FIRST, ASK],
    beside: &[call("pay", Mark("paid"), NOTHING_OWED, Soon).beside()],
};

/// A call that nobody wants any more once its time is over.
static IN_TIME: Table<Errand> = Table {
    version: "in_time.v1",
    title: "A call that must be in time",
    steps: &[FIRST, ASK.late(Late::Refused)],
    beside: &[],
};

/// A call of which a person decides once its time is over.
static ASKS: Table<Errand> = Table {
    version: "asks.v1",
    title: "A call that a person decides on",
    steps: &[FIRST, ASK.late(Late::Person)],
    beside: &[],
};

/// Nobody could refuse the row.
static UNREFUSED: Table<Errand> = Table {
    version: "unrefused.v1",
    title: "A row that cannot be refused",
    steps: &[
        FIRST,
        call("ask", Mark("asked"), Mark("asked"), Soon)
            .row(Exit::Landing(&[END], None))
            .unless(Mark("refused"), None)
            .late(Late::Refused),
    ],
    beside: &[],
};

/// Something may still be owed after the end.
static OWES: Table<Errand> = Table {
    version: "owes.v1",
    title: "A debt after the end",
    steps: &[FIRST, act("go", Mark("gone"), Mark("gone")).row(Exit::Landing(&[END], None))],
    beside: &[call("pay", Mark("paid"), NOTHING_OWED, Soon).after_the_end()],
};

static TABLES: &[&Table<Errand>] = &[&LATE, &IN_TIME, &ASKS, &OWES];

const QUERY: &str = "query TX-1.asked at friend";
const CALL: &str = "call TX-1.asked at friend";

/// Parked at its call, and asked again.
fn parked(table: &'static Table<Errand>) -> Bench {
    let mut bench = Bench::on(table);
    bench.request();
    bench.until_parked();
    bench.ring();
    assert_eq!(bench.sent(), [QUERY]);
    bench
}

fn stored_last(bench: &Bench, many: usize) -> Vec<String> {
    let stored = bench.stored();
    stored[stored.len() - many..].to_vec()
}

#[test]
fn a_call_that_never_arrived_is_made_while_the_saga_is_parked_and_its_answer_wakes_it() {
    let mut bench = parked(&LATE);
    bench.answer(Answer::NotFound);
    assert_eq!(bench.sent(), [CALL]);
    assert_eq!(stored_last(&bench, 1), ["errand.parked"], "nothing is known yet");

    bench.answer(Answer::Marks("asked"));

    let woken = [r#"{"mark":"asked"}"#, "errand.resumed", "errand.done"];
    assert_eq!(stored_last(&bench, 3), woken);
}

#[test]
fn a_call_that_was_made_while_parked_is_asked_about_before_it_is_made_again() {
    let mut bench = parked(&LATE);
    let events = bench.log.len();
    for _ in 0..3 {
        bench.answer(Answer::NotFound);
        assert_eq!(bench.sent(), [CALL]);
        bench.answer(Answer::Unknown);
        assert_eq!(bench.sent(), [""; 0], "it is asked for slowly");
        bench.ring();
        assert_eq!(bench.sent(), [QUERY]);
    }
    assert_eq!(bench.log.len(), events, "nobody is called for it again");
}

#[test]
fn to_the_call_itself_never_heard_of_it_is_no_answer() {
    let mut bench = parked(&LATE);
    bench.answer(Answer::NotFound);
    bench.answer(Answer::NotFound);
    assert_eq!(bench.sent(), [""; 0]);
    bench.ring();
    assert_eq!(bench.sent(), [QUERY]);
}

#[test]
fn a_restart_in_between_changes_nothing() {
    let mut bench = parked(&LATE).restarted(&LATE);
    assert_eq!(bench.sent(), [""; 0]);
    bench.ring();
    assert_eq!(bench.sent(), [QUERY]);
    bench.answer(Answer::NotFound);
    assert_eq!(bench.sent(), [CALL]);
}

/// Parked since nobody says what became of the payment, and asked again.
fn owing(table: &'static Table<Errand>) -> Bench {
    let mut bench = Bench::on(table);
    bench.request();
    bench.tell("owed");
    while !matches!(bench.last.rests.last(), Some((_, Rest::Parked(_)))) {
        match bench.last.effects.iter().find(|effect| &*effect.key == "TX-1.paid").cloned() {
            Some(effect) => bench.reply(effect, Answer::Unknown),
            None => bench.ring(),
        }
    }
    assert_eq!(stored_last(&bench, 1), ["errand.parked"]);
    while bench.sent() != ["query TX-1.paid at friend"] {
        bench.ring();
    }
    bench
}

#[test]
fn a_lane_beside_the_table_is_called_again_as_well() {
    let mut bench = owing(&LATE);
    bench.answer(Answer::NotFound);
    assert_eq!(bench.sent(), ["call TX-1.paid at friend"]);
    bench.answer(Answer::Marks("paid"));
    assert_eq!(stored_last(&bench, 2), [r#"{"mark":"paid"}"#, "errand.resumed"]);
}

#[test]
fn a_death_between_the_late_answer_and_its_waking_leaves_nobody_parked_for_good() {
    for table in [&LATE, &OWES] {
        let mut bench = owing(table);
        let effect = bench.last.effects[0].clone();
        bench.reply(effect, Answer::Marks("paid"));
        assert_eq!(stored_last(&bench, 2), [r#"{"mark":"paid"}"#, "errand.resumed"]);
        bench.log.pop();

        let bench = bench.restarted(table);

        assert_eq!(stored_last(&bench, 1), ["errand.resumed"], "{}", table.version);
    }
}

#[test]
fn a_call_that_must_be_in_time_is_refused_instead_once_it_is_known_never_to_have_arrived() {
    let mut bench = parked(&IN_TIME);

    bench.answer(Answer::NotFound);

    assert_eq!(bench.sent(), [""; 0], "no call is made");
    let left = [r#"{"mark":"refused"}"#, "errand.resumed", "errand.done"];
    assert_eq!(stored_last(&bench, 3), left);
}

#[test]
fn a_call_that_must_be_in_time_is_not_made_late_by_who_was_not_there_in_time_either() {
    let mut bench = Bench::on(&IN_TIME);
    bench.request();
    bench.now = Soon.after(bench.now);
    let mut bench = bench.restarted(&IN_TIME);
    assert_eq!(bench.sent(), [QUERY], "it may have been made before");

    bench.answer(Answer::NotFound);

    assert_eq!(stored_last(&bench, 2), [r#"{"mark":"refused"}"#, "errand.done"]);
}

#[test]
fn a_call_that_must_be_in_time_is_made_as_long_as_it_is() {
    let mut bench = Bench::on(&IN_TIME);
    bench.request();
    let mut bench = bench.restarted(&IN_TIME);
    bench.answer(Answer::NotFound);
    assert_eq!(bench.sent(), [CALL]);
}

#[test]
fn a_call_that_a_person_decides_on_is_asked_about_slowly_and_not_made() {
    let mut bench = parked(&ASKS);
    let events = bench.log.len();
    for _ in 0..3 {
        bench.answer(Answer::NotFound);
        assert_eq!(bench.sent(), [""; 0]);
        bench.ring();
        assert_eq!(bench.sent(), [QUERY]);
    }
    assert_eq!(bench.log.len(), events);

    bench.handle(What::Act {
        saga: saga_id::<Errand>(&transaction()),
        action: Action::Resume { reason: "the friend is back".into() },
        operator: "chen".into(),
    });
    assert_eq!(bench.sent(), [QUERY]);
    bench.answer(Answer::NotFound);
    let Some((_, Rest::Parked(cause))) = bench.last.rests.last() else { panic!("not parked") };
    assert_eq!(&*cause.code, "too_late");
}

#[test]
fn who_is_parked_for_a_dispute_is_not_called_anew() {
    let mut bench = Bench::on(&LATE);
    bench.request();
    let call = bench.last.effects.last().unwrap().clone();
    bench.say(Answer::Disputed("odd"));
    assert_eq!(stored_last(&bench, 1), ["errand.parked"]);
    bench.reply(call, Answer::Unknown);
    for _ in 0..3 {
        while bench.sent() != [QUERY] {
            bench.ring();
        }
        bench.answer(Answer::NotFound);
        assert_eq!(bench.sent(), [""; 0], "a person decides");
    }
}

#[test]
fn a_row_that_nobody_can_refuse_cannot_be_refused_for_being_late() {
    assert!(TABLES.iter().all(|table| well_formed(table)));
    assert!(!well_formed(&UNREFUSED));
}
