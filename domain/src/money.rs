//! Money, shares, prices and rates: exact decimals, each with its unit, none with a bare number.
//!
//! | type | unit | decimals | range |
//! |---|---|---|---|
//! | [`Money`] | yuan | 2 (fen) | 0 … 99,999,999,999,999.99 |
//! | [`Amount`] | yuan | 2 | 0.01 … the same; an order's amount is never zero |
//! | [`SignedMoney`] | yuan | 2 | either sign: differences and money-fund income |
//! | [`Shares`] | shares | 2 | 0 … the same |
//! | [`Nav`] | yuan per share | 8 | above 0 … 99,999,999.99999999 |
//! | [`Rate`] | of an amount | 8 | 0 … 1 |
//! | [`Discount`] | multiplier on a rate | 4 | 0 (free) … 1 (none) |
//! | [`PerTenThousand`] | yuan per 10,000 shares and day | 5 | either sign |
//! | [`Income`] | yuan | 4 | either sign: what a money fund owes one holder |
//! | [`YieldPercent`] | percent a year | 3 | either sign |
//! | [`Residual`] | yuan | 10 | either sign: what rounding shares leaves to the fund's assets |
//!
//! 1. A value outside its range cannot be built; the widths are those of the exchange files
//!    (N16(2), N16(8), N9(8), N5(4), N8(5)).
//! 2. There is no `/` and no implicit rounding: every operation that loses digits is named after
//!    what it does to them.
//! 3. Sums that leave the range are `None`; the caller makes a refusal of it.
//! 4. In JSON each is a string, so that no reader's floating point can touch it.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A number that cannot be the quantity it was given for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {quantity}: {allowed}")]
pub struct NumberError {
    /// What it was meant to be.
    pub quantity: &'static str,
    /// What was given.
    pub value: String,
    /// What may be given.
    pub allowed: &'static str,
}

// Decimal::from_parts(lo, mid, hi, negative, scale)
const MAX_FEN: Decimal = Decimal::from_parts(1_874_919_423, 2_328_306, 0, false, 2);
const MAX_NAV: Decimal = Decimal::from_parts(1_874_919_423, 2_328_306, 0, false, 8);
const MAX_UNROUNDED: Decimal = Decimal::from_parts(99_999_999, 0, 0, false, 0);
const MAX_PER_10K: Decimal = Decimal::from_parts(99_999_999, 0, 0, false, 5);

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $what:literal, $decimals:literal, $min:expr, $max:expr, $allowed:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "Decimal", into = "Decimal")]
        pub struct $name(Decimal);

        impl $name {
            /// How many decimals it carries, always.
            pub const DECIMALS: u32 = $decimals;

            /// Takes the number if it is in range and has no digit too many; never rounds.
            ///
            /// # Errors
            /// [`NumberError`] naming the value and what is allowed.
            pub fn new(number: Decimal) -> Result<Self, NumberError> {
                let in_range = $min <= number && number <= $max;
                if !in_range || number.normalize().scale() > $decimals {
                    return Err(NumberError { quantity: $what, value: number.to_string(), allowed: $allowed });
                }
                let mut exact = number;
                exact.rescale($decimals);
                Ok(Self(exact))
            }

            /// The plain number, with exactly the type's decimals.
            pub const fn decimal(self) -> Decimal {
                self.0
            }

            #[allow(dead_code, reason = "not every quantity is ever the result of a rounding")]
            pub(crate) fn half_up(exact: Decimal) -> Option<Self> {
                Self::new(exact.round_dp_with_strategy($decimals, RoundingStrategy::MidpointAwayFromZero)).ok()
            }

            #[allow(dead_code, reason = "not every quantity is ever the result of a rounding")]
            pub(crate) fn truncated(exact: Decimal) -> Option<Self> {
                Self::new(exact.round_dp_with_strategy($decimals, RoundingStrategy::ToZero)).ok()
            }
        }

        impl TryFrom<Decimal> for $name {
            type Error = NumberError;
            fn try_from(number: Decimal) -> Result<Self, NumberError> {
                Self::new(number)
            }
        }

        impl From<$name> for Decimal {
            fn from(quantity: $name) -> Decimal {
                quantity.0
            }
        }

        impl FromStr for $name {
            type Err = NumberError;
            fn from_str(text: &str) -> Result<Self, NumberError> {
                let bad = || NumberError { quantity: $what, value: text.to_owned(), allowed: $allowed };
                // `from_str_exact`: a plain parse would silently round the 29th digit away.
                Self::new(Decimal::from_str_exact(text).map_err(|_| bad())?).map_err(|_| bad())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, out)
            }
        }
    };
}

quantity!(
    /// Yuan to the fen, never negative.
    Money, "an amount of money", 2, Decimal::ZERO, MAX_FEN,
    "0 to 99999999999999.99 yuan with at most 2 decimals"
);
quantity!(
    /// Yuan to the fen, never zero: what an order is placed over. Gross, fee included.
    Amount, "an order's amount", 2, Decimal::new(1, 2), MAX_FEN,
    "0.01 to 99999999999999.99 yuan with at most 2 decimals"
);
quantity!(
    /// Yuan to the fen of either sign.
    SignedMoney, "a difference of money", 2, -MAX_FEN, MAX_FEN,
    "-99999999999999.99 to 99999999999999.99 yuan with at most 2 decimals"
);
quantity!(
    /// Fund shares to 0.01, never negative.
    Shares, "a number of shares", 2, Decimal::ZERO, MAX_FEN,
    "0 to 99999999999999.99 shares with at most 2 decimals"
);
quantity!(
    /// Net asset value: yuan per share, never zero. 4 decimals are usual, 8 are kept.
    Nav, "a net asset value", 8, Decimal::from_parts(1, 0, 0, false, 8), MAX_NAV,
    "0.00000001 to 99999999.99999999 yuan per share with at most 8 decimals"
);
quantity!(
    /// A share of an amount: 0.015 is 1.5 %.
    Rate, "a rate", 8, Decimal::ZERO, Decimal::ONE,
    "0 to 1 with at most 8 decimals (0.015 is 1.5%)"
);
quantity!(
    /// A multiplier on the *rate*, never on the fee: 0 is free, 1 is no discount (domain: 2.6).
    Discount, "a discount", 4, Decimal::ZERO, Decimal::ONE,
    "0 (free) to 1 (none) with at most 4 decimals"
);
quantity!(
    /// A money fund's income in yuan per 10,000 shares and natural day; may be negative.
    PerTenThousand, "an income per 10,000 shares", 5, -MAX_PER_10K, MAX_PER_10K,
    "-999.99999 to 999.99999 with at most 5 decimals"
);

quantity!(
    /// What a money fund owes one holder and has not paid yet. Whole fen, or hundredths of a fen
    /// where the fund's contract keeps them.
    Income, "an income", 4, -MAX_UNROUNDED, MAX_UNROUNDED,
    "-99999999 to 99999999 yuan with at most 4 decimals"
);
quantity!(
    /// Percent a year, as a money fund publishes it: 1.465 is 1.465 %.
    YieldPercent, "a yield", 3, -MAX_UNROUNDED, MAX_UNROUNDED,
    "-99999999 to 99999999 percent with at most 3 decimals"
);
quantity!(
    /// Exactly what was paid for shares less what they are worth. Belongs to the fund's assets;
    /// recorded, never paid to or taken from the investor.
    Residual, "a residual", 10, -MAX_UNROUNDED, MAX_UNROUNDED,
    "-99999999 to 99999999 yuan with at most 10 decimals"
);

/// What happens to the third decimal of shares; the fund's contract says. The residual belongs to
/// the fund's assets either way and is never paid to or taken from the investor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareRounding {
    /// To the nearest 0.01, a half away from zero.
    #[default]
    HalfUp,
    /// Everything after 0.01 is dropped.
    Truncate,
}

impl Default for Money {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Default for Income {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Default for Shares {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Money {
    /// No money.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 2));

    /// So many yuan and no fen; the way to write a constant.
    pub const fn whole_yuan(yuan: u32) -> Self {
        // yuan × 100 as a 64-bit product, split into the two words that a decimal is made of.
        let high = (yuan >> 16) * 100;
        let low = (yuan & 0xFFFF) * 100;
        let (word, carried) = (high << 16).overflowing_add(low);
        Self(Decimal::from_parts(word, (high >> 16) + if carried { 1 } else { 0 }, 0, false, 2))
    }

    /// The sum, unless it leaves the range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, unless it is negative.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_sub(other.0)?).ok()
    }

    /// Nothing at all.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// How many shares it buys at `nav`, rounded as the fund's contract says.
    #[must_use]
    pub fn shares_at(self, nav: Nav, rounding: ShareRounding) -> Option<Shares> {
        let exact = self.0.checked_div(nav.0)?;
        match rounding {
            ShareRounding::HalfUp => Shares::half_up(exact),
            ShareRounding::Truncate => Shares::truncated(exact),
        }
    }
}

impl From<Amount> for Money {
    fn from(amount: Amount) -> Self {
        Self(amount.0)
    }
}

impl Amount {
    /// One fen.
    pub const LEAST: Self = Self(Decimal::from_parts(1, 0, 0, false, 2));

    /// The largest whole number of steps in it; `None` for less than one.
    pub fn floored_to(self, step: Self) -> Option<Self> {
        let rest = self.0.checked_rem(step.0)?;
        Self::new(self.0.checked_sub(rest)?).ok()
    }

    /// Whether it is a whole number of steps; steps start at 0, not at the minimum.
    pub fn is_multiple_of(self, step: Self) -> bool {
        self.0.checked_rem(step.0).is_some_and(|rest| rest.is_zero())
    }
}

impl Shares {
    /// No shares.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 2));

    /// The sum, unless it leaves the range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, unless it is negative.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_sub(other.0)?).ok()
    }

    /// None at all.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// What they are worth at `nav`, to the nearest fen, a half away from zero.
    #[must_use]
    pub fn value_half_up(self, nav: Nav) -> Option<Money> {
        Money::half_up(self.0.checked_mul(nav.0)?)
    }
}

impl SignedMoney {
    /// No difference.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 2));
}

impl Nav {
    /// A money-market fund's fixed price.
    pub const ONE: Self = Self(Decimal::from_parts(100_000_000, 0, 0, false, 8));
}

impl Rate {
    /// No fee.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 8));
    /// All of it.
    pub const ONE: Self = Self(Decimal::from_parts(100_000_000, 0, 0, false, 8));

    /// Of a hundredth of a percent each; more than 10,000 of them stay at all of it.
    pub const fn basis_points(points: u32) -> Self {
        match points {
            0..10_000 => Self(Decimal::from_parts(points * 10_000, 0, 0, false, 8)),
            10_000.. => Self::ONE,
        }
    }

    /// The rate is discounted, not the fee; to the nearest 1e-8, a half away from zero.
    #[must_use]
    pub fn discounted_half_up(self, discount: Discount) -> Self {
        // A product of two numbers of 0 … 1 is within 0 … 1, so the fallback is never taken.
        self.0.checked_mul(discount.0).and_then(Self::half_up).unwrap_or(self)
    }
}

impl Income {
    /// Nothing is owed.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 4));
}

impl Discount {
    /// The zero fee of the discount purchase.
    pub const FREE: Self = Self(Decimal::from_parts(0, 0, 0, false, 4));
    /// The published rate.
    pub const NONE: Self = Self(Decimal::from_parts(10_000, 0, 0, false, 4));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_cannot_be_built() {
        for text in ["-0.01", "0.001", "100000000000000", "1e30", "ten", "", "1,000"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
        assert!("0".parse::<Amount>().is_err());
        assert!("99999999999999.99".parse::<Amount>().is_ok());
        assert!("1.00000001".parse::<Rate>().is_err());
        assert!("0".parse::<Nav>().is_err());
    }

    #[test]
    fn a_constant_of_whole_yuan_is_what_its_text_would_be() {
        for yuan in [0, 1, 65_535, 65_536, 50_000, 2_000_000, 42_949_672, 42_949_673, u32::MAX] {
            assert_eq!(Some(Money::whole_yuan(yuan)), yuan.to_string().parse().ok(), "{yuan}");
        }
    }

    #[test]
    fn an_error_names_quantity_value_and_limit() {
        let error = "10.005".parse::<Amount>().unwrap_err();

        assert_eq!(
            error.to_string(),
            "\"10.005\" is not an order's amount: 0.01 to 99999999999999.99 yuan with at most 2 decimals"
        );
    }

    #[test]
    fn json_carries_a_string_with_all_decimals() {
        let amount: Amount = "10000".parse().unwrap();

        assert_eq!(serde_json::to_string(&amount).unwrap(), "\"10000.00\"");
        assert_eq!(serde_json::from_str::<Amount>("\"10000.00\"").unwrap(), amount);
        assert!(serde_json::from_str::<Amount>("\"0.00\"").is_err());
    }

    #[test]
    fn shares_round_as_the_contract_says() {
        let net: Money = "9852.22".parse().unwrap();
        let nav: Nav = "1.2345".parse().unwrap();

        assert_eq!(net.shares_at(nav, ShareRounding::HalfUp), "7980.74".parse().ok());
        assert_eq!(net.shares_at(nav, ShareRounding::Truncate), "7980.73".parse().ok());
    }
}
