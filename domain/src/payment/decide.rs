//! Which facts follow from a command to a payment, and what is remembered of them.

use super::{Command, Event, Of, Payment, Receipt, Refund, Refusal, SentBack, Stage, State, Terms};
use crate::{
    ids::PaymentNo,
    money::{Amount, Money},
    orders::{Cause, Serial, own_cause},
    time::Timestamp,
};

type Decision = Result<Vec<Event>, Refusal>;

pub(super) fn decide(state: &State, command: &Command) -> Decision {
    use {Command as C, State as S};
    match (state, command) {
        (S::Absent | S::Known(_), C::At(instant, command)) => {
            Ok(decide(state, command)?.into_iter().map(|event| asked(event, *instant)).collect())
        }
        (S::Absent, C::Request(terms)) => requested(terms),
        (
            S::Absent,
            C::RecordPaid(_)
            | C::RecordDecline(_)
            | C::Close(_)
            | C::CloseLate { .. }
            | C::SendBack(..)
            | C::RecordReturned { .. },
        ) => Err(Refusal::NotRequested),

        (S::Known(payment), C::RecordPaid(receipt)) => paid(payment, receipt),
        (S::Known(payment), C::RecordDecline(cause)) => declined(payment, cause),
        (S::Known(payment), C::Close(cause)) => closed(payment, cause, None),
        (S::Known(payment), C::CloseLate { cause, at }) => closed(payment, cause, Some(*at)),
        (S::Known(payment), C::SendBack(what, cause)) => sent_back(payment, what, cause),
        (S::Known(payment), C::RecordReturned { no, serial }) => returned(payment, no, serial),

        (S::Known(payment), C::Request(terms)) => repeated(payment, terms),
    }
}

fn asked(event: Event, at: Timestamp) -> Event {
    match event {
        Event::RefundRequested { no, of, amount, cause, .. } => {
            Event::RefundRequested { no, of, amount, cause, asked_at: Some(at) }
        }
        Event::Requested(_)
        | Event::Paid(_)
        | Event::Declined { .. }
        | Event::Closed { .. }
        | Event::ReceiptUnapplied { .. }
        | Event::Refunded { .. } => event,
    }
}

pub(super) fn evolve(state: State, event: &Event) -> Option<State> {
    use {Event as E, State as S};
    match (state, event) {
        (S::Absent, E::Requested(terms)) => Some(S::Known(Box::new(Payment {
            terms: terms.as_ref().clone(),
            stage: Stage::Requested,
            closed_at: None,
            unapplied: Vec::new(),
            refunds: Vec::new(),
        }))),
        (
            S::Known(mut payment),
            E::Paid(_)
            | E::Declined { .. }
            | E::Closed { .. }
            | E::ReceiptUnapplied { .. }
            | E::RefundRequested { .. }
            | E::Refunded { .. },
        ) => {
            remember(&mut payment, event)?;
            Some(S::Known(payment))
        }
        (S::Known(_), E::Requested(_))
        | (
            S::Absent,
            E::Paid(_)
            | E::Declined { .. }
            | E::Closed { .. }
            | E::ReceiptUnapplied { .. }
            | E::RefundRequested { .. }
            | E::Refunded { .. },
        ) => None,
    }
}

fn remember(payment: &mut Payment, event: &Event) -> Option<()> {
    match event {
        Event::Requested(_) => return None,
        Event::Paid(receipt) => {
            matches!(payment.stage, Stage::Requested).then_some(())?;
            payment.stage = Stage::Paid(receipt.clone());
        }
        Event::Declined { cause } => {
            matches!(payment.stage, Stage::Requested | Stage::Closed(_)).then_some(())?;
            payment.stage = Stage::Declined(cause.clone());
        }
        Event::Closed { cause, at } => {
            matches!(payment.stage, Stage::Requested).then_some(())?;
            payment.closed_at = *at;
            payment.stage = Stage::Closed(cause.clone());
        }
        Event::ReceiptUnapplied { receipt, .. } => {
            payment.receipt(&receipt.serial).is_none().then_some(())?;
            payment.unapplied.push(receipt.clone());
        }
        Event::RefundRequested { no, of, amount, asked_at, .. } => {
            let new = payment.refunds.iter().all(|refund| refund.no != *no && refund.of != *of);
            new.then_some(())?;
            let (no, of, amount) = (no.clone(), of.clone(), *amount);
            let asked_at = *asked_at;
            payment.refunds.push(Refund { no, of, amount, asked_at, arrived: None });
        }
        Event::Refunded { no, serial } => {
            let refund = payment.refunds.iter_mut().find(|refund| refund.no == *no)?;
            refund.arrived.is_none().then_some(())?;
            refund.arrived = Some(serial.clone());
        }
    }
    Some(())
}

fn requested(terms: &Terms) -> Decision {
    if terms.no.leaves_room() {
        return Ok(vec![Event::Requested(Box::new(terms.clone()))]);
    }
    Err(Refusal::NoRoomForRefund(terms.no.clone()))
}

fn repeated(payment: &Payment, terms: &Terms) -> Decision {
    if payment.terms == *terms {
        return Ok(vec![]);
    }
    Err(Refusal::RequestedDifferently(payment.terms.no.clone()))
}

fn paid(payment: &Payment, receipt: &Receipt) -> Decision {
    if receipt.no != payment.terms.no {
        return Err(Refusal::ForeignNumber(receipt.no.clone()));
    }
    let Ok(amount) = Amount::new(receipt.amount.decimal()) else {
        return Err(Refusal::EmptyReceipt(receipt.serial.clone()));
    };
    if let Some(known) = payment.receipt(&receipt.serial) {
        if known.amount == receipt.amount {
            return Ok(vec![]);
        }
        let (known, came) = (Box::new(known.clone()), Box::new(receipt.clone()));
        return Err(Refusal::ReceiptDiffers { known, came });
    }
    match payment.stage {
        Stage::Requested if amount == payment.terms.amount => {
            Ok(vec![Event::Paid(receipt.clone())])
        }
        Stage::Requested => {
            let cause = own_cause("amount_differs", "the amount is not the one that was asked for");
            let mut events = vec![Event::Declined { cause: cause.clone() }];
            events.extend(unapplied(payment, receipt, amount, cause)?);
            Ok(events)
        }
        Stage::Declined(_) | Stage::Closed(_) => {
            let cause = own_cause("not_wanted", "the payment was over before the money came");
            unapplied(payment, receipt, amount, cause)
        }
        Stage::Paid(_) => {
            let cause = own_cause("paid_twice", "another receipt was applied already");
            unapplied(payment, receipt, amount, cause)
        }
    }
}

/// Rule 2 of the module: what nobody wants goes back at once.
fn unapplied(payment: &Payment, receipt: &Receipt, amount: Amount, cause: Cause) -> Decision {
    let of = Of::Unapplied { serial: receipt.serial.clone() };
    let refund = refund(payment, of, amount, &cause)?;
    Ok(vec![Event::ReceiptUnapplied { receipt: receipt.clone(), cause }, refund])
}

fn refund(payment: &Payment, of: Of, amount: Amount, cause: &Cause) -> Result<Event, Refusal> {
    let nth = payment.refunds.len().saturating_add(1);
    match payment.terms.no.nth_refund(nth) {
        Some(no) => {
            let cause = cause.clone();
            Ok(Event::RefundRequested { no, of, amount, cause, asked_at: None })
        }
        None => Err(Refusal::NoRoomForRefund(payment.terms.no.clone())),
    }
}

fn declined(payment: &Payment, cause: &Cause) -> Decision {
    let receipt = match &payment.stage {
        Stage::Declined(_) => return Ok(vec![]),
        Stage::Paid(receipt) => Some(receipt),
        Stage::Requested | Stage::Closed(_) => payment.unapplied.first(),
    };
    match receipt {
        None => Ok(vec![Event::Declined { cause: cause.clone() }]),
        Some(receipt) => {
            let receipt = Box::new(receipt.clone());
            Err(Refusal::DeclinedAfterReceipt { receipt, cause: cause.clone() })
        }
    }
}

fn closed(payment: &Payment, cause: &Cause, at: Option<Timestamp>) -> Decision {
    match &payment.stage {
        Stage::Requested => Ok(vec![Event::Closed { cause: cause.clone(), at }]),
        Stage::Closed(_) | Stage::Declined(_) => Ok(vec![]),
        Stage::Paid(receipt) => Err(Refusal::AlreadyPaid(receipt.serial.clone())),
    }
}

fn sent_back(payment: &Payment, what: &SentBack, cause: &Cause) -> Decision {
    match what {
        // The refund was requested in the decision that left the receipt unapplied.
        SentBack::Unapplied(serial) => {
            let known = payment.unapplied.iter().any(|receipt| receipt.serial == *serial);
            if known { Ok(vec![]) } else { Err(Refusal::UnknownReceipt(serial.clone())) }
        }
        SentBack::Payback | SentBack::Difference { .. } if payment.applied().is_none() => {
            Err(Refusal::NothingApplied)
        }
        SentBack::Payback => payback(payment, cause),
        SentBack::Difference { due_to, amount } => difference(payment, due_to, *amount, cause),
    }
}

fn payback(payment: &Payment, cause: &Cause) -> Decision {
    if requested_before(payment, &Of::Payback).is_some() {
        return Ok(vec![]);
    }
    let left = payment.left();
    match Amount::new(left.decimal()) {
        Ok(amount) => Ok(vec![refund(payment, Of::Payback, amount, cause)?]),
        // Differences have sent all of it back already.
        Err(_) => Err(Refusal::AboveWhatArrived { asked: payment.terms.amount.into(), left }),
    }
}

fn difference(payment: &Payment, due_to: &Serial, asked: Amount, cause: &Cause) -> Decision {
    let of = Of::Difference { due_to: due_to.clone() };
    let left = payment.left();
    match requested_before(payment, &of) {
        Some(known) if known == asked => Ok(vec![]),
        Some(known) => Err(Refusal::SentBackDifferently { due_to: due_to.clone(), known, asked }),
        None if Money::from(asked) > left => {
            Err(Refusal::AboveWhatArrived { asked: asked.into(), left })
        }
        None => Ok(vec![refund(payment, of, asked, cause)?]),
    }
}

fn requested_before(payment: &Payment, of: &Of) -> Option<Amount> {
    payment.refunds.iter().find(|refund| refund.of == *of).map(|refund| refund.amount)
}

fn returned(payment: &Payment, no: &PaymentNo, serial: &Serial) -> Decision {
    let Some(refund) = payment.refunds.iter().find(|refund| refund.no == *no) else {
        return Err(Refusal::ForeignNumber(no.clone()));
    };
    match &refund.arrived {
        None => Ok(vec![Event::Refunded { no: no.clone(), serial: serial.clone() }]),
        Some(known) if known == serial => Ok(vec![]),
        Some(known) => {
            let (no, known, came) = (no.clone(), known.clone(), serial.clone());
            Err(Refusal::ReturnedTwice { no, known, came })
        }
    }
}
