//! Dates, in literals: 2026-02-16 to 02-23 is Spring Festival, 05-01 to 05-05 Labour Day.

use super::{
    DayOfMonth, Event, Frequency, MissingDay, MoveRule, RegularPlan, State, Terms, due_on,
    next_occurrence, tests::terms, upcoming,
};
use crate::{calendar::TradingCalendar, decider::Decider as _, ids::PlanId};
use chrono::{Days, NaiveDate, Weekday};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn monthly(day: u8) -> Frequency {
    Frequency::Monthly { day: DayOfMonth::new(day).unwrap() }
}

fn weekly(weekday: Weekday) -> Frequency {
    Frequency::Weekly { weekday }
}

fn every(frequency: Frequency) -> Terms {
    Terms { frequency, start: date("2026-01-01"), ..terms() }
}

/// Nominal date and trading day of the first so many occurrences after the start of the year.
fn first(count: usize, terms: &Terms) -> Vec<String> {
    let calendar = TradingCalendar::xshg().unwrap();
    let found = upcoming(terms, date("2025-12-31"), &calendar, count);
    assert_eq!(found.ends, None);
    found.dates.iter().map(|next| format!("{} {}", next.nominal, next.day)).collect()
}

#[test]
fn no_more_dates_are_foreseen_than_the_plan_has_periods_or_the_calendar_days() {
    let calendar = TradingCalendar::xshg().unwrap();
    let (monthly, before) = (every(monthly(31)), date("2025-12-31"));
    let twice = Terms { periods: std::num::NonZeroU32::new(2), ..monthly.clone() };
    let found = upcoming(&twice, before, &calendar, 5);
    assert_eq!((found.dates.len(), found.ends), (2, None));
    let found = upcoming(&monthly, before, &calendar, 400);
    assert!(found.dates.len() > 10 && found.ends.is_some(), "{found:?}");
    assert!(found.dates.windows(2).all(|two| two[0].nominal < two[1].nominal));
}

#[test]
fn a_31st_that_does_not_exist_is_the_last_of_the_month_or_the_first_of_the_next() {
    assert_eq!(
        first(5, &every(monthly(31))),
        [
            "2026-01-31 2026-02-02",
            "2026-02-28 2026-03-02",
            "2026-03-31 2026-03-31",
            "2026-04-30 2026-04-30",
            "2026-05-31 2026-06-01",
        ]
    );
    let into_next = Terms { missing_day: MissingDay::FirstOfNext, ..every(monthly(31)) };
    assert_eq!(
        first(5, &into_next),
        [
            "2026-01-31 2026-02-02",
            "2026-03-01 2026-03-02",
            "2026-03-31 2026-03-31",
            "2026-05-01 2026-05-06",
            "2026-05-31 2026-06-01",
        ]
    );
}

#[test]
fn a_closed_day_moves_forward_or_back_as_the_plan_says() {
    let back = Terms { move_rule: MoveRule::PreviousTradingDay, ..every(monthly(20)) };

    assert_eq!(
        first(3, &every(monthly(20))),
        ["2026-01-20 2026-01-20", "2026-02-20 2026-02-24", "2026-03-20 2026-03-20"]
    );
    assert_eq!(
        first(3, &back),
        ["2026-01-20 2026-01-20", "2026-02-20 2026-02-13", "2026-03-20 2026-03-20"]
    );
}

#[test]
fn two_nominal_dates_that_move_to_one_trading_day_are_two_occurrences_of_it() {
    let calendar = TradingCalendar::xshg().unwrap();
    let terms = every(weekly(Weekday::Tue));
    let reopening = calendar.day(date("2026-02-24")).unwrap();

    let due = due_on(&terms, reopening, &calendar).unwrap();

    let nominal: Vec<_> = due.iter().map(|it| it.nominal.to_string()).collect();
    assert_eq!(nominal, ["2026-02-17", "2026-02-24"]);
}

#[test]
fn every_second_week_is_counted_from_its_own_date() {
    let counted_from = date("2026-01-02");
    let fortnight = Frequency::Biweekly { weekday: Weekday::Thu, counted_from };

    assert_eq!(
        first(3, &every(fortnight)),
        ["2026-01-08 2026-01-08", "2026-01-22 2026-01-22", "2026-02-05 2026-02-05"]
    );
    let later = Frequency::Biweekly { weekday: Weekday::Thu, counted_from: date("2026-02-27") };
    assert_eq!(first(1, &every(later)), ["2026-03-05 2026-03-05"]);
}

#[test]
fn every_day_is_every_trading_day_and_never_two_of_them_at_once() {
    let terms = Terms { start: date("2026-02-13"), ..every(Frequency::Daily) };

    assert_eq!(
        first(3, &terms),
        ["2026-02-13 2026-02-13", "2026-02-24 2026-02-24", "2026-02-25 2026-02-25"]
    );
}

#[test]
fn nominal_dates_lie_between_start_and_through_wherever_they_move() {
    let bounded = Terms { through: Some(date("2026-02-28")), ..every(monthly(31)) };

    assert_eq!(first(5, &bounded), ["2026-01-31 2026-02-02", "2026-02-28 2026-03-02"]);
    let later = Terms { start: date("2026-02-01"), ..bounded };
    assert_eq!(first(5, &later), ["2026-02-28 2026-03-02"]);
}

#[test]
fn past_its_end_the_calendar_is_asked_for_and_nothing_is_guessed() {
    let calendar = TradingCalendar::xshg().unwrap();
    let last = date("2026-12-31");
    let rows = [
        (monthly(31), "2027-01-31"),
        (weekly(Weekday::Fri), "2027-01-01"),
        (Frequency::Daily, "2027-01-01"),
    ];
    for (frequency, asked) in rows {
        for move_rule in [MoveRule::NextTradingDay, MoveRule::PreviousTradingDay] {
            let refused =
                next_occurrence(&Terms { move_rule, ..every(frequency) }, last, &calendar);
            assert_eq!(
                refused.unwrap_err().to_string(),
                format!(
                    "{asked} is outside the trading calendar xshg-2026 (1990-12-19 to 2026-12-31); \
                     install the exchange's calendar for that year"
                )
            );
        }
    }
    let over = Terms { through: Some(last), ..every(monthly(31)) };
    assert_eq!(next_occurrence(&over, last, &calendar), Ok(None));
}

#[test]
fn an_occurrence_is_named_after_its_plan_and_nominal_date() {
    let plan: PlanId = "P.7".parse().unwrap();
    let transaction = plan.occurrence(date("2026-02-28")).unwrap();

    assert_eq!(transaction.as_str(), "P.7.20260228");
    assert_eq!(PlanId::of_occurrence(&transaction), Some((plan, date("2026-02-28"))));
    for other in ["P.7", "P.7.2026228", "P.7.20260230", "20260228", "P.7.20260228.mmf"] {
        assert_eq!(PlanId::of_occurrence(&other.parse().unwrap()), None, "{other}");
    }
}

#[test]
fn no_more_is_due_on_a_day_than_there_are_periods_left() {
    let calendar = TradingCalendar::xshg().unwrap();
    // Saturdays of Spring Festival: the 14th and the 21st move to Tuesday the 24th.
    let tuesday = calendar.day(date("2026-02-24")).unwrap();
    let due = |periods: u32| {
        let terms = Terms { start: date("2026-02-13"), ..every(weekly(Weekday::Sat)) };
        let terms = Terms { periods: std::num::NonZeroU32::new(periods), ..terms };
        let opened = Event::Opened(Box::new(terms));
        let state = RegularPlan::evolve(State::default(), &opened).unwrap();
        let due = state.plan().unwrap().due_on(tuesday, &calendar).unwrap();
        due.into_iter().map(|it| it.nominal.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(due(0), ["2026-02-14", "2026-02-21"], "not counted");
    assert_eq!(due(1), ["2026-02-14"]);
    assert_eq!(due(2), ["2026-02-14", "2026-02-21"]);
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let weekday =
        prop::sample::select(vec![Weekday::Mon, Weekday::Wed, Weekday::Fri, Weekday::Sun]);
    let counted_from = (0..20_u64).prop_map(|n| date("2026-01-01") + Days::new(n));
    let frequency = prop_oneof![
        (1..=31_u8).prop_map(monthly),
        weekday.clone().prop_map(weekly),
        (weekday, counted_from)
            .prop_map(|(weekday, counted_from)| Frequency::Biweekly { weekday, counted_from }),
        Just(Frequency::Daily),
    ];
    let rules = [MoveRule::NextTradingDay, MoveRule::PreviousTradingDay];
    let missing = [MissingDay::LastOfMonth, MissingDay::FirstOfNext];
    (frequency, prop::sample::select(rules.to_vec()), prop::sample::select(missing.to_vec()))
        .prop_map(|(frequency, move_rule, missing_day)| Terms {
            move_rule,
            missing_day,
            ..every(frequency)
        })
}

proptest! {
    #[test]
    fn what_is_due_day_by_day_is_every_occurrence_once(terms in any_terms()) {
        let calendar = TradingCalendar::xshg().unwrap();
        let until = date("2026-10-01");
        let mut one_by_one = Vec::new();
        let mut after = date("2025-12-31");
        while let Some(next) = next_occurrence(&terms, after, &calendar).unwrap() {
            prop_assert!(next.nominal > after);
            after = next.nominal;
            if after > until {
                break;
            }
            one_by_one.push(next);
        }
        let days = date("2025-12-01").iter_days().take_while(|day| *day < date("2026-12-01"));
        let open = days.filter_map(|day| calendar.day(day).ok());
        let mut day_by_day: Vec<_> =
            open.flat_map(|day| due_on(&terms, day, &calendar).unwrap()).collect();
        day_by_day.retain(|it| it.nominal <= until);
        prop_assert_eq!(one_by_one, day_by_day);
    }

    #[test]
    fn a_month_has_one_date_of_a_monthly_plan(day in 1..=31_u8) {
        let terms = Terms { move_rule: MoveRule::NextTradingDay, ..every(monthly(day)) };
        let year = date("2026-01-01").iter_days().take(365);
        prop_assert_eq!(year.filter(|it| terms.names(*it)).count(), 12);
    }
}
