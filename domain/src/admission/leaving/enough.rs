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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::fixture::{target, wallet};

    fn shares(text: &str) -> Shares {
        text.parse().unwrap()
    }

    /// 10.00 at least leave for money, 20.00 into another fund and 50.00 by the pair, and 5.00 stay.
    fn source() -> FundTerms {
        let mut fund = wallet();
        let limits = &mut fund.limits.shares;
        (limits.redemption_min, limits.conversion_min) = (shares("10"), shares("20"));
        limits.balance_min = shares("5");
        (fund.conversions[0].shares_min, fund.conversions[0].days_min) = (shares("50"), 7);
        fund
    }

    fn says(into: Option<&FundTerms>, exit: Exit, left: &str) -> String {
        enough_on(&source(), into, (exit, shares(left))).err().unwrap_or_default()
    }

    #[test]
    fn a_part_must_be_no_less_than_the_minimum_and_leave_no_less_than_may_stay() {
        let part = |of: &str, left: &str| says(None, Exit::Part(shares(of)), left);
        assert_eq!(part("10", "5"), "");
        assert!(part("9.99", "100").starts_with("9.99 shares are below the minimum of 10.00"));
        let lets = "4.99 shares would be left, and the fund lets none or 5.00 be left";
        assert_eq!(part("10", "4.99"), lets);
        assert_eq!(part("9.99", "0"), "", "all of them may leave");
        assert_eq!(says(None, Exit::Full(shares("9.99")), "0"), "");
        assert_eq!(says(None, Exit::ForcedFull(shares("9.99")), "0"), "");
    }

    #[test]
    fn a_pair_has_a_minimum_of_its_own_also_where_all_leave() {
        let into = |exit| says(Some(&target()), exit, "100");
        let least = "49.99 shares are asked for, and the least of the pair is 50.00";
        assert_eq!(into(Exit::Part(shares("49.99"))), least);
        assert_eq!(into(Exit::Full(shares("49.99"))), least);
        assert_eq!(into(Exit::Part(shares("50"))), "");
        // Without a pair the fund's own minimum of a conversion counts.
        let mut other = target();
        other.code = "050027".parse().unwrap();
        let into_other = |of: &str| says(Some(&other), Exit::Part(shares(of)), "100");
        assert_eq!(into_other("20"), "");
        assert!(into_other("19.99").starts_with("19.99 shares are below the minimum of 20.00"));
    }

    #[test]
    fn each_lot_that_leaves_must_have_been_held_for_the_days_of_the_pair() {
        let lot = |name: &str, on: &str| Parcel {
            lot: name.parse().unwrap(),
            registered_on: on.parse().unwrap(),
            unit_cost: crate::money::Nav::ONE,
            shares: shares("10"),
            left: Shares::ZERO,
        };
        let t = TradingDay::recorded("2026-02-13".parse().unwrap());
        let says = |into: &FundTerms, lots: &[Parcel]| long_enough_on(&source(), into, lots, t);
        let (old, young) = (lot("L1", "2026-02-06"), lot("L2", "2026-02-07"));
        assert_eq!(says(&target(), std::slice::from_ref(&old)), Ok(()));
        let why = "the pair takes shares that were held for 7 days, and lot L2 is of 2026-02-07";
        assert_eq!(says(&target(), &[old, young.clone()]), Err(why.to_owned()));
        let mut other = target();
        other.code = "050027".parse().unwrap();
        assert_eq!(says(&other, &[young]), Ok(()), "there is no pair that asks for days");
    }
}
