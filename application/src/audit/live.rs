//! An audit that hears events as they are stored, and has everything in memory: for simulations.
//!
//! What an event shows to be wrong is found at once. What only the whole can show is found by [`Live::close`].

use super::{Audit, Finding, Owner, Report, memory::Memory};
use crate::desk::Registry;
use fundflow_kernel::{
    envelope::Recorded,
    memory_store::MemoryStore,
    store::{Position, ReadError},
};
use fundflow_runtime::{
    look::{Look, LookError},
    message::SagaId,
    stand::Place,
};
use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// An audit from the first event on.
pub struct Live<'a> {
    registry: &'a Registry,
    audit: Audit<'a>,
    /// Nothing leaves memory, so nothing is read again.
    nothing: MemoryStore,
    head: Position,
}

impl<'a> Live<'a> {
    /// Before the first event.
    pub fn of(registry: &'a Registry) -> Self {
        let audit = Audit::of(registry, Memory::of_everything());
        Self { registry, audit, nothing: MemoryStore::new(), head: Position::START }
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// The first that it shows to be wrong.
    pub fn hear(&mut self, event: &Recorded) -> Result<(), Box<Finding>> {
        let known = self.audit.report.findings.len();
        self.head = event.position;
        let Self { registry, audit, nothing, .. } = self;
        let heard = at_once(async {
            audit.memory.revive((&*nothing, registry), &audit.trails, event).await?;
            audit.hear(event);
            audit.memory.go_on((&*nothing, registry), &audit.trails, event).await
        });
        let read = heard.map_err(|error| Box::new(unread(event, &error)));
        let found = self.audit.report.findings.get(known).cloned();
        read.and_then(|()| found.map_or(Ok(()), |found| Err(Box::new(found))))
    }

    /// The saga as far as it was heard, without a timeline; `None` for a kind that is not registered.
    pub fn look(&mut self, saga: &SagaId) -> Option<Result<Arc<Look>, LookError>> {
        let kind = self.registry.get(saga.kind)?;
        let owner = owner(saga);
        let Self { audit, nothing, .. } = self;
        let look = audit.memory.look(&*nothing, &audit.trails, (&owner, kind));
        Some(at_once(look).unwrap_or_else(|error| Err(error.into())))
    }

    /// The table that a saga pinned, and where it stands on it.
    pub fn stands_at(&self, saga: &SagaId) -> Option<(&'static str, Place)> {
        self.audit.memory.stands_at(&owner(saga))
    }

    /// What an audit of the whole log would say by now: every saga is looked at, and a copy of the books is closed.
    pub fn so_far(&mut self) -> Report {
        let audit = &self.audit;
        let before = (audit.report.clone(), audit.books.clone(), audit.suspects.clone());
        let besides = (audit.unprepared.clone(), audit.unchecked.clone());
        let report = self.closed();
        (self.audit.report, self.audit.books, self.audit.suspects) = before;
        (self.audit.unprepared, self.audit.unchecked) = besides;
        report
    }

    /// Looks at every saga as a whole, and closes the books.
    pub fn close(mut self) -> Report {
        self.closed()
    }

    fn closed(&mut self) -> Report {
        let Self { audit, nothing, head, .. } = self;
        if let Err(error) = at_once(audit.look_at_sagas(nothing)) {
            audit.report.add(super::Check::Readable, String::new(), error.to_string(), None);
        }
        audit.close(*head)
    }
}

fn owner(saga: &SagaId) -> Owner {
    (saga.kind.into(), saga.transaction.clone())
}

fn unread(event: &Recorded, error: &ReadError) -> Finding {
    let (place, what) = (super::place_of(event), error.to_string());
    Finding { check: super::Check::Readable, place, what, data: None }
}

/// What has nothing to wait for is there at once.
fn at_once<T>(future: impl Future<Output = Result<T, ReadError>>) -> Result<T, ReadError> {
    match pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => Err(ReadError::Fault("a store in memory kept somebody waiting".into())),
    }
}
