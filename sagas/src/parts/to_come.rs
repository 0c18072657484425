//! What is open of an order some of which is confirmed, with more to come.

use super::{
    application::{ApplicationLeg, FundSaga},
    by_hand,
    payment::PaymentLeg,
    refunds,
};
use fundflow_domain::{
    money::{Amount, Money},
    payment::Payment,
};
use fundflow_runtime::saga::View;
use rust_decimal::Decimal;

/// How much of it is said to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// What no record has settled.
    Left,
    /// All of it until its last record is there, as earlier programs said.
    Whole,
}

impl Counted {
    /// Nothing more of that order is open.
    pub fn is_over<S: FundSaga>(self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        match self {
            Self::Left => leg.brings_no_more(view),
            Self::Whole => leg.is_over(view),
        }
    }

    /// Yuan of a payment whose order has no last record. `None` where its records are all of it. What they bought is
    /// in shares once these are booked.
    pub fn in_flight<S: FundSaga>(
        self,
        view: &View<'_, S>,
        (payment, buy): (&PaymentLeg, &ApplicationLeg),
        are_booked: bool,
    ) -> Option<Money> {
        let left = payment.payment(view).map(Payment::left).unwrap_or_default();
        if self == Self::Whole || !are_booked {
            return Some(left);
        }
        let bought = buy.application(view).and_then(refunds::accepted).unwrap_or_default();
        let open = !buy.lacks_only_its_mark(view);
        open.then(|| left.minus(bought).unwrap_or_default())
    }

    /// The same as an end of the order: its money until that is in shares, what of it the last record did not accept,
    /// or that its last record is still to come where the money went back. `landed`: all of it has its outcome, and
    /// what came is booked.
    pub fn order_end<S: FundSaga>(
        self,
        view: &View<'_, S>,
        (payment, buy): (&PaymentLeg, &ApplicationLeg),
        (landed, are_booked, rest): (bool, bool, Option<Amount>),
    ) -> Option<Decimal> {
        let paid = payment.is_paid(view) && !payment.is_paid_back(view);
        if paid && !landed {
            return Some(self.in_flight(view, (payment, buy), are_booked)?.decimal());
        }
        let rest = rest.filter(|_| paid).map(Amount::decimal);
        rest.or_else(|| (!self.is_over(view, buy)).then_some(by_hand::NOTHING))
    }
}
