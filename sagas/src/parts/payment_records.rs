//! What a bank says of a payment, as it is shown and stored where it contradicts.

use super::cases::Record;
use crate::ports::bank::{BankAnswer, ChargeAnswer, RefundAnswer};
use fundflow_domain::{
    case::{Figure, SourceKind},
    ids::PaymentNo,
    payment::Receipt,
    spelling::Spelling,
    time::Timestamp,
};

/// What an answer says, figure by figure.
pub(super) fn figures(answer: &BankAnswer) -> Vec<Figure> {
    let says = |what: &str| Figure::new("says", what);
    match answer {
        BankAnswer::Charge(ChargeAnswer::Paid(receipt)) => of_receipt(receipt),
        BankAnswer::Charge(ChargeAnswer::Declined(cause)) => {
            vec![says("declined"), Figure::new("reason", cause)]
        }
        BankAnswer::Refund(no, RefundAnswer::Refunded(serial)) => {
            vec![says("refunded"), Figure::new("number", no), Figure::new("serial", serial)]
        }
        BankAnswer::Charge(_) | BankAnswer::Refund(..) | BankAnswer::Payout(..) => Vec::new(),
    }
}

pub(super) fn of_receipt(receipt: &Receipt) -> Vec<Figure> {
    vec![
        Figure::new("says", "paid"),
        Figure::new("serial", &receipt.serial),
        Figure::new("amount", receipt.amount),
        Figure::new("paid at", receipt.paid_at),
    ]
}

/// The record behind an answer; `None` where it says nothing that could contradict.
pub(super) fn record(no: &PaymentNo, answer: &BankAnswer) -> Option<Record> {
    match answer {
        BankAnswer::Charge(ChargeAnswer::Paid(_) | ChargeAnswer::Declined(_))
        | BankAnswer::Refund(_, RefundAnswer::Refunded(_)) => {}
        BankAnswer::Charge(
            ChargeAnswer::NotFound | ChargeAnswer::Pending(_) | ChargeAnswer::Unknown(_),
        )
        | BankAnswer::Refund(
            _,
            RefundAnswer::Refused(_)
            | RefundAnswer::NotFound
            | RefundAnswer::Pending(_)
            | RefundAnswer::Unknown(_),
        )
        | BankAnswer::Payout(..) => return None,
    }
    let (letters, said) = (Spelling::of(answer), Spelling::of(&to_the_second(answer)));
    Some(Record {
        source: SourceKind::ChannelCallback,
        name: "bank".to_owned(),
        record: no.to_string(),
        to_the_letter: Some(letters).filter(|letters| *letters != said),
        said,
        again: 0,
    })
}

/// A day file states whole seconds, and a callback fractions of them: it is one record.
fn to_the_second(answer: &BankAnswer) -> BankAnswer {
    match answer {
        BankAnswer::Charge(ChargeAnswer::Paid(receipt)) => {
            let micros = receipt.paid_at.micros();
            let paid_at =
                Timestamp::from_micros(micros.saturating_sub(micros.rem_euclid(1_000_000)));
            let receipt = Receipt { paid_at, ..receipt.clone() };
            BankAnswer::Charge(ChargeAnswer::Paid(receipt))
        }
        other => other.clone(),
    }
}
