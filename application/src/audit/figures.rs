//! Records held against what was asked and promised, as far as the log itself knows that: no price and no lot of a
//! register is needed for it.

use fundflow_domain::{
    application::{Application, Ask, Confirmation, Event, Outcome},
    confirmation_check::{
        Promised, PurchaseExpected, PurchaseNumbers, SubscriptionExpected, SubscriptionNumbers,
        purchase, subscription,
    },
    money::{Amount, Money, Nav},
};

/// The record that an event of an application books.
pub(super) fn record(event: &Event) -> Option<&Confirmation> {
    match event {
        Event::PortionConfirmed(came)
        | Event::Confirmed(came)
        | Event::PartlyConfirmed(came)
        | Event::Upheld(came) => Some(came),
        Event::Corrected { confirmation, .. } => Some(confirmation),
        Event::Placed(_)
        | Event::Moved { .. }
        | Event::AskChanged { .. }
        | Event::Accepted { .. }
        | Event::Sealed { .. }
        | Event::Sent { .. }
        | Event::Received(_)
        | Event::Contested(_)
        | Event::Withdrawn { .. }
        | Event::RestRejected(_)
        | Event::Rejected(_)
        | Event::RejectionContested(_)
        | Event::RejectionDropped { .. }
        | Event::Cancelled { .. } => None,
    }
}

/// The first thing that does not add up in a record that buys. What others do not add up to is in suspense.
pub(super) fn wrong(known: &Application, said: &Confirmation) -> Option<String> {
    let terms = &known.terms;
    let (rounding, finished) = (terms.rounding, said.finished);
    let fee = Promised::of(&terms.promised.fee, beside(known, said));
    let found = match (&terms.ask, &said.outcome) {
        (Ask::Purchase { amount, .. }, Outcome::Purchase(n)) => purchase(
            &PurchaseNumbers {
                amount: n.amount,
                fee: n.fee,
                refund: n.refund,
                nav: n.nav,
                shares: n.shares,
                finished,
            },
            &PurchaseExpected { asked: left(known, *amount), fee, nav: None, rounding },
        ),
        (Ask::Subscription { amount }, Outcome::Subscription(n)) => subscription(
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
                asked: left(known, *amount),
                fee,
                interest: None,
                face: Nav::ONE,
                rounding,
            },
        ),
        _ => return None,
    };
    found.into_iter().next().map(|it| it.what.to_string())
}

/// Yuan of the order that other records confirm, or may yet.
fn beside(known: &Application, said: &Confirmation) -> Money {
    let (Ask::Purchase { amount: asked, .. } | Ask::Subscription { amount: asked }) =
        &known.terms.ask
    else {
        return Money::ZERO;
    };
    let (amount, refund) = match &said.outcome {
        Outcome::Purchase(numbers) => (numbers.amount, numbers.refund),
        Outcome::Subscription(numbers) => (numbers.amount, numbers.refund),
        Outcome::Redemption(_) | Outcome::Conversion(_) | Outcome::FastTransfer(_) => {
            return Money::ZERO;
        }
    };
    let left = Money::from(left(known, *asked));
    let before = Money::from(*asked).minus_or_zero(left);
    let open = left.minus_or_zero(amount).minus_or_zero(refund);
    if said.finished { before } else { before.plus(open).unwrap_or(before) }
}

/// Yuan asked for that no portion has settled.
fn left(known: &Application, asked: Amount) -> Amount {
    let parts = known.portions.iter().filter_map(|it| match &it.outcome {
        Outcome::Purchase(numbers) => Some(numbers.amount),
        Outcome::Subscription(numbers) => Some(numbers.amount),
        Outcome::Redemption(_) | Outcome::Conversion(_) | Outcome::FastTransfer(_) => None,
    });
    let left = parts.fold(Money::from(asked), |left, part| left.minus(part).unwrap_or_default());
    Amount::new(left.decimal()).unwrap_or(asked)
}
