//! The event store as the rest of the system sees it. Small on purpose.
//!
//! 1. Every append states the version it expects; there is no "any" and no blind write.
//! 2. [`Version`] counts the events of a stream; 0 means that there is no such stream.
//! 3. [`Position`] orders all events by commit: a reader that has seen position *p* never later
//!    meets a smaller one that it has not seen.
//! 4. An append is durable when it returns. After a failed sync the store is poisoned until it is
//!    reopened, because nobody can know what the disk holds.
//! 5. Nothing is ever changed or removed.

use crate::{
    envelope::{NewEvent, Recorded, StreamName},
    ids::IdError,
};
use serde::{Deserialize, Serialize};
use std::{fmt, future::Future, sync::Arc};
use tokio::sync::watch;

/// Source of a fault.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Events in a stream so far. 0: no such stream.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Version(pub u64);

impl Version {
    /// The version of a stream that does not exist: an append that expects it writes the first event.
    pub const NONE: Self = Self(0);

    /// After so many more events.
    #[must_use]
    pub const fn plus(self, events: usize) -> Self {
        Self(self.0.saturating_add(events as u64))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

/// Place in the order of all events, from 1. 0: before the first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Position(pub u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

/// Consecutive events for one stream: all of them or none.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// The stream that they continue, or begin.
    pub stream: StreamName,
    /// The version that the writer saw; the first event becomes `expected + 1`.
    pub expected: Version,
    /// Events in order; at least one.
    pub events: Vec<NewEvent>,
}

/// What is appended in one durable write, in order. Shared, because it is appended again after a
/// fault.
pub type Batch = Arc<[StreamAppend]>;

/// Reasons why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody appended first. Reload, decide again, boundedly often.
    #[error("{stream} is not at version {expected}")]
    Conflict {
        /// The stream that had moved on.
        stream: StreamName,
        /// The version that the writer saw.
        expected: Version,
        /// What the store said; `None` when it did not say. Never a guess.
        actual: Option<Version>,
    },
    /// Another writer took this store over; this one must stop and may not retry.
    #[error("this writer was fenced off: the store is now owned by {owner}")]
    Fenced {
        /// The new owner: process, host and start time, where the store knows them.
        owner: String,
    },
    /// The world failed before anything was written, or the answer was lost. The same append may be tried
    /// again: what is written already is recognised, and not written twice.
    #[error("cannot append")]
    Fault(#[source] BoxError),
    /// A write or sync failed, so what the disk holds is unknown. Reopen, then look.
    #[error("the store is closed to writes since one failed ({cause}); reopen it")]
    Poisoned {
        /// What the failed write or sync said; the same in every later refusal.
        cause: Arc<str>,
    },
}

/// Reasons why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The world failed; reading may be tried again.
    #[error("cannot read from the store")]
    Fault(#[source] BoxError),
    /// What is stored is not what a writer of ours stores. Do not go on; verify the store.
    #[error("the store is damaged at {place}: {what}")]
    Damaged {
        /// Position or stream and version.
        place: String,
        /// Description of the damage, for people.
        what: String,
    },
}

impl From<IdError> for ReadError {
    fn from(error: IdError) -> Self {
        ReadError::Damaged { place: "identifier".into(), what: error.to_string() }
    }
}

/// A store of events. An adapter passes `store_contract` and nothing else is asked of it.
pub trait EventStore: Send + Sync + 'static {
    /// Appends the whole batch in one durable write, in the order given, and returns the position
    /// of its last event. A batch that is refused (a conflict, a fence) leaves nothing, whichever part of it
    /// is refused. Only a crash or a failed write may leave a prefix of the batch, of whole [`StreamAppend`]s,
    /// where an adapter's store cannot write several streams atomically.
    ///
    /// Repeating an append whose outcome was lost (same stream, expected version and event IDs)
    /// succeeds and writes nothing. A batch may name a stream more than once.
    fn append(
        &self,
        batch: impl Into<Batch> + Send,
    ) -> impl Future<Output = Result<Position, AppendError>> + Send;

    /// At most `limit` events of the stream after version `after`, oldest first.
    fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Recorded>, ReadError>> + Send;

    /// The first events of each of the streams, at most `limit` of each, in the order asked. A saga
    /// names many streams at once, and those of a first request mostly do not exist yet.
    fn read_each(
        &self,
        streams: &[StreamName],
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Vec<Recorded>>, ReadError>> + Send {
        async move {
            let mut histories = Vec::with_capacity(streams.len());
            for stream in streams {
                histories.push(self.read(stream, Version::NONE, limit).await?);
            }
            Ok(histories)
        }
    }

    /// Whether the store is sure, without reading, that no stream of any category has that ID: none that an
    /// answered append has begun, in this process or before. `false` says nothing.
    fn surely_lacks(&self, _id: &str) -> bool {
        false
    }

    /// At most `limit` events of the stream, newest first, below version `before` (or from its end).
    fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Recorded>, ReadError>> + Send;

    /// At most `limit` events of all streams after `after`, in commit order.
    fn read_all(
        &self,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Recorded>, ReadError>> + Send;

    /// The newest committed position, as it moves. What a live subscription waits for.
    fn head(&self) -> watch::Receiver<Position>;
}

/// Where readers keep how far they have come. A cache of theirs: may be deleted, never a truth.
pub trait Checkpoints: Send + Sync + 'static {
    /// The reader's last checkpoint and the content that it saved there.
    fn load(
        &self,
        reader: &str,
    ) -> impl Future<Output = Result<Option<(Position, Vec<u8>)>, ReadError>> + Send;

    /// Replaces the reader's last checkpoint.
    fn save(
        &self,
        reader: &str,
        at: Position,
        content: Vec<u8>,
    ) -> impl Future<Output = Result<(), AppendError>> + Send;
}
