//! Instants and dates that others state, held against what is possible.
//!
//! ```text
//! asked - tolerance ≤ instant ≤ now + tolerance        date of asking ≤ date ≤ today
//! ```
//!
//! 1. Nothing happens to an order before it was asked for, nor after now. The tolerance pays for
//!    clocks that differ, and is never more than minutes.
//! 2. What is out of bounds is an error that names field, value and both limits: a case for a
//!    person, never an instant that decides a T.
//! 3. An instant that would fit after a shift by whole hours says so: its zone is probably wrong.
//!    Nothing is shifted here.

use crate::time::Timestamp;
use chrono::{NaiveDate, TimeDelta};

/// How far two clocks may differ that a time service sets.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// No zone is further from Greenwich: from UTC-12 to UTC+14.
const ZONE_HOURS_MAX: i64 = 14;
/// Beijing time written as UTC, or the reverse: by far the most usual mistake, so tried first.
const ZONE_HOURS_USUAL: i64 = 8;
const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// What an instant or date that belongs to one request can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    earliest: Timestamp,
    latest: Timestamp,
    asked_on: NaiveDate,
    today: NaiveDate,
}

/// A statement about time that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {value} is outside of {earliest} to {latest}{}", hint(self))]
pub struct OutOfBounds {
    /// The field of the message or record.
    pub field: &'static str,
    /// The value, as it was stated.
    pub value: String,
    /// The first instant or date that it could say.
    pub earliest: String,
    /// The last instant or date that it could say.
    pub latest: String,
    /// It would be possible if it were so many hours earlier (below 0: later).
    pub zone_hours: Option<i64>,
}

impl OutOfBounds {
    /// By how much the zone is probably wrong, in words; `None` where no zone explains it.
    pub fn zone_hint(&self) -> Option<String> {
        let hours = self.zone_hours?;
        let direction = if hours > 0 { "earlier" } else { "later" };
        let hours = hours.unsigned_abs();
        let unit = if hours == 1 { "hour" } else { "hours" };
        Some(format!("{hours} {unit} {direction} it would fit, so its zone is probably wrong"))
    }
}

fn hint(out: &OutOfBounds) -> String {
    out.zone_hint().map_or_else(String::new, |hint| format!("; {hint}"))
}

impl Bounds {
    /// Between the request and now, both widened by the tolerance ([`CLOCK_SKEW`], usually).
    /// A request that seems to be later than now counts as now.
    pub fn between(requested_at: Timestamp, now: Timestamp, tolerance: TimeDelta) -> Self {
        let slack = tolerance.num_milliseconds().max(0);
        let now = now.max(requested_at);
        Self {
            earliest: requested_at.plus_millis(-slack),
            latest: now.plus_millis(slack),
            asked_on: requested_at.date(),
            today: now.date(),
        }
    }

    /// The instant, if it is possible.
    ///
    /// # Errors
    /// [`OutOfBounds`] naming the field, the value, both limits and a likely mistake of zone.
    pub fn instant(
        &self,
        field: &'static str,
        stated: Timestamp,
    ) -> Result<Timestamp, OutOfBounds> {
        if self.holds(stated) {
            return Ok(stated);
        }
        Err(OutOfBounds {
            field,
            value: stated.to_string(),
            earliest: self.earliest.to_string(),
            latest: self.latest.to_string(),
            zone_hours: self.zone_hours(stated),
        })
    }

    /// The date, if it is possible: a natural day in Shanghai, not before that of the request and
    /// not after today.
    ///
    /// # Errors
    /// [`OutOfBounds`] naming the field, the value and both limits.
    pub fn date(&self, field: &'static str, stated: NaiveDate) -> Result<NaiveDate, OutOfBounds> {
        if self.asked_on <= stated && stated <= self.today {
            return Ok(stated);
        }
        Err(OutOfBounds {
            field,
            value: stated.to_string(),
            earliest: self.asked_on.to_string(),
            latest: self.today.to_string(),
            zone_hours: None,
        })
    }

    fn holds(&self, instant: Timestamp) -> bool {
        self.earliest <= instant && instant <= self.latest
    }

    fn zone_hours(&self, stated: Timestamp) -> Option<i64> {
        let shifts = std::iter::once(ZONE_HOURS_USUAL).chain(1..=ZONE_HOURS_MAX);
        shifts.flat_map(|hours| [hours, -hours]).find(|hours| {
            let shift = hours.saturating_mul(MICROS_PER_HOUR);
            self.holds(Timestamp::from_micros(stated.micros().saturating_sub(shift)))
        })
    }
}

/// The instant, if it lies between the request and now, both widened by the tolerance.
///
/// # Errors
/// [`OutOfBounds`] naming the field, the value, both limits and a likely mistake of zone.
pub fn check_instant(
    field: &'static str,
    stated: Timestamp,
    requested_at: Timestamp,
    now: Timestamp,
    tolerance: TimeDelta,
) -> Result<Timestamp, OutOfBounds> {
    Bounds::between(requested_at, now, tolerance).instant(field, stated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn bounds() -> Bounds {
        let asked = at("2026-02-13T14:50:00+08:00");
        Bounds::between(asked, at("2026-02-13T14:58:00+08:00"), CLOCK_SKEW)
    }

    fn paid(text: &str) -> Result<Timestamp, String> {
        bounds().instant("paid_at", at(text)).map_err(|out| out.to_string())
    }

    #[test]
    fn an_instant_fits_between_the_request_and_now_give_or_take_the_skew_of_clocks() {
        for fits in [
            "2026-02-13T14:45:00+08:00",
            "2026-02-13T14:55:00+08:00",
            "2026-02-13T06:55:00Z",
            "2026-02-13T15:03:00+08:00",
        ] {
            assert_eq!(paid(fits), Ok(at(fits)), "{fits}");
        }
        for misses in ["2026-02-13T14:44:59.999999+08:00", "2026-02-13T15:03:00.000001+08:00"] {
            assert!(paid(misses).is_err(), "{misses}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_with_field_value_and_both_limits() {
        let limits = "2026-02-13T14:45:00+08:00 to 2026-02-13T15:03:00+08:00";
        let rows = [
            ("2062-02-13T14:20:00+08:00", ""),
            ("2026-02-12T11:20:00+08:00", ""),
            (
                "2026-02-13T22:55:00+08:00",
                "; 8 hours earlier it would fit, so its zone is probably wrong",
            ),
            (
                "2026-02-13T06:55:00+08:00",
                "; 8 hours later it would fit, so its zone is probably wrong",
            ),
            (
                "2026-02-13T15:55:00+08:00",
                "; 1 hour earlier it would fit, so its zone is probably wrong",
            ),
            (
                "2026-02-14T04:55:00+08:00",
                "; 14 hours earlier it would fit, so its zone is probably wrong",
            ),
            ("2026-02-14T05:55:00+08:00", ""),
            ("2026-02-12T23:55:00+08:00", ""),
        ];
        for (stated, hint) in rows {
            let expected = format!("paid_at {stated} is outside of {limits}{hint}");
            assert_eq!(paid(stated), Err(expected));
        }
    }

    #[test]
    fn a_date_fits_from_the_day_of_the_request_to_today() {
        let date = |text: &str| {
            let stated = text.parse().unwrap();
            let asked = at("2026-02-13T23:30:00+08:00");
            let bounds = Bounds::between(asked, at("2026-02-24T00:10:00+08:00"), CLOCK_SKEW);
            bounds.date("confirmed_on", stated).map_err(|out| out.to_string())
        };
        assert_eq!(date("2026-02-13"), Ok("2026-02-13".parse().unwrap()));
        assert_eq!(date("2026-02-24"), Ok("2026-02-24".parse().unwrap()));
        assert_eq!(
            date("2026-02-12").unwrap_err(),
            "confirmed_on 2026-02-12 is outside of 2026-02-13 to 2026-02-24"
        );
        assert_eq!(
            date("2062-02-24").unwrap_err(),
            "confirmed_on 2062-02-24 is outside of 2026-02-13 to 2026-02-24"
        );
    }

    #[test]
    fn a_clock_that_went_back_leaves_the_instant_of_the_request_possible() {
        let (asked, now) = (at("2026-02-13T14:50:00+08:00"), at("2026-02-13T14:00:00+08:00"));

        assert_eq!(check_instant("paid_at", asked, asked, now, TimeDelta::zero()), Ok(asked));
    }

    #[test]
    fn the_ends_of_time_are_out_of_bounds_and_no_overflow() {
        for micros in [i64::MIN, i64::MAX] {
            let refused = bounds().instant("paid_at", Timestamp::from_micros(micros));
            assert_eq!(refused.unwrap_err().zone_hours, None);
        }
    }
}
