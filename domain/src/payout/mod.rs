//! Money from us to an investor: redemption proceeds, a withdrawal, interest of a failed raising.
//!
//! ```text
//! absent --Request--> requested --RecordPaidOut--> paid out
//!                       |   ^ `---RecordRefusal--> refused
//!                       |   `-------Redirect----------'   (to the account that a person found)
//! ```
//!
//! 1. Nothing is paid out twice: each attempt has a number of its own, a number that was refused is
//!    never used again, and only the attempt under way can be paid.
//! 2. A payout is believed, never assumed; an answer that contradicts another is refused by name.
//! 3. The account may be closed when the money comes. Another one is a person's decision, recorded
//!    with its reason.

mod decide;
mod stored;
#[cfg(test)]
mod tests;

use crate::{
    calendar::TradingDay,
    case::CaseId,
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
    /// The idempotency key of the first attempt; later ones add `.2`, `.3` and so on.
    pub no: PaymentNo,
    /// Where the money came from and goes back to.
    pub account: AccountRef,
    /// How much the investor receives.
    pub amount: Amount,
    /// The order that it comes of.
    pub order: OrderId,
    /// The last day on which the investor must have it.
    pub due: TradingDay,
    /// When it was announced, by our clock: no money had left before. Absent from events stored before the
    /// field was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// The case because of which it is paid out of our own money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensates: Option<CaseId>,
    /// The registrar's record whose money it is. Absent where it pays all that the order brought, or what no
    /// record did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Serial>,
}

/// Money that reached the investor's account, as the channel says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The attempt that the channel names.
    pub no: PaymentNo,
    /// The channel's own number.
    pub serial: Serial,
    /// What arrived, in yuan to the fen, as the channel states it.
    pub amount: Money,
    /// The instant that the channel states.
    pub at: Timestamp,
}

/// A request to the payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Announce it before it is sent to the channel.
    Request(Terms),
    /// The channel says that the money arrived.
    RecordPaidOut(Transfer),
    /// The channel says that an attempt paid nothing and never will.
    RecordRefusal(PaymentNo, Cause),
    /// Try another account after a refusal (a person's decision).
    Redirect {
        /// The attempt that was refused.
        after: PaymentNo,
        /// The investor's other account.
        account: AccountRef,
        /// Why it may receive the money.
        reason: Cause,
    },
    /// Another command, decided at that instant: an attempt that follows from it was asked for then.
    At(Timestamp, Box<Command>),
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The first attempt may be on its way from now on.
    Requested(Box<Terms>),
    /// The investor has the money.
    PaidOut(Transfer),
    /// This attempt pays nothing.
    Refused {
        /// The number of the attempt that was refused.
        no: PaymentNo,
        /// The channel's code and words for refusing it.
        cause: Cause,
    },
    /// The next attempt may be on its way from now on.
    Redirected {
        /// The attempt that was refused.
        after: PaymentNo,
        /// The number of the next one.
        no: PaymentNo,
        /// The investor's account that the money goes to.
        account: AccountRef,
        /// Why the money may go there, and who says so.
        reason: Cause,
        /// When it was asked for, by our clock; absent from events stored before the field was added.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_at: Option<Timestamp>,
    },
}

/// State of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It may be on its way.
    Requested,
    /// The bank says that the money arrived.
    PaidOut(Transfer),
    /// The bank says that nothing is paid by this attempt.
    Refused(Cause),
}

/// One try to pay out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The idempotency key at the channel.
    pub no: PaymentNo,
    /// The investor's account that the money goes to.
    pub account: AccountRef,
    /// When a person asked for it, of an attempt after the first one, unless the event is older than the field.
    pub asked_at: Option<Timestamp>,
    /// What is known of this attempt.
    pub stage: Stage,
}

/// A payout that was requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// Fixed when it was requested.
    pub terms: Terms,
    /// Attempts that were refused and followed by another, oldest first.
    pub earlier: Vec<Attempt>,
    /// The newest attempt: the only one that can still be paid.
    pub attempt: Attempt,
}

/// What is remembered of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// No payout was requested.
    #[default]
    Absent,
    /// Announced; a call may have been made.
    Known(Box<Payout>),
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was requested under that number.
    #[error("the payout was not requested")]
    NotRequested,
    /// The number is too long to derive those of further attempts from it.
    #[error("payout number {0} leaves no room for the number of another attempt")]
    NoRoomForAttempt(PaymentNo),
    /// The number stands for another payout: a caller's mistake.
    #[error("payout {0} was already requested on other terms")]
    RequestedDifferently(PaymentNo),
    /// No attempt of this payout has the number.
    #[error("{0} is not a number of this payout")]
    ForeignNumber(PaymentNo),
    /// Another sum arrived than was asked for.
    #[error("{came} yuan arrived as {serial}, {asked} were to be paid out")]
    AmountDiffers {
        /// What was to be paid out.
        asked: Amount,
        /// Amount in the answer of the channel, in yuan.
        came: Money,
        /// The channel's own number of the transfer.
        serial: Serial,
    },
    /// The channel refused the attempt, and now says that it paid.
    #[error("attempt {} was refused ({}); now {} says that it was paid", came.no, cause.code, came.serial)]
    PaidAfterRefusal {
        /// The channel's reason.
        cause: Cause,
        /// What the channel says now.
        came: Box<Transfer>,
    },
    /// One attempt arrived twice, or with two sums.
    #[error("payout {} arrived as {} of {} yuan and now as {} of {}", known.no, known.serial, known.amount, came.serial, came.amount)]
    PaidTwice {
        /// The transfer that took effect.
        known: Box<Transfer>,
        /// The one that has none.
        came: Box<Transfer>,
    },
    /// The channel said that the money arrived, and now that none did.
    #[error("payout {} arrived as {}; a late refusal ({}) cannot undo it", known.no, known.serial, cause.code)]
    RefusedAfterPaid {
        /// The transfer that took effect.
        known: Box<Transfer>,
        /// Why the channel refuses now.
        cause: Cause,
    },
    /// The attempt was not refused; a second one could pay twice.
    #[error("attempt {0} was not refused; there is nothing to redirect")]
    NotRefused(PaymentNo),
    /// The attempt was already followed by one to another account.
    #[error("after attempt {after} the payout goes to account {known}, not to {asked}")]
    RedirectedDifferently {
        /// The attempt that was refused.
        after: PaymentNo,
        /// Where the next one goes.
        known: AccountRef,
        /// Account of this request.
        asked: AccountRef,
    },
}

impl State {
    /// The payout, if it was requested.
    pub fn payout(&self) -> Option<&Payout> {
        match self {
            State::Absent => None,
            State::Known(payout) => Some(payout),
        }
    }
}

impl Payout {
    /// Attempts, oldest first.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.earlier.iter().chain(std::iter::once(&self.attempt))
    }

    /// Transfer that reached the investor; none while no attempt has.
    pub fn paid(&self) -> Option<&Transfer> {
        match &self.attempt.stage {
            Stage::PaidOut(transfer) => Some(transfer),
            Stage::Requested | Stage::Refused(_) => None,
        }
    }

    fn numbered(&self, no: &PaymentNo) -> Result<&Attempt, Refusal> {
        let found = self.attempts().find(|attempt| attempt.no == *no);
        found.ok_or_else(|| Refusal::ForeignNumber(no.clone()))
    }
}

/// The payout's rules.
#[derive(Debug, Clone, Copy)]
pub struct Payouts;

type Decision = Result<Vec<Event>, Refusal>;

impl Decider for Payouts {
    const CATEGORY: &'static str = "payout";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Decision {
        use {Command as C, State as S};
        match (state, command) {
            (S::Absent | S::Known(_), C::At(instant, command)) => {
                let events = Self::decide(state, command)?;
                Ok(events.into_iter().map(|event| decide::asked(event, *instant)).collect())
            }
            (S::Absent, C::Request(terms)) => decide::requested(terms),
            (S::Absent, C::RecordPaidOut(_) | C::RecordRefusal(..) | C::Redirect { .. }) => {
                Err(Refusal::NotRequested)
            }
            (S::Known(payout), C::RecordPaidOut(transfer)) => decide::paid_out(payout, transfer),
            (S::Known(payout), C::RecordRefusal(no, cause)) => decide::refused(payout, no, cause),
            (S::Known(payout), C::Redirect { after, account, reason }) => {
                decide::redirected(payout, after, account, reason)
            }
            (S::Known(payout), C::Request(terms)) if payout.terms == *terms => Ok(vec![]),
            (S::Known(payout), C::Request(_)) => {
                Err(Refusal::RequestedDifferently(payout.terms.no.clone()))
            }
        }
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        use {Event as E, State as S};
        match (state, event) {
            (S::Absent, E::Requested(terms)) => {
                let terms = terms.as_ref().clone();
                let (no, account) = (terms.no.clone(), terms.account.clone());
                let attempt = Attempt { no, account, asked_at: None, stage: Stage::Requested };
                Some(S::Known(Box::new(Payout { terms, earlier: Vec::new(), attempt })))
            }
            (S::Known(mut payout), E::PaidOut(transfer)) => {
                under_way(&payout, &transfer.no)?;
                payout.attempt.stage = Stage::PaidOut(transfer.clone());
                Some(S::Known(payout))
            }
            (S::Known(mut payout), E::Refused { no, cause }) => {
                under_way(&payout, no)?;
                payout.attempt.stage = Stage::Refused(cause.clone());
                Some(S::Known(payout))
            }
            (S::Known(mut payout), E::Redirected { after, no, account, asked_at, .. }) => {
                let refused = matches!(payout.attempt.stage, Stage::Refused(_));
                (refused && payout.attempt.no == *after).then_some(())?;
                let (no, account) = (no.clone(), account.clone());
                let asked_at = *asked_at;
                let next = Attempt { no, account, asked_at, stage: Stage::Requested };
                let last = std::mem::replace(&mut payout.attempt, next);
                payout.earlier.push(last);
                Some(S::Known(payout))
            }
            (S::Known(_), E::Requested(_))
            | (S::Absent, E::PaidOut(_) | E::Refused { .. } | E::Redirected { .. }) => None,
        }
    }
}

fn under_way(payout: &Payout, no: &PaymentNo) -> Option<()> {
    let requested = matches!(payout.attempt.stage, Stage::Requested);
    (requested && payout.attempt.no == *no).then_some(())
}
