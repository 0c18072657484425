//! Sagas that wait for long leave memory and are read again when something happens to them: memory
//! is bounded by how much happens, not by how much is open.
//!
//! 1. Who sleeps has everything durable, nothing outstanding, and is not parked. It is as after a
//!    restart when it wakes: nothing is known to be outstanding, so what it would call it asks first.
//! 2. Its name and its timer stay; its streams leave unless others use them.
//! 3. Those that have been awake for longest without anything happening sleep first.

use super::{Runner, Slot};
use crate::message::SagaId;
use foldhash::fast::RandomState;
use fundflow_kernel::time::Timestamp;
use std::collections::{HashMap, VecDeque};

/// Sagas looked at after one batch: whoever cannot sleep must not be looked at for ever.
const LOOKS: usize = 4_096;

/// Who sleeps, and who might.
#[derive(Debug, Clone)]
pub(super) struct Asleep {
    /// How many may be awake.
    at_most: usize,
    /// When the timer of each rings.
    sagas: HashMap<SagaId, Option<Timestamp>, RandomState>,
    /// Who is awake, with the batch of which it had decisions when it was last looked at. Those that
    /// are over may be on it, too.
    awake: VecDeque<(SagaId, u64)>,
}

impl Default for Asleep {
    fn default() -> Self {
        Self { at_most: usize::MAX, sagas: HashMap::default(), awake: VecDeque::new() }
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
        self.awake.clear();
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
            if self.asleep.at_most < usize::MAX {
                self.asleep.awake.push_back((saga.clone(), 0));
            }
        }
        self.sagas.get_mut(saga)
    }

    /// Something happened that a sleeping saga may wait for: it goes on once it is read.
    pub(super) fn wake_up(&mut self, saga: SagaId) {
        if self.asleep.has(&saga) {
            self.enter(&saga);
            self.starved.push(saga);
        }
    }

    /// Everything up to that batch is durable: lets sleep whoever is too many.
    pub(super) fn put_to_sleep(&mut self, batch: u64) {
        let looks = self.asleep.awake.len().saturating_mul(2).min(LOOKS);
        for _ in 0..looks {
            if self.sagas.len() <= self.asleep.at_most {
                break;
            }
            let Some((saga, seen)) = self.asleep.awake.pop_front() else { break };
            let Some(slot) = self.sagas.get(&saga) else { continue };
            let touched = slot.touched;
            let rests = touched == seen && touched > 0 && touched <= batch;
            let busy = self.starved.contains(&saga);
            if rests && !busy && slot.saga.may_sleep(&self.streams) {
                self.lay_down(&saga);
            } else {
                self.asleep.awake.push_back((saga, touched));
                if !rests && touched == seen {
                    // Nobody behind it has rested for longer.
                    break;
                }
            }
        }
        if self.asleep.awake.len() > 2 * self.sagas.len() + 1024 {
            self.asleep.awake.retain(|(saga, _)| self.sagas.contains_key(saga));
        }
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
