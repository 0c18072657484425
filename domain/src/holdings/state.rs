//! What holdings remember, and the sums over it: computed and never stored.

use super::{Dividend, Lot, lots::Lots};
use crate::{
    claims::Claims,
    freeze::{Freeze, FrozenBy},
    fund::RedemptionSequence,
    ids::{LotId, OrderId},
    money::{Money, Nav, Shares},
    orders::{LotTaken, Serial},
    rare::Rare,
    tallied::{Counts, Tallied},
};
use rust_decimal::Decimal;

/// Whether a reservation takes any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The order may still take shares.
    Held,
    /// The registrar took the last of it.
    Finished,
    /// It was released, or refused in advance.
    Released,
}

/// One confirmation that took shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// The registrar's record of it.
    pub serial: Serial,
    /// How many shares the order took.
    pub shares: Shares,
    /// Out of which lots.
    pub lots: Vec<LotTaken>,
    /// Whether it was to be the last.
    pub finished: bool,
    /// The corrected record that reversed it.
    pub reversed_by: Option<Serial>,
}

/// What one order reserved and took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// What was reserved at first.
    pub shares: Shares,
    /// Order in which lots leave.
    pub sequence: RedemptionSequence,
    /// The lots that the investor chose.
    pub designated: Vec<LotTaken>,
    /// Whether it takes any more.
    pub standing: Standing,
    /// What the registrar took, in the order in which it said so.
    pub takings: Vec<Taking>,
}

/// Shares that something makes unavailable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// So many shares are unavailable.
    Set(Shares),
    /// No more, or refused in advance.
    Lifted,
}

type Orders = Tallied<OrderId, Reservation, 1>;
type Freezes = Tallied<Serial, (Mark, FrozenBy), 2>;
type Disputes = Tallied<Serial, Mark, 1>;
crate::rare::rare!(Orders, Freezes, Disputes, Vec<Dividend>);

/// Lots in the order in which they were heard of, reservations by order, freezes by record, disputes by
/// case, claims by age.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    pub(super) lots: Rare<Lots>,
    pub(super) orders: Rare<Orders>,
    pub(super) freezes: Rare<Freezes>,
    /// What the register's last word says is frozen in all.
    pub(super) stated: Shares,
    pub(super) disputes: Rare<Disputes>,
    pub(super) claims: Claims,
    pub(super) dividends: Rare<Vec<Dividend>>,
}

impl Counts<1> for Reservation {
    fn figures(&self) -> [Decimal; 1] {
        [self.reserved().decimal()]
    }
}

impl Counts<2> for (Mark, FrozenBy) {
    /// Of all, and of what orders froze that a person entered.
    fn figures(&self) -> [Decimal; 2] {
        let frozen = marked(&self.0).decimal();
        [frozen, if self.1.is_order() { frozen } else { Decimal::ZERO }]
    }
}

impl Counts<1> for Mark {
    fn figures(&self) -> [Decimal; 1] {
        [marked(self).decimal()]
    }
}

impl State {
    /// Dividends in cash, in the order in which their records came.
    pub fn dividends(&self) -> impl Iterator<Item = &Dividend> {
        self.dividends.iter()
    }
}

impl Taking {
    /// Whether it counts: it was not reversed.
    pub const fn stands(&self) -> bool {
        self.reversed_by.is_none()
    }
}

impl Reservation {
    /// Shares that the registrar took.
    pub fn taken(&self) -> Shares {
        sum(self.takings.iter().filter(|taking| taking.stands()).map(|taking| taking.shares))
    }

    /// Whether the confirmation that was to be the last counts: it was not reversed.
    pub fn is_finished(&self) -> bool {
        self.takings.iter().any(|taking| taking.finished && taking.stands())
    }

    /// Shares that it still keeps from others.
    pub fn reserved(&self) -> Shares {
        match self.standing {
            Standing::Held => self.shares.minus(self.taken()).unwrap_or_default(),
            Standing::Finished | Standing::Released => Shares::ZERO,
        }
    }
}

impl State {
    /// All lots, those that are used up or reversed included, in the order in which they were heard of.
    pub fn lots(&self) -> Vec<&Lot> {
        self.lots.iter().collect()
    }

    /// The lot with that name.
    pub fn lot(&self, id: &LotId) -> Option<&Lot> {
        self.lots.of(id)
    }

    /// The reversed lot in the place of which that one stands.
    pub(crate) fn replaced_by(&self, id: &LotId) -> Option<&Lot> {
        self.lots.replaced_by(id)
    }

    /// The standing lot that the registrar's confirmation registered, for a designation.
    pub fn lot_of(&self, serial: &Serial) -> Option<&Lot> {
        self.lots.iter().find(|lot| lot.stands() && lot.credit.serial == *serial)
    }

    /// What an order reserved and took.
    pub fn reservation(&self, order: &OrderId) -> Option<&Reservation> {
        self.orders.get(order)
    }

    /// All orders that reserved or took shares.
    pub fn reservations(&self) -> impl Iterator<Item = (&OrderId, &Reservation)> {
        self.orders.entries().iter()
    }

    pub(super) fn known_freezes(&self) -> impl Iterator<Item = (&Serial, Freeze)> {
        let freeze = |(mark, by): &(Mark, FrozenBy)| Freeze { shares: marked(mark), by: *by };
        self.freezes.entries().iter().map(move |(record, known)| (record, freeze(known)))
    }

    /// Freezes by the registrar's record.
    pub fn freezes(&self) -> impl Iterator<Item = (&Serial, &Mark)> {
        self.freezes.entries().iter().map(|(record, (mark, _))| (record, mark))
    }

    /// Disputes by case.
    pub fn disputes(&self) -> impl Iterator<Item = (&Serial, &Mark)> {
        self.disputes.entries().iter()
    }

    /// Shares on the register, free or not.
    pub fn registered(&self) -> Shares {
        Shares::of(self.lots.sum())
    }

    /// Shares earmarked for orders.
    pub fn reserved(&self) -> Shares {
        Shares::of(self.orders.sums()[0])
    }

    /// Shares that the register froze.
    pub fn frozen(&self) -> Shares {
        Shares::of(self.freezes.sums()[0])
    }

    /// Of these, what orders of courts and creditors froze that a person entered.
    pub fn frozen_by_orders(&self) -> Shares {
        Shares::of(self.freezes.sums()[1])
    }

    /// Shares in dispute: under a case, or claimed for a record of the registrar that could not be booked.
    pub fn held(&self) -> Shares {
        sum([self.disputed(), self.claims.standing()].into_iter())
    }

    fn disputed(&self) -> Shares {
        Shares::of(self.disputes.sums()[0])
    }

    /// What records of the registrar lack.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Registered and free for a record of that order, which may claim some of them itself.
    pub fn available_for(&self, order: &OrderId) -> Shares {
        let first = self.claims.before(|claim| claim.order == *order);
        let claims = [self.reserved(), self.frozen(), self.disputed(), first];
        let left = claims.into_iter().try_fold(self.registered(), Shares::minus);
        left.unwrap_or_default()
    }

    /// Registered and free for any use; none where more is claimed than is registered.
    pub fn available(&self) -> Shares {
        let claims = [self.reserved(), self.frozen(), self.held()];
        let left = claims.into_iter().try_fold(self.registered(), Shares::minus);
        left.unwrap_or_default()
    }

    /// What all registered shares are worth at `nav`, to the fen, a half away from zero. `None` when
    /// money cannot hold it.
    pub fn value_half_up(&self, nav: Nav) -> Option<Money> {
        self.registered().value_half_up(nav)
    }

    /// The standing lots that an order brought, in the order in which they came.
    pub fn lots_of(&self, order: &OrderId) -> impl Iterator<Item = &Lot> {
        self.lots.of_order(order).filter(|lot| lot.stands())
    }

    /// How many lots an order brought, reversed ones included.
    pub fn lots_brought_by(&self, order: &OrderId) -> usize {
        self.lots.of_order(order).count()
    }

    /// The lot that stands where this one was credited, after all corrections.
    pub(super) fn standing(&self, id: &LotId) -> Option<&Lot> {
        let mut lot = self.lot(id)?;
        // Each replacement is credited after what it replaces, so this ends.
        while let Some((_, replacement)) = &lot.reversed {
            lot = self.lot(replacement.as_ref()?)?;
        }
        Some(lot)
    }
}

pub(super) fn marked(mark: &Mark) -> Shares {
    match mark {
        Mark::Set(shares) => *shares,
        Mark::Lifted => Shares::ZERO,
    }
}

pub(super) fn sum(shares: impl Iterator<Item = Shares>) -> Shares {
    shares.fold(Shares::ZERO, Shares::plus_or_most)
}
