//! Who goes on without a person, and who waits for one: for programs that move a clock by hand and
//! ask after every step.
//!
//! 1. The first who asks has all sagas looked at; whoever asks again only those that something
//!    happened to since. Where nobody asks, nothing is remembered.
//! 2. Never more is remembered than there is to look at: past that, the next who asks has all looked at again.

use super::Runner;
use crate::message::SagaId;
use foldhash::fast::RandomState;
use fundflow_kernel::time::Timestamp;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Sagas that something may happen to before the next look, beside as many as there are.
const BESIDES: usize = 1_024;

/// Sagas that nobody waits for.
pub type Besides = HashSet<SagaId>;

/// What there is to wait for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outlook {
    /// How many sagas go on by themselves: those that are not over, and wait neither for a person nor to be
    /// asked again.
    pub moving: usize,
    /// How many wait for a person.
    pub parked: usize,
    /// When the next timer rings. One that is parked has timers, too: its counterparty is asked
    /// slowly for ever.
    pub next_timer: Option<Timestamp>,
    /// When the first goes on that does so by itself.
    first: Option<Due>,
}

/// When a saga goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// It has no timer: an answer may come.
    AnyTime,
    At(Timestamp),
}

impl Outlook {
    /// Whether a saga goes on by itself until then: its timer rings, or it waits for no timer.
    pub fn moves_by(&self, until: Timestamp) -> bool {
        self.first.is_some_and(|due| due <= Due::At(until))
    }
}

/// How a saga that is not over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Moves(Due),
    Parked,
}

#[derive(Debug, Clone, Default)]
struct Seen {
    of: HashMap<SagaId, Stand, RandomState>,
    moving: BTreeSet<(Due, SagaId)>,
    stirred: HashSet<SagaId, RandomState>,
}

impl Seen {
    fn put(&mut self, saga: SagaId, stand: Option<Stand>) {
        if let Some(Stand::Moves(due)) = self.of.remove(&saga) {
            self.moving.remove(&(due, saga.clone()));
        }
        let Some(stand) = stand else { return };
        if let Stand::Moves(due) = stand {
            self.moving.insert((due, saga.clone()));
        }
        self.of.insert(saga, stand);
    }

    fn outlook(&self, besides: &Besides, next_timer: Option<Timestamp>) -> Outlook {
        let (moving, parked) = (self.moving.len(), self.of.len() - self.moving.len());
        let mut others = self.moving.iter().filter(|(_, saga)| !besides.contains(saga));
        let first = others.next().map(|(due, _)| *due);
        Outlook { moving, parked, next_timer, first }
    }
}

/// What was seen when somebody last asked, if anybody did.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing(Option<Seen>);

impl Standing {
    /// Something happened to that saga, or it came into memory or left it.
    pub(super) fn stir(&mut self, saga: &SagaId) {
        let Some(seen) = &mut self.0 else { return };
        if seen.stirred.len() > seen.of.len() + BESIDES {
            self.0 = None;
        } else if !seen.stirred.contains(saga) {
            seen.stirred.insert(saga.clone());
        }
    }

    /// Something happened that may concern anybody.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}

impl Runner {
    /// What moves and what waits. The time of the next move is that of those not in `besides`.
    pub fn outlook(&mut self, besides: &Besides) -> Outlook {
        let mut seen = self.standing.0.take().unwrap_or_else(|| Seen {
            stirred: self.unfinished().cloned().collect(),
            ..Seen::default()
        });
        for saga in std::mem::take(&mut seen.stirred) {
            let stand = self.stand_of(&saga);
            seen.put(saga, stand);
        }
        let outlook = seen.outlook(besides, self.next_timer());
        debug_assert_eq!(outlook, self.outlook_of_all(besides), "a saga moved, and nobody noticed");
        self.standing.0 = Some(seen);
        outlook
    }

    fn outlook_of_all(&self, besides: &Besides) -> Outlook {
        let mut seen = Seen::default();
        for saga in self.unfinished() {
            seen.put(saga.clone(), self.stand_of(saga));
        }
        seen.outlook(besides, self.next_timer())
    }

    fn stand_of(&self, saga: &SagaId) -> Option<Stand> {
        if !self.is_unfinished(saga) {
            return None;
        }
        if self.is_parked(saga) {
            return Some(Stand::Parked);
        }
        match self.timer_of(saga) {
            Some(due) => Some(Stand::Moves(Due::At(due))),
            None if self.waits_to_be_asked(saga) => None,
            None => Some(Stand::Moves(Due::AnyTime)),
        }
    }

    /// Whether nothing of it is under way: whoever asked for it has stopped it, and may let it go on.
    fn waits_to_be_asked(&self, saga: &SagaId) -> bool {
        self.sagas.get(saga).is_none_or(|slot| slot.saga.may_sleep(&self.streams))
    }
}
