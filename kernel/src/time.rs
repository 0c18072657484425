//! Instants, handed in from outside. Nothing that decides asks what time it is.
//!
//! An instant is stored to the microsecond in UTC and always shown in Asia/Shanghai (UTC+8, which
//! has had no summer time since 1991), because every rule of the business speaks of that zone.

use crate::digits::Text;
use chrono::{
    DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike as _,
    Utc,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

const SHANGHAI_SECONDS_EAST: i32 = 8 * 3600;

/// 0001-01-01T00:00:00Z to the end of 9999, in microseconds since 1970.
const YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The text is not an instant of ISO 8601 / RFC 3339 with a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{value:?} is not an instant; write it like 2026-02-13T14:59:59.999+08:00: with seconds, at most 6 decimals, and Z or an offset like +08:00"
)]
pub struct NotAnInstant {
    /// The text as it was given, to be quoted.
    pub value: String,
}

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From microseconds as a store has them: none outside of the years 1 to 9999 in UTC, which alone can be written.
    pub fn from_stored(micros: i64) -> Option<Self> {
        YEARS.contains(&micros).then_some(Self(micros))
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

impl Timestamp {
    /// As it is shown and stored: `2026-02-13T14:59:59.999+08:00`, with as many digits behind the
    /// second as there must be, 0, 3 or 6.
    fn text(self) -> Text<40> {
        let local = self.local();
        let mut text = Text::default();
        push_date(&mut text, local.date_naive());
        let places = [(b'T', local.hour()), (b':', local.minute()), (b':', local.second())];
        for (mark, number) in places {
            text.push(mark);
            text.push_digits(number.into(), 2);
        }
        match self.0.rem_euclid(1_000_000).unsigned_abs() {
            0 => {}
            micros if micros % 1000 == 0 => {
                text.push(b'.');
                text.push_digits(micros / 1000, 3);
            }
            micros => {
                text.push(b'.');
                text.push_digits(micros, 6);
            }
        }
        for byte in b"+08:00" {
            text.push(*byte);
        }
        text
    }
}

/// `2026-02-13`, as chrono writes it: years beyond four digits with their sign.
fn push_date<const N: usize>(text: &mut Text<N>, date: NaiveDate) {
    let year = date.year();
    if !(0..=9999).contains(&year) {
        text.push(if year < 0 { b'-' } else { b'+' });
    }
    match u64::from(year.unsigned_abs()) {
        year @ ..=9999 => text.push_digits(year, 4),
        year => text.push_number(year),
    }
    for number in [date.month(), date.day()] {
        text.push(b'-');
        text.push_digits(number.into(), 2);
    }
}

/// Writes a date for serde as chrono does: for `#[serde(serialize_with = "…")]`.
///
/// # Errors
/// As the serializer's.
pub fn serialize_date<S: serde::Serializer>(
    date: &NaiveDate,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(date_text(*date).as_str())
}

/// The date as chrono shows it.
pub fn date_text(date: NaiveDate) -> Text<16> {
    let mut text = Text::default();
    push_date(&mut text, date);
    text
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text().as_str())
    }
}

impl FromStr for Timestamp {
    type Err = NotAnInstant;

    fn from_str(text: &str) -> Result<Self, NotAnInstant> {
        crate::written::instant(text).ok_or_else(|| NotAnInstant { value: text.to_owned() })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text().as_str())
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
    fn a_minute_has_sixty_seconds() {
        for text in
            ["2026-02-13T10:00:60+08:00", "2026-02-13T07:59:60+08:00", "2016-12-31T23:59:60Z"]
        {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_instant_or_date_of_any_year_is_shown_as_chrono_shows_it() {
        let year = 31_556_952_000_000_i64;
        for micros in [0, 1, -1, 1000, 999_999, 1_770_965_999_999_000, 1_770_912_000_000_000] {
            for years in [0, 1, -1970, -1971, 8029, 8030, -12_345, -101_970, 98_029, 98_031] {
                let at = Timestamp::from_micros(micros + years * year);
                let local = at.local();
                let sub_second = match at.0.rem_euclid(1_000_000) {
                    0 => "",
                    micros if micros % 1000 == 0 => "%.3f",
                    _ => "%.6f",
                };
                let format = format!("%Y-%m-%dT%H:%M:%S{sub_second}%:z");
                assert_eq!(at.to_string(), local.format(&format).to_string());

                let mut date = Vec::new();
                serialize_date(&at.date(), &mut serde_json::Serializer::new(&mut date)).unwrap();
                assert_eq!(date, serde_json::to_vec(&at.date()).unwrap());
            }
        }
    }

    #[test]
    fn a_text_without_a_zone_is_refused() {
        let refused = "2026-02-13 14:59".parse::<Timestamp>();

        assert_eq!(refused, Err(NotAnInstant { value: "2026-02-13 14:59".into() }));
    }
}
