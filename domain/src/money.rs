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

pub use sum::Sum;

use fundflow_kernel::digits::Text;
use plain::Plain;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A number that cannot be the quantity it was given for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {quantity}: {allowed}")]
pub struct NumberError {
    /// What it was meant to be.
    pub quantity: &'static str,
    /// The text as it was given, to be quoted.
    pub value: String,
    /// Values that are permitted.
    pub allowed: &'static str,
}

// The largest of each kind, as its digits with all decimals.
const MAX_FEN: i128 = 9_999_999_999_999_999;
const MAX_NAV: i128 = 9_999_999_999_999_999;
const MAX_PER_10K: i128 = 99_999_999;

/// The digits of the largest number of whole yuan or percent that is left unrounded, with so many decimals.
const fn max_unrounded(decimals: u32) -> i128 {
    99_999_999 * 10_i128.pow(decimals)
}

/// The number with exactly so many decimals, if its digits are in the range and none is lost.
fn in_range(number: Decimal, decimals: u32, (min, max): (i128, i128)) -> Option<Decimal> {
    let mut exact = number;
    // Sums and differences have the right number of decimals already, as most that is ever taken.
    if exact.scale() != decimals {
        if exact.scale() > decimals && exact.normalize().scale() > decimals {
            return None;
        }
        // A number that is too large for so many decimals is left with fewer.
        exact.rescale(decimals);
        if exact.scale() != decimals {
            return None;
        }
    }
    (min..=max).contains(&exact.mantissa()).then(|| without_sign_of_zero(exact))
}

/// One spelling of nothing: a record is known by how it prints.
fn without_sign_of_zero(mut number: Decimal) -> Decimal {
    if number.is_zero() {
        number.set_sign_positive(true);
    }
    number
}

/// As `Decimal` writes itself: a string, with all of its decimals.
fn serialize<S: Serializer>(number: Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    let scale = number.scale() as usize;
    let (Ok(digits), Some(unit)) =
        (u64::try_from(number.mantissa().unsigned_abs()), 10_u64.checked_pow(number.scale()))
    else {
        return Serialize::serialize(&number, serializer);
    };
    let mut text = Text::<48>::default();
    if number.is_sign_negative() {
        text.push(b'-');
    }
    text.push_number(digits / unit);
    if scale > 0 {
        text.push(b'.');
        text.push_digits(digits % unit, scale);
    }
    serializer.serialize_str(text.as_str())
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $what:literal, $decimals:literal, $min:expr, $max:expr, $allowed:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "Plain")]
        pub struct $name(Decimal);

        impl $name {
            /// How many decimals it carries, always.
            pub const DECIMALS: u32 = $decimals;

            /// Takes the number if it is in range and has no digit too many; never rounds.
            ///
            /// # Errors
            /// [`NumberError`] naming the value and what is allowed.
            pub fn new(number: Decimal) -> Result<Self, NumberError> {
                let refused = || NumberError { quantity: $what, value: number.to_string(), allowed: $allowed };
                Self::checked(number).ok_or_else(refused)
            }

            /// The same, without a word on what is wrong.
            pub fn checked(number: Decimal) -> Option<Self> {
                in_range(number, $decimals, ($min, $max)).map(Self)
            }

            /// The plain number, with exactly the type's decimals.
            pub const fn decimal(self) -> Decimal {
                self.0
            }

            #[allow(dead_code, reason = "not every quantity is ever the result of a rounding")]
            pub(crate) fn half_up(exact: Decimal) -> Option<Self> {
                Self::checked(exact.round_dp_with_strategy($decimals, RoundingStrategy::MidpointAwayFromZero))
            }

            #[allow(dead_code, reason = "not every quantity is ever the result of a rounding")]
            pub(crate) fn truncated(exact: Decimal) -> Option<Self> {
                Self::checked(exact.round_dp_with_strategy($decimals, RoundingStrategy::ToZero))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize(self.0, serializer)
            }
        }

        impl TryFrom<Decimal> for $name {
            type Error = NumberError;
            fn try_from(number: Decimal) -> Result<Self, NumberError> {
                Self::new(number)
            }
        }

        impl TryFrom<Plain> for $name {
            type Error = NumberError;
            fn try_from(number: Plain) -> Result<Self, NumberError> {
                Self::new(number.0)
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
                let allowed = plain::allowed(text, $allowed, concat!($allowed, ", without a leading zero"));
                let read = Plain::of(text).filter(|_| plain::has_at_most(text, Self::DECIMALS));
                read.and_then(Self::checked).ok_or_else(|| NumberError { quantity: $what, value: text.to_owned(), allowed })
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
    Money, "an amount of money", 2, 0, MAX_FEN,
    "0 to 99999999999999.99 yuan with at most 2 decimals"
);
quantity!(
    /// Yuan to the fen, never zero: what an order is placed over. Gross, fee included.
    Amount, "an order's amount", 2, 1, MAX_FEN,
    "0.01 to 99999999999999.99 yuan with at most 2 decimals"
);
quantity!(
    /// Yuan to the fen of either sign.
    SignedMoney, "a difference of money", 2, -MAX_FEN, MAX_FEN,
    "-99999999999999.99 to 99999999999999.99 yuan with at most 2 decimals"
);
quantity!(
    /// Fund shares to 0.01, never negative.
    Shares, "a number of shares", 2, 0, MAX_FEN,
    "0 to 99999999999999.99 shares with at most 2 decimals"
);
quantity!(
    /// Net asset value: yuan per share, never zero. 4 decimals are usual, 8 are stored.
    Nav, "a net asset value", 8, 1, MAX_NAV,
    "0.00000001 to 99999999.99999999 yuan per share with at most 8 decimals"
);
quantity!(
    /// A share of an amount: 0.015 is 1.5 %.
    Rate, "a rate", 8, 0, 100_000_000,
    "0 to 1 with at most 8 decimals (0.015 is 1.5%)"
);
quantity!(
    /// A multiplier on the *rate*, never on the fee: 0 is free, 1 is no discount (domain: 2.6).
    Discount, "a discount", 4, 0, 10_000,
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
    Income, "an income", 4, -max_unrounded(4), max_unrounded(4),
    "-99999999 to 99999999 yuan with at most 4 decimals"
);
quantity!(
    /// Percent a year, as a money fund publishes it: 1.465 is 1.465 %.
    YieldPercent, "a yield", 3, -max_unrounded(3), max_unrounded(3),
    "-99999999 to 99999999 percent with at most 3 decimals"
);
quantity!(
    /// Exactly what was paid for shares less what they are worth. Belongs to the fund's assets;
    /// recorded, never paid to or taken from the investor.
    Residual, "a residual", 10, -max_unrounded(10), max_unrounded(10),
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
    /// No money: 0.00 yuan.
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
        Self::checked(self.0.checked_add(other.0)?)
    }

    /// The difference, unless it is negative.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        Self::checked(self.0.checked_sub(other.0)?)
    }

    /// Whether it is 0.00 yuan.
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
    /// The least amount: one fen, 0.01 yuan.
    pub const LEAST: Self = Self(Decimal::from_parts(1, 0, 0, false, 2));
}

impl Shares {
    /// No shares: 0.00 of them.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 2));

    /// The sum, unless it leaves the range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Self::checked(self.0.checked_add(other.0)?)
    }

    /// The difference, unless it is negative.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        Self::checked(self.0.checked_sub(other.0)?)
    }

    /// Whether it is 0.00 shares.
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
    /// No difference: 0.00 yuan.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 2));
}

impl Nav {
    /// A money-market fund's fixed price.
    pub const ONE: Self = Self(Decimal::from_parts(100_000_000, 0, 0, false, 8));
}

impl Rate {
    /// A rate of nothing, which charges no fee.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 8));
    /// A rate of all of it: 100 %.
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
    /// No income: 0.0000 yuan.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 4));
}

impl Discount {
    /// The zero fee of the discount purchase.
    pub const FREE: Self = Self(Decimal::from_parts(0, 0, 0, false, 4));
    /// No discount: the published rate.
    pub const NONE: Self = Self(Decimal::from_parts(10_000, 0, 0, false, 4));
}

mod plain;
mod steps;
mod sum;
#[cfg(test)]
mod tests;
