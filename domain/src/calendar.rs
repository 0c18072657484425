//! Trading days (T) and the cut-off.
//!
//! A T-day is a weekday on which the exchange is open. Make-up working Saturdays and Sundays are
//! never T-days. An order instant belongs to T-day D when it lies in
//! `D_previous 15:00:00 ≤ instant < D 15:00:00`, Asia/Shanghai.
//!
//! 1. Outside the published range the answer is an error that says so, never a guess.
//! 2. T+n counts working days, T itself not counted.
//! 3. Every calendar has a version; whoever computes a T records it.
//! 4. A further year, or days that the exchange closes or opens against its list, make another calendar under
//!    another version; the one before stays as it was ([`version`], [`changes`]).

pub mod changes;
mod ends;
pub mod version;

pub use ends::{Ends, WARNED_BEFORE};

use self::version::{Change, Version};
use crate::{ids::VersionTag, time::Timestamp};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

const SHIPPED: &str = include_str!("../data/xshg_closed_weekdays.csv");
const SHIPPED_FIRST: NaiveDate = date(1990, 12, 19);
const SHIPPED_LAST: NaiveDate = date(2026, 12, 31);
const CUT_OFF: NaiveTime = match NaiveTime::from_hms_opt(15, 0, 0) {
    Some(time) => time,
    None => panic!("a constant time of this file does not exist"),
};

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
    /// Every version that is in it, from the list that it began with.
    versions: Arc<[VersionTag]>,
    first: NaiveDate,
    last: NaiveDate,
    /// Weekdays, in ascending order.
    closed: Arc<[NaiveDate]>,
    open: Arc<[NaiveDate]>,
    /// How many open days lie before each day of the list, from the first: an order asks for some sixty days.
    before: Arc<[u32]>,
    cut_off: NaiveTime,
    /// What it was before its last version.
    former: Option<Arc<Self>>,
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
        let versions = vec![version.clone()];
        Ok(Self::laid((versions, version), (first, last), closed, (Vec::new(), Vec::new())))
    }

    /// `closed`: weekdays in ascending order. `begun`: what is known of the first days.
    fn laid(
        (versions, version): (Vec<VersionTag>, VersionTag),
        (first, last): (NaiveDate, NaiveDate),
        closed: Vec<NaiveDate>,
        begun: (Vec<NaiveDate>, Vec<u32>),
    ) -> Self {
        let (mut open, mut before) = begun;
        let from = first.checked_add_days(Days::new(before.len() as u64)).unwrap_or(NaiveDate::MAX);
        for day in from.iter_days().take_while(|day| *day <= last) {
            before.push(u32::try_from(open.len()).unwrap_or(u32::MAX));
            if is_weekday(day) && closed.binary_search(&day).is_err() {
                open.push(day);
            }
        }
        let (closed, open, before) = (closed.into(), open.into(), before.into());
        Self {
            version,
            versions: versions.into(),
            first,
            last,
            closed,
            open,
            before,
            cut_off: CUT_OFF,
            former: None,
        }
    }

    /// The calendar that this one becomes by a version of it; this one, where the version is in it. Of a year that
    /// is in it already, as of a shipped list that has grown meanwhile, the version's days hold: they were decided on.
    #[must_use]
    pub fn with(&self, version: &Version) -> Self {
        if self.has(&version.version) {
            return self.clone();
        }
        let (mut closed, mut last) = (self.closed.to_vec(), self.last);
        let changed;
        match &version.change {
            Change::Year { year, closed: of_year } => {
                let (from, until) = (date(*year, 1, 1), date(*year, 12, 31));
                let from = if self.last < until { from.max(self.next_to_last()) } else { from };
                closed.retain(|day| !(from..=until).contains(day));
                closed.extend(of_year.iter().filter(|day| (from..=until).contains(*day)));
                last = last.max(until);
                changed = Some(from);
            }
            Change::Days { closed: further, opened } => {
                closed.extend(further);
                closed.retain(|day| !opened.contains(day));
                changed = further.iter().chain(opened).min().copied();
            }
        }
        closed.sort_unstable();
        closed.dedup();
        let tag = version.version.clone();
        let versions = self.versions.iter().cloned().chain([tag.clone()]).collect();
        let begun = self.days_until(changed.unwrap_or(self.next_to_last()));
        let former = Some(Arc::new(self.clone()));
        Self { former, ..Self::laid((versions, tag), (self.first, last), closed, begun) }
    }

    /// The calendar that it was before its last version: what was decided by that stands.
    pub const fn former(&self) -> Option<&Arc<Self>> {
        self.former.as_ref()
    }

    /// The days before that one, of which a version that changes no earlier day need not find out anew.
    fn days_until(&self, day: NaiveDate) -> (Vec<NaiveDate>, Vec<u32>) {
        let days = usize::try_from((day - self.first).num_days()).unwrap_or_default();
        let days = days.min(self.before.len());
        let open = self.open.partition_point(|open| *open < day);
        (self.open[..open].to_vec(), self.before[..days].to_vec())
    }

    /// Whether that version is in it.
    pub fn has(&self, version: &VersionTag) -> bool {
        self.versions.contains(version)
    }

    /// The first and the last day that it covers.
    pub const fn range(&self) -> (NaiveDate, NaiveDate) {
        (self.first, self.last)
    }

    /// The first day that it does not cover any more.
    fn next_to_last(&self) -> NaiveDate {
        self.last.succ_opt().unwrap_or(NaiveDate::MAX)
    }

    /// Trading days of a year, as far as it is covered.
    pub fn sessions(&self, year: i32) -> usize {
        self.open.iter().filter(|day| day.year() == year).count()
    }

    /// The weekdays of a year on which the exchange is closed, in ascending order.
    pub fn closed_in(&self, year: i32) -> impl Iterator<Item = NaiveDate> {
        self.closed.iter().copied().filter(move |day| day.year() == year)
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
mod tests;
