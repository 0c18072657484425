//! Several decisions as one: all of them hold, or none. Meanwhile, what they were made on and what they decided.

use super::Streams;
use crate::{codec::Stored, envelope::StreamName, fold::Fold};
use std::any::Any;

/// Since folds began to be remembered.
#[derive(Default)]
pub(super) struct Since {
    /// As they were before the first decision, by the stream's place.
    folds: Vec<(usize, Box<dyn Fold>)>,
    /// A `Vec` of events for each decision, by the stream's place: whoever judges them need not read
    /// what was just written.
    pub(super) decided: Vec<(usize, Box<dyn Any + Send + Sync>)>,
}

impl Since {
    /// Remembers a fold, unless an earlier one of that place is.
    pub(super) fn fold<F: Fold>(&mut self, place: usize, before: impl FnOnce() -> Box<F>) {
        if self.folds.iter().all(|(it, _)| *it != place) {
            self.folds.push((place, before()));
        }
    }
}

impl Streams {
    /// From here on folds are remembered as they were, until [`Self::keep`] or [`Self::take_back`]. Meanwhile
    /// no stream may come or go.
    pub fn remember(&mut self) {
        self.since = Some(Since::default());
    }

    /// A stream as it was when folds began to be remembered; as it is where nothing was decided on it since.
    /// `None` where it is not in memory.
    pub fn remembered(&self, stream: &StreamName) -> Option<&dyn Fold> {
        let place = *self.places.get(stream)? as usize;
        let before = self.since.iter().flat_map(|it| &it.folds).find(|(it, _)| *it == place);
        match before {
            Some((_, fold)) => Some(&**fold),
            None => self.fold(stream),
        }
    }

    /// What was decided on a stream since folds began to be remembered, in order; what was replayed meanwhile
    /// is not among it.
    pub fn decided<D: Stored>(&self, stream: &StreamName) -> impl Iterator<Item = &D::Event> {
        let place = self.places.get(stream).map(|place| *place as usize);
        let decided = self.since.iter().flat_map(|it| &it.decided);
        decided
            .filter(move |(it, _)| Some(*it) == place)
            .filter_map(|(_, events)| events.downcast_ref::<Vec<D::Event>>())
            .flatten()
    }

    pub(super) fn remember_fold(&mut self, stream: &StreamName) {
        let Some(place) = self.places.get(stream).map(|place| *place as usize) else { return };
        let Some(Some(slot)) = self.slots.get(place) else { return };
        if let Some(since) = &mut self.since
            && since.folds.iter().all(|(it, _)| *it != place)
        {
            since.folds.push((place, slot.fold.boxed_clone()));
        }
    }

    /// Makes the decisions since the last mark final.
    pub fn keep(&mut self) {
        self.since = None;
    }

    /// Nothing of it was decided. What it put into the batch is the caller's to remove.
    pub fn take_back(&mut self) {
        for (place, fold) in self.since.take().into_iter().flat_map(|it| it.folds) {
            if let Some(Some(slot)) = self.slots.get_mut(place) {
                slot.fold = fold;
            }
        }
    }
}
