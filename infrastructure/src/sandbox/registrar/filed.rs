//! Records of a later morning than the one after an application's T: the shares of a subscription, a rest that was
//! carried over, a fund that confirms on T+2. With files they stand in those of their own morning.
//!
//! 1. What comes at the hour of the files of the day that it is dated is in them, and nobody says it besides. What
//!    comes later is said by itself.
//! 2. Where no files are made at that hour, it is said by itself too: nothing is lost.

use super::{
    ApplicationEntry, Confirming, Final, Market, Notice, SandboxRegistrar, Word, records::Said,
};
use crate::day_batch::{Numbers, Parties, application_of};
use fundflow_domain::{ids::DistributorCode, time::Timestamp};
use fundflow_sagas::ports::registrar::Application;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The instant, the application's number, and which of its records.
type Item = (Timestamp, Arc<str>, u8);

/// Records that stand in the files of their morning.
#[derive(Debug, Default)]
pub(super) struct Filed(Mutex<BTreeSet<Item>>);

impl Filed {
    pub(super) fn clear(&self) {
        self.items().clear();
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.items().first().map(|(at, ..)| *at)
    }

    /// Those that are wanted of what is due by then; they are not kept any more.
    fn take(&self, now: Timestamp, wanted: impl Fn(&Item) -> bool) -> Vec<Item> {
        let mut items = self.items();
        let due: Vec<Item> = items.iter().take_while(|(at, ..)| *at <= now).cloned().collect();
        let taken: Vec<Item> = due.into_iter().filter(|item| wanted(item)).collect();
        for item in &taken {
            items.remove(item);
        }
        taken
    }

    fn items(&self) -> MutexGuard<'_, BTreeSet<Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Word {
    /// Whether it comes with the files of the day that it is dated.
    fn is_of_its_morning(&self) -> bool {
        let dated = match &self.says {
            Final::Received(said) => said.on,
            Final::Confirmed(said) => said.confirmed_on,
            Final::Rejected(_) => self.at.date(),
        };
        self.at == Market::hour_of(dated)
    }
}

impl SandboxRegistrar {
    /// Records whose instant has come; to be delivered to the engine. Runs the batch of every T whose
    /// hour has come.
    pub fn due(&self, now: Timestamp) -> Vec<Notice> {
        self.said_by(now, now)
    }

    /// The same while the files of that very hour are still to be made: what is to stand in them is not said.
    pub fn due_before_files(&self, now: Timestamp) -> Vec<Notice> {
        self.said_by(now, Timestamp::from_micros(now.micros() - 1))
    }

    fn said_by(&self, now: Timestamp, filed_until: Timestamp) -> Vec<Notice> {
        self.run_hour(now);
        let mut due = self.notices.due(now);
        for (_, no, nth) in self.filed.take(filed_until, |_| true) {
            let entry = self.books.get(&no);
            let notices = entry.map(|entry| entry.notices()).unwrap_or_default();
            due.extend(notices.into_iter().nth(usize::from(nth)).map(|(_, notice)| notice));
        }
        due
    }

    /// When the next record, or the next batch, is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        let next = [self.notices.next_due(), self.filed.next_due(), self.agenda.next()];
        next.into_iter().flatten().min()
    }

    /// Plans the records of an entry, from the n-th on: each as a notice, or for the files of its morning.
    pub(super) fn say(&self, entry: &ApplicationEntry, from: usize) {
        let key: Arc<str> = entry.terms.no.clone().into();
        let words = entry.decided.iter().flat_map(|decided| &decided.words);
        for (nth, (word, (at, notice))) in (0..).zip(words.zip(entry.notices())).skip(from) {
            if self.confirming == Confirming::ByBatch && word.is_of_its_morning() {
                self.filed.items().insert((at, key.clone(), nth));
            } else {
                self.notices.plan(at, &key, nth, notice);
            }
        }
    }

    /// Whether the files of this hour have a record for that distributor although none of its applications is in the
    /// batch. `own`: the distributor whose are applications that name none.
    pub fn has_filed(&self, distributor: &DistributorCode, own: &DistributorCode) -> bool {
        let now = self.clock.now();
        self.run_hour(now);
        let items = self.filed.items();
        let mut due = items.iter().take_while(|(at, ..)| *at <= now);
        due.any(|(at, no, _)| *at == now && self.is_of(no, distributor.as_str(), own))
    }

    /// Notes that the files of this hour were made before: what stands in them is not said besides.
    pub fn leave_filed(&self, distributor: &DistributorCode, own: &DistributorCode) {
        drop(self.take_filed(distributor.as_str(), own));
    }

    /// The records of earlier applications that stand in the files of this hour.
    pub(super) fn filed(&self, parties: &Parties, own: &DistributorCode) -> Vec<Said> {
        self.run_hour(self.clock.now());
        let accounts = self.accounts();
        let said = |(_, no, nth): Item| {
            let entry = self.books.get(&no)?;
            let word = entry.decided.as_ref()?.words.get(usize::from(nth))?;
            let application =
                Application { terms: entry.terms.clone(), applied_at: entry.applied_at };
            let numbers = if entry.in_digits { Numbers::Digits } else { Numbers::Letters };
            let account = accounts.of(&entry.terms.investor);
            let record =
                application_of((&application).into(), &parties.distributor, numbers, account);
            Some((record, word.says.clone().into()))
        };
        self.take_filed(&parties.distributor, own).into_iter().filter_map(said).collect()
    }

    fn take_filed(&self, distributor: &str, own: &DistributorCode) -> Vec<Item> {
        let now = self.clock.now();
        self.filed.take(now, |(at, no, _)| *at == now && self.is_of(no, distributor, own))
    }

    fn is_of(&self, no: &str, distributor: &str, own: &DistributorCode) -> bool {
        let entry = self.books.get(no);
        entry.is_some_and(|it| it.terms.distributor.as_ref().unwrap_or(own).as_str() == distributor)
    }
}
