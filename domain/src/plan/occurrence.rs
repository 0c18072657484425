//! On which dates a plan invests, and under which name each time is known.
//!
//! ```text
//! frequency + missing_day  -> nominal dates      31st of February: the 28th, or the 1st of March
//! nominal date + move_rule -> trading day        closed: the next or the previous trading day
//! plan + nominal date      -> {plan}.{yyyymmdd}  the transaction that carries it out
//! ```
//!
//! 1. An occurrence is identified by its nominal date. Two nominal dates that move to one trading
//!    day are two occurrences, and both are carried out on it.
//! 2. Nothing is guessed past the end of the trading calendar: the error names its last day.
//! 3. Terms are asked for by nominal date, so a change in between needs no rule of its own.

use super::{Frequency, MissingDay, MoveRule, Terms};
use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    ids::{IdError, PlanId, TransactionId},
};
use chrono::{Datelike, NaiveDate, Weekday};

/// No two nominal dates of the same terms are further apart: two months.
pub(super) const APART_DAYS: usize = 62;

/// One time that a plan invests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrence {
    /// The date that the plan says; identifies the occurrence.
    pub nominal: NaiveDate,
    /// The trading day on which it takes place.
    pub day: TradingDay,
}

/// The first occurrence whose nominal date is after `after`; none when the plan's dates are over.
/// `periods` are not counted here: only the plan's own history knows how many there were.
///
/// # Errors
/// The trading calendar ends before that occurrence.
pub fn next_occurrence(
    terms: &Terms,
    after: NaiveDate,
    calendar: &TradingCalendar,
) -> Result<Option<Occurrence>, CalendarError> {
    first_after(after, |_| Some(terms), calendar)
}

/// Times that a plan will invest, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    /// The dates, in the order of their nominal dates.
    pub dates: Vec<Occurrence>,
    /// Why there are no more, although more were asked for and the plan goes on: the calendar ends.
    pub ends: Option<CalendarError>,
}

/// The first so many occurrences whose nominal dates are after `after`: no more than the terms have periods.
pub fn upcoming(
    terms: &Terms,
    after: NaiveDate,
    calendar: &TradingCalendar,
    most: usize,
) -> Upcoming {
    let most = terms.periods.map_or(most, |it| most.min(it.get() as usize));
    one_after_the_other(after, most, |after| next_occurrence(terms, after, calendar))
}

pub(super) fn one_after_the_other(
    mut after: NaiveDate,
    most: usize,
    next: impl Fn(NaiveDate) -> Result<Option<Occurrence>, CalendarError>,
) -> Upcoming {
    let mut dates = Vec::new();
    while dates.len() < most {
        match next(after) {
            Ok(Some(occurrence)) => {
                after = occurrence.nominal;
                dates.push(occurrence);
            }
            Ok(None) => break,
            Err(ends) => return Upcoming { dates, ends: Some(ends) },
        }
    }
    Upcoming { dates, ends: None }
}

/// Every occurrence that takes place on a trading day, by nominal date.
///
/// # Errors
/// The trading calendar does not cover the days around `day`.
pub fn due_on(
    terms: &Terms,
    day: TradingDay,
    calendar: &TradingCalendar,
) -> Result<Vec<Occurrence>, CalendarError> {
    all_on(day, |_| Some(terms), calendar)
}

/// `terms_on` returns none for a date on which the plan does not invest, whatever its terms say.
pub(super) fn first_after<'a>(
    after: NaiveDate,
    terms_on: impl Fn(NaiveDate) -> Option<&'a Terms>,
    calendar: &TradingCalendar,
) -> Result<Option<Occurrence>, CalendarError> {
    let earliest = terms_on(after).map_or(after, |terms| terms.start.max(after));
    for date in earliest.iter_days().filter(|date| *date > after) {
        let Some(terms) = terms_on(date) else { continue };
        if terms.through.is_some_and(|last| date > last) {
            return Ok(None);
        }
        if is_nominal(terms, date, calendar)? {
            return moved(terms.move_rule, date, calendar)
                .map(|day| Some(Occurrence { nominal: date, day }));
        }
    }
    Ok(None)
}

pub(super) fn all_on<'a>(
    day: TradingDay,
    terms_on: impl Fn(NaiveDate) -> Option<&'a Terms>,
    calendar: &TradingCalendar,
) -> Result<Vec<Occurrence>, CalendarError> {
    let mut found = Vec::new();
    let (from, until) = (calendar.before(day)?.date(), calendar.after(day.date())?.date());
    for nominal in from.iter_days().take_while(|date| *date < until).filter(|date| *date > from) {
        let Some(terms) = terms_on(nominal) else { continue };
        if is_nominal(terms, nominal, calendar)?
            && moved(terms.move_rule, nominal, calendar)? == day
        {
            found.push(Occurrence { nominal, day });
        }
    }
    Ok(found)
}

fn is_nominal(
    terms: &Terms,
    date: NaiveDate,
    calendar: &TradingCalendar,
) -> Result<bool, CalendarError> {
    if !terms.names(date) {
        return Ok(false);
    }
    match terms.frequency {
        Frequency::Daily => match calendar.day(date) {
            Ok(_) => Ok(true),
            Err(CalendarError::Closed(_)) => Ok(false),
            Err(error @ (CalendarError::OutOfRange { .. } | CalendarError::Malformed { .. })) => {
                Err(error)
            }
        },
        Frequency::Monthly { .. } | Frequency::Weekly { .. } | Frequency::Biweekly { .. } => {
            Ok(true)
        }
    }
}

fn moved(
    rule: MoveRule,
    date: NaiveDate,
    calendar: &TradingCalendar,
) -> Result<TradingDay, CalendarError> {
    match calendar.day(date) {
        Err(CalendarError::Closed(_)) => match rule {
            MoveRule::NextTradingDay => calendar.after(date),
            MoveRule::PreviousTradingDay => calendar.before(TradingDay::recorded(date)),
        },
        known @ (Ok(_)
        | Err(CalendarError::OutOfRange { .. } | CalendarError::Malformed { .. })) => known,
    }
}

impl Terms {
    /// Whether the date can be a nominal date, as far as that is known without a trading calendar:
    /// of a daily plan every weekday can.
    pub fn names(&self, date: NaiveDate) -> bool {
        let in_range = self.start <= date && self.through.is_none_or(|last| date <= last);
        in_range
            && match self.frequency {
                Frequency::Monthly { day } => {
                    is_monthly(date, u32::from(day.get()), self.missing_day)
                }
                Frequency::Weekly { weekday } => date.weekday() == weekday,
                Frequency::Biweekly { weekday, counted_from } => {
                    is_biweekly(date, weekday, counted_from)
                }
                Frequency::Daily => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
            }
    }

    /// The last nominal date that can still move to a day after `through`; none of a daily plan,
    /// whose dates never move, and none while nothing bounds it.
    pub(super) fn last_date(&self) -> Option<NaiveDate> {
        let moves = self.frequency != Frequency::Daily;
        let back = std::iter::successors(self.through, NaiveDate::pred_opt).take(APART_DAYS);
        back.filter(|_| moves).find(|date| self.names(*date))
    }
}

fn is_monthly(date: NaiveDate, day: u32, missing: MissingDay) -> bool {
    let length = u32::from(date.num_days_in_month());
    match missing {
        MissingDay::LastOfMonth => date.day() == day.min(length),
        MissingDay::FirstOfNext => {
            let before = (date.day() == 1).then(|| date.pred_opt()).flatten();
            date.day() == day || before.is_some_and(|last| last.day() < day)
        }
    }
}

fn is_biweekly(date: NaiveDate, weekday: Weekday, counted_from: NaiveDate) -> bool {
    let until_first = i64::from(weekday.days_since(counted_from.weekday()));
    let since = date.signed_duration_since(counted_from).num_days() - until_first;
    since >= 0 && since % 14 == 0
}

impl PlanId {
    /// The transaction that carries out the occurrence of that nominal date.
    ///
    /// # Errors
    /// [`IdError`] for a date whose year does not have four digits.
    pub fn occurrence(&self, nominal: NaiveDate) -> Result<TransactionId, IdError> {
        TransactionId::new(format!("{self}.{}", nominal.format("%Y%m%d")))
    }

    /// The plan and nominal date of a transaction; `None` for a transaction of another kind.
    pub fn of_occurrence(transaction: &TransactionId) -> Option<(Self, NaiveDate)> {
        let (plan, date) = transaction.as_str().rsplit_once('.')?;
        let nominal = NaiveDate::parse_from_str(date, "%Y%m%d").ok()?;
        let plan = Self::new(plan).ok()?;
        (plan.occurrence(nominal).as_ref() == Ok(transaction)).then_some((plan, nominal))
    }
}
