//! What goes back of a payment that was applied: what a day's limit or the registrar did not let in.

use super::{application::ApplicationLeg, payment::PaymentLeg};
use fundflow_domain::{
    money::{Amount, Money},
    orders::{Cause, Serial},
    payment::{Payment, SentBack},
};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// Yuan of the payment that the registrar's records, all of them, did not accept and that are not on
/// their way back. `None` for nothing.
pub fn not_accepted<S: Saga>(
    view: &View<'_, S>,
    payment: &PaymentLeg,
    buy: &ApplicationLeg,
) -> Option<Amount> {
    let application = buy.application(view).filter(|_| buy.is_confirmed(view))?;
    let mut confirmations = application.confirmations();
    let accepted = confirmations.try_fold(Money::ZERO, |sum, it| {
        sum.plus(match it.outcome.quantity() {
            fundflow_domain::application::Quantity::Money(part) => part,
            fundflow_domain::application::Quantity::Shares(_) => Money::ZERO,
        })
    })?;
    above(payment.payment(view)?, accepted)
}

fn above(payment: &Payment, taken: Money) -> Option<Amount> {
    Amount::new(payment.left().minus(taken)?.decimal()).ok()
}

/// Sends back what the registrar did not accept.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn return_rest<S: Saga>(
    turn: &mut Turn<'_, S>,
    payment: &PaymentLeg,
    buy: &ApplicationLeg,
) -> Result<usize, NotDone> {
    let view = turn.view()?;
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
