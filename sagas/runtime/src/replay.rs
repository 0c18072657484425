//! One saga's streams, folded from its log, apart from any runner: what audits, desks and tests see.
//!
//! 1. A stream of the plan without events is there all the same, in its first state: as in a runner.
//! 2. The plan follows every milestone, as in a runner; [`Replayed::used`] keeps the
//!    streams of all of them.

use crate::{
    process::{self, Process},
    running::table_of,
    saga::{Saga, View},
    step::Table,
    turn::view_of,
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    ids::TransactionId,
    store::ReadError,
    streams::{Key, Opener, Streams},
};
use std::collections::HashMap;

/// A saga's streams, folded as far as its events were heard.
pub struct Replayed<S: Saga> {
    id: TransactionId,
    key: Key<Process<S>>,
    streams: Streams,
    plan: Option<S::Plan>,
    used: Vec<StreamName>,
    own: Vec<StreamName>,
    openers: HashMap<&'static str, Opener>,
}

impl<S: Saga> Replayed<S> {
    /// Before its first event.
    pub fn new(id: TransactionId) -> Self {
        let key: Key<Process<S>> = Key::of(&id);
        let own = [Opener::of::<Process<S>>()];
        let openers = S::aggregates().into_iter().chain(own);
        Self {
            id,
            used: vec![key.stream().clone()],
            own: vec![key.stream().clone()],
            key,
            streams: Streams::default(),
            plan: None,
            openers: openers.map(|opener| (opener.category(), opener)).collect(),
        }
    }

    /// Folds the next event, in commit order. What is no stream of its aggregates changes nothing.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when it cannot be folded; its stream is damaged from here on.
    pub fn hear(&mut self, saga: &S, event: &Recorded) -> Result<(), ReadError> {
        let Some(opener) = self.openers.get(event.stream.category()) else { return Ok(()) };
        self.streams.replay(&opener.need(&event.stream), event)?;
        if event.stream == *self.key.stream() {
            self.replan(saga);
        }
        Ok(())
    }

    fn replan(&mut self, saga: &S) {
        let state = self.streams.state(&self.key);
        let Some(open) = state.and_then(process::State::open) else { return };
        let plan = match &self.plan {
            Some(plan) => saga.replan(&self.id, open, plan),
            None => Some(saga.plan(&self.id, open)),
        };
        let Some(plan) = plan else { return };
        for need in S::streams(&plan) {
            self.streams.provide(&need, []);
            if !self.used.contains(need.stream()) {
                self.used.push(need.stream().clone());
            }
        }
        for stream in S::own_streams(&plan) {
            if !self.own.contains(&stream) {
                self.own.push(stream);
            }
        }
        self.plan = Some(plan);
    }

    /// The transaction that was replayed.
    pub const fn id(&self) -> &TransactionId {
        &self.id
    }

    /// What the saga sees of itself; `None` while nothing is prepared.
    pub fn view(&self) -> Option<View<'_, S>> {
        view_of(&self.streams, &self.key, &self.id, self.plan.as_ref()?)
    }

    /// The table that it pinned; `None` if this program does not know it.
    pub fn table(&self) -> Option<&'static Table<S>> {
        table_of::<S>(self.streams.state(&self.key)?)
    }

    /// The streams of every plan that it ever had, its process stream first.
    pub fn used(&self) -> &[StreamName] {
        &self.used
    }

    /// Those of them that belong to it alone, its process stream first.
    pub fn own(&self) -> &[StreamName] {
        &self.own
    }
}

impl<S: Saga> Clone for Replayed<S> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            key: self.key.clone(),
            streams: self.streams.clone(),
            plan: self.plan.clone(),
            used: self.used.clone(),
            own: self.own.clone(),
            openers: self.openers.clone(),
        }
    }
}

impl<S: Saga> std::fmt::Debug for Replayed<S> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Replayed").field("id", &self.id).finish_non_exhaustive()
    }
}
