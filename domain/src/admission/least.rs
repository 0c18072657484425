//! What is too small to be ordered: money that a fixed fee eats up, and shares that a money fund would not let
//! leave once they are bought.

use super::{Admission, Refusal, checks::Price};
use crate::{
    fees::tiers::{AmountTiers, Charge},
    ids::FundCode,
    modes::ConversionMode,
    money::{Amount, Money, Nav, ShareRounding, Shares},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A fixed fee that is no less than the amount it is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeEats {
    /// The fund that charges it.
    pub fund: FundCode,
    /// Yuan that were to be paid, fee included.
    pub amount: Amount,
    /// The fixed fee, in yuan.
    pub fee: Money,
    /// The smallest larger amount of which something is left; unknown where none would be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Amount>,
}

impl fmt::Display for FeeEats {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fund, amount, fee, least } = self;
        write!(out, "amount {amount} is not above {fee}, the fixed fee of fund {fund} for it")?;
        match least {
            Some(least) => write!(out, "; the smallest larger amount that works is {least}"),
            None => out.write_str("; it must leave something to buy with"),
        }
    }
}

impl std::error::Error for FeeEats {}

/// Shares that are bought only to be redeemed, and are too few for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error(
    "{shares} shares are below the minimum of {min} to redeem of fund {fund}, which pays for the target"
)]
pub struct TooFewRedeemed {
    /// The money-market fund, by its code of six digits.
    pub fund: FundCode,
    /// What the amount buys of it.
    pub shares: Shares,
    /// The least number of shares in one redemption.
    pub min: Shares,
}

/// Something is left of the amount once its fee is paid.
pub(super) fn pays(
    fund: FundCode,
    amount: Amount,
    price: &Price,
    step: Option<Amount>,
) -> Result<(), Refusal> {
    let (Charge::Fixed(fee), Some(tiers)) = (price.charge, &price.eaten_by) else { return Ok(()) };
    let least = next_that_works(tiers, amount, step);
    Err(Refusal::FeeEatsAmount(FeeEats { fund, amount, fee, least }))
}

/// The smallest larger amount of which the charge of its own tier leaves something.
fn next_that_works(tiers: &AmountTiers, amount: Amount, step: Option<Amount>) -> Option<Amount> {
    let more = |than: Money| than.plus(Amount::FEN.into());
    let rows: Vec<_> = tiers.iter().collect();
    rows.iter().enumerate().find_map(|(at, row)| {
        let above = match row.charge {
            Charge::Rate(_) => amount.into(),
            Charge::Fixed(fee) => fee.max(amount.into()),
        };
        let least = Amount::checked(more(above)?.max(row.from).decimal())?;
        let least = step.map_or(Some(least), |step| least.raised_to(step))?;
        let in_tier = rows.get(at + 1).is_none_or(|next| Money::from(least) < next.from);
        in_tier.then_some(least)
    })
}

/// The shares that the amount buys may be redeemed, by the terms of the day on which they are: as many as that, or
/// all of a wallet that has no others. Where other orders put more into it by then, they stay in it.
pub(super) fn redeemable(a: &Admission, mode: ConversionMode) -> Result<(), Refusal> {
    if a.balance.left_without(Shares::ZERO).is_zero() {
        return Ok(());
    }
    always_redeemable(a, mode)
}

/// The same of orders again and again, whatever the wallet has by then.
pub(super) fn always_redeemable(a: &Admission, mode: ConversionMode) -> Result<(), Refusal> {
    if mode != ConversionMode::RedeemToPurchase {
        return Ok(());
    }
    let (fund, min) = (a.wallet_fund.code, a.wallet_fund.limits.shares.redemption_min);
    // A money-market share costs 1.00 by definition, so an amount buys as many shares.
    let shares = Money::from(a.amount).shares_at(Nav::ONE, ShareRounding::HalfUp);
    let shares = shares.unwrap_or(Shares::ZERO);
    if shares < min {
        return Err(Refusal::BelowRedemptionMinimum(TooFewRedeemed { fund, shares, min }));
    }
    Ok(())
}

/// What the wallet keeps once the shares that are bought have been redeemed may stay there.
pub(super) fn stays(a: &Admission) -> Result<(), Refusal> {
    let (fund, min) = (a.wallet_fund.code, a.wallet_fund.limits.shares.balance_min);
    let left = a.balance.left_without(Shares::ZERO);
    if !left.is_zero() && left < min {
        let (free, possible) = (a.balance.available, Vec::new());
        return Err(Refusal::LeavesTooFew { fund, left, free, min, possible });
    }
    Ok(())
}
