//! A registrar that takes applications at its front and confirms, cuts, rejects or forgets them in
//! its batch.
//!
//! ```text
//! submit --front--> accepted | rejected        cancel, before T's cut-off --> taken back
//! T+lag, 8:00 --batch--> confirmed | in part | rejected      a rest carried over --> the next T
//! ```
//!
//! 1. The front only takes or refuses. Shares come of the batch of the application's T, which runs at
//!    its hour, or when a file of applications is [handed in](SandboxRegistrar::run_batch). The T is
//!    the one that the application, or the file, names; without files, what arrives when that T is
//!    closed belongs to the next.
//! 2. The register knows who holds what; what is not there, or is frozen, does not leave.
//! 3. What a transaction takes out follows what it bought: rejected with it, and cut to the shares
//!    that it brought.
//! 4. What the batch has decided stays decided; handing the same file in again gives the same
//!    answers.
//! 5. Holders of a money fund are given its [income](SandboxRegistrar::publish_income) day by day;
//!    whoever leaves with every share is paid what is owed.

mod accounts;
mod agenda;
mod batch;
#[cfg(test)]
mod dates_tests;
mod decide;
mod digits;
mod entry;
mod filed;
mod frozen;
mod hours;
mod income;
#[cfg(test)]
mod income_tests;
mod line;
mod market;
mod owed;
mod planted;
#[cfg(test)]
mod planted_tests;
mod pricing;
#[cfg(test)]
mod pricing_tests;
mod records;
mod register;
#[cfg(test)]
mod shares_tests;
mod stated;
#[cfg(test)]
mod tests;
mod words;

pub use batch::{BatchFiles, NightError};
pub use entry::{ApplicationEntry, Carried, Decided, Final, Taken, Word};
pub use market::{Market, NotPriced};

use super::{
    Notice,
    book::Book,
    channel::{broken, timeout},
    journal::{Journal, JournalError},
    notices::Notices,
    scenario::{CancelFate, FrontFate, Scenario},
};
use crate::day_batch::Numbers;
use agenda::Agenda;
use filed::Filed;
use fundflow_domain::{application::Ask, ids::RegistrarCode, orders::Cause, time::Timestamp};
use fundflow_kernel::clock::Clock;
use fundflow_sagas::ports::registrar::{Application, ApplicationAnswer, Cancellation, Registrar};
use line::Line;
use register::Register;
use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The registrar's file in its directory.
const FILE: &str = "registrar.jsonl";

/// The dictionary of its return codes; see [`crate::exchange::return_code`].
pub const DICTIONARY: &str = "published";

/// Time of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confirming {
    /// At its hour, by the clock; the answers are notices that are due from then on.
    #[default]
    AtItsHour,
    /// When a file of applications is handed in.
    ByBatch,
}

/// A registrar to try the engine against.
pub struct SandboxRegistrar {
    scenario: Scenario,
    market: Market,
    clock: Arc<dyn Clock>,
    confirming: Confirming,
    numbers: Numbers,
    books: Book<ApplicationEntry>,
    register: Mutex<Register>,
    frozen: frozen::ByHolder,
    agenda: Agenda,
    journal: Option<Journal>,
    notices: Notices,
    filed: Filed,
    delay: Option<Duration>,
    calls: AtomicU64,
}

impl SandboxRegistrar {
    /// With books in memory only.
    pub fn in_memory(scenario: Scenario, market: Market, clock: Arc<dyn Clock>) -> Self {
        Self::new(scenario, market, clock, None)
    }

    /// Confirms everything and keeps its books in memory: for measuring the engine and not its
    /// surroundings. After the clock was moved to the morning of T+1, [`due`](Self::due) has every
    /// confirmation.
    pub fn counting(market: Market, clock: Arc<dyn Clock>) -> Self {
        Self::new(Scenario::default(), market, clock, None)
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
        Self::restored(scenario, market, clock, &directory.join(FILE))
    }

    /// One of several registrars whose books are in the same directory.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open_as(
        code: &RegistrarCode,
        scenario: Scenario,
        market: Market,
        clock: Arc<dyn Clock>,
        directory: &Path,
    ) -> Result<Self, JournalError> {
        let file = directory.join(format!("registrar-{code}.jsonl"));
        Self::restored(scenario, market, clock, &file)
    }

    fn restored(
        scenario: Scenario,
        market: Market,
        clock: Arc<dyn Clock>,
        file: &Path,
    ) -> Result<Self, JournalError> {
        let (journal, lines) = Journal::open::<Line>(file)?;
        let registrar = Self::new(scenario, market, clock, Some(journal));
        for line in lines {
            registrar.book_again(line);
        }
        for entry in &registrar.applications() {
            registrar.say(entry, 0);
            registrar.wait_for_hour(entry);
        }
        Ok(registrar)
    }

    /// Lines are booked again in the order in which they were written: what income was owed when
    /// shares left depends on it.
    fn book_again(&self, line: Line) {
        let mut register = self.register();
        match line {
            Line::Income(entry) => register.give(&entry),
            Line::Application(entry) => {
                let key: Arc<str> = entry.terms.no.clone().into();
                let before = self.books.get(&key);
                register.note(&entry);
                let through = self.earns_through(before.as_ref(), &entry);
                register.book(before.as_ref(), &entry, through);
                self.books.restore(key, *entry);
            }
        }
    }

    fn new(
        scenario: Scenario,
        market: Market,
        clock: Arc<dyn Clock>,
        journal: Option<Journal>,
    ) -> Self {
        Self {
            scenario,
            market,
            clock,
            confirming: Confirming::default(),
            numbers: Numbers::default(),
            books: Book::empty(),
            register: Mutex::default(),
            frozen: frozen::ByHolder::default(),
            agenda: Agenda::default(),
            journal,
            notices: Notices::default(),
            filed: Filed::default(),
            delay: None,
            calls: AtomicU64::new(0),
        }
    }

    /// Numbers what is new in these characters; what is in its books has the numbers that were given out.
    #[must_use]
    pub fn numbering(self, numbers: Numbers) -> Self {
        Self { numbers, ..self }
    }

    /// Lets every answer take that long in real time.
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay: Some(delay), ..self }
    }

    /// How often it was called, queries and repeats included.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Prices and terms of the market.
    pub const fn market(&self) -> &Market {
        &self.market
    }

    /// Every application that arrived, by its number.
    pub fn applications(&self) -> Vec<ApplicationEntry> {
        self.books.all().into_iter().map(|(_, entry)| entry).collect()
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, application: Application) -> ApplicationAnswer {
        let now = self.clock.now();
        let terms = application.terms.clone();
        let key: Arc<str> = terms.no.clone().into();
        let decide = |known: Option<&ApplicationEntry>| match known {
            None => Some(self.dated(self.first(application), now)),
            // The first call was lost on its way; this one arrives.
            Some(lost) if !lost.arrived && lost.is_order(&terms) => {
                let front = FrontFate::Accepted;
                let taken = ApplicationEntry { front, ..self.first(application) };
                let taken = self.dated(taken, now);
                Some(ApplicationEntry { arrived: true, ..taken })
            }
            Some(known) if known.moves_to(&terms) => {
                Some(ApplicationEntry { terms: terms.clone(), ..known.clone() })
            }
            Some(_) => None,
        };
        match self.books.change(&key, self.journal.as_ref(), decide, Clone::clone) {
            Ok((Some(entry), _)) if !entry.is_for(&terms) => entry::number_reused(),
            Ok((Some(entry), true)) => {
                self.register().note(&entry);
                self.wait_for_hour(&entry);
                self.confirm_early(&entry, now);
                entry.first_answer()
            }
            Ok((Some(entry), false)) => entry.standing(now),
            Ok((None, _)) => ApplicationAnswer::NotFound,
            Err(error) => ApplicationAnswer::Unknown(broken(&error)),
        }
    }

    fn first(&self, application: Application) -> ApplicationEntry {
        let front = self.scenario.front(&application.terms);
        let (fund, at) = (application.terms.fund, application.applied_at);
        let entry = ApplicationEntry::of(application, front, None);
        let stopped = |fund: &_| self.scenario.is_suspended(*fund, at);
        let suspended = [fund, entry.entered_fund()].into_iter().find(stopped);
        let in_digits = self.numbers == Numbers::Digits;
        ApplicationEntry { suspended, in_digits, ..entry }
    }

    /// A scenario may have a batch say its word before T is complete.
    fn confirm_early(&self, entry: &ApplicationEntry, now: Timestamp) {
        let (fate, _) = self.scenario.confirmation(&entry.terms);
        if fate.is_early() && entry.is_accepted() {
            // Unwritable books leave it to its hour.
            if let Ok(Some((entry, from))) = self.decide_on(entry.terms.no.as_str(), now) {
                self.say(&entry, from);
            }
        }
    }

    fn take_back(&self, cancellation: &Cancellation) -> ApplicationAnswer {
        let now = self.clock.now();
        let terms = &cancellation.terms;
        let fate = self.scenario.cancel(&terms.order);
        let key: Arc<str> = terms.no.clone().into();
        let first = |known: &ApplicationEntry| {
            let open = known.decided.is_none() && !known.batched && known.cancel.is_none();
            let irrevocable = matches!(known.terms.ask, Ask::FastTransfer { .. });
            let counts = self.counts_as(known, terms);
            open && now < self.market.cut_off(counts) && !irrevocable && known.is_order(terms)
        };
        let decide = |known: Option<&ApplicationEntry>| match known {
            // Taken back before it arrived: the number stays used, and nothing comes of it.
            None => {
                let (terms, applied_at) = (terms.clone(), cancellation.asked_at);
                let entry = self.first(Application { terms, applied_at });
                let (arrived, cancel) = (true, Some(CancelFate::Cancelled));
                first(&entry).then_some(ApplicationEntry { arrived, cancel, ..entry })
            }
            Some(known) if first(known) => {
                let terms = self.counts_as(known, terms).clone();
                let (arrived, cancel) = (true, Some(fate));
                Some(ApplicationEntry { terms, arrived, cancel, ..known.clone() })
            }
            Some(_) => None,
        };
        let changed = self.books.change(&key, self.journal.as_ref(), decide, Clone::clone);
        if let Ok((Some(entry), true)) = &changed {
            self.register().note(entry);
        }
        match changed {
            Ok((Some(entry), _)) if !entry.is_order(terms) => entry::number_reused(),
            Ok((Some(entry), new)) => match entry.cancel {
                Some(CancelFate::TimeoutCancelled) if new => ApplicationAnswer::Unknown(timeout()),
                Some(CancelFate::Silent) => ApplicationAnswer::Unknown(timeout()),
                Some(CancelFate::Cancelled | CancelFate::TimeoutCancelled) => {
                    ApplicationAnswer::Cancelled
                }
                Some(CancelFate::Refused) => {
                    not_cancelled("0010", "the registrar does not take it back")
                }
                None => not_cancelled("0218", "the application's batch is closed"),
            },
            Ok((None, _)) => ApplicationAnswer::NotFound,
            Err(error) => ApplicationAnswer::Unknown(broken(&error)),
        }
    }

    async fn called(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(delay) = self.delay {
            tokio::time::sleep(delay).await;
        }
    }
}

fn not_cancelled(code: &str, text: &str) -> ApplicationAnswer {
    ApplicationAnswer::NotCancelled(Cause::new(code, text))
}

impl Registrar for SandboxRegistrar {
    async fn submit(&self, application: Application) -> ApplicationAnswer {
        self.called().await;
        self.take(application)
    }

    async fn query(&self, application: Application) -> ApplicationAnswer {
        self.called().await;
        let now = self.clock.now();
        self.run_hour(now);
        let entry = self.books.get(application.terms.no.as_str());
        entry.map_or(ApplicationAnswer::NotFound, |entry| entry.standing(now))
    }

    async fn cancel(&self, cancellation: Cancellation) -> ApplicationAnswer {
        self.called().await;
        self.take_back(&cancellation)
    }
}

impl std::fmt::Debug for SandboxRegistrar {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SandboxRegistrar").field("calls", &self.calls()).finish_non_exhaustive()
    }
}
