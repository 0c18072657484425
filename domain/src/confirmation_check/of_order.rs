//! A record that buys, held against its own order: what that asked for, what its other records have confirmed, and
//! what it was promised to cost.

use super::{
    Promised,
    buying::{
        PurchaseExpected, PurchaseNumbers, SubscriptionExpected, SubscriptionNumbers, purchase,
        subscription,
    },
    raising,
};
use crate::{
    application::{Ask, Confirmation, Outcome, Terms},
    case::Finding,
    money::{Amount, Money, Nav},
};

/// Everything that does not add up in a purchase or a subscription; empty for a record of another kind.
/// `before` are the records of the order that stand before it, `nav` is the published price where it is known.
pub fn of_order(
    terms: &Terms,
    before: &[Confirmation],
    said: &Confirmation,
    nav: Option<Nav>,
) -> Vec<Finding> {
    let (rounding, finished) = (terms.rounding, said.finished);
    let fee = |beside| Promised::of(&terms.promised.fee, beside);
    match (&terms.ask, &said.outcome) {
        (Ask::Purchase { amount: asked, .. }, Outcome::Purchase(n)) => {
            let Order { left, beside } = Order::of(*asked, before, (n.amount, n.refund), finished);
            purchase(
                &PurchaseNumbers {
                    amount: n.amount,
                    fee: n.fee,
                    refund: n.refund,
                    nav: n.nav,
                    shares: n.shares,
                    finished,
                },
                &PurchaseExpected { asked: left, fee: fee(beside), nav, rounding },
            )
        }
        (Ask::Subscription { amount: asked }, Outcome::Subscription(n)) => {
            let Order { left, beside } = Order::of(*asked, before, (n.amount, n.refund), finished);
            subscription(
                &SubscriptionNumbers {
                    amount: n.amount,
                    fee: n.fee,
                    refund: n.refund,
                    interest: n.interest,
                    nav: n.face,
                    shares: n.shares,
                    interest_shares: n.interest_shares,
                    finished,
                },
                &SubscriptionExpected {
                    asked: left,
                    fee: fee(beside),
                    most_interest: most_interest(terms, before, said),
                    face: Nav::ONE,
                    rounding,
                },
            )
        }
        _ => Vec::new(),
    }
}

/// What all of the order's money can have earned by the record's day, less what records before it have paid.
fn most_interest(terms: &Terms, before: &[Confirmation], said: &Confirmation) -> Option<Money> {
    let Ask::Subscription { amount } = terms.ask else { return None };
    let most = raising::most_interest(amount.into(), terms.trade_date.date(), said.confirmed_on)?;
    let paid = |it: &Confirmation| match &it.outcome {
        Outcome::Subscription(numbers) => numbers.interest,
        Outcome::Purchase(_)
        | Outcome::Redemption(_)
        | Outcome::Conversion(_)
        | Outcome::FastTransfer(_) => Money::ZERO,
    };
    Some(before.iter().map(paid).fold(most, Money::minus_or_zero))
}

/// What an order for money is, beside one of its records.
struct Order {
    /// Yuan that no record before it has settled.
    left: Amount,
    /// Yuan that records before it confirmed, and that later ones may where it is not the last.
    beside: Money,
}

impl Order {
    fn of(
        asked: Amount,
        before: &[Confirmation],
        (amount, refund): (Money, Money),
        finished: bool,
    ) -> Self {
        let bought = |it: &Confirmation| match &it.outcome {
            Outcome::Purchase(numbers) => numbers.amount,
            Outcome::Subscription(numbers) => numbers.amount,
            Outcome::Redemption(_) | Outcome::Conversion(_) | Outcome::FastTransfer(_) => {
                Money::ZERO
            }
        };
        let parts = || before.iter().map(bought);
        let left = parts().fold(asked.into(), Money::minus_or_zero);
        let left = Amount::new(left.decimal()).unwrap_or(asked);
        let open = Money::from(left).minus_or_zero(amount).minus_or_zero(refund);
        let open = if finished { Money::ZERO } else { open };
        let beside = parts().fold(open, |sum, part| sum.plus(part).unwrap_or(sum));
        Self { left, beside }
    }
}
