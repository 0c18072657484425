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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_no_trailing_zeros_but_as_many_decimals_as_its_unit() {
        let shown = |number: &str, decimals| plain(number.parse().unwrap(), decimals).to_string();
        assert_eq!(shown("1.500000", 4), "1.5000");
        assert_eq!(shown("1.2345000", 4), "1.2345");
        assert_eq!(shown("1.23456", 4), "1.23456");
        assert_eq!(shown("100", 0), "100");
    }

    #[test]
    fn tiers_name_the_amount_from_which_the_next_one_is_charged() {
        let tiers: AmountTiers = serde_json::from_str(
            r#"[{"from":"0","rate":"0.015"},{"from":"1000000","rate":"0.012"},{"from":"5000000","fixed":"1000"}]"#,
        )
        .unwrap();
        let shown = "1.5%, 1.2% from 1000000.00, 1000.00 per order from 5000000.00";
        assert_eq!(tiers.to_string(), shown);
    }

    #[test]
    fn a_discounted_charge_names_its_rule_and_what_was_published() {
        let published = Charge::Rate("0.015".parse().unwrap());
        let charge = Charge::Rate("0.0015".parse().unwrap());
        let lowered = Discounted { published, charge, rule: "spring".parse().ok() };
        assert_eq!(lowered.explain(), ["charge: 1.5% published, 0.15% by rule spring"]);
        let none = Discounted { charge: published, rule: None, ..lowered };
        assert_eq!(none.explain(), ["charge: 1.5% published, no discount"]);
    }
}
