//! A raising that failed, whose registrar says then that its money earned something else: a record that adds up takes
//! the place of one that did not, and what was paid already is never paid twice.

use crate::{
    audited,
    outside::{read, received, subscribed},
    refused_wrongly::{
        FAILED_AT, adds_up, answer, cases, close_case, failed, goes_back, waits_unpaid,
    },
    stage::Stage,
    subscription,
};
use fundflow_domain::{
    case::{CaseId, Cases, Closing, How, Kind, State},
    ids::ApplicationNo,
    money::Money,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
};

/// More than money on demand can earn in three weeks.
const TOO_MUCH: &str = "1000000";

/// The raising fails on the 5th with so much interest, and the money has gone back.
fn failed_with(interest: &str) -> Stage {
    let mut stage = subscription::subscribed_in_time();
    stage.outside.says("P.buy", FAILED_AT, failed(interest, "10000", "2026-03-05"));
    stage.until("03-06 18:00");
    stage
}

pub(crate) fn says(stage: &mut Stage, said: ApplicationAnswer) {
    stage.notice(notice(&ApplicationNo::of(&read("P.buy")), said));
}

/// A record of the next day.
fn says_then(stage: &mut Stage, interest: &str) {
    says(stage, failed(interest, "10000", "2026-03-06"));
}

pub(crate) fn case(stage: &Stage, case: CaseId) -> State {
    stage.state(&Key::<Cases>::of(&case))
}

pub(crate) fn is_corrected(stage: &Stage, of: CaseId) -> bool {
    matches!(case(stage, of), State::Closed(_, Closing { how: How::Corrected { .. }, .. }))
}

fn why_not(stage: &mut Stage, case: CaseId, how: How) -> String {
    let Reply::Refused(_, why) = answer(stage, case, how) else { panic!("{}", stage.text()) };
    why.to_string()
}

/// In the end so much went to the investor, and nothing is in suspense.
fn paid_in_all(stage: &mut Stage, yuan: &str) {
    stage.until("03-20 18:00");
    let look = stage.look::<Purchase>("P");
    assert!(look.finished && look.parked.is_none(), "{:?}\n{}", look.open_ends, stage.text());
    assert_eq!(stage.outside.balance()[1], read(yuan), "{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
    audited::nothing_is_in_suspense(&report, || stage.text());
}

fn paid(amount: &str) -> How {
    How::PaidByUs { amount: read(amount) }
}

fn by_letter() -> How {
    How::Manual { text: Text::lossy("by letter") }
}

#[test]
fn a_record_with_interest_that_can_be_closes_the_case_of_one_that_cannot_and_is_paid() {
    let mut stage = failed_with(TOO_MUCH);
    let [first] = cases(&stage)[..] else { panic!("{}", stage.text()) };
    assert_eq!(stage.outside.balance()[1], read::<Money>("10000"), "{}", stage.text());
    says_then(&mut stage, "2.35");
    assert!(is_corrected(&stage, first), "{}", stage.text());
    paid_in_all(&mut stage, "10002.35");

    // Each of them is old news.
    let before = stage.events.len();
    for _ in 0..2 {
        says(&mut stage, failed(TOO_MUCH, "10000", "2026-03-05"));
        says_then(&mut stage, "2.35");
        stage.crash();
    }
    assert_eq!(stage.events.len(), before, "{}", stage.text());
}

/// By the wrong day no money can have earned anything; by the right one it has, and so it is paid.
#[test]
fn interest_of_a_record_with_a_wrong_day_is_paid_by_the_right_one() {
    let mut stage = subscription::subscribed_in_time();
    stage.outside.says("P.buy", FAILED_AT, failed("2.35", "10000", "2020-01-01"));
    stage.until("03-06 18:00");
    waits_unpaid(&stage);
    let [first] = cases(&stage)[..] else { panic!("{}", stage.text()) };
    says_then(&mut stage, "2.35");
    assert!(is_corrected(&stage, first), "{}", stage.text());
    goes_back(&mut stage, "10002.35");
}

#[test]
fn a_record_that_adds_up_no_better_and_a_front_that_names_no_interest_correct_nothing() {
    let mut stage = failed_with(TOO_MUCH);
    let [first] = cases(&stage)[..] else { panic!("{}", stage.text()) };
    says(&mut stage, crate::outside::rejected("0"));
    says(&mut stage, failed("2000000", "10000", "2026-03-06"));
    says(&mut stage, failed("2.35", "9000", "2026-03-06"));
    assert!(case(&stage, first).is_open(), "{}", stage.text());
    assert!(!stage.has("payout.requested"), "{}", stage.text());
    adds_up(&stage);
}

/// 2.35 were paid, and then the registrar says something else.
fn said_otherwise(interest: &str) -> (Stage, CaseId) {
    let mut stage = failed_with("2.35");
    assert_eq!((cases(&stage).len(), stage.outside.balance()[1]), (0, read("10002.35")));
    says_then(&mut stage, interest);
    let [second] = cases(&stage)[..] else { panic!("{}", stage.text()) };
    let known = case(&stage, second);
    assert_eq!(known.case().unwrap().kind(), Kind::AfterTheEnd);
    assert!(stage.look::<Purchase>("P").parked.is_none(), "{}", stage.text());
    adds_up(&stage);
    (stage, second)
}

#[test]
fn interest_that_is_said_otherwise_once_it_was_paid_is_settled_to_the_difference() {
    let about = |stage: &Stage, of| case(stage, of).disputed().money;
    for (interest, name, kind) in
        [("2.50", "underpaid", Kind::OwedByHand), ("2.20", "overpaid", Kind::Overpaid)]
    {
        let (mut stage, second) = said_otherwise(interest);
        assert_eq!(about(&stage, second), read("0.15"));
        close_case(&mut stage, second, How::Accepted);
        stage.until("03-09 18:00");
        let third = *cases(&stage).last().unwrap();
        let known = case(&stage, third);
        assert_eq!(known.case().unwrap().kind(), kind, "{}", stage.text());
        let look = stage.look::<Purchase>("P");
        let ends: Vec<_> = look.open_ends.iter().map(|it| (&*it.name, it.worth)).collect();
        assert_eq!(ends, [(name, read("0.15"))]);
        crate::by_hand::units_are_said(&look);
        close_case(&mut stage, third, by_letter());
        adds_up(&stage);
        assert_eq!(stage.outside.balance()[1], read("10002.35"));
    }
}

#[test]
fn interest_that_is_said_otherwise_is_taken_back_or_paid_by_us_or_closed_by_what_was_said_first() {
    let (mut stage, second) = said_otherwise("2.50");
    let why = why_not(&mut stage, second, paid("0.16"));
    assert!(why.contains("more than the 0.15"), "{why}");
    close_case(&mut stage, second, paid("0.15"));
    paid_in_all(&mut stage, "10002.50");

    let (mut stage, second) = said_otherwise("2.20");
    let why = why_not(&mut stage, second, paid("0.15"));
    assert!(why.contains("earned less"), "{why}");
    close_case(&mut stage, second, How::Withdrawn);
    paid_in_all(&mut stage, "10002.35");

    let (mut stage, second) = said_otherwise("2.50");
    // The same record as at first says nothing of the second; one of another day does.
    says(&mut stage, failed("2.35", "10000", "2026-03-05"));
    assert!(case(&stage, second).is_open(), "{}", stage.text());
    stage.until("03-09 10:00");
    says(&mut stage, failed("2.35", "10000", "2026-03-09"));
    assert!(is_corrected(&stage, second), "{}", stage.text());
    paid_in_all(&mut stage, "10002.35");
}

#[test]
fn a_record_of_what_was_paid_with_the_case_opens_none_and_pays_nothing_again() {
    for (interest, opened) in [("2.35", 1), ("2.40", 2)] {
        let mut stage = failed_with(TOO_MUCH);
        let [first] = cases(&stage)[..] else { panic!("{}", stage.text()) };
        close_case(&mut stage, first, paid("2.35"));
        stage.until("03-09 10:00");
        says_then(&mut stage, interest);
        assert_eq!(cases(&stage).len(), opened, "{}", stage.text());
        paid_in_all(&mut stage, "10002.35");
    }
}

/// Shares came, and then the raising fails with more interest than can be. Whoever accepts that has the money go back;
/// the interest stays in dispute with the same case.
pub(crate) fn failed_after_all() -> (Stage, CaseId) {
    let mut stage = subscription::stage();
    stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-24"));
    stage.outside.says("P.buy", FAILED_AT, subscribed("C1", "2026-03-05", subscription::NUMBERS));
    stage.request::<Purchase>("P", subscription::request());
    stage.until("03-06 18:00");
    says(&mut stage, failed(TOO_MUCH, "10000", "2026-03-06"));
    let [case] = cases(&stage)[..] else { panic!("{}", stage.text()) };
    (stage, case)
}

type Ends = fn(&mut Stage, CaseId);

fn in_class(stage: &Stage, class: &str) -> String {
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
    let sum = report.balances.iter().filter(|it| it.class == class).map(|it| it.balance);
    sum.sum::<rust_decimal::Decimal>().to_string()
}

#[test]
fn interest_above_the_bound_is_held_where_a_failed_raising_takes_the_place_of_shares() {
    // What a person pays by agreement is our cost, and what the record sends above it our gain, as the look says.
    let ends: [(Ends, &str, &str); 3] = [
        (|stage, case| close_case(stage, case, paid("2.35")), "10002.35", "-1000000.00"),
        (|stage, case| close_case(stage, case, by_letter()), "10000", "0"),
        (
            |stage, first| {
                says(stage, failed("2.35", "10000", "2026-03-09"));
                assert!(is_corrected(stage, first), "{}", stage.text());
            },
            "10002.35",
            "0",
        ),
    ];
    for (ends, to_investor, gain) in ends {
        let (mut stage, first) = failed_after_all();
        close_case(&mut stage, first, How::Accepted);
        stage.until("03-09 18:00");
        assert!(case(&stage, first).is_open(), "{}", stage.text());
        assert_eq!(stage.outside.balance()[1], read::<Money>("10000"), "{}", stage.text());
        assert_eq!(in_class(&stage, "L:SUSPENSE"), "1000000.00");
        assert_eq!(in_class(&stage, "E:OVERSHORT"), "0", "it is not ours");
        for (how, part) in [
            (How::Accepted, "corrected record closes the case"),
            (How::Withdrawn, "a rejection that stands"),
            (paid("1000000.01"), "more than the 1000000.00"),
        ] {
            let why = why_not(&mut stage, first, how);
            assert!(why.contains(part), "{why}");
        }
        ends(&mut stage, first);
        paid_in_all(&mut stage, to_investor);
        assert_eq!(in_class(&stage, "E:OVERSHORT"), gain);
    }
}

/// After so many appends, and what was said is said again.
fn dying(stage: &mut Stage, fuse: usize, say: impl Fn(&mut Stage)) {
    stage.fuse = Some(fuse);
    say(stage);
    stage.fuse = None;
    stage.crash();
    say(stage);
}

#[test]
fn a_record_closes_the_case_of_the_one_before_it_whoever_dies_in_between() {
    for fuse in 0..5 {
        let mut stage = failed_with(TOO_MUCH);
        let [first] = cases(&stage)[..] else { panic!("{}", stage.text()) };
        dying(&mut stage, fuse, |stage| says_then(stage, "2.35"));
        assert!(is_corrected(&stage, first), "dead after {fuse}: {}", stage.text());
        paid_in_all(&mut stage, "10002.35");
    }
}

#[test]
fn interest_above_the_bound_stays_in_dispute_whoever_dies_while_the_rejection_is_accepted() {
    for fuse in 0..6 {
        let (mut stage, first) = failed_after_all();
        // The second time it may be done already, and then only the interest is left.
        dying(&mut stage, fuse, |stage| drop(answer(stage, first, How::Accepted)));
        stage.until("03-09 18:00");
        let context = format!("dead after {fuse}: {}", stage.text());
        assert!(case(&stage, first).is_open(), "{context}");
        assert_eq!(stage.outside.balance()[1], read::<Money>("10000"), "{context}");
        assert_eq!(in_class(&stage, "L:SUSPENSE"), "1000000.00", "{context}");
        close_case(&mut stage, first, paid("2.35"));
        paid_in_all(&mut stage, "10002.35");
    }
}

fn open(stage: &Stage) -> Vec<CaseId> {
    cases(stage).into_iter().filter(|of| case(stage, *of).is_open()).collect()
}

/// Nobody has decided between the shares and the rejection yet: a person decides once, on what the registrar said last.
#[test]
fn a_contested_rejection_that_is_corrected_before_it_is_accepted_leaves_one_case() {
    for fuse in [None, Some(0), Some(1), Some(2), Some(3), Some(4)] {
        let (mut stage, first) = failed_after_all();
        stage.until("03-09 10:00");
        let right = failed("2.35", "10000", "2026-03-09");
        match fuse {
            None => says(&mut stage, right.clone()),
            Some(fuse) => dying(&mut stage, fuse, |stage| says(stage, right.clone())),
        }
        let context = format!("dead after {fuse:?}: {}", stage.text());
        assert!(is_corrected(&stage, first), "{context}");
        let [second] = open(&stage)[..] else { panic!("{context}") };
        // Each of them is old news, and so is a front that names no interest.
        says(&mut stage, failed(TOO_MUCH, "10000", "2026-03-06"));
        says(&mut stage, right);
        assert_eq!(open(&stage), [second], "{context}");
        close_case(&mut stage, second, How::Accepted);
        paid_in_all(&mut stage, "10002.35");
        assert_eq!(in_class(&stage, "E:OVERSHORT"), "0", "{context}");
    }

    // One that is in order is not taken back by one that is not.
    let (mut stage, first) = failed_after_all();
    stage.until("03-09 10:00");
    says(&mut stage, failed("2.35", "9000", "2026-03-09"));
    assert!(case(&stage, first).is_open(), "{}", stage.text());
}
