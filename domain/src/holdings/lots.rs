//! All lots of a holding, used up and reversed ones included, and what those that stand come to.

use super::Lot;
use crate::{
    ids::{LotId, OrderId},
    keyed::Keyed,
    orders::Serial,
    tallied::{Counts, Tallied},
};
use rust_decimal::Decimal;

/// In the order in which they were heard of; the other maps say where to look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lots {
    all: Tallied<u32, Lot, 1>,
    names: Keyed<LotId, u32>,
    orders: Keyed<OrderId, Vec<u32>>,
    /// By the lot that took its place.
    replaced: Keyed<LotId, u32>,
}

crate::rare::rare!(Lots);

impl Counts<1> for Lot {
    /// What is reversed does not count.
    fn figures(&self) -> [Decimal; 1] {
        [if self.stands() { self.left.decimal() } else { Decimal::ZERO }]
    }
}

impl Lots {
    /// What is left of those that stand.
    pub(super) const fn sum(&self) -> Decimal {
        let [sum] = *self.all.sums();
        sum
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Lot> {
        self.all.entries().values()
    }

    pub(super) fn of(&self, name: &LotId) -> Option<&Lot> {
        self.all.get(self.names.get(name)?)
    }

    /// What the order brought, in the order in which it came.
    pub(super) fn of_order(&self, order: &OrderId) -> impl Iterator<Item = &Lot> {
        let all = self.orders.get(order).into_iter().flatten();
        all.filter_map(|nth| self.all.get(nth))
    }

    /// The lot in the place of which that one stands.
    pub(super) fn replaced_by(&self, name: &LotId) -> Option<&Lot> {
        self.all.get(self.replaced.get(name)?)
    }

    /// `None`: there is one of that name.
    pub(super) fn push(&mut self, lot: Lot) -> Option<()> {
        let nth = u32::try_from(self.all.entries().len()).ok()?;
        self.names.insert(&lot.credit.lot, nth)?;
        let mut of_order = self.orders.get(&lot.credit.order).cloned().unwrap_or_default();
        of_order.push(nth);
        self.orders.put(&lot.credit.order, of_order);
        self.all.insert(&nth, lot)
    }

    /// Changes what is left of a lot.
    pub(super) fn change<T>(
        &mut self,
        name: &LotId,
        change: impl FnOnce(&mut Lot) -> Option<T>,
    ) -> Option<T> {
        self.all.change(self.names.get(name)?, change)
    }

    /// It does not stand any more, and that one takes its place.
    pub(super) fn reverse(
        &mut self,
        name: &LotId,
        record: &Serial,
        replaced_by: Option<&LotId>,
    ) -> Option<()> {
        let nth = *self.names.get(name)?;
        self.all.change(&nth, |lot| {
            lot.stands().then(|| lot.reversed = Some((record.clone(), replaced_by.cloned())))
        })?;
        if let Some(by) = replaced_by
            && !self.replaced.contains(by)
        {
            self.replaced.put(by, nth);
        }
        Some(())
    }
}
