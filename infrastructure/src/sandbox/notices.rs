//! What a counterparty will say by itself, and when. Ordered by instant and key, never by the order
//! of calls, so that the same day plays the same way.

use fundflow_domain::time::Timestamp;
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::port::Payload;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The stream that it is about, and what is said; for `Engine::deliver`.
pub type Notice = (StreamName, Payload);

type Queue = BTreeMap<(Timestamp, Arc<str>, u8), Notice>;

/// Notices that wait for their instant.
#[derive(Default)]
pub(super) struct Notices(Mutex<Queue>);

impl fmt::Debug for Notices {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Notices").field(&self.queue().len()).finish()
    }
}

impl Notices {
    pub(super) fn plan(&self, at: Timestamp, key: &Arc<str>, nth: u8, notice: Notice) {
        self.queue().insert((at, key.clone(), nth), notice);
    }

    /// Those whose instant has come, the earliest first; they will not be said again.
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
