//! What an order remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{Event, Order, Refund, Stage, State};

pub(super) fn evolve(state: State, event: &Event) -> Option<State> {
    let mut order = match (state, event) {
        (State::Absent, Event::Placed(terms)) => {
            return Some(State::Known(Box::new(Order {
                terms: terms.as_ref().clone(),
                stage: Stage::Placed,
                accepted: false,
                payment_no: None,
                payment: None,
                unapplied: Vec::new(),
                refunds: Vec::new(),
            })));
        }
        (State::Absent, _) | (State::Known(_), Event::Placed(_)) => return None,
        (State::Known(order), _) => order,
    };
    remember(&mut order, event)?;
    Some(State::Known(order))
}

fn remember(order: &mut Order, event: &Event) -> Option<()> {
    match event {
        Event::Placed(_) => return None,
        Event::PaymentRequested { no } => {
            order.payment_no = Some(no.clone());
            if !matches!(order.stage, Stage::Placed) {
                return None;
            }
            order.stage = Stage::PaymentRequested;
        }
        Event::Paid { payment, trade_date } => {
            if !matches!(order.stage, Stage::PaymentRequested) {
                return None;
            }
            order.stage = Stage::Paid;
            order.payment = Some(payment.serial.clone());
            order.terms.trade_date = *trade_date;
        }
        Event::Declined { cause, .. } => {
            if !matches!(order.stage, Stage::PaymentRequested) {
                return None;
            }
            order.stage = Stage::Declined(cause.clone());
        }
        Event::PaymentUnapplied { payment, .. } => order.unapplied.push(payment.serial.clone()),
        Event::Accepted { serial } => {
            order.accepted = true;
            let accepted = Stage::Accepted(serial.clone());
            if !matches!(order.stage, Stage::Paid | Stage::Placed) {
                return None;
            }
            order.stage = accepted;
        }
        Event::Sealed { .. } => {
            if !matches!(order.stage, Stage::Accepted(_)) {
                return None;
            }
            order.stage = Stage::Sealed;
        }
        Event::Sent { .. } => {
            if !matches!(order.stage, Stage::Sealed) {
                return None;
            }
            order.stage = Stage::Sent;
        }
        Event::Confirmed(told) | Event::PartlyConfirmed(told) => {
            let confirmed = Stage::Confirmed(told.clone());
            if !matches!(order.stage, Stage::Accepted(_) | Stage::Sealed | Stage::Sent) {
                return None;
            }
            order.stage = confirmed;
        }
        Event::Rejected { cause } => {
            let rejected = Stage::Rejected(cause.clone());
            if !matches!(
                order.stage,
                Stage::Placed | Stage::Paid | Stage::Accepted(_) | Stage::Sealed | Stage::Sent
            ) {
                return None;
            }
            order.stage = rejected;
        }
        Event::Cancelled { cause } => {
            let cancelled = Stage::Cancelled(cause.clone());
            if !matches!(order.stage, Stage::Placed | Stage::Paid | Stage::Accepted(_)) {
                return None;
            }
            order.stage = cancelled;
        }
        Event::RefundRequested { no, amount, .. } => {
            let known = order.refunds.iter().any(|refund| refund.no == *no);
            (!known).then_some(())?;
            order.refunds.push(Refund { no: no.clone(), amount: *amount, arrived: false });
        }
        Event::Refunded { no, .. } => {
            let refund = order.refunds.iter_mut().find(|refund| refund.no == *no)?;
            (!refund.arrived).then(|| refund.arrived = true)?;
        }
    }
    Some(())
}

impl Stage {
    /// As the admin command and refusals print it.
    pub const fn name(&self) -> &'static str {
        match self {
            Stage::Placed => "placed",
            Stage::PaymentRequested => "payment requested",
            Stage::Paid => "paid",
            Stage::Declined(_) => "declined",
            Stage::Accepted(_) => "accepted",
            Stage::Sealed => "sealed",
            Stage::Sent => "sent",
            Stage::Confirmed(_) => "confirmed",
            Stage::Rejected(_) => "rejected",
            Stage::Cancelled(_) => "cancelled",
        }
    }
}
