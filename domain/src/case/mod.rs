//! One record that does not add up, open until a person or a corrected record closes it.
//!
//! ```text
//! absent --Open--> open --Close--> closed --Reopen--> open ...
//!                   |  assigned · noted · seen again · widened · figures changed · proposed
//! ```
//!
//! 1. What contradicts is never dropped and never only logged: the record opens a case under the
//!    hash of its own bytes, so the same record sent ten times is one case.
//! 2. A repeat is an event at most once a day, so that a counterparty in a loop fills no disk.
//! 3. A finding of a new kind in a record that is known already widens its case, and reopens it
//!    where it was closed.
//!    What a case is about may become more or less while it is open: it shows what is so now, and its events
//!    how it got there.
//! 4. A case says how it was closed, by whom and why. It is reopened when that turns out wrong, and
//!    the closing that was overturned has no effect when it is repeated.
//! 5. A case decides nothing about money and shares: what is in dispute is held elsewhere for as
//!    long as this is open, and corrected by reversal and new posting.

mod closing;
mod decide;
mod evolve;
mod finding;
mod proposal;
mod shortfall;

use crate::{
    decider::Decider,
    ids::{FundCode, OrderId, TransactionId},
    money::Amount,
    text::Text,
    time::Timestamp,
};
use fundflow_kernel::{codec::Stored, stored_types};
use serde::{Deserialize, Serialize};

pub use closing::Around;
pub use decide::Refusal;
pub use finding::{CaseId, Disputed, Figure, Finding, Kind, Measure, Report, Source, SourceKind};
pub use proposal::{Proposal, Severity, Side};

/// How many notes a case holds, and how often it is reopened. A case that needs more is no case.
pub const REMARKS_MAX: usize = 100;

/// The name of a person, a desk or a program.
pub type Name = Text<80>;

/// A sentence of a person.
pub type Remark = Text<400>;

/// How a case came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The counterparty sent a corrected record, booked by reversal and new posting.
    Corrected {
        /// The corrected record; a case on that one, should it be wrong too, has this name.
        by_record: CaseId,
    },
    /// The record is right after all, or its difference is taken as it is.
    Accepted,
    /// We bear the difference out of our own funds.
    PaidByUs {
        /// Yuan to the investor.
        amount: Amount,
    },
    /// The counterparty takes the record back.
    Withdrawn,
    /// A person settled it outside of the engine.
    Manual {
        /// What was done outside of the engine, in words.
        text: Remark,
    },
}

/// How a case was closed, by whom and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// How it was settled, which decides what follows.
    pub how: How,
    /// The person, or the program that heard the corrected record.
    pub by: Name,
    /// What convinced the person, for the auditor.
    pub reason: Remark,
}

/// A closing taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// The person, or the program that found the correction wrong.
    pub by: Name,
    /// What was wrong with the closing.
    pub reason: Remark,
}

/// Who takes care of a case, by whose word and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Who takes care of it from now on.
    pub owner: Name,
    /// Who said so; none where a program did.
    pub by: Option<Name>,
    /// Why that one, where somebody said it.
    pub reason: Option<Remark>,
}

/// A remark of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The person who wrote it.
    pub by: Name,
    /// The remark, on one line.
    pub text: Remark,
}

/// A request to the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A record does not add up, for the first time or again.
    Open(Box<Report>),
    /// What it is about has other figures now.
    Restate {
        /// Instant at which it was found.
        at: Timestamp,
        /// Of a kind that the case has.
        finding: Box<Finding>,
    },
    /// Somebody takes care of it.
    Assign(Assignment),
    /// A reconciliation says what it is and what to do about it.
    Propose(Box<Proposal>),
    /// Add a person's remark; it decides nothing.
    Note(Note),
    /// Settle it: what it held is free or reversed.
    Close(Closing),
    /// It is not settled after all.
    Reopen(Reopening),
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A record does not add up.
    Opened(Box<Report>),
    /// The same record came again, on a later day than before.
    SeenAgain {
        /// The first time on that day.
        at: Timestamp,
    },
    /// The same record came again and shows something that it did not show before.
    Widened {
        /// Instant at which the case was found.
        at: Timestamp,
        /// Of kinds that the case did not have.
        findings: Vec<Finding>,
    },
    /// What it is about has other figures now.
    FiguresChanged {
        /// Instant at which it was found.
        at: Timestamp,
        /// In place of the one of its kind.
        finding: Box<Finding>,
    },
    /// Somebody takes care of it.
    Assigned {
        /// The person who takes care of it from now on.
        owner: Name,
        /// Who said so; absent of what was assigned before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Name>,
        /// Why that one; absent of what was assigned before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Remark>,
    },
    /// What a reconciliation says of it, in place of what an earlier one said.
    Proposed(Box<Proposal>),
    /// A person remarked something.
    Noted(Note),
    /// A person or a corrected record has settled the case.
    Closed(Closing),
    /// Not settled after all.
    Reopened(Reopening),
}

/// What is remembered of a case, whether it is open or closed. The evidence is not: it is in the
/// log for those who ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The hash of its record.
    pub id: CaseId,
    /// When it was first found.
    pub opened_at: Timestamp,
    /// Where the record came from, the first time.
    pub source: Source,
    /// The request that it belongs to, where known.
    pub transaction: Option<TransactionId>,
    /// The order that it belongs to, where known.
    pub order: Option<OrderId>,
    /// The fund that it is about, where known.
    pub fund: Option<FundCode>,
    /// Everything that does not add up; the first gives the case its kind.
    pub findings: Vec<Finding>,
    /// Who takes care of it.
    pub owner: Option<Name>,
    /// What a reconciliation says of it, where one opened it.
    pub proposal: Option<Proposal>,
    /// In the order they were written.
    pub notes: Vec<Note>,
    /// The last day on which the record was noted.
    pub seen_at: Timestamp,
    /// On how many days after the first the record came again.
    pub days_seen_again: u32,
    /// Closings that did not hold.
    pub overturned: Vec<Closing>,
    /// Each overturned one of those closings.
    pub reopenings: Vec<Reopening>,
}

/// State of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Everything that the record says adds up, or the record never came.
    #[default]
    Absent,
    /// Somebody must look at it.
    Open(Box<Case>),
    /// Settled; a later record may reopen it.
    Closed(Box<Case>, Closing),
}

impl State {
    /// The case, open or closed.
    pub fn case(&self) -> Option<&Case> {
        match self {
            State::Absent => None,
            State::Open(case) | State::Closed(case, _) => Some(case),
        }
    }

    /// Whether a saga must wait for it, and what is in dispute must be held.
    pub const fn is_open(&self) -> bool {
        matches!(self, State::Open(_))
    }

    /// What must be held because of it: nothing once it is closed.
    pub fn disputed(&self) -> Disputed {
        match self {
            State::Absent | State::Closed(..) => Disputed::default(),
            State::Open(case) => Disputed::of(&case.findings),
        }
    }
}

impl Case {
    /// The kind of the first finding.
    pub fn kind(&self) -> Kind {
        self.findings.first().map_or(Kind::Other, |finding| finding.kind)
    }

    fn has(&self, kind: Kind) -> bool {
        self.of_kind(kind).is_some()
    }

    fn of_kind(&self, kind: Kind) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.kind == kind)
    }
}

/// The rules of a case.
#[derive(Debug, Clone, Copy)]
pub struct Cases;

impl Stored for Cases {
    stored_types!(Event {
        Opened => "case.opened",
        SeenAgain => "case.seen_again",
        Widened => "case.widened",
        FiguresChanged => "case.figures_changed",
        Assigned => "case.assigned",
        Proposed => "case.proposed",
        Noted => "case.noted",
        Closed => "case.closed",
        Reopened => "case.reopened",
    });
}

impl Decider for Cases {
    const CATEGORY: &'static str = "case";
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

#[cfg(test)]
mod tests;
