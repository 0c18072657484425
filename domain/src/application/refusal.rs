//! Why a command to an application is refused.

use super::Message;
use crate::{calendar::TradingDay, orders::Serial, time::Timestamp};
use std::sync::Arc;

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was placed under that number.
    #[error("the application was not placed")]
    NotPlaced,
    /// The number stands for another application: a caller's mistake.
    #[error("the application was already placed on other terms")]
    PlacedDifferently,
    /// A message of another kind of business.
    #[error("a {came} does not answer a {asked}")]
    WrongKind {
        /// The business that the order asks for, by its name.
        asked: &'static str,
        /// The kind of confirmation that came.
        came: &'static str,
        /// The message itself, for a case.
        message: Box<Message>,
    },
    /// A message says the opposite of what already took effect. It has no effect.
    #[error("the {} took effect; the {} that came now says otherwise", stands.name(), came.name())]
    Contradicts {
        /// The message that took effect.
        stands: Box<Message>,
        /// The message that came now.
        came: Box<Message>,
    },
    /// Only a contested record is upheld.
    #[error("no record {0} is contested")]
    NotContested(Serial),
    /// Only a contested rejection is upheld, or dropped.
    #[error("no rejection is contested")]
    NoRejectionContested,
    /// Later records were decided on what an earlier one left. Withdraw the later ones first.
    #[error("record {0} is not the last one that holds")]
    NotLast(Serial),
    /// A step of ours that is not possible yet.
    #[error("the application is {stage}; {step} must wait")]
    TooEarly {
        /// Name of the stage that it is at.
        stage: &'static str,
        /// Name of the step that cannot be taken there.
        step: &'static str,
    },
    /// A step of ours that is not possible any more.
    #[error("the application is {stage}; {step} comes too late")]
    TooLate {
        /// Name of the stage that it is at.
        stage: &'static str,
        /// Name of the step that cannot be taken there.
        step: &'static str,
    },
    /// One application is part of one batch.
    #[error("the application is sealed in batch {known}, not in {came}")]
    SealedDifferently {
        /// The batch that it is part of.
        known: Arc<str>,
        /// The batch that was named now.
        came: Arc<str>,
    },
    /// No order moves back to a T whose price may be known.
    #[error("the application belongs to {from} and cannot move back to {to}")]
    MovesBack {
        /// The T that the application has.
        from: TradingDay,
        /// The day to which it would have moved back.
        to: TradingDay,
    },
    /// The same T, but another promise.
    #[error("the application belongs to {0} already, on another promise")]
    PromisedDifferently(TradingDay),
    /// Only a redemption of any lots, of some shares, changes what it asks for.
    #[error("what a {asked} asks for does not change")]
    AskFixed {
        /// The business that the order asks for, by its name.
        asked: &'static str,
    },
    /// Cash was paid for the shares, or may be.
    #[error("a fast transfer cannot be taken back")]
    Irrevocable,
    /// Sealed applications are not taken back, even when the clock has not reached the cut-off.
    #[error("asked at {at}, with the cut-off at {cut_off}, but the application is sealed")]
    AlreadySealed {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// Until when it would have been possible.
        cut_off: Timestamp,
    },
    /// After the cut-off of its T an application is not taken back.
    #[error("asked at {at}, but applications of this T could be taken back only before {cut_off}")]
    CutOffPassed {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// Until when it was possible.
        cut_off: Timestamp,
    },
}
