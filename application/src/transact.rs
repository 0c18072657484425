//! The only writer: decide a command on a replayed state, and turn its events into appends.
//!
//! ```text
//! load stream -> decide -> encode, link into the chain -> append at the expected version
//!                  ^                                          |
//!                  `------------ conflict: reload, at most N times
//! ```
//!
//! [`Loaded::decide`] does the middle for callers that batch (the engine); [`transact`] does the
//! whole for those that do not.

use crate::{
    codec::{self, CodecError, SCHEMA, Stored},
    envelope::{Actor, Chain, EventId, NewEvent, Recorded, StreamName},
    store::{AppendError, EventStore, Position, ReadError, StreamAppend, Version},
};
use fundflow_domain::{calendar::TradingDay, ids::TransactionId, time::Timestamp};
use std::{borrow::Cow, fmt, sync::Arc};

const PAGE: u32 = 512;

/// What is said about all events of one decision.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The transaction.
    pub correlation: TransactionId,
    /// The command, answer or operator action.
    pub causation: Arc<str>,
    /// Who.
    pub actor: Actor,
    /// The caller's trace context.
    pub trace_parent: Option<Arc<str>>,
    /// The business instant.
    pub occurred_at: Timestamp,
    /// The engine's clock.
    pub recorded_at: Timestamp,
    /// T, where there is one.
    pub trade_date: Option<TradingDay>,
}

/// A stream's state, and where its next event goes.
pub struct Loaded<D: Stored> {
    /// Folded from all of its events.
    pub state: D::State,
    /// Events so far.
    pub version: Version,
    /// Link of the last one.
    pub chain: Chain,
}

impl<D: Stored> Default for Loaded<D> {
    fn default() -> Self {
        Self { state: D::State::default(), version: Version::NONE, chain: Chain::START }
    }
}

impl<D: Stored<State: Clone>> Clone for Loaded<D> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), version: self.version, chain: self.chain }
    }
}

impl<D: Stored<State: fmt::Debug>> fmt::Debug for Loaded<D> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Loaded").field(&self.state).field(&self.version).finish()
    }
}

/// Why a command put nothing into the batch.
#[derive(Debug, thiserror::Error)]
pub enum DecideError<R: std::error::Error> {
    /// The business says no. Never retried.
    #[error(transparent)]
    Refused(R),
    /// A decider produced what its own `evolve` cannot follow: a defect, not a business case.
    #[error("the decider's own event cannot follow version {version} of {stream}")]
    Impossible {
        /// Where.
        stream: StreamName,
        /// After which version.
        version: Version,
    },
    /// An event has no stored form: a defect.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl<D: Stored> Loaded<D> {
    /// Decides and, if facts follow, puts them into `batch` and remembers them. Answers how many.
    pub fn decide(
        &mut self,
        stream: &StreamName,
        command: &D::Command,
        meta: &Meta,
        batch: &mut Vec<StreamAppend>,
    ) -> Result<usize, DecideError<D::Refusal>> {
        let events = D::decide(&self.state, command).map_err(DecideError::Refused)?;
        if events.is_empty() {
            return Ok(0);
        }
        let expected = self.version;
        let mut appended = Vec::with_capacity(events.len());
        for event in &events {
            appended.push(self.link(stream, event, meta)?);
        }
        batch.push(StreamAppend { stream: stream.clone(), expected, events: appended });
        Ok(events.len())
    }

    fn link(
        &mut self,
        stream: &StreamName,
        event: &D::Event,
        meta: &Meta,
    ) -> Result<NewEvent, DecideError<D::Refusal>> {
        let (event_type, data) = codec::encode::<D>(event)?;
        let version = self.version.plus(1);
        let mut new = NewEvent {
            event_id: EventId([0; 16]),
            event_type: Cow::Borrowed(event_type),
            schema: SCHEMA,
            correlation: meta.correlation.clone(),
            causation: meta.causation.clone(),
            actor: meta.actor.clone(),
            trace_parent: meta.trace_parent.clone(),
            occurred_at: meta.occurred_at,
            recorded_at: meta.recorded_at,
            trade_date: meta.trade_date,
            data,
            chain: Chain::START,
        };
        new.seal(self.chain, stream, version);
        self.state = D::evolve(std::mem::take(&mut self.state), event).ok_or_else(|| {
            DecideError::Impossible { stream: stream.clone(), version: self.version }
        })?;
        self.version = version;
        self.chain = new.chain;
        Ok(new)
    }

    /// Remembers one stored event, in order.
    pub fn replay(&mut self, recorded: &Recorded) -> Result<(), ReadError> {
        let damaged = |what: String| ReadError::Damaged {
            place: format!("{} version {}", recorded.stream, recorded.version),
            what,
        };
        let Recorded { event, .. } = recorded;
        let decoded = codec::decode::<D>(&event.event_type, event.schema, &event.data)
            .map_err(|error| damaged(with_sources(&error)))?;
        if recorded.version != self.version.plus(1) {
            return Err(damaged(format!("version {} was expected", self.version.plus(1))));
        }
        self.state = D::evolve(std::mem::take(&mut self.state), &decoded).ok_or_else(|| {
            damaged(format!("a {} cannot follow the events before it", event.event_type))
        })?;
        self.version = recorded.version;
        self.chain = event.chain;
        Ok(())
    }

    /// Replays a whole stream; an absent one is the default.
    pub async fn load<S: EventStore>(store: &S, stream: &StreamName) -> Result<Self, ReadError> {
        let mut loaded = Self::default();
        loop {
            let page = store.read(stream, loaded.version, PAGE).await?;
            page.iter().try_for_each(|recorded| loaded.replay(recorded))?;
            if page.len() < PAGE as usize {
                return Ok(loaded);
            }
        }
    }
}

/// An error and what lies under it, on one line.
pub fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(under) = source {
        text.push_str(": ");
        text.push_str(&under.to_string());
        source = under.source();
    }
    text
}

/// Why [`transact`] appended nothing.
#[derive(Debug, thiserror::Error)]
pub enum TransactError<R: std::error::Error> {
    /// Nothing could be decided.
    #[error(transparent)]
    Decide(#[from] DecideError<R>),
    /// The stream could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Somebody was faster every time, or the store failed.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Loads, decides, appends; on a conflict does it again, `attempts` times at most. Answers the
/// position of the last event, or `None` when nothing had to be said.
pub async fn transact<D: Stored, S: EventStore>(
    store: &S,
    stream: &StreamName,
    command: &D::Command,
    meta: &Meta,
    attempts: u32,
) -> Result<Option<Position>, TransactError<D::Refusal>> {
    let mut left = attempts.max(1);
    loop {
        let mut batch = Vec::new();
        let mut loaded = Loaded::<D>::load(store, stream).await?;
        if loaded.decide(stream, command, meta, &mut batch)? == 0 {
            return Ok(None);
        }
        left -= 1;
        match store.append(batch).await {
            Ok(position) => return Ok(Some(position)),
            Err(AppendError::Conflict { .. }) if left > 0 => {}
            Err(error) => return Err(error.into()),
        }
    }
}
