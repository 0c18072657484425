//! What is said twice, too late, or of what is so already.

use super::{
    Already, Changes, Command, EndCause, Event, Frequency, Refusal, RegularPlan, State, Unchanged,
    tests::{
        amount, asked, at, begun, change, changed, date, ended, miss, monthly, opened, paused,
        resumed, unchanged,
    },
};
use crate::{calendar::TradingCalendar, decider::Decider as _, testing::given, time::Timestamp};
use chrono::{NaiveDate, Weekday};
use proptest::prelude::*;

fn pause(day: &str) -> Command {
    Command::Pause { at: at(day), reason: "holiday".into() }
}

fn resume(day: &str) -> Command {
    Command::Resume { at: at(day), from: date(day) }
}

fn frequency(often: Frequency) -> Changes {
    Changes { frequency: Some(often), ..Changes::default() }
}

fn end() -> Command {
    Command::End { reason: "again".into() }
}

fn already(history: &[Event], command: &Command) -> String {
    let state = history
        .iter()
        .fold(State::default(), |state, event| RegularPlan::evolve(state, event).unwrap());
    let follows = RegularPlan::decide(&state, command).unwrap();
    let is_unchanged = |event: &Event| matches!(event, Event::WordKept { .. });
    assert!(follows.iter().all(is_unchanged), "{command:?}: {follows:?}");
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
    let daily = || frequency(Frequency::Daily);
    let same = change("2026-01-10", amount("500"), "2026-02-01");
    let history = vec![opened()];
    let says = "the plan has these terms already for dates from 2026-02-01 on";
    assert_eq!(already(&history, &same), says);
    let history = [history, vec![changed("2026-01-05", daily(), "2026-03-01")]].concat();
    assert_eq!(already(&history, &same), says, "also where another word came since");
    let said =
        [history.clone(), vec![unchanged("2026-01-10", Unchanged::Terms(amount("500")))]].concat();
    given::<RegularPlan>(said.clone()).when(same.clone()).then([]);
    assert_eq!(already(&said, &same), "this word of 2026-01-10T10:00:00+08:00 was heard before");

    let more = [history, vec![changed("2026-01-06", amount("800"), "2026-04-01")]].concat();
    given::<RegularPlan>(more).when(same).then([
        changed("2026-01-10", amount("500"), "2026-02-01"),
        changed("2026-01-10", daily(), "2026-03-01"),
    ]);
}

#[test]
fn a_word_leaves_what_was_agreed_for_later_days_of_what_it_does_not_name() {
    let other = Changes { account: "ACC-2".parse().ok(), ..frequency(monthly(5)) };
    let history = [
        opened(),
        changed("2026-01-02", other, "2026-03-01"),
        changed("2026-01-03", amount("900"), "2026-04-01"),
    ];
    let word = change("2026-01-04", amount("800"), "2026-02-01");
    let again = Changes { account: "ACC-2".parse().ok(), ..frequency(monthly(5)) };
    let state = given::<RegularPlan>(history)
        .when(word.clone())
        .then([
            changed("2026-01-04", amount("800"), "2026-02-01"),
            changed("2026-01-04", again.clone(), "2026-03-01"),
        ])
        .when(word.clone())
        .then([])
        .state();
    let plan = state.plan().unwrap();
    let replaced = "replaces what was agreed for later days: 900.00 from 2026-04-01 on";
    assert_eq!(plan.replaced(&word).as_deref(), Some(replaced));
    assert_eq!(plan.replaced(&change("2026-01-03", amount("900"), "2026-04-01")), None);
    let same_day = change("2026-01-05", amount("850"), "2026-02-01");
    let replaced = state.after(&same_day).and_then(|it| it.plan()?.replaced(&same_day));
    let says = "replaces what was agreed for later days: 800.00 from 2026-02-01 on";
    assert_eq!(replaced.as_deref(), Some(says));
    let of = |day| {
        let terms = plan.terms_on(date(day));
        (terms.amount.to_string(), terms.frequency, terms.account.to_string())
    };
    assert_eq!(of("2026-01-10"), ("500.00".into(), monthly(10), "ACC-1".into()));
    assert_eq!(of("2026-02-10"), ("800.00".into(), monthly(10), "ACC-1".into()));
    assert_eq!(of("2026-04-05"), ("800.00".into(), monthly(5), "ACC-2".into()));
    let said = |changes| plan.heard(&change("2026-01-04", changes, "2026-03-01"));
    assert!(plan.heard(&word) && !said(again), "a word is one, whatever follows from it");
}

#[test]
fn the_terms_in_force_are_those_of_the_next_date_and_not_of_a_day_that_is_none() {
    let amount_now = |history: &[Event]| {
        let state = given::<RegularPlan>(history.to_vec()).state();
        state.plan().unwrap().terms_in_force(&TradingCalendar::xshg().unwrap()).amount.to_string()
    };
    // The plan starts on the 1st and invests on the 10th.
    let both = Changes { frequency: Some(monthly(5)), ..amount("800") };
    let mut history = vec![opened(), changed("2026-01-01", both, "2026-01-06")];
    assert_eq!(amount_now(&history), "800.00");
    history[1] = changed("2026-01-01", amount("800"), "2026-01-11");
    assert_eq!(amount_now(&history), "500.00", "the 10th comes first");
    history.push(begun("2026-01-10"));
    assert_eq!(amount_now(&history), "800.00");
    history.push(changed("2026-01-12", amount("900"), "2026-03-01"));
    assert_eq!(amount_now(&history), "800.00");
    history.push(paused("2026-02-02"));
    assert_eq!(amount_now(&history), "800.00", "were it resumed by then");
    history.push(resumed("2026-02-11"));
    assert_eq!(amount_now(&history), "900.00", "February was passed over");
}

/// The exchange is closed from Sunday 15 to Monday 23 February, and weekdays of it are no dates of a daily plan.
#[test]
fn the_terms_of_a_daily_plan_in_a_long_holiday_are_those_of_the_day_after_it() {
    let daily = Changes { frequency: Some(Frequency::Daily), ..Changes::default() };
    let mut history = vec![opened(), changed("2026-01-01", daily, "2026-01-02")];
    history.push(changed("2026-02-12", amount("800"), "2026-02-18"));
    history.push(begun("2026-02-13"));
    let state = given::<RegularPlan>(history).state();
    let plan = state.plan().unwrap();
    assert_eq!(plan.terms_in_force(&TradingCalendar::xshg().unwrap()).amount.to_string(), "800.00");
    assert_eq!(plan.terms_on(date("2026-02-17")).amount.to_string(), "500.00");
}

/// An earlier program counted a row's fortnight from its folder's T, a later one from the row's own day.
#[test]
fn a_fortnight_that_is_said_again_stays_counted_as_it_was_agreed() {
    let every = |weekday, from: &str| {
        let frequency = Frequency::Biweekly { weekday, counted_from: date(from) };
        Changes { frequency: Some(frequency), ..Changes::default() }
    };
    let (then, now) = (every(Weekday::Thu, "2026-02-24"), every(Weekday::Thu, "2026-02-13"));
    let history = vec![opened(), changed("2026-02-13", then.clone(), "2026-03-01")];
    let again = change("2026-02-13", now, "2026-03-01");
    let state = given::<RegularPlan>(history.clone()).when(again.clone()).then([]).state();
    let plan = state.plan().unwrap();
    assert!(plan.heard(&again) && plan.followed(&again));
    assert_eq!(plan.terms_on(date("2026-03-05")).frequency, then.frequency.unwrap());
    given::<RegularPlan>(history)
        .when(change("2026-02-13", every(Weekday::Fri, "2026-02-24"), "2026-03-01"))
        .then_refused(Refusal::OtherChange(at("2026-02-13")));
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
    let same = [opened(), unchanged("2026-01-10", Unchanged::Terms(amount("500")))];
    let older = change("2026-01-09", amount("800"), "2026-03-01");
    assert_eq!(already(&same, &older), late("2026-01-09", "changed", "2026-01-10"));
    given::<RegularPlan>(same)
        .when(change("2026-01-10", amount("800"), "2026-03-01"))
        .then_refused(Refusal::OtherChange(at("2026-01-10")));

    given::<RegularPlan>([opened(), paused("2026-02-01")])
        .when(pause("2026-02-03"))
        .then([unchanged("2026-02-03", Unchanged::Pause)])
        .when(pause("2026-02-02"))
        .then([])
        .when(resume("2026-02-02"))
        .then_refused(Refusal::PausedSince(at("2026-02-03")));
    let more = [opened(), paused("2026-02-01"), unchanged("2026-02-03", Unchanged::Pause)];
    given::<RegularPlan>(more).when(resume("2026-02-04")).then([resumed("2026-02-04")]);
}

#[test]
fn nothing_followed_from_a_word_that_changed_nothing() {
    let history = [opened(), paused("2026-02-01"), unchanged("2026-02-03", Unchanged::Pause)];
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

    /// Each field by itself: the newest word on it that holds by then.
    #[test]
    fn of_every_date_each_field_is_as_the_newest_word_on_it_says(
        words in prop::collection::vec((0..4_u32, 0..4_u8, 0..4_u8), 1..10)
    ) {
        let first = |month: u32| NaiveDate::from_ymd_opt(2026, 2 + month, 1).unwrap();
        let mut state = RegularPlan::evolve(State::Absent, &opened()).unwrap();
        let (mut amounts, mut days) = ([500; 4], [10; 4]);
        for (nth, (month, yuan, day)) in (0..).zip(words) {
            let (yuan, day) = ([None, Some(600), Some(700), Some(800)][usize::from(yuan)], day);
            let day = (day > 0).then_some(day);
            let changes = Changes {
                amount: yuan.map(|it| it.to_string().parse().unwrap()),
                frequency: day.map(monthly),
                account: None,
            };
            let word = Command::Change { at: minute(nth), changes, from: first(month) };
            state = state.after(&word).unwrap();
            let from = month as usize;
            amounts[from..].iter_mut().for_each(|it| *it = yuan.unwrap_or(*it));
            days[from..].iter_mut().for_each(|it| *it = day.unwrap_or(*it));
            prop_assert!(state.plan().unwrap().heard(&word));
        }
        for (month, (yuan, day)) in (0..).zip(amounts.into_iter().zip(days)) {
            let terms = state.plan().unwrap().terms_on(first(month));
            prop_assert_eq!(terms.amount.to_string(), format!("{yuan}.00"));
            prop_assert_eq!(terms.frequency, monthly(day));
        }
    }
}

#[test]
fn how_often_a_plan_buys_is_read_from_a_persons_words() {
    let (from, weekday) = (date("2026-02-12"), Weekday::Mon);
    let read = |text: &str| Frequency::from_words(text, from);
    assert_eq!(read("daily"), Some(Frequency::Daily));
    assert_eq!(read("weekly mon"), Some(Frequency::Weekly { weekday }));
    let biweekly = Frequency::Biweekly { weekday, counted_from: from };
    assert_eq!(read(" biweekly  mon "), Some(biweekly));
    let day = super::DayOfMonth::new(15).unwrap();
    assert_eq!(read("monthly 15"), Some(Frequency::Monthly { day }));
    for text in [
        "",
        "daily mon",
        "weekly",
        "weekly 15",
        "weekly mon tue",
        "monthly",
        "monthly 32",
        "yearly",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}
