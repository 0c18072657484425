//! Operations on money that lose digits, each named after what it does to them.
//!
//! ```text
//! net      = half_up(gross / (1 + rate))        outer deduction
//! fee      = gross - net                        so that net + fee = gross, always
//! fee_in   = half_up(base × rate / (1 + rate))  the fee that a base would bear
//! residual = paid - shares × NAV                exact, nothing is lost
//! ```
//!
//! Why 28 digits are enough to round right. A money of at most 16 digits times a rate or price of
//! the ranges in [`crate::money`] is exact whenever its value is in range. A quotient is off by less
//! than 1e-14 yuan (or 1e-6 / NAV shares), while one that is not a half fen differs from it by at
//! least 2.5e-11 (or 5e-3 / NAV), so a quotient never lands on the wrong side.

use crate::money::{Money, Nav, Rate, Residual, Shares};
use rust_decimal::Decimal;

/// A result that its quantity cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} computed from {value} leaves its range of {limit}")]
pub struct OutOfRange {
    /// What was to be computed.
    pub field: &'static str,
    /// The numbers from which it was reckoned, as text.
    pub value: String,
    /// What the quantity can hold.
    pub limit: &'static str,
}

pub(crate) const MONEY_LIMIT: &str = "0 to 99999999999999.99";

/// Names the computation that left the range.
pub(crate) fn out_of_range(field: &'static str, value: String) -> OutOfRange {
    OutOfRange { field, value, limit: MONEY_LIMIT }
}

impl Money {
    /// What is left of a gross amount when the fee is a rate of what is left; to the nearest fen, a
    /// half away from zero.
    #[must_use]
    pub fn net_of_half_up(self, rate: Rate) -> Option<Self> {
        let divisor = Decimal::ONE.checked_add(rate.decimal())?;
        Self::half_up(self.decimal().checked_div(divisor)?)
    }

    /// The fee contained in a base: `base × rate / (1 + rate)`, to the nearest fen, a half away
    /// from zero.
    #[must_use]
    pub fn fee_within_half_up(self, rate: Rate) -> Option<Self> {
        let divisor = Decimal::ONE.checked_add(rate.decimal())?;
        let fee = self.decimal().checked_mul(rate.decimal())?;
        Self::half_up(fee.checked_div(divisor)?)
    }

    /// A rate of it, to the nearest fen, a half away from zero.
    #[must_use]
    pub fn at_rate_half_up(self, rate: Rate) -> Option<Self> {
        Self::half_up(self.decimal().checked_mul(rate.decimal())?)
    }

    /// The difference, or nothing when it would be negative.
    #[must_use]
    pub fn minus_or_zero(self, other: Self) -> Self {
        self.minus(other).unwrap_or(Self::ZERO)
    }

    /// What rounding left over when it bought `shares` at `nav`: exact, of either sign.
    #[must_use]
    pub fn residual(self, shares: Shares, nav: Nav) -> Option<Residual> {
        let worth = shares.decimal().checked_mul(nav.decimal())?;
        Residual::new(self.decimal().checked_sub(worth)?).ok()
    }
}

impl Rate {
    /// The difference, or nothing when it would be negative.
    #[must_use]
    pub fn minus_or_zero(self, other: Self) -> Self {
        self.decimal()
            .checked_sub(other.decimal())
            .and_then(|difference| Self::new(difference).ok())
            .unwrap_or(Self::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Discount;
    use proptest::prelude::*;
    use rust_decimal::RoundingStrategy::MidpointAwayFromZero;

    fn money(fen: u64) -> Money {
        Money::new(Decimal::from_i128_with_scale(i128::from(fen), 2)).unwrap()
    }

    // 2n + d over 2d: half up without any fraction.
    fn half_up(n: i128, d: i128) -> i128 {
        (2 * n + d) / (2 * d)
    }

    proptest! {
        #[test]
        fn a_net_amount_is_what_integers_say(fen in 0..=9_999_999_999_999_999_u64, rate in 0..=100_000_000_u64) {
            let exact = Rate::new(Decimal::from_i128_with_scale(i128::from(rate), 8)).unwrap();
            let (fen, rate) = (i128::from(fen), i128::from(rate));
            let gross = Money::new(Decimal::from_i128_with_scale(fen, 2)).unwrap();
            let one = 100_000_000;

            prop_assert_eq!(gross.net_of_half_up(exact).unwrap().decimal().mantissa(), half_up(fen * one, one + rate));
            prop_assert_eq!(gross.fee_within_half_up(exact).unwrap().decimal().mantissa(), half_up(fen * rate, one + rate));
            prop_assert_eq!(gross.at_rate_half_up(exact).unwrap().decimal().mantissa(), half_up(fen * rate, one));
        }

        #[test]
        fn shares_are_what_integers_say(fen in 0..=9_999_999_999_999_999_u64, nav in 1..=9_999_999_999_999_999_u64) {
            let price = Nav::new(Decimal::from_i128_with_scale(i128::from(nav), 8)).unwrap();
            let exact = half_up(i128::from(fen) * 100_000_000, i128::from(nav));
            let shares = money(fen).shares_at(price, crate::money::ShareRounding::HalfUp);
            let cut = money(fen).shares_at(price, crate::money::ShareRounding::Truncate);

            if exact <= 9_999_999_999_999_999 {
                prop_assert_eq!(shares.unwrap().decimal().mantissa(), exact);
                prop_assert_eq!(cut.unwrap().decimal().mantissa(), i128::from(fen) * 100_000_000 / i128::from(nav));
            } else {
                prop_assert_eq!(shares, None);
            }
        }

        #[test]
        fn a_value_is_what_integers_say(hundredths in 0..=9_999_999_999_999_999_u64, nav in 1..=9_999_999_999_999_999_u64) {
            let price = Nav::new(Decimal::from_i128_with_scale(i128::from(nav), 8)).unwrap();
            let shares = Shares::new(Decimal::from_i128_with_scale(i128::from(hundredths), 2)).unwrap();
            let exact = half_up(i128::from(hundredths) * i128::from(nav), 100_000_000);

            match shares.value_half_up(price) {
                Some(value) => prop_assert_eq!(value.decimal().mantissa(), exact),
                None => prop_assert!(exact > 9_999_999_999_999_999),
            }
        }
    }

    /// On the fee it would be 14.78, a tenth of 147.78.
    #[test]
    fn a_discount_is_one_on_the_rate() {
        let (gross, rate): (Money, Rate) = ("10000".parse().unwrap(), "0.015".parse().unwrap());
        let tenth: Discount = "0.1".parse().unwrap();
        let by_rate = gross.net_of_half_up(rate.discounted_half_up(tenth)).unwrap();

        assert_eq!(gross.minus(by_rate), "14.98".parse().ok());
        assert_eq!(
            Decimal::new(14_775, 3).round_dp_with_strategy(2, MidpointAwayFromZero),
            Decimal::new(1478, 2)
        );
    }
}
