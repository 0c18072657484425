//! Credits, reservations and what is taken out of them: which facts follow, or why none may.

use super::{Credit, Event, Refusal, Reservation, State};
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
        Credit::None if matches!(entry.reservation, Reservation::Held(_)) => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
        Credit::None => Ok(vec![Event::CreditedInTransit { transaction: tx.clone(), shares }]),
        Credit::InTransit(was) | Credit::Confirmed(was) if was == shares => Ok(vec![]),
        // The registrar may have confirmed fewer than were on their way; the credit is older news.
        Credit::Confirmed(was) if was < shares => Ok(vec![]),
        // A corrected record may have registered more than were on their way.
        Credit::Confirmed(_) if state.kept_back().corrected(tx, |_| true) => Ok(vec![]),
        Credit::InTransit(_) | Credit::Confirmed(_) | Credit::Reversed => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
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
        Credit::Confirmed(was) if was == shares => Ok(vec![]),
        Credit::Confirmed(_) if state.kept_back().corrected(tx, |was| was == shares) => Ok(vec![]),
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
        (Credit::Confirmed(_), _) if state.kept_back().corrected(tx, Shares::is_zero) => Ok(vec![]),
        (Credit::None, _) => Err(Refusal::NothingInTransit(tx.clone())),
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
        // A corrected record may have taken more than was reserved, or given it all back.
        Reservation::Held(_) | Reservation::Spent(_) | Reservation::Released
            if state.kept_back().take_out_corrected(tx, |_| true) =>
        {
            Ok(vec![])
        }
        Reservation::Released => Err(Refusal::AlreadyReleased(tx.clone())),
        Reservation::Held(_) | Reservation::Spent(_) => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
}

pub(super) fn take_out(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    earns_through: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    let entry = state.entry(tx);
    match (entry.reservation, entry.credit) {
        (Reservation::Held(_), Credit::InTransit(_)) => Err(Refusal::NotRegistered(tx.clone())),
        (Reservation::Held(held), _) if shares > held || shares.is_zero() => {
            Err(Refusal::TooFew { transaction: tx.clone(), asked: shares, free: held })
        }
        (Reservation::Held(_), _) => {
            let lots = state.lots_for(tx, shares).ok_or(Refusal::NotRegistered(tx.clone()))?;
            let transaction = tx.clone();
            Ok(vec![Event::SharesTakenOut { transaction, shares, lots, earns_through }])
        }
        (Reservation::Spent(was), _) if was == shares => Ok(vec![]),
        (Reservation::Spent(_) | Reservation::Released, _)
            if state.kept_back().take_out_corrected(tx, |was| was == shares) =>
        {
            Ok(vec![])
        }
        (Reservation::None, _) => Err(Refusal::NothingReserved(tx.clone())),
        (Reservation::Spent(_) | Reservation::Released, _) => {
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
        Reservation::Spent(_) if state.kept_back().take_out_corrected(tx, Shares::is_zero) => {
            Ok(vec![])
        }
        Reservation::Spent(_) => Err(Refusal::ContradictsEarlier(tx.clone())),
    }
}
