//! What can be seen of the sagas in memory; and a copy of all of it.

use super::{Runner, Running, Slot};
use crate::{
    message::{Rest, SagaId},
    saga::Saga,
};
use fundflow_kernel::{ids::TransactionId, streams::Streams, time::Timestamp};
use std::fmt;

impl Runner {
    /// Sagas in memory, awake and asleep.
    pub fn open(&self) -> usize {
        self.sagas.len().saturating_add(self.asleep.len())
    }

    /// The sagas in memory.
    pub fn sagas(&self) -> impl Iterator<Item = &SagaId> {
        self.sagas.keys()
    }

    /// The sagas, awake or asleep, that are not over, or still owe something, or of which nobody can tell
    /// because a stream of theirs is damaged.
    pub fn unfinished(&self) -> impl Iterator<Item = &SagaId> {
        let open = self.sagas.iter().filter(|(_, slot)| self.is_open(slot));
        open.map(|(saga, _)| saga).chain(self.asleep.sagas())
    }

    /// Whether it is in memory, and was asked for.
    pub fn knows(&self, saga: &SagaId) -> bool {
        let slot = self.sagas.get(saga);
        slot.map_or_else(|| self.asleep.has(saga), |slot| slot.saga.is_known(&self.streams))
    }

    fn is_open(&self, slot: &Slot) -> bool {
        let streams = &self.streams;
        let is_open = slot.saga.is_known(streams) && !slot.saga.is_finished(streams);
        is_open || slot.saga.damage(streams).is_some()
    }

    /// Whether that saga is one of the [`unfinished`](Self::unfinished).
    pub(super) fn is_unfinished(&self, saga: &SagaId) -> bool {
        let slot = self.sagas.get(saga);
        slot.map_or_else(|| self.asleep.has(saga), |slot| self.is_open(slot))
    }

    /// A saga in memory, with its types.
    pub fn running<S: Saga>(&self, transaction: &TransactionId) -> Option<&Running<S>> {
        let saga = SagaId { kind: S::KIND, transaction: transaction.clone() };
        self.sagas.get(&saga)?.saga.as_any().downcast_ref()
    }

    /// How a saga in memory is at rest, if it is.
    pub fn rest_of(&self, saga: &SagaId) -> Option<Rest> {
        self.sagas.get(saga)?.saga.rest(&self.streams)
    }

    /// When the next timer of a saga in memory rings.
    pub fn timer_of(&self, saga: &SagaId) -> Option<Timestamp> {
        match self.sagas.get(saga) {
            Some(slot) => slot.timer,
            None => self.asleep.timer_of(saga),
        }
    }

    /// Whether a saga in memory waits for a person, or cannot go on because a stream is damaged.
    pub fn is_parked(&self, saga: &SagaId) -> bool {
        self.sagas.get(saga).is_some_and(|slot| {
            let parked = matches!(slot.saga.rest(&self.streams), Some(Rest::Parked(_)));
            parked || slot.saga.damage(&self.streams).is_some()
        })
    }

    /// The folded streams in memory.
    pub const fn streams(&self) -> &Streams {
        &self.streams
    }
}

impl Clone for Runner {
    fn clone(&self) -> Self {
        let slot = |slot: &Slot| Slot {
            saga: slot.saga.boxed_clone(),
            timer: slot.timer,
            touched: slot.touched,
            slept: slot.slept,
        };
        Self {
            kinds: self.kinds.clone(),
            names: self.names.clone(),
            openers: self.openers.clone(),
            processes: self.processes.clone(),
            reserved: self.reserved.clone(),
            unclaimed: self.unclaimed.clone(),
            guard: self.guard.clone(),
            sagas: self.sagas.iter().map(|(id, s)| (id.clone(), slot(s))).collect(),
            asleep: self.asleep.clone(),
            refused: self.refused.clone(),
            standing: self.standing.clone(),
            ground: self.ground.clone(),
            streams: self.streams.clone(),
            timers: self.timers.clone(),
            breakers: self.breakers.clone(),
            limits: self.limits,
            ports: self.ports.clone(),
            starved: self.starved.clone(),
            written_for: self.written_for.clone(),
            out: self.out.clone(),
        }
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Runner")
            .field("sagas", &self.sagas.keys().collect::<Vec<_>>())
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}
