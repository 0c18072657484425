//! Why a store was not opened, and what to do.

use crate::connection::Unanswered;
use fundflow_kernel::store::ReadError;
use std::time::Duration;

/// Why a store was not opened. Nothing was changed, but for a schema that is not complete yet.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nobody answers there, or not to this user.
    #[error(
        "cannot connect to {place}; check that the server runs, and its address, database, user and password"
    )]
    Unreachable {
        /// Where it should be.
        place: String,
        /// What the client or the server said.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The server refused a statement.
    #[error(
        "{place} refused to open the store; check the rights of this user in the database and its schema"
    )]
    Refused {
        /// Where it is.
        place: String,
        /// What the server said.
        #[source]
        source: tokio_postgres::Error,
    },
    /// This server does not keep what a store promises.
    #[error("{place} cannot carry a store: {what}")]
    Unfit {
        /// Where it is.
        place: String,
        /// The setting or version, and what to do.
        what: String,
    },
    /// Another engine writes there.
    #[error(
        "{place} is held by {owner}, whose lease goes on for {left} ms; stop that engine, or wait until it is over"
    )]
    Held {
        /// Where it is.
        place: String,
        /// Who has it, by its own word.
        owner: String,
        /// What is left of the lease, in milliseconds.
        left: i64,
    },
    /// There is nothing to read.
    #[error("{place} has no store; an engine or `day` makes one")]
    Missing {
        /// Where it should be.
        place: String,
    },
    /// A newer program made it.
    #[error(
        "the store in {place} has format {format}, this program knows formats up to {known}; install a newer one"
    )]
    Newer {
        /// Where it is.
        place: String,
        /// What it has.
        format: i32,
        /// What is known here.
        known: usize,
    },
    /// What is there is not what a writer leaves.
    #[error("the store in {place} cannot be used; keep a copy, and verify it")]
    Damaged {
        /// Where it is.
        place: String,
        /// What does not fit.
        #[source]
        source: ReadError,
    },
    /// No answer in time.
    #[error("{place} did not answer within {} s", limit.as_secs())]
    Silent {
        /// Where it is.
        place: String,
        /// How long it was waited for.
        limit: Duration,
    },
}

impl OpenError {
    pub(crate) fn unanswered(error: Unanswered, place: String) -> Self {
        match error {
            Unanswered::Said(source) => OpenError::Refused { place, source },
            Unanswered::Silent(limit) => OpenError::Silent { place, limit },
        }
    }
}
