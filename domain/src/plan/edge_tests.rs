//! The first and the last day on which something holds.

use super::{
    Command, EndCause, Event, NO_INVESTOR, Outcome, Plan, Refusal, RegularPlan, Terms,
    tests::{
        amount, asked, at, begin, begun, carrying, change, changed, date, done, ended, miss,
        missed, opened, paused, resumed, terms,
    },
};
use crate::{orders::Cause, testing::given};

fn plan(history: Vec<Event>) -> Plan {
    given::<RegularPlan>(history).state().plan().unwrap().clone()
}

fn until(through: &str) -> Terms {
    Terms { through: Some(date(through)), ..terms() }
}

fn bounded(through: &str) -> Event {
    Event::Opened(Box::new(until(through)))
}

#[test]
fn a_plan_may_end_on_the_day_it_starts_and_not_before() {
    let open = |through: &str| Command::Open(Box::new(until(through)));
    given::<RegularPlan>([]).when(open("2026-01-01")).then([bounded("2026-01-01")]);
    let (start, through) = (date("2026-01-01"), date("2025-12-31"));
    given::<RegularPlan>([])
        .when(open("2025-12-31"))
        .then_refused(Refusal::EndsBeforeStart { start, through });
}

#[test]
fn a_plan_is_finished_from_the_day_after_its_last_one() {
    let last = || [bounded("2026-01-10"), begun("2026-01-10"), done("2026-01-10")];
    let finish = |today: &str| Command::Finish { today: date(today) };
    let today = date("2026-01-10");
    given::<RegularPlan>(last())
        .when(finish("2026-01-10"))
        .then_refused(Refusal::NotFinished { today });
    given::<RegularPlan>(last()).when(finish("2026-01-11")).then([ended(EndCause::Finished)]);
}

#[test]
fn a_date_on_the_day_of_a_resumption_takes_place_and_the_one_before_was_passed_over() {
    let back = || [opened(), paused("2026-01-05"), resumed("2026-02-10")];
    given::<RegularPlan>(back()).when(begin("2026-02-10")).then([begun("2026-02-10")]);
    given::<RegularPlan>(back()).when(miss("2026-01-10")).then_refused(Refusal::PassedOver {
        nominal: date("2026-01-10"),
        since: date("2026-02-10"),
    });
}

#[test]
fn a_miss_that_is_none_of_the_investors_ends_no_plan() {
    let not_asked = Cause { code: NO_INVESTOR.into(), text: "not listed".into() };
    let unasked = |nominal: &str| Event::OccurrenceMissed {
        nominal: date(nominal),
        cause: not_asked.clone(),
    };
    let history =
        || vec![opened(), missed("2026-01-10"), unasked("2026-02-10"), missed("2026-03-10")];
    assert_eq!(plan(history()).misses_in_a_row(), 2);
    assert_eq!(plan(history()[..1].to_vec()).last_miss(), None);
    assert_eq!(plan(history()[..3].to_vec()).last_miss(), Some(&not_asked), "it was no purchase");
    given::<RegularPlan>(history())
        .when(miss("2026-04-10"))
        .then([missed("2026-04-10"), ended(EndCause::Misses { in_a_row: 3 })]);
}

#[test]
fn an_occurrence_under_way_differs_from_one_that_is_over_and_both_are_known() {
    let plan = plan(vec![opened(), begun("2026-01-10"), done("2026-01-10"), begun("2026-02-10")]);
    assert_eq!(plan.under_way(), [(date("2026-02-10"), carrying("2026-02-10"))]);
    assert_eq!(plan.outcomes(), [(date("2026-01-10"), Outcome::Done)]);
    let known = ["2026-01-10", "2026-02-10", "2026-03-10"].map(|day| plan.is_known(date(day)));
    assert_eq!(known, [true, true, false]);
}

#[test]
fn no_word_is_taken_after_the_end_but_one_that_was_heard_before_it() {
    let resume = |day: &str| Command::Resume { at: at(day), from: date(day) };
    let over = || [opened(), paused("2026-02-01"), ended(asked())];
    given::<RegularPlan>(over()).when(resume("2026-03-01")).then_refused(Refusal::Over);
    let late = change("2026-03-01", amount("800"), "2026-04-01");
    given::<RegularPlan>(over()).when(late).then_refused(Refusal::Over);

    let paused_then = || [opened(), paused("2026-02-01")];
    given::<RegularPlan>(paused_then())
        .when(resume("2026-01-31"))
        .then_refused(Refusal::PausedSince(at("2026-02-01")));
    given::<RegularPlan>(paused_then()).when(resume("2026-02-01")).then([resumed("2026-02-01")]);
}

#[test]
fn a_change_of_the_same_day_as_a_later_agreement_replaces_it() {
    let history = [opened(), changed("2026-01-02", amount("800"), "2026-03-01")];
    let plan = plan([&history[..], &[changed("2026-01-05", amount("900"), "2026-03-01")]].concat());
    let on = |day: &str| plan.terms_on(date(day)).amount.to_string();
    assert_eq!(["2026-02-28", "2026-03-01", "2026-03-02"].map(on), ["500.00", "900.00", "900.00"]);
    let after = |day: &str| plan.terms_after(date(day)).count();
    assert_eq!(["2026-02-28", "2026-03-01"].map(after), [1, 0]);
}
