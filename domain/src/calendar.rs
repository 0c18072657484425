//! Trading days (T) and the cut-off.
//!
//! A T-day is a weekday on which the exchange is open. Make-up working Saturdays and Sundays are
//! never T-days. An order instant belongs to T-day D when it lies in
//! `D_previous 15:00:00 ≤ instant < D 15:00:00`, Asia/Shanghai.
//!
//! 1. Outside the published range the answer is an error that says so, never a guess.
//! 2. T+n counts working days, T itself not counted.
//! 3. Every calendar has a version; whoever computes a T records it.

use crate::{ids::VersionTag, time::Timestamp};
use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

const SHIPPED: &str = include_str!("../data/xshg_closed_weekdays.csv");
const SHIPPED_FIRST: NaiveDate = date(1990, 12, 19);
const SHIPPED_LAST: NaiveDate = date(2026, 12, 31);

/// A day on which the exchange trades. Built by a [`TradingCalendar`], or read from an event that
/// a calendar's answer was recorded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TradingDay(#[serde(serialize_with = "fundflow_kernel::time::serialize_date")] NaiveDate);

impl TradingDay {
    /// The date of the trading day, in Beijing.
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// For facts that say they are trading days (stored events, a registrar's files).
    pub const fn recorded(date: NaiveDate) -> Self {
        Self(date)
    }
}

/// An envelope carries the date alone.
impl From<TradingDay> for NaiveDate {
    fn from(day: TradingDay) -> Self {
        day.0
    }
}

impl fmt::Display for TradingDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(fundflow_kernel::time::date_text(self.0).as_str())
    }
}

/// Why there is no trading day to name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The question reaches outside the published list.
    #[error(
        "{asked} is outside the trading calendar {version} ({first} to {last}); \
         install the exchange's calendar for that year"
    )]
    OutOfRange {
        /// The date that would be needed.
        asked: NaiveDate,
        /// The calendar that was asked.
        version: VersionTag,
        /// First day that it covers.
        first: NaiveDate,
        /// Last day that it covers.
        last: NaiveDate,
    },
    /// The date is covered, and the exchange is closed.
    #[error("{0} is not a trading day; the exchange is closed")]
    Closed(NaiveDate),
    /// A line of a calendar file is not a date in ascending order.
    #[error(
        "line {line}: {text:?} is not a closed weekday after the line before; write YYYY-MM-DD and a line break"
    )]
    Malformed {
        /// The file's line, counted from 1.
        line: usize,
        /// The text as it stands in the file, to be quoted.
        text: String,
    },
}

/// The exchange's open days, from a list of its closed weekdays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradingCalendar {
    version: VersionTag,
    first: NaiveDate,
    last: NaiveDate,
    open: Arc<[NaiveDate]>,
    /// How many open days lie before each day of the list, from the first: an order asks for some sixty days.
    before: Arc<[u32]>,
    cut_off: NaiveTime,
}

impl TradingCalendar {
    /// Shanghai (XSHG), 1990-12-19 to 2026-12-31. Shenzhen keeps the same days.
    ///
    /// # Errors
    /// Never for the shipped list; a test keeps it so.
    pub fn xshg() -> Result<Self, CalendarError> {
        static READ: OnceLock<Result<TradingCalendar, CalendarError>> = OnceLock::new();
        let read = || {
            let version = VersionTag::new("xshg-2026").map_err(|_| malformed(0, "version"))?;
            Self::from_closed_weekdays(version, SHIPPED_FIRST, SHIPPED_LAST, SHIPPED)
        };
        READ.get_or_init(read).clone()
    }

    /// From a list of closed weekdays, one date a line in ascending order below a heading. The last line ends
    /// with a line break: without one it may be half written.
    ///
    /// # Errors
    /// [`CalendarError::Malformed`] with the line.
    pub fn from_closed_weekdays(
        version: VersionTag,
        first: NaiveDate,
        last: NaiveDate,
        closed_weekdays: &str,
    ) -> Result<Self, CalendarError> {
        let mut closed: Vec<NaiveDate> = Vec::new();
        for (index, text) in closed_weekdays.lines().enumerate().skip(1) {
            let day = crate::written::date(text.trim());
            match day {
                Some(day)
                    if is_weekday(day) && closed.last().is_none_or(|before| *before < day) =>
                {
                    closed.push(day);
                }
                _ => return Err(malformed(index + 1, text)),
            }
        }
        if let Some(last) =
            closed_weekdays.lines().last().filter(|_| !closed_weekdays.ends_with('\n'))
        {
            return Err(malformed(closed_weekdays.lines().count(), last));
        }
        let cut_off = NaiveTime::from_hms_opt(15, 0, 0).ok_or_else(|| malformed(0, "15:00"))?;
        let (mut open, mut before) = (Vec::new(), Vec::new());
        for day in first.iter_days().take_while(|day| *day <= last) {
            before.push(u32::try_from(open.len()).unwrap_or(u32::MAX));
            if is_weekday(day) && closed.binary_search(&day).is_err() {
                open.push(day);
            }
        }
        Ok(Self { version, first, last, open: open.into(), before: before.into(), cut_off })
    }

    /// Which list this is; goes into every event that used it.
    pub fn version(&self) -> &VersionTag {
        &self.version
    }

    /// The T-day that an order accepted and paid at `instant` belongs to (rule R4).
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when that day is not in the list.
    pub fn t_of(&self, instant: Timestamp) -> Result<TradingDay, CalendarError> {
        self.t_by(instant, None)
    }

    /// The same for orders that have a cut-off of their own, as those of a raising period.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when that day is not in the list.
    pub fn t_by(
        &self,
        instant: Timestamp,
        cut_off: Option<NaiveTime>,
    ) -> Result<TradingDay, CalendarError> {
        let date = instant.date();
        if self.is_open(date)? && instant.time_of_day() < cut_off.unwrap_or(self.cut_off) {
            return Ok(TradingDay(date));
        }
        self.after(date)
    }

    /// The date as a T-day.
    ///
    /// # Errors
    /// [`CalendarError::Closed`] on a day without trading, or out of range.
    pub fn day(&self, date: NaiveDate) -> Result<TradingDay, CalendarError> {
        if self.is_open(date)? { Ok(TradingDay(date)) } else { Err(CalendarError::Closed(date)) }
    }

    /// T+n: the n-th working day after T (rule R5).
    ///
    /// # Errors
    /// Out of range.
    pub fn plus(&self, day: TradingDay, n: u32) -> Result<TradingDay, CalendarError> {
        (0..n).try_fold(day, |day, _| self.after(day.0))
    }

    /// The trading day before.
    ///
    /// # Errors
    /// Out of range.
    pub fn before(&self, day: TradingDay) -> Result<TradingDay, CalendarError> {
        let date = day.0.pred_opt().ok_or_else(|| self.out_of_range(day.0))?;
        let before = self.opened_before(date)? + usize::from(self.is_open(date)?);
        let found = before.checked_sub(1).and_then(|at| self.open.get(at));
        let none = || self.out_of_range(self.first.pred_opt().unwrap_or(self.first));
        found.map(|date| TradingDay(*date)).ok_or_else(none)
    }

    /// The instant from which orders no longer belong to `day`.
    pub fn cut_off(&self, day: TradingDay) -> Timestamp {
        Timestamp::shanghai(day.0, self.cut_off)
    }

    /// The same for orders that have a cut-off of their own.
    pub fn cut_off_by(&self, day: TradingDay, cut_off: Option<NaiveTime>) -> Timestamp {
        Timestamp::shanghai(day.0, cut_off.unwrap_or(self.cut_off))
    }

    /// The next trading day after a date, which need not be one itself.
    ///
    /// # Errors
    /// Out of range.
    pub fn after(&self, date: NaiveDate) -> Result<TradingDay, CalendarError> {
        let date = date.succ_opt().ok_or_else(|| self.out_of_range(date))?;
        let found = self.open.get(self.opened_before(date)?);
        let none = || self.out_of_range(self.last.succ_opt().unwrap_or(self.last));
        found.map(|date| TradingDay(*date)).ok_or_else(none)
    }

    fn is_open(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        Ok(self.open.get(self.opened_before(date)?) == Some(&date))
    }

    fn opened_before(&self, date: NaiveDate) -> Result<usize, CalendarError> {
        let day = usize::try_from(date.signed_duration_since(self.first).num_days()).ok();
        let before = day.and_then(|day| self.before.get(day));
        before.map(|before| *before as usize).ok_or_else(|| self.out_of_range(date))
    }

    fn out_of_range(&self, asked: NaiveDate) -> CalendarError {
        let Self { version, first, last, .. } = self;
        CalendarError::OutOfRange { asked, version: version.clone(), first: *first, last: *last }
    }
}

fn malformed(line: usize, text: &str) -> CalendarError {
    CalendarError::Malformed { line, text: text.to_owned() }
}

fn is_weekday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

const fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => panic!("a constant date of this file does not exist"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t_at(instant: &str) -> [String; 3] {
        let calendar = TradingCalendar::xshg().unwrap();
        let t = calendar.t_of(instant.parse().unwrap()).unwrap();
        [t, calendar.plus(t, 1).unwrap(), calendar.plus(t, 2).unwrap()].map(|day| day.to_string())
    }

    #[test]
    fn an_order_belongs_to_the_day_whose_cut_off_comes_next() {
        let rows = [
            ("2026-02-13T14:59:59.999+08:00", ["2026-02-13", "2026-02-24", "2026-02-25"]),
            ("2026-02-13T15:00:00.000+08:00", ["2026-02-24", "2026-02-25", "2026-02-26"]),
            ("2026-02-14T10:00:00+08:00", ["2026-02-24", "2026-02-25", "2026-02-26"]),
            ("2026-10-09T09:00:00+08:00", ["2026-10-09", "2026-10-12", "2026-10-13"]),
            ("2026-10-10T09:00:00+08:00", ["2026-10-12", "2026-10-13", "2026-10-14"]),
            ("2026-09-30T15:00:00+08:00", ["2026-10-08", "2026-10-09", "2026-10-12"]),
            ("2024-02-08T15:00:00+08:00", ["2024-02-19", "2024-02-20", "2024-02-21"]),
        ];
        for (instant, days) in rows {
            assert_eq!(t_at(instant), days, "{instant}");
        }
    }

    #[test]
    fn past_its_end_the_calendar_says_so() {
        let calendar = TradingCalendar::xshg().unwrap();
        let asked = calendar.t_of("2026-12-31T15:00:00+08:00".parse().unwrap());

        assert_eq!(
            asked.unwrap_err().to_string(),
            "2027-01-01 is outside the trading calendar xshg-2026 (1990-12-19 to 2026-12-31); \
             install the exchange's calendar for that year"
        );
    }

    #[test]
    fn the_days_before_and_after_are_those_that_walking_day_by_day_finds() {
        let list = "closed\n2026-01-01\n2026-01-02\n2026-01-12\n2026-01-13\n2026-01-30\n";
        let version = VersionTag::new("january").unwrap();
        // From a Thursday to a Saturday; both ends are closed.
        let (from, until) = (date(2026, 1, 1), date(2026, 1, 31));
        let calendar = TradingCalendar::from_closed_weekdays(version, from, until, list).unwrap();
        let walk = |from: NaiveDate, step: fn(&NaiveDate) -> Option<NaiveDate>| {
            let mut days = std::iter::successors(step(&from), step);
            days.find_map(|day| match calendar.day(day) {
                Err(CalendarError::Closed(_)) => None,
                found => Some(found),
            })
        };
        let is_open = |day: &NaiveDate| is_weekday(*day) && !list.contains(&day.to_string());
        for day in date(2025, 12, 28).iter_days().take(39) {
            let covered = day >= from && day <= until;
            assert_eq!(calendar.day(day).is_ok(), covered && is_open(&day), "{day}");
            assert_eq!(Some(calendar.after(day)), walk(day, NaiveDate::succ_opt), "{day}");
            let before = calendar.before(TradingDay(day));
            assert_eq!(Some(before), walk(day, NaiveDate::pred_opt), "{day}");
        }
    }

    #[test]
    fn a_list_that_ends_within_a_line_and_a_date_that_lacks_a_digit_are_named_with_the_line() {
        let said = |text: &str| {
            let version = VersionTag::new("short").unwrap();
            let read =
                TradingCalendar::from_closed_weekdays(version, SHIPPED_FIRST, SHIPPED_LAST, text);
            read.err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(said("closed\n2026-10-01\n2026-10-02\n"), "");
        for (text, line, what) in [
            ("closed\n2026-10-01\n2026-10-02", 3, "2026-10-02"),
            ("closed\n2026-10-01\n2026-10-0", 3, "2026-10-0"),
            ("closed\n2026-10-01\n2026-10-5\n", 3, "2026-10-5"),
            ("closed\n2026-10-02\n2026-10-01\n", 3, "2026-10-01"),
            ("closed\n2026-10-01\n2026-10-01\n", 3, "2026-10-01"),
            ("closed\n2026-10-03\n", 2, "2026-10-03"),
            ("closed", 1, "closed"),
        ] {
            let expected = format!(
                "line {line}: {what:?} is not a closed weekday after the line before; write YYYY-MM-DD and a \
                 line break"
            );
            assert_eq!(said(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_shipped_list_has_the_known_number_of_sessions() {
        let calendar = TradingCalendar::xshg().unwrap();
        for (year, sessions) in [(2024, 242), (2025, 243), (2026, 242)] {
            let days = date(year, 1, 1).iter_days().take_while(|day| day.year() == year);
            assert_eq!(days.filter(|day| calendar.day(*day).is_ok()).count(), sessions, "{year}");
        }
    }
}
