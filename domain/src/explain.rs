//! How a number came about, in words: for quotes and for the auditor, never for the hot path.
//!
//! Each priced result has an `explain(&self) -> Vec<String>`, one line per step: formula, numbers,
//! rounding, and who keeps the remainder. This module only knows how to show the numbers in them.

use crate::{
    fees::{
        discount::Discounted,
        tiers::{AmountTiers, Charge},
    },
    money::{Rate, Residual, ShareRounding},
};
use rust_decimal::Decimal;
use std::fmt;

/// Without trailing zeros, but with at least `decimals` of them.
pub fn plain(number: Decimal, decimals: u32) -> Decimal {
    let mut shown = number.normalize();
    if shown.scale() < decimals {
        shown.rescale(decimals);
    }
    shown
}

/// A rate in percent: 0.015 is `1.5%`.
pub fn percent(rate: Rate) -> String {
    let shown = rate.decimal().checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default();
    format!("{}%", shown.normalize())
}

/// A residual with 6 decimals, or more where it has them.
pub fn residual(residual: Residual) -> String {
    plain(residual.decimal(), 6).to_string()
}

/// What a share rounding does, in words.
pub const fn rounding(rounding: ShareRounding) -> &'static str {
    match rounding {
        ShareRounding::HalfUp => "to 0.01, half up",
        ShareRounding::Truncate => "to 0.01, truncated",
    }
}

impl fmt::Display for Charge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Charge::Rate(rate) => out.pad(&percent(*rate)),
            Charge::Fixed(fee) => write!(out, "{fee} per order"),
        }
    }
}

impl fmt::Display for AmountTiers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, tier) in self.iter().enumerate() {
            match n {
                0 => write!(out, "{}", tier.charge)?,
                _ => write!(out, ", {} from {}", tier.charge, tier.from)?,
            }
        }
        Ok(())
    }
}

impl Discounted {
    /// One line: the published charge, and the rule that lowered it.
    pub fn explain(&self) -> Vec<String> {
        let line = match &self.rule {
            Some(rule) => {
                format!("charge: {} published, {} by rule {rule}", self.published, self.charge)
            }
            None => format!("charge: {} published, no discount", self.published),
        };
        vec![line]
    }
}
