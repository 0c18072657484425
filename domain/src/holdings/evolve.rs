//! What holdings remember of each fact. Judges nothing; `None` means no decider wrote this.

use super::{Event, Lot, Mark, Reservation, Standing, State, Taking, dividend};
use crate::{
    freeze::{self, FrozenBy},
    fund::RedemptionSequence,
    ids::{LotId, OrderId},
    money::Shares,
    orders::{LotTaken, Serial},
};

pub(super) fn evolve(mut state: State, event: &Event) -> Option<State> {
    match event {
        Event::Credited(credit) => {
            let replaced = state.lots.replaced_by(&credit.lot);
            let left = credit.shares.minus(replaced.map_or(Shares::ZERO, Lot::taken))?;
            state.lots.push(Lot { credit: credit.as_ref().clone(), left, reversed: None })?;
        }
        Event::SharesReserved { order, shares, sequence, designated } => {
            let (shares, sequence, designated) = (*shares, *sequence, designated.clone());
            let (standing, takings) = (Standing::Held, Vec::new());
            let held = Reservation { shares, sequence, designated, standing, takings };
            state.orders.insert(order, held)?;
        }
        Event::SharesReleased { order } => release(&mut state, order)?,
        Event::SharesTaken { order, serial, shares, lots, finished } => {
            for part in lots {
                state.lots.change(&part.lot, |lot| {
                    lot.left = lot.left.minus(part.shares)?;
                    Some(())
                })?;
            }
            let (serial, shares, lots, finished) =
                (serial.clone(), *shares, lots.clone(), *finished);
            let taking = Taking { serial, shares, lots, finished, reversed_by: None };
            state.orders.change(order, |reservation| take(reservation, taking))?;
        }
        Event::SharesFrozen { record, shares, by, in_all, .. } => {
            state.freezes.insert(record, (Mark::Set(*shares), *by))?;
            hears(&mut state, *by, *in_all);
        }
        Event::SharesUnfrozen { record } => unfreeze(&mut state, record)?,
        Event::SharesHeld { case, shares } => state.disputes.insert(case, Mark::Set(*shares))?,
        Event::SharesUnheld { case } => unhold(&mut state, case)?,
        Event::SharesClaimed { order, transaction, shares } => {
            state.claims.claimed(order, transaction, *shares)?;
        }
        Event::ClaimLifted { order } => state.claims.lifted(order)?,
        Event::ClaimWaived { order } => state.claims.waived(order)?,
        Event::DividendDeclared(said) => dividend::remember(&mut state, said)?,
        Event::MadeUp { lot, lots } => make_up(&mut state, lot, lots)?,
        Event::CreditReversed { lot, record, replaced_by } => {
            state.lots.reverse(lot, record, replaced_by.as_ref())?;
        }
        Event::TakeReversed { order, serial, record, awaited } => {
            let back = |it: &mut Reservation| reverse(it, serial, record, *awaited);
            for part in state.orders.change(order, back)? {
                let id = state.standing(&part.lot)?.credit.lot.clone();
                state.lots.change(&id, |lot| {
                    lot.left = lot.left.plus(part.shares)?;
                    Some(())
                })?;
            }
        }
    }
    Some(state)
}

/// What had left the lot has left those instead, and comes back into them.
fn make_up(state: &mut State, lot: &LotId, lots: &[LotTaken]) -> Option<()> {
    let names: Vec<LotId> = state.lots.iter().map(|it| it.credit.lot.clone()).collect();
    let stands_for =
        |id: &&LotId| state.standing(id).is_some_and(|standing| standing.credit.lot == *lot);
    let same: Vec<LotId> = names.iter().filter(stands_for).cloned().collect();
    for part in lots {
        state.lots.change(&part.lot, |other| {
            other.left = other.left.minus(part.shares)?;
            Some(())
        })?;
        state.lots.change(lot, |own| {
            own.left = own.left.plus(part.shares)?;
            Some(())
        })?;
        let mut moved = part.shares;
        let takes = |it: &Reservation| it.takings.iter().any(Taking::stands);
        let orders = state.reservations().filter(|(_, it)| takes(it));
        for order in orders.map(|(order, _)| order.clone()).collect::<Vec<_>>() {
            moved = state.orders.change(&order, |reservation| {
                let mut takings = reservation.takings.iter_mut();
                takings.try_fold(moved, |moved, it| instead(it, &same, (&part.lot, moved)))
            })?;
        }
        moved.is_zero().then_some(())?;
    }
    Some(())
}

/// What the confirmation took out of those lots it has taken out of another one, up to so many shares. Returns
/// how many are left to move.
fn instead(
    taking: &mut Taking,
    of: &[LotId],
    (other, mut moved): (&LotId, Shares),
) -> Option<Shares> {
    if !taking.stands() {
        return Some(moved);
    }
    let mut left = Vec::new();
    for taken in &mut taking.lots {
        let goes = moved.min(taken.shares);
        if goes.is_zero() || !of.contains(&taken.lot) {
            continue;
        }
        (taken.shares, moved) = (taken.shares.minus(goes)?, moved.minus(goes)?);
        left.push(LotTaken { lot: other.clone(), shares: goes });
    }
    taking.lots.retain(|taken| !taken.shares.is_zero());
    taking.lots.extend(left);
    Some(moved)
}

fn release(state: &mut State, order: &OrderId) -> Option<()> {
    if state.reservation(order).is_some() {
        return state.orders.change(order, |known| {
            let held = known.standing == Standing::Held;
            held.then(|| known.standing = Standing::Released)
        });
    }
    let refused = Reservation {
        shares: Shares::ZERO,
        sequence: RedemptionSequence::Fifo,
        designated: Vec::new(),
        standing: Standing::Released,
        takings: Vec::new(),
    };
    state.orders.insert(order, refused)
}

fn take(reservation: &mut Reservation, taking: Taking) -> Option<()> {
    let known = reservation.takings.iter().any(|it| it.serial == taking.serial);
    let corrects =
        reservation.takings.iter().any(|it| it.reversed_by.as_ref() == Some(&taking.serial));
    let over = reservation.standing == Standing::Finished && reservation.is_finished();
    (!known && (!over || corrects)).then_some(())?;
    if taking.finished {
        reservation.standing = Standing::Finished;
    }
    reservation.takings.push(taking);
    Some(())
}

fn reverse(
    reservation: &mut Reservation,
    serial: &Serial,
    record: &Serial,
    awaited: bool,
) -> Option<Vec<LotTaken>> {
    let taking = reservation.takings.iter_mut().find(|taking| taking.serial == *serial)?;
    taking.stands().then_some(())?;
    taking.reversed_by = Some(record.clone());
    let lots = taking.lots.clone();
    if awaited {
        reservation.standing = Standing::Held;
    }
    Some(lots)
}

fn unfreeze(state: &mut State, record: &Serial) -> Option<()> {
    if let Some((_, by)) = state.freezes.get(record).copied() {
        state.freezes.change(record, |(mark, _)| lift(mark))?;
        hears(state, by, None);
        return Some(());
    }
    state.freezes.insert(record, (Mark::Lifted, FrozenBy::Order))
}

fn hears(state: &mut State, by: FrozenBy, in_all: Option<Shares>) {
    if !by.is_order() {
        state.stated = in_all.unwrap_or_else(|| freeze::stated(state.known_freezes()));
    }
}

fn unhold(state: &mut State, case: &Serial) -> Option<()> {
    if state.disputes.get(case).is_some() {
        return state.disputes.change(case, lift);
    }
    state.disputes.insert(case, Mark::Lifted)
}

fn lift(mark: &mut Mark) -> Option<()> {
    matches!(mark, Mark::Set(_)).then(|| *mark = Mark::Lifted)
}
