//! What can be asked of a process that was prepared.

use super::{Disposed, Open, Parked, REFUSED};
use crate::saga::Saga;

impl<S: Saga> Open<S> {
    /// Every row that waits for a person.
    pub fn all_parked(&self) -> impl Iterator<Item = &Parked> {
        self.parked_before.iter().chain(self.parked.as_deref())
    }

    /// What keeps that row, if it waits for a person.
    pub fn parked_at(&self, row: &str) -> Option<&Parked> {
        self.all_parked().find(|parked| *parked.row == *row)
    }

    /// Whether it is not parked there yet, or only by a rule of ours that says no with other figures now.
    pub(super) fn parks_anew(&self, parked: &Parked) -> bool {
        self.parked_at(&parked.row).is_none_or(|known| known.is_refused_anew(parked))
    }

    /// What a person decided of the end of that name.
    pub fn disposed(&self, name: &str) -> Option<&Disposed> {
        self.given_up.iter().find(|end| *end.name == *name)
    }
}

impl Parked {
    /// Whether a rule of ours says no again, with other figures.
    fn is_refused_anew(&self, now: &Self) -> bool {
        let refused = [self, now].iter().all(|it| &*it.cause.code == REFUSED);
        refused && self.cause != now.cause
    }
}
