//! A version of the trading calendar that a person adds: one further year, or days that the exchange closes or opens
//! against its list, with the notice that says so.
//!
//! ```text
//! a year:  begins where the calendar ends; every weekday that is not named is a trading day
//! days:    closed: a trading day that is not over; opened: a closed weekday after every T that an order can have
//! ```
//!
//! 1. What was over when it was decided stays: no version closes a T whose cut-off has passed, nor opens a day that
//!    orders have passed over.
//! 2. A weekend is never a trading day, so no version names one.
//! 3. A year has between [`SESSIONS`] trading days; a slip of the pen that closes a month, or none, is refused.

use super::{TradingCalendar, TradingDay, is_weekday};
use crate::{ids::VersionTag, text::Text, time::Timestamp};
use chrono::{Datelike as _, NaiveDate};
use fundflow_kernel::time::serialize_date;
use serde::{Deserialize, Serialize};
use std::{fmt, ops::RangeInclusive};

/// Trading days of a whole year. XSHG had 237 (2002) to 257 (1993) in the years of the shipped list.
pub const SESSIONS: RangeInclusive<usize> = 230..=258;

/// One version, as a person adds it. The stored format: add fields, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Names the calendar that it makes; every event that uses it names it so.
    pub version: VersionTag,
    /// The exchange's notice: its number, or where it stands.
    pub source: Text,
    /// The date of that notice.
    #[serde(serialize_with = "serialize_date")]
    pub notice_date: NaiveDate,
    /// Change against the list before.
    pub change: Change,
}

/// A further year, or a day closed or opened against the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A further year.
    Year {
        /// Calendar year, such as 2027.
        year: i32,
        /// Its weekdays on which the exchange is closed, in ascending order.
        closed: Vec<NaiveDate>,
    },
    /// Days of the years that are known.
    Days {
        /// Trading days on which the exchange does not open, in ascending order.
        closed: Vec<NaiveDate>,
        /// Closed weekdays on which it opens, in ascending order.
        opened: Vec<NaiveDate>,
    },
}

/// Where in a version something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The date of the notice.
    NoticeDate,
    /// The year that is added.
    Year,
    /// A closed weekday of that year, counted from 0.
    ClosedWeekday(usize),
    /// A day that is closed, counted from 0.
    Closed(usize),
    /// A day that is opened, counted from 0.
    Opened(usize),
    /// The days that are closed or opened, as a whole.
    Days,
}

/// Faults of a version, by place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Nobody has read it yet.
    #[error("is after today, {today}; write the date of the notice")]
    NoticeOfLater {
        /// The date on which it is added.
        today: NaiveDate,
    },
    /// The year is in the calendar.
    #[error(
        "is known: the calendar {version} goes to {last}; close or open single days of it, or add {next}"
    )]
    YearKnown {
        /// The calendar that was asked.
        version: VersionTag,
        /// Last day that the calendar covers.
        last: NaiveDate,
        /// The year that can be added.
        next: i32,
    },
    /// Years between are not known.
    #[error("leaves a gap: the calendar {version} ends on {last}; add {next} first")]
    Gap {
        /// The calendar that was asked.
        version: VersionTag,
        /// Last day that the calendar covers.
        last: NaiveDate,
        /// The year that can be added.
        next: i32,
    },
    /// Too few or too many days are closed.
    #[error(
        "would have {sessions} trading days; a year has {} to {}, so compare the list with the notice",
        SESSIONS.start(),
        SESSIONS.end()
    )]
    Sessions {
        /// How many there would be.
        sessions: usize,
    },
    /// The date is of no day that is added.
    #[error("is outside of {first} to {last}; write a date between them")]
    Outside {
        /// The first day that may be named.
        first: NaiveDate,
        /// The last one.
        last: NaiveDate,
    },
    /// The exchange never opens on it.
    #[error("is a Saturday or Sunday, on which the exchange never opens; write weekdays alone")]
    Weekend,
    /// Twice, or after a later one.
    #[error(
        "does not come after {before}, which stands before it; write each date once, in ascending order"
    )]
    NotAscending {
        /// The date before it.
        before: NaiveDate,
    },
    /// The day is closed already.
    #[error("is closed already in the calendar {version}; leave it out")]
    ClosedAlready {
        /// The calendar that was asked.
        version: VersionTag,
    },
    /// The day is open already.
    #[error("is a trading day already in the calendar {version}; leave it out")]
    OpenAlready {
        /// The calendar that was asked.
        version: VersionTag,
    },
    /// Orders were taken for it and their batch is closed.
    #[error("was a T whose cut-off, {cut_off}, is over; what was decided on it stands")]
    Over {
        /// From when on nothing belonged to it any more.
        cut_off: Timestamp,
    },
    /// Orders were taken for a later T than it.
    #[error(
        "was passed over as closed: orders are taken for T {t} by now, and none may move to an earlier one; \
         open days after {t} alone"
    )]
    PassedOver {
        /// The T of an order that is placed now.
        t: NaiveDate,
    },
    /// The notice has no change.
    #[error("name no day; write at least one")]
    Nothing,
}

/// What a version says that the calendar cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}{value}: {wrong}")]
pub struct Unfit {
    /// Place of the fault in the notice.
    pub place: Place,
    /// What stands there, as ` = value`; nothing for a list as a whole.
    pub value: Shown,
    /// The fault at that place.
    pub wrong: Wrong,
}

/// A value behind the name of its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown(pub String);

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(out, " = {}", self.0) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::NoticeDate => out.write_str("notice_date"),
            Place::Year => out.write_str("year.year"),
            Place::ClosedWeekday(at) => write!(out, "year.closed[{at}]"),
            Place::Closed(at) => write!(out, "days.closed[{at}]"),
            Place::Opened(at) => write!(out, "days.opened[{at}]"),
            Place::Days => out.write_str("days"),
        }
    }
}

fn unfit(place: Place, value: &dyn ToString, wrong: Wrong) -> Unfit {
    Unfit { place, value: Shown(value.to_string()), wrong }
}

impl Version {
    /// Whether the calendar can take it at that instant.
    ///
    /// # Errors
    /// [`Unfit`]: the first thing that it cannot.
    pub fn check(&self, calendar: &TradingCalendar, now: Timestamp) -> Result<(), Unfit> {
        let today = now.date();
        if self.notice_date > today {
            return Err(unfit(
                Place::NoticeDate,
                &self.notice_date,
                Wrong::NoticeOfLater { today },
            ));
        }
        match &self.change {
            Change::Year { year, closed } => self.year(calendar, *year, closed),
            Change::Days { closed, opened } => self.days(calendar, (closed, opened), now),
        }
    }

    fn year(
        &self,
        calendar: &TradingCalendar,
        year: i32,
        closed: &[NaiveDate],
    ) -> Result<(), Unfit> {
        let (version, last, first) =
            (calendar.version().clone(), calendar.last, calendar.next_to_last());
        let next = first.year();
        if year < next {
            return Err(unfit(Place::Year, &year, Wrong::YearKnown { version, last, next }));
        }
        if year > next {
            return Err(unfit(Place::Year, &year, Wrong::Gap { version, last, next }));
        }
        let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(first);
        are_weekdays(closed, Place::ClosedWeekday, (first, last))?;
        let sessions = calendar.with(self).sessions(year);
        if !SESSIONS.contains(&sessions) {
            return Err(unfit(Place::Year, &year, Wrong::Sessions { sessions }));
        }
        Ok(())
    }

    fn days(
        &self,
        calendar: &TradingCalendar,
        (closed, opened): (&[NaiveDate], &[NaiveDate]),
        now: Timestamp,
    ) -> Result<(), Unfit> {
        if closed.is_empty() && opened.is_empty() {
            return Err(unfit(Place::Days, &"", Wrong::Nothing));
        }
        are_weekdays(closed, Place::Closed, calendar.range())?;
        are_weekdays(opened, Place::Opened, calendar.range())?;
        for (at, day) in closed.iter().enumerate() {
            let wrong = may_close(calendar, *day, now);
            wrong.map_err(|wrong| unfit(Place::Closed(at), day, wrong))?;
        }
        for (at, day) in opened.iter().enumerate() {
            let wrong = may_open(calendar, *day, now);
            wrong.map_err(|wrong| unfit(Place::Opened(at), day, wrong))?;
        }
        let changed = calendar.with(self);
        for day in closed {
            let sessions = changed.sessions(day.year());
            let whole = calendar.range().0.year() < day.year();
            if whole && sessions < *SESSIONS.start() {
                return Err(unfit(Place::Days, &day.year(), Wrong::Sessions { sessions }));
            }
        }
        Ok(())
    }
}

fn are_weekdays(
    days: &[NaiveDate],
    place: fn(usize) -> Place,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<(), Unfit> {
    let mut before: Option<NaiveDate> = None;
    for (at, day) in days.iter().enumerate() {
        let wrong = |wrong| Err(unfit(place(at), day, wrong));
        if *day < first || *day > last {
            return wrong(Wrong::Outside { first, last });
        }
        if !is_weekday(*day) {
            return wrong(Wrong::Weekend);
        }
        if let Some(before) = before.filter(|before| before >= day) {
            return wrong(Wrong::NotAscending { before });
        }
        before = Some(*day);
    }
    Ok(())
}

fn may_close(calendar: &TradingCalendar, day: NaiveDate, now: Timestamp) -> Result<(), Wrong> {
    let version = calendar.version().clone();
    let t = calendar.day(day).map_err(|_| Wrong::ClosedAlready { version })?;
    let cut_off = calendar.cut_off(t);
    if now < cut_off { Ok(()) } else { Err(Wrong::Over { cut_off }) }
}

fn may_open(calendar: &TradingCalendar, day: NaiveDate, now: Timestamp) -> Result<(), Wrong> {
    if calendar.day(day).is_ok() {
        return Err(Wrong::OpenAlready { version: calendar.version().clone() });
    }
    // Past its end no order has any T.
    let t = calendar.t_of(now).map_or(calendar.range().1, TradingDay::date);
    if day > t { Ok(()) } else { Err(Wrong::PassedOver { t }) }
}
