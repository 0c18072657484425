//! What a wallet holds: sums over its entries, computed and never stored.

use super::{Credit, Entry, Lot, LotTaken, Reservation, State, income};
use crate::{
    ids::TransactionId,
    money::{Income, Shares},
};
use chrono::NaiveDate;

impl State {
    /// What the transaction did so far.
    pub fn entry(&self, tx: &TransactionId) -> Entry {
        self.place_of(tx).map_or_else(|_| Entry::default(), |at| self.entries[at].1)
    }

    /// All transactions that touched the wallet.
    pub fn entries(&self) -> impl Iterator<Item = &(TransactionId, Entry)> {
        self.entries.iter()
    }

    /// What is registered and not yet spent.
    pub fn lots(&self) -> &[Lot] {
        &self.lots
    }

    /// Registered and free for any use.
    pub fn available(&self) -> Shares {
        let kept = [self.reserved_of_registered(), self.frozen(), self.disputed()];
        kept.iter().fold(self.registered(), |free, kept| free.minus(*kept).unwrap_or_default())
    }

    /// Earmarked and registered: what is in transit can be reserved too.
    pub(super) fn reserved_of_registered(&self) -> Shares {
        self.sum(reserved_of)
    }

    /// Whether nothing stays once so many of the available shares have left, and what others reserve has,
    /// too.
    pub fn is_emptied_by(&self, shares: Shares) -> bool {
        shares == self.available() && self.frozen().is_zero() && self.disputed().is_zero()
    }

    /// Who reserves how many shares, by name.
    pub fn reserved_by(&self) -> Vec<(TransactionId, Shares)> {
        let held = |(transaction, entry): &(TransactionId, Entry)| match entry.reservation {
            Reservation::Held(held) | Reservation::Leaving { held, .. } if !held.is_zero() => {
                Some((transaction.clone(), held))
            }
            Reservation::None
            | Reservation::Held(_)
            | Reservation::Leaving { .. }
            | Reservation::Spent(_)
            | Reservation::Released => None,
        };
        self.entries.iter().filter_map(held).collect()
    }

    /// Registered, free or not.
    pub fn registered(&self) -> Shares {
        self.lots.iter().fold(Shares::ZERO, |sum, lot| sum.plus(lot.shares).unwrap_or(sum))
    }

    /// Registered or on their way; `None` for more than can be counted.
    pub fn counted(&self) -> Option<Shares> {
        let lots = self.lots.iter().map(|lot| lot.shares);
        let coming = self.entries.iter().map(|(_, entry)| coming(entry));
        lots.chain(coming).try_fold(Shares::ZERO, Shares::plus)
    }

    /// Paid, not registered.
    pub fn in_transit(&self) -> Shares {
        self.sum(coming)
    }

    /// Earmarked for conversions and redemptions, registered or in transit.
    pub fn reserved(&self) -> Shares {
        self.sum(|entry| match entry.reservation {
            Reservation::Held(held) | Reservation::Leaving { held, .. } => held,
            Reservation::None | Reservation::Spent(_) | Reservation::Released => Shares::ZERO,
        })
    }

    /// A transaction that bought its own shares may use those; another one what is available.
    pub(super) fn free_for(&self, tx: &TransactionId) -> Shares {
        match self.entry(tx).credit {
            Credit::InTransit(own) => own,
            // What has come of its own is reserved before what is still to come, unless others have it.
            Credit::Arriving { there, coming } if there <= self.available() => {
                coming.plus(there).unwrap_or(coming)
            }
            Credit::Arriving { .. } => self.available(),
            Credit::Confirmed(own) => own.min(self.available()),
            Credit::None | Credit::Reversed => self.available(),
        }
    }

    /// Registered shares by the day of registration that are left to that transaction once the others have
    /// what they reserve: their own, then the oldest.
    pub fn lots_left_to(&self, tx: &TransactionId) -> Vec<(NaiveDate, Shares)> {
        let mut rest = self.lots.clone();
        for (other, entry) in self.entries.iter().filter(|(other, _)| other != tx) {
            rest.sort_by_key(|lot| (lot.transaction != *other, lot.registered));
            let mut reserved = reserved_of(entry);
            for lot in &mut rest {
                let taken = lot.shares.min(reserved);
                lot.shares = lot.shares.minus(taken).unwrap_or_default();
                reserved = reserved.minus(taken).unwrap_or_default();
            }
        }
        rest.iter().map(|lot| (lot.registered, lot.shares)).collect()
    }

    pub(super) fn lots_for(&self, tx: &TransactionId, shares: Shares) -> Option<Vec<LotTaken>> {
        let mut lots: Vec<&Lot> = self.lots.iter().collect();
        lots.sort_by_key(|lot| (lot.transaction != *tx, lot.registered));
        taken_from(&lots, shares)
    }

    pub(super) fn oldest_lots(&self, shares: Shares) -> Option<Vec<LotTaken>> {
        let mut lots: Vec<&Lot> = self.lots.iter().collect();
        lots.sort_by_key(|lot| lot.registered);
        taken_from(&lots, shares)
    }

    /// A name stands for one lot: a transaction that is called like carried income joins it. Nothing is no
    /// lot.
    pub(super) fn add(&mut self, lot: Lot) -> Option<()> {
        if lot.shares.is_zero() {
            return Some(());
        }
        match self.lots.iter_mut().find(|other| other.transaction == lot.transaction) {
            Some(other) => other.shares = other.shares.plus(lot.shares)?,
            None => self.lots.push(lot),
        }
        Some(())
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
            self.add(Lot { transaction, registered, shares, carried: true })?;
            return self.merge_carried();
        }
        let taken = lots.iter().try_fold(Shares::ZERO, |sum, taken| sum.plus(taken.shares))?;
        (taken == shares).then_some(())?;
        lots.iter().try_for_each(|taken| self.take(taken))
    }

    /// A lot a day for years: those that no remembered day can tell apart become one.
    fn merge_carried(&mut self) -> Option<()> {
        let before = self.book().remembered_since();
        let is_old = |lot: &Lot| lot.carried && before.is_some_and(|day| lot.registered < day);
        let Some(first) = self.lots.iter().position(is_old) else { return Some(()) };
        let mut old = self.lots.iter().filter(|lot| is_old(lot));
        let sum = old.try_fold(Shares::ZERO, |sum, lot| sum.plus(lot.shares))?;
        self.lots[first].shares = sum;
        let name = self.lots[first].transaction.clone();
        self.lots.retain(|lot| lot.transaction == name || !is_old(lot));
        Some(())
    }

    pub(super) fn take(&mut self, taken: &LotTaken) -> Option<()> {
        let at = self.lots.iter().position(|lot| lot.transaction == taken.lot)?;
        let left = self.lots[at].shares.minus(taken.shares)?;
        if left.is_zero() {
            self.lots.remove(at);
        } else {
            self.lots[at].shares = left;
        }
        Some(())
    }

    fn sum(&self, shares_of: impl Fn(&Entry) -> Shares) -> Shares {
        let add = |sum: Shares, entry: &Entry| sum.plus(shares_of(entry)).unwrap_or(sum);
        self.entries.iter().fold(Shares::ZERO, |sum, (_, entry)| add(sum, entry))
    }

    fn place_of(&self, tx: &TransactionId) -> Result<usize, usize> {
        self.entries.binary_search_by(|(other, _)| other.cmp(tx))
    }

    pub(super) fn entry_mut(&mut self, tx: &TransactionId) -> &mut Entry {
        let at = self.place_of(tx).unwrap_or_else(|at| {
            // Most wallets hold one open purchase; do not pay for four.
            if self.entries.is_empty() {
                self.entries.reserve_exact(1);
            }
            self.entries.insert(at, (tx.clone(), Entry::default()));
            at
        });
        &mut self.entries[at].1
    }
}

const fn coming(entry: &Entry) -> Shares {
    match entry.credit {
        Credit::InTransit(shares) | Credit::Arriving { coming: shares, .. } => shares,
        Credit::None | Credit::Confirmed(_) | Credit::Reversed => Shares::ZERO,
    }
}

fn taken_from(lots: &[&Lot], shares: Shares) -> Option<Vec<LotTaken>> {
    let (mut missing, mut taken) = (shares, Vec::new());
    for lot in lots {
        let part = missing.min(lot.shares);
        if part.is_zero() {
            // Enough was found, or the registrar confirmed nothing in this lot.
            continue;
        }
        taken.push(LotTaken { lot: lot.transaction.clone(), shares: part });
        missing = missing.minus(part)?;
    }
    missing.is_zero().then_some(taken)
}

fn reserved_of(entry: &Entry) -> Shares {
    match (entry.reservation, entry.credit) {
        (Reservation::Held(_), Credit::InTransit(_)) => Shares::ZERO,
        (Reservation::Held(held), Credit::Arriving { there, .. }) => held.min(there),
        (Reservation::Held(held) | Reservation::Leaving { held, .. }, _) => held,
        (Reservation::None | Reservation::Spent(_) | Reservation::Released, _) => Shares::ZERO,
    }
}
