//! Several decisions as one: all of them hold, or none.

use super::Streams;
use crate::{envelope::StreamName, fold::Fold};

impl Streams {
    /// From here on folds are remembered as they were, until [`Self::keep`] or [`Self::take_back`]. Meanwhile
    /// no stream may come or go.
    pub fn remember(&mut self) {
        self.before = Some(Vec::new());
    }

    /// A stream as it was when folds began to be remembered; as it is where nothing was decided on it since.
    /// `None` where it is not in memory.
    pub fn remembered(&self, stream: &StreamName) -> Option<&dyn Fold> {
        let place = *self.places.get(stream)? as usize;
        let before = self.before.iter().flatten().find(|(it, _)| *it == place);
        match before {
            Some((_, fold)) => Some(&**fold),
            None => self.fold(stream),
        }
    }

    pub(super) fn remember_fold(&mut self, stream: &StreamName) {
        let Some(place) = self.places.get(stream).map(|place| *place as usize) else { return };
        let Some(Some(slot)) = self.slots.get(place) else { return };
        if let Some(before) = &mut self.before
            && before.iter().all(|(it, _)| *it != place)
        {
            before.push((place, slot.fold.boxed_clone()));
        }
    }

    /// Makes the decisions since the last mark final.
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
