//! One movement of money from an investor's account to us, and what goes back of it.
//!
//! ```text
//! absent --Request--> requested --RecordPaid----> paid --SendBack(Payback | Difference)--> …
//!                        |    `---RecordDecline-> declined
//!                        `--------Close---------> closed --RecordDecline--> declined
//! any receipt but the first right one: unapplied, and a refund of it is requested at once
//! refund: requested --RecordReturned--> refunded
//! ```
//!
//! 1. A payment is believed, never assumed: only a receipt makes it paid, only a decline says that
//!    no money will come.
//! 2. Money that nobody wants (another amount, a second debit, after a decline or a close) is
//!    unapplied and goes back to the account that it came from.
//! 3. Every refund says what it sends back and has a number derived from the payment's.
//! 4. What goes back of the applied receipt never exceeds it. A payback is all that is left of it.
//! 5. A serial that is repeated decides nothing; one that comes with another amount is refused.

mod decide;
mod stored;
#[cfg(test)]
mod tests;

use crate::{
    calendar::TradingDay,
    decider::Decider,
    ids::{AccountRef, OrderId, PaymentNo},
    money::{Amount, Money},
    orders::{Cause, Serial},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What is asked of the channel, fixed when it is requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The idempotency key at the channel.
    pub no: PaymentNo,
    /// Pays, and is the only account that anything goes back to.
    pub account: AccountRef,
    /// Exactly this much is applied; another amount is not.
    pub amount: Amount,
    /// The order that is paid for.
    pub order: OrderId,
    /// The T that the investor was quoted; the receipt's instant decides the real one.
    pub trade_date: TradingDay,
    /// When it was announced, by our clock: no charge had left before. Absent of payments that were
    /// announced before the field was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// Money that reached the settlement account, as the channel says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The payment that the channel names.
    pub no: PaymentNo,
    /// The channel's own number: tells a second debit from a repeated message.
    pub serial: Serial,
    /// What arrived, in yuan to the fen, as the channel states it.
    pub amount: Money,
    /// When the money was taken; T follows from it.
    pub paid_at: Timestamp,
}

/// What a refund sends back, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// All that is left of the applied receipt.
    Payback,
    /// A receipt that was never applied.
    Unapplied {
        /// The channel's number of that receipt.
        serial: Serial,
    },
    /// A part of the applied receipt.
    Difference {
        /// The record because of which it is owed: one confirmation owes one difference.
        due_to: Serial,
    },
}

/// What is to be sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentBack {
    /// All that is left of the applied receipt.
    Payback,
    /// A receipt that was never applied. Its refund was requested with it, so this repeats it.
    Unapplied(Serial),
    /// A part of the applied receipt, once per record that it is due to.
    Difference {
        /// The record because of which it is owed.
        due_to: Serial,
        /// How much of the receipt.
        amount: Amount,
    },
}

/// A request to the payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Another command, decided at that instant: a refund that follows from it was asked for then.
    At(Timestamp, Box<Command>),
    /// Announce the charge before it is sent to the channel.
    Request(Terms),
    /// The channel says that money moved.
    RecordPaid(Receipt),
    /// The channel says that no money moved and none will.
    RecordDecline(Cause),
    /// The money is no longer wanted (an operator's word, a cut-off that passed).
    Close(Cause),
    /// We close it by ourselves, and no person does: our call may still be under way then.
    CloseLate {
        /// Why it is no longer wanted.
        cause: Cause,
        /// The instant of that: an hour later no call is under way.
        at: Timestamp,
    },
    /// Owe money back to the account that paid.
    SendBack(SentBack, Cause),
    /// The channel says that a refund arrived.
    RecordReturned {
        /// The refund's own number: its idempotency key at the channel.
        no: PaymentNo,
        /// The channel's number for it.
        serial: Serial,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A charge may be on its way from now on.
    Requested(Box<Terms>),
    /// The amount asked for arrived.
    Paid(Receipt),
    /// No money will come, or only money that is not applied.
    Declined {
        /// The channel's reason, or ours for an amount that differs.
        cause: Cause,
    },
    /// Money that still comes is unapplied.
    Closed {
        /// Why it is no longer wanted.
        cause: Cause,
        /// When we closed it by ourselves; none where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// Money arrived that nobody wants.
    ReceiptUnapplied {
        /// The channel's receipt.
        receipt: Receipt,
        /// Why it is not applied.
        cause: Cause,
    },
    /// Money is owed back to the account that paid.
    RefundRequested {
        /// The idempotency key at the channel.
        no: PaymentNo,
        /// Ground of the refund.
        of: Of,
        /// Refund, in yuan.
        amount: Amount,
        /// Reason of the refund.
        cause: Cause,
        /// When it was asked for, by our clock; absent from events stored before the field was added.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_at: Option<Timestamp>,
    },
    /// The account that paid has it.
    Refunded {
        /// The refund's own number: its idempotency key at the channel.
        no: PaymentNo,
        /// The channel's number for it.
        serial: Serial,
    },
}

/// How far the payment itself is; refunds go their own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// A charge may be on its way.
    Requested,
    /// The money is here and applied.
    Paid(Receipt),
    /// No money will come that is applied.
    Declined(Cause),
    /// Money that still comes is unapplied; nobody knows whether some will.
    Closed(Cause),
}

/// Money on its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The idempotency key at the channel.
    pub no: PaymentNo,
    /// Ground of the refund.
    pub of: Of,
    /// Refund, in yuan.
    pub amount: Amount,
    /// When it was asked for, by our clock, unless the event is older than the field.
    pub asked_at: Option<Timestamp>,
    /// The channel's number, once it has arrived.
    pub arrived: Option<Serial>,
}

/// A payment that was requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Fixed when it was requested.
    pub terms: Terms,
    /// Stage of its life cycle.
    pub stage: Stage,
    /// When we closed it by ourselves.
    pub closed_at: Option<Timestamp>,
    /// Receipts that were not applied, in the order in which they came.
    pub unapplied: Vec<Receipt>,
    /// In the order in which they were requested.
    pub refunds: Vec<Refund>,
}

/// What is remembered of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// No payment was requested.
    #[default]
    Absent,
    /// A charge was announced.
    Known(Box<Payment>),
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was requested under that number.
    #[error("the payment was not requested")]
    NotRequested,
    /// The number is too long to derive refund numbers from it.
    #[error("payment number {0} leaves no room for the number of a refund")]
    NoRoomForRefund(PaymentNo),
    /// The number stands for another payment: a caller's mistake.
    #[error("payment {0} was already requested on other terms")]
    RequestedDifferently(PaymentNo),
    /// The message names another payment, or a refund that nobody asked for.
    #[error("{0} is not a number of this payment")]
    ForeignNumber(PaymentNo),
    /// A receipt of no money.
    #[error("receipt {0} says that 0.00 yuan arrived")]
    EmptyReceipt(Serial),
    /// One serial with two amounts.
    #[error("receipt {} was of {} yuan and now says {}", known.serial, known.amount, came.amount)]
    ReceiptDiffers {
        /// The receipt that took effect.
        known: Box<Receipt>,
        /// The one that has none.
        came: Box<Receipt>,
    },
    /// The channel said that money moved, and now that none did.
    #[error("receipt {} of {} yuan arrived; a late decline ({}) cannot undo it", receipt.serial, receipt.amount, cause.code)]
    DeclinedAfterReceipt {
        /// The receipt that took effect.
        receipt: Box<Receipt>,
        /// Why the channel declines now.
        cause: Cause,
    },
    /// What was paid is not closed but sent back.
    #[error("the payment was received as {0}; send it back instead of closing it")]
    AlreadyPaid(Serial),
    /// No receipt was applied, so there is nothing of it to send back.
    #[error("no receipt of this payment was applied")]
    NothingApplied,
    /// No such receipt is among those that were not applied.
    #[error("no unapplied receipt of this payment has the serial {0}")]
    UnknownReceipt(Serial),
    /// One record owes one difference.
    #[error("{due_to} already sent back {known} yuan, not {asked}")]
    SentBackDifferently {
        /// The record that both are due to.
        due_to: Serial,
        /// What goes back for it.
        known: Amount,
        /// Amount of this request, in yuan.
        asked: Amount,
    },
    /// More than is left of the applied receipt.
    #[error("{asked} yuan cannot go back; {left} are left of what arrived")]
    AboveWhatArrived {
        /// What was to go back.
        asked: Money,
        /// Arrived, and not yet sent back.
        left: Money,
    },
    /// One refund arrived twice, under two serials of the channel.
    #[error("refund {no} arrived as {known} and now as {came}")]
    ReturnedTwice {
        /// The refund's own number: its idempotency key at the channel.
        no: PaymentNo,
        /// The serial that took effect.
        known: Serial,
        /// The one that has none.
        came: Serial,
    },
}

impl State {
    /// The payment, if it was requested.
    pub fn payment(&self) -> Option<&Payment> {
        match self {
            State::Absent => None,
            State::Known(payment) => Some(payment),
        }
    }
}

impl Payment {
    /// The receipt that was applied.
    pub fn applied(&self) -> Option<&Receipt> {
        match &self.stage {
            Stage::Paid(receipt) => Some(receipt),
            Stage::Requested | Stage::Declined(_) | Stage::Closed(_) => None,
        }
    }

    /// The receipt with that serial, applied or not.
    pub fn receipt(&self, serial: &Serial) -> Option<&Receipt> {
        self.applied().into_iter().chain(&self.unapplied).find(|known| known.serial == *serial)
    }

    /// Yuan of the applied receipt that nothing sends back yet.
    pub fn left(&self) -> Money {
        let arrived = self.applied().map_or(Money::ZERO, |receipt| receipt.amount);
        let of_applied = |refund: &&Refund| match refund.of {
            Of::Payback | Of::Difference { .. } => true,
            Of::Unapplied { .. } => false,
        };
        let back = self.refunds.iter().filter(of_applied);
        back.fold(arrived, |left, refund| left.minus(refund.amount.into()).unwrap_or_default())
    }

    /// Refunds that have not arrived.
    pub fn owed(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.arrived.is_none())
    }

    /// Whether nobody knows yet if money moves.
    pub fn is_outstanding(&self) -> bool {
        match self.stage {
            Stage::Requested => true,
            Stage::Closed(_) => self.unapplied.is_empty(),
            Stage::Paid(_) | Stage::Declined(_) => false,
        }
    }
}

/// The payment's rules.
#[derive(Debug, Clone, Copy)]
pub struct Payments;

impl Decider for Payments {
    const CATEGORY: &'static str = "payment";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command)
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        decide::evolve(state, event)
    }
}
