//! The payouts of an order that its registrar confirms in portions: one for each record.
//!
//! ```text
//! a record -> its payout is foreseen -> T+n of its own T: requested -> call -> paid out
//! ```
//!
//! 1. A record has a payout of its own, which names it, and is not paid before its own money is here. Records of
//!    one T are due on the same day.
//! 2. Which payouts there may be is counted as records come: most orders have one, and nobody knows how many
//!    days in a row a fund pays in part.
//! 3. A record in dispute keeps only its own money back. Only the last record that holds can fall, so that what was
//!    paid of a later one stays right; where both fall all the same, what is left is paid by hand.
//! 4. Programs before this one paid all that no payout was foreseen for in one sum, which names no record: what
//!    that sum paid is not paid again.

use super::{
    application::{ApplicationLeg, FundSaga},
    milestone::Milestone,
    payout::PayoutLeg,
    payout_legs::PayoutLegs,
};
use crate::house::House;
use fundflow_domain::{
    application::{Confirmation, Terms},
    calendar::TradingDay,
    ids::{AccountRef, OrderId, PaymentNo},
    money::Amount,
    payout,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// The number of a further one would leave no room for those of its attempts. What comes after so many records
/// is paid by hand.
const MOST: u32 = 9_999;

/// The payouts of one order.
#[derive(Debug, Clone)]
pub struct Portions {
    /// Those that are foreseen by now.
    pub legs: PayoutLegs,
    /// The last one that programs before this one foresaw: it paid the rest.
    rest: usize,
}

/// What is paid out next.
#[derive(Debug)]
pub struct Portion<'a> {
    leg: &'a PayoutLeg,
    amount: Amount,
    terms: &'a Terms,
    before: &'a [Confirmation],
    said: &'a Confirmation,
}

impl Portions {
    /// Those of that order: the usual ones, and as many as were foreseen since.
    pub fn of(order: &OrderId, usual: u32, foreseen: u32) -> Self {
        let legs = (1..=usual.max(foreseen)).filter_map(|nth| payout(order, nth)).collect();
        Self { legs, rest: usual.saturating_sub(1) as usize }
    }

    /// The first record whose money the bank was not asked to pay out, and may be by now, and how much it is.
    pub fn next<'a, S: Saga>(
        &'a self,
        view: &View<'a, S>,
        out: &ApplicationLeg,
        is_sure: impl Fn(&Confirmation) -> bool,
    ) -> Option<Portion<'a>> {
        let application = out.application(view)?;
        // Money of a record that fell since went out before that of one that had been in dispute.
        let fallen = self.legs.iter().skip(application.confirmations().count());
        if fallen.into_iter().any(|leg| leg.is_requested(view)) {
            return None;
        }
        let open = |(nth, (leg, said)): (usize, (&'a PayoutLeg, &'a Confirmation))| {
            let brought = ApplicationLeg::proceeds_of(said)?;
            let amount = Amount::checked(brought.decimal())?;
            let before = application.portions.get(..nth)?;
            let portion = Portion { leg, amount, terms: &application.terms, before, said };
            (!leg.is_requested(view) && is_sure(said)).then_some(portion)
        };
        let records = if self.rest_is_asked_for(view) { self.rest } else { usize::MAX };
        let paid = self.legs.iter().zip(application.confirmations()).take(records);
        paid.enumerate().find_map(open)
    }

    /// Every record has its payout.
    pub fn are_foreseen<S: Saga>(&self, view: &View<'_, S>, out: &ApplicationLeg) -> bool {
        let records = foreseeable(out.records(view)) as usize;
        records <= self.legs.iter().len() || self.rest_is_asked_for(view)
    }

    /// Foresees a payout for each record.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn foresee<S: FundSaga>(
        turn: &mut Turn<'_, S>,
        out: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let count = foreseeable(out.records(&turn.view()?));
        turn.reach(Milestone::PayoutsForeseen { count })
    }

    /// The bank was asked to pay out all that the records brought.
    pub fn are_asked_for<S: Saga>(&self, view: &View<'_, S>, out: &ApplicationLeg) -> bool {
        self.are_foreseen(view, out) && self.next(view, out, |_| true).is_none()
    }

    /// It has paid all of that.
    pub fn are_paid<S: Saga>(&self, view: &View<'_, S>, out: &ApplicationLeg) -> bool {
        let paid = |leg: &PayoutLeg| !leg.is_requested(view) || leg.is_paid_out(view);
        self.are_asked_for(view, out) && self.legs.iter().all(paid)
    }

    /// An earlier program has asked for all that was left, in one sum.
    fn rest_is_asked_for<S: Saga>(&self, view: &View<'_, S>) -> bool {
        let rest = self.legs.iter().nth(self.rest).and_then(|leg| leg.payout(view));
        rest.is_some_and(|payout| payout.terms.record.is_none())
    }
}

impl Portion<'_> {
    /// The day on which its money is here.
    ///
    /// # Errors
    /// [`NotDone`] past the calendar's end, and for a fund without terms.
    pub fn here(&self, house: &House) -> Result<TradingDay, NotDone> {
        house.record_paid_by(self.terms, (self.before, self.said))
    }

    /// The record whose money it is.
    pub const fn record(&self) -> &Confirmation {
        self.said
    }

    /// What is announced to the bank: to that account, of money that is here on that day.
    ///
    /// # Errors
    /// [`NotDone`] past the calendar's end.
    pub fn announced<S: FundSaga>(
        &self,
        saga: &S,
        turn: &Turn<'_, S>,
        (account, here): (&AccountRef, TradingDay),
    ) -> Result<(PayoutLeg, payout::Terms), NotDone> {
        let terms = payout::Terms {
            no: self.leg.no.clone(),
            account: account.clone(),
            amount: self.amount,
            order: self.leg.order.clone(),
            due: PayoutLeg::due(saga.house(), turn, here)?,
            asked_at: None,
            compensates: None,
            record: Some(self.said.serial.clone()),
        };
        Ok((self.leg.clone(), terms))
    }
}

/// How many payouts so many records may have: the others are paid by hand.
const fn foreseeable(records: u32) -> u32 {
    if records < MOST { records } else { MOST }
}

/// The payout of the nth record: `{order}.out`, `{order}.part2.out` and so on.
fn payout(order: &OrderId, nth: u32) -> Option<PayoutLeg> {
    if nth == 1 {
        return Some(PayoutLeg::of(order));
    }
    let no = PaymentNo::new(format!("{order}.part{nth}.out")).ok()?;
    Some(PayoutLeg { key: Key::of(&no), no, order: order.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_payouts_are_foreseen_than_there_are_numbers_for_with_those_of_their_attempts() {
        assert_eq!([1, MOST, MOST + 1, u32::MAX].map(foreseeable), [1, MOST, MOST, MOST]);
        let order: OrderId = "R-1.redeem".parse().unwrap();
        let many = Portions::of(&order, 1, foreseeable(u32::MAX));
        assert_eq!(many.legs.iter().len(), MOST as usize);
        let last = many.legs.iter().last().map(|leg| leg.no.to_string());
        assert_eq!(last.as_deref(), Some("R-1.redeem.part9999.out"));
    }
}
