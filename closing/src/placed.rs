//! An application with the transaction that placed it, and when it became ours.

use fundflow_domain::{
    application::{Application, Terms},
    ids::TransactionId,
    time::Timestamp,
};
use fundflow_sagas::house::House;

/// An application, the transaction that placed it, and the instants at which it may have become ours.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Whose it is.
    pub transaction: TransactionId,
    /// As it stands.
    pub application: Application,
    /// Paid, moved to its T, placed: the one that counts first.
    pub at: [Option<Timestamp>; 3],
}

impl Placed {
    /// The instant of the order: when it was paid, where that is what its T follows from, and otherwise
    /// when it was placed, or moved to it. It is never one of another T.
    pub fn applied_at(&self, house: &House) -> Timestamp {
        applied_at(&self.application.terms, self.at, house)
    }
}

/// The first of those instants that is of the application's T; the last before its cut-off where none is.
pub(crate) fn applied_at(terms: &Terms, at: [Option<Timestamp>; 3], house: &House) -> Timestamp {
    let last = house.cut_off(terms).plus_millis(-1000);
    at.into_iter().flatten().find(|at| house.counts_at(terms, *at)).unwrap_or(last)
}
