//! Several decisions that hold together or not at all, and may only be written as the guard sees them.

use super::{Desk, Running};
use crate::{
    guard::{Breach, Decided},
    saga::Saga,
    turn::{NotDone, Turn, Voice},
};

/// Why nothing of several decisions holds.
pub(crate) enum Undone<E> {
    /// A decision failed; none of them stands.
    Failed(E),
    /// All of them were made, and the guard lets none of them be written.
    Guarded(Breach),
}

impl From<Undone<NotDone>> for NotDone {
    fn from(undone: Undone<NotDone>) -> Self {
        match undone {
            Undone::Failed(error) => error,
            Undone::Guarded(breach) => NotDone::Guarded(breach),
        }
    }
}

impl<S: Saga> Running<S> {
    /// Decides something as one: where it fails, or must not be written, nothing of it was decided.
    pub(super) fn as_one<T, E>(
        &self,
        desk: &mut Desk<'_>,
        plan: &S::Plan,
        voice: Voice,
        decide: impl FnOnce(&S, &mut Turn<'_, S>) -> Result<T, E>,
    ) -> Result<T, Undone<E>> {
        let (appends, notified) = (desk.out.appends.len(), desk.notified.len());
        desk.streams.remember();
        let done = decide(&self.saga, &mut self.turn(plan, desk, voice));
        let done = done.map_err(Undone::Failed).and_then(|done| {
            self.judged(desk, appends).map_err(Undone::Guarded)?;
            Ok(done)
        });
        if done.is_ok() {
            desk.streams.keep();
        } else {
            desk.streams.take_back();
            desk.out.appends.truncate(appends);
            desk.notified.truncate(notified);
        }
        done
    }

    /// Whether what was decided since that place in the batch may be written.
    fn judged(&self, desk: &Desk<'_>, from: usize) -> Result<(), Breach> {
        let appends = desk.out.appends.get(from..).unwrap_or_default();
        match desk.guard {
            Some(guard) if !appends.is_empty() => {
                let by = &self.id.transaction;
                guard.judge(&Decided::of(by, appends, &self.held, desk.streams))
            }
            Some(_) | None => Ok(()),
        }
    }
}
