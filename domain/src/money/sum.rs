//! Sums of reports. Over many orders they may be more than any one amount can be, so they are counted
//! apart; one that cannot be counted says so, and is never cut short.

mod most;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use std::fmt;

const TOO_MUCH: &str = "too much to count";

/// Yuan or shares of many, to that many decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum<const DECIMALS: usize>(Option<Decimal>);

impl<const DECIMALS: usize> Sum<DECIMALS> {
    /// The sum of no numbers at all.
    pub const NOTHING: Self = Self(Some(Decimal::ZERO));

    /// Counts one more; it may be below zero.
    pub fn add(&mut self, one: Decimal) {
        self.0 = self.0.and_then(|sum| sum.checked_add(one));
    }

    /// What is left of it without another sum.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0.zip(other.0).and_then(|(sum, other)| sum.checked_sub(other)))
    }
}

impl<const DECIMALS: usize> Default for Sum<DECIMALS> {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl<const DECIMALS: usize> fmt::Display for Sum<DECIMALS> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(sum) => write!(out, "{sum:.DECIMALS$}"),
            None => out.write_str(TOO_MUCH),
        }
    }
}

impl<const DECIMALS: usize> Serialize for Sum<DECIMALS> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    fn most() -> Decimal {
        "99999999999999.99".parse::<Money>().unwrap().decimal()
    }

    #[test]
    fn what_no_amount_can_be_is_counted_to_the_fen() {
        let mut sum = Sum::<2>::NOTHING;
        assert_eq!(sum.to_string(), "0.00");
        for _ in 0..3 {
            sum.add(most());
        }
        assert_eq!(sum.to_string(), "299999999999999.97");
        assert_eq!(serde_json::to_string(&sum).unwrap(), "\"299999999999999.97\"");
    }

    #[test]
    fn what_cannot_be_counted_says_so_whatever_follows() {
        let mut sum = Sum::<2>::NOTHING;
        for one in [Decimal::MAX, Decimal::ONE, -Decimal::MAX] {
            sum.add(one);
        }
        assert_eq!(sum.to_string(), "too much to count");
        assert_eq!(Sum::NOTHING.without(sum), sum);
    }
}
