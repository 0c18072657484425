//! Applications that wait for their hour: the morning on which their T is confirmed, or the one on
//! which a rest that was carried over is. In the order in which a batch reckons them.
//!
//! 1. What buys comes before what takes out; what takes out its own transaction's shares comes before
//!    what takes out others', and of these what names its lots before what leaves by the sequence.
//! 2. One whose price is not published waits on, and is tried again whenever somebody asks.

use fundflow_domain::time::Timestamp;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Hour, rank within the night, number.
type Item = (Timestamp, u8, Arc<str>);

/// Applications that wait, by their hour or for a price.
#[derive(Debug, Default)]
struct Waiting {
    hours: BTreeSet<Item>,
    unpriced: BTreeSet<(u8, Arc<str>)>,
}

/// Applications by hour.
#[derive(Debug, Default)]
pub(super) struct Agenda(Mutex<Waiting>);

impl Agenda {
    pub(super) fn plan(&self, hour: Timestamp, rank: u8, no: Arc<str>) {
        self.waiting().hours.insert((hour, rank, no));
    }

    /// Without a price it waits for whoever asks next.
    pub(super) fn put_off(&self, rank: u8, no: Arc<str>) {
        self.waiting().unpriced.insert((rank, no));
    }

    /// Those whose hour has come, in order; they are not in the agenda any more.
    pub(super) fn take_due(&self, now: Timestamp) -> Vec<(u8, Arc<str>)> {
        let mut waiting = self.waiting();
        let mut due: Vec<_> = std::mem::take(&mut waiting.unpriced).into_iter().collect();
        while waiting.hours.first().is_some_and(|(hour, ..)| *hour <= now) {
            due.extend(waiting.hours.pop_first().map(|(_, rank, no)| (rank, no)));
        }
        due.sort();
        due
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.waiting().hours.first().map(|(hour, ..)| *hour)
    }

    pub(super) fn clear(&self) {
        *self.waiting() = Waiting::default();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
