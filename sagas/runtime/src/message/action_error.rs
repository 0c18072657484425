//! Why nothing came of what somebody asked of a saga.

use super::SagaId;
use crate::{guard::Breach, port::NoPort};
use fundflow_kernel::ids::TransactionId;
use std::sync::Arc;

/// Why an action was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// Look the transaction ID up with `fundflow saga ls`.
    #[error("no {} {} was ever prepared", .0.kind, .0.transaction)]
    Unknown(SagaId),
    /// Only what is parked can be resumed.
    #[error("it is not parked; it stands at {at}")]
    NotParked {
        /// The row of its table at which it stands instead.
        at: Arc<str>,
    },
    /// No row is left that could be skipped.
    #[error("it is over; nothing of it is left to be skipped")]
    Ended,
    /// The other side, or our own books, must speak first.
    #[error("{at} cannot be skipped: only the other side can say how it ends")]
    CannotSkip {
        /// The row of its table that is to be skipped.
        at: Arc<str>,
    },
    /// The rules say no.
    #[error("{0}")]
    Refused(Arc<str>),
    /// The house itself gives names of that form; nothing was stored. Ask under another.
    #[error(
        "{name} has the form {of}, which the engine itself gives; use a transaction ID of another form"
    )]
    Reserved {
        /// What was asked for under.
        name: TransactionId,
        /// What names of that form stand for.
        of: &'static str,
    },
    /// A word that is stored with it for ever may not be; nothing was stored. Ask with another.
    #[error("{field}: {why}")]
    Unfit {
        /// The field that it stands in.
        field: &'static str,
        /// What is wrong with it, and what is taken.
        why: Arc<str>,
    },
    /// Somebody whom the saga would have to call cannot be called; nothing was stored. Register the
    /// port, or mend the terms that name it.
    #[error(transparent)]
    NoPort(#[from] NoPort),
    /// A stream that it needs cannot be folded; verify the store.
    #[error("{place} cannot be used: {what}")]
    Damaged {
        /// The stream that cannot be folded, with the version where one event of it is the reason.
        place: Arc<str>,
        /// Description of the damage, for people.
        what: Arc<str>,
    },
    /// It was decided, and the engine's guard lets nothing of it be written; its saga waits for a person. A
    /// defect of the engine or of the saga: report it with the saga's events.
    #[error("what was decided breaks {0}; nothing of it was written")]
    Guarded(Breach),
    /// A defect of the engine; report it with the saga's events.
    #[error("{0}")]
    Defect(Arc<str>),
}
