//! The lots of a wallet: which are there, the oldest first, and what they come to.
//!
//! 1. A name stands for one lot: a transaction that is called like carried income joins it.
//! 2. Lots of one day leave in the order in which they were heard of.

use super::{Lot, LotTaken};
use crate::{
    ids::TransactionId,
    keyed::Keyed,
    money::Shares,
    tallied::{Counts, Tallied},
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// When it was registered, and which lot of the wallet it was.
type Age = (NaiveDate, u32);

/// By age; the other maps say where to look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lots {
    by_age: Tallied<Age, Lot, 1>,
    ages: Keyed<TransactionId, Age>,
    /// Carried income, in the order in which it was heard of.
    carried: Keyed<u32, NaiveDate>,
    heard_of: u32,
}

crate::rare::rare!(Lots);

impl Counts<1> for Lot {
    fn figures(&self) -> [Decimal; 1] {
        [self.shares.decimal()]
    }
}

impl Lots {
    /// Sum of the lots, in shares.
    pub(super) const fn sum(&self) -> Decimal {
        let [sum] = *self.by_age.sums();
        sum
    }

    pub(super) fn of(&self, name: &TransactionId) -> Option<&Lot> {
        self.by_age.get(self.ages.get(name)?)
    }

    /// All of them, in the order in which they were heard of.
    pub(super) fn as_heard(&self) -> Vec<&Lot> {
        let mut lots: Vec<(&Age, &Lot)> = self.by_age.entries().iter().collect();
        lots.sort_unstable_by_key(|((_, nth), _)| *nth);
        lots.into_iter().map(|(_, lot)| lot).collect()
    }

    pub(super) fn oldest_first(&self) -> impl Iterator<Item = &Lot> {
        self.by_age.entries().values()
    }

    /// That one, then the oldest.
    pub(super) fn own_first<'a>(
        &'a self,
        own: &'a TransactionId,
    ) -> impl Iterator<Item = &'a Lot> + 'a {
        let others = self.oldest_first().filter(move |lot| lot.transaction != *own);
        self.of(own).into_iter().chain(others)
    }

    /// Nothing is no lot.
    pub(super) fn add(&mut self, lot: Lot) -> Option<()> {
        if lot.shares.is_zero() {
            return Some(());
        }
        if let Some(age) = self.ages.get(&lot.transaction) {
            return self.by_age.change(age, |other| {
                other.shares = other.shares.plus(lot.shares)?;
                Some(())
            });
        }
        let age = (lot.registered, self.heard_of);
        self.heard_of = self.heard_of.checked_add(1)?;
        if lot.carried {
            self.carried.put(&age.1, lot.registered);
        }
        self.ages.put(&lot.transaction, age);
        self.by_age.insert(&age, lot)
    }

    pub(super) fn take(&mut self, taken: &LotTaken) -> Option<()> {
        let age = *self.ages.get(&taken.lot)?;
        let left = self.by_age.change(&age, |lot| {
            lot.shares = lot.shares.minus(taken.shares)?;
            Some(lot.shares)
        })?;
        if left.is_zero() {
            self.forget(age);
        }
        Some(())
    }

    /// A lot a day for years: those of carried income that are older become one.
    pub(super) fn merge_carried(&mut self, before: NaiveDate) -> Option<()> {
        let old = self.carried.iter().filter(|(_, registered)| **registered < before);
        let old: Vec<Age> = old.map(|(nth, registered)| (*registered, *nth)).collect();
        let Some((first, others)) = old.split_first() else { return Some(()) };
        for age in others {
            let more = self.by_age.get(age)?.shares;
            self.forget(*age);
            self.by_age.change(first, |lot| {
                lot.shares = lot.shares.plus(more)?;
                Some(())
            })?;
        }
        Some(())
    }

    fn forget(&mut self, age: Age) {
        if let Some(name) = self.by_age.get(&age).map(|lot| lot.transaction.clone()) {
            self.ages.remove(&name);
        }
        self.carried.remove(&age.1);
        self.by_age.remove(&age);
    }
}

/// So many shares out of these lots, in their order; `None` where they are too few.
pub(super) fn taken_from<'a>(
    lots: impl Iterator<Item = &'a Lot>,
    shares: Shares,
) -> Option<Vec<LotTaken>> {
    let (mut missing, mut taken) = (shares, Vec::new());
    for lot in lots {
        if missing.is_zero() {
            break;
        }
        let part = missing.min(lot.shares);
        taken.push(LotTaken { lot: lot.transaction.clone(), shares: part });
        missing = missing.minus(part)?;
    }
    missing.is_zero().then_some(taken)
}
