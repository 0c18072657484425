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
        let confirmed = || open_days_after(calendar, wallet, t, wallet.confirm_lag);
        let (wallet_out, target_in) = match mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay => (t, t),
            ConversionMode::NextDay => (confirmed()?, confirmed()?),
            ConversionMode::RedeemToPurchase => {
                let out = confirmed()?;
                // Money is here no earlier than the registrar's word.
                let days = wallet.payout_lag.max(wallet.confirm_lag);
                (out, calendar.plus(out, u32::from(days))?)
            }
        };
        let confirm_by = open_days_after(calendar, target, target_in, target.confirm_lag)?;
        Ok(Self { wallet_in: t, wallet_out, target_in, confirm_by })
    }
}

/// The n-th day after `day` on which the exchange trades and the fund is not shut.
pub(super) fn open_days_after(
    calendar: &TradingCalendar,
    fund: &FundTerms,
    day: TradingDay,
    n: u8,
) -> Result<TradingDay, CalendarError> {
    (0..n).try_fold(day, |day, _| {
        let mut next = calendar.plus(day, 1)?;
        while fund.is_shut_on(next.date()) {
            next = calendar.plus(next, 1)?;
        }
        Ok(next)
    })
}
