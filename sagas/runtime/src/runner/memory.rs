//! What comes into memory from the log, and what leaves it.

use super::Runner;
use crate::message::{Output, SagaId};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    ids::TransactionId,
    streams::{Damage, Need},
};

impl Runner {
    /// Puts a stream, as the store has it, into memory. What cannot be folded is a damaged stream:
    /// it is returned, those who need it are parked, and all others go on.
    pub fn provide<'a>(
        &mut self,
        need: &Need,
        history: impl IntoIterator<Item = &'a Recorded>,
    ) -> Option<Damage> {
        let was_unread = self.streams.is_unread(need.stream());
        let damage = self.streams.provide(need, history);
        if was_unread || damage.is_some() {
            self.standing.forget();
        }
        if was_unread {
            self.mended(need.stream());
        }
        self.may_be_ground(need);
        damage
    }

    /// Puts a stream into memory that the store cannot give.
    pub fn provide_damaged(&mut self, need: &Need, damage: Damage) {
        self.standing.forget();
        self.streams.provide_damaged(need, damage);
        self.may_be_ground(need);
    }

    /// Puts a stream into memory that the store cannot give now; whoever needs it next has it read again.
    pub fn provide_unread(&mut self, need: &Need, damage: Damage) {
        self.standing.forget();
        self.streams.provide_unread(need, damage);
        self.may_be_ground(need);
    }

    /// Puts a saga, as the log has it, into memory; it stands still until it is woken.
    pub fn restore(&mut self, kind: &str, transaction: &TransactionId) -> Option<SagaId> {
        let kind = self.kinds.get(kind)?;
        let saga = SagaId { kind: kind.name(), transaction: transaction.clone() };
        self.enter(&saga)?;
        Some(saga)
    }

    /// What a restored saga still misses.
    pub fn missing(&mut self, saga: &SagaId) -> Vec<Need> {
        self.standing.stir(saga);
        let streams = &self.streams;
        self.sagas.get_mut(saga).map_or_else(Vec::new, |slot| slot.saga.missing(streams))
    }

    /// Forgets a restored saga that is over and owes nothing. Returns whether it did; a saga that
    /// cannot be folded stays, and so does one that has decided something since: what it decided is
    /// not durable yet, and its streams would be read without it.
    pub fn dismiss(&mut self, saga: &SagaId) -> bool {
        let Some(slot) = self.sagas.get_mut(saga) else { return true };
        slot.saga.is_ready(&mut self.streams);
        self.standing.stir(saga);
        if slot.saga.damage(&self.streams).is_none() {
            self.forget(saga, self.out.batch.saturating_sub(1));
        }
        !self.sagas.contains_key(saga)
    }

    /// A batch is durable: forgets the sagas that ended with it and did nothing since.
    pub fn settle(&mut self, batch: u64, finished: &[SagaId], released: &[StreamName]) {
        for stream in released {
            self.streams.release(stream);
        }
        for saga in finished {
            self.forget(saga, batch);
        }
        self.put_to_sleep(batch);
    }

    fn forget(&mut self, saga: &SagaId, batch: u64) {
        let Some(slot) = self.sagas.get_mut(saga) else { return };
        if slot.touched > batch || !slot.saga.is_finished(&self.streams) {
            return;
        }
        slot.saga.release(&mut self.streams);
        if let Some(due) = slot.timer {
            self.timers.remove(&(due, saga.clone()));
        }
        self.sagas.remove(saga);
        self.refused.remove(saga);
        self.standing.stir(saga);
    }

    /// Forgets everything in memory: what was decided may never have become durable. The open sagas
    /// are to be restored from the store.
    pub fn clear(&mut self) {
        self.sagas.clear();
        self.asleep.clear();
        self.refused.clear();
        self.standing.forget();
        self.streams.clear();
        self.timers.clear();
        self.breakers.clear();
        self.starved.clear();
        self.written_for.clear();
        self.leave_ground();
        let batch = self.out.batch;
        self.out = Output { batch, ..Output::default() };
    }
}
