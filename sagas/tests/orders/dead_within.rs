//! A process dies in the middle of a corrected record: what was said is stored, and the case of the record before it is
//! closed by the process that comes next, whether the registrar repeats itself or not.

use crate::{
    audited,
    corrected_interest::{case, failed_after_all, is_corrected, says},
    further::rejected_and_paid_back,
    outside::bought_part,
    purchase::NUMBERS,
    refused_wrongly::{FAILED_AT, cases, failed},
    stage::Stage,
    subscription,
};
use fundflow_domain::case::{CaseId, State};

/// Says it once, dies after each append of it in turn, and checks what the next process makes of that: where what was
/// said is stored, the first case is closed. Said again, everything is as if nobody had died.
fn dies_anywhere(before: impl Fn() -> (Stage, CaseId), stored: &str, say: impl Fn(&mut Stage)) {
    let (mut whole, first) = before();
    let known = whole.events.len();
    say(&mut whole);
    let expected = open_and_closed(&whole);
    assert!(is_corrected(&whole, first), "{}", whole.text());
    let appends = whole.events.len() - known;
    let mut finished = 0;
    for fuse in 0..appends {
        let (mut stage, first) = before();
        stage.fuse = Some(fuse);
        say(&mut stage);
        stage.fuse = None;
        stage.crash();
        let context = format!("dead after {fuse}: {}", stage.text());
        if stage.events[known..].iter().any(|it| &*it.event.event_type == stored) {
            assert!(is_corrected(&stage, first), "{context}");
            finished += 1;
        }
        say(&mut stage);
        assert_eq!(open_and_closed(&stage), expected, "{context}");
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, || stage.text());
    }
    assert!(finished > 0, "nobody died after it was stored");
}

fn open_and_closed(stage: &Stage) -> Vec<State> {
    cases(stage).into_iter().map(|id| case(stage, id)).collect()
}

/// Rejected and paid back, then confirmed all the same by a record that does not add up.
#[test]
fn the_next_process_closes_the_case_of_a_record_of_an_order_that_was_over() {
    let before = || {
        let mut stage = rejected_and_paid_back();
        let wrong = ["10000", "147.78", "0", "1.2345", "7980.75"];
        says(&mut stage, bought_part("C1", "2026-02-24", true, wrong));
        let [first] = cases(&stage)[..] else { panic!("{}", stage.text()) };
        (stage, first)
    };
    dies_anywhere(before, "application.corrected", |stage| {
        says(stage, bought_part("C2", "2026-02-24", true, NUMBERS));
    });
}

#[test]
fn the_next_process_closes_the_case_of_a_contested_rejection_that_was_corrected() {
    let before = || {
        let (mut stage, first) = failed_after_all();
        stage.until("03-09 10:00");
        (stage, first)
    };
    dies_anywhere(before, "application.rejection_dropped", |stage| {
        says(stage, failed("2.35", "10000", "2026-03-09"));
    });
}

/// By the wrong day nothing can have been earned, so nothing goes back before the right one is said.
#[test]
fn the_next_process_closes_the_case_of_a_rejection_in_whose_place_another_one_holds() {
    let before = || {
        let mut stage = subscription::subscribed_in_time();
        stage.outside.says("P.buy", FAILED_AT, failed("2.35", "10000", "2020-01-01"));
        stage.until("03-06 18:00");
        let [first] = cases(&stage)[..] else { panic!("{}", stage.text()) };
        (stage, first)
    };
    dies_anywhere(before, "application.rejected", |stage| {
        says(stage, failed("2.35", "10000", "2026-03-06"));
    });
}
