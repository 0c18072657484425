//! Sagas that wait for long leave memory and are read again when something happens to them: memory
//! is bounded by how much happens, not by how much is open.
//!
//! 1. Who sleeps has everything durable, nothing outstanding, and is not parked. It is as after a
//!    restart when it wakes: nothing is known to be outstanding, so what it would call it asks first.
//! 2. Its name and its timer stay; its streams leave unless others use them.
//! 3. Whoever waits for the latest time sleeps first; of those that wait for the same, whoever came to
//!    rest last: the orders of one T are answered in the order in which they were taken.
//! 4. When there are too many, an eighth more than that sleeps, so that not every input has all of them
//!    looked at.

use super::{Runner, Slot};
use crate::message::SagaId;
use foldhash::fast::RandomState;
use fundflow_kernel::time::Timestamp;
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

/// Batches after which it is looked again who may sleep, where too few could.
const PATIENCE: u32 = 64;

/// Who sleeps, and who might.
#[derive(Debug, Clone)]
pub(super) struct Asleep {
    /// How many may be awake.
    at_most: usize,
    /// When the timer of each rings.
    sagas: HashMap<SagaId, Option<Timestamp>, RandomState>,
    /// Nobody is looked at before so many are awake,
    look_from: usize,
    /// or so many batches have passed.
    patience: u32,
}

impl Default for Asleep {
    fn default() -> Self {
        Self { at_most: usize::MAX, sagas: HashMap::default(), look_from: 0, patience: 0 }
    }
}

impl Asleep {
    pub(super) fn len(&self) -> usize {
        self.sagas.len()
    }

    pub(super) fn has(&self, saga: &SagaId) -> bool {
        self.sagas.contains_key(saga)
    }

    pub(super) fn sagas(&self) -> impl Iterator<Item = &SagaId> {
        self.sagas.keys()
    }

    pub(super) fn timer_of(&self, saga: &SagaId) -> Option<Timestamp> {
        *self.sagas.get(saga)?
    }

    /// The timer of that saga is not there any more.
    pub(super) fn rang(&mut self, saga: &SagaId) {
        if let Some(timer) = self.sagas.get_mut(saga) {
            *timer = None;
        }
    }

    pub(super) fn clear(&mut self) {
        self.sagas.clear();
        (self.look_from, self.patience) = (0, 0);
    }
}

impl Runner {
    /// How many sagas may be awake; the others are read when something happens to them.
    pub fn set_awake(&mut self, at_most: usize) {
        self.asleep.at_most = at_most.max(1);
    }

    /// The saga's place in memory; one that was not there is read by what it is asked for next.
    /// `None` for a kind that is not carried.
    pub(super) fn enter(&mut self, saga: &SagaId) -> Option<&mut Slot> {
        if !self.sagas.contains_key(saga) {
            let kind = self.kinds.get(saga.kind)?;
            let asleep = self.asleep.sagas.remove(saga);
            let (slept, timer) = (asleep.is_some(), asleep.flatten());
            let saga_itself = kind.fresh(saga.transaction.clone());
            let slot = Slot { saga: saga_itself, timer, touched: 0, slept };
            self.sagas.insert(saga.clone(), slot);
            self.standing.stir(saga);
        }
        self.sagas.get_mut(saga)
    }

    /// Goes on with a saga that was restored and misses nothing. Where enough are awake, and nothing came of it, it sleeps
    /// at once: a restart has no more of them in memory than there were before it.
    pub fn resume(&mut self, saga: &SagaId, now: Timestamp) {
        let before = self.out.counts();
        self.wake(saga, now);
        let is_idle = self.out.counts() == before && !self.starved.contains(saga);
        let may_sleep = |slot: &Slot| {
            slot.saga.may_sleep(&self.streams) && !slot.saga.is_overtaken(&self.streams)
        };
        let is_too_many = self.sagas.len() > self.asleep.at_most;
        if is_idle && is_too_many && self.sagas.get(saga).is_some_and(may_sleep) {
            self.lay_down(saga);
        }
    }

    /// Something happened that a sleeping saga may wait for: it goes on once it is read.
    pub(super) fn wake_up(&mut self, saga: SagaId) {
        if self.asleep.has(&saga) {
            self.enter(&saga);
            self.starved.push(saga);
        }
    }

    /// Whoever sleeps is read and looks at its days when timers ring next.
    pub(super) fn ring_all_asleep(&mut self, now: Timestamp) {
        for (saga, timer) in &mut self.asleep.sagas {
            if let Some(was) = timer.replace(now) {
                self.timers.remove(&(was, saga.clone()));
            }
            self.timers.insert((now, saga.clone()));
            self.standing.stir(saga);
        }
    }

    /// Everything up to that batch is durable: lets sleep whoever is too many.
    pub(super) fn put_to_sleep(&mut self, batch: u64) {
        let (awake, at_most) = (self.sagas.len(), self.asleep.at_most);
        if awake <= at_most {
            self.asleep.look_from = 0;
            return;
        }
        if awake < self.asleep.look_from && self.asleep.patience > 0 {
            self.asleep.patience -= 1;
            return;
        }
        let spare = at_most / 8;
        for saga in self.sleepers(awake - (at_most - spare), batch) {
            self.lay_down(&saga);
        }
        let left = self.sagas.len();
        (self.asleep.look_from, self.asleep.patience) = (left.saturating_add(spare), PATIENCE);
    }

    /// So many of those that may sleep, or all of them; those first that need not be awake for longest.
    fn sleepers(&self, at_most: usize, batch: u64) -> Vec<SagaId> {
        let starved: HashSet<&SagaId> = self.starved.iter().collect();
        let rests = |saga: &SagaId, slot: &Slot| {
            let has_rested = slot.touched > 0 && slot.touched < batch;
            has_rested && !starved.contains(saga) && slot.saga.may_sleep(&self.streams)
        };
        let resting = self.sagas.iter().filter(|(saga, slot)| rests(saga, slot));
        // Without a timer it waits for ever.
        let order = |(saga, slot): (_, &Slot)| {
            (slot.timer.is_some(), Reverse((slot.timer, slot.touched)), saga)
        };
        let mut resting: Vec<_> = resting.map(order).collect();
        if at_most < resting.len() {
            resting.select_nth_unstable(at_most);
            resting.truncate(at_most);
        }
        resting.sort_unstable();
        resting.into_iter().map(|(_, _, saga): (_, _, &SagaId)| saga.clone()).collect()
    }

    fn lay_down(&mut self, saga: &SagaId) {
        if let Some(mut slot) = self.sagas.remove(saga) {
            slot.saga.release(&mut self.streams);
            self.sleeps(saga, slot.timer);
        }
    }

    /// Only its name and its timer are in memory.
    pub(super) fn sleeps(&mut self, saga: &SagaId, timer: Option<Timestamp>) {
        self.asleep.sagas.insert(saga.clone(), timer);
        self.standing.stir(saga);
    }
}
