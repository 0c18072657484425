//! The words of its table: what is added, by whom, and what is remembered of it.

use fundflow_domain::{
    calendar::version::Version,
    ids::{IdError, TransactionId, VersionTag},
    text::Text,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free, whoever does and for what reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What the exchange's notice says.
    pub version: Version,
    /// Why it is added: stored for the auditor.
    pub reason: Text,
    /// The person who adds it.
    pub by: Text,
}

/// The transaction ID of a version: `calendar.{version}`.
///
/// # Errors
/// [`IdError`] of a tag of more than 55 bytes.
pub fn transaction_id(version: &VersionTag) -> Result<TransactionId, IdError> {
    TransactionId::new(format!("calendar.{version}"))
}

/// The promise decided on a request; stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The version that it is added to.
    pub after: VersionTag,
}

/// Milestones of the process. The stored format: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// It begins; nothing is added yet.
    Opened {},
    /// The calendar has it.
    Added {},
    /// A person stops it before that.
    Halted {},
}

/// State folded from milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes {
    /// Whether it began.
    pub opened: bool,
    /// Whether the calendar has it.
    pub added: bool,
    /// Whether a person stopped it.
    pub halted: bool,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Begun and not over.
    Opened,
    /// The calendar has it.
    Added,
    /// A person stopped it.
    Halted,
    /// Over, with its ending stored.
    Ended,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Note that it is under way.
    Open,
    /// Add the version.
    Add,
    /// Stop before that.
    Halt,
    /// Close it in that way.
    End(Ending),
}

/// Endings of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The calendar has the version.
    Completed,
    /// A person stopped it; the version was not added.
    Stopped,
}
