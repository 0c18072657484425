//! A corrected confirmation, of shares that came or that left: the old one is reversed and the new one
//! posted, in one fact.
//!
//! ```text
//! gone  = confirmed before - what is left of its lot      redeemed or converted since
//! left  = confirmed now - gone                            the new lot
//! below zero: shares left that were never there, and other lots make up for them
//! ```
//!
//! 1. Registered shares change by `confirmed now - confirmed before`, to the last decimal.
//! 2. A record corrects once. The confirmation that it replaced, heard again, is old news.
//! 3. Each corrected record is remembered with what it put in place of what, so that it acts once.
//! 4. What others have reserved stays covered, and what older claims keep back is not taken; where it
//!    would be, the correction is refused and a person decides.

use super::{Credit, Event, Portion, Refusal, Reservation, State};
use crate::{
    ids::{RegisterRecord, TransactionId},
    money::Shares,
};
use chrono::NaiveDate;

pub(super) fn correct(
    state: &State,
    tx: &TransactionId,
    record: &RegisterRecord,
    portions: &[Portion],
    waits: bool,
) -> Result<Vec<Event>, Refusal> {
    let shares = all_of(tx, portions)?;
    if let Some(same) = state.withheld().is_repeated(record, tx, shares) {
        return same.then(Vec::new).ok_or_else(|| Refusal::ContradictsEarlier(tx.clone()));
    }
    let (reversed, coming) = match state.entry(tx).credit {
        Credit::Confirmed(was) => (was, Shares::ZERO),
        Credit::Arriving { there, coming } => (there, coming),
        Credit::Reversed => (Shares::ZERO, Shares::ZERO),
        Credit::None | Credit::InTransit(_) => return Err(Refusal::NotRegistered(tx.clone())),
    };
    let arriving = matches!(state.entry(tx).credit, Credit::Arriving { .. });
    let all = reversed.plus_or_most(coming);
    let coming = all.minus(shares).filter(|_| waits && arriving).unwrap_or_default();
    let last = portions.last().ok_or_else(|| Refusal::ContradictsEarlier(tx.clone()))?;
    let registered = last.day;
    let own = state.lots.of(tx).map_or(Shares::ZERO, |lot| lot.shares.min(reversed));
    let gone = reversed.minus(own).unwrap_or_default();
    let left = shares.minus(gone).unwrap_or_default();
    let missing = gone.minus(shares).unwrap_or_default();
    // Its own lot is its own; only what others' lots make up for must leave older claims their shares.
    let older = if missing.is_zero() { Shares::ZERO } else { state.claimed_before(tx) };
    let withheld = still_reserved(state, tx, shares).plus(older);
    let too_few = || Refusal::TooFew {
        transaction: tx.clone(),
        asked: reversed.minus(shares).unwrap_or_default(),
        free: withheld.and_then(|withheld| state.registered().minus(withheld)).unwrap_or_default(),
    };
    let taken = own.plus(missing).ok_or_else(too_few)?;
    let after = state.registered().minus(taken).and_then(|rest| rest.plus(left));
    if after.zip(withheld).is_none_or(|(after, withheld)| after < withheld) {
        return Err(too_few());
    }
    let lots = state.lots_for(tx, taken).ok_or_else(too_few)?;
    let (transaction, record) = (tx.clone(), record.clone());
    let portions = if portions.len() > 1 { portions.to_vec() } else { Vec::new() };
    Ok(vec![Event::CreditCorrected {
        transaction,
        record,
        reversed,
        lots,
        shares,
        left,
        registered,
        coming,
        portions,
    }])
}

fn all_of(tx: &TransactionId, portions: &[Portion]) -> Result<Shares, Refusal> {
    let sum = portions.iter().try_fold(Shares::ZERO, |sum, part| sum.plus(part.shares));
    sum.ok_or_else(|| Refusal::ContradictsEarlier(tx.clone()))
}

/// A lot that left comes back under the transaction's name: of a money fund no lot's age matters.
pub(super) fn take_out(
    state: &State,
    tx: &TransactionId,
    record: &RegisterRecord,
    (portions, held): (&[Portion], Shares),
    earns_through: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    let shares = all_of(tx, portions)?;
    if let Some(same) = state.withheld().is_take_out_repeated(record, tx, shares) {
        return same.then(Vec::new).ok_or_else(|| Refusal::ContradictsEarlier(tx.clone()));
    }
    let entry = state.entry(tx);
    let (reversed, own) = match (entry.reservation, entry.credit) {
        (_, Credit::InTransit(_) | Credit::Arriving { .. }) => {
            return Err(Refusal::NotRegistered(tx.clone()));
        }
        (Reservation::Spent(was), _) => (was, Shares::ZERO),
        (Reservation::Leaving { gone, held }, _) => (gone, held),
        (Reservation::Released, _) => (Shares::ZERO, Shares::ZERO),
        (Reservation::None | Reservation::Held(_), _) => {
            return Err(Refusal::NothingReserved(tx.clone()));
        }
    };
    let before = reversed.plus_or_most(own);
    let held = held.min(before.minus(shares).unwrap_or_default());
    let returned = reversed.minus(shares).unwrap_or_default();
    let more = shares.minus(reversed).unwrap_or_default();
    // What others have reserved, and what is to stay reserved of its own.
    let reserved = state.reserved_of_registered().minus(own).and_then(|it| it.plus(held));
    let withheld = reserved.and_then(|it| it.plus(state.claimed_before(tx)));
    let free = withheld.and_then(|it| state.registered().minus(it)).unwrap_or_default();
    if more > free {
        return Err(Refusal::TooFew { transaction: tx.clone(), asked: more, free });
    }
    let lots = state.lots_for(tx, more).ok_or_else(|| Refusal::NotRegistered(tx.clone()))?;
    let (transaction, record) = (tx.clone(), record.clone());
    let last = state.differs_last(tx, (reversed, shares), earns_through, portions);
    let portions = match (last, portions.is_empty()) {
        (true, _) => Vec::new(),
        // All of them are taken back.
        (false, true) => vec![Portion { shares, day: earns_through }],
        (false, false) => portions.to_vec(),
    };
    Ok(vec![Event::TakeOutCorrected {
        transaction,
        record,
        reversed,
        shares,
        returned,
        lots,
        held,
        earns_through,
        portions,
    }])
}

/// Registered shares that stay reserved; the transaction's own reservation shrinks with its credit.
fn still_reserved(state: &State, tx: &TransactionId, shares: Shares) -> Shares {
    let reserved = state.reserved_of_registered();
    let entry = state.entry(tx);
    match entry.reservation {
        Reservation::Held(own) => {
            let own = match entry.credit {
                Credit::Arriving { there, .. } => own.min(there),
                Credit::None | Credit::InTransit(_) | Credit::Confirmed(_) | Credit::Reversed => {
                    own
                }
            };
            let shrunk = own.minus(shares).unwrap_or_default();
            reserved.minus(shrunk).unwrap_or_default()
        }
        Reservation::Leaving { gone, held } => {
            let fits = shares.minus(gone).unwrap_or_default();
            let shrunk = held.minus(fits).unwrap_or_default();
            reserved.minus(shrunk).unwrap_or_default()
        }
        Reservation::None | Reservation::Spent(_) | Reservation::Released => reserved,
    }
}

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
