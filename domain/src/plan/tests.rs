//! Given a plan's history, when a command comes, then these facts follow, or this refusal.

use super::{
    Changes, Command, DayOfMonth, EndCause, Event, Frequency, MissingDay, MoveRule, Outcome,
    Refusal, RegularPlan, State, Terms, Unchanged,
};
use crate::{
    calendar::TradingCalendar,
    decider::Decider,
    ids::{PlanId, TransactionId},
    orders::Cause,
    testing::{given, history},
    time::Timestamp,
};
use chrono::{Days, NaiveDate};
use proptest::{collection::vec, prelude::*};
use std::num::{NonZeroU8, NonZeroU32};

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An instant of that day.
pub(super) fn at(text: &str) -> Timestamp {
    format!("{text}T10:00:00+08:00").parse().unwrap()
}

pub(super) fn monthly(day: u8) -> Frequency {
    Frequency::Monthly { day: DayOfMonth::new(day).unwrap() }
}

/// 500 yuan on the 10th of each month of 2026; three misses in a row end it.
pub(super) fn terms() -> Terms {
    Terms {
        investor: "INV-1".parse().unwrap(),
        account: "ACC-1".parse().unwrap(),
        fund: "050002".parse().unwrap(),
        wallet_fund: Some("000009".parse().unwrap()),
        amount: "500".parse().unwrap(),
        frequency: monthly(10),
        start: date("2026-01-01"),
        through: None,
        periods: None,
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::new(3).unwrap(),
        distributor: None,
    }
}

pub(super) fn open() -> Command {
    Command::Open(Box::new(terms()))
}

pub(super) fn opened() -> Event {
    Event::Opened(Box::new(terms()))
}

pub(super) fn carrying(nominal: &str) -> TransactionId {
    "P-1".parse::<PlanId>().unwrap().occurrence(date(nominal)).unwrap()
}

pub(super) fn begin(nominal: &str) -> Command {
    Command::Begin { nominal: date(nominal), transaction: carrying(nominal) }
}

pub(super) fn begun(nominal: &str) -> Event {
    Event::OccurrenceBegun { nominal: date(nominal), transaction: carrying(nominal) }
}

pub(super) fn done(nominal: &str) -> Event {
    Event::OccurrenceDone { nominal: date(nominal) }
}

fn short() -> Cause {
    Cause { code: "51".into(), text: "not enough money".into() }
}

pub(super) fn miss(nominal: &str) -> Command {
    Command::Miss { nominal: date(nominal), cause: short() }
}

pub(super) fn missed(nominal: &str) -> Event {
    Event::OccurrenceMissed { nominal: date(nominal), cause: short() }
}

pub(super) fn paused(day: &str) -> Event {
    Event::Paused { at: at(day), reason: "holiday".into() }
}

fn pause(day: &str) -> Command {
    Command::Pause { at: at(day), reason: "holiday".into() }
}

pub(super) fn resumed(day: &str) -> Event {
    Event::Resumed { at: at(day), from: None }
}

pub(super) fn unchanged(day: &str, said: Unchanged) -> Event {
    Event::WordKept { at: at(day), said }
}

pub(super) fn ended(cause: EndCause) -> Event {
    Event::Ended { cause }
}

pub(super) fn asked() -> EndCause {
    EndCause::Asked { reason: "moved abroad".into() }
}

pub(super) fn amount(yuan: &str) -> Changes {
    Changes { amount: Some(yuan.parse().unwrap()), ..Changes::default() }
}

pub(super) fn change(on: &str, changes: Changes, from: &str) -> Command {
    Command::Change { at: at(on), changes, from: date(from) }
}

pub(super) fn changed(on: &str, changes: Changes, from: &str) -> Event {
    Event::Changed { at: at(on), changes, from: date(from) }
}

#[test]
fn a_plan_opens_once() {
    given::<RegularPlan>([]).when(open()).then([opened()]);
}

#[test]
fn an_occurrence_begins_and_is_done() {
    given::<RegularPlan>([opened()])
        .when(begin("2026-01-10"))
        .then([begun("2026-01-10")])
        .when(Command::Done { nominal: date("2026-01-10") })
        .then([done("2026-01-10")])
        .when(begin("2026-01-10"))
        .then([]);
}

#[test]
fn the_third_miss_in_a_row_ends_the_plan_in_the_same_decision() {
    let history = [opened(), missed("2026-01-10"), begun("2026-02-10"), missed("2026-02-10")];
    given::<RegularPlan>(history)
        .when(miss("2026-03-10"))
        .then([missed("2026-03-10"), ended(EndCause::Misses { in_a_row: 3 })]);
}

#[test]
fn a_success_resets_the_count_of_misses() {
    let history = [
        opened(),
        missed("2026-01-10"),
        missed("2026-02-10"),
        begun("2026-03-10"),
        done("2026-03-10"),
    ];
    given::<RegularPlan>(history).when(miss("2026-04-10")).then([missed("2026-04-10")]);
}

#[test]
fn misses_count_in_the_order_of_their_dates_not_of_their_news() {
    // January is still under way when February and March are missed; its success comes before them.
    let history = [
        opened(),
        begun("2026-01-10"),
        missed("2026-02-10"),
        missed("2026-03-10"),
        done("2026-01-10"),
    ];
    given::<RegularPlan>(history)
        .when(miss("2026-04-10"))
        .then([missed("2026-04-10"), ended(EndCause::Misses { in_a_row: 3 })]);
}

#[test]
fn the_last_period_ends_the_plan() {
    let twice = Terms { periods: NonZeroU32::new(2), ..terms() };
    let history = [Event::Opened(Box::new(twice)), missed("2026-01-10"), begun("2026-02-10")];
    given::<RegularPlan>(history)
        .when(Command::Done { nominal: date("2026-02-10") })
        .then([done("2026-02-10"), ended(EndCause::Finished)]);
}

#[test]
fn an_occurrence_under_way_is_carried_through_when_the_plan_ends() {
    let history = [opened(), begun("2026-01-10")];
    given::<RegularPlan>(history)
        .when(Command::End { reason: "moved abroad".into() })
        .then([ended(asked())])
        .when(Command::Done { nominal: date("2026-01-10") })
        .then([done("2026-01-10")]);
}

#[test]
fn a_change_holds_from_its_day_and_leaves_what_is_under_way() {
    let history = [opened(), begun("2026-03-10")];
    let then = given::<RegularPlan>(history)
        .when(change("2026-03-01", amount("800"), "2026-02-01"))
        .then([changed("2026-03-01", amount("800"), "2026-03-11")]);

    let state = then.state();
    let plan = state.plan().unwrap();
    let of = |nominal| plan.terms_on(date(nominal)).amount.to_string();
    assert_eq!([of("2026-03-10"), of("2026-04-10")], ["500.00", "800.00"]);
}

/// As a record says it: what a word leaves of it follows in a record of its own.
#[test]
fn a_later_change_replaces_what_was_agreed_for_later_days() {
    let fifth = Changes { frequency: Some(monthly(5)), ..Changes::default() };
    let history = [
        opened(),
        changed("2026-01-02", amount("800"), "2026-06-01"),
        changed("2026-01-03", fifth.clone(), "2026-04-01"),
        changed("2026-01-04", fifth, "2026-04-01"),
    ];
    let state = given::<RegularPlan>(history)
        .when(change("2026-01-02", amount("800"), "2026-06-01"))
        .then([])
        .state();

    assert_eq!(state.plan().unwrap().segments.len(), 2);
    let july = state.plan().unwrap().terms_on(date("2026-07-05"));
    assert_eq!((july.amount.to_string(), july.frequency), ("500.00".into(), monthly(5)));
}

#[test]
fn a_change_that_changes_nothing_is_recorded_and_changes_nothing() {
    let state = given::<RegularPlan>([opened()])
        .when(change("2026-01-02", amount("500"), "2026-02-01"))
        .then([unchanged("2026-01-02", Unchanged::Terms(amount("500")))])
        .state();
    assert_eq!(state.plan().unwrap().segments.len(), 1);
}

#[test]
fn a_pause_that_was_overtaken_by_its_resume_decides_nothing() {
    let history = [opened(), paused("2026-02-01"), resumed("2026-04-01")];
    given::<RegularPlan>(history.clone()).when(pause("2026-02-01")).then([]);
    given::<RegularPlan>(history).when(pause("2026-04-02")).then([paused("2026-04-02")]);
}

#[test]
fn dates_of_a_pause_are_passed_over() {
    let calendar = TradingCalendar::xshg().unwrap();
    let next = |history: Vec<Event>| {
        let state = given::<RegularPlan>(history).state();
        let next = state.plan().unwrap().next_occurrence(date("2026-01-10"), &calendar).unwrap();
        next.map(|next| next.nominal.to_string())
    };
    let mut history = vec![opened(), begun("2026-01-10"), paused("2026-02-01")];
    assert_eq!(next(history.clone()), None);

    let on_its_date = history.iter().cloned().chain([resumed("2026-03-10")]).collect();
    assert_eq!(next(on_its_date), Some("2026-03-10".into()));
    history.push(resumed("2026-03-11"));
    assert_eq!(next(history), Some("2026-04-10".into()));
}

#[test]
fn only_what_has_no_story_yet_is_due() {
    let calendar = TradingCalendar::xshg().unwrap();
    // The 10th of January is a Saturday; Monday is the 12th.
    let monday = calendar.day(date("2026-01-12")).unwrap();
    let due = |history: Vec<Event>| {
        let state = given::<RegularPlan>(history).state();
        state.plan().unwrap().due_on(monday, &calendar).unwrap().len()
    };

    assert_eq!(due(vec![opened()]), 1);
    assert_eq!(due(vec![opened(), missed("2026-01-10")]), 0);
    assert_eq!(due(vec![opened(), begun("2026-01-10")]), 0);
    assert_eq!(due(vec![opened(), ended(asked())]), 0);
}

#[test]
fn a_plan_is_finished_once_its_last_date_has_a_story() {
    let bounded = Terms { through: Some(date("2026-01-11")), ..terms() };
    let opened = Event::Opened(Box::new(bounded));
    let finish = || Command::Finish { today: date("2026-01-12") };

    // The 10th is a Saturday: it takes place on the 12th.
    given::<RegularPlan>([opened.clone()])
        .when(finish())
        .then_refused(Refusal::NotFinished { today: date("2026-01-12") });
    given::<RegularPlan>([opened.clone(), begun("2026-01-10")])
        .when(finish())
        .then([ended(EndCause::Finished)]);
    given::<RegularPlan>([opened, paused("2026-01-09")])
        .when(finish())
        .then([ended(EndCause::Finished)]);
}

#[test]
fn a_plan_that_is_over_stays_over_for_the_first_cause() {
    let history = [opened(), ended(EndCause::Misses { in_a_row: 3 })];
    given::<RegularPlan>(history).when(Command::End { reason: "too late".into() }).then([]);
}

#[test]
fn a_history_that_no_decider_wrote_is_impossible() {
    let histories = [
        vec![done("2026-01-10")],
        vec![opened(), opened()],
        vec![opened(), done("2026-01-10")],
        vec![opened(), begun("2026-01-10"), begun("2026-01-10")],
        vec![opened(), ended(asked()), begun("2026-01-10")],
        vec![opened(), resumed("2026-01-10")],
        vec![opened(), paused("2026-01-10"), paused("2026-01-11")],
        vec![opened(), unchanged("2026-01-10", Unchanged::Pause)],
        vec![opened(), ended(asked()), unchanged("2026-01-10", Unchanged::Terms(amount("500")))],
    ];
    for history in histories {
        let last = history.len() - 1;
        let impossible = crate::decider::replay::<RegularPlan>(&history).unwrap_err();
        assert_eq!(impossible.index, last, "{history:?}");
    }
}

fn any_command() -> impl Strategy<Value = Command> {
    let nominal = (1..7_u32).prop_map(|month| NaiveDate::from_ymd_opt(2026, month, 10).unwrap());
    let instant = (0..200_u64).prop_map(|n| {
        let day = date("2026-01-01") + Days::new(n);
        at(&day.to_string())
    });
    let yuan = prop::sample::select(vec!["500", "600", "700"]);
    (0..8_u8, nominal, instant, yuan).prop_map(|(which, nominal, at, yuan)| match which {
        0 => Command::Open(Box::new(terms())),
        1 => Command::Change { at, changes: amount(yuan), from: nominal },
        2 => Command::Pause { at, reason: "holiday".into() },
        3 => Command::Resume { at, from: nominal },
        4 | 5 => begin(&nominal.to_string()),
        6 => Command::Done { nominal },
        7.. => Command::Miss { nominal, cause: short() },
    })
}

proptest! {
    #[test]
    fn every_date_has_one_outcome_and_its_terms_stay_what_they_were(
        commands in vec(any_command(), 0..60)
    ) {
        let mut state = RegularPlan::evolve(State::Absent, &opened()).unwrap();
        let mut fixed: Vec<(NaiveDate, Terms, Option<Outcome>)> = Vec::new();
        for command in &commands {
            let Ok(events) = RegularPlan::decide(&state, command) else { continue };
            for event in &events {
                state = RegularPlan::evolve(state, event).unwrap();
            }
            prop_assert_eq!(RegularPlan::decide(&state, command), Ok(vec![]), "{:?}", command);
            let plan = state.plan().unwrap();
            for (nominal, terms, outcome) in &fixed {
                prop_assert_eq!(plan.terms_on(*nominal), terms);
                prop_assert!(outcome.is_none() || plan.outcome(*nominal) == *outcome);
            }
            let known = plan.under_way().iter().map(|(date, _)| *date);
            let known = known.chain(plan.outcomes().iter().map(|(date, _)| *date));
            fixed = known
                .map(|date| (date, plan.terms_on(date).clone(), plan.outcome(date)))
                .collect();
            let in_a_row = plan.misses_in_a_row();
            prop_assert!(in_a_row < 3 || plan.ended().is_some(), "{:?}", plan);
            let ends = events.iter().any(|event| matches!(event, Event::Ended { .. }));
            prop_assert!(!ends || in_a_row >= 3, "{:?}", plan);
        }
    }
}

#[test]
fn a_year_of_a_plan_is_its_commands_in_order() {
    let commands = [open(), begin("2026-01-10"), miss("2026-01-10"), pause("2026-02-01")];

    let events = history::<RegularPlan>(commands);

    assert_eq!(events, [opened(), begun("2026-01-10"), missed("2026-01-10"), paused("2026-02-01")]);
}
