//! When a confirmation came, and the dates that it states.
//!
//! ```text
//! cut-off of T ≤ received at
//! first day ≤ confirmed on ≤ the day it was received, a trading day
//! first day ≤ registered on ≤ confirmed on + 15 natural days
//! ```
//!
//! The first day is the one on which the fund's terms let its registrar confirm an order of that T: before it the
//! price is not there, or the fund is not. A later day is late, and contradicts nothing.
//!
//! 1. T is ours. A record that names another T is a finding, and moves nothing.
//! 2. A confirmation that comes before its T is complete says nothing about T: its own date is not
//!    looked at.
//! 3. Where our calendar ends we cannot say that a date is right, and say so.

use super::found;
use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    case::{Disputed, Figure, Finding, Kind},
    money::{Money, Shares},
    time::Timestamp,
};
use chrono::{Days, NaiveDate};

/// Natural days between a confirmation and the registration of its shares, at most: the longest
/// holiday and some.
pub const REGISTRATION_DAYS_MAX: u64 = 15;

/// The dates that a confirmation states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// The T that it was priced on, where stated.
    pub trade_date: Option<NaiveDate>,
    /// The day of the confirmation.
    pub confirmed_on: NaiveDate,
    /// The first day of the holding time, where shares came in.
    pub registered_on: Option<NaiveDate>,
}

/// What is known about time when a confirmation comes.
#[derive(Debug, Clone)]
pub struct When<'a> {
    /// When the record was heard, by the engine's clock.
    pub received_at: Timestamp,
    /// The order's T, by our own reckoning.
    pub t: TradingDay,
    /// The instant from which orders no longer belong to T, by the fund's terms.
    pub cut_off_of_t: Timestamp,
    /// The first day on which the registrar can confirm it, by the fund's terms; or why we cannot say.
    pub first_day: Result<TradingDay, CalendarError>,
    /// The trading days of the exchange.
    pub calendar: &'a TradingCalendar,
}

/// Checks when a confirmation came and which dates it states; `booked` are the shares that stand
/// on it.
pub fn dates(stated: &Dates, when: &When<'_>, booked: Shares) -> Vec<Finding> {
    let disputed = Disputed { shares: booked, money: Money::ZERO };
    let mut findings = Vec::new();
    findings.extend(other_t(stated, when, disputed));
    if let Some(early) = too_early(when, disputed) {
        findings.push(early);
        return findings;
    }
    let from = when.first_day.clone();
    let confirmed = from.clone().and_then(|from| wrong_confirmation(stated, from, when));
    findings.extend(out_of_bounds("confirmed on", stated.confirmed_on, confirmed, disputed));
    if let Some(registered_on) = stated.registered_on {
        let registered = from.map(|from| wrong_registration(registered_on, stated, from, when));
        let nothing = Disputed::default();
        findings.extend(out_of_bounds("registered on", registered_on, registered, nothing));
    }
    findings
}

fn other_t(stated: &Dates, when: &When<'_>, disputed: Disputed) -> Option<Finding> {
    let theirs = stated.trade_date.filter(|date| *date != when.t.date())?;
    let what = format!("priced on {theirs}, but the order belongs to {}", when.t);
    let (ours, theirs) = (Figure::new("trade date", when.t), Figure::new("trade date", theirs));
    Some(found(Kind::DateOutOfBounds, &what, vec![ours], vec![theirs], disputed))
}

/// Checks the same of a record that states no date.
pub fn undated(when: &When<'_>) -> Option<Finding> {
    too_early(when, Disputed::default())
}

fn too_early(when: &When<'_>, disputed: Disputed) -> Option<Finding> {
    if when.received_at >= when.cut_off_of_t {
        return None;
    }
    let (at, cut_off) = (when.received_at, when.cut_off_of_t);
    let what = format!("received at {at}, before {cut_off} when T {} is complete", when.t);
    let ours = vec![Figure::new("cut-off", cut_off)];
    let theirs = vec![Figure::new("received at", at)];
    Some(found(Kind::ConfirmedBeforeCutOff, &what, ours, theirs, disputed))
}

/// What is allowed instead; `None` where the date is possible.
type Wrong = Result<Option<String>, CalendarError>;

fn wrong_confirmation(stated: &Dates, from: TradingDay, when: &When<'_>) -> Wrong {
    let (date, today) = (stated.confirmed_on, when.received_at.date());
    if date < from.date() || date > today {
        let early = today < from.date();
        let allowed = if early { format!("{from} or later") } else { format!("{from} to {today}") };
        return Ok(Some(allowed));
    }
    match when.calendar.day(date) {
        Ok(_) => Ok(None),
        Err(CalendarError::Closed(_)) => Ok(Some("a trading day".to_owned())),
        Err(other @ (CalendarError::OutOfRange { .. } | CalendarError::Malformed { .. })) => {
            Err(other)
        }
    }
}

/// The day of a confirmation may be wrong itself; no shares are registered long after today.
fn wrong_registration(
    registered_on: NaiveDate,
    stated: &Dates,
    from: TradingDay,
    when: &When<'_>,
) -> Option<String> {
    let base = stated.confirmed_on.min(when.received_at.date()).max(from.date());
    let last = base.checked_add_days(Days::new(REGISTRATION_DAYS_MAX)).unwrap_or(base);
    let possible = from.date() <= registered_on && registered_on <= last;
    (!possible).then(|| format!("{from} to {last}"))
}

fn out_of_bounds(
    name: &'static str,
    stated: NaiveDate,
    wrong: Wrong,
    disputed: Disputed,
) -> Option<Finding> {
    let (what, allowed) = match wrong {
        Ok(None) => return None,
        Ok(Some(allowed)) => (format!("{name} {stated} is not {allowed}"), allowed),
        Err(unknown) => (format!("{name} {stated}: {unknown}"), "unknown".to_owned()),
    };
    let (ours, theirs) = (vec![Figure::new(name, allowed)], vec![Figure::new(name, stated)]);
    Some(found(Kind::DateOutOfBounds, &what, ours, theirs, disputed))
}
