//! What can go wrong at the engine's door, and what its caller does about it.

use fundflow_application::store::{AppendError, ReadError};
use fundflow_domain::discount_purchase::Refusal;
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
    #[error("the engine has stopped: {reason}")]
    Stopped {
        /// Why.
        reason: Arc<str>,
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
    #[error("the engine has stopped: {reason}")]
    Stopped {
        /// Why.
        reason: Arc<str>,
    },
}

/// The engine runs no more.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the engine has stopped: {reason}")]
pub struct Stopped {
    /// Why; the first trouble that it met.
    pub reason: Arc<str>,
}

impl From<Stopped> for PurchaseError {
    fn from(stopped: Stopped) -> Self {
        PurchaseError::Stopped { reason: stopped.reason }
    }
}

impl From<Stopped> for ActError {
    fn from(stopped: Stopped) -> Self {
        ActError::Stopped { reason: stopped.reason }
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
