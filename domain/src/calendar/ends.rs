//! How near a calendar's end is: a warning for whoever starts an engine or plays a day, so that nobody finds out from a
//! refused order.

use super::TradingCalendar;
use crate::{ids::VersionTag, time::Timestamp};
use chrono::NaiveDate;
use std::fmt;

/// Natural days before the end from which on it is said. The exchange gives notice of a year some weeks before it
/// begins, and orders reach up to some thirty days ahead.
pub const WARNED_BEFORE: i64 = 60;

/// When a calendar ends, seen from an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// The calendar that was asked.
    pub version: VersionTag,
    /// The last day that it covers.
    pub on: NaiveDate,
    /// Natural days until then in Shanghai; below 0 once it is over.
    pub days: i64,
}

impl TradingCalendar {
    /// When it ends, seen from that instant.
    pub fn ends(&self, now: Timestamp) -> Ends {
        let days = self.last.signed_duration_since(now.date()).num_days();
        Ends { version: self.version.clone(), on: self.last, days }
    }
}

impl Ends {
    /// Whether a person should hear of it by now.
    pub const fn is_near(&self) -> bool {
        self.days <= WARNED_BEFORE
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, on, days } = self;
        write!(out, "the trading calendar {version} ")?;
        match *days {
            0 => write!(out, "ends today, on {on}")?,
            1 => write!(out, "ends tomorrow, on {on}")?,
            2.. => write!(out, "ends on {on}, in {days} days")?,
            _ => write!(out, "ended on {on}, {} days ago", days.unsigned_abs())?,
        }
        out.write_str("; what needs a later day is refused until a further year is added")
    }
}
