//! What every transaction did to a wallet, and what is under way of it.
//!
//! 1. Nobody adds up a history: the sums are those of what is under way, stored with it.
//! 2. What is over stays: a command that comes again finds what it did.

use super::{Credit, Entry, Reservation};
use crate::{
    ids::TransactionId,
    keyed::Keyed,
    tallied::{Counts, Tallied},
};
use rust_decimal::Decimal;

/// What transactions did, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Entries {
    under_way: Tallied<TransactionId, Entry, 3>,
    over: Keyed<TransactionId, Entry>,
}

/// What is under way comes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnderWay {
    /// Paid by the investor, and not registered yet.
    pub(super) in_transit: Decimal,
    /// Earmarked, registered or in transit.
    pub(super) reserved: Decimal,
    /// Of these, earmarked of what is registered.
    pub(super) reserved_of_registered: Decimal,
}

impl Counts<3> for Entry {
    fn figures(&self) -> [Decimal; 3] {
        let figures = [self.coming(), self.reservation.held(), self.reserved_of_registered()];
        figures.map(crate::money::Shares::decimal)
    }
}

impl Entry {
    const fn is_under_way(&self) -> bool {
        matches!(self.credit, Credit::InTransit(_) | Credit::Arriving { .. })
            || matches!(self.reservation, Reservation::Held(_) | Reservation::Leaving { .. })
    }
}

impl Entries {
    pub(super) fn get(&self, tx: &TransactionId) -> Entry {
        self.under_way.get(tx).or_else(|| self.over.get(tx)).copied().unwrap_or_default()
    }

    pub(super) fn put(&mut self, tx: &TransactionId, entry: Entry) {
        if entry.is_under_way() {
            self.over.remove(tx);
            self.under_way.put(tx, entry);
        } else {
            self.under_way.remove(tx);
            self.over.put(tx, entry);
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&TransactionId, &Entry)> {
        self.under_way().chain(self.over.iter())
    }

    /// Those of which anything is in transit or reserved, by name.
    pub(super) fn under_way(&self) -> impl Iterator<Item = (&TransactionId, &Entry)> {
        self.under_way.entries().iter()
    }

    pub(super) const fn sums(&self) -> UnderWay {
        let [in_transit, reserved, reserved_of_registered] = *self.under_way.sums();
        UnderWay { in_transit, reserved, reserved_of_registered }
    }
}
