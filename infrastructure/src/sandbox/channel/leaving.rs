//! Money on its way out of the settlement account: a refund to the account that paid, a payout to an
//! investor. What was decided when the call arrived, and what follows from it at any later instant.

use super::entry::{in_progress, serial, timeout};
use crate::sandbox::{
    Notice,
    scenario::{PayoutFate, RefundFate},
};
use fundflow_domain::{
    ids::{AccountRef, OrderId, PaymentNo},
    money::Amount,
    orders::Cause,
    payout::Transfer,
    time::Timestamp,
};
use fundflow_sagas::ports::bank::{
    Payout, PayoutAnswer, Refund, RefundAnswer, payout_notice, refund_notice,
};
use serde::{Deserialize, Serialize};

/// Money that is to leave, in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving<F> {
    /// The idempotency key.
    pub no: PaymentNo,
    /// The order that it comes of.
    pub order: OrderId,
    /// The account that receives it.
    pub account: AccountRef,
    /// Yuan of the call; whether they moved follows from its fate.
    pub amount: Amount,
    /// The instant at which the call arrived.
    pub at: Timestamp,
    /// Fate by the scenario.
    pub fate: F,
    /// Seconds until a delayed answer.
    #[serde(default)]
    pub delay_s: u32,
    /// Whether the call reached the books of the bank.
    pub arrived: bool,
}

/// A refund in the books.
pub type RefundEntry = Leaving<RefundFate>;

/// A payout in the books.
pub type PayoutEntry = Leaving<PayoutFate>;

/// What refunds and payouts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// Carried out and answered.
    Done,
    /// Carried out, and the first answer is lost.
    Unanswered,
    /// The call is lost.
    Lost,
    /// Carried out after the delay.
    Late,
    /// The account takes nothing.
    Refused,
    /// No word and no money.
    Silent,
}

/// A fate of money that leaves.
pub(super) trait Fate: Copy {
    /// What it comes down to.
    fn course(self) -> Course;
}

impl Fate for RefundFate {
    fn course(self) -> Course {
        match self {
            RefundFate::Refunded => Course::Done,
            RefundFate::TimeoutRefunded => Course::Unanswered,
            RefundFate::TimeoutLost => Course::Lost,
            RefundFate::Late => Course::Late,
            RefundFate::Refused => Course::Refused,
            RefundFate::Silent => Course::Silent,
        }
    }
}

impl Fate for PayoutFate {
    fn course(self) -> Course {
        match self {
            PayoutFate::PaidOut => Course::Done,
            PayoutFate::TimeoutPaidOut => Course::Unanswered,
            PayoutFate::TimeoutLost => Course::Lost,
            PayoutFate::Late => Course::Late,
            PayoutFate::Refused => Course::Refused,
            PayoutFate::Silent => Course::Silent,
        }
    }
}

/// State of an outgoing transfer.
enum Standing {
    Arrived,
    Refused(Cause),
    Pending(Cause),
    Unknown(Cause),
}

#[expect(private_bounds, reason = "the two fates are the only ones there are")]
impl<F: Fate> Leaving<F> {
    /// Whether the money arrives, now or later.
    pub fn moved(&self) -> bool {
        match self.fate.course() {
            Course::Done | Course::Unanswered | Course::Late => true,
            Course::Lost | Course::Refused | Course::Silent => false,
        }
    }

    /// Whether the money has arrived by then.
    pub fn moved_by(&self, now: Timestamp) -> bool {
        self.moved() && now >= self.arrives_at()
    }

    pub(super) fn arrives_at(&self) -> Timestamp {
        match self.fate.course() {
            Course::Late => self.at.plus_millis(i64::from(self.delay_s) * 1000),
            Course::Done | Course::Unanswered | Course::Lost | Course::Refused | Course::Silent => {
                self.at
            }
        }
    }

    fn standing(&self, now: Timestamp) -> Standing {
        match self.fate.course() {
            Course::Late if now < self.arrives_at() => Standing::Pending(in_progress()),
            Course::Done | Course::Unanswered | Course::Late => Standing::Arrived,
            Course::Lost | Course::Silent => Standing::Unknown(timeout()),
            Course::Refused => Standing::Refused(Cause::new(
                "account_closed",
                "the account is closed and takes no money",
            )),
        }
    }

    /// To the call that opened the entry.
    fn first(&self, now: Timestamp) -> Standing {
        match self.fate.course() {
            Course::Unanswered => Standing::Unknown(timeout()),
            Course::Done | Course::Lost | Course::Late | Course::Refused | Course::Silent => {
                self.standing(now)
            }
        }
    }

    /// The instant of the callback, if there is one.
    fn calls_back_at(&self) -> Option<Timestamp> {
        (self.fate.course() == Course::Late).then(|| self.arrives_at())
    }
}

impl RefundEntry {
    pub(super) fn is_for(&self, refund: &Refund) -> bool {
        let Refund { no, account, amount, order } = refund;
        self.no == *no && self.account == *account && self.amount == *amount && self.order == *order
    }

    pub(super) fn answer(&self, now: Timestamp, first: bool) -> RefundAnswer {
        match if first { self.first(now) } else { self.standing(now) } {
            Standing::Arrived => RefundAnswer::Refunded(serial("RF", self.no.as_str())),
            Standing::Refused(cause) => RefundAnswer::Refused(cause),
            Standing::Pending(cause) => RefundAnswer::Pending(cause),
            Standing::Unknown(cause) => RefundAnswer::Unknown(cause),
        }
    }

    pub(super) fn notice(&self) -> Option<(Timestamp, Notice)> {
        let (at, payment) = (self.calls_back_at()?, self.no.refund_of()?);
        Some((at, refund_notice(&payment, self.no.clone(), self.answer(at, false))))
    }
}

impl PayoutEntry {
    pub(super) fn is_for(&self, payout: &Payout) -> bool {
        let Payout { no, account, amount, order } = payout;
        self.no == *no && self.account == *account && self.amount == *amount && self.order == *order
    }

    pub(super) fn answer(&self, now: Timestamp, first: bool) -> PayoutAnswer {
        match if first { self.first(now) } else { self.standing(now) } {
            Standing::Arrived => PayoutAnswer::PaidOut(Transfer {
                no: self.no.clone(),
                serial: serial("PO", self.no.as_str()),
                amount: self.amount.into(),
                at: self.arrives_at(),
            }),
            Standing::Refused(cause) => PayoutAnswer::Refused(cause),
            Standing::Pending(cause) => PayoutAnswer::Pending(cause),
            Standing::Unknown(cause) => PayoutAnswer::Unknown(cause),
        }
    }

    pub(super) fn notice(&self) -> Option<(Timestamp, Notice)> {
        let at = self.calls_back_at()?;
        Some((at, payout_notice(&self.no.attempt_of(), self.no.clone(), self.answer(at, false))))
    }
}
