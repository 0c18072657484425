//! Sums of one stream's entries. What decides refuses what would leave the range; where the register's word
//! does all the same, the most that can be counted stands for it.

use crate::money::{Money, Shares};
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_beyond_the_range_is_the_most_that_can_be_counted() {
        let most: Shares = "99999999999999.99".parse().unwrap();
        assert_eq!(Shares::of(Decimal::new(150, 2)), "1.50".parse().unwrap());
        assert_eq!(Shares::of(most.decimal() + Decimal::new(1, 2)), most);
        assert_eq!(most.plus_or_most(most), most);
        assert_eq!(Money::of(most.decimal() + Decimal::ONE).decimal(), most.decimal());
    }
}
