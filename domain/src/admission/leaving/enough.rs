//! The minima of the T that an order has moved to: of a redemption, of a conversion, of a pair, of what stays,
//! and of the days that shares were held.

use crate::{
    calendar::TradingDay,
    fund::FundTerms,
    limits::{Exit, Outflow},
    lots::Parcel,
    money::Shares,
};
use fundflow_kernel::counted::counted;

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
    let held = shares.plus_or_most(left);
    match limits.exit(way, shares, held).map_err(|no| no.to_string())? {
        Exit::Part(_) | Exit::Full(_) => Ok(()),
        Exit::ForcedFull(_) => {
            let min = limits.balance_min;
            Err(format!("{left} shares would be left, and the fund lets none or {min} be left"))
        }
    }
}

/// Whether the pair lets the lots go that an order takes, on another T: in its words.
///
/// # Errors
/// Which of them is too young.
pub fn long_enough_on(
    fund: &FundTerms,
    into: &FundTerms,
    lots: &[Parcel],
    day: TradingDay,
) -> Result<(), String> {
    let Some(pair) = fund.conversion_into(into.code) else { return Ok(()) };
    let young = lots.iter().find(|lot| !pair.lets_go(lot.registered_on, day));
    young.map_or(Ok(()), |lot| {
        let (since, days) = (lot.registered_on, counted(pair.days_min, "day", "days"));
        Err(format!(
            "the pair takes shares that were held for {days}, and lot {} is of {since}",
            lot.lot
        ))
    })
}
