//! May an investor agree to buy a fund by way of a wallet again and again? All of an admission that does
//! not depend on the day of a purchase; each occurrence is decided on by itself.
//!
//! 1. A way to the target must be there from the first date on, by the terms of both funds. Closures of
//!    single days are left aside: they skip a date.
//! 2. The money is taken to be paid: whether the wallet's own shares are enough is seen on each date.

use super::{Admission, Refusal, checks, chosen_mode, least};
use crate::{
    admission::days::Days,
    calendar::TradingDay,
    fund::FundTerms,
    modes::ConversionMode,
    suitability::{Suitability, SuitabilityRules},
};
use std::sync::Arc;

/// Whether the investor may agree to it, from that T on; `None`: no calendar covers the first T yet.
/// Returns the verdicts on the money-market fund and on the target.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn agree(a: &Admission, first: Option<TradingDay>) -> Result<[Suitability; 2], Refusal> {
    checks::kinds(a)?;
    checks::investor(&a.order())?;
    let mode = chosen_mode(a, first)?;
    if let Some(first) = first {
        let (wallet_fund, target_fund) = (by_terms(&a.wallet_fund), by_terms(&a.target_fund));
        let open = Admission { wallet_fund, target_fund, ..a.clone() };
        // A later step past the calendar's end is nobody's yet.
        if let Ok(days) = Days::of(&open, mode, first) {
            let own = open.on_own_days(&days);
            checks::statuses(&own, &open.wallet_fund, mode, &days)?;
            checks::pair(&own, mode)?;
            least::always_redeemable(&own, mode)?;
        }
    }
    limits(a, mode)?;
    checks::suitability(a, &SuitabilityRules::standard())
}

/// Whether an investor who has agreed may agree to another amount: nothing of it depends on who the
/// investor is by now, which each occurrence asks.
///
/// # Errors
/// The limit of one of the funds that the amount breaks.
pub fn agree_again(a: &Admission) -> Result<(), Refusal> {
    limits(a, chosen_mode(a, None)?)
}

fn limits(a: &Admission, mode: ConversionMode) -> Result<(), Refusal> {
    checks::pair(a, mode)?;
    least::always_redeemable(a, mode)?;
    checks::order_limits(&a.order(), &a.wallet_fund, false)?;
    checks::order_limits(&a.order(), &a.target_fund, mode.is_conversion())?;
    let Ok(t) = a.calendar.t_of(a.at) else { return Ok(()) };
    let step = a.step_in(mode);
    least::pays(a.target_fund.code, a.amount, &checks::price(a, mode, t), step)
}

/// The fund without its closures: what its terms let happen on any day.
pub(super) fn by_terms(fund: &Arc<FundTerms>) -> Arc<FundTerms> {
    let mut fund = fund.clone();
    if !fund.closures.is_empty() {
        Arc::make_mut(&mut fund).closures.clear();
    }
    fund
}
