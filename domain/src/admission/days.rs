//! The days of an order: when each fund is bought or left, and when the last shares are confirmed.

use super::Admission;
use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    fund::FundTerms,
    modes::ConversionMode,
};

/// The days on which something happens to the order.
pub(super) struct Days {
    /// T: the money-market fund is bought.
    pub(super) wallet_in: TradingDay,
    /// The money-market shares leave: converted, or redeemed.
    pub(super) wallet_out: TradingDay,
    /// The target is bought, at this day's price.
    pub(super) target_in: TradingDay,
    /// The target's shares are confirmed by then.
    pub(super) confirm_by: TradingDay,
}

impl Days {
    pub(super) fn of(
        a: &Admission,
        mode: ConversionMode,
        t: TradingDay,
    ) -> Result<Self, CalendarError> {
        Self::between(&a.calendar, (&a.wallet_fund, &a.target_fund), mode, t)
    }

    pub(super) fn between(
        calendar: &TradingCalendar,
        (wallet, target): (&FundTerms, &FundTerms),
        mode: ConversionMode,
        t: TradingDay,
    ) -> Result<Self, CalendarError> {
        let confirmed = || confirmed_by(calendar, wallet, t);
        let (wallet_out, target_in) = match mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay => (t, t),
            ConversionMode::NextDay => (confirmed()?, confirmed()?),
            ConversionMode::RedeemToPurchase => {
                let out = confirmed()?;
                (out, money_by(calendar, wallet, out)?)
            }
        };
        let confirm_by = confirmed_by(calendar, target, target_in)?;
        // Income that leaves with the shares is paid out like the money of a redemption.
        let income_by = money_by(calendar, wallet, wallet_out)?;
        reaches(calendar, confirm_by.max(income_by))?;
        Ok(Self { wallet_in: t, wallet_out, target_in, confirm_by })
    }
}

/// The day on which the money of a redemption of that T is here: no earlier than the registrar's word.
pub(super) fn money_by(
    calendar: &TradingCalendar,
    fund: &FundTerms,
    t: TradingDay,
) -> Result<TradingDay, CalendarError> {
    calendar.plus(t, u32::from(fund.payout_lag.max(fund.confirm_lag)))
}

/// Whether the calendar carries an order to the last day on which something is due of it, and one
/// further: to that belongs what is heard after the last day's cut-off, and on it a person is called if
/// nothing was.
pub(super) fn reaches(calendar: &TradingCalendar, last: TradingDay) -> Result<(), CalendarError> {
    calendar.plus(last, 1).map(|_| ())
}

/// The day on which the registrar must have confirmed an order of that T. It works on every trading day:
/// one on which the fund takes no orders counts, too (T+n is the n-th working day after T).
pub(super) fn confirmed_by(
    calendar: &TradingCalendar,
    fund: &FundTerms,
    t: TradingDay,
) -> Result<TradingDay, CalendarError> {
    calendar.plus(t, u32::from(fund.confirm_lag))
}
