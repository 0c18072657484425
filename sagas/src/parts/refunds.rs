//! What goes back of a payment that was applied: what a day's limit or the registrar did not let in.

use super::{
    application::{ApplicationLeg, FundSaga},
    by_hand, lacking,
    payment::PaymentLeg,
    to_come::Counted,
};
use fundflow_domain::{
    application::{Application, Quantity},
    money::{Amount, Money},
    orders::{Cause, Serial},
    payment::{Payment, SentBack},
};
use fundflow_runtime::{
    saga::{OpenEnd, Saga, View},
    turn::{NotDone, Turn},
};

/// Yuan of the payment that the registrar's records, all of them, did not accept and that are not on
/// their way back. `None` for nothing.
pub fn not_accepted<S: FundSaga>(
    view: &View<'_, S>,
    payment: &PaymentLeg,
    buy: &ApplicationLeg,
) -> Option<Amount> {
    if let Some(amount) = unbought(view, payment, buy) {
        return Some(amount);
    }
    let application = buy.application(view).filter(|_| buy.is_confirmed(view))?;
    above(payment.payment(view)?, accepted(application)?)
}

/// Yuan of a payment that buys nothing after all: the registrar rejected, after the end, what it had
/// confirmed. They wait while shares that it took back are missing.
pub fn unbought<S: FundSaga>(
    view: &View<'_, S>,
    payment: &PaymentLeg,
    buy: &ApplicationLeg,
) -> Option<Amount> {
    let rejected = view.ending.is_some() && buy.is_rejected(view);
    let paid = rejected && payment.is_paid(view) && !payment.is_paid_back(view);
    let settled = paid && !view.open.notes.is_disputed() && lacking::is_settled(view);
    let left = payment.payment(view).filter(|_| settled)?.left();
    Amount::checked(left.decimal())
}

/// Sends such a payment back.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn return_all<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    payment: &PaymentLeg,
    buy: &ApplicationLeg,
) -> Result<usize, NotDone> {
    let why = buy.failure(&turn.view()?);
    payment.pay_back(turn, why.unwrap_or_else(|| Cause::new("not_bought", "nothing came of it")))
}

/// What went back of the payment although the registrar's records accepted it in the end.
pub fn overpaid<S: FundSaga>(
    view: &View<'_, S>,
    of: (&PaymentLeg, &ApplicationLeg),
    counted: Counted,
) -> Option<OpenEnd> {
    by_hand::difference(Money::ZERO, went_back(view, of, counted)?)
}

/// The same in yuan. `None` while records are to come, where none holds, and beyond every range.
pub fn went_back<S: FundSaga>(
    view: &View<'_, S>,
    (payment, buy): (&PaymentLeg, &ApplicationLeg),
    counted: Counted,
) -> Option<Money> {
    let unmarked = || counted == Counted::Left && buy.lacks_only_its_mark(view);
    let settled = buy.is_confirmed(view) || unmarked();
    let application = buy.application(view).filter(|_| settled)?;
    let left = payment.payment(view)?.left();
    Some(accepted(application)?.minus(left).unwrap_or_default())
}

/// Yuan that the records settled.
pub(super) fn accepted(application: &Application) -> Option<Money> {
    application.confirmations().try_fold(Money::ZERO, |sum, it| {
        sum.plus(match it.outcome.quantity() {
            Quantity::Money(part) => part,
            Quantity::Shares(_) => Money::ZERO,
        })
    })
}

fn above(payment: &Payment, taken: Money) -> Option<Amount> {
    Amount::checked(payment.left().minus(taken)?.decimal())
}

/// Sends back what the registrar did not accept.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn return_rest<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    payment: &PaymentLeg,
    buy: &ApplicationLeg,
) -> Result<usize, NotDone> {
    let view = turn.view()?;
    if unbought(&view, payment, buy).is_some() {
        return return_all(turn, payment, buy);
    }
    let amount = not_accepted(&view, payment, buy);
    let amount = amount.ok_or(NotDone::Lacks("money that was not accepted"))?;
    let said = buy.confirmation(&view).ok_or(NotDone::Lacks("the confirmation"))?;
    let what = SentBack::Difference { due_to: said.serial.clone(), amount };
    let cause = Cause::new("not_accepted", "the registrar accepted a part of the amount");
    payment.send_back(turn, what, cause)
}

/// Sends back what is above the amount that a later T lets in; nothing where all is let in.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn send_back_above<S: Saga>(
    turn: &mut Turn<'_, S>,
    payment: &PaymentLeg,
    taken: Amount,
) -> Result<usize, NotDone> {
    let view = turn.view()?;
    let rest = payment.payment(&view).and_then(|payment| above(payment, taken.into()));
    let Some(amount) = rest else { return Ok(0) };
    let due_to = Serial::new("day_limit").map_err(|_| NotDone::Lacks("a serial"))?;
    let what = SentBack::Difference { due_to, amount };
    let cause = Cause::new("above_day_limit", "the later T lets in a part of the amount");
    payment.send_back(turn, what, cause)
}
