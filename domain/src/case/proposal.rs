//! What a reconciliation adds to a case that it opened: which comparison found it, until when somebody must have
//! settled it, and what its rules propose to do.

use crate::text::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose record there is: a break has both, or only one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Events of ours, and no record of the counterparty.
    Ours,
    /// A record of the counterparty, and no event of ours.
    Theirs,
    /// A record and an event that say different things.
    Both,
}

impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
            Self::Both => "both",
        })
    }
}

/// How much hangs on it, as the rules say; it sorts lists and decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Money or shares of a customer are wrong or missing.
    High,
    /// Something is late or contradicts, and no customer is short by it yet.
    Medium,
    /// To be known, and settled when there is time.
    Low,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        })
    }
}

/// What the rules of a reconciliation say of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The day that was reconciled: T of files, the natural day of a statement.
    pub day: NaiveDate,
    /// The source that was compared, as the rules name it: `confirmations`, `holdings`.
    pub source: Text<40>,
    /// What joins both sides, as the rules put it together.
    pub key: Text<240>,
    /// Whose record there is.
    pub side: Side,
    /// As the rules say of that kind and source.
    pub severity: Severity,
    /// The last day on which it is no longer than the rules allow that it is open.
    pub due: NaiveDate,
    /// What the rules propose, in words for a person.
    pub act: Text<240>,
    /// Our side: the events that were compared, cut to 2 KiB; empty where there are none.
    pub ours: Text<2048>,
}
