//! Looking after a plan's dates: which comes next, and what nobody began is missed.

use super::{
    LOOK_AFTER,
    due::Buys,
    saga::{RegularPlans, Turn, View},
};
use chrono::{Days, NaiveDate, NaiveTime};
use fundflow_domain::{
    calendar::{CalendarError, TradingDay},
    orders::Cause,
    plan::{self, Occurrence, RegularPlan},
    time::Timestamp,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::turn::NotDone;

/// Natural days that a date which was begun may have no outcome, before a person is called.
const UNDER_WAY_DAYS: u64 = 20;
/// What a person is called for then.
const NO_OUTCOME: &str = "an occurrence has no outcome for long";
/// Dates before the latest known one that may still be open.
const BEHIND_DAYS: u64 = 40;

impl RegularPlans {
    /// The first date that could still begin.
    fn next(&self, plan: &plan::Plan) -> Result<Option<Occurrence>, CalendarError> {
        let behind = latest(plan).and_then(|last| last.checked_sub_days(Days::new(BEHIND_DAYS)));
        let first = behind.unwrap_or(NaiveDate::MIN).max(before_start(plan));
        plan.next_occurrence(first, &self.house.calendar)
    }

    /// Whoever has not begun by then never will: the cut-off of that T is over. Where the calendar ends, the
    /// next natural day does as well.
    fn missed_at(&self, t: TradingDay) -> Option<Timestamp> {
        let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
        let tomorrow = || Some(Timestamp::shanghai(t.date().succ_opt()?, noon));
        self.house.noon_after(t, 1).or_else(tomorrow)
    }

    /// Why a date passed without its purchase: who asks for it may have had no terms of its funds.
    fn why_not_begun(&self, terms: &plan::Terms, day: TradingDay) -> Cause {
        let lacking = |fund| self.house.terms(fund, day).err();
        match Buys::by(terms).funds().into_iter().find_map(lacking) {
            Some(lacking) => Cause::new("not_listed", lacking.to_string()),
            None => Cause::new("not_begun", format!("nothing was begun on {day}")),
        }
    }

    pub(super) fn look_after(
        &self,
        turn: &mut Turn<'_>,
        key: &Key<RegularPlan>,
    ) -> Result<usize, NotDone> {
        let (now, mut events) = (turn.now(), 0);
        loop {
            let plan =
                turn.state(key).and_then(plan::State::plan).ok_or(NotDone::Lacks("the plan"))?;
            let next = match self.next(plan) {
                Ok(next) => next,
                // What was missed is reported by itself: the calendar is not what it waits for.
                Err(_) if events > 0 => return Ok(events),
                Err(error) => return Err(NotDone::Refused(error.to_string().into())),
            };
            let command = match next {
                Some(next) if self.missed_at(next.day).is_none_or(|at| at <= now) => {
                    let cause = self.why_not_begun(plan.terms_on(next.nominal), next.day);
                    plan::Command::Miss { nominal: next.nominal, cause }
                }
                None if events == 0 && plan.under_way().is_empty() => {
                    plan::Command::Finish { today: now.date() }
                }
                None if events == 0 => {
                    return Err(NotDone::Refused(NO_OUTCOME.into()));
                }
                Some(_) | None => return Ok(events),
            };
            let followed = turn.decide(key, &command)?;
            if followed == 0 {
                return Ok(events);
            }
            events += followed;
            if turn.state(key).and_then(plan::State::plan).is_some_and(|it| it.ended().is_some()) {
                return Ok(events);
            }
        }
    }

    pub(super) fn next_missed(&self, plan: &plan::Plan) -> Option<Timestamp> {
        match self.next(plan) {
            Ok(Some(next)) => self.missed_at(next.day),
            Ok(None) => {
                let last = latest(plan).unwrap_or_else(|| before_start(plan));
                let through = plan.terms_on(last).through;
                let after = match through.filter(|_| plan.under_way().is_empty()) {
                    Some(through) => through.max(last).succ_opt()?,
                    None => last.checked_add_days(Days::new(UNDER_WAY_DAYS))?,
                };
                Some(Timestamp::shanghai(after, NaiveTime::MIN))
            }
            // At once: the row parks with the calendar's own words.
            Err(_) => None,
        }
    }
}

/// Whether the plan waits for a word or for an outcome alone: it is paused, and no last date ends it.
pub(super) fn is_at_rest(plan: &plan::Plan) -> bool {
    let through = plan.terms_on(NaiveDate::MIN).through;
    plan.paused().is_some() && (through.is_none() || !plan.under_way().is_empty())
}

/// Whether a person was called since a date had no outcome for long, and it has one now: looking after the
/// plan goes on without that person.
pub(super) fn has_its_outcome(view: &View<'_>, plan: &plan::Plan) -> bool {
    let parked = view.open.parked_at(LOOK_AFTER);
    parked.is_some_and(|parked| &*parked.cause.text == NO_OUTCOME) && plan.under_way().is_empty()
}

/// The latest date that was begun or has an outcome.
fn latest(plan: &plan::Plan) -> Option<NaiveDate> {
    let begun = plan.under_way().last().map(|(date, _)| *date);
    begun.max(plan.outcomes().last().map(|(date, _)| *date))
}

fn before_start(plan: &plan::Plan) -> NaiveDate {
    let start = plan.terms_on(NaiveDate::MIN).start;
    start.pred_opt().unwrap_or(start)
}
