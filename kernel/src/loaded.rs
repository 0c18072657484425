//! A stream folded to its state, and a command decided on it: the only way to a new event.
//!
//! ```text
//! load stream -> decide -> encode, link into the chain -> batch, to be appended at that version
//!                  ^                                        |
//!                  `------------ conflict: load again, at most N times
//! ```
//!
//! 1. [`Loaded::decide`] takes effect as a whole or not at all: after an error neither the fold nor
//!    the batch has changed.
//! 2. [`Loaded::replay`] is the same for stored events: what cannot follow leaves the fold as it was.
//! 3. The fold runs ahead of the store. Whoever cannot append the batch drops the fold.

use crate::{
    codec::{self, CodecError, Stored},
    envelope::{Actor, Chain, EventId, NewEvent, Recorded, StreamName},
    ids::TransactionId,
    store::{EventStore, ReadError, StreamAppend, Version},
    time::Timestamp,
};
use chrono::NaiveDate;
use std::{borrow::Cow, fmt, sync::Arc};

const PAGE: u32 = 512;

/// Metadata of all events of one decision.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The transaction that the command belongs to.
    pub correlation: TransactionId,
    /// The kind of saga that it belongs to: the category of that saga's own stream.
    pub process: Arc<str>,
    /// The command, answer or operator action that asks for it.
    pub causation: Arc<str>,
    /// Requester, operator, counterparty or engine.
    pub actor: Actor,
    /// The caller's W3C trace context.
    pub trace_parent: Option<Arc<str>>,
    /// The business instant: when it happened out there.
    pub occurred_at: Timestamp,
    /// The engine's clock when the event was decided, to the microsecond.
    pub recorded_at: Timestamp,
    /// The business day (T), where there is one.
    pub trade_date: Option<NaiveDate>,
}

/// A stream's state, and where its next event goes.
pub struct Loaded<D: Stored> {
    /// State, folded from all events.
    pub state: D::State,
    /// Number of folded events: the version that an append is to expect.
    pub version: Version,
    /// Link of the last event.
    pub chain: Chain,
    /// Owner of the stream: process and transaction of its first event. `None` before it.
    pub owner: Option<(Arc<str>, TransactionId)>,
}

impl<D: Stored> Default for Loaded<D> {
    fn default() -> Self {
        let (version, chain) = (Version::NONE, Chain::START);
        Self { state: D::State::default(), version, chain, owner: None }
    }
}

impl<D: Stored> Clone for Loaded<D> {
    fn clone(&self) -> Self {
        let (version, chain) = (self.version, self.chain);
        Self { state: self.state.clone(), version, chain, owner: self.owner.clone() }
    }
}

impl<D: Stored<State: fmt::Debug>> fmt::Debug for Loaded<D> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Loaded").field(&self.state).field(&self.version).finish()
    }
}

/// What followed from a command.
pub(crate) struct Followed<D: Stored> {
    /// The fold as it was before.
    pub(crate) before: Box<Loaded<D>>,
    /// In order; never empty.
    pub(crate) events: Vec<D::Event>,
}

/// Reasons why a command put nothing into the batch.
#[derive(Debug, thiserror::Error)]
pub enum DecideError<R: std::error::Error> {
    /// The business says no. Never retried.
    #[error(transparent)]
    Refused(R),
    /// A decider produced what its own `evolve` cannot follow: a defect, not a business case.
    #[error("the decider's own event cannot follow version {version} of {stream}")]
    Impossible {
        /// The stream that the event was meant for.
        stream: StreamName,
        /// The version that it cannot follow.
        version: Version,
    },
    /// The stream's history cannot be folded, so nothing is decided on it; verify the store.
    #[error("{place} is damaged: {what}")]
    Damaged {
        /// The stream that cannot be folded, with the version where one event of it is the reason.
        place: Arc<str>,
        /// Description of the damage, for people.
        what: Arc<str>,
    },
    /// An event has no stored form: a defect.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl<D: Stored> Loaded<D> {
    /// Decides and, if facts follow, puts them into `batch` and remembers them. Returns how many.
    ///
    /// # Errors
    /// [`DecideError`]; neither the fold nor the batch has changed then.
    pub fn decide(
        &mut self,
        stream: &StreamName,
        command: &D::Command,
        meta: &Meta,
        batch: &mut Vec<StreamAppend>,
    ) -> Result<usize, DecideError<D::Refusal>> {
        let followed = self.follows(stream, command, meta, batch)?;
        Ok(followed.map_or(0, |it| it.events.len()))
    }

    /// As [`Loaded::decide`]; returns what followed, if anything did.
    pub(crate) fn follows(
        &mut self,
        stream: &StreamName,
        command: &D::Command,
        meta: &Meta,
        batch: &mut Vec<StreamAppend>,
    ) -> Result<Option<Followed<D>>, DecideError<D::Refusal>> {
        let events = D::decide(&self.state, command).map_err(DecideError::Refused)?;
        if events.is_empty() {
            return Ok(None);
        }
        let was = Box::new(self.clone());
        let mut appended = Vec::with_capacity(events.len());
        for event in &events {
            match self.link(stream, event, meta) {
                Ok(event) => appended.push(event),
                Err(error) => {
                    *self = *was;
                    return Err(error);
                }
            }
        }
        let append =
            StreamAppend { stream: stream.clone(), expected: was.version, events: appended };
        batch.push(append);
        Ok(Some(Followed { before: was, events }))
    }

    /// The fold is unusable after an error.
    fn link(
        &mut self,
        stream: &StreamName,
        event: &D::Event,
        meta: &Meta,
    ) -> Result<NewEvent, DecideError<D::Refusal>> {
        let (event_type, data) = codec::encode::<D>(event)?;
        let mut new = NewEvent {
            event_id: EventId([0; 16]),
            event_type: Cow::Borrowed(event_type),
            schema: codec::schema_of::<D>(event_type),
            correlation: meta.correlation.clone(),
            process: meta.process.clone(),
            causation: meta.causation.clone(),
            actor: meta.actor.clone(),
            trace_parent: meta.trace_parent.clone(),
            occurred_at: meta.occurred_at,
            recorded_at: meta.recorded_at,
            trade_date: meta.trade_date,
            data,
            chain: Chain::START,
        };
        new.seal(self.chain, stream, self.version.plus(1));
        let impossible =
            || DecideError::Impossible { stream: stream.clone(), version: self.version };
        self.state = D::evolve(std::mem::take(&mut self.state), event).ok_or_else(impossible)?;
        self.moved_by(&new);
        Ok(new)
    }

    /// Remembers one stored event, in order.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when it is not the next one, or cannot follow; the fold is as before.
    pub fn replay(&mut self, recorded: &Recorded) -> Result<(), ReadError> {
        self.replay_all(std::slice::from_ref(recorded))
    }

    /// Remembers consecutive stored events, all of them or none.
    ///
    /// # Errors
    /// As [`Loaded::replay`], about the first that cannot follow.
    pub fn replay_all(&mut self, page: &[Recorded]) -> Result<(), ReadError> {
        let mut after = self.clone();
        page.iter().try_for_each(|recorded| after.follow(recorded))?;
        *self = after;
        Ok(())
    }

    /// Remembers the next events of the stream. Cheaper than [`Loaded::replay_all`], which copies the
    /// fold before: after an error it is of no use.
    ///
    /// # Errors
    /// As [`Loaded::replay`], about the first that cannot follow.
    pub fn refold(
        &mut self,
        history: &mut dyn Iterator<Item = &Recorded>,
    ) -> Result<(), ReadError> {
        for recorded in history {
            self.follow(recorded)?;
        }
        Ok(())
    }

    /// Replays a whole stream; an absent one is the default.
    ///
    /// # Errors
    /// As the store's, and as [`Loaded::replay`].
    pub async fn load<S: EventStore>(store: &S, stream: &StreamName) -> Result<Self, ReadError> {
        let mut loaded = Self::default();
        loop {
            let page = store.read(stream, loaded.version, PAGE).await?;
            loaded.refold(&mut page.iter())?;
            if page.len() < PAGE as usize {
                return Ok(loaded);
            }
        }
    }

    /// Remembers one stored event. The state is lost when it cannot follow.
    fn follow(&mut self, recorded: &Recorded) -> Result<(), ReadError> {
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
        self.moved_by(event);
        Ok(())
    }

    fn moved_by(&mut self, event: &NewEvent) {
        self.version = self.version.plus(1);
        self.chain = event.chain;
        let owner = || (event.process.clone(), event.correlation.clone());
        self.owner.get_or_insert_with(owner);
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

#[cfg(test)]
mod tests;
#[cfg(test)]
mod written_once_tests;
