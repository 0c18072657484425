//! What was decided about a charge when it arrived, and what follows from it at any later instant.
//! Nothing about it is decided again.

use crate::sandbox::{Notice, dice, scenario::ChargeFate};
use fundflow_domain::{
    ids::{AccountRef, OrderId, PaymentNo},
    money::{Amount, Money},
    orders::{Cause, Serial},
    payment::Receipt,
    time::Timestamp,
};
use fundflow_sagas::ports::bank::{Charge, ChargeAnswer, charge_notice};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

const REASONS: [(&str, &str); 4] = [
    ("insufficient_balance", "the account's balance does not cover the amount"),
    ("bank_day_limit", "the bank's own limit for a day's debits of this account is used up"),
    ("card_restricted", "the bank does not permit online debits of this card"),
    ("agreement_ended", "the debit agreement of this account has ended"),
];

/// A charge in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeEntry {
    /// The idempotency key.
    pub no: PaymentNo,
    /// The order that is paid for.
    pub order: OrderId,
    /// The account that pays.
    pub account: AccountRef,
    /// Yuan that were asked for.
    pub amount: Amount,
    /// The instant at which the call arrived.
    pub at: Timestamp,
    /// Fate by the scenario.
    pub fate: ChargeFate,
    /// Seconds until a delayed answer.
    pub delay_s: u32,
    /// Whether the call reached the books of the bank; a lost one waits for its repeat.
    pub arrived: bool,
    /// Which of the reasons a decline gives.
    pub reason: u64,
}

/// Money that left an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debit {
    /// The channel's number.
    pub serial: Serial,
    /// Yuan that left the account by it; a short one is less than was called for.
    pub amount: Money,
    /// The instant of the debit.
    pub at: Timestamp,
}

impl ChargeEntry {
    pub(super) fn is_for(&self, charge: &Charge) -> bool {
        let Charge { no, account, amount, order } = charge;
        self.no == *no && self.account == *account && self.amount == *amount && self.order == *order
    }

    /// To the call that opened the entry.
    pub(super) fn first_answer(&self) -> ChargeAnswer {
        match self.fate {
            ChargeFate::TimeoutPaid
            | ChargeFate::TimeoutDeclined
            | ChargeFate::TimeoutLost
            | ChargeFate::Silent => ChargeAnswer::Unknown(timeout()),
            ChargeFate::LatePaid | ChargeFate::LateDeclined => ChargeAnswer::Pending(in_progress()),
            ChargeFate::Paid
            | ChargeFate::DoubleDebit
            | ChargeFate::DoubleCallback
            | ChargeFate::Contradicted
            | ChargeFate::Short => self.paid(),
            ChargeFate::Declined => self.declined(),
        }
    }

    /// To a query or a repeated call.
    pub(super) fn standing(&self, now: Timestamp) -> ChargeAnswer {
        match self.fate {
            ChargeFate::TimeoutLost => ChargeAnswer::NotFound,
            ChargeFate::Silent => ChargeAnswer::Unknown(timeout()),
            ChargeFate::LatePaid | ChargeFate::LateDeclined if now < self.later() => {
                ChargeAnswer::Pending(in_progress())
            }
            ChargeFate::Declined | ChargeFate::TimeoutDeclined | ChargeFate::LateDeclined => {
                self.declined()
            }
            ChargeFate::Paid
            | ChargeFate::TimeoutPaid
            | ChargeFate::LatePaid
            | ChargeFate::DoubleDebit
            | ChargeFate::DoubleCallback
            | ChargeFate::Contradicted
            | ChargeFate::Short => self.paid(),
        }
    }

    /// What the channel will say by itself, and when.
    pub(super) fn notice(&self) -> Option<(Timestamp, Notice)> {
        let answer = match self.fate {
            ChargeFate::LatePaid | ChargeFate::DoubleCallback => self.paid(),
            ChargeFate::LateDeclined | ChargeFate::Contradicted => self.declined(),
            ChargeFate::DoubleDebit => self.receipt(&self.second()),
            ChargeFate::Paid
            | ChargeFate::Declined
            | ChargeFate::TimeoutPaid
            | ChargeFate::TimeoutDeclined
            | ChargeFate::TimeoutLost
            | ChargeFate::Short
            | ChargeFate::Silent => return None,
        };
        Some((self.later(), charge_notice(&self.no, answer)))
    }

    /// The money that has left the account by now.
    pub fn debits(&self, now: Timestamp) -> Vec<Debit> {
        match self.fate {
            ChargeFate::Paid
            | ChargeFate::TimeoutPaid
            | ChargeFate::DoubleCallback
            | ChargeFate::Contradicted
            | ChargeFate::Short => vec![self.debit()],
            ChargeFate::LatePaid if now >= self.later() => vec![self.debit()],
            ChargeFate::DoubleDebit if now >= self.later() => vec![self.debit(), self.second()],
            ChargeFate::DoubleDebit => vec![self.debit()],
            ChargeFate::LatePaid
            | ChargeFate::Declined
            | ChargeFate::TimeoutDeclined
            | ChargeFate::TimeoutLost
            | ChargeFate::LateDeclined
            | ChargeFate::Silent => vec![],
        }
    }

    fn later(&self) -> Timestamp {
        self.at.plus_millis(i64::from(self.delay_s) * 1000)
    }

    fn debit(&self) -> Debit {
        let at = if self.fate == ChargeFate::LatePaid { self.later() } else { self.at };
        let asked = Money::from(self.amount);
        let short = || Money::new(Decimal::new(1, 2)).ok().and_then(|fen| asked.minus(fen));
        let amount = if self.fate == ChargeFate::Short { short() } else { None }.unwrap_or(asked);
        Debit { serial: serial("CH", self.no.as_str()), amount, at }
    }

    fn second(&self) -> Debit {
        let serial = serial("CH", &format!("{}.2", self.no));
        Debit { serial, amount: self.amount.into(), at: self.later() }
    }

    fn paid(&self) -> ChargeAnswer {
        self.receipt(&self.debit())
    }

    fn receipt(&self, debit: &Debit) -> ChargeAnswer {
        let Debit { serial, amount, at } = debit.clone();
        ChargeAnswer::Paid(Receipt { no: self.no.clone(), serial, amount, paid_at: at })
    }

    fn declined(&self) -> ChargeAnswer {
        let index = usize::try_from(self.reason % 4).unwrap_or(0);
        let (code, text) = REASONS[index];
        ChargeAnswer::Declined(Cause::new(code, text))
    }
}

/// A counterparty's number for a key: made from it, so that a repeat has the same.
pub(in crate::sandbox) fn serial(prefix: &'static str, key: &str) -> Serial {
    Serial::numbered(prefix, dice::hash(0, key, prefix))
}

pub(in crate::sandbox) fn timeout() -> Cause {
    Cause::new("timeout", "no answer within the time limit")
}

pub(in crate::sandbox) fn in_progress() -> Cause {
    Cause::new("in_progress", "the bank has not answered the channel yet")
}

/// The number is known with another account, amount or order. Whoever sent it must look; the money
/// of the first call is not touched.
pub(in crate::sandbox) fn number_reused() -> Cause {
    let text = "the number is already used for another account, amount or order";
    Cause::new("number_reused", text)
}
