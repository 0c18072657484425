//! What one transaction did to a wallet, and the shares that it holds.

use crate::{ids::TransactionId, money::Shares};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Shares of one confirmation, as the registrar keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The transaction whose purchase was confirmed; `income.{yyyymmdd}` of carried income.
    pub transaction: TransactionId,
    /// The registrar's date, the working day after T; the shares earn from this day on.
    pub registered: NaiveDate,
    /// What is left of it.
    pub shares: Shares,
    /// Income that became shares, rather than a purchase.
    pub carried: bool,
}

/// How much of which lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotTaken {
    /// The transaction that brought the lot.
    pub lot: TransactionId,
    /// Taken out of it.
    pub shares: Shares,
}

/// What one record of a registrar brought or took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portion {
    /// How many came or left by it.
    pub shares: Shares,
    /// The registration date of what came; the last natural day on which what left earns.
    pub day: NaiveDate,
}

/// The purchase side of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Credit {
    /// This transaction bought nothing into the wallet.
    #[default]
    None,
    /// Paid by the investor, and not registered yet.
    InTransit(Shares),
    /// The registrar confirms it in portions: so many are registered, and the rest is on its way.
    Arriving {
        /// Over all portions so far.
        there: Shares,
        /// Paid, and not registered yet.
        coming: Shares,
    },
    /// The register has the shares.
    Confirmed(Shares),
    /// Rejected by the registrar.
    Reversed,
}

/// The conversion side of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reservation {
    /// No shares are requested.
    #[default]
    None,
    /// So many shares are earmarked for one transaction.
    Held(Shares),
    /// The registrar confirms it in portions: so many have left, and the rest is still earmarked.
    Leaving {
        /// Over all portions so far.
        gone: Shares,
        /// For the next ones.
        held: Shares,
    },
    /// So many shares have left for their transaction.
    Spent(Shares),
    /// Given back, or refused in advance.
    Released,
}

/// What one transaction did to the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry {
    /// What the transaction brought into the wallet.
    pub credit: Credit,
    /// What the transaction takes out of the wallet.
    pub reservation: Reservation,
}

impl Credit {
    /// Shares that are registered and those that are on their way, where any were.
    pub(super) fn arrived(self) -> Option<(Shares, Shares)> {
        match self {
            Credit::InTransit(coming) => Some((Shares::ZERO, coming)),
            Credit::Arriving { there, coming } => Some((there, coming)),
            Credit::None | Credit::Confirmed(_) | Credit::Reversed => None,
        }
    }
}

impl Entry {
    /// Paid by the investor, and not registered yet.
    pub(super) const fn coming(&self) -> Shares {
        match self.credit {
            Credit::InTransit(shares) | Credit::Arriving { coming: shares, .. } => shares,
            Credit::None | Credit::Confirmed(_) | Credit::Reversed => Shares::ZERO,
        }
    }

    /// Earmarked and registered: what is in transit can be reserved too.
    pub(super) fn reserved_of_registered(&self) -> Shares {
        match (self.reservation, self.credit) {
            (Reservation::Held(_), Credit::InTransit(_)) => Shares::ZERO,
            (Reservation::Held(held), Credit::Arriving { there, .. }) => held.min(there),
            (
                Reservation::Held(_)
                | Reservation::Leaving { .. }
                | Reservation::None
                | Reservation::Spent(_)
                | Reservation::Released,
                _,
            ) => self.reservation.held(),
        }
    }
}

impl Reservation {
    /// How many shares are still earmarked.
    pub(super) const fn held(self) -> Shares {
        match self {
            Reservation::Held(held) | Reservation::Leaving { held, .. } => held,
            Reservation::None | Reservation::Spent(_) | Reservation::Released => Shares::ZERO,
        }
    }

    /// Shares of a reservation that the registrar has not had its last word on: those that left already
    /// among them.
    pub fn open(&self) -> Option<Shares> {
        match *self {
            Reservation::Held(held) => Some(held),
            Reservation::Leaving { gone, held } => Some(gone.plus_or_most(held)),
            Reservation::None | Reservation::Spent(_) | Reservation::Released => None,
        }
    }
}
