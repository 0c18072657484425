//! Which IDs some stream may have, in memory: what surely is not there need not be looked up. A request
//! asks for some twenty streams, and nearly all of them are to be new.
//!
//! 1. The writer adds the ID of a new stream before it commits, so whoever was answered finds it.
//! 2. Those that were there at the opening are added page by page while the writer works. Until all of them
//!    are, nothing is sure.
//! 3. Something is held to be there that is not in one case of a hundred: it is looked up. What is there is
//!    never held to be absent.

use fastbloom::AtomicBloomFilter;
use foldhash::fast::RandomState;
use std::sync::{
    PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

/// For each ID: of 100 that are not there one is taken for there then.
const BITS: usize = 10;
/// The least that a filter is made for.
const FIRST: usize = 1 << 20;

struct Filter {
    of: AtomicBloomFilter<RandomState>,
    room: usize,
}

impl Filter {
    fn with_room(room: usize) -> Self {
        let bits = room.saturating_mul(BITS);
        let of = AtomicBloomFilter::with_num_bits(bits).hasher(RandomState::default());
        Self { of: of.expected_items(room), room }
    }
}

/// The IDs that some stream may have. Shared by the writer, which adds, and readers, which ask.
pub struct PossibleIds {
    /// The last one fills; each has twice the room of the one before.
    filters: RwLock<Vec<Filter>>,
    is_complete: AtomicBool,
}

impl PossibleIds {
    /// With room for what is there.
    pub fn with_room(streams: usize) -> Self {
        let room = streams.saturating_mul(2).max(FIRST);
        let filters = RwLock::new(vec![Filter::with_room(room)]);
        Self { filters, is_complete: AtomicBool::new(false) }
    }

    /// Adds an ID; the one writer calls it.
    pub fn add(&self, id: &str) {
        let filters = self.filters.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = filters.last() {
            last.of.insert(id);
        }
    }

    /// There were so many by now: makes room for more.
    pub fn grow(&self, streams: usize) {
        let mut filters = self.filters.write().unwrap_or_else(PoisonError::into_inner);
        let room: usize = filters.iter().map(|filter| filter.room).sum();
        if streams >= room {
            filters.push(Filter::with_room(room.saturating_mul(2)));
        }
    }

    /// From here on what it does not have is not there.
    pub fn complete(&self) {
        self.is_complete.store(true, Ordering::Release);
    }

    /// Whether surely no stream has the ID. `false` says nothing.
    pub fn surely_lacks(&self, id: &str) -> bool {
        let filters = self.filters.read().unwrap_or_else(PoisonError::into_inner);
        self.is_complete.load(Ordering::Acquire)
            && filters.iter().all(|filter| !filter.of.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_never_surely_absent_however_many_there_are() {
        let filters = RwLock::new(vec![Filter::with_room(1_000)]);
        let ids = PossibleIds { filters, is_complete: AtomicBool::new(false) };
        let id = |n: usize| format!("T-{n}");
        for n in 0..20_000 {
            ids.add(&id(n));
            if n % 256 == 0 {
                ids.grow(n);
            }
        }
        assert!(!ids.surely_lacks("nobody's"), "before it is complete nothing is sure");
        ids.complete();

        assert!((0..20_000).all(|n| !ids.surely_lacks(&id(n))));
        let others = (0..10_000).filter(|n| ids.surely_lacks(&format!("U-{n}"))).count();
        assert!(others > 9_500, "{others} of 10,000 that are not there were recognised as new");
    }
}
