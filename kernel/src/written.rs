//! Dates, times of day, instants and whole numbers as people and programs write them: one spelling each.
//!
//! ```text
//! date         2026-02-13                         YYYY-MM-DD of the years 0001 to 9999
//! time of day  14:59  14:59:59  14:59:59.999      00:00 to 23:59:59.999999
//! instant      2026-02-13T14:59:59.999+08:00      a date, T, a time with seconds, Z or an offset like +08:00
//! whole        0  17                              digits without a sign, a separator or a leading zero
//! ```
//!
//! 1. A slip of the keyboard is refused and never guessed: a zero that is left out may have been another digit.
//! 2. Digits are those of ASCII. There is no second 60 and no hour 24: both would be the next minute or day.
//! 3. What is printed reads back as the same value.

use crate::time::Timestamp;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Unexpected},
};
use std::{borrow::Cow, str::FromStr};

/// What a date looks like.
pub const A_DATE: &str = "a date of the calendar as YYYY-MM-DD, like 2026-02-13";
/// What a time of day looks like.
pub const A_TIME: &str =
    "a time of day as HH:MM, HH:MM:SS or with up to 6 decimals, 00:00 to 23:59:59.999999";
/// What a whole number looks like.
pub const WHOLE: &str = "a whole number, 0 or more, in digits alone and without a leading zero";

const MICROS_MAX: usize = 6;
const SECONDS_OF_A_DAY: u32 = 24 * 3600;

/// `YYYY-MM-DD`, and nothing that is nearly that.
pub fn date(text: &str) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// `HH:MM`, `HH:MM:SS`, or that with 1 to 6 decimals.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    match *text.as_bytes() {
        [h1, h2, b':', m1, m2] => {
            NaiveTime::from_hms_opt(number(&[h1, h2])?, number(&[m1, m2])?, 0)
        }
        _ => with_seconds(text),
    }
}

fn with_seconds(text: &str) -> Option<NaiveTime> {
    let (clock, micros) = match text.split_once('.') {
        None => (text, 0),
        Some((clock, decimals)) => (clock, micros(decimals.as_bytes())?),
    };
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock.as_bytes() else { return None };
    let part = |tens, ones| number(&[tens, ones]);
    NaiveTime::from_hms_micro_opt(part(h1, h2)?, part(m1, m2)?, part(s1, s2)?, micros)
}

fn micros(decimals: &[u8]) -> Option<u32> {
    let missing = MICROS_MAX.checked_sub(decimals.len())?;
    number(decimals)?.checked_mul(10_u32.checked_pow(u32::try_from(missing).ok()?)?)
}

/// A date, `T`, a time with seconds, and `Z` or an offset like `+08:00`.
pub fn instant(text: &str) -> Option<Timestamp> {
    let (day, rest) = text.split_once('T')?;
    let at = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at_checked(at)?;
    let local = date(day)?.and_time(with_seconds(clock)?);
    let utc = local.checked_sub_signed(TimeDelta::seconds(east(zone.as_bytes())?))?;
    Some(Timestamp::from_micros(utc.and_utc().timestamp_micros()))
}

/// Seconds east of Greenwich. `-00:00` says that nobody knows.
fn east(zone: &[u8]) -> Option<i64> {
    let (sign, h1, h2, m1, m2) = match *zone {
        [b'Z'] => return Some(0),
        [b'+', h1, h2, b':', m1, m2] => (1, h1, h2, m1, m2),
        [b'-', h1, h2, b':', m1, m2] => (-1, h1, h2, m1, m2),
        _ => return None,
    };
    let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
    let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    let known = sign > 0 || seconds > 0;
    (known && minutes < 60 && seconds < SECONDS_OF_A_DAY).then_some(sign * i64::from(seconds))
}

/// Digits alone: no sign and no separator.
pub fn whole<T: FromStr>(text: &str) -> Option<T> {
    is_whole(text).then(|| text.parse().ok()).flatten()
}

/// Whether it is written like a whole number, of whatever size: digits, and no zero before another one.
pub fn is_whole(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (text == "0" || !text.starts_with('0'))
}

/// At most six ASCII digits, and at least one.
fn number(digits: &[u8]) -> Option<u32> {
    let all = (1..=MICROS_MAX).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    (take, what): (fn(&str) -> Option<T>, &str),
) -> Result<T, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    take(&text).ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), &what))
}

/// For `#[serde(deserialize_with = "…")]` of a date that comes from outside.
///
/// # Errors
/// Where it is no date, and the deserializer's.
pub fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    read(deserializer, (date, A_DATE))
}

/// The same of a date that may be absent; beside `#[serde(default)]`.
///
/// # Errors
/// As [`read_date`].
pub fn read_date_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    Ok(Option::<Date>::deserialize(deserializer)?.map(|Date(date)| date))
}

/// A list of dates.
///
/// # Errors
/// As [`read_date`].
pub fn read_dates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveDate>, D::Error> {
    let dates = Vec::<Date>::deserialize(deserializer)?;
    Ok(dates.into_iter().map(|Date(date)| date).collect())
}

/// A time of day that may be absent; beside `#[serde(default)]`.
///
/// # Errors
/// Where it is no time of day, and the deserializer's.
pub fn read_time_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveTime>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    let read = |text: Cow<'_, str>| {
        let wrong = || D::Error::invalid_value(Unexpected::Str(&text), &A_TIME);
        time_of_day(&text).ok_or_else(wrong)
    };
    text.map(read).transpose()
}

/// A date where a type is asked for, as in a list or a generic reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Date(#[serde(deserialize_with = "read_date")] pub NaiveDate);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::date_text;

    #[test]
    fn what_is_nearly_a_date_is_none() {
        for text in [
            "2026-2-12",
            "2026-02-1",
            "12/02/2026",
            "2026/02/12",
            "20260212",
            "02026-02-12",
            "+2026-02-12",
            "-2026-02-12",
            "0000-01-01",
            "26-02-12",
            "2026-02-30",
            "2026-13-01",
            " 2026-02-12",
            "2026-02-12 ",
            "2026-02-12T00:00:00",
            "２０２６-02-12",
            "",
        ] {
            assert_eq!(date(text), None, "{text:?}");
            assert!(serde_json::from_value::<Date>(text.into()).is_err(), "{text:?}");
        }
        assert_eq!(date("2024-02-29"), NaiveDate::from_ymd_opt(2024, 2, 29));
        assert_eq!(date("0001-01-01"), NaiveDate::from_ymd_opt(1, 1, 1));
    }

    #[test]
    fn what_is_nearly_a_time_of_day_is_none() {
        for text in [
            "23:59:60",
            "24:00",
            "24:00:00",
            "9:30",
            "09:5",
            "0930",
            "09:60",
            "10:00:00.",
            "10:00:00.1234567",
            "10:00.5",
            "+9:30",
            "10:00:0",
            "10:00:00 ",
            "１０:00",
            "",
        ] {
            assert_eq!(time_of_day(text), None, "{text:?}");
        }
        assert_eq!(time_of_day("09:30"), NaiveTime::from_hms_opt(9, 30, 0));
        assert_eq!(time_of_day("23:59:59.5"), NaiveTime::from_hms_milli_opt(23, 59, 59, 500));
    }

    #[test]
    fn what_is_nearly_an_instant_is_none() {
        for text in [
            "2026-02-13T10:00:00",
            "2026-02-13 10:00:00+08:00",
            "2026-02-13t10:00:00+08:00",
            "2026-02-13T10:00:00z",
            "2026-02-13T10:00:00+8",
            "2026-02-13T10:00:00+08",
            "2026-02-13T10:00:00+0800",
            "2026-02-13T10:00:00+8:00",
            "2026-02-13T10:00:00+24:00",
            "2026-02-13T10:00:00+08:60",
            "2026-02-13T10:00:00-00:00",
            "2026-02-13T10:00+08:00",
            "2026-02-13T24:00:00+08:00",
            "2026-02-13T10:00:60+08:00",
            "2026-2-13T10:00:00+08:00",
            "2026-02-13T10:00:00.1234567+08:00",
            "0000-02-13T10:00:00+08:00",
            "12026-02-13T10:00:00+08:00",
            "2026-02-13T10:00:00+08:00 ",
        ] {
            assert_eq!(instant(text), None, "{text:?}");
        }
        let noon = instant("2026-02-13T12:00:00+08:00");
        assert!(noon.is_some());
        for same in
            ["2026-02-13T04:00:00Z", "2026-02-13T04:00:00.000+00:00", "2026-02-12T20:30:00-07:30"]
        {
            assert_eq!(instant(same), noon, "{same}");
        }
    }

    #[test]
    fn what_is_nearly_a_whole_number_is_none() {
        for text in [
            "", "+5", "-1", "-0", "007", "00", "1_000", "1,000", "1e3", " 5", "5 ", "5.", "0x5",
            "１",
        ] {
            assert_eq!(whole::<u64>(text), None, "{text:?}");
        }
        assert_eq!(whole("0"), Some(0_u64));
        assert_eq!(whole("255"), Some(255_u8));
        assert_eq!(whole::<u8>("256"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_reads_back(micros in -62_135_600_000_000_000_i64..253_402_200_000_000_000) {
            let at = Timestamp::from_micros(micros);
            let day = at.date();
            proptest::prop_assume!(date_text(day).as_str().len() == 10 && !date_text(day).as_str().starts_with("0000"));

            proptest::prop_assert_eq!(instant(&at.to_string()), Some(at));
            proptest::prop_assert_eq!(date(date_text(day).as_str()), Some(day));
            proptest::prop_assert_eq!(time_of_day(&at.time_of_day().to_string()), Some(at.time_of_day()));
        }

        #[test]
        fn what_reads_prints_the_one_spelling(text in "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9+_ ]{0,6}") {
            if let Some(day) = date(&text) {
                let printed = date_text(day);
                proptest::prop_assert_eq!(printed.as_str(), &text);
            }
            if let Some(number) = whole::<u64>(&text) {
                proptest::prop_assert_eq!(number.to_string(), text);
            }
        }
    }
}
