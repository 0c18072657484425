//! Credits, reservations and what is taken out of them: which facts follow, or why none may.

use super::{Credit, Event, LotTaken, Refusal, Reservation, State};
use crate::{ids::TransactionId, money::Shares};
use chrono::NaiveDate;

pub(super) fn credit(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
) -> Result<Vec<Event>, Refusal> {
    let entry = state.entry(tx);
    match entry.credit {
        // What it holds came out of other lots; from here on it would pass for its own.
        Credit::None
            if matches!(entry.reservation, Reservation::Held(_) | Reservation::Leaving { .. }) =>
        {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
        Credit::None => {
            let sum = state.counted().and_then(|counted| counted.plus(shares));
            sum.ok_or(Refusal::OutOfRange(shares))?;
            Ok(vec![Event::CreditedInTransit { transaction: tx.clone(), shares }])
        }
        Credit::InTransit(was) | Credit::Confirmed(was) if was == shares => Ok(vec![]),
        // Some of it is there already, and may be more than was on its way.
        Credit::Arriving { there, coming }
            if there.plus(coming).is_some_and(|all| all == shares) || there >= shares =>
        {
            Ok(vec![])
        }
        // The registrar may have confirmed fewer than were on their way; the credit is older news.
        Credit::Confirmed(was) if was < shares => Ok(vec![]),
        // A corrected record may have registered more than were on their way.
        Credit::Confirmed(_) if state.withheld().corrected(tx, |_| true) => Ok(vec![]),
        Credit::InTransit(_)
        | Credit::Arriving { .. }
        | Credit::Confirmed(_)
        | Credit::Reversed => Err(Refusal::ContradictsEarlier(tx.clone())),
    }
}

/// So many have come in all; what had come before is older news.
pub(super) fn confirm_portion(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    registered: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    let there = match state.entry(tx).credit {
        Credit::InTransit(_) => Shares::ZERO,
        Credit::Arriving { there, .. } => there,
        Credit::Confirmed(was) if shares <= was => return Ok(vec![]),
        Credit::None => return Err(Refusal::NothingInTransit(tx.clone())),
        Credit::Confirmed(_) | Credit::Reversed => {
            return Err(Refusal::ContradictsEarlier(tx.clone()));
        }
    };
    let Some(shares) = shares.minus(there).filter(|more| !more.is_zero()) else {
        return Ok(vec![]);
    };
    Ok(vec![Event::PortionCredited { transaction: tx.clone(), shares, registered }])
}

pub(super) fn confirm(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    registered: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    match state.entry(tx).credit {
        // The register is the truth, also where it registers more than was on its way.
        Credit::InTransit(_) => {
            Ok(vec![Event::CreditConfirmed { transaction: tx.clone(), shares, registered }])
        }
        Credit::Arriving { there, .. } => {
            let shares = shares.minus(there);
            let shares = shares.ok_or_else(|| Refusal::ContradictsEarlier(tx.clone()))?;
            Ok(vec![Event::CreditConfirmed { transaction: tx.clone(), shares, registered }])
        }
        Credit::Confirmed(was) if was == shares => Ok(vec![]),
        Credit::Confirmed(_) if state.withheld().corrected(tx, |was| was == shares) => Ok(vec![]),
        Credit::None => Err(Refusal::NothingInTransit(tx.clone())),
        Credit::Confirmed(_) | Credit::Reversed => Err(Refusal::ContradictsEarlier(tx.clone())),
    }
}

pub(super) fn reverse(state: &State, tx: &TransactionId) -> Result<Vec<Event>, Refusal> {
    let entry = state.entry(tx);
    match (entry.credit, entry.reservation) {
        (Credit::InTransit(_), Reservation::Held(_)) => Err(Refusal::StillReserved(tx.clone())),
        (Credit::InTransit(_), _) => Ok(vec![Event::CreditReversed { transaction: tx.clone() }]),
        (Credit::Reversed, _) => Ok(vec![]),
        (Credit::Confirmed(_), _) if state.withheld().corrected(tx, Shares::is_zero) => Ok(vec![]),
        (Credit::None, _) => Err(Refusal::NothingInTransit(tx.clone())),
        // What is there stays.
        (Credit::Arriving { coming, .. }, _) if coming.is_zero() => Ok(vec![]),
        (Credit::Arriving { .. }, _) => Ok(vec![Event::CreditReversed { transaction: tx.clone() }]),
        (Credit::Confirmed(_), _) => Err(Refusal::ContradictsEarlier(tx.clone())),
    }
}

pub(super) fn reserve(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    with_income: bool,
) -> Result<Vec<Event>, Refusal> {
    match state.entry(tx).reservation {
        Reservation::None => {
            let free = state.free_for(tx);
            if shares > free || shares.is_zero() {
                return Err(state.too_few(tx, shares, free));
            }
            let transaction = tx.clone();
            Ok(vec![Event::SharesReserved { transaction, shares, with_income }])
        }
        Reservation::Held(was) | Reservation::Spent(was) if was <= shares => Ok(vec![]),
        Reservation::Leaving { gone, held } if gone.plus(held).is_some_and(|was| was <= shares) => {
            Ok(vec![])
        }
        // A corrected record may have taken more than was reserved, or given it all back.
        Reservation::Held(_)
        | Reservation::Leaving { .. }
        | Reservation::Spent(_)
        | Reservation::Released
            if state.withheld().take_out_corrected(tx, |_| true) =>
        {
            Ok(vec![])
        }
        Reservation::Released => Err(Refusal::AlreadyReleased(tx.clone())),
        Reservation::Held(_) | Reservation::Leaving { .. } | Reservation::Spent(_) => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
}

/// So many have left in all; what had left before is older news.
pub(super) fn take_portion(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    earns_through: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    let (gone, held) = match state.entry(tx).reservation {
        Reservation::Held(held) => (Shares::ZERO, held),
        Reservation::Leaving { gone, held } => (gone, held),
        Reservation::Spent(gone) => (gone, Shares::ZERO),
        Reservation::None => return Err(Refusal::NothingReserved(tx.clone())),
        Reservation::Released => return Err(Refusal::ContradictsEarlier(tx.clone())),
    };
    if shares <= gone && !gone.is_zero() {
        return Ok(vec![]);
    }
    if matches!(state.entry(tx).reservation, Reservation::Spent(_)) {
        return Err(Refusal::ContradictsEarlier(tx.clone()));
    }
    let (shares, lots) = leaving(state, tx, shares.minus(gone).unwrap_or_default(), held)?;
    Ok(vec![Event::PortionTakenOut { transaction: tx.clone(), shares, lots, earns_through }])
}

/// Which lots give so many of what is held.
fn leaving(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    held: Shares,
) -> Result<(Shares, Vec<LotTaken>), Refusal> {
    if matches!(state.entry(tx).credit, Credit::InTransit(_) | Credit::Arriving { .. }) {
        return Err(Refusal::NotRegistered(tx.clone()));
    }
    if shares > held || shares.is_zero() {
        return Err(Refusal::TooFew { transaction: tx.clone(), asked: shares, free: held });
    }
    let lots = state.lots_for(tx, shares).ok_or(Refusal::NotRegistered(tx.clone()))?;
    Ok((shares, lots))
}

pub(super) fn take_out(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    earns_through: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    let taken = |more: Shares, held: Shares| {
        let (shares, lots) = leaving(state, tx, more, held)?;
        Ok(vec![Event::SharesTakenOut { transaction: tx.clone(), shares, lots, earns_through }])
    };
    match state.entry(tx).reservation {
        Reservation::Held(held) => taken(shares, held),
        // The last word brought nothing more: what is left of the reservation is free.
        Reservation::Leaving { gone, .. } if gone == shares => {
            Ok(vec![Event::SharesReleased { transaction: tx.clone() }])
        }
        Reservation::Leaving { gone, held } => match shares.minus(gone) {
            Some(more) => taken(more, held),
            None => Err(Refusal::ContradictsEarlier(tx.clone())),
        },
        Reservation::Spent(was) if was == shares => Ok(vec![]),
        Reservation::Spent(_) | Reservation::Released
            if state.withheld().take_out_corrected(tx, |was| was == shares) =>
        {
            Ok(vec![])
        }
        Reservation::None => Err(Refusal::NothingReserved(tx.clone())),
        Reservation::Spent(_) | Reservation::Released => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
}

pub(super) fn release(state: &State, tx: &TransactionId) -> Result<Vec<Event>, Refusal> {
    match state.entry(tx).reservation {
        Reservation::None | Reservation::Held(_) => {
            Ok(vec![Event::SharesReleased { transaction: tx.clone() }])
        }
        Reservation::Released => Ok(vec![]),
        Reservation::Spent(_) if state.withheld().take_out_corrected(tx, Shares::is_zero) => {
            Ok(vec![])
        }
        // Only the registrar's last word frees what is left of it.
        Reservation::Leaving { .. } | Reservation::Spent(_) => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
}
