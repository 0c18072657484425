//! Corrected records of the registrar, each remembered with what it put in place of what, so that it acts once.

use crate::{
    ids::{RegisterRecord, TransactionId},
    money::Shares,
};

/// What a corrected record put in place of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Correction {
    pub(super) record: RegisterRecord,
    pub(super) transaction: TransactionId,
    pub(super) reversed: Shares,
    pub(super) shares: Shares,
}

/// Whether that record was heard, and whether it said the same then.
pub(super) fn repeated(
    known: &[Correction],
    record: &RegisterRecord,
    tx: &TransactionId,
    shares: Shares,
) -> Option<bool> {
    let known = known.iter().find(|known| known.record == *record)?;
    Some(known.transaction == *tx && known.shares == shares)
}

/// Adds one whose record is new; `None` where it is not.
pub(super) fn remember(known: &mut Vec<Correction>, correction: Correction) -> Option<()> {
    known.iter().all(|known| known.record != correction.record).then(|| known.push(correction))
}
