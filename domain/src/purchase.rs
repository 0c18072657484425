//! Buying: what is left of the money after the fee, and how many shares it is.
//!
//! ```text
//! net      = half_up(gross / (1 + rate))   or   gross - fixed fee
//! fee      = gross - net
//! shares   = net / NAV, to 0.01 as the fund's contract rounds
//! residual = net - shares × NAV            the fund's assets keep or bear it
//! ```
//!
//! 1. `net + fee = gross` to the fen: the fee is a difference, never a second rounding.
//! 2. The fee is deducted from outside. The older way of taking `gross × rate` is not offered.
//! 3. A subscription is priced at face value, and the interest that the money earned while the fund
//!    was raised becomes shares too: `shares = (net + interest) / face`.
//! 4. Refused: a fixed fee that eats the amount up, an amount that buys no share.

use crate::{
    arithmetic::{OutOfRange, out_of_range},
    explain::{self, plain},
    fees::tiers::Charge,
    money::{Amount, Money, Nav, Residual, ShareRounding, Shares},
};
use serde::{Deserialize, Serialize};

/// Why a purchase cannot be priced. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The fee would take the whole amount.
    #[error(
        "fee {fee} is not below the amount {amount}; {}",
        fee.plus(Amount::FEN.into()).map_or_else(
            || "a fee must leave something to buy with".to_owned(),
            |least| format!("at this fee the smallest amount that works is {least}"),
        )
    )]
    FeeEatsAmount {
        /// The fixed fee of the tier, yuan.
        fee: Money,
        /// What it is taken from.
        amount: Amount,
    },
    /// The money is less than the smallest share.
    #[error("net amount {net} buys no share at {nav}; it must buy at least 0.01")]
    NoShare {
        /// Yuan that are left after the fee.
        net: Money,
        /// The net asset value of one share, in yuan.
        nav: Nav,
    },
    /// A result does not fit.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// A purchase or subscription to the cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// Yuan that were paid, fee included.
    pub gross: Amount,
    /// What buys shares, before interest.
    pub net: Money,
    /// What the purchase costs; `gross - net`.
    pub fee: Money,
    /// Interest of the raising period that buys shares as well; nothing for a purchase.
    pub interest: Money,
    /// Shares that are bought, rounded as the fund rounds.
    pub shares: Shares,
    /// `net + interest - shares × nav`, exact.
    pub residual: Residual,
    /// What is charged after the discount.
    pub charge: Charge,
    /// The net asset value of T, or face value.
    pub nav: Nav,
    /// As the fund's contract says.
    pub rounding: ShareRounding,
}

/// Prices an amount at a charge.
///
/// # Errors
/// [`Refusal`], in its order.
pub fn price(
    gross: Amount,
    charge: Charge,
    nav: Nav,
    rounding: ShareRounding,
) -> Result<Purchase, Refusal> {
    subscribe(gross, charge, Money::ZERO, nav, rounding)
}

/// Prices a subscription: `face` is the value at which shares are issued, usually 1.00.
///
/// # Errors
/// [`Refusal`], in its order.
pub fn subscribe(
    gross: Amount,
    charge: Charge,
    interest: Money,
    face: Nav,
    rounding: ShareRounding,
) -> Result<Purchase, Refusal> {
    let (net, fee) = split(gross, charge)?;
    let lost = |field| out_of_range(field, format!("{net} + {interest} at {face}"));
    let buying = net.plus(interest).ok_or_else(|| lost("net amount with interest"))?;
    let shares = buying.shares_at(face, rounding).ok_or_else(|| lost("shares"))?;
    if shares.is_zero() {
        return Err(Refusal::NoShare { net: buying, nav: face });
    }
    let residual = buying.residual(shares, face).ok_or_else(|| lost("residual"))?;
    Ok(Purchase { gross, net, fee, interest, shares, residual, charge, nav: face, rounding })
}

fn split(gross: Amount, charge: Charge) -> Result<(Money, Money), Refusal> {
    let paid = Money::from(gross);
    let eaten = |fee| Refusal::FeeEatsAmount { fee, amount: gross };
    match charge {
        Charge::Rate(rate) => {
            let lost = || out_of_range("net amount", format!("{gross} at {charge}"));
            let net = paid.net_of_half_up(rate).ok_or_else(lost)?;
            Ok((net, paid.minus(net).ok_or_else(lost)?))
        }
        Charge::Fixed(fee) => {
            let net = paid.minus(fee).ok_or_else(|| eaten(fee))?;
            if net.is_zero() { Err(eaten(fee)) } else { Ok((net, fee)) }
        }
    }
}

impl Purchase {
    /// Every step in words.
    pub fn explain(&self) -> Vec<String> {
        let Self { gross, net, fee, interest, shares, charge, rounding, .. } = self;
        let nav = plain(self.nav.decimal(), 4);
        let mut lines = match charge {
            Charge::Rate(_) => vec![
                format!("net = {gross} / (1 + {charge}) = {net} (to the fen, half up)"),
                format!("fee = {gross} - {net} = {fee}"),
            ],
            Charge::Fixed(_) => {
                vec![format!("fee = {charge}"), format!("net = {gross} - {fee} = {net}")]
            }
        };
        let buying = net.plus_or_most(*interest);
        if !interest.is_zero() {
            lines.push(format!("with interest = {net} + {interest} = {buying}"));
        }
        let how = explain::rounding(*rounding);
        let residual = explain::residual(self.residual);
        lines.push(format!("shares = {buying} / {nav} = {shares} ({how})"));
        lines.push(format!(
            "residual = {buying} - {shares} × {nav} = {residual}, left to the fund's assets"
        ));
        lines
    }
}

#[cfg(test)]
#[path = "purchase_tests.rs"]
mod tests;
