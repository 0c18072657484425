//! What is said to a plan after the cut-off of a date that it names, or heard days later.

use crate::{
    funds::equity,
    plan::{job, opened, terms},
    stage::{Stage, at},
};
use chrono::NaiveDate;
use fundflow_domain::plan::{Frequency, Terms};
use fundflow_runtime::message::Reply;
use fundflow_sagas::regular_plan::{Command, RegularPlans};

/// Paused before its first date, and without a last one; one miss ends it.
fn paused() -> Stage {
    paused_of(None)
}

fn paused_of(through: Option<NaiveDate>) -> Stage {
    let once = 1.try_into().unwrap();
    let mut stage = opened(Terms { max_misses: once, through, ..terms() });
    let pause = Command::Pause { at: at("02-13 12:00"), reason: "on holiday".into() };
    stage.until("02-13 12:00");
    stage.command::<RegularPlans>("PLAN", pause);
    stage
}

/// Goes on as it was asked at the one instant, and heard at the other.
fn goes_on(asked: &str, heard: &str) -> Stage {
    let mut stage = paused();
    stage.until(heard);
    let reply = stage.command::<RegularPlans>("PLAN", Command::Resume { at: at(asked) });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage
}

fn misses_nothing(mut stage: Stage, next: &str) {
    stage.until(next);
    assert!(!stage.has("plan.occurrence_missed"), "{}", stage.text());
    let due: Vec<_> = job(&mut stage).into_iter().map(|due| due.nominal.to_string()).collect();
    assert_eq!(due, [format!("2026-{}", &next[..5])]);
}

#[test]
fn dates_that_are_over_when_a_resume_is_heard_are_passed_over() {
    misses_nothing(goes_on("02-24 09:00", "02-27 10:00"), "02-27 10:01");
    misses_nothing(goes_on("02-24 09:00", "02-27 15:00"), "03-02 10:00");
}

#[test]
fn a_date_whose_orders_are_no_longer_taken_when_the_plan_goes_on_is_passed_over() {
    misses_nothing(goes_on("02-25 14:59", "02-25 14:59"), "02-25 14:59");
    misses_nothing(goes_on("02-25 15:00", "02-25 15:00"), "02-26 13:00");
}

/// A monthly plan on the 31st, asked for on 28 December, where the calendar ends on the 31st.
fn at_the_end_of_the_calendar(day: &str) -> (Stage, Reply) {
    let start = "2026-12-28".parse().unwrap();
    let mut monthly = Terms { start, through: None, ..terms() };
    monthly.frequency = Frequency::from_words(&format!("monthly {day}"), start).unwrap();
    let mut stage = Stage::with(vec![equity()], "12-28 10:00");
    let reply = stage.request::<RegularPlans>("PLAN", monthly);
    (stage, reply)
}

#[test]
fn the_last_date_of_the_calendar_is_not_missed_before_it_comes() {
    let (mut stage, reply) = at_the_end_of_the_calendar("31");
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until("12-31 23:59");
    assert!(!stage.has("plan.occurrence_missed"), "{}", stage.text());
    stage.until_instant("2027-01-01T12:00:00+08:00".parse().unwrap());
    assert!(stage.has("plan.occurrence_missed"), "{}", stage.text());
}

#[test]
fn a_plan_whose_first_date_no_calendar_knows_is_not_opened() {
    let (_, reply) = at_the_end_of_the_calendar("15");
    let Reply::Refused(_, why) = reply else { panic!("{reply:?}") };
    assert!(why.contains("2027-01-15 is outside the trading calendar"), "{why}");
}

#[test]
fn a_word_of_a_year_that_no_calendar_knows_is_refused() {
    let at: fundflow_domain::time::Timestamp = "2062-02-13T12:00:00+08:00".parse().unwrap();
    let refused = |stage: &mut Stage, said: Command| {
        let Reply::Refused(_, why) = stage.command::<RegularPlans>("PLAN", said) else {
            panic!("a pause until 2062")
        };
        assert!(why.contains("2062-02-13 is outside the trading calendar"), "{why}");
    };
    refused(&mut opened(terms()), Command::Pause { at, reason: "a slip".into() });
    refused(&mut paused(), Command::Resume { at });
}

#[test]
fn a_word_is_of_no_instant_before_the_plan_was_opened_nor_of_one_that_has_not_come() {
    let stage = opened(terms());
    // Clocks of two machines may differ by five minutes.
    let away = |minutes: i64| stage.now.plus_millis(minutes * 60_000);
    let rows = [(0, true), (5, true), (6, false), (24 * 60, false), (-60, false)];
    for (at, is_taken) in rows.map(|(minutes, is_taken)| (away(minutes), is_taken)) {
        let mut stage = stage.clone();
        let said = Command::Pause { at, reason: "a slip".into() };
        match stage.command::<RegularPlans>("PLAN", said) {
            Reply::Acted => assert!(is_taken, "{at}"),
            Reply::Refused(_, why) => {
                assert!(!is_taken && why.contains(&format!("at {at} is outside of ")), "{why}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_plan_that_is_paused_waits_for_no_time_whether_or_not_its_process_lives_on() {
    let mut stage = paused();
    assert_eq!(stage.runner.next_timer(), None, "{}", stage.text());
    stage.crash();
    assert_eq!(stage.runner.next_timer(), None, "{}", stage.text());
}

#[test]
fn a_plan_that_is_still_paused_after_its_last_date_is_over() {
    let mut stage = paused_of("2026-02-27".parse().ok());
    stage.until("02-27 23:59");
    assert!(!stage.has("plan.ended"), "it may still go on: {}", stage.text());
    stage.until("02-28 00:00");
    assert!(stage.has("plan.ended") && stage.has("regular_plan.over"), "{}", stage.text());
    assert!(!stage.has("plan.occurrence_missed"), "{}", stage.text());
    assert_eq!(stage.runner.next_timer(), None, "{}", stage.text());
}
