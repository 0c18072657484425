//! T+n of a fund: the days on which its registrar's word and its money are due.
//!
//! ```text
//! confirmed by: the confirm_lag-th trading day after T on which the market abroad is open, too
//! paid by:      as many trading days after that as payout_lag is longer than confirm_lag
//! ```
//!
//! a raising:    its shares on the day on which the fund is founded, and no earlier than the day after the
//!               raising's last one
//!
//! The register works on every trading day: one on which the fund takes no orders counts. A holiday
//! abroad does not, since what the fund holds has no price on it.

use super::{FundTerms, Raising};
use crate::calendar::{CalendarError, TradingCalendar, TradingDay};

/// Trading days that a registrar and an auditor have after the raising, where the day of the
/// founding is not known yet.
const FOUNDING_DAYS: u32 = 10;

impl FundTerms {
    /// The day on which the registrar must have confirmed an order of that T.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] past the calendar's end.
    pub fn confirmed_by(
        &self,
        calendar: &TradingCalendar,
        t: TradingDay,
    ) -> Result<TradingDay, CalendarError> {
        let next = |day: TradingDay| {
            let mut day = calendar.after(day.date())?;
            while self.foreign_holidays.contains(&day.date()) {
                day = calendar.after(day.date())?;
            }
            Ok(day)
        };
        (0..self.confirm_lag).try_fold(t, |day, _| next(day))
    }

    /// The day on which the money of a redemption of that T is here: what keeps the registrar's word
    /// keeps the money as long.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] past the calendar's end.
    pub fn paid_by(
        &self,
        calendar: &TradingCalendar,
        t: TradingDay,
    ) -> Result<TradingDay, CalendarError> {
        calendar.plus(self.confirmed_by(calendar, t)?, self.pays_after_word())
    }

    /// Trading days between the registrar's word and the money.
    pub fn pays_after_word(&self) -> u32 {
        u32::from(self.payout_lag.saturating_sub(self.confirm_lag))
    }
}

impl Raising {
    /// The first trading day on which the registrar can have shares of what it raised.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] past the calendar's end.
    pub fn founded_from(&self, calendar: &TradingCalendar) -> Result<TradingDay, CalendarError> {
        let eve = self.founded_on.and_then(|day| day.pred_opt());
        calendar.after(eve.unwrap_or(self.through))
    }

    /// The day by which the registrar must have shares of an order of that T, or send its money back.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] past the calendar's end.
    pub fn founded_by(
        &self,
        calendar: &TradingCalendar,
        t: TradingDay,
    ) -> Result<TradingDay, CalendarError> {
        let last = TradingDay::recorded(self.through.max(t.date()));
        match self.founded_on {
            Some(day) => calendar.after(day),
            None => calendar.plus(last, FOUNDING_DAYS),
        }
    }
}
