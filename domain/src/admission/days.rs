//! The days of an order: when each fund is bought or left, and when the last shares are confirmed.

use super::{Admission, later::Later};
use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    fund::FundTerms,
    modes::ConversionMode,
};
use std::sync::Arc;

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
        Self::between(&a.calendar, (&a.wallet_fund, &a.target_fund, &a.later), mode, t)
    }

    pub(super) fn between(
        calendar: &TradingCalendar,
        (wallet, target, later): (&Arc<FundTerms>, &Arc<FundTerms>, &Later),
        mode: ConversionMode,
        t: TradingDay,
    ) -> Result<Self, CalendarError> {
        let confirmed = || wallet.confirmed_by(calendar, t);
        let (wallet_out, target_in) = match mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay => (t, t),
            ConversionMode::NextDay => (confirmed()?, confirmed()?),
            ConversionMode::RedeemToPurchase => {
                let out = confirmed()?;
                (out, later.in_force(wallet, out).paid_by(calendar, out)?)
            }
        };
        let wallet = later.in_force(wallet, wallet_out);
        let mut confirm_by = later.in_force(target, target_in).confirmed_by(calendar, target_in)?;
        if mode.is_conversion() {
            // Whoever of the two confirms later confirms it.
            confirm_by = confirm_by.max(wallet.confirmed_by(calendar, wallet_out)?);
        }
        // Income that leaves with the shares is paid out like the money of a redemption.
        let income_by = wallet.paid_by(calendar, wallet_out)?;
        reaches(calendar, confirm_by.max(income_by))?;
        Ok(Self { wallet_in: t, wallet_out, target_in, confirm_by })
    }
}

/// Whether the calendar carries an order to the last day on which something is due of it, and one
/// further: to that belongs what is heard after the last day's cut-off, and on it a person is called if
/// nothing was.
pub(super) fn reaches(calendar: &TradingCalendar, last: TradingDay) -> Result<(), CalendarError> {
    calendar.plus(last, 1).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::reaches;
    use crate::{
        admission::fixture::target,
        calendar::{TradingCalendar, TradingDay},
    };
    use chrono::Days;

    #[test]
    fn a_day_is_reached_where_the_calendar_has_one_more() {
        let calendar = TradingCalendar::xshg().unwrap();
        let end = calendar.ends("2026-02-13T10:00:00+08:00".parse().unwrap()).on;
        let mut backwards = (0..30).filter_map(|n| end.checked_sub_days(Days::new(n)));
        let last = backwards.find_map(|day| calendar.day(day).ok()).unwrap();
        let before = calendar.before(last).unwrap();
        assert!(reaches(&calendar, before).is_ok());
        assert!(reaches(&calendar, last).is_err());
    }

    /// T is Friday 2026-02-13; the exchange is closed until 2026-02-24.
    #[test]
    fn a_holiday_abroad_is_no_day_of_t_plus_n() {
        let rows = [
            ((1, 1), vec![], ["2026-02-24", "2026-02-24"]),
            ((2, 3), vec![], ["2026-02-25", "2026-02-26"]),
            // What is closed here too is counted once.
            ((2, 3), vec!["2026-02-16"], ["2026-02-25", "2026-02-26"]),
            ((1, 1), vec!["2026-02-24"], ["2026-02-25", "2026-02-25"]),
            ((2, 3), vec!["2026-02-25", "2026-02-26"], ["2026-02-27", "2026-03-02"]),
            ((2, 7), vec!["2026-02-24"], ["2026-02-26", "2026-03-05"]),
            ((2, 1), vec!["2026-02-25"], ["2026-02-26", "2026-02-26"]),
            // T itself is not counted.
            ((1, 2), vec!["2026-02-13"], ["2026-02-24", "2026-02-25"]),
        ];
        let calendar = TradingCalendar::xshg().unwrap();
        let t = TradingDay::recorded("2026-02-13".parse().unwrap());
        for ((confirm, payout), holidays, expected) in rows {
            let mut fund = target();
            (fund.confirm_lag, fund.payout_lag) = (confirm, payout);
            fund.foreign_holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
            let days = [fund.confirmed_by(&calendar, t), fund.paid_by(&calendar, t)];
            assert_eq!(days.map(|day| day.unwrap().to_string()), expected, "{holidays:?}");
        }
    }
}
