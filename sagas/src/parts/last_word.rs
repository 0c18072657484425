//! The bank's last word on money that was under way when a person took it over, or left the row of a charge, or
//! when we closed that row since its time was over.
//!
//! ```text
//! given up, left -> an hour -> asked -> it moved: recorded as ever, and reported to the person
//!                                 `---> it did not and never will: recorded, and asked no more
//! ```
//!
//! 1. It is asked about and never sent: whoever took it over may have settled it by hand.
//! 2. Whoever gives it up once more, with another disposition, knows what became of it: nobody is asked then.
//! 3. A refusal, or that the bank never got it, is its last word an hour after that: until then a call may
//!    be under way.

use super::{
    application::FundSaga,
    compensation::Compensations,
    milestone::Milestone,
    payment::{self, PaymentLeg},
    payout::PayoutLeg,
    timing::{arrived, landed, left, never_comes, never_got},
};
use crate::ports::bank::{BankAnswer, BankCall, ChargeAnswer, PayoutAnswer, RefundAnswer};
use fundflow_domain::{
    ids::PaymentNo,
    orders::Cause,
    payment::{Payment, Refund},
    time::Timestamp,
};
use fundflow_kernel::envelope::Actor;
use fundflow_runtime::{
    process::Disposition,
    saga::{Heard, View},
    turn::{NotDone, Turn},
};

/// Money that a saga has its bank move.
#[derive(Debug)]
pub struct AtBank<'a> {
    /// Money that comes in, and what goes back of it.
    pub payment: Option<&'a PaymentLeg>,
    /// Money that goes out, each with the name of its open end.
    pub payouts: Vec<(&'a PayoutLeg, &'static str)>,
    /// Compensations that closed cases owe.
    pub compensations: &'a Compensations,
}

/// A saga that has a bank move money.
pub trait HasBank: FundSaga {
    /// All that its bank may be asked to move.
    fn at_bank(plan: &Self::Plan) -> AtBank<'_>;
    /// When we closed by ourselves what a bank says that it never got, since its time was over, where that bank
    /// has not said since what became of it.
    fn closed_late(view: &View<'_, Self>) -> Option<Timestamp> {
        let late = Self::at_bank(view.plan).payment?.closed_late(view);
        late.filter(|_| !view.open.gave_up_again(payment::END))
    }
}

enum Unheard<'a> {
    Charge(&'a PaymentLeg),
    Refund(&'a PaymentLeg, &'a Refund),
    Payout(&'a PayoutLeg),
}

/// The bank has said what became of all that a person took over, or left.
pub fn is_heard<S: HasBank>(view: &View<'_, S>) -> bool {
    next(view).is_none()
}

/// The next query to the bank.
pub fn call<S: HasBank>(view: &View<'_, S>) -> Option<BankCall> {
    match next(view)? {
        Unheard::Charge(leg) => leg.charge(view),
        Unheard::Refund(leg, refund) => Some(BankCall::AskRefund(leg.refund_of(view, refund)?)),
        Unheard::Payout(leg) => Some(BankCall::AskPayout(leg.attempt(view)?)),
    }
}

/// From when on it is asked: no call can be under way.
pub fn asked_from<S: HasBank>(view: &View<'_, S>) -> Option<Timestamp> {
    landed(view).into_iter().chain(left(view)).chain(S::closed_late(view).map(arrived)).max()
}

/// When a person is called about it: at the cut-off of the trading day after it was given up, or left. `None`
/// where the event is older than the field for it.
pub fn overdue<S: HasBank>(saga: &S, view: &View<'_, S>) -> Option<Timestamp> {
    let house = saga.house();
    let given_up_at = view.open.given_up_at.into_iter().chain(view.open.landing_chosen_at);
    let given_up_at = given_up_at.chain(S::closed_late(view)).max();
    let given_up_on = house.calendar.t_of(given_up_at?).ok()?;
    house.cut_off_after(given_up_on, 1)
}

fn next<'a, S: HasBank>(view: &View<'a, S>) -> Option<Unheard<'a>> {
    let late = S::closed_late(view).is_some();
    if view.open.given_up.is_empty() && !view.open.landing_chosen && !late {
        return None;
    }
    let AtBank { payment, payouts, compensations } = S::at_bank(view.plan);
    let charge = payment
        .filter(|_| late || is_left_or_asked_about(view, payment::END))
        .filter(|leg| leg.is_closed_unheard(view));
    let refund = || {
        let leg = payment?;
        let mut owed = leg.payment(view)?.owed();
        let refund = owed.find(|it| {
            is_asked_about(view, payment::end_name(&it.no)) && !has_not_moved(view, &it.no)
        })?;
        Some(Unheard::Refund(leg, refund))
    };
    let payout = || {
        let mut all = payouts.into_iter().chain(compensations.with_their_end());
        let unheard = |(leg, end): &(&PayoutLeg, &str)| {
            is_asked_about(view, end) && leg.is_requested(view) && !leg.is_answered(view)
        };
        all.find(unheard).map(|(leg, _)| Unheard::Payout(leg))
    };
    charge.map(Unheard::Charge).or_else(refund).or_else(payout)
}

/// A person left its row or took it over, and has not said since what became of it.
pub fn is_left_or_asked_about<S: FundSaga>(view: &View<'_, S>, end: &str) -> bool {
    is_asked_about(view, end) || (view.open.landing_chosen && !view.open.gave_up_again(end))
}

/// Whether the bank would be asked what became of that end, if a person gave it up so: it may have moved, and that
/// person has not heard of it before.
pub fn would_be_asked<S: HasBank>(view: &View<'_, S>, end: &str, to: Disposition) -> bool {
    let AtBank { payment, payouts, compensations } = S::at_bank(view.plan);
    let refunds = payment.and_then(|leg| leg.payment(view)).into_iter().flat_map(Payment::owed);
    let mut refunds = refunds.filter(|it| payment::end_name(&it.no) == end);
    let mut outgoing = payouts.into_iter().chain(compensations.with_their_end());
    let unheard = |leg: &PayoutLeg| leg.is_requested(view) && !leg.is_answered(view);
    let may_have_moved = refunds.any(|it| !has_not_moved(view, &it.no))
        || outgoing.any(|(leg, name)| name == end && unheard(leg));
    // What is said again is not said anew; who says it otherwise knows what became of it.
    let is_reported = match view.open.disposed(end) {
        Some(known) if known.disposition == to => !view.open.gave_up(end),
        Some(_) => view.open.gave_up(end),
        None => false,
    };
    may_have_moved && !is_reported && !view.open.gave_up_again(end)
}

/// A person took it over, and has not said since what became of it.
fn is_asked_about<S: FundSaga>(view: &View<'_, S>, end: &str) -> bool {
    view.open.gave_up(end) && !view.open.gave_up_again(end)
}

/// The bank has said for good that it has not moved the money of that number.
pub fn has_not_moved<S: FundSaga>(view: &View<'_, S>, no: &PaymentNo) -> bool {
    view.open.notes.not_moved.contains(no)
}

/// Records that the bank has not moved what a person took over, and never will. `None` of every other word.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn hear<S: HasBank>(
    turn: &mut Turn<'_, S>,
    said: &BankAnswer,
) -> Result<Option<Heard>, NotDone> {
    let view = turn.view()?;
    if let BankAnswer::Refund(no, RefundAnswer::Refused(_)) = said
        && (view.open.gave_up_again(payment::end_name(no)) || has_not_moved(&view, no))
    {
        // It is known, by a person or by the bank's own word.
        return Ok(Some(Heard::Recorded(0)));
    }
    let is_late = S::closed_late(&view).is_some_and(|at| turn.now() < arrived(at));
    if is_late || !never_comes(&view, turn.now()) {
        return Ok(None);
    }
    let events = match (next(&view), said) {
        (Some(Unheard::Charge(leg)), BankAnswer::Charge(ChargeAnswer::NotFound)) => {
            let leg = leg.clone();
            speaks(turn);
            leg.never_came(turn, never_got("the bank", "the charge"))?
        }
        (Some(Unheard::Refund(_, refund)), BankAnswer::Refund(no, said)) if refund.no == *no => {
            let cause = match said {
                RefundAnswer::NotFound => never_got("the bank", "the refund"),
                RefundAnswer::Refused(cause) => cause.clone(),
                RefundAnswer::Refunded(_) | RefundAnswer::Pending(_) | RefundAnswer::Unknown(_) => {
                    return Ok(None);
                }
            };
            not_moved(turn, no.clone(), cause)?
        }
        (Some(Unheard::Payout(leg)), BankAnswer::Payout(no, PayoutAnswer::NotFound))
            if leg.payout(&view).is_some_and(|payout| payout.attempt.no == *no) =>
        {
            let leg = leg.clone();
            speaks(turn);
            leg.never_came(turn, no, never_got("the bank", "the payout"))?
        }
        (_, BankAnswer::Charge(_) | BankAnswer::Refund(..) | BankAnswer::Payout(..)) => {
            return Ok(None);
        }
    };
    Ok(Some(Heard::Recorded(events)))
}

/// Keeps that the money of that number was not moved, and why.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn not_moved<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    no: PaymentNo,
    cause: Cause,
) -> Result<usize, NotDone> {
    speaks(turn);
    turn.reach(Milestone::NotMoved { no, cause })
}

fn speaks<S: FundSaga>(turn: &mut Turn<'_, S>) {
    let now = turn.now();
    turn.speaks(Actor::Counterparty("bank".into()), "never came", now);
}
