//! One order at one registrar: a purchase of the money fund, or a conversion out of it.
//!
//! ```text
//! purchase:   placed -> payment requested -> paid --> accepted --> sealed --> sent --> confirmed
//!                                  `-> declined  \        \           \         `---> partly confirmed
//! conversion: placed ----------------------------->--------+-----------+---------+-> rejected
//!                                                 cancelled (before the cut-off of its T only)
//! ```
//!
//! 1. Terms are pinned when the order is placed.
//! 2. Accepting is not success: only the registrar confirms, and its numbers are the truth on
//!    shares. A confirmation that does not add up to the fen is refused, not repaired.
//! 3. A payment is believed, never assumed. Money that arrives for an order that no longer wants it
//!    (declined, rejected, paid twice, wrong amount) is unapplied and goes back to its account.
//! 4. An order has one outcome. A later message that says otherwise is refused by name.
//! 5. A confirmation that overtakes its acceptance implies it; nothing early is dropped.

mod decide;
mod evolve;
mod stored;

use crate::{
    calendar::TradingDay,
    decider::Decider,
    ids::{AccountRef, FundCode, InvestorId, OrderId, PaymentNo},
    money::{Amount, Discount, Money, Nav, Shares},
    time::Timestamp,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub use decide::Refusal;

/// What is asked of the registrar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ask {
    /// Business code 022: by amount, paid in full with the application.
    Purchase {
        /// Gross, fee included.
        amount: Amount,
        /// Pays, and receives any refund.
        account: AccountRef,
    },
    /// Business code 036: by shares of the source fund.
    Conversion {
        /// Of the source fund.
        shares: Shares,
        /// The target fund.
        into: FundCode,
        /// Multiplier on the top-up fee's rate; 0 in a discount purchase.
        topup_discount: Discount,
    },
}

/// What an order is about, fixed when it is placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Whose.
    pub investor: InvestorId,
    /// The fund bought, or converted out of.
    pub fund: FundCode,
    /// What is asked.
    pub ask: Ask,
    /// The T that was quoted; a payment after its cut-off moves it.
    pub trade_date: TradingDay,
    /// A payment that lands on a later T is sent back instead of moving the order.
    pub only_today: bool,
}

/// Money that reached the settlement account, as the channel tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Ours.
    pub no: PaymentNo,
    /// The channel's: tells a second debit from a repeated message.
    pub serial: Arc<str>,
    /// How much arrived.
    pub amount: Money,
    /// When the money was taken.
    pub paid_at: Timestamp,
}

/// The registrar's answer to a purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseConfirmed {
    /// Gross amount that was accepted, fee included.
    pub amount: Money,
    /// Kept out of it.
    pub fee: Money,
    /// Returned: asked minus accepted.
    pub refund: Money,
    /// Price of T.
    pub nav: Nav,
    /// Registered.
    pub shares: Shares,
}

/// The registrar's answer to a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionConfirmed {
    /// Source shares that went out.
    pub shares_out: Shares,
    /// Source price of T.
    pub nav_out: Nav,
    /// Redemption fee of the source.
    pub redemption_fee: Money,
    /// Top-up fee of the target; 0 in a discount purchase.
    pub topup_fee: Money,
    /// Money that bought target shares.
    pub net_in: Money,
    /// Target price of T.
    pub nav_in: Nav,
    /// Target shares registered.
    pub shares_in: Shares,
}

/// Which of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// To a purchase.
    Purchase(PurchaseConfirmed),
    /// To a conversion.
    Conversion(ConversionConfirmed),
}

/// A final confirmation of the registrar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The registrar's own number.
    pub serial: Arc<str>,
    /// T+1 (T+2 for some funds).
    pub confirmed_on: NaiveDate,
    /// Start of the holding period.
    pub registered_on: NaiveDate,
    /// The numbers.
    pub outcome: Outcome,
}

/// Why an order ended without shares, as the one who refused it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The counterparty's or our own code.
    pub code: Arc<str>,
    /// In words.
    pub text: Arc<str>,
}

/// A request to the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open it.
    Place(Box<Terms>),
    /// Announce the charge before it is sent.
    RequestPayment(PaymentNo),
    /// The channel says that money moved; `trade_date` is the T of that instant.
    RecordPayment(Payment, TradingDay),
    /// The channel says that no money moved and none will.
    RecordDecline(PaymentNo, Cause),
    /// The registrar's front took the application, under its own serial.
    Accept(Arc<str>),
    /// The registrar refused or rejected it, or we did before sending.
    Reject(Cause),
    /// It belongs to the batch of its T.
    Seal(Arc<str>),
    /// It went out in that application file, as that record (from 1).
    Send(Arc<str>, u64),
    /// The registrar's word.
    Confirm(Box<Confirmation>),
    /// Take it back at that instant; the cut-off of its T is given.
    Cancel {
        /// When it was asked.
        at: Timestamp,
        /// Of the order's T.
        cut_off: Timestamp,
        /// By whom or why.
        cause: Cause,
    },
    /// Send back the payment of a rejected or cancelled order.
    RequestRefund(OrderId, Cause),
    /// The channel says that the refund arrived.
    RecordRefund(PaymentNo, Arc<str>),
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Opened on these terms.
    Placed(Box<Terms>),
    /// A charge under this number may now be on its way.
    PaymentRequested {
        /// The idempotency key at the channel.
        no: PaymentNo,
    },
    /// The full amount arrived; the order belongs to this T.
    Paid {
        /// What the channel said.
        payment: Payment,
        /// T of the payment instant.
        trade_date: TradingDay,
    },
    /// No money moved.
    Declined {
        /// Whose charge.
        no: PaymentNo,
        /// Why.
        cause: Cause,
    },
    /// Money arrived that no order wants.
    PaymentUnapplied {
        /// What the channel said.
        payment: Payment,
        /// Why it is not applied.
        cause: Cause,
    },
    /// The registrar's front has it.
    Accepted {
        /// The registrar's number for the application.
        serial: Arc<str>,
    },
    /// Part of a T's batch.
    Sealed {
        /// Which batch.
        batch: Arc<str>,
    },
    /// Handed over in a file.
    Sent {
        /// Which file.
        file: Arc<str>,
        /// Which record, from 1.
        record: u64,
    },
    /// In full.
    Confirmed(Box<Confirmation>),
    /// In part; the rest is over.
    PartlyConfirmed(Box<Confirmation>),
    /// No shares will come of it.
    Rejected {
        /// Why.
        cause: Cause,
    },
    /// Taken back before the cut-off.
    Cancelled {
        /// Why.
        cause: Cause,
    },
    /// Money is owed back to the account that paid.
    RefundRequested {
        /// The idempotency key at the channel.
        no: PaymentNo,
        /// How much.
        amount: Money,
        /// Why.
        cause: Cause,
    },
    /// It arrived.
    Refunded {
        /// Which refund.
        no: PaymentNo,
        /// The channel's number.
        serial: Arc<str>,
    },
}

/// How far the order is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Opened.
    Placed,
    /// A charge may be on its way.
    PaymentRequested,
    /// The money is here.
    Paid,
    /// No money came.
    Declined(Cause),
    /// At the registrar's front.
    Accepted(Arc<str>),
    /// In a batch.
    Sealed,
    /// In a file.
    Sent,
    /// In full or in part.
    Confirmed(Box<Confirmation>),
    /// By the registrar, or by us before sending.
    Rejected(Cause),
    /// By the investor.
    Cancelled(Cause),
}

/// Money on its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The idempotency key at the channel.
    pub no: PaymentNo,
    /// How much.
    pub amount: Money,
    /// The channel has confirmed it.
    pub arrived: bool,
}

impl Refund {
    /// How it is called among the legs of a purchase: the last part of its number.
    pub fn leg(&self) -> &str {
        self.no.as_str().rsplit_once('.').map_or("refund", |(_, leg)| leg)
    }
}

/// An open or ended order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Pinned at placing; `trade_date` moves with a late payment.
    pub terms: Terms,
    /// Where it stands.
    pub stage: Stage,
    /// The registrar's front had taken it, whatever came after.
    pub accepted: bool,
    /// Under which the charge was announced.
    pub payment_no: Option<PaymentNo>,
    /// The applied payment's channel serial.
    pub payment: Option<Arc<str>>,
    /// Channel serials of payments that were not applied.
    pub unapplied: Vec<Arc<str>>,
    /// In the order they were requested.
    pub refunds: Vec<Refund>,
}

/// What is remembered of an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nobody placed it.
    #[default]
    Absent,
    /// Placed; see its stage.
    Known(Box<Order>),
}

impl State {
    /// The order, if there is one.
    pub fn order(&self) -> Option<&Order> {
        match self {
            State::Absent => None,
            State::Known(order) => Some(order),
        }
    }
}

impl Order {
    /// The first refund that has not arrived.
    pub fn owed(&self) -> Option<&Refund> {
        self.refunds.iter().find(|refund| !refund.arrived)
    }

    /// The refunds that the engine still has to send: not arrived, and not among the legs that a
    /// person took over.
    pub fn owed_except<'a>(&'a self, given_up: &'a [Arc<str>]) -> impl Iterator<Item = &'a Refund> {
        let ours = |refund: &&Refund| given_up.iter().all(|leg| leg.as_ref() != refund.leg());
        self.refunds.iter().filter(|refund| !refund.arrived).filter(ours)
    }

    /// The refund of the whole applied payment, if it was requested.
    pub fn payback(&self) -> Option<&Refund> {
        let no = PaymentNo::refund(&self.payment_no.as_ref()?.order()?, 0);
        self.refunds.iter().find(|refund| refund.no == no)
    }
}

/// The order's rules.
#[derive(Debug, Clone, Copy)]
pub struct FundOrder;

impl Decider for FundOrder {
    const CATEGORY: &'static str = "fund_order";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command)
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        evolve::evolve(state, event)
    }
}
