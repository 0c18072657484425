//! What a counterparty will say by itself, and when. Ordered by instant and key, never by the order
//! of calls, so that the same day plays the same way.

use fundflow_application::counterparty::Notice;
use fundflow_domain::time::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

type Queue = BTreeMap<(Timestamp, Arc<str>, u8), Notice>;

/// Notices that wait for their instant.
#[derive(Debug, Default)]
pub(super) struct Notices(Mutex<Queue>);

impl Notices {
    pub(super) fn plan(&self, at: Timestamp, key: &Arc<str>, nth: u8, notice: Notice) {
        self.queue().insert((at, key.clone(), nth), notice);
    }

    /// Those whose instant has come, the earliest first; they will not be told again.
    pub(super) fn due(&self, now: Timestamp) -> Vec<Notice> {
        let mut queue = self.queue();
        let mut due = Vec::new();
        while let Some(first) = queue.first_entry() {
            if first.key().0 > now {
                break;
            }
            due.push(first.remove());
        }
        due
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.queue().first_key_value().map(|((at, ..), _)| *at)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
