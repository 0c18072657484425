//! Whether what an order buys could still be counted beside what the investor has.

use crate::{
    ids::FundCode,
    money::{Amount, Money, Nav, ShareRounding, Shares},
};

/// The shares would be more than can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "fund {fund}: {held} shares are there or on their way, and those for {amount} yuan besides are more \
     than the 99999999999999.99 that can be counted; ask for less"
)]
pub struct Uncountable {
    /// The fund that would be bought.
    pub fund: FundCode,
    /// Registered, or on their way.
    pub held: Shares,
    /// What was asked for, in yuan.
    pub amount: Amount,
}

/// Checks that amount at that price, the latest that is known.
///
/// # Errors
/// [`Uncountable`].
pub fn countable(
    fund: FundCode,
    held: Option<Shares>,
    amount: Amount,
    nav: Nav,
) -> Result<(), Uncountable> {
    let more = Money::from(amount).shares_at(nav, ShareRounding::HalfUp);
    let sum = held.zip(more).and_then(|(held, more)| held.plus(more));
    let held = held.unwrap_or_default();
    sum.map(|_| ()).ok_or(Uncountable { fund, held, amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hundredth_of_a_share_is_counted_and_one_more_is_not() {
        let rows = [
            ("0", "99999999999999.99", "1", true),
            ("0.01", "99999999999999.98", "1", true),
            ("0.01", "99999999999999.99", "1", false),
            ("0", "99999999999999.99", "0.5", false),
        ];
        let fund = "000730".parse().unwrap();
        for (held, amount, nav, counts) in rows {
            let (held, amount) = (held.parse().ok(), amount.parse().unwrap());
            let checked = countable(fund, held, amount, nav.parse().unwrap());
            assert_eq!(checked.is_ok(), counts, "{held:?} and {amount} at {nav}");
        }
    }
}
