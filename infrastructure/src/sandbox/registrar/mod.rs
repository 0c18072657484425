//! A registrar that takes applications at its front and confirms, cuts, rejects or forgets them in
//! its batch.
//!
//! 1. The front only takes or refuses. Shares come of the batch, which runs at once, or when a file
//!    of applications is [handed in](SandboxRegistrar::run_batch).
//! 2. A conversion follows the purchase of the same transaction: rejected with it, and cut to the
//!    shares that it brought.
//! 3. What the batch has decided stays decided; handing the same file in again gives the same
//!    answers.

mod batch;
mod decide;
mod entry;
mod market;
#[cfg(test)]
mod tests;

pub use batch::{BatchFiles, NightError};
pub use entry::{ApplicationEntry, Decided, Final};
pub use market::{Market, NotPriced};

use super::{
    book::Book,
    channel::broken,
    journal::{Journal, JournalError},
    notices::Notices,
    scenario::{FrontFate, Scenario},
};
use fundflow_application::counterparty::{Application, ApplicationAnswer, Notice, Registrar};
use fundflow_domain::{fund_order::Ask, ids::ApplicationNo, time::Timestamp};
use fundflow_kernel::clock::Clock;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The registrar's file in its directory.
const FILE: &str = "registrar.jsonl";

/// When the batch runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confirming {
    /// With the call: the front's answer is the final one.
    InAnswer,
    /// With the call, but told by a notice that is due at once.
    #[default]
    AtOnce,
    /// When a file of applications is handed in.
    ByBatch,
}

/// A registrar to try the engine against.
pub struct SandboxRegistrar {
    scenario: Scenario,
    market: Market,
    clock: Arc<dyn Clock>,
    confirming: Confirming,
    books: Option<Book<ApplicationEntry>>,
    journal: Option<Journal>,
    notices: Notices,
    delay: Option<Duration>,
    calls: AtomicU64,
}

impl SandboxRegistrar {
    /// With books in memory only.
    pub fn in_memory(scenario: Scenario, market: Market, clock: Arc<dyn Clock>) -> Self {
        Self::new(scenario, market, clock, Some(Book::empty()), None)
    }

    /// Confirms everything in its answer and remembers nothing but how often it was called: for
    /// measuring the engine and not its surroundings.
    pub fn counting(market: Market, clock: Arc<dyn Clock>) -> Self {
        Self::new(Scenario::default(), market, clock, None, None).confirming(Confirming::InAnswer)
    }

    /// With books in a directory, which must exist; goes on with those that are there.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(
        scenario: Scenario,
        market: Market,
        clock: Arc<dyn Clock>,
        directory: &Path,
    ) -> Result<Self, JournalError> {
        let (journal, lines) = Journal::open::<ApplicationEntry>(&directory.join(FILE))?;
        let book = Book::empty();
        for entry in lines {
            book.restore(entry.no.clone().into(), entry);
        }
        let entries = book.all();
        let registrar = Self::new(scenario, market, clock, Some(book), Some(journal));
        for (_, entry) in entries {
            registrar.plan(&entry);
        }
        Ok(registrar)
    }

    fn new(
        scenario: Scenario,
        market: Market,
        clock: Arc<dyn Clock>,
        books: Option<Book<ApplicationEntry>>,
        journal: Option<Journal>,
    ) -> Self {
        let (notices, delay, calls) = (Notices::default(), None, AtomicU64::new(0));
        let confirming = Confirming::default();
        Self { scenario, market, clock, confirming, books, journal, notices, delay, calls }
    }

    /// Lets the batch run then.
    #[must_use]
    pub fn confirming(self, confirming: Confirming) -> Self {
        Self { confirming, ..self }
    }

    /// Lets every answer take that long in real time.
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay: Some(delay), ..self }
    }

    /// Records whose instant has come; to be delivered to the engine.
    pub fn due(&self, now: Timestamp) -> Vec<Notice> {
        self.notices.due(now)
    }

    /// When the next record is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.notices.next_due()
    }

    /// How often it was called, queries and repeats included.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// What it reckons with.
    pub const fn market(&self) -> &Market {
        &self.market
    }

    /// Every application that arrived, by its number.
    pub fn applications(&self) -> Vec<ApplicationEntry> {
        let entries = self.books.iter().flat_map(Book::all);
        entries.map(|(_, entry)| entry).collect()
    }

    fn plan(&self, entry: &ApplicationEntry) {
        let key: Arc<str> = entry.no.clone().into();
        for (nth, (at, notice)) in (0..).zip(entry.notices()) {
            self.notices.plan(at, &key, nth, notice);
        }
    }

    fn take(&self, application: Application) -> ApplicationAnswer {
        let now = self.clock.now();
        let Some(books) = &self.books else {
            let entry = self.decided(self.first(application), now);
            return entry.first_answer(now);
        };
        let key: Arc<str> = application.no.clone().into();
        // Decided before the key is locked: a conversion looks at its purchase, which may be behind
        // the same lock. Deciding twice is harmless, because it follows from the books alone.
        let proposed = match books.get(&key) {
            None => Some(self.decided_now(self.first(application.clone()), now)),
            // The first call was lost on its way; this one arrives.
            Some(lost) if !lost.arrived => {
                let front = FrontFate::Accepted;
                Some(self.decided_now(ApplicationEntry { front, arrived: true, ..lost }, now))
            }
            Some(_) => None,
        };
        let decide = |known: Option<&ApplicationEntry>| {
            proposed.filter(|_| known.is_none_or(|known| !known.arrived))
        };
        match books.change(&key, self.journal.as_ref(), decide, Clone::clone) {
            Ok((Some(entry), _)) if !entry.is_for(&application) => entry::number_reused(),
            Ok((Some(entry), true)) => {
                if self.confirming == Confirming::AtOnce {
                    self.plan(&entry);
                }
                self.front_answer(&entry, now)
            }
            Ok((Some(entry), false)) => entry.standing(now),
            Ok((None, _)) => ApplicationAnswer::NotFound,
            Err(error) => ApplicationAnswer::Unknown(broken(&error)),
        }
    }

    /// The front's word; the batch's word comes by itself unless it is part of the answer.
    fn front_answer(&self, entry: &ApplicationEntry, now: Timestamp) -> ApplicationAnswer {
        match self.confirming {
            Confirming::InAnswer => entry.first_answer(now),
            Confirming::AtOnce | Confirming::ByBatch => {
                ApplicationEntry { decided: None, ..entry.clone() }.first_answer(now)
            }
        }
    }

    fn first(&self, application: Application) -> ApplicationEntry {
        let Application { no, order, investor, fund, ask, trade_date, applied_at } = application;
        let front = self.scenario.front(&order, no.as_str());
        let into = match &ask {
            Ask::Purchase { .. } => fund,
            Ask::Conversion { into, .. } => *into,
        };
        let stopped = |fund: &_| self.scenario.is_suspended(*fund, applied_at);
        let suspended = [fund, into].into_iter().find(stopped);
        let arrived = front != FrontFate::TimeoutLost;
        ApplicationEntry {
            no,
            order,
            investor,
            fund,
            ask,
            trade_date,
            applied_at,
            front,
            suspended,
            arrived,
            decided: None,
        }
    }

    fn decided_now(&self, entry: ApplicationEntry, now: Timestamp) -> ApplicationEntry {
        match self.confirming {
            Confirming::InAnswer | Confirming::AtOnce => self.decided(entry, now),
            Confirming::ByBatch => entry,
        }
    }

    async fn called(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(delay) = self.delay {
            tokio::time::sleep(delay).await;
        }
    }
}

impl Registrar for SandboxRegistrar {
    async fn submit(&self, application: Application) -> ApplicationAnswer {
        self.called().await;
        self.take(application)
    }

    async fn query(&self, no: ApplicationNo) -> ApplicationAnswer {
        self.called().await;
        let entry = self.books.as_ref().and_then(|books| books.get(no.as_str()));
        let now = self.clock.now();
        entry.map_or(ApplicationAnswer::NotFound, |entry| entry.standing(now))
    }
}

impl std::fmt::Debug for SandboxRegistrar {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SandboxRegistrar").field("calls", &self.calls()).finish_non_exhaustive()
    }
}
