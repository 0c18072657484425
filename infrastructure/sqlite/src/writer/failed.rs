//! Why a transaction did not commit, and why a writer writes no more.

use fundflow_kernel::store::AppendError;
use fundflow_writing::Job;
use rusqlite::ffi;
use std::{any::Any, io, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// What is said where the look itself finds a name twice: the database is not what it was created as.
pub(super) const DOUBLE: &str = "a stream's name or an event's place is there twice";

/// Why this writer writes no more.
pub(super) enum Stopped {
    Fenced {
        owner: String,
    },
    /// With what the failed write or sync said.
    Poisoned {
        cause: Arc<str>,
    },
}

impl Stopped {
    /// A defect: what was being written may or may not be there.
    pub(super) fn by_panic(panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let cause = format!("the store's writer panicked: {}", said.unwrap_or("without a word"));
        tracing::error!("{cause}");
        Stopped::Poisoned { cause: cause.into() }
    }

    pub(super) fn refusal(&self) -> AppendError {
        match self {
            Stopped::Fenced { owner } => AppendError::Fenced { owner: owner.clone() },
            Stopped::Poisoned { cause } => AppendError::Poisoned { cause: cause.clone() },
        }
    }
}

/// Why a transaction did not commit.
pub(super) enum Failed {
    /// It did not begin: another process held the database for too long.
    Begin(rusqlite::Error),
    Fenced {
        owner: String,
    },
    Write(rusqlite::Error),
    /// It was written, and its mark could not be stored beside the database.
    Mark(io::Error),
    /// A stream that was taken for new is there, or may be.
    NotNew,
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            Some(error) if error.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE => Failed::NotNew,
            Some(_) | None => Failed::Write(error),
        }
    }
}

/// SQLite's message, with the number that tells which call to the system failed.
pub(crate) fn said_by(error: &rusqlite::Error) -> Arc<str> {
    let number = error.sqlite_error().map(|error| error.extended_code);
    number.map_or_else(|| error.to_string(), |number| format!("{error}, SQLite {number}")).into()
}

/// Whoever comes gets the reason why nothing is written, until it is closed.
pub(super) fn refuse(
    jobs: &mut mpsc::Receiver<Job>,
    stopped: &Stopped,
) -> Option<oneshot::Sender<()>> {
    loop {
        match jobs.blocking_recv()? {
            // A caller that stopped waiting needs no answer.
            Job::Write { answer, .. } => drop(answer.send(Err(stopped.refusal()))),
            Job::Close { closed } => return Some(closed),
        }
    }
}
