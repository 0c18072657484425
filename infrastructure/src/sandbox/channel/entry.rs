//! What was decided about a charge or refund when it arrived, and what follows from it at any later
//! instant. Nothing about it is decided again.

use crate::sandbox::{
    dice,
    scenario::{ChargeFate, RefundFate},
};
use fundflow_application::counterparty::{Charge, ChargeAnswer, Notice, Refund, RefundAnswer};
use fundflow_domain::{
    fund_order::{Cause, Payment},
    ids::{AccountRef, OrderId, PaymentNo},
    money::{Amount, Money},
    time::Timestamp,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const REASONS: [(&str, &str); 4] = [
    ("insufficient_balance", "the account's balance does not cover the amount"),
    ("day_limit", "the account's limit of the day is used up"),
    ("card_restricted", "the bank does not permit online debits of this card"),
    ("agreement_ended", "the debit agreement of this account has ended"),
];

/// A charge in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeEntry {
    /// Its key.
    pub no: PaymentNo,
    /// For which order.
    pub order: OrderId,
    /// From where.
    pub account: AccountRef,
    /// How much was asked for.
    pub amount: Amount,
    /// When the call arrived.
    pub at: Timestamp,
    /// What becomes of it.
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
    pub serial: Arc<str>,
    /// How much.
    pub amount: Money,
    /// When.
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
            ChargeFate::LatePaid | ChargeFate::LateDeclined => ChargeAnswer::Unknown(in_progress()),
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
                ChargeAnswer::Unknown(in_progress())
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
            ChargeFate::DoubleDebit => self.payment(&self.second()),
            ChargeFate::Paid
            | ChargeFate::Declined
            | ChargeFate::TimeoutPaid
            | ChargeFate::TimeoutDeclined
            | ChargeFate::TimeoutLost
            | ChargeFate::Short
            | ChargeFate::Silent => return None,
        };
        Some((self.later(), Notice::Payment(self.order.clone(), answer)))
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
        self.payment(&self.debit())
    }

    fn payment(&self, debit: &Debit) -> ChargeAnswer {
        let Debit { serial, amount, at } = debit.clone();
        ChargeAnswer::Paid(Payment { no: self.no.clone(), serial, amount, paid_at: at })
    }

    fn declined(&self) -> ChargeAnswer {
        let index = usize::try_from(self.reason % 4).unwrap_or(0);
        let (code, text) = REASONS[index];
        ChargeAnswer::Declined(Cause { code: code.into(), text: text.into() })
    }
}

/// A refund in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundEntry {
    /// Its key.
    pub no: PaymentNo,
    /// For which order.
    pub order: OrderId,
    /// Where to.
    pub account: AccountRef,
    /// How much.
    pub amount: Money,
    /// When the call arrived.
    pub at: Timestamp,
    /// What becomes of it.
    pub fate: RefundFate,
    /// Whether the call reached the books of the bank.
    pub arrived: bool,
}

impl RefundEntry {
    pub(super) fn is_for(&self, refund: &Refund) -> bool {
        let Refund { no, account, amount, order } = refund;
        self.no == *no && self.account == *account && self.amount == *amount && self.order == *order
    }

    /// Whether the money is back on the account.
    pub const fn moved(&self) -> bool {
        match self.fate {
            RefundFate::Refunded | RefundFate::TimeoutRefunded => true,
            RefundFate::TimeoutLost | RefundFate::Refused | RefundFate::Silent => false,
        }
    }

    pub(super) fn first_answer(&self) -> RefundAnswer {
        match self.fate {
            RefundFate::TimeoutRefunded => RefundAnswer::Unknown(timeout()),
            RefundFate::Refunded
            | RefundFate::TimeoutLost
            | RefundFate::Refused
            | RefundFate::Silent => self.standing(),
        }
    }

    pub(super) fn standing(&self) -> RefundAnswer {
        match self.fate {
            RefundFate::Refunded | RefundFate::TimeoutRefunded => {
                RefundAnswer::Refunded(serial("RF", self.no.as_str()))
            }
            RefundFate::Refused => {
                let text = "the account is closed and takes no money";
                RefundAnswer::Refused(Cause { code: "account_closed".into(), text: text.into() })
            }
            RefundFate::TimeoutLost | RefundFate::Silent => RefundAnswer::Unknown(timeout()),
        }
    }
}

/// The channel's number for a key: made from it, so that a repeat has the same.
pub(in crate::sandbox) fn serial(prefix: &str, key: &str) -> Arc<str> {
    format!("{prefix}{:016X}", dice::hash(0, key, prefix)).into()
}

pub(in crate::sandbox) fn timeout() -> Cause {
    Cause { code: "timeout".into(), text: "no answer within the time limit".into() }
}

fn in_progress() -> Cause {
    Cause { code: "in_progress".into(), text: "the bank has not answered the channel yet".into() }
}

/// The number is known with another account, amount or order. Whoever sent it must look; the money
/// of the first call is not touched.
pub(super) fn other_terms() -> ChargeAnswer {
    ChargeAnswer::Unknown(other_refund())
}

pub(super) fn other_refund() -> Cause {
    let text = "the number is already used for another account, amount or order";
    Cause { code: "number_reused".into(), text: text.into() }
}
