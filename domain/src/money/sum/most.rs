//! Sums of one stream's entries. What decides refuses what would leave the range; where the register's word
//! does all the same, the most that can be counted stands for it.

use crate::money::{Income, Money, Shares, max_unrounded};
use rust_decimal::Decimal;

/// The range of both ends at 99,999,999,999,999.99.
const MOST: Decimal = Decimal::from_parts(0x6fc0_ffff, 0x0023_86f2, 0, false, 2);

impl Shares {
    /// A sum of shares, the most that can be counted for more than that.
    pub(crate) fn of(sum: Decimal) -> Self {
        Self::checked(sum).unwrap_or(Self(MOST))
    }

    /// The sum, or the most that can be counted: never less than either part.
    #[must_use]
    pub fn plus_or_most(self, other: Self) -> Self {
        Self::of(self.0.saturating_add(other.0))
    }
}

impl Money {
    /// A sum of money, the most that can be counted for more than that.
    pub(crate) fn of(sum: Decimal) -> Self {
        Self::checked(sum).unwrap_or(Self(MOST))
    }

    /// The sum, or the most that can be counted: never less than either part.
    #[must_use]
    pub fn plus_or_most(self, other: Self) -> Self {
        Self::of(self.0.saturating_add(other.0))
    }
}

impl Income {
    /// The sum, or the most that can be counted, of its sign.
    #[must_use]
    pub fn plus_or_most(self, other: Self) -> Self {
        Self::within(self.0.saturating_add(other.0))
    }

    /// The difference, or the most that can be counted, of its sign.
    #[must_use]
    pub fn minus_or_most(self, other: Self) -> Self {
        Self::within(self.0.saturating_sub(other.0))
    }

    fn within(sum: Decimal) -> Self {
        let most = Decimal::from_i128_with_scale(max_unrounded(4), 4);
        Self::checked(sum.clamp(-most, most)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_income_beyond_the_range_is_the_most_of_its_sign() {
        let [most, least]: [Income; 2] = ["99999999", "-99999999"].map(|it| it.parse().unwrap());
        let one: Income = "1.0001".parse().unwrap();
        assert_eq!(most.plus_or_most(one), most);
        assert_eq!(least.minus_or_most(one), least);
        assert_eq!(least.minus_or_most(most), least);
        assert_eq!(most.minus_or_most(one).to_string(), "99999997.9999");
        assert_eq!(least.plus_or_most(one).to_string(), "-99999997.9999");
    }

    #[test]
    fn a_sum_beyond_the_range_is_the_most_that_can_be_counted() {
        let most: Shares = "99999999999999.99".parse().unwrap();
        assert_eq!(Shares::of(Decimal::new(150, 2)), "1.50".parse().unwrap());
        assert_eq!(Shares::of(most.decimal() + Decimal::new(1, 2)), most);
        assert_eq!(most.plus_or_most(most), most);
        assert_eq!(Money::of(most.decimal() + Decimal::ONE).decimal(), most.decimal());
    }
}
