//! A lane beside the table that waits for a person keeps itself alone: what does not hang on it goes on.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod common;

use common::{Answer, Bench, ENDED, Errand, Mark, NOTHING_OWED, When::Soon, transaction};
use fundflow_runtime::{
    kind::saga_id,
    message::{Action, Rest, What},
    step::{Deed, Exit, Move, Side, Step, Table, act, call, wait, well_formed},
};

const END: Move<Errand> = act("end", ENDED, ENDED).to();
const FIRST: Step<Errand> = act("start", Mark("started"), Mark("started")).row(Exit::Undo(&[END]));
/// A command of our own that has its time.
const LATER: Deed<Errand> = Deed { asks: Some(Soon), ..act("go", Mark("gone"), Mark("gone")) };
const PAY: Side<Errand> = call("pay", Mark("paid"), NOTHING_OWED, Soon).beside();
const SEND: Side<Errand> = act("send", Mark("sent"), Mark("sent")).after_the_end();

/// The end does not ask whether anything is owed.
static ALONE: Table<Errand> = Table {
    version: "alone.v1",
    title: "A debt beside an errand",
    steps: &[FIRST, LATER.row(Exit::Landing(&[END], None))],
    beside: &[PAY, SEND],
};
const _: () = assert!(well_formed(&ALONE), "a sound table");

/// The end waits until nothing is owed.
static TOGETHER: Table<Errand> = Table {
    version: "together.v1",
    title: "An errand that ends when its debt is paid",
    steps: &[
        FIRST,
        LATER.row(Exit::Landing(&[wait("paid at last", NOTHING_OWED).to(), END], None)),
    ],
    beside: &[PAY, SEND],
};
const _: () = assert!(well_formed(&TOGETHER), "a sound table");

/// The row itself may come to wait for a person.
static BOTH: Table<Errand> = Table {
    version: "both.v1",
    title: "A call and a debt",
    steps: &[
        FIRST,
        call("ask", Mark("asked"), Mark("asked"), Soon)
            .row(Exit::Landing(&[END], None))
            .unless(Mark("refused"), Some(Mark("refused"))),
    ],
    beside: &[PAY],
};
const _: () = assert!(well_formed(&BOTH), "a sound table");

static TABLES: &[&Table<Errand>] = &[&ALONE, &TOGETHER, &BOTH];

/// The debt is in dispute.
fn owing(table: &'static Table<Errand>) -> Bench {
    let mut bench = Bench::on(table);
    bench.request();
    let asked = bench.last.effects.first().cloned();
    bench.tell("owed");
    let pay = bench.last.effects.iter().find(|effect| &*effect.key == "TX-1.paid");
    bench.reply(pay.cloned().unwrap(), Answer::Disputed("odd"));
    assert!(matches!(bench.last.rests.last(), Some((_, Rest::Parked(_)))));
    if let Some(asked) = asked {
        bench.reply(asked, Answer::Unknown);
    }
    bench
}

fn until_due(bench: &mut Bench) {
    let due = Soon.after(fundflow_kernel::time::Timestamp::default());
    while bench.runner.next_timer().is_some_and(|at| at <= due) {
        bench.ring();
        if let Some(effect) = bench.last.effects.last().cloned() {
            bench.reply(effect, Answer::Unknown);
        }
    }
}

fn count(bench: &Bench, event: &str) -> usize {
    bench.stored().iter().filter(|it| **it == *event).count()
}

#[test]
fn rows_that_do_not_hang_on_it_go_on_to_the_end_and_after() {
    for restarts in [false, true] {
        let mut bench = owing(&ALONE);
        if restarts {
            bench = bench.restarted(&ALONE);
        }
        until_due(&mut bench);
        assert_eq!(count(&bench, r#"{"mark":"gone"}"#), 1, "{:?}", bench.stored());
        assert_eq!(count(&bench, "errand.done"), 1);
        assert_eq!(count(&bench, r#"{"mark":"sent"}"#), 1, "{:?}", bench.stored());
        assert_eq!(count(&bench, "errand.resumed"), 0, "the debt still waits");
    }
}

#[test]
fn what_hangs_on_it_waits_for_its_fact() {
    let mut bench = owing(&TOGETHER);
    until_due(&mut bench);
    assert_eq!(count(&bench, r#"{"mark":"gone"}"#), 1, "{:?}", bench.stored());
    assert_eq!(count(&bench, "errand.done"), 0);

    bench.tell("paid");
    assert_eq!((count(&bench, "errand.resumed"), count(&bench, "errand.done")), (1, 1));
}

#[test]
fn a_row_and_a_lane_may_wait_each_for_itself_and_a_person_lets_both_go_on() {
    let mut bench = owing(&BOTH);
    until_due(&mut bench);
    assert_eq!(count(&bench, "errand.parked"), 2, "{:?}", bench.stored());
    let mut bench = bench.restarted(&BOTH);
    assert_eq!(count(&bench, "errand.parked"), 2, "it is said once");

    bench.handle(What::Act {
        saga: saga_id::<Errand>(&transaction()),
        action: Action::Resume { reason: "both are back".into() },
        operator: "chen".into(),
    });
    let mut sent = bench.sent();
    sent.sort();
    assert_eq!(sent, ["query TX-1.asked at friend", "query TX-1.paid at friend"]);
}
