//! Which lots leave: those that the record names, those that the investor chose, then the others by the sequence.
//!
//! 1. Lots leave by the day of their registration; those of one day by the registrar's number of the record that
//!    first brought them. Both sides know that order, and it is the same whenever a record is heard. What stands
//!    in the place of a corrected lot keeps its place.
//! 2. What an order chose is its own for as long as it is reserved: no other order's shares come out of it. A
//!    registrar takes chosen lots first.
//! 3. What was chosen stays chosen: a record that is corrected, taken back or heard after all takes the same lots.
//! 4. Nobody chooses what orders that were there before will take by the sequence.

use super::{Lot, Reservation, Standing, State, Taking, state::sum};
use crate::{
    fund::RedemptionSequence,
    ids::{LotId, OrderId},
    lots::{self, LotOrder, Parcel},
    money::{Nav, Shares},
    orders::{LotTaken, Serial},
};
use chrono::NaiveDate;
use std::cmp::Reverse;

/// Shares that leave by a record: how many, by which T, and the lots that the record itself names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaving<'a> {
    pub(super) shares: Shares,
    pub(super) trade_date: NaiveDate,
    pub(super) named: &'a [LotTaken],
}

impl Reservation {
    /// Shares of the lots that the investor chose and the registrar has not taken.
    fn chosen_left(&self) -> impl Iterator<Item = (&LotId, Shares)> {
        self.designated.iter().map(|chosen| {
            let standing = self.takings.iter().filter(|taking| taking.stands());
            let parts = standing.flat_map(|taking| &taking.lots);
            let taken = sum(parts.filter(|part| part.lot == chosen.lot).map(|part| part.shares));
            (&chosen.lot, chosen.shares.minus(taken).unwrap_or_default())
        })
    }

    /// Those of them that it keeps from others.
    fn chosen_held(&self) -> impl Iterator<Item = (&LotId, Shares)> {
        self.chosen_left().filter(|_| self.standing == Standing::Held)
    }
}

impl State {
    /// The lots that stand, in the order in which they leave by the sequence.
    pub fn in_order(&self, sequence: RedemptionSequence) -> Vec<&Lot> {
        let mut lots: Vec<&Lot> = self.lots.iter().filter(|lot| lot.stands()).collect();
        lots.sort_by_cached_key(|lot| self.first_record(lot).clone());
        match sequence {
            RedemptionSequence::Fifo => lots.sort_by_key(|lot| lot.credit.registered_on),
            RedemptionSequence::Lifo => lots.sort_by_key(|lot| Reverse(lot.credit.registered_on)),
        }
        lots
    }

    /// The record that brought the first lot in the place of which that one stands.
    fn first_record<'a>(&'a self, lot: &'a Lot) -> &'a Serial {
        // What is replaced was credited before what replaces it, so this ends.
        let mut first = lot;
        while let Some(earlier) = self.lots.replaced_by(&first.credit.lot) {
            first = earlier;
        }
        &first.credit.serial
    }

    /// As they would be without some of an order's takings: what a record in the place of theirs is held against.
    #[must_use]
    pub fn without(&self, order: &OrderId, is_gone: impl Fn(&Taking) -> bool) -> State {
        let takings = self.reservation(order).map(|it| it.takings.as_slice()).unwrap_or_default();
        let gone = takings.iter().filter(|taking| taking.stands() && is_gone(taking));
        gone.fold(self.clone(), |state, taking| {
            let (order, serial) = (order.clone(), taking.serial.clone());
            let record = serial.clone();
            let reversed = super::Event::TakeReversed { order, serial, record, awaited: false };
            super::evolve::evolve(state.clone(), &reversed).unwrap_or(state)
        })
    }

    /// What the order's next shares would come out of, in the order in which they leave. `None` when
    /// nothing is reserved for it, or the lots are too few.
    pub fn parcels(
        &self,
        order: &OrderId,
        shares: Shares,
        trade_date: NaiveDate,
    ) -> Option<Vec<Parcel>> {
        let leaving = Leaving { shares, trade_date, named: &[] };
        let parts = self.lots_for(order, self.reservation(order)?, leaving)?;
        let parcel = |part: &LotTaken| {
            let lot = self.lot(&part.lot)?;
            Some(Parcel {
                lot: part.lot.clone(),
                registered_on: lot.credit.registered_on,
                unit_cost: lot.unit_cost().unwrap_or(Nav::ONE),
                shares: part.shares,
                left: lot.left.minus(part.shares)?,
            })
        };
        parts.iter().map(parcel).collect()
    }

    /// Shares of a lot that no order chose.
    pub(super) fn free_of(&self, lot: &Lot) -> Shares {
        lot.left.minus(self.chosen_of(lot, |_| true)).unwrap_or_default()
    }

    /// Shares of a lot that no other order chose.
    pub(super) fn free_for(&self, lot: &Lot, order: &OrderId) -> Shares {
        lot.left.minus(self.chosen_of(lot, |other| other != order)).unwrap_or_default()
    }

    fn chosen_of(&self, lot: &Lot, counts: impl Fn(&OrderId) -> bool) -> Shares {
        let orders = self.reservations().filter(|(order, _)| counts(order));
        let chosen = orders.flat_map(|(_, reservation)| reservation.chosen_held());
        let of_lot = chosen.filter(|(id, _)| {
            self.standing(id).is_some_and(|standing| standing.credit.lot == lot.credit.lot)
        });
        sum(of_lot.map(|(_, shares)| shares))
    }

    /// What a new order finds in each lot that stands, in the order in which they leave: what nobody chose, less
    /// what the orders before it will take by their sequence.
    pub fn free_lots(&self, sequence: RedemptionSequence) -> Vec<(&Lot, Shares)> {
        let mut free: Vec<(&Lot, Shares)> =
            self.in_order(sequence).into_iter().map(|lot| (lot, self.free_of(lot))).collect();
        for (_, reservation) in self.reservations() {
            let chosen = sum(reservation.chosen_held().map(|(_, shares)| shares));
            let mut missing = reservation.reserved().minus(chosen).unwrap_or_default();
            if missing.is_zero() {
                continue;
            }
            for lot in self.in_order(reservation.sequence) {
                let place = free.iter_mut().find(|(it, _)| it.credit.lot == lot.credit.lot);
                let Some((_, left)) = place else { continue };
                let taken = missing.min(*left);
                missing = missing.minus(taken).unwrap_or_default();
                *left = left.minus(taken).unwrap_or_default();
            }
        }
        free
    }

    /// A lot that an order chose, and that could have given more of what the order took out of others.
    pub fn passed_over(&self, order: &OrderId, lots: &[LotTaken]) -> Option<&Lot> {
        let reservation = self.reservation(order)?;
        let of = |id: &LotId| sum(lots.iter().filter(|it| it.lot == *id).map(|it| it.shares));
        let own = |id: &LotId| {
            let mut chosen = reservation.designated.iter().filter_map(|it| self.standing(&it.lot));
            chosen.any(|lot| lot.credit.lot == *id)
        };
        if lots.iter().all(|part| own(&part.lot)) {
            return None;
        }
        let mut chosen =
            reservation.chosen_left().filter_map(|(id, left)| Some((self.standing(id)?, left)));
        let over = chosen.find(|(lot, left)| of(&lot.credit.lot) < lot.left.min(*left));
        over.map(|(lot, _)| lot)
    }

    /// Which lots an order's shares come out of: those that the record names; else those that the investor chose,
    /// then those that nobody else chose, in the sequence, those that were registered after the order's T last.
    /// `None` when there are too few.
    pub(super) fn lots_for(
        &self,
        order: &OrderId,
        reservation: &Reservation,
        leaving: Leaving<'_>,
    ) -> Option<Vec<LotTaken>> {
        if self.gives(leaving.named, leaving.shares) {
            return Some(leaving.named.to_vec());
        }
        let (mut missing, mut parts) = (leaving.shares, Vec::<LotTaken>::new());
        for (id, left) in reservation.chosen_left() {
            let Some(lot) = self.standing(id) else { continue };
            let shares = left.min(lot.left).min(missing);
            if !shares.is_zero() {
                parts.push(LotTaken { lot: lot.credit.lot.clone(), shares });
                missing = missing.minus(shares)?;
            }
        }
        if missing.is_zero() {
            return Some(parts);
        }
        let free = |lot: &Lot| {
            let own = sum(parts.iter().filter(|it| it.lot == lot.credit.lot).map(|it| it.shares));
            self.free_for(lot, order).minus(own).unwrap_or_default()
        };
        let open = self.in_order(RedemptionSequence::Fifo).into_iter().map(|lot| lots::Lot {
            id: lot.credit.lot.clone(),
            registered_on: lot.credit.registered_on,
            shares: free(lot),
            unit_cost: lot.unit_cost().unwrap_or(Nav::ONE),
        });
        let (there, later): (Vec<_>, Vec<_>) =
            open.partition(|lot| lot.registered_on <= leaving.trade_date);
        for lots in [there, later] {
            let shares = missing.min(sum(lots.iter().map(|lot| lot.shares)));
            if shares.is_zero() {
                continue;
            }
            missing = missing.minus(shares)?;
            for parcel in lots::take(&lots, shares, &LotOrder::from(reservation.sequence)).ok()? {
                match parts.iter_mut().find(|part| part.lot == parcel.lot) {
                    Some(part) => part.shares = part.shares.plus(parcel.shares)?,
                    None => parts.push(LotTaken { lot: parcel.lot, shares: parcel.shares }),
                }
            }
        }
        missing.is_zero().then_some(parts)
    }

    /// Whether those lots are there, and give just so many shares.
    pub fn gives(&self, named: &[LotTaken], shares: Shares) -> bool {
        let there = |part: &LotTaken| {
            let same = named.iter().filter(|it| it.lot == part.lot).count() == 1;
            let lot = self.lot(&part.lot).filter(|lot| lot.stands());
            same && !part.shares.is_zero() && lot.is_some_and(|lot| part.shares <= lot.left)
        };
        !named.is_empty()
            && named.iter().all(there)
            && sum(named.iter().map(|part| part.shares)) == shares
    }
}
