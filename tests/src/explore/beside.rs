//! Other sagas of the same world: they share its streams and those outside, and are asked for some
//! time, or never.
//!
//! The saga under test is known with its types; of the others everything is known that a desk knows.

use super::{counterparties::Counterparties, log::Log, truths, world::World};
use fundflow_kernel::{envelope::StreamName, ids::TransactionId};
use fundflow_runtime::{
    kind::{Kind, Of, payload, saga_id},
    liveness::Wait,
    look::Look,
    message::{Effect, Rest, SagaId, What},
    runner::{LaneState, Runner},
    saga::Saga,
};
use std::sync::Arc;

/// What is outstanding on a lane, and whether something may have been sent before.
pub(super) type Lane = (LaneState, bool);

/// The lanes of a saga; `None` while it is not in memory.
pub(super) fn lanes<S: Saga>(runner: &Runner, transaction: &TransactionId) -> Option<Vec<Lane>> {
    let running = runner.running::<S>(transaction)?;
    Some(running.lanes().map(|(state, uncertain)| (state.clone(), uncertain)).collect())
}

/// Whether a lane of its saga waits for the reply to that call.
pub(super) fn awaits<S: Saga>(runner: &Runner, effect: &Effect) -> bool {
    runner.running::<S>(&effect.saga.transaction).is_some_and(|it| it.awaits(effect))
}

/// A saga beside the one under test.
#[derive(Clone)]
pub struct Other {
    pub(super) id: SagaId,
    kind: Arc<dyn Kind>,
    request: What,
    lanes: fn(&Runner, &TransactionId) -> Option<Vec<Lane>>,
    awaits: fn(&Runner, &Effect) -> bool,
    /// Somebody has asked for it and was answered.
    pub(super) is_replied: bool,
}

impl Other {
    /// What is outstanding, as [`lanes`] has it.
    pub(super) fn lanes(&self, runner: &Runner) -> Option<Vec<Lane>> {
        (self.lanes)(runner, &self.id.transaction)
    }

    /// Whether the call is its own, and it waits for the reply.
    pub(super) fn awaits(&self, runner: &Runner, effect: &Effect) -> bool {
        self.id == effect.saga && (self.awaits)(runner, effect)
    }

    /// Everything about it; `None` while nothing is prepared.
    pub fn look(&self, log: &Log) -> Result<Option<Look>, String> {
        let process = StreamName::of(self.kind.name(), &self.id.transaction);
        if log.version(&process).0 == 0 {
            return Ok(None);
        }
        let streams = self.kind.streams_of(&self.id.transaction, &log.of_streams(&[process]));
        let look = self.kind.look(&self.id.transaction, &log.of_streams(&streams));
        look.map(Some).map_err(|error| error.to_string())
    }
}

impl<S: Saga, C: Counterparties> World<S, C> {
    /// Somebody asks for that saga as well, some time. To be called before [`World::with`].
    ///
    /// # Panics
    /// If something is stored already.
    #[must_use]
    pub fn beside<T: Saga>(
        mut self,
        saga: T,
        (transaction, request, asked): (TransactionId, T::Request, T::Asked),
    ) -> Self {
        assert!(self.log().is_empty(), "a saga beside comes before what is given");
        let id = saga_id::<T>(&transaction);
        let kind: Arc<dyn Kind> = Arc::new(Of(Arc::new(saga)));
        if self.shell.kinds().iter().all(|known| known.name() != kind.name()) {
            self.shell.carries(kind.clone());
        }
        let (saga, request, asked) = (id.clone(), payload(request), payload(asked));
        let request = What::Request { saga, request, asked, at: None, trace_parent: None };
        let (lanes, awaits) = (lanes::<T>, awaits::<T>);
        self.others.push(Other { id, kind, request, lanes, awaits, is_replied: false });
        self
    }

    /// The request for the `nth` saga beside.
    pub fn request_beside(&self, nth: usize) -> What {
        self.others[nth].request.clone()
    }

    /// Every saga beside that has begun, as a desk reads it.
    ///
    /// # Errors
    /// In words, why one cannot be read.
    pub fn looks_beside(&self) -> Result<Vec<Look>, String> {
        let looks = self.others.iter().map(|other| other.look(self.log()).transpose());
        looks.flatten().collect()
    }

    /// Whether one of those beside waits for time, and for no person.
    pub(super) fn time_moves_others(&self) -> bool {
        let runner = &self.shell.runner;
        let waits = |saga: &SagaId| runner.timer_of(saga).is_some() && !runner.is_parked(saga);
        self.others.iter().any(|other| waits(&other.id))
    }

    /// Those beside that are not over yet, or wait for a person.
    pub(super) fn unfinished_beside(&self) -> usize {
        let looks = self.looks_beside().unwrap_or_default();
        looks.iter().filter(|look| !look.finished).count()
    }
}

/// Checks that whoever is beside is as sound as the saga under test.
pub(super) fn always<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    for look in world.looks_beside()? {
        let what = sound(world, &look);
        what.map_err(|what| format!("{}: {what}", look.id))?;
    }
    Ok(())
}

fn sound<S: Saga, C: Counterparties>(world: &World<S, C>, look: &Look) -> Result<(), String> {
    truths::waits_for_somebody(look)?;
    if !(world.excuse)(world.log(), &look.id) {
        truths::nothing_is_open_at_the_end(look)?;
    }
    let runner = &world.shell.runner;
    let is_called = world.in_flight.iter().any(|effect| effect.saga == look.id);
    let is_paused = matches!(look.waits.first(), Some(Wait::Requester { .. }));
    let waits = runner.timer_of(&look.id).is_some()
        || matches!(runner.rest_of(&look.id), Some(Rest::Parked(_)));
    let others = truths::waits_for_others(look);
    if look.finished || is_called || waits || is_paused || others {
        Ok(())
    } else {
        Err("nothing drives it".into())
    }
}
