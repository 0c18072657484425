//! The minima of the T that an order has moved to: of a redemption, of a conversion, of a pair, of what stays.

use crate::{
    fund::FundTerms,
    limits::{Exit, Outflow},
    money::Shares,
};

/// Whether the funds would let so many shares leave on another T, of an order that is as it was placed: in its
/// words, where `left` would stay behind. All of them may always leave, but for a pair's minimum.
///
/// # Errors
/// Which minimum says no.
pub fn enough_on(
    fund: &FundTerms,
    into: Option<&FundTerms>,
    (exit, left): (Exit, Shares),
) -> Result<(), String> {
    let shares = exit.shares();
    if let Some(pair) = into.and_then(|target| fund.conversion_into(target.code))
        && shares < pair.shares_min
    {
        let min = pair.shares_min;
        return Err(format!("{shares} shares are asked for, and the least of the pair is {min}"));
    }
    let Exit::Part(_) = exit else { return Ok(()) };
    let way = if into.is_some() { Outflow::Conversion } else { Outflow::Redemption };
    let limits = &fund.limits.shares;
    let held = shares.plus(left).unwrap_or(shares);
    match limits.exit(way, shares, held).map_err(|no| no.to_string())? {
        Exit::Part(_) | Exit::Full(_) => Ok(()),
        Exit::ForcedFull(_) => {
            let min = limits.balance_min;
            Err(format!("{left} shares would be left, and the fund lets none or {min} be left"))
        }
    }
}
