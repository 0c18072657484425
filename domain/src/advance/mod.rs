//! A licensed bank's own money, paid to an investor before the fund pays, and how the bank gets it
//! back.
//!
//! ```text
//! absent --Request--> requested --RecordAdvanced--> advanced --RequestRepayment--> repaying
//!                         `-----RecordDecline-----> declined       --RecordRepaid--> settled
//! settled, its shares brought less after all --RequestRepayment--> overpaid --RecordReturned--> lent again
//! ```
//!
//! 1. Only a bank with a licence to sell funds may advance (guidance of 2018-06-01).
//! 2. An advance whose answer is unknown is asked for again, never assumed; only a decline says that
//!    the investor's shares may return.
//! 3. The shares are the bank's, so it gets what they bring: no less, and no more out of anybody
//!    else's money. Each transfer goes once, under a number derived from the advance's.
//! 4. What they do not bring is the bank's own claim, with recourse to the investor, and leaves our
//!    books by an event of its own. Shares that the bank keeps settle it too: of one yuan it has money,
//!    shares or a claim, and never two of them.
//! 5. What the bank has of our money and the shares did not bring in the end is none of its own: it returns
//!    that, and is owed it again in shares or as its claim, not before.
//! 6. An answer that contradicts an earlier one is refused by name: cash and shares may both be with
//!    the investor, and that is a person's matter.

mod decide;
mod evolve;
mod stored;
#[cfg(test)]
mod tests;

use crate::{
    case::CaseId,
    decider::Decider,
    fast_redemption::Advancer,
    ids::{AccountRef, OrderId, PaymentNo},
    money::{Amount, Money},
    orders::{Cause, Serial},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What is asked of the bank, fixed when it is requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The idempotency key at the bank.
    pub no: PaymentNo,
    /// Bank that advances the cash.
    pub by: Advancer,
    /// The investor's account that receives the cash.
    pub account: AccountRef,
    /// Advanced amount, in yuan.
    pub amount: Amount,
    /// The order whose proceeds repay it.
    pub order: OrderId,
    /// When it was announced, by our clock: no cash was out before. Absent from events stored before the
    /// field was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// One transfer of the advance or of its repayment, as the bank says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The bank's own number.
    pub serial: Serial,
    /// What moved, in yuan to the fen, as the bank states it.
    pub amount: Money,
    /// The instant that the bank states.
    pub at: Timestamp,
}

/// What a bank said that had declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contested {
    /// It paid so all the same, as it says.
    pub transfer: Transfer,
    /// By our clock: what it states of the instant is held against that.
    pub heard_at: Timestamp,
}

/// What came of the shares that became the bank's, over all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// Yuan that their redemption brought.
    pub money: Money,
    /// What those are worth that the bank has and nobody redeems for it, in yuan.
    pub retained: Money,
}

/// A request to the advance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Announce it before it is sent to the bank.
    Request(Terms),
    /// The bank says that the investor has the cash.
    RecordAdvanced(Transfer),
    /// The bank says that it pays nothing and never will.
    RecordDecline(Cause),
    /// A person says so, or that nothing is wanted any more; the bank has not spoken.
    Close(Cause),
    /// Nobody asks for it any more, since its bank says that it never got the call; that may be under way.
    GiveUp {
        /// Why it is not asked for again.
        cause: Cause,
        /// When nobody asked any more.
        at: Timestamp,
    },
    /// It was declined, and the bank says that it paid all the same.
    Contest(Contested),
    /// Announce the repayment: that came of the shares in all, and nothing more will, as far as anybody
    /// knows.
    RequestRepayment(Brought),
    /// That came of the shares in all; the bank keeps those that brought no money, and a person settles the
    /// rest with it.
    KeepShares(Brought),
    /// The bank says that it has its money back.
    RecordRepaid(Transfer),
    /// The bank has returned all that it had too much: whoever closed that case says so.
    RecordReturned(CaseId),
    /// Another command, decided at that instant: a repayment that follows from it was asked for then.
    At(Timestamp, Box<Command>),
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The bank may pay from now on.
    Requested(Box<Terms>),
    /// The investor has the cash.
    Advanced(Transfer),
    /// The bank pays nothing.
    Declined {
        /// The bank's reason, or ours.
        cause: Cause,
        /// We said so, and not the bank. It may say so later.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_us: bool,
        /// When we gave it up by ourselves; none where a person or the bank said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// It was declined, and the bank says that it paid all the same: a case says so.
    Contested(Contested),
    /// The bank's money may be on its way back from now on.
    RepaymentRequested {
        /// The idempotency key of the repayment.
        no: PaymentNo,
        /// What the shares brought that the bank has not got yet.
        amount: Amount,
        /// When it was announced, by our clock. Absent from events stored before the field was added.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_at: Option<Timestamp>,
    },
    /// The bank has its money back.
    Repaid(Transfer),
    /// The shares did not bring so much of what was advanced: it stays between bank and investor.
    Recourse {
        /// Yuan that they lack.
        amount: Amount,
    },
    /// Shares that the bank keeps settle a part of what was advanced, or it has a claim to another part than
    /// was said before. Both sums take the place of those before them.
    ClaimChanged {
        /// Yuan that they are worth, no more than money did not settle.
        #[serde(rename = "kept")]
        retained: Money,
        /// Yuan that stay between bank and investor from now on.
        recourse: Money,
    },
    /// The bank has so much more of our money than the shares brought. Takes the place of what was said of it
    /// before.
    Overpaid {
        /// Yuan that it is to return; none where the shares brought it after all.
        amount: Money,
    },
    /// The bank has returned what it had too much, by hand.
    Returned {
        /// Yuan that are ours again.
        amount: Amount,
        /// Case whose closing states it.
        case: CaseId,
    },
}

/// How far the advance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// The bank may have paid.
    Requested,
    /// The bank pays nothing.
    Declined(Cause),
    /// The investor has the cash, the bank waits for its own.
    Advanced,
    /// The bank's money may be on its way back.
    Repaying {
        /// The idempotency key of the transfer.
        no: PaymentNo,
        /// How much is on its way.
        amount: Amount,
        /// When it was announced; `None` of one stored before the field was added.
        asked_at: Option<Timestamp>,
    },
    /// The bank has all that the shares brought, or more, or keeps them.
    Settled,
}

/// A sum that the bank returned of an overpaid repayment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Return {
    /// Yuan that are ours again.
    pub amount: Amount,
    /// Case whose closing states it.
    pub case: CaseId,
}

/// An advance that was requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// Fixed when it was requested.
    pub terms: Terms,
    /// Stage of its life cycle.
    pub stage: Stage,
    /// We declined it, and the bank has not said since that it paid nothing.
    pub closed_by_us: bool,
    /// When we gave it up by ourselves, until the bank has said what became of it.
    pub given_up_at: Option<Timestamp>,
    /// What contests that it was declined, first to last.
    pub contested: Vec<Contested>,
    /// What the bank paid to the investor.
    pub paid: Option<Transfer>,
    /// What went back to the bank, first to last.
    pub repaid: Vec<Transfer>,
    /// Yuan by which that is more than the shares brought, as far as the bank has not returned it.
    pub overpaid: Money,
    /// What the bank returned of it, first to last.
    pub returned: Vec<Return>,
    /// What the shares did not bring.
    pub recourse: Money,
    /// What the shares are worth that the bank keeps for it.
    pub retained: Money,
}

/// What is remembered of an advance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// No advance was requested.
    #[default]
    Absent,
    /// Announced; a call may have been made.
    Known(Box<Advance>),
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was requested under that number.
    #[error("the advance was not requested")]
    NotRequested,
    /// Only a licensed bank may advance.
    #[error("{0} may not advance money; only a bank with a licence to sell funds may")]
    MayNotAdvance(Advancer),
    /// The number is too long to derive that of the repayment from it.
    #[error("advance number {0} leaves no room for the number of its repayment")]
    NoRoomForRepayment(PaymentNo),
    /// The number stands for another advance: a caller's mistake.
    #[error("advance {0} was already requested on other terms")]
    RequestedDifferently(PaymentNo),
    /// Another sum moved than was agreed.
    #[error("{came} yuan moved as {serial}, {asked} were agreed")]
    AmountDiffers {
        /// What was agreed, or is on its way back.
        asked: Amount,
        /// Amount in the answer of the bank, in yuan.
        came: Money,
        /// The bank's own number of the transfer.
        serial: Serial,
    },
    /// The bank declined, and now says that it paid.
    #[error("the bank declined ({}); now {} says that it paid", cause.code, came.serial)]
    AdvancedAfterDecline {
        /// The bank's code and words for declining it.
        cause: Cause,
        /// The later answer of the bank.
        came: Box<Transfer>,
    },
    /// The bank paid, and now declines.
    #[error("the bank paid as {}; a late decline ({}) cannot undo it", known.serial, cause.code)]
    DeclinedAfterAdvance {
        /// The transfer that took effect.
        known: Box<Transfer>,
        /// Reason in the later answer.
        cause: Cause,
    },
    /// One transfer arrived twice, or with two sums.
    #[error("{} of {} yuan took effect; now the bank says {} of {}", known.serial, known.amount, came.serial, came.amount)]
    MovedTwice {
        /// The transfer that took effect.
        known: Box<Transfer>,
        /// The one that has none.
        came: Box<Transfer>,
    },
    /// Nothing is contested by a word on what was not declined.
    #[error("the advance was not declined, so {0} contests nothing")]
    NotDeclined(Serial),
    /// Nothing was advanced that could be repaid.
    #[error("nothing was advanced, so nothing can be repaid")]
    NothingAdvanced,
    /// Nobody sent the money that the bank says it has.
    #[error("repayment {0} came back before it was requested")]
    RepaidUnasked(Serial),
    /// The bank has nothing that it could return.
    #[error("the bank has no more than the shares brought, so it returns nothing")]
    NothingOverpaid,
}

impl State {
    /// The advance, if it was requested.
    pub fn advance(&self) -> Option<&Advance> {
        match self {
            State::Absent => None,
            State::Known(advance) => Some(advance),
        }
    }
}

impl Advance {
    /// Yuan that the bank has of what went back to it, less what it returned; `None` beyond every range.
    pub fn got_back(&self) -> Option<Money> {
        let went = self.repaid.iter().try_fold(Money::ZERO, |sum, it| sum.plus(it.amount))?;
        let mut returned = self.returned.iter().map(|it| Money::from(it.amount));
        went.minus(returned.try_fold(Money::ZERO, Money::plus)?)
    }

    /// Yuan that neither money nor shares nor the bank's own claim have settled, or `None` beyond every
    /// range.
    pub fn still_lent(&self) -> Option<Money> {
        self.lent_beside(self.got_back()?)
    }

    /// Yuan that are lent once more when the bank returns so much; `None` beyond every range.
    pub fn lent_again(&self, returned: Amount) -> Option<Money> {
        let keeps = self.got_back()?.minus(Money::from(returned))?;
        self.lent_beside(keeps)?.minus(self.still_lent()?)
    }

    fn lent_beside(&self, money: Money) -> Option<Money> {
        let lent = Money::from(self.terms.amount).minus(self.recourse)?.minus(self.retained)?;
        Some(lent.minus(money).unwrap_or_default())
    }
}

/// The advance's rules.
#[derive(Debug, Clone, Copy)]
pub struct Advances;

impl Decider for Advances {
    const CATEGORY: &'static str = "advance";
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
