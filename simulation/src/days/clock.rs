//! What the clock does besides going on: it jumps ahead, or is set back and right again.
//!
//! What the engine makes of it is said by the runtime (`engine_clock`): its time stands still, and while the clock is
//! behind by more than the tolerance, nothing new is decided.

use super::{
    fault::Fault,
    play::{Due, Play},
    watch::Untrue,
};
use crate::counterparties::Counterparties;
use chrono::NaiveDate;
use fundflow_kernel::store::StreamAppend;
use fundflow_runtime::message::Ticket;
use std::fmt::Display;

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
const DAY: usize = 86_400;

impl<C: Counterparties> Play<'_, C> {
    /// By less than so many minutes.
    pub(super) fn jumps(&mut self, name: &dyn Display, minutes: usize) -> Result<(), Untrue> {
        if !self.strikes(Fault::Jump, name, &[]) {
            return Ok(());
        }
        let minutes = self.chance.dice(&format!("how far {name}")).below(minutes);
        self.drain()?;
        let batch = self.shell.jumps(60 * SECOND * i64::try_from(minutes).unwrap_or_default());
        self.counterparties.notes(self.shell.now);
        self.stores_of_clock(batch)
    }

    /// By seconds that are tolerated, by hours, or by weeks; for some hours.
    pub(super) fn is_set_back(&mut self, date: NaiveDate) -> Result<(), Untrue> {
        if !self.strikes(Fault::SetBack, &date, &[]) {
            return Ok(());
        }
        let mut dice = self.chance.dice(&format!("how far back {date}"));
        let seconds = match dice.below(3) {
            0 => 1 + dice.below(60),
            1 => 61 + dice.below(DAY),
            _ => 61 + dice.below(40 * DAY),
        };
        self.shell.behind = SECOND * i64::try_from(seconds).unwrap_or_default();
        let hours = 1 + i64::try_from(dice.below(6)).unwrap_or_default();
        self.schedule(self.shell.now.plus_millis(hours * HOUR), Due::SetRight);
        self.looks_at_clock()
    }

    pub(super) fn looks_at_clock(&mut self) -> Result<(), Untrue> {
        let batch = self.shell.looks_at_clock();
        self.stores_of_clock(batch)
    }

    fn stores_of_clock(&mut self, batch: Vec<StreamAppend>) -> Result<(), Untrue> {
        if batch.is_empty() {
            return Ok(());
        }
        // What was decided before it is stored before it.
        self.drain()?;
        self.store(batch)?;
        self.hears()
    }

    /// Nobody is answered but with that; whoever asks asks again in an hour.
    pub(super) fn refuses(&mut self, ticket: Ticket) {
        self.note(|| "refused: the clock is set back".to_owned());
        let place = usize::try_from(ticket).unwrap_or_default().checked_sub(1);
        if let Some(place) = place {
            self.schedule(self.shell.now.plus_millis(HOUR), Due::Said(place));
        }
    }
}
