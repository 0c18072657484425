//! What is said twice, too late, or of what is so already.

use super::{
    Already, Changes, Command, EndCause, Event, Frequency, Kept, Refusal, RegularPlan, State,
    tests::{amount, asked, at, change, changed, date, ended, kept, miss, opened, paused, resumed},
};
use crate::{decider::Decider as _, testing::given, time::Timestamp};
use proptest::prelude::*;

fn pause(day: &str) -> Command {
    Command::Pause { at: at(day), reason: "holiday".into() }
}

fn resume(day: &str) -> Command {
    Command::Resume { at: at(day), from: date(day) }
}

fn end() -> Command {
    Command::End { reason: "again".into() }
}

fn already(history: &[Event], command: &Command) -> String {
    let state = history
        .iter()
        .fold(State::default(), |state, event| RegularPlan::evolve(state, event).unwrap());
    let follows = RegularPlan::decide(&state, command).unwrap();
    let is_kept = |event: &Event| matches!(event, Event::WordKept { .. });
    assert!(follows.iter().all(is_kept), "{command:?}: {follows:?}");
    state.already(command).map(|it| it.to_string()).unwrap_or_default()
}

fn late(at: &str, what: &str, since: &str) -> String {
    format!(
        "the plan was {what} by a newer word, of {since}T10:00:00+08:00, and this one is of \
         {at}T10:00:00+08:00: to have it otherwise now, give an instant after that"
    )
}

#[test]
fn a_pause_from_before_the_resume_that_stands_decides_nothing_and_says_why() {
    let history = [opened(), paused("2026-02-01"), resumed("2026-04-01")];
    let resumed_since = |at| late(at, "resumed", "2026-04-01");
    assert_eq!(already(&history, &pause("2026-03-15")), resumed_since("2026-03-15"));
    assert_eq!(already(&history, &pause("2026-04-01")), resumed_since("2026-04-01"));
    assert_eq!(already(&history, &resume("2026-03-15")), resumed_since("2026-03-15"));
    given::<RegularPlan>(history.clone()).when(pause("2026-04-02")).then([paused("2026-04-02")]);
    given::<RegularPlan>(history).when(resume("2026-04-02")).then_refused(Refusal::NotPaused);
}

#[test]
fn a_change_from_before_the_latest_decides_nothing_and_says_why() {
    let history = [
        opened(),
        changed("2026-01-02", amount("800"), "2026-02-01"),
        changed("2026-01-20", amount("900"), "2026-03-01"),
    ];
    let older = change("2026-01-10", amount("700"), "2026-03-01");
    assert_eq!(already(&history, &older), late("2026-01-10", "changed", "2026-01-20"));
    let again = change("2026-01-02", amount("800"), "2026-02-01");
    assert_eq!(
        already(&history, &again),
        "this word of 2026-01-02T10:00:00+08:00 was heard before"
    );
    given::<RegularPlan>(history)
        .when(change("2026-01-02", amount("850"), "2026-02-01"))
        .then_refused(Refusal::OtherChange(at("2026-01-02")));
}

#[test]
fn a_word_that_changes_nothing_says_what_is_so() {
    let mut history = vec![opened(), paused("2026-02-01"), resumed("2026-04-01")];
    let heard = |day: &str| format!("this word of {day}T10:00:00+08:00 was heard before");
    assert_eq!(already(&history, &pause("2026-02-01")), heard("2026-02-01"));
    assert_eq!(already(&history, &resume("2026-04-01")), heard("2026-04-01"));
    let same = change("2026-04-02", amount("500"), "2026-05-01");
    let says = "the plan has these terms already for dates from 2026-05-01 on";
    assert_eq!(already(&history, &same), says);
    history.push(paused("2026-05-01"));
    let says = "the plan is paused since 2026-05-01T10:00:00+08:00";
    assert_eq!(already(&history, &pause("2026-05-02")), says);
    history.push(ended(asked()));
    assert_eq!(already(&history, &end()), "the plan is over, as asked: moved abroad");
    let same = Command::End { reason: "moved abroad".into() };
    assert_eq!(already(&history, &same), "the plan is over, as asked: moved abroad");
    assert_eq!(already(&history, &pause("2026-05-01")), heard("2026-05-01"));
}

/// Repeated, it would undo what was agreed since.
#[test]
fn a_word_that_changed_nothing_changes_nothing_of_what_was_agreed_for_later_days() {
    let weekly = || Changes { frequency: Some(Frequency::Daily), ..Changes::default() };
    let same = change("2026-01-10", amount("500"), "2026-02-01");
    let history = vec![opened()];
    let says = "the plan has these terms already for dates from 2026-02-01 on";
    assert_eq!(already(&history, &same), says);
    let history = [history, vec![changed("2026-01-05", weekly(), "2026-03-01")]].concat();
    assert_eq!(already(&history, &same), says, "also where another word came since");
    let said = [history.clone(), vec![kept("2026-01-10", Kept::Terms(amount("500")))]].concat();
    given::<RegularPlan>(said.clone()).when(same.clone()).then([]);
    assert_eq!(already(&said, &same), "this word of 2026-01-10T10:00:00+08:00 was heard before");

    let more = [history, vec![changed("2026-01-06", amount("800"), "2026-04-01")]].concat();
    given::<RegularPlan>(more).when(same).then([changed(
        "2026-01-10",
        amount("500"),
        "2026-02-01",
    )]);
}

#[test]
fn an_end_of_a_plan_that_is_over_says_what_ended_it() {
    let says = |cause| already(&[opened(), ended(cause)], &end());
    assert_eq!(says(EndCause::Finished), "the plan is over: its dates are used up");
    assert_eq!(
        says(EndCause::Misses { in_a_row: 3 }),
        "the plan is over after 3 dates in a row that came to nothing"
    );
    assert_eq!(Already::SameTerms(date("2026-05-01")), Already::SameTerms(date("2026-05-01")));
}

/// Nobody can begin what is over by the time at which the word is heard.
#[test]
fn a_plan_goes_on_from_a_later_date_than_the_word_where_that_is_said() {
    let history = [opened(), paused("2026-01-02")];
    let (at, from) = (at("2026-01-09"), date("2026-02-11"));
    let late = Event::Resumed { at, from: Some(from) };
    let state = given::<RegularPlan>(history)
        .when(Command::Resume { at, from })
        .then([late.clone()])
        .state();
    let passed = |nominal| Refusal::PassedOver { nominal: date(nominal), since: from };
    for nominal in ["2026-01-10", "2026-02-10"] {
        let miss = RegularPlan::decide(&state, &miss(nominal));
        assert_eq!(miss, Err(passed(nominal)));
    }
    assert!(RegularPlan::decide(&state, &miss("2026-03-10")).is_ok());
    let text = serde_json::to_string(&late).unwrap();
    assert_eq!(text, r#"{"resumed":{"at":"2026-01-09T10:00:00+08:00","from":"2026-02-11"}}"#);
}

#[test]
fn an_older_word_that_is_heard_later_undoes_none_that_changed_nothing() {
    let same = [opened(), kept("2026-01-10", Kept::Terms(amount("500")))];
    let older = change("2026-01-09", amount("800"), "2026-03-01");
    assert_eq!(already(&same, &older), late("2026-01-09", "changed", "2026-01-10"));
    given::<RegularPlan>(same)
        .when(change("2026-01-10", amount("800"), "2026-03-01"))
        .then_refused(Refusal::OtherChange(at("2026-01-10")));

    given::<RegularPlan>([opened(), paused("2026-02-01")])
        .when(pause("2026-02-03"))
        .then([kept("2026-02-03", Kept::Pause)])
        .when(pause("2026-02-02"))
        .then([])
        .when(resume("2026-02-02"))
        .then_refused(Refusal::PausedSince(at("2026-02-03")));
    let more = [opened(), paused("2026-02-01"), kept("2026-02-03", Kept::Pause)];
    given::<RegularPlan>(more).when(resume("2026-02-04")).then([resumed("2026-02-04")]);
}

#[test]
fn nothing_followed_from_a_word_that_was_only_kept() {
    let history = [opened(), paused("2026-02-01"), kept("2026-02-03", Kept::Pause)];
    let state = given::<RegularPlan>(history).state();
    let plan = state.plan().unwrap();
    let said = |day| (plan.heard(&pause(day)), plan.followed(&pause(day)));
    assert_eq!(said("2026-02-01"), (true, true));
    assert_eq!(said("2026-02-03"), (true, false));
    assert_eq!(said("2026-02-04"), (false, false));
}

/// So many minutes after ten in the morning of 2 January.
fn minute(nth: u32) -> Timestamp {
    at("2026-01-02").plus_millis(i64::from(nth) * 60_000)
}

fn words_in_any_order() -> impl Strategy<Value = Vec<Command>> {
    let word = |nth: u32, which: u8| match which {
        0 => Command::Pause { at: minute(nth), reason: "holiday".into() },
        1 => Command::Resume { at: minute(nth), from: date("2026-01-02") },
        yuan => Command::Change {
            at: minute(nth),
            changes: amount(if yuan == 2 { "500" } else { "800" }),
            from: date("2026-03-01"),
        },
    };
    let words = prop::collection::vec(0..4_u8, 1..8);
    let words = words.prop_map(move |all| (0..).zip(all).map(|(nth, it)| word(nth, it)).collect());
    words.prop_flat_map(|all: Vec<Command>| Just(all).prop_shuffle())
}

proptest! {
    #[test]
    fn of_the_words_that_were_taken_the_newest_of_each_kind_stands_in_whichever_order_they_are_heard(
        words in words_in_any_order()
    ) {
        let mut state = RegularPlan::evolve(State::Absent, &opened()).unwrap();
        let (mut newest_change, mut newest_halt) = (None, None);
        for word in &words {
            let Ok(events) = RegularPlan::decide(&state, word) else { continue };
            state = events.iter().fold(state, |state, it| RegularPlan::evolve(state, it).unwrap());
            match word {
                Command::Change { at, changes, .. } => {
                    newest_change = newest_change.max(Some((*at, changes.amount)));
                }
                Command::Pause { at, .. } => newest_halt = newest_halt.max(Some((*at, true))),
                Command::Resume { at, .. } => newest_halt = newest_halt.max(Some((*at, false))),
                other => panic!("{other:?}"),
            }
        }
        let plan = state.plan().unwrap();
        let now = plan.terms_on(date("2026-03-10")).amount;
        prop_assert_eq!(Some(now), newest_change.map_or(Some(now), |(_, amount)| amount));
        prop_assert_eq!(plan.paused().is_some(), newest_halt.is_some_and(|(_, paused)| paused));
    }
}
