//! Which shares of a wallet earn on a day, those that have left since among them.
//!
//! ```text
//! earns on a day = lots registered by then + shares that left later and were there
//! ```
//!
//! 1. By all that is known now: what was told late with effect from an earlier day counts from that day.
//! 2. Shares that come back have never left.

use super::{
    LotTaken, State,
    book::{Accrued, DAYS_REMEMBERED, Stage},
};
use crate::{ids::TransactionId, money::Shares};
use chrono::{Days, NaiveDate};

/// Shares that left and still earn on days whose income may come later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    lot: TransactionId,
    from: NaiveDate,
    pub(super) through: NaiveDate,
    shares: Shares,
}

/// Carried income that was registered on a day whose income it comes of: it earns from the day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Early {
    from: NaiveDate,
    pub(super) through: NaiveDate,
    shares: Shares,
}

impl State {
    /// Shares that earn on a natural day: registered by then, or taken out and earning through it.
    /// What left without its last earning day, in stores of version 0.2, is missed.
    pub fn earning_on(&self, day: NaiveDate) -> Shares {
        let lots = self.lots().iter().filter(|lot| lot.registered <= day).map(|lot| lot.shares);
        let gone = self.book().gone.iter().filter(|gone| gone.from <= day && day <= gone.through);
        let all = lots.chain(gone.map(|gone| gone.shares));
        let all = all.fold(Shares::ZERO, |sum, shares| sum.plus(shares).unwrap_or(sum));
        let early = self.book().early.iter();
        let early = early.filter(|early| early.from <= day && day <= early.through);
        early.fold(all, |all, early| all.minus(early.shares).unwrap_or_default())
    }

    /// Remembered days on which other shares earned than they were reckoned on.
    pub fn misreckoned_days(&self) -> Vec<NaiveDate> {
        let book = self.book();
        let Some(changed) = book.changed_from else { return Vec::new() };
        // Before that, shares that left are forgotten.
        let last = book.gone.iter().map(|gone| gone.through).max();
        let forgotten = last.and_then(|last| last.checked_sub_days(Days::new(DAYS_REMEMBERED)));
        let since = book.remembered_since().max(forgotten).max(Some(changed));
        let known = book.days.iter().filter(|day| since.is_none_or(|since| since <= day.day));
        let wrong = |day: &&Accrued| {
            let other = day.shares.is_some_and(|shares| shares != self.earning_on(day.day));
            other && day.stage != Stage::Reversed
        };
        known.filter(wrong).map(|day| day.day).collect()
    }

    /// Remembers since when shares that leave have earned, before they are taken. What was bought and
    /// converted on one T never earns.
    pub(super) fn still_earning(&mut self, lots: &[LotTaken], through: NaiveDate) -> Option<()> {
        self.changes_from(through.succ_opt()?);
        let mut leaving = Vec::new();
        for taken in lots {
            let lot = self.lots().iter().find(|lot| lot.transaction == taken.lot)?;
            let (from, carried) = (lot.registered, lot.carried);
            if from <= through {
                leaving.push(Gone { lot: taken.lot.clone(), from, through, shares: taken.shares });
            } else if carried {
                self.never_early(taken.shares, from)?;
            }
        }
        if leaving.is_empty() {
            return Some(());
        }
        let since = through.checked_sub_days(Days::new(DAYS_REMEMBERED));
        let book = self.book_mut();
        book.gone.retain(|gone| since.is_none_or(|since| gone.through >= since));
        book.gone.extend(leaving);
        Some(())
    }

    pub(super) fn changes_from(&mut self, day: NaiveDate) {
        if let Some(book) = self.income.as_deref_mut() {
            book.changes_from(day);
        }
    }

    pub(super) fn came_early(&mut self, shares: Shares, (from, through): (NaiveDate, NaiveDate)) {
        if from <= through {
            self.book_mut().early.push(Early { from, through, shares });
        }
        self.changes_from(through.succ_opt().map_or(from, |after| after.max(from)));
    }

    /// They left before they earned at all.
    fn never_early(&mut self, shares: Shares, from: NaiveDate) -> Option<()> {
        let mut left = shares;
        for early in self.book_mut().early.iter_mut().filter(|early| early.from == from) {
            let part = early.shares.min(left);
            (early.shares, left) = (early.shares.minus(part)?, left.minus(part)?);
        }
        Some(())
    }

    /// Shares of a lot that are back in it have never left, so they are not counted twice. Returns those
    /// of them that had left other lots.
    pub(super) fn never_left(&mut self, lot: &TransactionId, shares: Shares) -> Option<Shares> {
        let mut back = shares;
        for gone in self.book_mut().gone.iter_mut().rev().filter(|gone| gone.lot == *lot) {
            let part = gone.shares.min(back);
            (gone.shares, back) = (gone.shares.minus(part)?, back.minus(part)?);
        }
        self.book_mut().gone.retain(|gone| !gone.shares.is_zero());
        Some(back)
    }

    /// Shares that had left other lots are back in one that has earned since that day: they earn with it,
    /// and no more with those that left until the day before `from`.
    pub(super) fn joined(
        &mut self,
        shares: Shares,
        (since, from): (NaiveDate, NaiveDate),
    ) -> Option<()> {
        let (until, mut back, mut before) = (since.pred_opt()?, shares, Vec::new());
        let gone = &mut self.book_mut().gone;
        for gone in gone.iter_mut().rev().filter(|gone| gone.through.succ_opt() == Some(from)) {
            let part = gone.shares.min(back);
            (gone.shares, back) = (gone.shares.minus(part)?, back.minus(part)?);
            if gone.from <= until && !part.is_zero() {
                before.push(Gone { through: until, shares: part, ..gone.clone() });
            }
        }
        gone.extend(before);
        gone.retain(|gone| !gone.shares.is_zero());
        Some(())
    }

    /// Shares that came back into a younger lot earned on those days, too.
    pub(super) fn earned_meanwhile(
        &mut self,
        lot: &TransactionId,
        (from, through): (NaiveDate, NaiveDate),
        shares: Shares,
    ) {
        self.book_mut().gone.push(Gone { lot: lot.clone(), from, through, shares });
    }

    /// The lot of a transaction is registered on that day after all: so is what has left of it.
    pub(super) fn registered_since(&mut self, lot: &TransactionId, from: NaiveDate) {
        if self.income.is_some() {
            let mut gone = self.book_mut().gone.iter_mut();
            gone.by_ref().filter(|gone| gone.lot == *lot).for_each(|gone| gone.from = from);
        }
    }
}
