//! One saga, folded from its log, apart from any runner: what audits, desks and tests see.
//!
//! 1. A stream of the plan without events is there all the same, in its first state: as in a runner.
//! 2. The plan follows every milestone, as in a runner; [`Followed::used`] keeps the
//!    streams of all of them.
//! 3. Its streams may be others' as well: [`Followed`] is given their places, [`Replayed`] has its own.

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
    streams::{Key, Need, Opener, Streams},
};
use std::collections::HashMap;

/// One saga, as far as its own process was heard, beside the streams that it works on.
pub struct Followed<S: Saga> {
    id: TransactionId,
    key: Key<Process<S>>,
    plan: Option<S::Plan>,
    used: Vec<Need>,
    own: Vec<StreamName>,
}

impl<S: Saga> Followed<S> {
    /// Before its first event.
    pub fn new(id: TransactionId) -> Self {
        let key: Key<Process<S>> = Key::of(&id);
        let (used, own) = (vec![key.need()], vec![key.stream().clone()]);
        Self { id, key, plan: None, used, own }
    }

    /// Plans anew: its own process was continued.
    pub fn replan(&mut self, saga: &S, streams: &Streams) {
        let Some(open) = self.open(streams) else { return };
        let plan = match &self.plan {
            Some(plan) => saga.replan(&self.id, open, plan),
            None => Some(saga.plan(&self.id, open)),
        };
        if let Some(plan) = plan {
            self.goes_by(plan);
        }
    }

    /// Plans as a process that starts now: the saga was made anew by what it rests on.
    pub(crate) fn plan_anew(&mut self, saga: &S, streams: &Streams) {
        if let Some(open) = self.open(streams) {
            self.goes_by(saga.plan(&self.id, open));
        }
    }

    fn open<'a>(&self, streams: &'a Streams) -> Option<&'a process::Open<S>> {
        streams.state(&self.key).and_then(process::State::open)
    }

    fn goes_by(&mut self, plan: S::Plan) {
        for need in S::streams(&plan) {
            if self.used.iter().all(|known| known.stream() != need.stream()) {
                self.used.push(need);
            }
        }
        for stream in S::own_streams(&plan) {
            if !self.own.contains(&stream) {
                self.own.push(stream);
            }
        }
        self.plan = Some(plan);
    }

    /// The transaction under which it was asked for.
    pub const fn id(&self) -> &TransactionId {
        &self.id
    }

    /// What the saga sees of itself; `None` while nothing is prepared.
    pub fn view<'a>(&'a self, streams: &'a Streams) -> Option<View<'a, S>> {
        view_of(streams, &self.key, &self.id, self.plan.as_ref()?)
    }

    /// The table that it pinned; `None` if this program does not know it.
    pub fn table(&self, streams: &Streams) -> Option<&'static Table<S>> {
        table_of::<S>(streams.state(&self.key)?)
    }

    /// The streams of every plan that it ever had, its process stream first.
    pub fn used(&self) -> &[Need] {
        &self.used
    }

    /// Those of them that belong to it alone, its process stream first.
    pub fn own(&self) -> &[StreamName] {
        &self.own
    }
}

impl<S: Saga> Clone for Followed<S> {
    fn clone(&self) -> Self {
        let (used, own) = (self.used.clone(), self.own.clone());
        Self { id: self.id.clone(), key: self.key.clone(), plan: self.plan.clone(), used, own }
    }
}

/// One saga with streams of its own, folded as far as its events were heard.
pub struct Replayed<S: Saga> {
    followed: Followed<S>,
    streams: Streams,
    openers: HashMap<&'static str, Opener>,
}

impl<S: Saga> Replayed<S> {
    /// Before its first event.
    pub fn new(id: TransactionId) -> Self {
        let own = [Opener::of::<Process<S>>()];
        let openers = S::aggregates().into_iter().chain(own);
        let openers = openers.map(|opener| (opener.category(), opener)).collect();
        Self { followed: Followed::new(id), streams: Streams::default(), openers }
    }

    /// Folds the next event, in commit order. What is no stream of its aggregates changes nothing.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when it cannot be folded; its stream is damaged from here on.
    pub fn hear(&mut self, saga: &S, event: &Recorded) -> Result<(), ReadError> {
        let Some(opener) = self.openers.get(event.stream.category()) else { return Ok(()) };
        self.streams.replay(&opener.need(&event.stream), event)?;
        if event.stream == *self.followed.key.stream() {
            self.followed.replan(saga, &self.streams);
            for need in &self.followed.used {
                self.streams.provide(need, []);
            }
        }
        Ok(())
    }

    /// The saga, without its streams.
    pub const fn followed(&self) -> &Followed<S> {
        &self.followed
    }

    /// Every stream that it works on, folded.
    pub const fn streams(&self) -> &Streams {
        &self.streams
    }

    /// What the saga sees of itself; `None` while nothing is prepared.
    pub fn view(&self) -> Option<View<'_, S>> {
        self.followed.view(&self.streams)
    }

    /// The table that it pinned; `None` if this program does not know it.
    pub fn table(&self) -> Option<&'static Table<S>> {
        self.followed.table(&self.streams)
    }
}

impl<S: Saga> Clone for Replayed<S> {
    fn clone(&self) -> Self {
        let followed = self.followed.clone();
        Self { followed, streams: self.streams.clone(), openers: self.openers.clone() }
    }
}

impl<S: Saga> std::fmt::Debug for Replayed<S> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Replayed").field("id", &self.followed.id).finish_non_exhaustive()
    }
}
