//! Tiers: which charge an amount falls under, which rate a number of days.
//!
//! `from ≤ amount < next from` · `from_days ≤ days < next from_days` · the last tier is open.
//!
//! 1. The first tier starts at zero, so every amount and every day has exactly one tier.
//! 2. Bounds rise strictly.

use crate::money::{Money, Rate};
use fundflow_kernel::counted::counted;
use serde::{Deserialize, Serialize};

/// What one order is charged: a rate of its net amount, or a sum of money whatever its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Of the net amount: `fee = amount - amount / (1 + rate)`.
    Rate(Rate),
    /// A fixed fee of so many yuan per order, whatever the amount.
    Fixed(Money),
}

impl Charge {
    /// No charge at all: rate 0.
    pub const FREE: Self = Self::Rate(Rate::ZERO);

    /// Whether it is a charge of nothing.
    pub fn is_free(self) -> bool {
        match self {
            Charge::Rate(rate) => rate == Rate::ZERO,
            Charge::Fixed(fee) => fee.is_zero(),
        }
    }
}

/// Why a list of tiers is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum TierError {
    /// There is no tier at all.
    #[error("tiers are empty; at least one tier starting at 0 is needed")]
    Empty,
    /// Small amounts or short holdings would have no tier.
    #[error("the first tier starts at {from}; it must start at 0")]
    FirstNotZero {
        /// The lower bound at which it starts, as text.
        from: String,
    },
    /// The same value would have two tiers, or the list is out of order.
    #[error("a tier from {from} follows the tier from {before}; bounds must rise")]
    NotRising {
        from: String,
        /// The lower bound of the tier before it, as text.
        before: String,
    },
    /// A tier says nothing or two things.
    #[error("the tier from {from} has {given}; it needs exactly one of `rate` and `fixed`")]
    NotOneCharge {
        /// Its lower bound, inclusive, in yuan.
        from: Money,
        /// The kind of charge that it has.
        given: &'static str,
    },
}

/// A charge and the gross amount from which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "AmountRow", into = "AmountRow")]
pub struct AmountTier {
    /// Yuan, fee included; this amount is inside the tier.
    pub from: Money,
    /// A rate, or a fixed fee in yuan per order.
    pub charge: Charge,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AmountRow {
    from: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fixed: Option<Money>,
}

impl TryFrom<AmountRow> for AmountTier {
    type Error = TierError;
    fn try_from(row: AmountRow) -> Result<Self, TierError> {
        let from = row.from;
        match (row.rate, row.fixed) {
            (Some(rate), None) => Ok(Self { from, charge: Charge::Rate(rate) }),
            (None, Some(fee)) => Ok(Self { from, charge: Charge::Fixed(fee) }),
            (Some(_), Some(_)) => Err(TierError::NotOneCharge { from, given: "both" }),
            (None, None) => Err(TierError::NotOneCharge { from, given: "neither" }),
        }
    }
}

impl From<AmountTier> for AmountRow {
    fn from(tier: AmountTier) -> Self {
        let (rate, fixed) = match tier.charge {
            Charge::Rate(rate) => (Some(rate), None),
            Charge::Fixed(fee) => (None, Some(fee)),
        };
        Self { from: tier.from, rate, fixed }
    }
}

/// A rate and the holding time from which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaysTier {
    /// Natural days held; this day is inside the tier.
    pub from_days: u32,
    /// Of the gross amount redeemed.
    pub rate: Rate,
}

/// Charges by gross amount. Written as a list of `{ from, rate }` or `{ from, fixed }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<AmountTier>", into = "Vec<AmountTier>")]
pub struct AmountTiers {
    first: AmountTier,
    above: Vec<AmountTier>,
}

impl AmountTiers {
    /// One charge for every amount.
    pub const fn flat(charge: Charge) -> Self {
        Self { first: AmountTier { from: Money::ZERO, charge }, above: Vec::new() }
    }

    /// The tier that `amount` (gross, fee included) falls into.
    pub fn at(&self, amount: Money) -> AmountTier {
        let above = self.above.iter().rev().find(|tier| tier.from <= amount);
        *above.unwrap_or(&self.first)
    }

    /// From the smallest amount up.
    pub fn iter(&self) -> impl Iterator<Item = &AmountTier> {
        std::iter::once(&self.first).chain(&self.above)
    }

    /// What each amount is charged, once `charged` is applied to every tier.
    #[must_use]
    pub fn charged(&self, charged: impl Fn(Charge) -> Charge) -> Self {
        let tier = |tier: &AmountTier| AmountTier { charge: charged(tier.charge), ..*tier };
        Self { first: tier(&self.first), above: self.above.iter().map(tier).collect() }
    }

    /// What each amount up to `amount` is charged, once `charged` is applied to every tier; `None` where it
    /// is the same for all of them.
    pub fn up_to(&self, amount: Money, charged: impl Fn(Charge) -> Charge) -> Option<Self> {
        let tier = |tier: &AmountTier| AmountTier { charge: charged(tier.charge), ..*tier };
        let first = tier(&self.first);
        let mut above: Vec<_> =
            self.above.iter().filter(|tier| tier.from <= amount).map(tier).collect();
        let mut before = first.charge;
        above.retain(|tier| std::mem::replace(&mut before, tier.charge) != tier.charge);
        (!above.is_empty()).then_some(Self { first, above })
    }

    /// Whether no amount costs anything.
    pub fn is_free(&self) -> bool {
        self.iter().all(|tier| tier.charge.is_free())
    }
}

impl TryFrom<Vec<AmountTier>> for AmountTiers {
    type Error = TierError;
    fn try_from(tiers: Vec<AmountTier>) -> Result<Self, TierError> {
        rising(&tiers, |tier| tier.from)?;
        let mut tiers = tiers.into_iter();
        let first = tiers.next().ok_or(TierError::Empty)?;
        if !first.from.is_zero() {
            return Err(TierError::FirstNotZero { from: first.from.to_string() });
        }
        Ok(Self { first, above: tiers.collect() })
    }
}

impl From<AmountTiers> for Vec<AmountTier> {
    fn from(tiers: AmountTiers) -> Self {
        tiers.iter().copied().collect()
    }
}

/// Rates by holding time. Written as a list of `{ from_days, rate }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<DaysTier>", into = "Vec<DaysTier>")]
pub struct DaysTiers {
    first: DaysTier,
    above: Vec<DaysTier>,
}

impl DaysTiers {
    /// One rate however long the shares were held.
    pub const fn flat(rate: Rate) -> Self {
        Self { first: DaysTier { from_days: 0, rate }, above: Vec::new() }
    }

    /// From rows that each say the rate *below* a number of days; free at the last number and after.
    ///
    /// # Errors
    /// [`TierError`] when the numbers do not rise or there are none.
    pub fn below(rows: &[(u32, Rate)]) -> Result<Self, TierError> {
        let starts = std::iter::once(0).chain(rows.iter().map(|(days, _)| *days));
        let rates = rows.iter().map(|(_, rate)| *rate).chain([Rate::ZERO]);
        let tiers = starts.zip(rates).map(|(from_days, rate)| DaysTier { from_days, rate });
        if rows.is_empty() { Err(TierError::Empty) } else { tiers.collect::<Vec<_>>().try_into() }
    }

    /// The tier of shares held for `days` natural days.
    pub fn at(&self, days: u32) -> DaysTier {
        let above = self.above.iter().rev().find(|tier| tier.from_days <= days);
        *above.unwrap_or(&self.first)
    }

    /// From the shortest holding up.
    pub fn iter(&self) -> impl Iterator<Item = &DaysTier> {
        std::iter::once(&self.first).chain(&self.above)
    }
}

impl TryFrom<Vec<DaysTier>> for DaysTiers {
    type Error = TierError;
    fn try_from(tiers: Vec<DaysTier>) -> Result<Self, TierError> {
        rising(&tiers, |tier| tier.from_days)?;
        let mut tiers = tiers.into_iter();
        let first = tiers.next().ok_or(TierError::Empty)?;
        if first.from_days != 0 {
            let from = counted(first.from_days, "day", "days");
            return Err(TierError::FirstNotZero { from });
        }
        Ok(Self { first, above: tiers.collect() })
    }
}

impl From<DaysTiers> for Vec<DaysTier> {
    fn from(tiers: DaysTiers) -> Self {
        tiers.iter().copied().collect()
    }
}

fn rising<T, K: PartialOrd + ToString>(tiers: &[T], bound: fn(&T) -> K) -> Result<(), TierError> {
    for pair in tiers.windows(2) {
        if let [before, next] = pair
            && bound(before) >= bound(next)
        {
            let (from, before) = (bound(next).to_string(), bound(before).to_string());
            return Err(TierError::NotRising { from, before });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> AmountTiers {
        serde_json::from_str(
            r#"[{"from":"0","rate":"0.015"},{"from":"1000000","rate":"0.012"},
                {"from":"3000000","rate":"0.010"},{"from":"5000000","fixed":"1000.00"}]"#,
        )
        .unwrap()
    }

    #[test]
    fn a_bound_belongs_to_the_tier_that_it_opens() {
        let rows = [
            ("0.01", "0.015"),
            ("999999.99", "0.015"),
            ("1000000.00", "0.012"),
            ("2999999.99", "0.012"),
            ("3000000.00", "0.010"),
            ("4999999.99", "0.010"),
        ];
        for (amount, rate) in rows {
            let charge = table().at(amount.parse().unwrap()).charge;
            assert_eq!(charge, Charge::Rate(rate.parse().unwrap()), "{amount}");
        }
        let charge = table().at("5000000.00".parse().unwrap()).charge;
        assert_eq!(charge, Charge::Fixed("1000.00".parse().unwrap()));
    }

    #[test]
    fn days_below_a_bound_are_the_tiers_before_it() {
        let rate = |text: &str| text.parse::<Rate>().unwrap();
        let tiers =
            DaysTiers::below(&[(7, rate("0.015")), (30, rate("0.0075")), (180, rate("0.005"))]);
        let rows = [(0, "0.015"), (6, "0.015"), (7, "0.0075"), (29, "0.0075"), (30, "0.005")];
        let tiers = tiers.unwrap();
        for (days, expected) in rows {
            assert_eq!(tiers.at(days).rate, rate(expected), "{days} days");
        }
        assert_eq!(tiers.at(179).rate, rate("0.005"));
        assert_eq!(tiers.at(180).rate, Rate::ZERO);
    }

    #[test]
    fn a_list_that_is_no_schedule_says_why() {
        let rows = [
            ("[]", "tiers are empty; at least one tier starting at 0 is needed"),
            (r#"[{"from":"1","rate":"0"}]"#, "the first tier starts at 1.00; it must start at 0"),
            (
                r#"[{"from":"0","rate":"0"},{"from":"0","rate":"0"}]"#,
                "a tier from 0.00 follows the tier from 0.00; bounds must rise",
            ),
            (
                r#"[{"from":"0","rate":"0","fixed":"1"}]"#,
                "the tier from 0.00 has both; it needs exactly one of `rate` and `fixed`",
            ),
            (
                r#"[{"from":"0"}]"#,
                "the tier from 0.00 has neither; it needs exactly one of `rate` and `fixed`",
            ),
        ];
        for (json, why) in rows {
            let error = serde_json::from_str::<AmountTiers>(json).unwrap_err().to_string();
            assert!(error.starts_with(why), "{json}: {error}");
        }
    }

    #[test]
    fn tiers_read_back_as_they_were_written() {
        let json = serde_json::to_string(&table()).unwrap();

        assert_eq!(serde_json::from_str::<AmountTiers>(&json).unwrap(), table());
        assert!(json.contains(r#"{"from":"5000000.00","fixed":"1000.00"}"#), "{json}");
    }

    #[test]
    fn what_changes_charges_reaches_every_tier_and_leaves_the_bounds() {
        let half = |charge: Charge| match charge {
            Charge::Rate(rate) => Charge::Rate(rate.discounted_half_up("0.5".parse().unwrap())),
            fixed @ Charge::Fixed(_) => fixed,
        };
        let expected: AmountTiers = serde_json::from_str(
            r#"[{"from":"0","rate":"0.0075"},{"from":"1000000","rate":"0.006"},
                {"from":"3000000","rate":"0.005"},{"from":"5000000","fixed":"1000.00"}]"#,
        )
        .unwrap();

        assert_eq!(table().charged(half), expected);
        assert!(!table().is_free());
        assert!(AmountTiers::flat(Charge::Rate(Rate::ZERO)).is_free());
        assert!(AmountTiers::flat(Charge::Fixed(Money::ZERO)).is_free());
        assert!(!AmountTiers::flat(Charge::Fixed("0.01".parse().unwrap())).is_free());
    }
}
