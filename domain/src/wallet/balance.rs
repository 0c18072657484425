//! What a wallet holds: sums over its entries, computed and never stored.

use super::{Credit, Entry, Lot, LotTaken, State, income, lots::taken_from};
use crate::{
    ids::TransactionId,
    money::{Income, Shares},
};
use chrono::NaiveDate;

impl State {
    /// What the transaction did so far.
    pub fn entry(&self, tx: &TransactionId) -> Entry {
        self.entries.get(tx)
    }

    /// All transactions that touched the wallet.
    pub fn entries(&self) -> impl Iterator<Item = (&TransactionId, &Entry)> {
        self.entries.all()
    }

    /// What is registered and not yet spent, in the order in which it was heard of.
    pub fn lots(&self) -> Vec<&Lot> {
        self.lots.as_heard()
    }

    /// Registered and free for any use.
    pub fn available(&self) -> Shares {
        let withheld = [self.reserved_of_registered(), self.frozen(), self.disputed()];
        withheld
            .iter()
            .fold(self.registered(), |free, withheld| free.minus(*withheld).unwrap_or_default())
    }

    /// Earmarked and registered: what is in transit can be reserved too.
    pub(super) fn reserved_of_registered(&self) -> Shares {
        Shares::of(self.entries.sums().reserved_of_registered)
    }

    /// Whether nothing stays once so many of the available shares have left, and what others reserve has,
    /// too.
    pub fn is_emptied_by(&self, shares: Shares) -> bool {
        shares == self.available() && self.frozen().is_zero() && self.disputed().is_zero()
    }

    /// Who reserves how many shares, by name.
    pub fn reserved_by(&self) -> Vec<(TransactionId, Shares)> {
        let all = self.entries.under_way().map(|(tx, entry)| (tx, entry.reservation.held()));
        all.filter(|(_, held)| !held.is_zero()).map(|(tx, held)| (tx.clone(), held)).collect()
    }

    /// Registered, free or not.
    pub fn registered(&self) -> Shares {
        Shares::of(self.lots.sum())
    }

    /// Registered or on their way; `None` for more than can be counted.
    pub fn counted(&self) -> Option<Shares> {
        Shares::checked(self.lots.sum().checked_add(self.entries.sums().in_transit)?)
    }

    /// Paid by the investor, and not registered yet.
    pub fn in_transit(&self) -> Shares {
        Shares::of(self.entries.sums().in_transit)
    }

    /// Earmarked for conversions and redemptions, registered or in transit.
    pub fn reserved(&self) -> Shares {
        Shares::of(self.entries.sums().reserved)
    }

    /// Of what is in transit, earmarked.
    pub(crate) fn reserved_in_transit(&self) -> Shares {
        let sums = self.entries.sums();
        Shares::of(sums.reserved.saturating_sub(sums.reserved_of_registered))
    }

    /// A transaction that bought its own shares may use those; another one what is available.
    pub(super) fn free_for(&self, tx: &TransactionId) -> Shares {
        match self.entry(tx).credit {
            Credit::InTransit(own) => own,
            // What has come of its own is reserved before what is still to come, unless others have it.
            Credit::Arriving { there, coming } if there <= self.available() => {
                coming.plus_or_most(there)
            }
            Credit::Arriving { .. } => self.available(),
            Credit::Confirmed(own) => own.min(self.available()),
            Credit::None | Credit::Reversed => self.available(),
        }
    }

    /// Registered shares by the day of registration, the oldest first, that are left to that transaction
    /// once the others have what they reserve: their own, then the oldest.
    pub fn lots_left_to(&self, tx: &TransactionId) -> Vec<(NaiveDate, Shares)> {
        let mut rest = self.lots.clone();
        for (other, entry) in self.entries.under_way().filter(|(other, _)| *other != tx) {
            let reserved = entry.reserved_of_registered().min(Shares::of(rest.sum()));
            let taken = taken_from(rest.own_first(other), reserved).unwrap_or_default();
            for taken in &taken {
                rest.take(taken);
            }
        }
        rest.oldest_first().map(|lot| (lot.registered, lot.shares)).collect()
    }

    pub(super) fn lots_for(&self, tx: &TransactionId, shares: Shares) -> Option<Vec<LotTaken>> {
        taken_from(self.lots.own_first(tx), shares)
    }

    pub(super) fn oldest_lots(&self, shares: Shares) -> Option<Vec<LotTaken>> {
        taken_from(self.lots.oldest_first(), shares)
    }

    /// Whole fen of income became a lot, or took shares away.
    pub(super) fn carried(
        &mut self,
        amount: Income,
        registered: NaiveDate,
        lots: &[LotTaken],
    ) -> Option<()> {
        let shares = income::shares_of(amount)?;
        if amount > Income::ZERO {
            lots.is_empty().then_some(())?;
            let transaction = format!("income.{}", registered.format("%Y%m%d"));
            let transaction = TransactionId::new(transaction).ok()?;
            self.lots.add(Lot { transaction, registered, shares, carried: true })?;
            // Those that no remembered day can tell apart become one.
            return match self.book().remembered_since() {
                Some(before) => self.lots.merge_carried(before),
                None => Some(()),
            };
        }
        let taken = lots.iter().try_fold(Shares::ZERO, |sum, taken| sum.plus(taken.shares))?;
        (taken == shares).then_some(())?;
        lots.iter().try_for_each(|taken| self.lots.take(taken))
    }
}
