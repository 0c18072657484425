//! What can go wrong at the engine's door, and what its caller does about it.

use fundflow_domain::discount_purchase::Refusal;
use fundflow_kernel::{
    envelope::StreamName,
    loaded::with_sources,
    store::{AppendError, ReadError},
};
use fundflow_sagas::runner::ActionError;
use std::{sync::Arc, time::Duration};

/// Why a purchase was not placed. Only [`Busy`](Self::Busy) and [`Stopped`](Self::Stopped) may be
/// retried, under the same transaction ID.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PurchaseError {
    /// The business says no; nothing was stored. Fix the request.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The engine has as much work as it may hold. Try again after that time.
    #[error("the engine is busy; try again in {} ms", retry_after.as_millis())]
    Busy {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The engine stopped before it could answer. The request may or may not have been stored:
    /// repeat it under the same transaction ID once the engine runs again.
    #[error("the engine has stopped: {cause}")]
    Stopped {
        /// What the engine met, and what to do about it.
        cause: StopCause,
    },
    /// A defect of the engine; report it.
    #[error("{0}")]
    Defect(String),
}

/// Why an operator's action was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ActError {
    /// It cannot be done as things stand.
    #[error(transparent)]
    NotActed(#[from] ActionError),
    /// The engine stopped; look at the purchase before repeating.
    #[error("the engine has stopped: {cause}")]
    Stopped {
        /// What the engine met, and what to do about it.
        cause: StopCause,
    },
}

/// Why the engine stopped, which decides whether to fail over, to start again or to repair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StopCause {
    /// Somebody asked it to, or dropped its last handle. Nothing is wrong.
    #[error("it was shut down; start it to go on")]
    ShutDown,
    /// Another writer took the store over. This one must not be started again beside it.
    #[error(
        "the store is now owned by {owner}; send requests there, and do not start this one again"
    )]
    Fenced {
        /// The new owner: process, host and start time, where the store knows them.
        owner: String,
    },
    /// A write or sync failed, so that only the disk knows what is stored.
    #[error(
        "a write to the store failed ({cause}); mend the disk, then open the store and start the \
         engine again: it goes on from what the disk holds"
    )]
    Poisoned {
        /// What the failed write or sync said.
        cause: Arc<str>,
    },
    /// Somebody else appended to a stream of this engine.
    #[error(
        "{stream} was written by somebody else; find the second writer and stop it, then start \
         the engine again"
    )]
    Conflict {
        /// The stream that had moved on.
        stream: StreamName,
    },
    /// What is stored is not what a writer of ours stores.
    #[error(
        "the store is damaged at {place}: {what}; do not start again before \
         `fundflow audit verify` has shown how far the damage goes"
    )]
    Damaged {
        /// Position, or stream and version.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// The world failed, or a defect of the engine; nothing is known to be damaged.
    #[error("{what}; start it again once that is mended")]
    Fault {
        /// The error, with what lies under it.
        what: String,
    },
}

impl From<AppendError> for StopCause {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { stream, .. } => StopCause::Conflict { stream },
            AppendError::Fenced { owner } => StopCause::Fenced { owner },
            AppendError::Poisoned { cause } => StopCause::Poisoned { cause },
            AppendError::Fault(_) => StopCause::Fault { what: with_sources(&error) },
        }
    }
}

impl From<ReadError> for StopCause {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged { place, what } => StopCause::Damaged { place, what },
            ReadError::Fault(_) => StopCause::Fault { what: with_sources(&error) },
        }
    }
}

/// The engine runs no more.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the engine has stopped: {cause}")]
pub struct Stopped {
    /// The first trouble that it met, and what to do about it.
    pub cause: StopCause,
}

impl From<Stopped> for PurchaseError {
    fn from(stopped: Stopped) -> Self {
        PurchaseError::Stopped { cause: stopped.cause }
    }
}

impl From<Stopped> for ActError {
    fn from(stopped: Stopped) -> Self {
        ActError::Stopped { cause: stopped.cause }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be read; see its cause.
    #[error("cannot read the open purchases")]
    Read(#[from] ReadError),
    /// The store cannot be written; see its cause.
    #[error("cannot keep the checkpoint of open purchases")]
    Append(#[from] AppendError),
}
