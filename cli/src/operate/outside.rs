//! The counterparties of a store: the sandbox's, with their books beside the events.
//!
//! 1. Only a store that has such books is operated: asking any other counterparty how a charge
//!    stands would be answered "never heard of it".
//! 2. Its time is the log's. A day is played in virtual time, and the machine's clock would make
//!    every timer due.
//! 3. What was decided stands in the books. What they have never seen follows the scenario that is
//!    kept with them, or goes well if none is.

use crate::reading::Failure;
use fundflow_application::counterparty::Notice;
use fundflow_domain::{calendar::TradingCalendar, time::Timestamp};
use fundflow_infrastructure::sandbox::{
    channel::SandboxChannel,
    journal::JournalError,
    kept::kept,
    registrar::{Confirming, Market, SandboxRegistrar},
};
use fundflow_kernel::{
    clock::{Clock, ManualClock},
    loaded::with_sources,
    store::{EventStore, Position},
};
use std::{path::Path, sync::Arc};

/// The directory of the books, beside the database.
const BOOKS: &str = "sandbox";

/// Who answers the engine.
pub(super) struct Counterparties {
    pub(super) channel: Arc<SandboxChannel>,
    pub(super) registrar: Arc<SandboxRegistrar>,
    pub(super) clock: ManualClock,
}

/// The instant at which the log ends.
pub(super) async fn time_of<S: EventStore>(store: &S) -> Result<Timestamp, Failure> {
    let head = store.head().borrow().0;
    let last = store.read_all(Position(head.saturating_sub(1)), 1).await?;
    Ok(last.first().map_or_else(Timestamp::default, |event| event.event.recorded_at))
}

/// The counterparties of the database in that file.
pub(super) fn counterparties(
    database: &Path,
    calendar: &Arc<TradingCalendar>,
    now: Timestamp,
) -> Result<Counterparties, Failure> {
    let books = database.with_file_name(BOOKS);
    if !books.is_dir() {
        return Err(Failure::Engine(format!(
            "there are no counterparties' books at {}; only a store that `fundflow day` wrote, with \
             its {BOOKS} directory beside it, can be operated",
            books.display()
        )));
    }
    let clock = ManualClock::at(now);
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let scenario = kept(&books).map_err(|error| Failure::Engine(with_sources(&error)))?;
    let unreadable = |error: JournalError| Failure::Engine(with_sources(&error));
    let channel = SandboxChannel::open(scenario.clone(), shared.clone(), &books);
    // Prices are the night's business, and no night falls while an operator works.
    let market = Market::at_par(calendar.clone());
    let registrar = SandboxRegistrar::open(scenario, market, shared, &books);
    Ok(Counterparties {
        channel: Arc::new(channel.map_err(unreadable)?),
        registrar: Arc::new(registrar.map_err(unreadable)?.confirming(Confirming::ByBatch)),
        clock,
    })
}

impl Counterparties {
    /// What they tell unasked by now.
    pub(super) fn due(&self) -> Vec<Notice> {
        let now = self.clock.now();
        let mut due = self.channel.due(now);
        due.extend(self.registrar.due(now));
        due
    }
}
