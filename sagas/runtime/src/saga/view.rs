//! What a saga decides on: itself, as the log has it.

use super::{Calling, Saga};
use crate::{
    plain::{Errand, Verdict},
    process::{Open, Over},
};
use fundflow_kernel::{
    cause::Cause,
    codec::Stored,
    ids::TransactionId,
    streams::{Key, Streams},
};

/// What a saga sees of itself.
pub struct View<'a, S: Saga> {
    /// The transaction that the saga carries.
    pub id: &'a TransactionId,
    /// Request, promise and what happened to the process.
    pub open: &'a Open<S>,
    /// How it ended, if it has.
    pub ending: Option<Over<S::Ending>>,
    /// The keys and numbers that the saga hands out.
    pub plan: &'a S::Plan,
    /// All streams in memory; its own are among them.
    pub streams: &'a Streams,
}

impl<S: Saga> Clone for View<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Saga> Copy for View<'_, S> {}

impl<'a, S: Saga> View<'a, S> {
    /// The state behind a key of the plan; `None` when its stream is damaged.
    pub fn state<D>(&self, key: &Key<D>) -> Option<&'a D::State>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        self.streams.state(key)
    }

    /// The [errand](Errand::of) of that name to the port of that name; `None` if no port can be called so.
    pub fn errand<T: Send + Sync + 'static>(
        &self,
        port: &str,
        name: &str,
        what: T,
        wrap: fn(Verdict) -> S::Answer,
    ) -> Option<Calling<S>> {
        Some(Calling::of(&port.parse().ok()?, Errand::of(self.id, name, what), wrap))
    }

    /// Why a person left the table, or gave the saga up.
    pub fn left_because(&self) -> Option<Cause> {
        let reason = self.open.left_because.as_ref()?;
        Some(Cause::new("operator", format!("a person gave it up: {reason}")))
    }
}
