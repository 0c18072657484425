//! The purchases of the store and when each of them will move by itself.
//!
//! Only what an event touched is looked at again: a day of many orders has many more events, and each
//! of them concerns one purchase.

use fundflow_application::{
    envelope::Recorded,
    read_models::{Follow, Sagas},
    store::{Position, ReadError},
};
use fundflow_domain::{calendar::TradingCalendar, ids::TransactionId, time::Timestamp};
use fundflow_sagas::{
    liveness::{Wait, waits},
    world::World,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
    sync::Arc,
};

/// Purchases and their timers.
#[derive(Debug)]
pub(super) struct Watched {
    sagas: Sagas,
    calendar: Arc<TradingCalendar>,
    touched: BTreeSet<TransactionId>,
    due: BTreeSet<(Timestamp, TransactionId)>,
    of: BTreeMap<TransactionId, Vec<Timestamp>>,
}

impl Watched {
    pub(super) fn over(calendar: Arc<TradingCalendar>) -> Self {
        let (sagas, touched) = (Sagas::default(), BTreeSet::new());
        Self { sagas, calendar, touched, due: BTreeSet::new(), of: BTreeMap::new() }
    }

    /// Looks at what was heard of since.
    pub(super) fn look(&mut self) {
        for transaction in std::mem::take(&mut self.touched) {
            for due in self.of.remove(&transaction).unwrap_or_default() {
                self.due.remove(&(due, transaction.clone()));
            }
            let timers = self.timers(&transaction);
            self.due.extend(timers.iter().map(|due| (*due, transaction.clone())));
            if !timers.is_empty() {
                self.of.insert(transaction, timers);
            }
        }
    }

    fn timers(&self, transaction: &TransactionId) -> Vec<Timestamp> {
        let view = self.sagas.one(transaction);
        let Some(view) = view.as_ref().and_then(|parts| parts.view(transaction)) else {
            return Vec::new();
        };
        let due = |wait| match wait {
            Wait::Timer(retry) => Some(retry.due),
            Wait::Word { due, .. } => due,
            Wait::Answer { .. }
            | Wait::Operator { .. }
            | Wait::Nobody { .. }
            | Wait::UnknownTable { .. } => None,
        };
        waits(&World::from(view), &self.calendar).into_iter().filter_map(due).collect()
    }

    /// The next timer. Those that lie behind have rung.
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        self.due.iter().map(|(due, _)| *due).find(|due| *due > now)
    }

    pub(super) fn into_inner(self) -> Sagas {
        self.sagas
    }
}

impl Deref for Watched {
    type Target = Sagas;

    fn deref(&self) -> &Sagas {
        &self.sagas
    }
}

impl Follow for Watched {
    fn at(&self) -> Position {
        self.sagas.at()
    }

    fn hear(&mut self, event: &Recorded) -> Result<(), ReadError> {
        self.touched.insert(event.event.correlation.clone());
        self.sagas.hear(event)
    }
}
