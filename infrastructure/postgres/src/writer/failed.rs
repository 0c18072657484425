//! Why a group was not written, and whether that passes.

use crate::{connection::Unanswered, state::Unread};
use fundflow_kernel::store::{AppendError, BoxError, ReadError};
use fundflow_writing::Answer;
use std::sync::Arc;
use tokio_postgres::error::SqlState;

/// Why a group was not written, or not known to be.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error("the store is owned by {owner}")]
    Fenced { owner: String },
    /// A stream that was taken for new is there, or an event's place is taken.
    #[error("a stream or a place was taken for free")]
    NotNew(#[source] Option<tokio_postgres::Error>),
    /// Whether it was written is not known, or it was not and may be later.
    #[error("the server is away, or takes nothing for now")]
    Passing(#[source] BoxError),
    /// Nothing was written, and trying again would change nothing.
    #[error("the server refuses to write")]
    Refused(#[source] BoxError),
    #[error("there is no connection to the server")]
    Away,
}

/// What passes: an order of transactions, a server that shuts down, crashed or starts, a connection that broke.
fn passes(code: &SqlState) -> bool {
    let known = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    known.contains(code) || ["08", "57P"].iter().any(|class| code.code().starts_with(class))
}

impl From<tokio_postgres::Error> for Failed {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.code() {
            Some(code) if *code == SqlState::UNIQUE_VIOLATION => Failed::NotNew(Some(error)),
            Some(code) if !passes(code) => Failed::Refused(error.into()),
            Some(_) | None => Failed::Passing(error.into()),
        }
    }
}

impl From<Unanswered> for Failed {
    fn from(error: Unanswered) -> Self {
        match error {
            Unanswered::Said(error) => error.into(),
            silent @ Unanswered::Silent(_) => Failed::Passing(silent.into()),
        }
    }
}

impl From<ReadError> for Failed {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Fault(error) => Failed::Passing(error),
            damaged @ ReadError::Damaged { .. } => Failed::Refused(damaged.into()),
        }
    }
}

impl From<Unread> for Failed {
    fn from(error: Unread) -> Self {
        match error {
            Unread::Unanswered(error) => error.into(),
            Unread::Read(error) => error.into(),
        }
    }
}

impl Failed {
    /// Whether the same group may go through in a while.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self, Failed::Passing(_) | Failed::NotNew(_) | Failed::Away)
    }

    /// The same answer for all; they may be tried again.
    pub(super) fn refusals(self, count: usize) -> Vec<Answer> {
        let shared = Arc::new(self);
        let refusal = || Err(AppendError::Fault(shared.clone().into()));
        std::iter::repeat_with(refusal).take(count).collect()
    }
}
