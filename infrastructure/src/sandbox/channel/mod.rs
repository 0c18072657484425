//! A payment channel that pays, declines, times out, debits twice and calls back late.

mod entry;
mod leaving;
mod statement;
#[cfg(test)]
mod tests;

pub use entry::{ChargeEntry, Debit};
pub(super) use entry::{in_progress, number_reused, serial, timeout};
pub use leaving::{Leaving, PayoutEntry, RefundEntry};
pub use statement::Movement;

use super::{
    Notice,
    book::Book,
    dice,
    journal::{Journal, JournalError},
    notices::Notices,
    scenario::{ChargeFate, PayoutFate, RefundFate, Scenario},
};
use fundflow_domain::{
    ids::PaymentNo, money::Sum, orders::Cause, payment::Receipt, payout::Transfer, time::Timestamp,
};
use fundflow_kernel::clock::Clock;
use fundflow_sagas::ports::bank::{
    Charge, ChargeAnswer, PaymentChannel, Payout, PayoutAnswer, Refund, RefundAnswer,
};
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The channel's file in its directory.
const FILE: &str = "channel.jsonl";

/// A payment channel to try the engine against.
pub struct SandboxChannel {
    scenario: Scenario,
    clock: Arc<dyn Clock>,
    books: Option<Books>,
    journal: Option<Journal>,
    notices: Notices,
    delay: Option<Duration>,
    calls: AtomicU64,
}

#[derive(Debug)]
struct Books {
    charges: Book<ChargeEntry>,
    refunds: Book<RefundEntry>,
    payouts: Book<PayoutEntry>,
}

impl Books {
    fn empty() -> Self {
        Self { charges: Book::empty(), refunds: Book::empty(), payouts: Book::empty() }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Charge(ChargeEntry),
    Refund(RefundEntry),
    Payout(PayoutEntry),
}

/// What moved under all numbers, as the channel knows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Debits, second debits included.
    pub debits: u64,
    /// Yuan of all debits.
    pub charged: Sum<2>,
    /// Refunds that arrived.
    pub refunds: u64,
    /// Yuan of the refunds that arrived.
    pub refunded: Sum<2>,
    /// Payouts that arrived.
    pub payouts: u64,
    /// Yuan of the payouts that arrived.
    pub paid_out: Sum<2>,
}

impl SandboxChannel {
    /// With books in memory only.
    pub fn in_memory(scenario: Scenario, clock: Arc<dyn Clock>) -> Self {
        Self::new(scenario, clock, Some(Books::empty()), None)
    }

    /// Pays and refunds everything at once and remembers nothing but how often it was called: for
    /// measuring the engine and not its surroundings. A repeated call has the same serial.
    pub fn counting(clock: Arc<dyn Clock>) -> Self {
        Self::new(Scenario::default(), clock, None, None)
    }

    /// With books in a directory, which must exist; goes on with those that are there.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(
        scenario: Scenario,
        clock: Arc<dyn Clock>,
        directory: &Path,
    ) -> Result<Self, JournalError> {
        let (journal, lines) = Journal::open::<Line>(&directory.join(FILE))?;
        let books = Books::empty();
        for line in lines {
            match line {
                Line::Charge(entry) => books.charges.restore(entry.no.clone().into(), entry),
                Line::Refund(entry) => books.refunds.restore(entry.no.clone().into(), entry),
                Line::Payout(entry) => books.payouts.restore(entry.no.clone().into(), entry),
            }
        }
        let channel = Self::new(scenario, clock, Some(books), Some(journal));
        for entry in channel.charges() {
            channel.plan(&entry.no, entry.notice());
        }
        for entry in channel.refunds() {
            channel.plan(&entry.no, entry.notice());
        }
        for entry in channel.payouts() {
            channel.plan(&entry.no, entry.notice());
        }
        Ok(channel)
    }

    fn new(
        scenario: Scenario,
        clock: Arc<dyn Clock>,
        books: Option<Books>,
        journal: Option<Journal>,
    ) -> Self {
        let (notices, delay, calls) = (Notices::default(), None, AtomicU64::new(0));
        Self { scenario, clock, books, journal, notices, delay, calls }
    }

    /// Lets every answer take that long in real time.
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay: Some(delay), ..self }
    }

    /// Callbacks whose instant has come; to be delivered to the engine.
    pub fn due(&self, now: Timestamp) -> Vec<Notice> {
        self.notices.due(now)
    }

    /// When the next callback is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.notices.next_due()
    }

    /// How often it was called, queries and repeats included.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Every charge that arrived, by its number.
    pub fn charges(&self) -> Vec<ChargeEntry> {
        let entries = self.books.iter().flat_map(|books| books.charges.all());
        entries.map(|(_, entry)| entry).collect()
    }

    /// Every refund that arrived, by its number.
    pub fn refunds(&self) -> Vec<RefundEntry> {
        let entries = self.books.iter().flat_map(|books| books.refunds.all());
        entries.map(|(_, entry)| entry).collect()
    }

    /// Every payout that arrived, by its number.
    pub fn payouts(&self) -> Vec<PayoutEntry> {
        let entries = self.books.iter().flat_map(|books| books.payouts.all());
        entries.map(|(_, entry)| entry).collect()
    }

    /// What has moved by now.
    pub fn totals(&self, now: Timestamp) -> Totals {
        let mut totals = Totals::default();
        for debit in self.charges().iter().flat_map(|entry| entry.debits(now)) {
            totals.debits += 1;
            totals.charged.add(debit.amount.decimal());
        }
        for entry in self.refunds().iter().filter(|entry| entry.moved_by(now)) {
            totals.refunds += 1;
            totals.refunded.add(entry.amount.decimal());
        }
        for entry in self.payouts().iter().filter(|entry| entry.moved_by(now)) {
            totals.payouts += 1;
            totals.paid_out.add(entry.amount.decimal());
        }
        totals
    }

    fn plan(&self, no: &PaymentNo, notice: Option<(Timestamp, Notice)>) {
        let key: Arc<str> = no.clone().into();
        if let Some((at, notice)) = notice {
            self.notices.plan(at, &key, 0, notice);
        }
    }

    fn take_charge(&self, charge: Charge) -> ChargeAnswer {
        let now = self.clock.now();
        let Some(books) = &self.books else {
            let (serial, amount) = (entry::serial("CH", charge.no.as_str()), charge.amount.into());
            return ChargeAnswer::Paid(Receipt { no: charge.no, serial, amount, paid_at: now });
        };
        let key: Arc<str> = charge.no.clone().into();
        let decide = |known: Option<&ChargeEntry>| match known {
            None => Some(self.first(&charge, now)),
            // The first call was lost on its way; this one arrives.
            Some(lost) if !lost.arrived => {
                Some(ChargeEntry { at: now, fate: ChargeFate::Paid, arrived: true, ..lost.clone() })
            }
            Some(_) => None,
        };
        let line = |entry: &ChargeEntry| Line::Charge(entry.clone());
        match books.charges.change(&key, self.journal.as_ref(), decide, line) {
            Ok((Some(entry), _)) if !entry.is_for(&charge) => {
                ChargeAnswer::Pending(entry::number_reused())
            }
            Ok((Some(entry), true)) => {
                self.plan(&entry.no, entry.notice());
                entry.first_answer()
            }
            Ok((Some(entry), false)) => entry.standing(now),
            Ok((None, _)) => ChargeAnswer::NotFound,
            Err(error) => ChargeAnswer::Unknown(broken(&error)),
        }
    }

    fn first(&self, charge: &Charge, at: Timestamp) -> ChargeEntry {
        let Charge { no, account, amount, order } = charge.clone();
        let (fate, delay_s) = self.scenario.charge(&order, no.as_str());
        let arrived = fate != ChargeFate::TimeoutLost;
        let reason = dice::hash(self.scenario.seed, no.as_str(), "reason");
        ChargeEntry { no, order, account, amount, at, fate, delay_s, arrived, reason }
    }

    fn find(&self, no: &PaymentNo) -> ChargeAnswer {
        let entry = self.books.as_ref().and_then(|books| books.charges.get(no.as_str()));
        entry.map_or(ChargeAnswer::NotFound, |entry| entry.standing(self.clock.now()))
    }

    fn take_refund(&self, refund: &Refund) -> RefundAnswer {
        let Some(books) = &self.books else {
            return RefundAnswer::Refunded(entry::serial("RF", refund.no.as_str()));
        };
        let now = self.clock.now();
        let key: Arc<str> = refund.no.clone().into();
        let decide = |known: Option<&RefundEntry>| match known {
            None => {
                let Refund { no, account, amount, order } = refund.clone();
                let (fate, delay_s) = self.scenario.refund(&order, no.as_str());
                let arrived = fate != RefundFate::TimeoutLost;
                Some(RefundEntry { no, order, account, amount, at: now, fate, delay_s, arrived })
            }
            Some(lost) if !lost.arrived => {
                let fate = RefundFate::Refunded;
                Some(RefundEntry { at: now, fate, arrived: true, ..lost.clone() })
            }
            Some(_) => None,
        };
        let line = |entry: &RefundEntry| Line::Refund(entry.clone());
        match books.refunds.change(&key, self.journal.as_ref(), decide, line) {
            Ok((Some(entry), _)) if !entry.is_for(refund) => {
                RefundAnswer::Refused(entry::number_reused())
            }
            Ok((Some(entry), new)) => {
                self.plan(&entry.no, entry.notice().filter(|_| new));
                entry.answer(now, new)
            }
            Ok((None, _)) => RefundAnswer::Unknown(entry::timeout()),
            Err(error) => RefundAnswer::Unknown(broken(&error)),
        }
    }

    fn take_payout(&self, payout: &Payout) -> PayoutAnswer {
        let now = self.clock.now();
        let Some(books) = &self.books else {
            let (no, amount) = (payout.no.clone(), payout.amount.into());
            let serial = entry::serial("PO", no.as_str());
            return PayoutAnswer::PaidOut(Transfer { no, serial, amount, at: now });
        };
        let key: Arc<str> = payout.no.clone().into();
        let decide = |known: Option<&PayoutEntry>| match known {
            None => {
                let Payout { no, account, amount, order } = payout.clone();
                let (fate, delay_s) = self.scenario.payout(&order, &no);
                let arrived = fate != PayoutFate::TimeoutLost;
                Some(PayoutEntry { no, order, account, amount, at: now, fate, delay_s, arrived })
            }
            Some(lost) if !lost.arrived => {
                let fate = PayoutFate::PaidOut;
                Some(PayoutEntry { at: now, fate, arrived: true, ..lost.clone() })
            }
            Some(_) => None,
        };
        let line = |entry: &PayoutEntry| Line::Payout(entry.clone());
        match books.payouts.change(&key, self.journal.as_ref(), decide, line) {
            Ok((Some(entry), _)) if !entry.is_for(payout) => {
                PayoutAnswer::Pending(entry::number_reused())
            }
            Ok((Some(entry), new)) => {
                self.plan(&entry.no, entry.notice().filter(|_| new));
                entry.answer(now, new)
            }
            Ok((None, _)) => PayoutAnswer::Unknown(entry::timeout()),
            Err(error) => PayoutAnswer::Unknown(broken(&error)),
        }
    }

    async fn called(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(delay) = self.delay {
            tokio::time::sleep(delay).await;
        }
    }
}

impl PaymentChannel for SandboxChannel {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        self.called().await;
        self.take_charge(charge)
    }

    async fn query(&self, charge: Charge) -> ChargeAnswer {
        self.called().await;
        self.find(&charge.no)
    }

    async fn refund(&self, refund: Refund) -> RefundAnswer {
        self.called().await;
        self.take_refund(&refund)
    }

    async fn query_refund(&self, refund: Refund) -> RefundAnswer {
        self.called().await;
        let entry = self.books.as_ref().and_then(|books| books.refunds.get(refund.no.as_str()));
        let known = entry.filter(|entry| entry.arrived);
        known.map_or(RefundAnswer::NotFound, |entry| entry.answer(self.clock.now(), false))
    }

    async fn pay_out(&self, payout: Payout) -> PayoutAnswer {
        self.called().await;
        self.take_payout(&payout)
    }

    async fn query_payout(&self, payout: Payout) -> PayoutAnswer {
        self.called().await;
        let entry = self.books.as_ref().and_then(|books| books.payouts.get(payout.no.as_str()));
        let known = entry.filter(|entry| entry.arrived);
        known.map_or(PayoutAnswer::NotFound, |entry| entry.answer(self.clock.now(), false))
    }
}

impl std::fmt::Debug for SandboxChannel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SandboxChannel").field("calls", &self.calls()).finish_non_exhaustive()
    }
}

/// The books cannot be written, so nothing happened and nothing is promised.
pub(super) fn broken(error: &JournalError) -> Cause {
    Cause::new("books_unwritable", error.to_string())
}
