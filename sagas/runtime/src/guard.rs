//! What looks at a decision as a whole before anything of it can be written.
//!
//! ```text
//! row | answer | command -> events in memory -> judge -> accepted, and in the next batch
//!                                                 `----> taken back: nothing of it is written, the saga parks
//! ```
//!
//! 1. It is asked about all that one row, one answer or one command decided, with the folds on both sides of it.
//! 2. It decides no rule of the business: what aggregates refuse never comes here. It sees what they let pass.
//! 3. It keeps nothing. So it says the same after a restart, and needs no memory for those who sleep.
//! 4. A process's own facts (parked, resumed, ended) are not shown to it: they name a saga and move nothing.

use fundflow_kernel::{
    codec::Stored,
    envelope::StreamName,
    fold::Fold,
    ids::TransactionId,
    store::StreamAppend,
    streams::{Held, Streams},
};
use std::sync::Arc;

/// A pure check of a decision: no I/O, no clock, no state of its own.
pub trait Guard: Send + Sync {
    /// Whether it may be written.
    ///
    /// # Errors
    /// [`Breach`]: nothing of the decision is written.
    fn judge(&self, decided: &Decided<'_>) -> Result<(), Breach>;
}

/// A breach: the rule, and the figures that break it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {what}")]
pub struct Breach {
    /// The rule's name, as the guard's documentation lists it.
    pub rule: &'static str,
    /// What breaks it, with figures.
    pub what: Arc<str>,
}

/// One decision, and the folds around it.
pub struct Decided<'a> {
    /// The transaction of the saga that decided it.
    pub by: &'a TransactionId,
    /// Events to be written, in this order.
    pub appends: &'a [StreamAppend],
    held: &'a [Held],
    streams: &'a Streams,
}

impl<'a> Decided<'a> {
    /// What was decided by that transaction since the streams began to be remembered; its saga holds these.
    pub const fn of(
        by: &'a TransactionId,
        appends: &'a [StreamAppend],
        held: &'a [Held],
        streams: &'a Streams,
    ) -> Self {
        Self { by, appends, held, streams }
    }

    /// A stream as it was before the decision; `None` where it is not in memory.
    pub fn before(&self, stream: &StreamName) -> Option<&'a dyn Fold> {
        self.streams.remembered(stream)
    }

    /// A stream as it would be; `None` where it is not in memory.
    pub fn after(&self, stream: &StreamName) -> Option<&'a dyn Fold> {
        self.streams.fold(stream)
    }

    /// What was decided on a stream, in order; nothing where it was not decided since the streams began to
    /// be remembered, as when a log is read again.
    pub fn events<D: Stored>(&self, stream: &StreamName) -> Vec<&'a D::Event> {
        self.streams.decided::<D>(stream).collect()
    }

    /// Every stream that the saga works on, as it would be.
    pub fn own(&self) -> impl Iterator<Item = (&'a StreamName, &'a dyn Fold)> {
        self.held.iter().filter_map(|held| self.streams.held(*held))
    }
}
