//! A record that buys, held against its own order: what that asked for, what its other records have confirmed, and
//! what it was promised to cost.

use super::{
    Promised,
    buying::{
        Order, PurchaseExpected, PurchaseNumbers, SubscriptionExpected, SubscriptionNumbers,
        purchase, subscription,
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
            let (order, beside) = order(*asked, before, (n.amount, n.refund), finished);
            purchase(
                &PurchaseNumbers {
                    amount: n.amount,
                    fee: n.fee,
                    refund: n.refund,
                    nav: n.nav,
                    shares: n.shares,
                    finished,
                },
                &PurchaseExpected { order, fee: fee(beside), nav, rounding },
            )
        }
        (Ask::Subscription { amount: asked }, Outcome::Subscription(n)) => {
            let (order, beside) = order(*asked, before, (n.amount, n.refund), finished);
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
                    order,
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

/// The order as that record finds it, and the yuan beside it that records before it confirmed, and that later ones may
/// where it is not the last.
fn order(
    asked: Amount,
    before: &[Confirmation],
    (amount, refund): (Money, Money),
    finished: bool,
) -> (Order, Money) {
    let left = left_of(asked, before);
    let parts = || before.iter().map(settled_by);
    let sum = |to: Money, part| to.plus_or_most(part);
    let charged = parts().fold(Money::ZERO, |all, [.., fee]| sum(all, fee));
    let open = left.minus_or_zero(amount).minus_or_zero(refund);
    let open = if finished { Money::ZERO } else { open };
    let beside = parts().fold(open, |all, [amount, ..]| sum(all, amount));
    (Order { asked, left, charged }, beside)
}

/// Yuan of an order for so many that none of those records has settled.
pub(super) fn left_of(asked: Amount, before: &[Confirmation]) -> Money {
    let parts = before.iter().map(settled_by);
    parts.fold(asked.into(), |left: Money, [amount, refund, _]| {
        left.minus_or_zero(amount).minus_or_zero(refund)
    })
}

/// Yuan that a record accepts, sends back and charges.
fn settled_by(record: &Confirmation) -> [Money; 3] {
    match &record.outcome {
        Outcome::Purchase(it) => [it.amount, it.refund, it.fee],
        Outcome::Subscription(it) => [it.amount, it.refund, it.fee],
        Outcome::Redemption(_) | Outcome::Conversion(_) | Outcome::FastTransfer(_) => {
            [Money::ZERO; 3]
        }
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
