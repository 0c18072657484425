//! When there is not enough for everybody: a capped purchase, a huge redemption.
//!
//! ```text
//! capped purchase   ratio = cap / Σ requested, truncated to 8 decimals
//!                   confirmed = requested × ratio, truncated to the fen; refund = requested - it
//! huge redemption   net out = redemptions + conversions out - purchases - conversions in
//!                   huge when net out > 10 % of the shares of the open day before
//!                   confirmed = requested × accepted / Σ requested
//!                   the rest is carried over, or cancelled
//! ```
//!
//! 1. Nobody gets more than was asked for, and nobody less than nothing.
//! 2. Where the last takes the difference, what was given is what there was to give, to the cent.
//!    What the last cannot take (it asked for less) goes to the one before, and so on.
//! 3. Where every part is truncated, the sum stays below: by less than a fen per order, and for a
//!    purchase by the truncated ratio's 1e-8 of the requested sum as well.
//! 4. The fee of a prorated purchase is that of the confirmed amount.
//! 5. What a redemption did not get is asked for again on the next open day, without precedence and
//!    at that day's price, unless the order says that it is to be cancelled. What a conversion did
//!    not get is cancelled.

use crate::{
    arithmetic::{OutOfRange, out_of_range},
    money::{Amount, Money, Rate, Shares},
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Who gets what truncation leaves over. Pinned by policy, per fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remainder {
    /// Nobody: the sum stays below the cap.
    #[default]
    Unallocated,
    /// The last order.
    ToLast,
}

/// How a huge redemption's parts are rounded. Pinned by policy, per registrar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartRounding {
    /// To 0.01, the rest dropped.
    #[default]
    Truncate,
    /// To the nearest 0.01, a half up; the last order takes the difference.
    HalfUpToLast,
}

/// Why nothing can be shared out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A manager may not accept less.
    #[error("{accepted} shares accepted are below the {minimum} that must be accepted")]
    BelowMinimum {
        /// What the manager offers.
        accepted: Shares,
        /// A tenth of the shares of the open day before.
        minimum: Shares,
    },
    /// A sum does not fit.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// One order of a capped day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchasePart {
    /// Paid with the order.
    pub requested: Amount,
    /// What buys shares; the fee is reckoned on it.
    pub confirmed: Money,
    /// What goes back; `requested - confirmed`.
    pub refund: Money,
}

/// A capped day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proration {
    /// Confirmed of requested, truncated to 8 decimals; 1 when the cap is not reached.
    pub ratio: Rate,
    /// In the order in which they were given.
    pub parts: Vec<PurchasePart>,
    /// Left of the cap, or of the requested sum when that is less.
    pub unallocated: Money,
}

/// Shares a cap out among orders, in proportion.
///
/// # Errors
/// [`OutOfRange`] when the orders' sum does not fit.
pub fn purchases(
    cap: Money,
    orders: &[Amount],
    remainder: Remainder,
) -> Result<Proration, OutOfRange> {
    let lost = || out_of_range("sum of the orders", format!("{} orders", orders.len()));
    let total = orders.iter().try_fold(Money::ZERO, |sum, order| sum.plus((*order).into()));
    let total = total.ok_or_else(lost)?;
    let target = cap.min(total);
    let ratio = if total <= cap { Rate::ONE } else { ratio_of(cap, total).ok_or_else(lost)? };
    let requested: Vec<Money> = orders.iter().map(|order| (*order).into()).collect();
    let truncated = requested.iter().map(|money| money.at_rate_truncated(ratio));
    let mut confirmed = truncated.collect::<Option<Vec<_>>>().ok_or_else(lost)?;
    let given = confirmed.iter().try_fold(Money::ZERO, |sum, money| sum.plus(*money));
    let mut unallocated = target.minus_or_zero(given.ok_or_else(lost)?);
    match remainder {
        Remainder::Unallocated => {}
        Remainder::ToLast => {
            for (part, asked) in confirmed.iter_mut().zip(&requested).rev() {
                let more = unallocated.min(asked.minus_or_zero(*part));
                *part = part.plus(more).ok_or_else(lost)?;
                unallocated = unallocated.minus_or_zero(more);
            }
        }
    }
    let parts = orders.iter().zip(confirmed).map(|(requested, confirmed)| PurchasePart {
        requested: *requested,
        confirmed,
        refund: Money::from(*requested).minus_or_zero(confirmed),
    });
    Ok(Proration { ratio, parts: parts.collect(), unallocated })
}

fn ratio_of(part: Money, whole: Money) -> Option<Rate> {
    Rate::truncated(part.decimal().checked_div(whole.decimal())?)
}

/// One open day of a fund, in shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDay {
    /// Shares of the fund at the end of the open day before.
    pub previous_total: Shares,
    /// Asked to be given back.
    pub redemptions: Shares,
    /// Asked to be converted into other funds.
    pub conversions_out: Shares,
    /// Coming in for money.
    pub purchases: Shares,
    /// Coming in from other funds.
    pub conversions_in: Shares,
}

impl OpenDay {
    /// What leaves beyond what comes; negative on a day of inflow.
    pub fn net_out(&self) -> Decimal {
        let out = self.redemptions.decimal() + self.conversions_out.decimal();
        out - self.purchases.decimal() - self.conversions_in.decimal()
    }

    /// Whether more than 10 % of the fund wants to leave (fund contract, after the liquidity-risk
    /// rules). Exactly 10 % is not huge.
    pub fn is_huge(&self) -> bool {
        self.net_out() > self.previous_total.decimal() * Decimal::new(1, 1)
    }

    /// The least that must be accepted: 10 % of the day before, up to the next 0.01.
    pub fn minimum_acceptance(&self) -> Shares {
        let tenth = self.previous_total.decimal() * Decimal::new(1, 1);
        let up = tenth.round_dp_with_strategy(2, RoundingStrategy::ToPositiveInfinity);
        Shares::new(up).unwrap_or(self.previous_total)
    }
}

/// What becomes of shares that could not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmet {
    /// Asked for again on the next open day.
    CarryOver,
    /// Forgotten.
    Cancel,
}

/// One order of a huge redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// For money, with the investor's choice; without one it is carried over.
    Redemption {
        /// Asked for.
        shares: Shares,
        /// The investor's choice.
        unmet: Option<Unmet>,
    },
    /// Into another fund.
    Conversion {
        /// Asked for.
        shares: Shares,
    },
}

impl Exit {
    /// Asked for.
    pub const fn shares(self) -> Shares {
        match self {
            Exit::Redemption { shares, .. } | Exit::Conversion { shares } => shares,
        }
    }

    /// What becomes of the rest.
    pub const fn unmet(self) -> Unmet {
        match self {
            Exit::Redemption { unmet: Some(Unmet::CarryOver) | None, .. } => Unmet::CarryOver,
            Exit::Redemption { unmet: Some(Unmet::Cancel), .. } | Exit::Conversion { .. } => {
                Unmet::Cancel
            }
        }
    }
}

/// What one order got. The three sum to what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitPart {
    /// Leaves today.
    pub confirmed: Shares,
    /// A new request of the next open day.
    pub carried_over: Shares,
    /// Stays, and nobody asks again.
    pub cancelled: Shares,
}

/// A huge redemption, shared out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferral {
    /// Accepted of requested, truncated to 8 decimals; for show, the parts are exact.
    pub ratio: Rate,
    /// In the order in which they were given.
    pub parts: Vec<ExitPart>,
}

/// Shares out what the manager accepts of a huge redemption. Redemptions and conversions out have
/// the same precedence and the same ratio.
///
/// # Errors
/// [`Refusal`], in its order.
pub fn defer(
    day: &OpenDay,
    accepted: Shares,
    exits: &[Exit],
    rounding: PartRounding,
) -> Result<Deferral, Refusal> {
    let lost = || out_of_range("sum of the orders", format!("{} orders", exits.len()));
    let total = exits.iter().try_fold(Shares::ZERO, |sum, exit| sum.plus(exit.shares()));
    let total = total.ok_or_else(lost)?;
    let minimum = day.minimum_acceptance().min(total);
    if accepted < minimum {
        return Err(Refusal::BelowMinimum { accepted, minimum });
    }
    let target = accepted.min(total);
    let ratio = target.decimal().checked_div(total.decimal()).and_then(Rate::truncated);
    let asked: Vec<i128> = exits.iter().map(|exit| exit.shares().decimal().mantissa()).collect();
    let (target, whole) = (target.decimal().mantissa(), total.decimal().mantissa());
    let given = share_out(&asked, target, whole, rounding).ok_or_else(lost)?;
    let parts = exits.iter().zip(given).map(|(exit, given)| part(*exit, given));
    let parts = parts.collect::<Option<Vec<_>>>().ok_or_else(lost)?;
    Ok(Deferral { ratio: ratio.unwrap_or(Rate::ONE), parts })
}

fn part(exit: Exit, given: i128) -> Option<ExitPart> {
    let confirmed = Shares::new(Decimal::try_from_i128_with_scale(given, Shares::DECIMALS).ok()?);
    let confirmed = confirmed.ok()?;
    let rest = exit.shares().minus(confirmed)?;
    Some(match exit.unmet() {
        Unmet::CarryOver => ExitPart { confirmed, carried_over: rest, cancelled: Shares::ZERO },
        Unmet::Cancel => ExitPart { confirmed, carried_over: Shares::ZERO, cancelled: rest },
    })
}

/// In 0.01 shares: a product of two sums of 16 digits needs 32, more than a decimal has.
fn share_out(
    asked: &[i128],
    target: i128,
    whole: i128,
    rounding: PartRounding,
) -> Option<Vec<i128>> {
    if whole == 0 {
        return Some(asked.to_vec());
    }
    let exact = |asked: &i128| asked.checked_mul(target);
    match rounding {
        PartRounding::Truncate => asked.iter().map(|it| exact(it)?.checked_div(whole)).collect(),
        PartRounding::HalfUpToLast => {
            let half_up = |it: &i128| {
                let twice = exact(it)?.checked_mul(2)?.checked_add(whole)?;
                twice.checked_div(whole.checked_mul(2)?)
            };
            let mut given = asked.iter().map(half_up).collect::<Option<Vec<_>>>()?;
            let mut missing = target.checked_sub(given.iter().sum())?;
            for (part, asked) in given.iter_mut().zip(asked).rev() {
                let settled = part.checked_add(missing)?.clamp(0, *asked);
                missing = missing.checked_sub(settled.checked_sub(*part)?)?;
                *part = settled;
            }
            Some(given)
        }
    }
}

impl Proration {
    /// Every step in words.
    pub fn explain(&self) -> Vec<String> {
        let ratio = self.ratio;
        let mut lines = vec![format!("ratio = {ratio} (truncated to 8 decimals)")];
        lines.extend(self.parts.iter().map(|part| {
            let PurchasePart { requested, confirmed, refund } = part;
            format!("{requested} × {ratio} → {confirmed} confirmed, {refund} refunded")
        }));
        lines.push(format!("{} left of the cap", self.unallocated));
        lines
    }
}

impl Deferral {
    /// Every step in words.
    pub fn explain(&self) -> Vec<String> {
        let mut lines = vec![format!("ratio = {} (shown truncated)", self.ratio)];
        lines.extend(self.parts.iter().map(|part| {
            let ExitPart { confirmed, carried_over, cancelled } = part;
            format!("{confirmed} confirmed, {carried_over} carried over, {cancelled} cancelled")
        }));
        lines
    }
}

#[cfg(test)]
#[path = "proration_tests.rs"]
mod tests;
