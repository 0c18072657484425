//! Streams that are not there as they should be. What the store could not give is refused like what is
//! damaged, and read again by whoever needs it next; what is damaged stays so.

use super::{Damage, Need, Streams};
use crate::envelope::StreamName;

impl Streams {
    /// Whether the stream is damaged only because the store could not give it: it is to be read again
    /// by whoever needs it next.
    pub fn is_unread(&self, stream: &StreamName) -> bool {
        self.unread_before(stream, u64::MAX)
    }

    /// How often the store could not give a stream so far.
    pub const fn failures(&self) -> u64 {
        self.failures
    }

    /// Whether the store could not give it, and was last asked before there were more failures than
    /// that.
    pub fn unread_before(&self, stream: &StreamName, failures: u64) -> bool {
        let is_it = |slot: &super::Slot| slot.unread > 0 && slot.unread <= failures;
        self.failures > 0 && self.slot(stream).is_some_and(is_it)
    }

    /// Marks a stream that cannot be read at all.
    pub fn provide_damaged(&mut self, need: &Need, damage: Damage) {
        if !self.is_settled(&need.stream) {
            self.put(need.stream.clone(), (need.empty)(), Some(damage), 0);
        }
    }

    /// Marks a stream that the store cannot give now. It is as one that is damaged, until it is
    /// provided.
    pub fn provide_unread(&mut self, need: &Need, damage: Damage) {
        if !self.is_settled(&need.stream) {
            self.failures = self.failures.saturating_add(1);
            self.put(need.stream.clone(), (need.empty)(), Some(damage), self.failures);
        }
    }

    pub(super) fn is_settled(&self, stream: &StreamName) -> bool {
        self.has(stream) && !self.is_unread(stream)
    }
}
