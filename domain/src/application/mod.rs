//! One application to one registrar, from its placing to its one outcome.
//!
//! ```text
//! placed -> accepted -> sealed -> sent -> received (subscription)
//!      \________\__________\________\________\--Confirm(more to come)--> confirming
//!                                             \--Confirm(final)--> confirmed | partly confirmed
//!                                              `-Reject----------> rejected
//! placed | accepted --Cancel, before the cut-off--> cancelled
//! placed | accepted --MoveTo--> the same on a later T
//! placed --AskFor--> the same for other shares, while nobody has said that it arrived
//! confirming --Reject (the rest)--> partly confirmed
//! rejected | cancelled --Contest, Uphold--> confirmed | partly confirmed
//! confirmed | partly confirmed --Withdraw--> as it was before that record; rejected or
//!                                 cancelled where we had rejected or cancelled it
//! confirmed | partly confirmed --ContestRejection, UpholdRejection--> rejected, or partly confirmed
//! rejected --ContestRejection, UpholdRejection--> rejected, with other interest
//! ```
//!
//! 1. T may move until the application is sealed. From then on T, number and batch are fixed, however
//!    often it is sent.
//! 2. Accepting is not success: only the registrar confirms, and what it says is recorded as it
//!    came. A word of the registrar that overtakes its acceptance implies it.
//! 3. A confirmation with more to come leaves the application open; the last one closes it.
//! 4. One outcome. A later message that says otherwise is refused by name, with both messages in the
//!    refusal, so that a case can be opened.
//! 5. An identical message decides nothing, however often it comes.
//! 6. A record that contradicts is remembered as contested. It holds when the registrar, or a person
//!    who asked it, says so; and the last record that holds can be taken back by the registrar.
//! 7. A rejection that contradicts is remembered, too. Where it holds after all, the last confirmation is
//!    withdrawn, and the rejection takes its place.
//! 8. After its cut-off, or once sealed, an application is not taken back; a fast transfer never is.

mod decide;
mod doubts;
#[cfg(test)]
mod doubts_tests;
mod evolve;
#[cfg(test)]
mod moved_tests;
mod moving;
mod named;
mod outcome;
mod reception;
mod refusal;
#[cfg(test)]
mod refusal_tests;
mod rejection;
#[cfg(test)]
mod rejections_tests;
mod stored;
mod terms;
#[cfg(test)]
mod tests;

use crate::{
    calendar::TradingDay,
    decider::Decider,
    money::{Discount, ShareRounding, Shares},
    orders::{Cause, Serial},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub use doubts::REGISTRAR;
pub use outcome::{
    Confirmation, ConversionConfirmed, FastTransferConfirmed, LotConfirmed, Message, Misnamed,
    Outcome, PurchaseConfirmed, RedemptionConfirmed, SubscriptionConfirmed,
};
pub use reception::Reception;
pub use refusal::Refusal;
pub use rejection::{RAISING_FAILED, RejectedFrozen, Rejection, Stated};
pub use terms::{Ask, Designated, OnHuge, Promise, PromisedFee, Quantity, Terms};

/// A request to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open the application with these terms.
    Place(Box<Terms>),
    /// Its T is another one, and with it what is promised and how shares are rounded; everything was
    /// decided again.
    MoveTo(TradingDay, Promise, ShareRounding),
    /// The shares that a redemption is of are others than were known, and nobody has taken it yet.
    AskFor(Shares),
    /// The registrar's front took it, under its own serial.
    Accept(Serial),
    /// It belongs to that batch of its T.
    Seal(Arc<str>),
    /// It went out in that file, as that record (from 1).
    Send(Arc<str>, u64),
    /// The registrar received the money of a subscription.
    Receive(Reception),
    /// The registrar's word on it, or on a part of it.
    Confirm(Box<Confirmation>),
    /// The registrar takes an earlier word back and says another: a reversal and a new posting.
    Correct {
        /// The serial of the confirmation that is taken back.
        reverses: Serial,
        /// The record that holds in its place.
        confirmation: Box<Confirmation>,
    },
    /// The registrar said this against what had taken effect: to be remembered, without effect.
    Contest(Box<Confirmation>),
    /// The same where nothing holds that it contradicts: it holds at once, in one decision.
    Overrule(Box<Confirmation>),
    /// The contested record of that serial holds after all.
    Uphold(Serial),
    /// That record has no effect: the registrar takes it back, or it contradicts and was settled in another way.
    Withdraw(Serial, Cause),
    /// The registrar takes that record back, contested or not: said again, it is news.
    TakeBack(Serial, Cause),
    /// The registrar refused it or the rest of it, or we did before sending.
    Reject(Rejection),
    /// The registrar refuses what it had confirmed: to be remembered, without effect.
    ContestRejection(Rejection),
    /// The contested rejection holds after all, in place of the last confirmation.
    UpholdRejection(Cause),
    /// The contested rejection has no effect.
    DropRejection {
        /// Author and reason: code and text.
        cause: Cause,
        /// The registrar takes it back: said again, it is news.
        taken_back: bool,
    },
    /// Take the order back: refused from its cut-off on.
    Cancel {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// Cut-off of the application's T.
        cut_off: Timestamp,
        /// Author or reason: code and text.
        cause: Cause,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Opened on these terms.
    Placed(Box<Terms>),
    /// It belongs to a later T.
    Moved {
        /// The T that it belonged to.
        from: TradingDay,
        /// The T that it belongs to now.
        to: TradingDay,
        /// What the investor is promised for that T.
        promised: Promise,
        /// What the top-up is multiplied with from now on, where that is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topup_discount: Option<Discount>,
        /// How shares are rounded from now on, where that is another way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rounding: Option<ShareRounding>,
    },
    /// A redemption that nobody had taken yet is of other shares.
    AskChanged {
        /// What was asked for before.
        from: Shares,
        /// What is asked for now.
        to: Shares,
    },
    /// The registrar's front has it.
    Accepted {
        /// The front's number; none where a later word of the registrar implied it.
        serial: Option<Serial>,
    },
    /// Part of its T's batch.
    Sealed {
        /// Name of the batch, the same on every repeat.
        batch: Arc<str>,
    },
    /// Handed over in a file.
    Sent {
        /// Name of the file that carried it.
        file: Arc<str>,
        /// The record in it, from 1.
        record: u64,
    },
    /// The money of a subscription counts.
    Received(Reception),
    /// A part is settled, and more will come.
    PortionConfirmed(Box<Confirmation>),
    /// All that was asked for is settled.
    Confirmed(Box<Confirmation>),
    /// A part is settled, and the rest is over.
    PartlyConfirmed(Box<Confirmation>),
    /// An earlier confirmation was taken back; this one holds instead.
    Corrected {
        /// The serial of the confirmation that was taken back.
        reverses: Serial,
        /// The record that holds in its place.
        confirmation: Box<Confirmation>,
    },
    /// A record says otherwise than what had taken effect, and has no effect while that stands.
    Contested(Box<Confirmation>),
    /// A contested record holds after all, in place of a rejection or a cancellation.
    Upheld(Box<Confirmation>),
    /// The registrar took a record back.
    Withdrawn {
        /// The record's own number.
        serial: Serial,
        /// Author and reason: code and text.
        cause: Cause,
        /// The registrar took a contested record back; one that held is always taken back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        taken_back: bool,
        /// It held until a contested rejection took its place: said again, it is old news.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        overruled: bool,
    },
    /// After portions were settled, the rest is over.
    RestRejected(Rejection),
    /// Rejected: no shares and no money come of it.
    Rejected(Rejection),
    /// A rejection of what was confirmed: no effect while that stands.
    RejectionContested(Rejection),
    /// The contested rejection has no effect.
    RejectionDropped {
        /// Author and reason: code and text.
        cause: Cause,
        /// The registrar took it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        taken_back: bool,
    },
    /// Taken back before the cut-off.
    Cancelled {
        /// Author or reason: code and text.
        cause: Cause,
    },
}

/// How far the application is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Opened, and on its way to the registrar's front.
    Placed,
    /// At the registrar's front.
    Accepted,
    /// In the batch of its T.
    Sealed,
    /// A file with it has gone to the registrar.
    Sent,
    /// The registrar has the money of a subscription, and the fund is not founded yet.
    Received,
    /// A part is settled, more will come.
    Confirming,
    /// All is settled, by this last record.
    Confirmed(Box<Confirmation>),
    /// A part is settled, and the rest is over.
    PartlyConfirmed(Last),
    /// Rejected: no shares and no money come of it.
    Rejected(Rejection),
    /// The registrar has taken it back, for that reason.
    Cancelled(Cause),
}

/// What closed an application of which a part is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Last {
    /// A confirmation after which no further record comes.
    Confirmation(Box<Confirmation>),
    /// A rejection of what the portions had left.
    Rejection(Rejection),
}

/// An application that was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// As placed; T and the promise as they were moved to.
    pub terms: Terms,
    /// Stage of its life cycle.
    pub stage: Stage,
    /// The serial of the front's acceptance; none where it was implied.
    pub accepted: Option<Serial>,
    /// The batch that it was sealed in.
    pub batch: Option<Arc<str>>,
    /// The file and record (from 1) that it first went out in.
    pub sent: Option<(Arc<str>, u64)>,
    /// That the registrar has the money of a subscription.
    pub received: Option<Reception>,
    /// Confirmations with more to come, in the order in which they came.
    pub portions: Vec<Confirmation>,
    doubts: Option<Box<doubts::Doubts>>,
    named: named::Named,
}

/// What is remembered of an application.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nothing is stored under that number.
    #[default]
    Absent,
    /// Placed; a registrar may have it.
    Known(Box<Application>),
}

impl State {
    /// The application, if it was placed.
    pub fn application(&self) -> Option<&Application> {
        match self {
            State::Absent => None,
            State::Known(application) => Some(application),
        }
    }
}

impl Stage {
    /// As commands and refusals print it.
    pub const fn name(&self) -> &'static str {
        match self {
            Stage::Placed => "placed",
            Stage::Accepted => "accepted",
            Stage::Sealed => "sealed",
            Stage::Sent => "sent",
            Stage::Received => "received",
            Stage::Confirming => "confirmed in part so far",
            Stage::Confirmed(_) => "confirmed",
            Stage::PartlyConfirmed(_) => "partly confirmed",
            Stage::Rejected(_) => "rejected",
            Stage::Cancelled(_) => "cancelled",
        }
    }

    /// Whether it has its outcome.
    pub const fn is_over(&self) -> bool {
        match self {
            Stage::Placed
            | Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Confirming => false,
            Stage::Confirmed(_)
            | Stage::PartlyConfirmed(_)
            | Stage::Rejected(_)
            | Stage::Cancelled(_) => true,
        }
    }
}

impl Application {
    /// All confirmations, in the order in which they came.
    pub fn confirmations(&self) -> impl Iterator<Item = &Confirmation> {
        let last = match &self.stage {
            Stage::Confirmed(last) | Stage::PartlyConfirmed(Last::Confirmation(last)) => {
                Some(last.as_ref())
            }
            Stage::Placed
            | Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Confirming
            | Stage::PartlyConfirmed(Last::Rejection(_))
            | Stage::Rejected(_)
            | Stage::Cancelled(_) => None,
        };
        self.portions.iter().chain(last)
    }

    /// The registrar has it, and it is in no batch; that its money counts (120) seals nothing.
    pub const fn is_unsealed(&self) -> bool {
        matches!(self.stage, Stage::Accepted | Stage::Received) && self.batch.is_none()
    }

    /// How much of what was asked for the registrar has settled so far.
    pub fn settled(&self) -> Quantity {
        let sum = |sum: Quantity, one: &Confirmation| sum.plus(one.outcome.quantity());
        let none = self.terms.ask.quantity().none();
        self.confirmations().try_fold(none, sum).unwrap_or_else(|| self.terms.ask.quantity())
    }

    /// How much of what was asked for nobody has settled; none of it, if more was settled.
    pub fn unsettled(&self) -> Quantity {
        let asked = self.terms.ask.quantity();
        asked.minus(self.settled()).unwrap_or_else(|| asked.none())
    }
}

/// The application's rules.
#[derive(Debug, Clone, Copy)]
pub struct Applications;

impl Decider for Applications {
    const CATEGORY: &'static str = "application";
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
