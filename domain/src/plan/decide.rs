//! Which facts follow from a request to a plan, or why none may.

use super::{
    Command, EndCause, Event, Occurrence, Outcome, Plan, Refusal, State, Terms,
    words::{change, pause, resume},
};
use crate::{
    ids::{PlanId, TransactionId},
    orders::Cause,
};
use chrono::NaiveDate;

pub(super) fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
    use Command as C;
    match (state, command) {
        (State::Absent, C::Open(terms)) => open(terms),
        (
            State::Absent,
            C::Change { .. }
            | C::Pause { .. }
            | C::Resume { .. }
            | C::End { .. }
            | C::Finish { .. }
            | C::Begin { .. }
            | C::Done { .. }
            | C::Miss { .. },
        ) => Err(Refusal::NotOpened),

        (State::Known(plan), C::Open(terms)) => match plan.segments[0].terms.differences(terms) {
            fields if fields.is_empty() => Ok(vec![]),
            fields => Err(Refusal::DiffersFromFirst { fields }),
        },
        (State::Known(plan), C::Change { at, changes, from }) => change(plan, *at, changes, *from),
        (State::Known(plan), C::Pause { at, reason }) => pause(plan, *at, reason),
        (State::Known(plan), C::Resume { at, from }) => resume(plan, *at, *from),
        (State::Known(plan), C::End { reason }) => {
            Ok(end(plan, EndCause::Asked { reason: reason.clone() }))
        }
        (State::Known(plan), C::Finish { today }) => finish(plan, *today),
        (State::Known(plan), C::Begin { nominal, transaction }) => {
            begin(plan, *nominal, transaction)
        }
        (State::Known(plan), C::Done { nominal }) => done(plan, *nominal),
        (State::Known(plan), C::Miss { nominal, cause }) => miss(plan, *nominal, cause),
    }
}

fn open(terms: &Terms) -> Result<Vec<Event>, Refusal> {
    let Terms { fund, wallet_fund, start, through, .. } = *terms;
    if wallet_fund == Some(fund) {
        return Err(Refusal::SameFund(fund));
    }
    if let Some(through) = through.filter(|last| *last < start) {
        return Err(Refusal::EndsBeforeStart { start, through });
    }
    Ok(vec![Event::Opened(Box::new(terms.clone()))])
}

fn end(plan: &Plan, cause: EndCause) -> Vec<Event> {
    if plan.ended.is_some() { Vec::new() } else { vec![Event::Ended { cause }] }
}

/// A last date that is neither begun nor missed may still come: it can move past the day it names.
fn finish(plan: &Plan, today: NaiveDate) -> Result<Vec<Event>, Refusal> {
    if plan.ended.is_some() {
        return Ok(vec![]);
    }
    let Some(through) = plan.segments[0].terms.through.filter(|through| *through < today) else {
        return Err(Refusal::NotFinished { today });
    };
    let last = plan.terms_on(through).last_date();
    let comes = last.is_some_and(|date| plan.begins() && plan.open_on(date).is_some());
    if comes { Err(Refusal::NotFinished { today }) } else { Ok(end(plan, EndCause::Finished)) }
}

fn begin(
    plan: &Plan,
    nominal: NaiveDate,
    transaction: &TransactionId,
) -> Result<Vec<Event>, Refusal> {
    let contradicts = |now| Refusal::ContradictsEarlier { nominal, now, message: "beginning" };
    match (plan.carrying(nominal), plan.outcome(nominal)) {
        (Some(was), _) if was == transaction => Ok(vec![]),
        (Some(_), _) => Err(contradicts("under way as another transaction")),
        (None, Some(Outcome::Done | Outcome::Missed)) => Ok(vec![]),
        (None, Some(Outcome::Skipped)) => Err(contradicts(Outcome::Skipped.name())),
        (None, None) => {
            plan.admit(nominal)?;
            let its_own = PlanId::of_occurrence(transaction).is_some_and(|(_, of)| of == nominal);
            if !its_own {
                let transaction = transaction.clone();
                return Err(Refusal::NotItsTransaction { transaction, nominal });
            }
            Ok(vec![Event::OccurrenceBegun { nominal, transaction: transaction.clone() }])
        }
    }
}

fn done(plan: &Plan, nominal: NaiveDate) -> Result<Vec<Event>, Refusal> {
    match (plan.carrying(nominal), plan.outcome(nominal)) {
        (Some(_), _) => {
            let event = Event::OccurrenceDone { nominal };
            Ok(with_ending(plan, nominal, Outcome::Done, event))
        }
        (None, Some(Outcome::Done)) => Ok(vec![]),
        (None, Some(was @ (Outcome::Missed | Outcome::Skipped))) => {
            Err(Refusal::ContradictsEarlier { nominal, now: was.name(), message: "success" })
        }
        (None, None) => Err(Refusal::NotBegun(nominal)),
    }
}

fn miss(plan: &Plan, nominal: NaiveDate, cause: &Cause) -> Result<Vec<Event>, Refusal> {
    let missed = || Event::OccurrenceMissed { nominal, cause: cause.clone() };
    match (plan.carrying(nominal), plan.outcome(nominal)) {
        (Some(_), _) => Ok(with_ending(plan, nominal, Outcome::Missed, missed())),
        (None, Some(Outcome::Missed | Outcome::Skipped)) => Ok(vec![]),
        (None, Some(Outcome::Done)) => {
            let now = Outcome::Done.name();
            Err(Refusal::ContradictsEarlier { nominal, now, message: "miss" })
        }
        (None, None) => {
            plan.admit(nominal)?;
            Ok(with_ending(plan, nominal, Outcome::Skipped, missed()))
        }
    }
}

/// The outcome, and the end of the plan where it follows from it.
fn with_ending(plan: &Plan, nominal: NaiveDate, outcome: Outcome, event: Event) -> Vec<Event> {
    let mut after = plan.clone();
    // The caller has seen that the date has no outcome.
    let _ = after.settle(nominal, outcome);
    if let Event::OccurrenceMissed { cause, .. } = &event {
        after.note_miss(nominal, cause);
    }
    let Terms { max_misses, periods, .. } = *plan.segments[0].terms;
    let misses = after.misses_in_a_row();
    let used = usize_of(periods).is_some_and(|periods| after.outcomes.len() >= periods);
    let cause = if misses >= usize::from(max_misses.get()) {
        Some(EndCause::Misses { in_a_row: u8::try_from(misses).unwrap_or(u8::MAX) })
    } else {
        used.then_some(EndCause::Finished)
    };
    let ended = cause.filter(|_| plan.ended.is_none()).map(|cause| Event::Ended { cause });
    std::iter::once(event).chain(ended).collect()
}

fn usize_of(periods: Option<std::num::NonZeroU32>) -> Option<usize> {
    // More periods than memory could hold are never used up.
    usize::try_from(periods?.get()).ok()
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Missed => "missed",
            Outcome::Skipped => "missed before it began",
        }
    }
}

impl Plan {
    /// Whether anything may begin at all.
    pub(super) fn begins(&self) -> bool {
        self.ended.is_none() && self.paused.is_none() && !self.periods_begun()
    }

    /// The terms of a date that has no story yet and is not passed over.
    pub(super) fn open_on(&self, date: NaiveDate) -> Option<&Terms> {
        let fresh = self.carrying(date).is_none() && self.outcome(date).is_none();
        let passed = self.passed.is_some_and(|since| date < since);
        (fresh && !passed).then(|| self.terms_on(date))
    }

    fn carrying(&self, nominal: NaiveDate) -> Option<&TransactionId> {
        self.place_under_way(nominal).ok().map(|at| &self.under_way[at].1)
    }

    fn periods_begun(&self) -> bool {
        self.periods_left() == Some(0)
    }

    pub(super) fn periods_left(&self) -> Option<usize> {
        let begun = self.under_way.len().saturating_add(self.outcomes.len());
        usize_of(self.segments[0].terms.periods).map(|periods| periods.saturating_sub(begun))
    }

    /// The first of them, as many as there are periods left.
    pub(super) fn within_periods(&self, mut due: Vec<Occurrence>) -> Vec<Occurrence> {
        due.truncate(self.periods_left().unwrap_or(usize::MAX));
        due
    }

    /// Whether a date without a story may begin or be missed.
    fn admit(&self, nominal: NaiveDate) -> Result<(), Refusal> {
        let passed = self.passed.filter(|since| nominal < *since);
        if self.ended.is_some() {
            Err(Refusal::Over)
        } else if self.paused.is_some() {
            Err(Refusal::Paused)
        } else if !self.terms_on(nominal).names(nominal) {
            Err(Refusal::NotItsDate(nominal))
        } else if let Some(since) = passed {
            Err(Refusal::PassedOver { nominal, since })
        } else if let Some(periods) =
            self.segments[0].terms.periods.filter(|_| self.periods_begun())
        {
            Err(Refusal::PeriodsBegun(periods.get()))
        } else {
            Ok(())
        }
    }

    /// The first date that a change can reach: after all that is under way or over.
    pub(super) fn first_open_date(&self) -> NaiveDate {
        let begun = self.under_way.last().map(|(date, _)| *date);
        let over = self.outcomes.last().map(|(date, _)| *date);
        let next = begun.max(over).and_then(|date| date.succ_opt());
        next.unwrap_or(self.segments[0].terms.start)
    }

    /// The terms that were agreed for days after that one.
    pub(super) fn terms_after(&self, from: NaiveDate) -> impl Iterator<Item = &Terms> {
        let later = self.segments.iter().filter(move |segment| segment.from > from);
        later.map(|segment| segment.terms.as_ref())
    }
}
