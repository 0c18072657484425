//! May a discount purchase that is paid for be one of a later T than was promised? Everything is decided again.
//!
//! 1. Status, closed periods, limits, terms and charge are those of the later T.
//! 2. So is the investor's fitness: the level that the order was judged with must still count on that T, the
//!    identity document be valid, and the level cover the risk classes of the funds' terms of that T.
//! 3. A warning that was confirmed for the order is not asked for again: it is the investor's signature on
//!    that order. For a class above the one that it was confirmed for it was never given.
//! 4. The mode that the investor named stays, and so do shares that were held before; where none was named,
//!    the earliest price of what works on the later T is taken, as for a new request.
//! 5. On the T that was promised nothing of the investor is decided again: a product that is rated anew
//!    changes no order that was accepted.

use super::{
    Admission, Admitted, Balance, DayUse, Refusal, checks, held,
    later::{self, Later},
    least, on_day,
};
use crate::{
    calendar::{TradingCalendar, TradingDay},
    fund::FundTerms,
    ids::{FundCode, InvestorId},
    investor::InvestorProfile,
    modes::ConversionMode,
    money::{Amount, Shares},
    suitability::Suitability,
};
use chrono::NaiveDate;
use std::{collections::BTreeSet, sync::Arc};

/// What a promise is decided on again with.
#[derive(Debug, Clone)]
pub struct Readmission {
    /// The T that the order would move to.
    pub trade_date: TradingDay,
    /// Gross, in yuan, as it was asked for.
    pub amount: Amount,
    /// Owner of the order.
    pub investor: InvestorId,
    /// Funds of which the investor has shares by now.
    pub holds: BTreeSet<FundCode>,
    /// The terms in force on that T.
    pub wallet_fund: Arc<FundTerms>,
    /// The terms in force on that T.
    pub target_fund: Arc<FundTerms>,
    /// Terms of both funds that come into force before a later leg's own day.
    pub later: Later,
    /// What others have bought of both funds already, of each on its own T.
    pub used: DayUse,
    /// What the wallet holds, for a mode that would convert it.
    pub balance: Balance,
    /// As in [`Admission::lots`], of which the order's own reservation is a part.
    pub lots: Vec<(NaiveDate, Shares)>,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

impl Readmission {
    /// The mode with the earliest price on that T, of those that buy the money fund.
    pub fn earliest(&self) -> ConversionMode {
        let funds = (&self.wallet_fund, &self.target_fund, &self.later);
        later::earliest(&self.calendar, funds, Some(self.trade_date))
    }

    fn admission(&self, was: &Admitted, mode: ConversionMode) -> Admission {
        let mut investor =
            InvestorProfile::judged(self.investor.clone(), was, self.target_fund.code);
        investor.holds.extend(&self.holds);
        Admission {
            amount: self.amount,
            at: self.calendar.cut_off(self.trade_date).plus_millis(-1),
            mode: Some(mode),
            investor,
            wallet_fund: self.wallet_fund.clone(),
            target_fund: self.target_fund.clone(),
            channel: was.channel,
            warning_confirmed: None,
            used_today: self.used.clone(),
            balance: self.balance,
            lots: self.lots.clone(),
            later: self.later.clone(),
            calendar: self.calendar.clone(),
        }
    }
}

/// Decides again for a T, in that mode.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn readmit(
    was: &Admitted,
    again: &Readmission,
    mode: ConversionMode,
) -> Result<Admitted, Refusal> {
    let (a, t) = (again.admission(was, mode), again.trade_date);
    checks::funds(&a, t)?;
    if t > was.trade_date {
        checks::papers_again(was.id_valid_until, t)?;
    }
    if mode == ConversionMode::Held && was.mode != mode {
        held::held(&a)?;
    }
    if mode == ConversionMode::RedeemToPurchase && was.mode != mode {
        least::stays(&a)?;
    }
    let fits = |amount| on_day(&Admission { amount, ..a.clone() }, mode, t).is_ok();
    let step = || a.bought(mode, t).step_in(mode);
    let mut admitted = on_day(&a, mode, t).map_err(|refusal| refusal.fitting(step(), fits))?;
    admitted.suitability = if t > was.trade_date {
        let bought = a.bought(mode, t);
        let funds = [&bought.wallet_fund, &bought.target_fund];
        suitable_again(was, &funds.map(|fund| &**fund), t)?
    } else {
        was.suitability.clone()
    };
    admitted.requested_at = was.requested_at;
    admitted.id_valid_until = was.id_valid_until;
    Ok(admitted)
}

/// The verdicts on these funds, by their terms of that T; the others stay.
pub(super) fn suitable_again(
    was: &Admitted,
    funds: &[&FundTerms],
    t: TradingDay,
) -> Result<Vec<Suitability>, Refusal> {
    let again = |known: &Suitability| match funds.iter().find(|fund| fund.code == known.fund) {
        Some(fund) => checks::suitable_again(known, fund, t),
        None => Ok(known.clone()),
    };
    was.suitability.iter().map(again).collect()
}
