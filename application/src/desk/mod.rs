//! The desk: any saga, as people and programs see and steer it.
//!
//! ```text
//! events -> SagaList, a small row per saga, saved in a checkpoint   -> list
//! one saga's streams -> its kind's look                            -> show
//! the same streams -> a runner of its own, that appends nowhere    -> preview
//! ```
//!
//! 1. A kind is known by what is registered, never by name: a user's saga is listed, shown and
//!    steered like ours.
//! 2. What cannot be read is named beside what can, and never ends an answer.
//! 3. Nothing here writes events. An action is previewed here and taken by the engine.

mod checkpoint;
mod difference;
mod events;
mod foreign;
mod list;
mod preview;
mod reading;
mod registry;
mod row;
mod show;
mod unreadable;

pub use difference::{Becomes, Moved, becomes};
pub use events::{Events, Wanted, event_at, event_by_id, events};
pub use foreign::{Foreign, ForeignStream, foreign};
pub use fundflow_runtime::foresee::{Foreseen, PlannedEvent};
pub use list::{Filter, Listed, Listing, Page, SagaList, Standing, Stands};
pub use preview::{Deed, Outcome, Preview, preview, preview_request, quote};
pub(crate) use reading::{Log, Next, damage_of, whole};
pub use registry::Registry;
pub use row::{Parked, SagaRow, State};
pub use show::{Shown, find, show};
pub use unreadable::unreadable;

use fundflow_kernel::{ids::TransactionId, store::ReadError};
use fundflow_runtime::look::LookError;

/// Why the desk cannot say anything of a saga.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Look the transaction ID up with `fundflow saga ls`.
    #[error("nothing was ever prepared under {transaction}; `fundflow saga ls` lists all sagas")]
    NotFound {
        /// As it was asked for.
        transaction: TransactionId,
    },
    /// Look at it as what it is.
    #[error(
        "{transaction} is of kind {}, not {asked}; `fundflow saga show {}{transaction}` shows it, with what \
         may be done to it",
        kinds.join(", "),
        // An ID that begins with a hyphen would be taken for an option.
        if transaction.as_str().starts_with('-') { "-- " } else { "" }
    )]
    AnotherKind {
        /// As it was asked for.
        transaction: TransactionId,
        /// The kind that was named.
        asked: &'static str,
        /// Kinds that have it.
        kinds: Vec<&'static str>,
    },
    /// Name the kind as well.
    #[error("{transaction} stands for sagas of several kinds ({}); name one with --kind", kinds.join(", "))]
    Ambiguous {
        /// As it was asked for.
        transaction: TransactionId,
        /// Kinds that have it.
        kinds: Vec<&'static str>,
    },
    /// It is there, and nobody here can say anything but what its envelopes say.
    #[error("{transaction} is of kind {}, which this program does not know; use the program that \
             registers it", kinds.join(", "))]
    Foreign {
        /// As it was asked for.
        transaction: TransactionId,
        /// Kinds that have it.
        kinds: Vec<String>,
    },
    /// A kind that this program was not built with.
    #[error("{kind} is no kind of saga known here; known are: {}", known.join(", "))]
    UnknownKind {
        /// As it was asked for.
        kind: String,
        /// Kinds that are registered.
        known: Vec<&'static str>,
    },
    /// A stream of it cannot be folded.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}
