//! What belongs to any process: one decider for the life of every saga.
//!
//! ```text
//! absent --Prepare--> open --Reach--> open (milestones of the saga's own)
//!                      |  --Park--> parked --Resume | ChooseLanding--> open
//!                      |------End----> ended
//!                      `----Abandon--> ended (every open end has a disposition)
//! ended --Abandon--> ended (what it still owed has one)   --HandOver--> ended (so has what came of that)
//! ```
//!
//! In the words of transactional messaging: *prepared* is the half message, *parked* the dead letter
//! that waits for a person.
//!
//! 1. The transaction ID is the identity, for ever: the same request again decides nothing.
//! 2. Everything that the decision looked at is pinned in `prepared`; a replay needs nothing else.
//! 3. It ends once. A late contradiction is refused, never applied.
//! 4. What is owed after the end can still be retried or parked.

mod decide;
mod evolve;
mod open;
mod store;
#[cfg(test)]
mod tests;

use crate::saga::{OpenEnd, Saga};
use fundflow_kernel::{cause::Cause, decider::Decider, ids::VersionTag, time::Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{fmt, marker::PhantomData, sync::Arc};

/// Where an open end goes when an operator gives up on a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Back to whom it came from, by hand.
    Refund,
    /// To a suspense account, under a case.
    Suspense,
    /// Settled outside of the engine.
    Manual,
}

/// An open end and its disposition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposed {
    /// Name that the saga gives it.
    pub name: Arc<str>,
    /// Worth, in the unit that the saga documents.
    #[serde(with = "rust_decimal::serde::str")]
    pub worth: Decimal,
    /// Disposition of the open end.
    pub disposition: Disposition,
    /// The end that it came of: a person who has that one has this one, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_of: Option<Arc<str>>,
    /// Its worth when it was named before, where it was.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "rust_decimal::serde::str_option"
    )]
    pub before: Option<Decimal>,
}

impl Disposed {
    /// A disposition by a person.
    pub const fn by_a_person(name: Arc<str>, worth: Decimal, disposition: Disposition) -> Self {
        Self { name, worth, disposition, came_of: None, before: None }
    }

    /// What it was worth before that, where somebody disposes of it once more: its case goes by both.
    pub(crate) fn named_before(&self, worth: Decimal) -> Option<Decimal> {
        if worth == self.worth { self.before } else { Some(self.worth) }
    }

    /// Whether the two are one end, of the same worth now and before.
    pub(crate) fn is_named_like(&self, other: &Self) -> bool {
        (&self.name, self.worth, self.before) == (&other.name, other.worth, other.before)
    }

    /// The end itself.
    pub(crate) fn end(&self) -> OpenEnd {
        OpenEnd { name: self.name.clone(), worth: self.worth }
    }

    /// Whether a person took over that very end.
    pub(crate) fn is_of_itself(&self) -> bool {
        self.came_of.as_ref().is_none_or(|of| *of == self.name)
    }
}

/// A row that waits for its next attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Name of the row or lane that is asked again.
    pub row: Arc<str>,
    /// Number of attempts so far.
    pub attempt: u32,
    /// Cause of the last failure.
    pub cause: Cause,
    /// Instant of the next attempt.
    pub due: Timestamp,
}

/// A request to the process.
#[derive(Debug)]
pub enum Command<S: Saga> {
    /// Open it, on the table of that version.
    Prepare {
        /// The request as it was asked, by which a repeat is known.
        request: Arc<S::Request>,
        /// The promise that was decided on it.
        promise: Arc<S::Promise>,
        /// The table that it runs on, unless a milestone leads to another one.
        table: VersionTag,
    },
    /// A milestone of the saga's own table.
    Reach(S::Milestone),
    /// End it; with the cause where it failed.
    End(S::Ending, Option<Cause>),
    /// A row is to be tried again at `due`.
    ScheduleRetry(Retry),
    /// Stop and wait for a person.
    Park(Parked),
    /// Resume where it stopped.
    Resume(Arc<str>),
    /// Leave towards the nearest landing (operator).
    ChooseLanding {
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
        /// Instant by the engine's clock.
        at: Timestamp,
    },
    /// An operator gives it up: each open end needs a disposition.
    Abandon {
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
        /// Everything that is open now.
        open: Vec<OpenEnd>,
        /// Disposition of each open end, by name.
        dispositions: Vec<(Arc<str>, Disposition)>,
        /// Instant by the engine's clock.
        at: Timestamp,
    },
    /// Hand over what came of ends that a person has taken over.
    HandOver {
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
        /// What came of those ends, with a disposition each.
        ends: Vec<Disposed>,
    },
}

/// A fact about the process. Its stored types are [`Saga::NAMES`].
#[derive(Debug)]
pub enum Event<S: Saga> {
    /// Accepted; nothing has been released downstream.
    Prepared {
        /// The request as it was asked, by which a repeat is known.
        request: Arc<S::Request>,
        /// The promise that was decided on it.
        promise: Arc<S::Promise>,
        /// The table that it runs on, unless a milestone leads to another one.
        table: VersionTag,
    },
    /// A milestone of its own kind: a fact that no aggregate of it could state.
    Reached(S::Milestone),
    /// A row will be tried again.
    RetryScheduled(Retry),
    /// Stopped; a person must decide.
    Parked(Parked),
    /// It goes on: a person let it, or what it waited for came.
    Resumed {
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
    },
    /// A person sent it to the nearest landing.
    LandingChosen {
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
        /// Instant of the decision, by the engine's clock; `None` in events stored before the field was added.
        at: Option<Timestamp>,
    },
    /// A person gave up on it, or on what it still owed after its end.
    Abandoned {
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
        /// What became of open ends.
        ends: Vec<Disposed>,
        /// Instant of the decision; `None` for ends that came later of those that the person has, and in
        /// events stored before the field was added.
        at: Option<Timestamp>,
    },
    /// Over, in one of the saga's own ways.
    Ended {
        /// Ending of the saga.
        ending: S::Ending,
        /// Why nothing came of it, where it failed.
        cause: Option<Cause>,
    },
}

/// The way in which a saga is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over<E> {
    /// By one of its own endings.
    Ended(E),
    /// Abandoned by a person.
    Abandoned,
}

/// Row and cause of a saga that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Name of the row or lane at which it stopped.
    pub row: Arc<str>,
    /// Why it waits for a person, by code and words.
    pub cause: Cause,
    /// Only an answer is missing: whoever says that our call never came is called again. Otherwise a
    /// person must decide first.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lacks_answer: bool,
}

/// Code of a row that a rule of our own refused.
pub(crate) const REFUSED: &str = "refused";

/// The code of what was decided and must not be written ([`crate::guard`]).
pub const GUARDED: &str = "guarded";

/// Why a row is parked that looked for something besides the log, and did not find it.
pub(crate) const NOT_LISTED: &str = "not_listed";

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What is remembered of a process.
pub struct Open<S: Saga> {
    /// The request, by which a repeat differs from a contradiction.
    pub request: Arc<S::Request>,
    /// The promise that was decided on it.
    pub promise: Arc<S::Promise>,
    /// The version of the table that it runs on, unless a milestone leads to another one.
    pub table: VersionTag,
    /// State of the saga's own milestones.
    pub notes: S::Notes,
    /// The latest retry of each row that needed one.
    pub retries: Vec<Retry>,
    /// Row at which it stopped last, while it waits for a person.
    pub parked: Option<Box<Parked>>,
    /// Other rows that stopped before that, and wait, too.
    pub parked_before: Vec<Parked>,
    /// Rows that stopped and were let go on, each as it stopped last.
    pub looked_at: Vec<Parked>,
    /// A person chose to leave.
    pub landing_chosen: bool,
    /// Instant of that choice, by the engine's clock: the row that was left has called nobody since. `None`
    /// where nobody did, and where the event is older than the field.
    pub landing_chosen_at: Option<Timestamp>,
    /// Reason of that choice, or of giving it up.
    pub left_because: Option<Arc<str>>,
    /// Open ends that a person took over, with disposition and last named worth.
    pub given_up: Vec<Disposed>,
    /// Names of those that a person has disposed of once more.
    pub given_up_again: Vec<Arc<str>>,
    /// Earlier dispositions of those that were named otherwise since.
    pub named_before: Vec<Disposed>,
    /// Instant of the last disposition, by the engine's clock: nobody has been called since for what that person
    /// took over. `None` where nobody did, and where the event is older than the field.
    pub given_up_at: Option<Timestamp>,
}

/// A process, folded from its stream.
#[derive(Default)]
pub enum State<S: Saga> {
    /// No saga was requested.
    #[default]
    Absent,
    /// Prepared and not over.
    Open(Box<Open<S>>),
    /// Over. What is owed after the end may still be retried or parked.
    Ended(Box<Open<S>>, Over<S::Ending>),
}

/// Why a command to a process is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was prepared under that transaction ID.
    #[error("nothing was prepared under this transaction ID")]
    NotPrepared,
    /// Same transaction ID, another request. Use a new ID for a new request.
    #[error("the transaction ID already stands for another request; it differs in {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// It is over, and the message says otherwise. It has no effect.
    #[error("it has ended; a late {message} cannot change that")]
    ContradictsEarlier {
        /// The name of the message that came too late.
        message: &'static str,
    },
    /// The saga's own milestones do not follow one another that way.
    #[error("the milestone cannot follow those before it")]
    OutOfOrder,
    /// Nobody has given it up, so nothing that comes of it is a person's.
    #[error("it was not given up; what comes of it is the engine's")]
    NotGivenUp,
    /// An end that there is not, or of which two things are to become.
    #[error("{name}: {why}")]
    Unclear {
        /// The name of the open end.
        name: Arc<str>,
        /// What is wrong with the disposition, as a sentence.
        why: Arc<str>,
    },
    /// Abandoning leaves no end without an owner.
    #[error("{name} ({worth}) is open; give it a disposition: refund, suspense or manual")]
    MissingDisposition {
        /// The name of the open end.
        name: Arc<str>,
        /// Worth of the open end, in its unit.
        worth: Decimal,
    },
}

/// The rules of any saga's process.
pub struct Process<S>(PhantomData<fn() -> S>);

impl<S: Saga> Decider for Process<S> {
    const CATEGORY: &'static str = S::KIND;
    type Command = Command<S>;
    type Event = Event<S>;
    type State = State<S>;
    type Refusal = Refusal;

    fn decide(state: &State<S>, command: &Command<S>) -> Result<Vec<Event<S>>, Refusal> {
        decide::decide(state, command)
    }

    fn evolve(state: State<S>, event: &Event<S>) -> Option<State<S>> {
        evolve::evolve(state, event)
    }
}

impl<S: Saga> State<S> {
    /// What is remembered, open or over.
    pub fn open(&self) -> Option<&Open<S>> {
        match self {
            State::Absent => None,
            State::Open(open) | State::Ended(open, _) => Some(open),
        }
    }

    /// How it is over, if it is.
    pub const fn ending(&self) -> Option<Over<S::Ending>> {
        match self {
            State::Absent | State::Open(_) => None,
            State::Ended(_, ending) => Some(*ending),
        }
    }
}

// `derive` would ask these of `S` itself.
impl<S: Saga> Clone for State<S> {
    fn clone(&self) -> Self {
        match self {
            State::Absent => State::Absent,
            State::Open(open) => State::Open(open.clone()),
            State::Ended(open, over) => State::Ended(open.clone(), *over),
        }
    }
}

impl<S: Saga> fmt::Debug for State<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Absent => out.write_str("Absent"),
            State::Open(open) => out.debug_tuple("Open").field(open).finish(),
            State::Ended(open, over) => out.debug_tuple("Ended").field(open).field(over).finish(),
        }
    }
}
