//! Several decisions as one: all of them hold, or none.

use super::Streams;

impl Streams {
    /// From here on folds are remembered as they were, until [`Self::keep`] or [`Self::take_back`]. Meanwhile
    /// no stream may come or go.
    pub fn remember(&mut self) {
        self.before = Some(Vec::new());
    }

    /// What was decided holds.
    pub fn keep(&mut self) {
        self.before = None;
    }

    /// Nothing of it was decided. What it put into the batch is the caller's to remove.
    pub fn take_back(&mut self) {
        for (place, fold) in self.before.take().into_iter().flatten() {
            if let Some(Some(slot)) = self.slots.get_mut(place) {
                slot.fold = fold;
            }
        }
    }
}
