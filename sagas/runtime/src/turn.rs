//! One decision's time at the streams: who speaks, what is decided, what goes into the batch.

use crate::{
    guard::Breach,
    port::Ports,
    process::{self, Process},
    saga::{Heard, Saga, View},
};
use fundflow_kernel::{
    cause::Cause,
    codec::Stored,
    envelope::{Actor, StreamName},
    ids::TransactionId,
    loaded::{DecideError, Meta, with_sources},
    store::StreamAppend,
    streams::{Key, Need, Streams},
    time::Timestamp,
};
use std::sync::Arc;

/// Why a row's command had no effect.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotDone {
    /// The aggregate's rules say no.
    #[error("{0}")]
    Refused(Arc<str>),
    /// A stream cannot be folded.
    #[error("{place} cannot be used: {what}")]
    Damaged {
        /// The stream and version at which the damage is.
        place: Arc<str>,
        /// Description of the damage, for people.
        what: Arc<str>,
    },
    /// A stream is not in memory; nothing was decided before it was asked for.
    #[error("streams must be read first: {}", .0.iter().map(|it| it.stream().as_str()).collect::<Vec<_>>().join(", "))]
    Missing(Vec<Need>),
    /// What the row looks at besides the log is not there, in words: a list, a price. It goes on by itself
    /// in the next process that has it.
    #[error("{0}")]
    NotListed(Arc<str>),
    /// It was decided, and the engine's guard lets nothing of it be written.
    #[error("what was decided breaks {0}; nothing of it was written")]
    Guarded(Breach),
    /// The table's order makes it impossible that this is absent.
    #[error("the log lacks {0}")]
    Lacks(&'static str),
}

impl<R: std::error::Error> From<DecideError<R>> for NotDone {
    fn from(error: DecideError<R>) -> Self {
        match error {
            DecideError::Damaged { place, what } => NotDone::Damaged { place, what },
            DecideError::Refused(_) | DecideError::Impossible { .. } | DecideError::Codec(_) => {
                NotDone::Refused(with_sources(&error).into())
            }
        }
    }
}

/// Who and why, for the events of one input.
#[derive(Debug, Clone)]
pub struct Voice {
    /// Requester, operator, counterparty or engine.
    pub actor: Actor,
    /// The row, answer or action.
    pub cause: Arc<str>,
    /// The instant at which it happened, by whoever says it.
    pub occurred_at: Timestamp,
    /// W3C trace context of the request.
    pub trace_parent: Option<Arc<str>>,
    /// The business day, while no state knows one yet.
    pub day: Option<chrono::NaiveDate>,
}

/// One decision's time at the streams.
pub struct Turn<'a, S: Saga> {
    pub(crate) id: &'a TransactionId,
    /// The kind's name, as one allocation that all events share.
    pub(crate) process: &'a Arc<str>,
    pub(crate) key: &'a Key<Process<S>>,
    pub(crate) plan: &'a S::Plan,
    pub(crate) streams: &'a mut Streams,
    pub(crate) batch: &'a mut Vec<StreamAppend>,
    pub(crate) notified: &'a mut Vec<TransactionId>,
    pub(crate) stands: &'a mut Vec<StreamName>,
    pub(crate) ports: Option<&'a Ports>,
    pub(crate) voice: Voice,
    pub(crate) now: Timestamp,
}

impl<'a, S: Saga> Turn<'a, S> {
    /// What the saga sees of itself, as the turn has left it so far.
    ///
    /// # Errors
    /// [`NotDone::Lacks`] when nothing was ever prepared.
    pub fn view(&self) -> Result<View<'_, S>, NotDone> {
        view_of(self.streams, self.key, self.id, self.plan).ok_or(NotDone::Lacks("its beginning"))
    }

    /// The keys, numbers and stream names of the saga, minted once.
    pub const fn plan(&self) -> &'a S::Plan {
        self.plan
    }

    /// The transaction that the turn belongs to.
    pub const fn id(&self) -> &'a TransactionId {
        self.id
    }

    /// The instant of the decision, by the engine's clock.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Who can be called; `None`: nobody knows.
    pub const fn ports(&self) -> Option<&'a Ports> {
        self.ports
    }

    /// The folded streams in memory.
    pub const fn streams(&self) -> &Streams {
        self.streams
    }

    /// From here on somebody else speaks, at that instant. The engine itself may say no row's name but of what was
    /// decided there: an audit holds its words against where the saga stood.
    pub fn speaks(&mut self, actor: Actor, cause: &str, occurred_at: Timestamp) {
        self.voice.actor = actor;
        self.voice.cause = cause.into();
        self.voice.occurred_at = occurred_at;
    }

    /// What was decided concerns the sagas of that transaction, too: they look at their streams once more.
    pub fn tell(&mut self, transaction: &TransactionId) {
        self.notified.push(transaction.clone());
    }

    /// What is heard stands in that stream already, and nothing is stored of it again: whoever brings it learns where.
    pub fn stands_in(&mut self, stream: &StreamName) {
        self.stands.push(stream.clone());
    }

    /// The state behind a key.
    pub fn state<D>(&self, key: &Key<D>) -> Option<&D::State>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        self.streams.state(key)
    }

    /// Decides on an aggregate of ours. Returns how many events followed. Whoever waits for what others bring
    /// into it is notified.
    ///
    /// # Errors
    /// [`DecideError`]; nothing has changed.
    pub fn decide<D>(
        &mut self,
        key: &Key<D>,
        command: &D::Command,
    ) -> Result<usize, DecideError<D::Refusal>>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let meta = self.meta();
        let events = self.streams.decide(key, command, &meta, self.batch)?;
        if events > 0
            && let Some(state) = self.streams.state(key)
        {
            let waiting = D::waiting(state).into_iter();
            self.notified.extend(waiting.filter(|transaction| transaction != self.id));
        }
        Ok(events)
    }

    /// Records by an aggregate of ours what a counterparty says. What its rules refuse contradicts
    /// what stands there, and changes nothing.
    ///
    /// # Errors
    /// [`NotDone`], for defects and damage.
    pub fn record<D>(&mut self, key: &Key<D>, command: &D::Command) -> Result<Heard, NotDone>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        match self.decide(key, command) {
            Ok(events) => Ok(Heard::Recorded(events)),
            Err(DecideError::Refused(refusal)) => {
                Ok(Heard::Contradicts(refusal.to_string().into(), 0))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A milestone of the process itself.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn reach(&mut self, milestone: S::Milestone) -> Result<usize, NotDone> {
        self.process(&process::Command::Reach(milestone))
    }

    /// Several decisions of which each stands without those after it. Where one fails after others were
    /// decided, these stand and are counted: who asks again has the failure alone.
    ///
    /// # Errors
    /// [`NotDone`] of the first one; nothing has changed.
    pub fn as_far_as_it_goes(
        &mut self,
        decide: impl FnOnce(&mut Self) -> Result<usize, NotDone>,
    ) -> Result<usize, NotDone> {
        let before = self.batch.len();
        let done = decide(self);
        let appends = self.batch.get(before..).unwrap_or_default();
        let decided: usize = appends.iter().map(|append| append.events.len()).sum();
        if decided > 0 { Ok(decided) } else { done }
    }

    /// How much was decided by now: where [`Self::stored_before`] may put something.
    pub fn mark(&self) -> usize {
        self.batch.len()
    }

    /// Decides something that is stored before all that was decided since that mark, on other streams: whoever
    /// dies in between has it, and comes to the same once more. A stream that was continued since keeps its order.
    ///
    /// # Errors
    /// That of the decision.
    pub fn stored_before<T, E>(
        &mut self,
        mark: usize,
        decide: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let from = self.batch.len();
        let done = decide(self)?;
        let (before, after) = self.batch.split_at(from);
        let continued = |append: &StreamAppend| {
            before.iter().skip(mark).any(|known| known.stream == append.stream)
        };
        if !after.iter().any(continued)
            && let Some(since) = self.batch.get_mut(mark..)
        {
            since.rotate_left(from.saturating_sub(mark));
        }
        Ok(done)
    }

    /// What was decided on one stream in a row since that mark is stored as a whole or not at all.
    pub fn stored_as_one(&mut self, mark: usize) {
        let since = self.batch.split_off(mark.min(self.batch.len()));
        for append in since {
            let last = self.batch.get_mut(mark..).and_then(<[_]>::last_mut);
            match last.filter(|last| last.stream == append.stream) {
                Some(last) => last.events.extend(append.events),
                None => self.batch.push(append),
            }
        }
    }

    /// The end of the process.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn end(&mut self, ending: S::Ending, cause: Option<Cause>) -> Result<usize, NotDone> {
        self.process(&process::Command::End(ending, cause))
    }

    /// Goes on, if it is parked: what a person did leaves it where it stands, to be asked for anew.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn resume(&mut self, reason: &str) -> Result<usize, NotDone> {
        self.process(&process::Command::Resume(reason.into()))
    }

    /// What came of ends that a person has taken over is that person's, too.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn hand_over(
        &mut self,
        reason: &str,
        ends: Vec<process::Disposed>,
    ) -> Result<usize, NotDone> {
        self.process(&process::Command::HandOver { reason: reason.into(), ends })
    }

    pub(crate) fn process(&mut self, command: &process::Command<S>) -> Result<usize, NotDone> {
        let meta = self.meta();
        Ok(self.streams.decide(self.key, command, &meta, self.batch)?)
    }

    fn meta(&self) -> Meta {
        let view = view_of(self.streams, self.key, self.id, self.plan);
        let day = view.and_then(|view| S::business_date(&view)).or(self.voice.day);
        Meta {
            process: self.process.clone(),
            correlation: self.id.clone(),
            causation: self.voice.cause.clone(),
            actor: self.voice.actor.clone(),
            trace_parent: self.voice.trace_parent.clone(),
            occurred_at: self.voice.occurred_at,
            recorded_at: self.now,
            trade_date: day,
        }
    }
}

/// What a saga sees of itself; `None` if nothing was prepared, or its stream is damaged.
pub(crate) fn view_of<'a, S: Saga>(
    streams: &'a Streams,
    key: &Key<Process<S>>,
    id: &'a TransactionId,
    plan: &'a S::Plan,
) -> Option<View<'a, S>> {
    let state = streams.state(key)?;
    Some(View { id, open: state.open()?, ending: state.ending(), plan, streams })
}
