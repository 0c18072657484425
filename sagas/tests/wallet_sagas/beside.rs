//! Other sagas on a stage, and what is asked of its transcript.

use crate::stage::{Stage, tx};
use fundflow_runtime::{
    kind::{Of, payload, saga_id},
    message::{Reply, What},
    saga::Saga,
};
use std::sync::Arc;

impl<S: Saga> Stage<S> {
    /// The runner carries that saga as well.
    pub(crate) fn beside<T: Saga>(&mut self, saga: T) {
        self.beside.push(Arc::new(Of(Arc::new(saga))));
        self.crash();
    }

    /// Asks for a saga of another kind.
    pub(crate) fn request_beside<T: Saga>(
        &mut self,
        id: &str,
        request: T::Request,
        asked: T::Asked,
    ) -> Reply
    where
        T::Request: 'static,
        T::Asked: 'static,
    {
        self.handle(What::Request {
            saga: saga_id::<T>(&tx(id)),
            request: payload(request),
            asked: payload(asked),
            at: None,
            trace_parent: None,
        })
    }

    /// The lines after the first of that text.
    #[track_caller]
    pub(crate) fn after(&self, line: &str) -> &[String] {
        let at = self.lines.iter().position(|it| it == line);
        let at = at.unwrap_or_else(|| panic!("no {line}:\n{}", self.text()));
        &self.lines[at + 1..]
    }

    /// How often an event of that type is stored.
    pub(crate) fn count(&self, event_type: &str) -> usize {
        self.events.iter().filter(|it| *it.event.event_type == *event_type).count()
    }

    /// The last event of all.
    pub(crate) fn last(&self) -> &str {
        &self.events.last().unwrap().event.event_type
    }
}
