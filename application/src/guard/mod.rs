//! The ledger's guard: no decision is written that makes money or shares, or loses them.
//!
//! ```text
//! every event        has a posting rule, and its entry balances per commodity          I1
//! a payment          what came is what was asked; what goes back is what came          I5
//! a refund           of what the order has left, or of the receipt that it names       I2, I3
//! a payout           of what shares brought, or the record that it names               I2, I3
//! a transfer         of the sum that was asked for                                     I5
//! a record           adds up, or has its case                                          I3
//! shares             come and leave as the record says that they come or leave by      I6
//! ```
//!
//! 1. It judges by the folds on both sides of a decision and keeps nothing: no account is in memory for it.
//! 2. Only customers' accounts are looked at. The house's own (channel, settlement, funds, register) are touched by
//!    every order and wait for the day's end.
//! 3. A registrar's word is recorded as it came: what does not add up of it is in suspense, and its case is opened by
//!    the same decision. So a record is refused only where its saga forgets the case.
//! 4. Where a record was taken back, contested or overturned, or a case is at hand, a customer may have had more than
//!    is left: then [`crate::audit`] judges the sums, and here only entries and single figures are.
//! 5. Types that it does not know are judged, not passed: what posts nothing is listed by name.

mod broken;
mod judge;
mod money;
mod request;
mod shares;
#[cfg(test)]
mod tests;

pub use broken::Broken;

use fundflow_runtime::guard::{Breach, Decided, Guard};

/// Refuses what breaks the sales ledger.
#[derive(Debug, Clone, Copy, Default)]
pub struct LedgerGuard;

impl LedgerGuard {
    /// Whether the books would be whole after it.
    ///
    /// # Errors
    /// The first thing that breaks them.
    pub fn look(decided: &Decided<'_>) -> Result<(), Broken> {
        judge::all(decided)
    }
}

impl Guard for LedgerGuard {
    fn judge(&self, decided: &Decided<'_>) -> Result<(), Breach> {
        Self::look(decided).map_err(Breach::from)
    }
}
