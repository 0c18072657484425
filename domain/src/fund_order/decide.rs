//! Which facts follow from a command to an order, or why none may.

use super::{
    Ask, Cause, Command, Confirmation, Event, Order, Outcome, Payment, Stage, State, Terms,
};
use crate::{
    calendar::TradingDay,
    ids::{OrderId, PaymentNo},
    money::Money,
    time::Timestamp,
};
use std::sync::Arc;

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was placed under that order ID.
    #[error("the order was not placed")]
    NotPlaced,
    /// Same order, other terms: a caller's mistake.
    #[error("the order was already placed on other terms")]
    PlacedDifferently,
    /// A conversion is not paid; a purchase is.
    #[error("a {command} does not apply to this kind of order")]
    WrongKind {
        /// What was tried.
        command: &'static str,
    },
    /// The payment or refund number is not this order's.
    #[error("{0} is not a number of this order")]
    ForeignNumber(PaymentNo),
    /// A message says the opposite of what already took effect. It has no effect.
    #[error("the order is {stage}; a late {message} cannot change that")]
    ContradictsEarlier {
        /// What holds.
        stage: &'static str,
        /// What came.
        message: &'static str,
    },
    /// Not possible yet.
    #[error("the order is {stage}; {command} must wait")]
    TooEarly {
        /// Where it stands.
        stage: &'static str,
        /// What was tried.
        command: &'static str,
    },
    /// After the cut-off of its T an order cannot be taken back.
    #[error("asked at {at}, but orders of this T could be cancelled only before {cut_off}")]
    CutOffPassed {
        /// When it was asked.
        at: Timestamp,
        /// Until when it was possible.
        cut_off: Timestamp,
    },
    /// The registrar's numbers contradict each other or the application.
    #[error("the confirmation does not add up: {what}")]
    DoesNotAddUp {
        /// Which sum.
        what: String,
    },
    /// No payment was applied, so there is none to send back.
    #[error("the order has no payment to send back")]
    NothingToRefund,
}

pub(super) fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
    use Command as C;
    let order = match (state, command) {
        (State::Absent, C::Place(terms)) => return Ok(vec![Event::Placed(terms.clone())]),
        (State::Absent, _) => return Err(Refusal::NotPlaced),
        (State::Known(order), _) => order.as_ref(),
    };
    match command {
        C::Place(terms) => placed_again(order, terms),
        C::RequestPayment(no) => request_payment(order, no),
        C::RecordPayment(payment, day) => record_payment(order, payment, *day),
        C::RecordDecline(no, cause) => record_decline(order, no, cause),
        C::Accept(serial) => accept(order, serial),
        C::Reject(cause) => reject(order, cause),
        C::Seal(batch) => seal(order, batch),
        C::Send(file, record) => send(order, file, *record),
        C::Confirm(confirmation) => confirm(order, confirmation),
        C::Cancel { at, cut_off, cause } => cancel(order, *at, *cut_off, cause),
        C::RequestRefund(id, cause) => request_refund(order, id, cause),
        C::RecordRefund(no, serial) => record_refund(order, no, serial),
    }
}

fn placed_again(order: &Order, terms: &Terms) -> Result<Vec<Event>, Refusal> {
    // The T of a paid order may have moved since; it is not part of what the caller asked.
    let Terms { investor, fund, ask, trade_date: _, only_today } = terms;
    let was = &order.terms;
    let same = was.investor == *investor
        && was.fund == *fund
        && was.ask == *ask
        && was.only_today == *only_today;
    if same { Ok(vec![]) } else { Err(Refusal::PlacedDifferently) }
}

fn request_payment(order: &Order, no: &PaymentNo) -> Result<Vec<Event>, Refusal> {
    match (&order.terms.ask, &order.stage) {
        (Ask::Conversion { .. }, _) => Err(Refusal::WrongKind { command: "payment" }),
        (Ask::Purchase { .. }, Stage::Placed) => {
            Ok(vec![Event::PaymentRequested { no: no.clone() }])
        }
        (Ask::Purchase { .. }, _) if order.payment_no.as_ref() == Some(no) => Ok(vec![]),
        (Ask::Purchase { .. }, _) => Err(Refusal::ForeignNumber(no.clone())),
    }
}

fn record_payment(
    order: &Order,
    payment: &Payment,
    day: TradingDay,
) -> Result<Vec<Event>, Refusal> {
    let Ask::Purchase { amount, .. } = &order.terms.ask else {
        return Err(Refusal::WrongKind { command: "payment" });
    };
    if order.payment_no.as_ref().is_some_and(|no| *no != payment.no) {
        return Err(Refusal::ForeignNumber(payment.no.clone()));
    }
    if order.payment.as_ref() == Some(&payment.serial) || order.unapplied.contains(&payment.serial)
    {
        return Ok(vec![]);
    }
    match order.stage {
        Stage::Placed => Err(Refusal::TooEarly { stage: "placed", command: "payment" }),
        Stage::PaymentRequested if payment.amount != Money::from(*amount) => {
            let cause = own_cause("amount_differs", "the paid amount is not the order's amount");
            let declined = Event::Declined { no: payment.no.clone(), cause: cause.clone() };
            let mut events = vec![declined];
            events.extend(unapplied(order, payment, cause));
            Ok(events)
        }
        Stage::PaymentRequested => {
            let paid = Event::Paid { payment: payment.clone(), trade_date: day };
            if order.terms.only_today && day != order.terms.trade_date {
                let cause = own_cause("cut_off_passed", "paid after the cut-off of the only day");
                return Ok(vec![paid, Event::Rejected { cause }]);
            }
            Ok(vec![paid])
        }
        Stage::Declined(_) | Stage::Rejected(_) | Stage::Cancelled(_) => {
            let cause = own_cause("order_over", "the order had ended before the money came");
            Ok(unapplied(order, payment, cause))
        }
        Stage::Paid | Stage::Accepted(_) | Stage::Sealed | Stage::Sent | Stage::Confirmed(_) => {
            let cause = own_cause("paid_twice", "the order was already paid by another debit");
            Ok(unapplied(order, payment, cause))
        }
    }
}

/// Rule 3 of the module: what no order wants goes back, under a refund number of its own.
fn unapplied(order: &Order, payment: &Payment, cause: Cause) -> Vec<Event> {
    let refund = payment.no.order().map(|id| Event::RefundRequested {
        no: PaymentNo::refund(&id, next_refund(order)),
        amount: payment.amount,
        cause: cause.clone(),
    });
    let kept = Event::PaymentUnapplied { payment: payment.clone(), cause };
    std::iter::once(kept).chain(refund).collect()
}

fn next_refund(order: &Order) -> u32 {
    u32::try_from(order.refunds.len()).unwrap_or(u32::MAX).saturating_add(1)
}

fn record_decline(order: &Order, no: &PaymentNo, cause: &Cause) -> Result<Vec<Event>, Refusal> {
    if order.payment_no.as_ref().is_some_and(|ours| ours != no) {
        return Err(Refusal::ForeignNumber(no.clone()));
    }
    match order.stage {
        Stage::PaymentRequested => {
            Ok(vec![Event::Declined { no: no.clone(), cause: cause.clone() }])
        }
        Stage::Declined(_) => Ok(vec![]),
        Stage::Placed => Err(Refusal::TooEarly { stage: "placed", command: "decline" }),
        Stage::Paid
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent
        | Stage::Confirmed(_)
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => Err(contradicts(order, "decline")),
    }
}

fn accept(order: &Order, serial: &Arc<str>) -> Result<Vec<Event>, Refusal> {
    match (&order.stage, &order.terms.ask) {
        (Stage::Paid, _) | (Stage::Placed, Ask::Conversion { .. }) => {
            Ok(vec![Event::Accepted { serial: serial.clone() }])
        }
        (Stage::Accepted(was), _) if was == serial => Ok(vec![]),
        (Stage::Accepted(_), _) => Err(contradicts(order, "acceptance under another serial")),
        (Stage::Sealed | Stage::Sent | Stage::Confirmed(_), _) => Ok(vec![]),
        (Stage::Placed | Stage::PaymentRequested, Ask::Purchase { .. })
        | (Stage::PaymentRequested, Ask::Conversion { .. }) => Err(too_early(order, "acceptance")),
        (Stage::Declined(_) | Stage::Rejected(_) | Stage::Cancelled(_), _) => {
            Err(contradicts(order, "acceptance"))
        }
    }
}

fn reject(order: &Order, cause: &Cause) -> Result<Vec<Event>, Refusal> {
    match (&order.stage, &order.terms.ask) {
        (Stage::Placed, Ask::Conversion { .. })
        | (Stage::Paid | Stage::Accepted(_) | Stage::Sealed | Stage::Sent, _) => {
            Ok(vec![Event::Rejected { cause: cause.clone() }])
        }
        (Stage::Rejected(_) | Stage::Cancelled(_), _) => Ok(vec![]),
        (Stage::Placed, Ask::Purchase { .. }) | (Stage::PaymentRequested, _) => {
            Err(too_early(order, "rejection"))
        }
        (Stage::Declined(_) | Stage::Confirmed(_), _) => Err(contradicts(order, "rejection")),
    }
}

fn seal(order: &Order, batch: &Arc<str>) -> Result<Vec<Event>, Refusal> {
    match order.stage {
        Stage::Accepted(_) => Ok(vec![Event::Sealed { batch: batch.clone() }]),
        Stage::Sealed | Stage::Sent | Stage::Confirmed(_) => Ok(vec![]),
        Stage::Placed | Stage::PaymentRequested | Stage::Paid => Err(too_early(order, "sealing")),
        Stage::Declined(_) | Stage::Rejected(_) | Stage::Cancelled(_) => {
            Err(contradicts(order, "sealing"))
        }
    }
}

fn send(order: &Order, file: &Arc<str>, record: u64) -> Result<Vec<Event>, Refusal> {
    match order.stage {
        Stage::Sealed => Ok(vec![Event::Sent { file: file.clone(), record }]),
        // Sending the same bytes again is no new fact; the registrar keeps one application.
        Stage::Sent | Stage::Confirmed(_) => Ok(vec![]),
        Stage::Placed | Stage::PaymentRequested | Stage::Paid | Stage::Accepted(_) => {
            Err(too_early(order, "sending"))
        }
        Stage::Declined(_) | Stage::Rejected(_) | Stage::Cancelled(_) => {
            Err(contradicts(order, "sending"))
        }
    }
}

fn confirm(order: &Order, confirmation: &Confirmation) -> Result<Vec<Event>, Refusal> {
    let in_full = adds_up(order, confirmation)?;
    let event = || {
        let told = Box::new(confirmation.clone());
        if in_full { Event::Confirmed(told) } else { Event::PartlyConfirmed(told) }
    };
    let mut events = match (&order.stage, &order.terms.ask) {
        (Stage::Accepted(_) | Stage::Sealed | Stage::Sent, _) => vec![event()],
        (Stage::Paid, _) | (Stage::Placed, Ask::Conversion { .. }) => {
            vec![Event::Accepted { serial: confirmation.serial.clone() }, event()]
        }
        (Stage::Confirmed(was), _) if was.as_ref() == confirmation => return Ok(vec![]),
        (Stage::Placed, Ask::Purchase { .. }) | (Stage::PaymentRequested, _) => {
            return Err(too_early(order, "confirmation"));
        }
        (
            Stage::Declined(_) | Stage::Confirmed(_) | Stage::Rejected(_) | Stage::Cancelled(_),
            _,
        ) => {
            return Err(contradicts(order, "confirmation"));
        }
    };
    events.extend(difference(order, confirmation));
    Ok(events)
}

/// What a partly confirmed purchase owes back.
fn difference(order: &Order, confirmation: &Confirmation) -> Option<Event> {
    let Outcome::Purchase(told) = &confirmation.outcome else { return None };
    let id = order.payment_no.as_ref()?.order()?;
    (!told.refund.is_zero()).then(|| Event::RefundRequested {
        no: PaymentNo::refund(&id, next_refund(order)),
        amount: told.refund,
        cause: own_cause("partly_confirmed", "the registrar accepted a part of the amount"),
    })
}

/// Whether the order was confirmed in full, after checking gross = accepted + refund, net + fees =
/// gross and no more than was asked.
fn adds_up(order: &Order, confirmation: &Confirmation) -> Result<bool, Refusal> {
    let no = |what: String| Err(Refusal::DoesNotAddUp { what });
    match (&order.terms.ask, &confirmation.outcome) {
        (Ask::Purchase { amount, .. }, Outcome::Purchase(told)) => {
            let asked = Money::from(*amount);
            if told.amount.plus(told.refund) != Some(asked) {
                let (accepted, refund) = (told.amount, told.refund);
                return no(format!("accepted {accepted} and refund {refund} are not {asked}"));
            }
            if told.fee > told.amount {
                return no(format!("the fee {} exceeds the amount {}", told.fee, told.amount));
            }
            Ok(told.refund.is_zero())
        }
        (Ask::Conversion { shares, .. }, Outcome::Conversion(told)) => {
            if told.shares_out > *shares {
                return no(format!("{} shares went out of {shares}", told.shares_out));
            }
            let gross = told.shares_out.value_half_up(told.nav_out);
            let parts = told.net_in.plus(told.redemption_fee).and_then(|m| m.plus(told.topup_fee));
            if gross.is_none() || gross != parts {
                let (net, fees) = (told.net_in, [told.redemption_fee, told.topup_fee]);
                let out = gross.unwrap_or_default();
                return no(format!("{net} and fees {} + {} are not {out}", fees[0], fees[1]));
            }
            Ok(told.shares_out == *shares)
        }
        (Ask::Purchase { .. }, Outcome::Conversion(_))
        | (Ask::Conversion { .. }, Outcome::Purchase(_)) => {
            Err(Refusal::WrongKind { command: "confirmation" })
        }
    }
}

fn cancel(
    order: &Order,
    at: Timestamp,
    cut_off: Timestamp,
    cause: &Cause,
) -> Result<Vec<Event>, Refusal> {
    match (&order.stage, &order.terms.ask) {
        (Stage::Cancelled(_), _) => Ok(vec![]),
        (Stage::Declined(_) | Stage::Confirmed(_) | Stage::Rejected(_), _) => {
            Err(contradicts(order, "cancellation"))
        }
        // The charge may be on its way; whether money moves must be known first.
        (Stage::PaymentRequested, _) => Err(too_early(order, "cancellation")),
        (Stage::Placed | Stage::Paid | Stage::Accepted(_) | Stage::Sealed | Stage::Sent, _) => {
            if at >= cut_off || matches!(order.stage, Stage::Sealed | Stage::Sent) {
                return Err(Refusal::CutOffPassed { at, cut_off });
            }
            Ok(vec![Event::Cancelled { cause: cause.clone() }])
        }
    }
}

fn request_refund(order: &Order, id: &OrderId, cause: &Cause) -> Result<Vec<Event>, Refusal> {
    let Ask::Purchase { amount, .. } = &order.terms.ask else {
        return Err(Refusal::WrongKind { command: "refund" });
    };
    let no = PaymentNo::refund(id, 0);
    if order.refunds.iter().any(|refund| refund.no == no) {
        return Ok(vec![]);
    }
    match order.stage {
        Stage::Rejected(_) | Stage::Cancelled(_) if order.payment.is_some() => {
            let amount = Money::from(*amount);
            Ok(vec![Event::RefundRequested { no, amount, cause: cause.clone() }])
        }
        Stage::Rejected(_) | Stage::Cancelled(_) | Stage::Declined(_) => {
            Err(Refusal::NothingToRefund)
        }
        Stage::Confirmed(_) => Err(contradicts(order, "refund")),
        Stage::Placed
        | Stage::PaymentRequested
        | Stage::Paid
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent => Err(too_early(order, "refund")),
    }
}

fn record_refund(order: &Order, no: &PaymentNo, serial: &Arc<str>) -> Result<Vec<Event>, Refusal> {
    match order.refunds.iter().find(|refund| refund.no == *no) {
        None => Err(Refusal::ForeignNumber(no.clone())),
        Some(refund) if refund.arrived => Ok(vec![]),
        Some(_) => Ok(vec![Event::Refunded { no: no.clone(), serial: serial.clone() }]),
    }
}

fn own_cause(code: &str, text: &str) -> Cause {
    Cause { code: code.into(), text: text.into() }
}

fn contradicts(order: &Order, message: &'static str) -> Refusal {
    Refusal::ContradictsEarlier { stage: order.stage.name(), message }
}

fn too_early(order: &Order, command: &'static str) -> Refusal {
    Refusal::TooEarly { stage: order.stage.name(), command }
}
