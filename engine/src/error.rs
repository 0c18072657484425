//! What can go wrong at the engine's door, and what its caller does about it.

use fundflow_kernel::{
    codec::NotStored,
    envelope::StreamName,
    ids::IdError,
    loaded::with_sources,
    store::{AppendError, ReadError},
    time::Timestamp,
};
use fundflow_runtime::{
    message::{ActionError, Reply, SagaId},
    port::{NoPort, PortName},
};
use std::{any::Any, io, sync::Arc, time::Duration};

/// Why a request or command was not taken. [`Busy`](Self::Busy), [`Unsure`](Self::Unsure) and
/// [`Stopped`](Self::Stopped) may be repeated, under the same transaction ID.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RequestError<R> {
    /// The business says no; nothing was stored. Fix the request.
    #[error("{0}")]
    Refused(R),
    /// The engine has as much work as it may hold. Try again after that time.
    #[error("the engine is busy; try again in {} ms", retry_after.as_millis())]
    Busy {
        /// Time to wait before the next attempt.
        retry_after: Duration,
    },
    /// Somebody else wrote to the same stream first, so that this was not stored as it was decided.
    #[error("what was decided met another writer's events; repeat it under the same ID")]
    Unsure,
    /// The engine's clock is behind the log: a T could be given that is closed already. Nothing was stored.
    /// Have the clock set right, and repeat it.
    #[error(transparent)]
    ClockSetBack(ClockSetBack),
    /// A command to what was never asked for.
    #[error("no {} {} was ever prepared", .0.kind, .0.transaction)]
    NoSuch(SagaId),
    /// A stream that it needs cannot be read or folded. Nothing was decided; verify the store.
    #[error("{place} cannot be used: {what}")]
    Damaged {
        /// The stream that is damaged, with the version where one event of it is.
        place: Arc<str>,
        /// Description of the damage, for people.
        what: Arc<str>,
    },
    /// The engine stopped before it could answer. What was asked may or may not have been stored:
    /// repeat it under the same transaction ID once the engine runs again.
    #[error("the engine has stopped: {0}")]
    Stopped(StopCause),
    /// Somebody whom the saga would have to call cannot be called; nothing was stored, and the ID is
    /// free. Register the port, or mend the terms that name it.
    #[error(transparent)]
    NoPort(NoPort),
    /// The house itself gives names of that form; nothing was stored. Ask under another transaction ID.
    #[error("{0}")]
    Reserved(Arc<str>),
    /// Something of it may not be stored, such as the number of a card; nothing was stored. Mend the field that it names.
    #[error("{0}")]
    Unfit(Arc<str>),
    /// A defect of the engine or of the saga; report it.
    #[error("{0}")]
    Defect(Arc<str>),
}

/// Why an action, a notice or a watch was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ActError {
    /// It cannot be done as things stand.
    #[error(transparent)]
    NotActed(#[from] ActionError),
    /// Somebody else wrote to the same stream first, so that this was not stored as it was decided.
    #[error("what was decided met another writer's events; repeat it")]
    Unsure,
    /// The engine's clock is behind the log. Nothing was stored. Have the clock set right, and repeat it.
    #[error(transparent)]
    ClockSetBack(ClockSetBack),
    /// The engine stopped before it could answer; look at the saga before repeating.
    #[error("the engine has stopped: {0}")]
    Stopped(StopCause),
}

/// The clock is further behind the log than is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock says {clock}, which is before {log} of the log's newest event: set the clock right; until then \
     nothing new is taken"
)]
pub struct ClockSetBack {
    /// The newest instant of the log.
    pub log: Timestamp,
    /// Reading of the machine clock.
    pub clock: Timestamp,
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
        /// Description of the damage, for people.
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the engine has stopped: {cause}")]
pub struct Stopped {
    /// The first trouble that it met, and what to do about it.
    pub cause: StopCause,
}

impl Stopped {
    /// A defect in the loop or in what it was put together of: with what was said.
    pub(crate) fn by_panic(panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let what = format!("the engine's loop panicked: {}", said.unwrap_or("without a word"));
        tracing::error!("{what}");
        Self { cause: StopCause::Fault { what } }
    }
}

impl<R> From<Stopped> for RequestError<R> {
    fn from(stopped: Stopped) -> Self {
        RequestError::Stopped(stopped.cause)
    }
}

impl From<Stopped> for ActError {
    fn from(stopped: Stopped) -> Self {
        ActError::Stopped(stopped.cause)
    }
}

impl<R: Clone + Send + Sync + 'static> RequestError<R> {
    /// What a reply that is no success says.
    pub(crate) fn of(reply: Reply) -> Self {
        match reply {
            Reply::Refused(refusal, text) => match refusal.downcast::<R>() {
                Ok(refusal) => RequestError::Refused(Arc::unwrap_or_clone(refusal)),
                Err(_) => RequestError::Defect(text),
            },
            Reply::NotActed(ActionError::Unknown(saga)) => RequestError::NoSuch(saga),
            Reply::NotActed(ActionError::Damaged { place, what }) => {
                RequestError::Damaged { place, what }
            }
            Reply::NotActed(ActionError::NoPort(missing)) => RequestError::NoPort(missing),
            Reply::NotActed(error @ ActionError::Reserved { .. }) => {
                RequestError::Reserved(error.to_string().into())
            }
            Reply::NotActed(error @ ActionError::Unfit { .. }) => {
                RequestError::Unfit(error.to_string().into())
            }
            Reply::NotActed(ActionError::Defect(what)) => RequestError::Defect(what),
            Reply::NotActed(
                error @ (ActionError::NotParked { .. }
                | ActionError::CannotSkip { .. }
                | ActionError::Ended
                | ActionError::Guarded(_)
                | ActionError::Refused(_)),
            ) => RequestError::Defect(error.to_string().into()),
            Reply::Placed { .. } | Reply::Acted | Reply::Noticed(_) | Reply::Rest(_) => {
                RequestError::Defect("it was answered as something else".into())
            }
        }
    }
}

/// What is wrong with the parts of an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The name of a port is no name.
    #[error(transparent)]
    Name(#[from] IdError),
    /// Which of the two a call is for, nobody could tell.
    #[error("two ports are called {0}; give each a name of its own")]
    PortTwice(PortName),
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Two sagas would write the same streams.
    #[error("two sagas are called {0}; register each once")]
    SagaTwice(&'static str),
    /// The first event of an aggregate or a saga would not have been written or read back.
    #[error(transparent)]
    NotStored(#[from] NotStored),
    /// The log cannot be read; see its cause.
    #[error("cannot read which sagas are open")]
    Read(#[from] ReadError),
    /// The store cannot be written; see its cause.
    #[error("cannot keep the list of open sagas")]
    Append(#[from] AppendError),
    /// The loop that decides has no thread to run on; see its cause.
    #[error("cannot start the thread that decides")]
    Thread(#[from] io::Error),
}
