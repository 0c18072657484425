//! Terms that come into force after T, and before what a purchase by way of a wallet still has to do: each leg
//! is promised on the terms of its own day.
//!
//! ```text
//! T                      the money fund is bought           terms of T
//! its confirmation       the shares leave                   the money fund's terms of that day
//! then, or money later   the target is bought               the target's terms of that day
//! ```

use super::{Admission, Days};
use crate::{
    calendar::{TradingCalendar, TradingDay},
    fund::FundTerms,
    ids::FundCode,
    modes::{self, ConversionMode},
};
use chrono::NaiveDate;
use std::{borrow::Cow, sync::Arc};

/// Those of both funds that count for a leg of the purchase and not for T; none most often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Later(Vec<Arc<FundTerms>>);

impl Later {
    /// Of a purchase of that T by the terms of T. `on` gives the terms in force on a day; past the calendar's
    /// end there are none.
    pub fn of(
        calendar: &TradingCalendar,
        t: TradingDay,
        funds: (&Arc<FundTerms>, &Arc<FundTerms>),
        on: impl Fn(FundCode, NaiveDate) -> Option<Arc<FundTerms>>,
    ) -> Self {
        let (mut later, (wallet, target)) = (Self::default(), funds);
        let look = |later: &mut Self, day: TradingDay| {
            for fund in [wallet, target] {
                let terms = on(fund.code, day.date()).filter(|it| it.effective_from > t.date());
                let new = terms.filter(|it| !later.0.contains(it));
                later.0.extend(new);
            }
        };
        let Ok(out) = wallet.confirmed_by(calendar, t) else { return later };
        look(&mut later, out);
        if let Ok(money) = later.in_force(wallet, out).paid_by(calendar, out) {
            look(&mut later, money);
        }
        later
    }

    /// The terms of that fund on a day of the purchase: those of T, unless later ones are in force.
    pub fn in_force<'a>(&'a self, fund: &'a Arc<FundTerms>, day: TradingDay) -> &'a Arc<FundTerms> {
        let later = self.0.iter().filter(|it| it.code == fund.code);
        let later = later.filter(|it| it.effective_from <= day.date());
        later.max_by_key(|it| it.effective_from).unwrap_or(fund)
    }
}

/// Whether the mode works by the terms of the days on which the shares leave and the target is bought; without a
/// T by those that are handed in.
pub(super) fn works(
    calendar: &TradingCalendar,
    funds: (&Arc<FundTerms>, &Arc<FundTerms>, &Later),
    mode: ConversionMode,
    t: Option<TradingDay>,
) -> bool {
    let (wallet, target, later) = funds;
    let t = t.filter(|_| !later.0.is_empty());
    let days = t.and_then(|t| Days::between(calendar, funds, mode, t).ok());
    let (wallet, target) = days.map_or((wallet, target), |days| {
        (later.in_force(wallet, days.wallet_out), later.in_force(target, days.target_in))
    });
    modes::possible(mode.of_lots(), wallet, target).contains(&mode)
}

/// The mode with the earliest price of those that buy the money fund and work.
pub fn earliest(
    calendar: &TradingCalendar,
    funds: (&Arc<FundTerms>, &Arc<FundTerms>, &Later),
    t: Option<TradingDay>,
) -> ConversionMode {
    let works =
        |mode: &ConversionMode| mode.buys_the_money_fund() && works(calendar, funds, *mode, t);
    ConversionMode::ALL.into_iter().find(works).unwrap_or(ConversionMode::RedeemToPurchase)
}

impl Admission {
    /// The same with the terms of the days on which the shares leave and the target is bought.
    pub(super) fn on_own_days(&self, days: &Days) -> Cow<'_, Self> {
        if self.later.0.is_empty() {
            return Cow::Borrowed(self);
        }
        let wallet_fund = self.later.in_force(&self.wallet_fund, days.wallet_out).clone();
        let target_fund = self.later.in_force(&self.target_fund, days.target_in).clone();
        Cow::Owned(Self { wallet_fund, target_fund, ..self.clone() })
    }

    /// The same with the terms of both purchases: of the money fund on T, and of the target on its own day.
    pub(super) fn bought(&self, mode: ConversionMode, t: TradingDay) -> Cow<'_, Self> {
        match Days::of(self, mode, t) {
            Ok(days) if !self.later.0.is_empty() => {
                let target_fund = self.later.in_force(&self.target_fund, days.target_in).clone();
                Cow::Owned(Self { target_fund, ..self.clone() })
            }
            Ok(_) | Err(_) => Cow::Borrowed(self),
        }
    }
}
