//! What sagas rest on besides their own streams: what a person adds to while they run, as a trading calendar.
//!
//! ```text
//! read -> the sagas are made anew by it -> decide … -> it changed -> made anew, and whoever is open looks again
//! ```
//!
//! 1. It is in memory before anything is decided, and never leaves: what decides sees it as the log has it.
//! 2. A saga is a value and stays one: what it rests on changes by an event that this runner decides, and between
//!    two inputs. So one decision sees one ground, and the same inputs lead to the same decisions.
//! 3. After a change every open saga looks at its days again: who is awake at once, who sleeps as if its timer had
//!    rung, so that no more are read at a time than timers ring.
//!    Whoever it overtakes is an input of its own, so that what that must read is read as for any other.
//! 4. A copy of a runner has its own. One that forgets everything begins with what was registered.
//! 5. Where it cannot be read nothing is decided.

use super::Runner;
use crate::{
    kind::Kind,
    message::{Input, SagaId, What},
};
use foldhash::fast::RandomState;
use fundflow_kernel::{
    store::Version,
    streams::{Damage, Need},
    time::Timestamp,
};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// The streams, and the sagas before they were made anew by them.
#[derive(Clone, Default)]
pub(super) struct Ground {
    registered: HashMap<&'static str, Arc<dyn Kind>, RandomState>,
    needs: Vec<Need>,
    /// The version of each by which the sagas are made; none before all of them were read.
    made_by: Option<Vec<Version>>,
    /// Who is overtaken and was not handed out yet.
    overtaken: VecDeque<SagaId>,
}

impl Runner {
    /// What must be in memory before a saga is woken or anything is decided.
    pub fn ground(&self) -> &[Need] {
        &self.ground.needs
    }

    /// Why nothing can be decided: a stream that all rests on cannot be used.
    pub fn damaged_ground(&self) -> Option<Damage> {
        let mut needs = self.ground.needs.iter();
        needs.find_map(|need| self.streams.damage(need.stream())).cloned()
    }

    /// What a person should hear of it at that instant, each once.
    pub fn cautions(&self, now: Timestamp) -> BTreeSet<String> {
        self.kinds.values().filter_map(|kind| kind.caution(now)).collect()
    }

    /// The next saga under which what it rests on has changed, to be [handled](Self::handle).
    pub fn next_overtaken(&mut self) -> Option<Input> {
        let saga = self.ground.overtaken.pop_front()?;
        Some(Input::new(0, What::Overtaken { saga }))
    }

    pub(super) fn note_if_overtaken(&mut self, saga: &SagaId) {
        let slot = self.sagas.get(saga).filter(|_| self.ground.made_by.is_some());
        if slot.is_some_and(|slot| slot.saga.is_overtaken(&self.streams)) {
            self.ground.overtaken.push_back(saga.clone());
        }
    }

    pub(super) fn rest_on(&mut self, kind: &Arc<dyn Kind>) {
        self.ground.registered.insert(kind.name(), kind.clone());
        for need in kind.rests_on() {
            if self.ground.needs.iter().all(|known| known.stream() != need.stream()) {
                self.ground.needs.push(need);
                self.ground.made_by = None;
            }
        }
    }

    /// Those of the ground that are to be read before the input is decided.
    pub(super) fn missing_ground(&self, input: &Input) -> Vec<Need> {
        let failures = input.failures.unwrap_or_default();
        if self.ground.made_by.is_some() && failures == 0 {
            return Vec::new();
        }
        let is_missing = |need: &&Need| {
            let stream = need.stream();
            !self.streams.has(stream) || self.streams.unread_before(stream, failures)
        };
        self.ground.needs.iter().filter(is_missing).cloned().collect()
    }

    /// A stream has come into memory.
    pub(super) fn may_be_ground(&mut self, need: &Need) {
        let needs = &self.ground.needs;
        let is_ground = needs.iter().any(|ground| ground.stream() == need.stream());
        if !is_ground || needs.iter().any(|ground| !self.streams.has(ground.stream())) {
            return;
        }
        if self.ground.made_by.is_none() {
            for need in &self.ground.needs {
                self.streams.hold(need.stream());
            }
        }
        self.make_anew(Timestamp::default());
    }

    pub(super) fn leave_ground(&mut self) {
        self.ground.made_by = None;
        self.ground.overtaken.clear();
        self.kinds = self.ground.registered.clone();
    }

    /// Makes the sagas anew if what was just decided changed what they rest on; then whoever is open looks again.
    pub(super) fn renew_overtaken(&mut self, now: Timestamp) {
        let Some(made_by) = &self.ground.made_by else { return };
        if self.ground_versions().eq(made_by.iter().copied()) {
            return;
        }
        self.make_anew(now);
        // In an order, so that a run can be repeated.
        let mut awake: Vec<SagaId> = self.sagas.keys().cloned().collect();
        awake.sort_unstable();
        for saga in awake {
            self.note_if_overtaken(&saga);
            let was_decided = self.sagas.get(&saga).is_some_and(|slot| slot.touched > 0);
            if was_decided && !self.written_for.contains(&saga) {
                self.written_for.push_back(saga);
            }
        }
        self.ring_all_asleep(now);
    }

    fn ground_versions(&self) -> impl Iterator<Item = Version> {
        self.ground.needs.iter().map(|need| self.streams.version(need.stream()))
    }

    fn make_anew(&mut self, now: Timestamp) {
        self.ground.made_by = Some(self.ground_versions().collect());
        for (name, registered) in &self.ground.registered {
            let kind = registered.renewed(&self.streams).unwrap_or_else(|| registered.clone());
            self.kinds.insert(name, kind);
        }
        for (saga, slot) in &mut self.sagas {
            if let Some(kind) = self.kinds.get(saga.kind) {
                slot.saga.renew(&**kind, &self.streams, now);
            }
        }
    }
}
