//! What goes into the runner and what comes out of it.

use super::ActionError;
use super::operator::Action;
use fundflow_application::counterparty::{
    Application, ApplicationAnswer, Charge, ChargeAnswer, Refund, RefundAnswer,
};
use fundflow_domain::{
    admission::{Admission, Admitted},
    discount_purchase::{self as purchase, Ending, Request},
    fund_order,
    ids::{ApplicationNo, FundCode, Leg, PaymentNo, TransactionId, WalletId},
};
use fundflow_kernel::store::StreamAppend;
use std::sync::Arc;

/// Who waits for a reply; the shell's own number.
pub type Ticket = u64;

/// Something that happened outside.
#[derive(Debug)]
pub enum Input {
    /// A trading service asks for a purchase.
    Place {
        /// For the reply.
        ticket: Ticket,
        /// Its idempotency key.
        transaction: TransactionId,
        /// What is asked.
        request: Box<Request>,
        /// What the decision looks at, or the fund that the catalogue does not know.
        admission: Result<Box<Admission>, FundCode>,
        /// W3C trace context.
        trace_parent: Option<Arc<str>>,
    },
    /// A counterparty spoke, asked or unasked.
    Heard {
        /// About which transaction.
        transaction: TransactionId,
        /// What.
        answer: Answer,
        /// Whether this is the reply to an effect of ours, which is then no longer outstanding.
        asked: bool,
    },
    /// An operator, or the day's cut, does something to an order or a purchase.
    Act {
        /// For the reply.
        ticket: Ticket,
        /// To which transaction.
        transaction: TransactionId,
        /// What.
        action: Action,
        /// By whom.
        operator: Arc<str>,
    },
}

/// What a counterparty said.
#[derive(Debug, Clone)]
pub enum Answer {
    /// About the charge.
    Charge(ChargeAnswer),
    /// About a refund.
    Refund(PaymentNo, RefundAnswer),
    /// About the application of that leg.
    Application(Leg, ApplicationAnswer),
}

/// A call to make, once its batch is durable.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Take money.
    Charge(Charge),
    /// How does that charge stand?
    QueryCharge(PaymentNo),
    /// Send money back.
    Refund(Refund),
    /// Hand in an application.
    Submit(Leg, Application),
    /// How does that application stand?
    QueryApplication(Leg, ApplicationNo),
}

/// What a ticket's holder is told.
#[derive(Debug, Clone)]
pub enum Reply {
    /// To a request, the first or a repeated one: durable, and the same for ever.
    Placed {
        /// What was promised then.
        admitted: Box<Admitted>,
        /// How it has ended by now, if it has.
        ending: Option<Ending>,
    },
    /// The business says no; nothing was stored.
    Refused(purchase::Refusal),
    /// The action was taken (and stored), or had already been.
    Acted,
    /// The action cannot be taken.
    NotActed(ActionError),
}

/// What the shell must append, send and tell.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// To append in this order.
    pub appends: Vec<StreamAppend>,
    /// To send once they are durable.
    pub effects: Vec<(TransactionId, Effect)>,
    /// To tell once they are durable.
    pub replies: Vec<(Ticket, Reply)>,
    /// To forget once they are durable.
    pub finished: Vec<TransactionId>,
    /// How purchases came to rest: over, or parked.
    pub rests: Vec<(TransactionId, Rest)>,
    /// For a person's eyes: what was refused because it contradicts, what was parked and why.
    pub alerts: Vec<Alert>,
}

impl Output {
    /// Nothing to append, send, tell or forget.
    pub fn is_empty(&self) -> bool {
        let Self { appends, effects, replies, finished, rests, alerts } = self;
        appends.is_empty()
            && effects.is_empty()
            && replies.is_empty()
            && finished.is_empty()
            && rests.is_empty()
            && alerts.is_empty()
    }
}

/// How a purchase came to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// It is over.
    Ended(Ending),
    /// It waits for a person, for that reason.
    Parked(fund_order::Cause),
}

/// Something that a person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// About which transaction.
    pub transaction: TransactionId,
    /// What happened, in words.
    pub what: String,
}

/// What must be in memory before an input can be handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A purchase and its orders.
    Saga(TransactionId),
    /// A wallet.
    Wallet(WalletId),
}

impl Input {
    /// Which transaction it is about.
    pub fn transaction(&self) -> &TransactionId {
        match self {
            Input::Place { transaction, .. }
            | Input::Heard { transaction, .. }
            | Input::Act { transaction, .. } => transaction,
        }
    }
}
