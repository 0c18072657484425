//! Conversions that are confirmed in portions: tiers, and a fixed fee, are those of the whole order.

use super::{Conversion, Policy, Terms, TierBase};
use crate::{
    fees::tiers::Charge,
    money::{Discount, Money},
};

/// What a record of an order may be charged on the way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopUp {
    /// Reckoned from what this record converts.
    OfRecord(Money),
    /// One of the whole order, whichever of its records charges it.
    OfOrder(Money),
}

impl TierBase {
    pub(super) const fn of(self, base: Money, gross_out: Money) -> Money {
        match self {
            Self::AfterRedemptionFee => base,
            Self::GrossOut => gross_out,
        }
    }
}

impl Conversion {
    /// The top-up by the order's own terms, where other records of it convert, or may yet, so much beside this one:
    /// money that the tiers count. `None` beyond the range of money.
    pub fn topup_beside(&self, terms: Terms<'_>, beside: Money) -> Option<TopUp> {
        let whole = terms.policy.tier_base.of(self.base, self.gross_out).plus(beside)?;
        let [charge_in, charge_out] =
            [terms.buying_target, terms.buying_source].map(|tiers| tiers.at(whole).charge);
        let topup = |base| terms.policy.topup(base, charge_in, charge_out);
        Some(match charge_in {
            Charge::Rate(_) => TopUp::OfRecord(topup(self.base)?),
            Charge::Fixed(_) => TopUp::OfOrder(topup(self.base.plus(beside)?)?),
        })
    }
}

impl Policy {
    /// The same with nothing to pay on the way in.
    #[must_use]
    pub const fn without_topup(self) -> Self {
        Self { topup_discount: Discount::FREE, topup_floor: None, ..self }
    }
}
