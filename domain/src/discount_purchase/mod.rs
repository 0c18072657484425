//! One request that buys money-market shares into the wallet and converts them at fee 0.
//!
//! ```text
//! absent --Place--> prepared --Commit--> committed --End(Completed)-----> completed
//!                      |                     |-------End(KeptInWallet)--> kept in wallet
//!                      |                     `-------End(Failed)--------> compensated (money back)
//!                      `---------------------End(Failed)----------------> rolled back
//!          any open point: --Park--> parked --Resume | ChooseLanding--> open;  --Abandon--> abandoned
//! ```
//!
//! In the words of transactional messaging: *prepared* is the half message, the money-fund purchase
//! is the main transaction, *committed* / *rolled back* the second confirmation, the conversion the
//! dependent delivery, *parked* the dead letter that waits for a person.
//!
//! 1. The transaction ID is the identity, for ever: the same request again decides nothing, another
//!    request under it is refused by the names of the fields that differ.
//! 2. Everything that the decision looked at is pinned in `prepared`; a replay needs nothing else.
//! 3. It ends once, and every ending says what the investor now owns. A late contradiction is
//!    refused, never applied.
//! 4. It is the log of its saga: retries, parking and an operator's decisions are facts here.

mod decide;
mod evolve;

use crate::{
    admission::{self, Admission, Admitted},
    decider::Decider,
    fund_order::Cause,
    ids::{AccountRef, FundCode, InvestorId, VersionTag},
    modes::ConversionMode,
    money::{Amount, Money},
    time::Timestamp,
};
use fundflow_kernel::{codec::Stored, stored_types};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the caller asked for. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Whose.
    pub investor: InvestorId,
    /// Pays, and receives any refund.
    pub account: AccountRef,
    /// The money-market fund.
    pub wallet_fund: FundCode,
    /// The fund that the investor wants.
    pub target_fund: FundCode,
    /// Gross.
    pub amount: Amount,
    /// Which way to convert; `None` leaves it to the engine.
    pub mode: Option<ConversionMode>,
    /// Send the money back rather than move to a later T.
    pub only_today: bool,
}

/// What the investor owns when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Shares of the target fund (and, if the conversion was partial, the rest in the wallet).
    Completed,
    /// The money-market shares, free to use.
    KeptInWallet,
    /// The money, back on the account it came from, or never taken.
    Failed,
    /// What the operator's dispositions say.
    Abandoned,
}

/// Where an open leg's money or shares go when an operator gives up on a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Back to the account that paid, by hand.
    Refund,
    /// To a suspense account, under a case.
    Suspense,
    /// Settled outside of the engine.
    Manual,
}

/// One leg that was open, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposed {
    /// `payment`, `money_fund`, `wallet`, or `refund0`, `refund1` and so on.
    pub leg: Arc<str>,
    /// What it is worth, in yuan or money-market shares at 1.00.
    pub worth: Money,
    /// What becomes of it.
    pub disposition: Disposition,
}

/// A request to the purchase.
#[derive(Debug, Clone)]
pub enum Command {
    /// Open it, on the table of that version. Instead of what the decision looks at: the fund that
    /// the catalogue has no terms of, which matters only to a new request.
    Place(Box<Request>, Result<Box<Admission>, FundCode>, VersionTag),
    /// The money-fund purchase stands.
    Commit,
    /// It is over; the cause where it failed.
    End(Ending, Option<Cause>),
    /// A row is to be tried again at `due`.
    ScheduleRetry(Retry),
    /// Stop and wait for a person.
    Park(Arc<str>, Cause),
    /// Go on where it stopped (operator).
    Resume(Arc<str>),
    /// Leave towards the nearest landing (operator).
    ChooseLanding(Arc<str>),
    /// Give up; `open` are the legs that need a disposition (operator).
    Abandon {
        /// Why.
        reason: Arc<str>,
        /// Every leg that is open now.
        open: Vec<(Arc<str>, Money)>,
        /// What becomes of each.
        dispositions: Vec<(Arc<str>, Disposition)>,
    },
}

/// A row that waits for its next attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// The saga's row.
    pub row: Arc<str>,
    /// How many attempts were made.
    pub attempt: u32,
    /// What the last one said.
    pub cause: Cause,
    /// When to ask again.
    pub due: Timestamp,
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Accepted; nothing has been released downstream.
    Prepared {
        /// What was asked.
        request: Box<Request>,
        /// What the decision looked at and promised.
        admitted: Box<Admitted>,
        /// The saga table that it runs on to its end.
        table: VersionTag,
    },
    /// The money-fund purchase stands; from here the investor ends with something sound.
    Committed {},
    /// A row will be tried again.
    RetryScheduled(Retry),
    /// Stopped; a person must decide.
    Parked {
        /// The saga's row.
        row: Arc<str>,
        /// Why.
        cause: Cause,
    },
    /// A person let it go on.
    Resumed {
        /// Why.
        reason: Arc<str>,
    },
    /// A person sent it to the nearest landing.
    LandingChosen {
        /// Why.
        reason: Arc<str>,
    },
    /// A person gave up on it.
    Abandoned {
        /// Why.
        reason: Arc<str>,
        /// What became of every open leg.
        legs: Vec<Disposed>,
    },
    /// The investor owns the target fund.
    Completed {},
    /// The investor owns the money-market shares.
    KeptInWallet {
        /// Why it was not converted.
        cause: Option<Cause>,
    },
    /// Before the commit: nothing was kept, any payment was returned.
    RolledBack {
        /// Why.
        cause: Option<Cause>,
    },
    /// After the commit: the registrar rejected the purchase and the payment was returned.
    Compensated {
        /// Why.
        cause: Option<Cause>,
    },
}

/// What is remembered while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// For telling a repeat from a contradiction.
    pub request: Box<Request>,
    /// What was promised.
    pub admitted: Box<Admitted>,
    /// Its table.
    pub table: VersionTag,
    /// Whether the money-fund purchase stands.
    pub committed: bool,
    /// The latest retry of each row that needed one.
    pub retries: Vec<Retry>,
    /// Row and cause, while it waits for a person.
    pub parked: Option<Box<(Arc<str>, Cause)>>,
    /// A person chose to leave.
    pub landing_chosen: bool,
    /// The legs that a person took over when the purchase was abandoned.
    pub given_up: Vec<Arc<str>>,
}

/// What is remembered of a purchase.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum State {
    /// Nobody asked for it.
    #[default]
    Absent,
    /// Under way.
    Open(Open),
    /// Over. Refunds of money that came too late may still be retried or parked.
    Ended(Open, Ending),
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was prepared under that transaction ID.
    #[error("no purchase was prepared under this transaction ID")]
    NotPrepared,
    /// Same transaction ID, another request. Use a new ID for a new request.
    #[error("the transaction ID already stands for another request; it differs in {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A fund cannot be converted into itself.
    #[error("wallet fund and target fund are both {0}")]
    SameFund(FundCode),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] admission::Refusal),
    /// It is over, or it stands, and the message says otherwise. It has no effect.
    #[error("the purchase is {now}; a late {message} cannot change that")]
    ContradictsEarlier {
        /// What holds.
        now: &'static str,
        /// What came.
        message: &'static str,
    },
    /// Not before the money-fund purchase stands.
    #[error("the purchase is not committed yet, so it cannot end as {0}")]
    NotCommitted(&'static str),
    /// Abandoning leaves no leg without an owner.
    #[error("leg {leg} ({worth} yuan) is open; give it a disposition: refund, suspense or manual")]
    MissingDisposition {
        /// Which.
        leg: Arc<str>,
        /// What is at stake.
        worth: Money,
    },
}

/// The purchase's rules.
#[derive(Debug, Clone, Copy)]
pub struct DiscountPurchase;

impl Stored for DiscountPurchase {
    stored_types!(Event {
        Prepared => "discount_purchase.prepared",
        Committed => "discount_purchase.committed",
        RetryScheduled => "discount_purchase.retry_scheduled",
        Parked => "discount_purchase.parked",
        Resumed => "discount_purchase.resumed",
        LandingChosen => "discount_purchase.landing_chosen",
        Abandoned => "discount_purchase.abandoned",
        Completed => "discount_purchase.completed",
        KeptInWallet => "discount_purchase.kept_in_wallet",
        RolledBack => "discount_purchase.rolled_back",
        Compensated => "discount_purchase.compensated",
    });
}

impl Decider for DiscountPurchase {
    const CATEGORY: &'static str = "discount_purchase";
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

impl Request {
    /// Names of the fields in which `other` asks for something else.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let Self { investor, account, wallet_fund, target_fund, amount, mode, only_today } = self;
        [
            ("investor", *investor != other.investor),
            ("account", *account != other.account),
            ("wallet_fund", *wallet_fund != other.wallet_fund),
            ("target_fund", *target_fund != other.target_fund),
            ("amount", *amount != other.amount),
            ("mode", *mode != other.mode),
            ("only_today", *only_today != other.only_today),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

impl Ending {
    /// As the admin command and refusals print it.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Completed => "completed",
            Ending::KeptInWallet => "kept in wallet",
            Ending::Failed => "failed",
            Ending::Abandoned => "abandoned",
        }
    }
}

impl State {
    /// The purchase, open or over.
    pub fn known(&self) -> Option<&Open> {
        match self {
            State::Absent => None,
            State::Open(open) | State::Ended(open, _) => Some(open),
        }
    }

    /// How it ended, if it has.
    pub fn ending(&self) -> Option<Ending> {
        match self {
            State::Absent | State::Open(_) => None,
            State::Ended(_, ending) => Some(*ending),
        }
    }
}
