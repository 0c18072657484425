//! Instants, handed in from outside. Nothing that decides asks what time it is.
//!
//! An instant is stored to the microsecond in UTC and always shown in Asia/Shanghai (UTC+8, which
//! has had no summer time since 1991), because every rule of the business speaks of that zone.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

const SHANGHAI_SECONDS_EAST: i32 = 8 * 3600;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The text is not an instant of ISO 8601 / RFC 3339 with a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not an instant; write it like 2026-02-13T14:59:59.999+08:00")]
pub struct NotAnInstant {
    /// What was given.
    pub value: String,
}

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant at which a clock on a Shanghai wall shows `time` on `date`.
    pub fn shanghai(date: NaiveDate, time: NaiveTime) -> Self {
        let east = TimeDelta::seconds(i64::from(SHANGHAI_SECONDS_EAST));
        Self((date.and_time(time).and_utc() - east).timestamp_micros())
    }

    /// The date on a Shanghai wall calendar.
    pub fn date(self) -> NaiveDate {
        self.local().date_naive()
    }

    /// The time on a Shanghai wall clock.
    pub fn time_of_day(self) -> NaiveTime {
        self.local().time()
    }

    /// Later by so many milliseconds; stays at the end of time rather than wrap.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis.saturating_mul(1000)))
    }

    fn local(self) -> DateTime<FixedOffset> {
        // Both are total: micros beyond chrono's range (262,000 years) fall back to the epoch.
        let zone = FixedOffset::east_opt(SHANGHAI_SECONDS_EAST);
        let utc = Utc.timestamp_micros(self.0).single().unwrap_or(DateTime::UNIX_EPOCH);
        zone.map_or_else(|| utc.fixed_offset(), |zone| utc.with_timezone(&zone))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        let sub_second = match self.0.rem_euclid(1_000_000) {
            0 => "",
            micros if micros % 1000 == 0 => "%.3f",
            _ => "%.6f",
        };
        write!(out, "{}", local.format(&format!("%Y-%m-%dT%H:%M:%S{sub_second}%:z")))
    }
}

impl FromStr for Timestamp {
    type Err = NotAnInstant;

    fn from_str(text: &str) -> Result<Self, NotAnInstant> {
        DateTime::parse_from_rfc3339(text)
            .map(|at| Self(at.timestamp_micros()))
            .map_err(|_| NotAnInstant { value: text.to_owned() })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_back_as_it_was_written_and_shows_shanghai_time() {
        let at: Timestamp = "2026-02-13T06:59:59.999Z".parse().unwrap();

        assert_eq!(at.to_string(), "2026-02-13T14:59:59.999+08:00");
        assert_eq!(at.to_string().parse(), Ok(at));
        assert_eq!(at.date(), NaiveDate::from_ymd_opt(2026, 2, 13).unwrap());
    }

    #[test]
    fn a_text_without_a_zone_is_refused() {
        let refused = "2026-02-13 14:59".parse::<Timestamp>();

        assert_eq!(refused, Err(NotAnInstant { value: "2026-02-13 14:59".into() }));
    }
}
