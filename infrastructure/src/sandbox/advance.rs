//! A licensed bank that advances money for fast withdrawals as the scenario says, once per number, and
//! takes it back: always.

use super::{
    Notice,
    book::Book,
    channel::{broken, in_progress, number_reused, timeout},
    journal::{Journal, JournalError},
    notices::Notices,
    scenario::{AdvanceFate, Scenario},
};
use fundflow_domain::{
    advance::Transfer,
    ids::{AccountRef, OrderId, PaymentNo},
    money::Amount,
    orders::{Cause, Serial},
    time::Timestamp,
};
use fundflow_kernel::clock::Clock;
use fundflow_sagas::ports::advance::{
    Advance, AdvanceAnswer, AdvanceBank, AdvanceSaid, Repayment, RepaymentAnswer, notice,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{path::Path, sync::Arc};

/// The bank's file in its directory.
const FILE: &str = "advance.jsonl";

/// A bank to try the engine against.
pub struct SandboxAdvance {
    scenario: Scenario,
    clock: Arc<dyn Clock>,
    advances: Book<AdvanceEntry>,
    repayments: Book<Timestamp>,
    journal: Option<Journal>,
    notices: Notices,
}

/// An advance in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvanceEntry {
    /// The idempotency key.
    pub no: PaymentNo,
    /// The order that moves the shares to the bank.
    pub order: OrderId,
    /// The account that receives it.
    pub account: AccountRef,
    /// Yuan that the bank paid, or is to pay.
    pub amount: Amount,
    /// The instant at which the call arrived.
    pub at: Timestamp,
    /// Fate by the scenario.
    pub fate: AdvanceFate,
    /// Seconds until a delayed answer.
    pub delay_s: u32,
    /// Whether the call reached the books of the bank; a lost one waits for its repeat.
    pub arrived: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Advance(AdvanceEntry),
    Repayment { no: PaymentNo, at: Timestamp },
}

impl SandboxAdvance {
    /// Advances everything at once, with books in memory only.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::in_memory(Scenario::default(), clock)
    }

    /// With books in memory only.
    pub fn in_memory(scenario: Scenario, clock: Arc<dyn Clock>) -> Self {
        let (advances, repayments) = (Book::empty(), Book::empty());
        let (journal, notices) = (None, Notices::default());
        Self { scenario, clock, advances, repayments, journal, notices }
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
        let bank = Self { journal: Some(journal), ..Self::in_memory(scenario, clock) };
        for line in lines {
            match line {
                Line::Advance(entry) => bank.advances.restore(entry.no.clone().into(), entry),
                Line::Repayment { no, at } => bank.repayments.restore(no.into(), at),
            }
        }
        for (_, entry) in bank.advances.all() {
            bank.plan(&entry);
        }
        Ok(bank)
    }

    /// Callbacks whose instant has come; to be delivered to the engine.
    pub fn due(&self, now: Timestamp) -> Vec<Notice> {
        self.notices.due(now)
    }

    /// When the next callback is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.notices.next_due()
    }

    /// Every advance that was asked for, by its number.
    pub fn advances(&self) -> Vec<AdvanceEntry> {
        self.advances.all().into_iter().map(|(_, entry)| entry).collect()
    }

    fn plan(&self, entry: &AdvanceEntry) {
        if let Some(at) = entry.calls_back_at() {
            let said = AdvanceSaid::Advance(entry.standing(at));
            self.notices.plan(at, &entry.no.clone().into(), 0, notice(&entry.no, said));
        }
    }

    fn take(&self, advance: &Advance) -> AdvanceAnswer {
        let now = self.clock.now();
        let key: Arc<str> = advance.no.clone().into();
        let decide = |known: Option<&AdvanceEntry>| match known {
            None => Some(self.first(advance, now)),
            // The first call was lost on its way; this one arrives.
            Some(lost) if !lost.arrived => {
                let fate = AdvanceFate::Advanced;
                Some(AdvanceEntry { at: now, fate, arrived: true, ..lost.clone() })
            }
            Some(_) => None,
        };
        let line = |entry: &AdvanceEntry| Line::Advance(entry.clone());
        match self.advances.change(&key, self.journal.as_ref(), decide, line) {
            Ok((Some(entry), _)) if !entry.is_for(advance) => {
                AdvanceAnswer::Pending(number_reused())
            }
            Ok((Some(entry), true)) => {
                self.plan(&entry);
                entry.first_answer()
            }
            Ok((Some(entry), false)) => entry.standing(now),
            Ok((None, _)) => AdvanceAnswer::NotFound,
            Err(error) => AdvanceAnswer::Unknown(broken(&error)),
        }
    }

    fn first(&self, advance: &Advance, at: Timestamp) -> AdvanceEntry {
        let Advance { no, account, amount, order } = advance.clone();
        let (fate, delay_s) = self.scenario.advance(&order, no.as_str());
        let arrived = fate != AdvanceFate::TimeoutLost;
        AdvanceEntry { no, order, account, amount, at, fate, delay_s, arrived }
    }
}

impl AdvanceEntry {
    fn is_for(&self, advance: &Advance) -> bool {
        let Advance { no, account, amount, order } = advance;
        self.no == *no && self.account == *account && self.amount == *amount && self.order == *order
    }

    /// To the call that opened the entry.
    fn first_answer(&self) -> AdvanceAnswer {
        use AdvanceFate as F;
        match self.fate {
            F::TimeoutAdvanced | F::TimeoutDeclined | F::TimeoutLost => {
                AdvanceAnswer::Unknown(timeout())
            }
            F::Advanced | F::Declined | F::LateAdvanced | F::LateDeclined | F::Silent => {
                self.standing(self.at)
            }
        }
    }

    /// How it stands by then, for whoever asks.
    fn standing(&self, now: Timestamp) -> AdvanceAnswer {
        use AdvanceFate as F;
        match self.fate {
            F::LateAdvanced | F::LateDeclined if now < self.decided_at() => {
                AdvanceAnswer::Pending(in_progress())
            }
            F::Advanced | F::TimeoutAdvanced | F::LateAdvanced => {
                AdvanceAnswer::Advanced(transfer(&self.no, self.amount, self.decided_at()))
            }
            F::Declined | F::TimeoutDeclined | F::LateDeclined => AdvanceAnswer::Declined(
                Cause::new("advance_declined", "the bank does not advance this amount"),
            ),
            F::TimeoutLost => AdvanceAnswer::NotFound,
            F::Silent => AdvanceAnswer::Unknown(timeout()),
        }
    }

    fn decided_at(&self) -> Timestamp {
        let delay = if self.is_late() { i64::from(self.delay_s) * 1000 } else { 0 };
        self.at.plus_millis(delay)
    }

    const fn is_late(&self) -> bool {
        matches!(self.fate, AdvanceFate::LateAdvanced | AdvanceFate::LateDeclined)
    }

    fn calls_back_at(&self) -> Option<Timestamp> {
        self.is_late().then(|| self.decided_at())
    }
}

fn transfer(no: &PaymentNo, amount: Amount, at: Timestamp) -> Transfer {
    Transfer { serial: serial_of(no), amount: amount.into(), at }
}

/// The bank's own number follows from ours.
fn serial_of(no: &PaymentNo) -> Serial {
    let hash = Sha256::digest(no.as_str());
    let number = hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    Serial::numbered("AD", number)
}

impl AdvanceBank for SandboxAdvance {
    async fn advance(&self, advance: Advance) -> AdvanceAnswer {
        self.take(&advance)
    }

    async fn query(&self, advance: Advance) -> AdvanceAnswer {
        let known = self.advances.get(advance.no.as_str()).filter(|entry| entry.arrived);
        known.map_or(AdvanceAnswer::NotFound, |entry| entry.standing(self.clock.now()))
    }

    async fn repay(&self, repayment: Repayment) -> RepaymentAnswer {
        let Repayment { no, amount, .. } = repayment;
        let (key, now): (Arc<str>, _) = (no.clone().into(), self.clock.now());
        let decide = |known: Option<&Timestamp>| known.is_none().then_some(now);
        let line = |at: &Timestamp| Line::Repayment { no: no.clone(), at: *at };
        match self.repayments.change(&key, self.journal.as_ref(), decide, line) {
            Ok((at, _)) => RepaymentAnswer::Repaid(transfer(&no, amount, at.unwrap_or(now))),
            Err(error) => RepaymentAnswer::Unknown(broken(&error)),
        }
    }

    async fn query_repayment(&self, repayment: Repayment) -> RepaymentAnswer {
        let Repayment { no, amount, .. } = repayment;
        let known = self.repayments.get(no.as_str());
        known.map_or(RepaymentAnswer::NotFound, |at| {
            RepaymentAnswer::Repaid(transfer(&no, amount, at))
        })
    }
}

impl std::fmt::Debug for SandboxAdvance {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SandboxAdvance").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_kernel::clock::ManualClock;

    fn bank(fate: &str, books: &Path) -> (SandboxAdvance, ManualClock) {
        let text = format!("[override.TX-1]\nadvance = \"{fate}\"\ndelay_s = 60");
        let clock = ManualClock::at("2026-02-13T10:00:00+08:00".parse().unwrap());
        let scenario = Scenario::from_toml(&text).unwrap();
        (SandboxAdvance::open(scenario, Arc::new(clock.clone()), books).unwrap(), clock)
    }

    fn wanted() -> Advance {
        Advance {
            no: "TX-1.transfer.adv".parse().unwrap(),
            account: "A-1".parse().unwrap(),
            amount: "100".parse().unwrap(),
            order: "TX-1.transfer".parse().unwrap(),
        }
    }

    /// The answer in a word.
    fn word(answer: &AdvanceAnswer) -> &'static str {
        match answer {
            AdvanceAnswer::Advanced(_) => "advanced",
            AdvanceAnswer::Declined(_) => "declined",
            AdvanceAnswer::NotFound => "not found",
            AdvanceAnswer::Pending(_) => "pending",
            AdvanceAnswer::Unknown(_) => "unknown",
        }
    }

    /// The first call, a question, the second call; and a question a minute later, by another process.
    #[tokio::test]
    async fn every_fate_is_decided_once_and_a_later_process_meets_the_same_bank() {
        let rows = [
            ("advanced", ["advanced", "advanced", "advanced", "advanced"], 0),
            ("declined", ["declined", "declined", "declined", "declined"], 0),
            ("timeout_advanced", ["unknown", "advanced", "advanced", "advanced"], 0),
            ("timeout_declined", ["unknown", "declined", "declined", "declined"], 0),
            ("timeout_lost", ["unknown", "not found", "advanced", "advanced"], 0),
            ("late_advanced", ["pending", "pending", "pending", "advanced"], 1),
            ("late_declined", ["pending", "pending", "pending", "declined"], 1),
            ("silent", ["unknown", "unknown", "unknown", "unknown"], 0),
        ];
        for (fate, expected, callbacks) in rows {
            let books = tempfile::tempdir().unwrap();
            let (first, _) = bank(fate, books.path());
            let before = [
                first.advance(wanted()).await,
                first.query(wanted()).await,
                first.advance(wanted()).await,
            ];
            drop(first);
            let (second, clock) = bank(fate, books.path());
            assert!(second.due(clock.now()).is_empty(), "{fate}");
            clock.advance_to(clock.now().plus_millis(60_000));
            let after = second.query(wanted()).await;
            let said: Vec<_> = before.iter().chain([&after]).map(word).collect();
            assert_eq!(said, expected, "{fate}");
            assert_eq!(second.due(clock.now()).len(), callbacks, "{fate}");
            let other = Advance { amount: "1".parse().unwrap(), ..wanted() };
            assert_eq!(word(&second.advance(other).await), "pending", "{fate}: the number is used");
        }
    }
}
