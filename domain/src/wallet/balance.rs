//! What a wallet holds: sums over its entries, computed and never stored.

use super::{Credit, Entry, Lot, LotTaken, Reservation, State};
use crate::{ids::TransactionId, money::Shares};

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
        let held = self.sum(|entry| match (entry.reservation, entry.credit) {
            (Reservation::Held(_), Credit::InTransit(_)) => Shares::ZERO,
            (Reservation::Held(held), _) => held,
            (Reservation::None | Reservation::Spent(_) | Reservation::Released, _) => Shares::ZERO,
        });
        self.registered().minus(held).unwrap_or_default()
    }

    /// Registered, free or not.
    pub fn registered(&self) -> Shares {
        self.lots.iter().fold(Shares::ZERO, |sum, lot| sum.plus(lot.shares).unwrap_or(sum))
    }

    /// Paid, not registered.
    pub fn in_transit(&self) -> Shares {
        self.sum(|entry| match entry.credit {
            Credit::InTransit(shares) => shares,
            Credit::None | Credit::Confirmed(_) | Credit::Reversed => Shares::ZERO,
        })
    }

    /// Earmarked for conversions.
    pub fn reserved(&self) -> Shares {
        self.sum(|entry| match entry.reservation {
            Reservation::Held(shares) => shares,
            Reservation::None | Reservation::Spent(_) | Reservation::Released => Shares::ZERO,
        })
    }

    /// A transaction that bought its own shares may use those; another one what is available.
    pub(super) fn free_for(&self, tx: &TransactionId) -> Shares {
        match self.entry(tx).credit {
            Credit::InTransit(own) => own,
            Credit::Confirmed(own) => own.min(self.available()),
            Credit::None | Credit::Reversed => self.available(),
        }
    }

    pub(super) fn lots_for(&self, tx: &TransactionId, shares: Shares) -> Option<Vec<LotTaken>> {
        let mut lots: Vec<&Lot> = self.lots.iter().collect();
        lots.sort_by_key(|lot| (lot.transaction != *tx, lot.registered));
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
