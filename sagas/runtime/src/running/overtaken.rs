//! A saga under which what it rests on has changed: it decides again what hangs on that.

use super::{Desk, LaneState, MAIN, Running, advance::not_done};
use crate::{saga::Saga, stand::Place, turn::NotDone};
use fundflow_kernel::{
    streams::{Need, Streams},
    time::Timestamp,
};

impl<S: Saga> Running<S> {
    /// An error: what must be read first. Why it cannot be decided parks the saga.
    pub(super) fn move_on(&mut self, desk: &mut Desk<'_>) -> Result<(), Vec<Need>> {
        let is_ready = self.is_ready(desk.streams) && self.sick.is_none();
        let Some(plan) = self.plan.clone().filter(|_| is_ready) else { return Ok(()) };
        let voice = Self::engine("overtaken", desk.now);
        match self.as_one(desk, &plan, voice, S::move_on).map_err(NotDone::from) {
            Ok(()) => Ok(()),
            Err(NotDone::Missing(needs)) => Err(needs),
            Err(error) => {
                let place = self.stand(desk.streams).map(|stand| stand.place());
                self.park(desk, place.map_or("", Place::name), not_done(&error));
                Ok(())
            }
        }
    }

    /// What waits for a day of the saga's own, and not for its next attempt, is reckoned when it goes on.
    pub(super) fn reckon_again(&mut self, streams: &Streams, now: Timestamp) {
        let Some((stand, table)) = self.stand(streams).zip(self.table(streams)) else { return };
        let main = stand.deed().map_or("", |deed| deed.name);
        let beside = table.beside.iter().map(|side| side.deed.name);
        for (at, row) in (MAIN..).zip(std::iter::once(main).chain(beside)) {
            if matches!(self.lanes[at].state, LaneState::Waiting(_)) {
                self.lanes[at].state = self.waiting(streams, now, row);
            }
        }
    }
}
