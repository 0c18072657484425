//! Which shares of a wallet earn on a day, by the days of the records and not by when they were told.
//!
//! ```text
//! earns on a day = came by then - left before it + income that became shares by then
//! ```
//!
//! 1. What was told late with effect from an earlier day counts from that day, whichever lots are left.
//! 2. A corrected record takes the place of what it corrects, with its days.
//! 3. Income counts as it is to be carried by all that is known now, whatever was carried so far.
//! 4. What no remembered day can tell apart becomes one sum.

use super::{
    Portion, State,
    book::{Accrued, Book, DAYS_REMEMBERED, Stage},
};
use crate::{
    ids::TransactionId,
    money::{Income, Shares},
};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

/// Into the wallet or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// So many more shares earn from that day on; below zero, so many less.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    /// None of carried income.
    of: Option<(TransactionId, Way)>,
    from: NaiveDate,
    shares: Decimal,
}

/// Changes in the order in which they were told, but those that are one sum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Earning {
    /// The sum, and from which day on it holds.
    before: Option<(NaiveDate, Decimal)>,
    changes: Vec<Change>,
}

/// Income that became shares: how many earn from which day on.
pub(super) type CarriedFrom = (NaiveDate, Income);

impl Earning {
    fn push(&mut self, change: Change) {
        if change.shares.is_zero() {
            return;
        }
        match &mut self.before {
            Some((since, sum)) if change.from <= *since => {
                *sum = sum.saturating_add(change.shares);
            }
            Some(_) | None => {
                // Most wallets hold one open purchase; do not pay for four.
                if self.changes.is_empty() {
                    self.changes.reserve_exact(1);
                }
                self.changes.push(change);
            }
        }
    }

    /// From where on days can be reckoned.
    pub(super) fn since(&self) -> Option<NaiveDate> {
        self.before.map(|(since, _)| since)
    }

    /// What changed up to that day is one sum from now on.
    pub(super) fn fold(&mut self, through: NaiveDate) {
        let old = |change: &Change| change.from <= through;
        let Some(last) = self.changes.iter().filter(|it| old(it)).map(|it| it.from).max() else {
            return;
        };
        let sum = self.changes.iter().filter(|it| old(it)).map(|it| it.shares).sum::<Decimal>();
        let (since, before) = self.before.unwrap_or((last, Decimal::ZERO));
        self.before = Some((since.max(last), before.saturating_add(sum)));
        self.changes.retain(|change| !old(change));
    }

    fn on(&self, day: NaiveDate) -> Decimal {
        let changes = self.changes.iter().filter(|change| change.from <= day);
        let sum = changes.map(|change| change.shares).sum::<Decimal>();
        sum.saturating_add(self.before.map_or(Decimal::ZERO, |(_, before)| before))
    }

    /// What is known of a transaction one way, as one change per day; nothing of what is one sum.
    fn of(&self, tx: &TransactionId, way: Way) -> Vec<(NaiveDate, Decimal)> {
        by_day(self.own(tx, way).map(|change| (change.from, change.shares)))
    }

    /// The one change that is known of a transaction one way; `None` where there are more, or none.
    fn only_of(&self, tx: &TransactionId, way: Way) -> Option<(NaiveDate, Decimal)> {
        let mut own = self.own(tx, way).map(|change| (change.from, change.shares));
        own.next().filter(|_| own.next().is_none())
    }

    fn own<'a>(&'a self, tx: &'a TransactionId, way: Way) -> impl Iterator<Item = &'a Change> {
        let is_own = move |it: &&Change| matches!(&it.of, Some((of, w)) if *w == way && of == tx);
        self.changes.iter().filter(is_own)
    }

    /// Puts those changes in the place of the transaction's changes that way.
    fn replace(
        &mut self,
        (tx, way): (&TransactionId, Way),
        was: Decimal,
        now: impl Iterator<Item = (NaiveDate, Decimal)>,
    ) {
        let known: Decimal = self.of(tx, way).iter().map(|(_, shares)| *shares).sum();
        let own = |it: &Change| matches!(&it.of, Some((of, w)) if of == tx && *w == way);
        self.changes.retain(|change| !own(change));
        if let Some((_, before)) = &mut self.before {
            *before = before.saturating_sub(was.saturating_sub(known));
        }
        for (from, shares) in now {
            self.push(Change { of: Some((tx.clone(), way)), from, shares });
        }
    }
}

fn by_day(all: impl Iterator<Item = (NaiveDate, Decimal)>) -> Vec<(NaiveDate, Decimal)> {
    let mut days: Vec<(NaiveDate, Decimal)> = Vec::new();
    for (from, shares) in all {
        match days.iter_mut().find(|(day, _)| *day == from) {
            Some((_, sum)) => *sum = sum.saturating_add(shares),
            None => days.push((from, shares)),
        }
    }
    days.retain(|(_, shares)| !shares.is_zero());
    days.sort_by_key(|(from, _)| *from);
    days
}

/// Of what is older, and one sum, nobody can say it.
fn differ_in_days(was: &[(NaiveDate, Decimal)], is: &[(NaiveDate, Decimal)]) -> bool {
    let sum = |all: &[(NaiveDate, Decimal)]| all.iter().map(|(_, it)| *it).sum::<Decimal>();
    sum(was) == sum(is) && was != is
}

fn leaves(portion: &Portion) -> Option<(NaiveDate, Decimal)> {
    Some((portion.day.succ_opt()?, -portion.shares.decimal()))
}

impl State {
    /// Shares that earn on a natural day: registered by then, or taken out and earning through it.
    /// What left without its last earning day, in stores of version 0.2, is missed.
    pub fn earning_on(&self, day: NaiveDate) -> Shares {
        self.earning_with(day, &self.book().carries().0)
    }

    fn earning_with(&self, day: NaiveDate, carried: &[CarriedFrom]) -> Shares {
        let carried = carried.iter().filter(|(from, _)| *from <= day);
        let carried: Decimal = carried.map(|(_, amount)| amount.decimal()).sum();
        let all = self.earning.on(day).saturating_add(carried);
        Shares::new(all.max(Decimal::ZERO)).unwrap_or_default()
    }

    /// Remembered days on which other shares earned than they were reckoned on, the first of them first.
    /// Reckon it anew before asking again: its income earns on the days after it.
    pub fn misreckoned_days(&self) -> Vec<NaiveDate> {
        let book = self.book();
        let Some(changed) = book.changed_from else { return Vec::new() };
        let since = self.earning.since().max(Some(changed));
        let carried = book.carries().0;
        let known = book.days.iter().filter(|day| since.is_none_or(|since| since <= day.day));
        let wrong = |day: &&Accrued| {
            let is = || self.earning_with(day.day, &carried);
            day.stage != Stage::Reversed && day.shares.is_some_and(|shares| shares != is())
        };
        known.filter(wrong).map(|day| day.day).collect()
    }

    /// Whether other figures hold of remembered days than were reckoned with, or other income is to be
    /// carried of them than was.
    pub fn is_to_be_reckoned(&self) -> bool {
        self.book().is_behind() || !self.misreckoned_days().is_empty()
    }

    pub(super) fn came(&mut self, tx: &TransactionId, shares: Shares, from: NaiveDate) {
        self.changes_from(from);
        let of = Some((tx.clone(), Way::In));
        self.earns(Change { of, from, shares: shares.decimal() });
    }

    /// Shares left, and earn through that day. What was bought and converted on one T never earns.
    pub(super) fn left_through(
        &mut self,
        tx: &TransactionId,
        shares: Shares,
        through: NaiveDate,
    ) -> Option<()> {
        let from = through.succ_opt()?;
        self.changes_from(from);
        let of = Some((tx.clone(), Way::Out));
        self.earns(Change { of, from, shares: -shares.decimal() });
        Some(())
    }

    /// Income became shares that no remembered day can change any more.
    pub(super) fn carried_for_good(&mut self, carried: &[CarriedFrom]) {
        for (from, amount) in carried {
            self.earning.push(Change { of: None, from: *from, shares: amount.decimal() });
        }
    }

    fn earns(&mut self, change: Change) {
        // Without a day of income nothing else says how far back days may lie.
        let old = change.from.checked_sub_days(Days::new(DAYS_REMEMBERED));
        if let Some(old) = old.filter(|_| self.book().days.is_empty()) {
            self.earning.fold(old);
        }
        self.earning.push(change);
    }

    /// What the registrar says of a transaction's purchase takes the place of what it said.
    pub(super) fn came_instead(
        &mut self,
        tx: &TransactionId,
        reversed: Shares,
        portions: &[Portion],
    ) {
        self.changes_from(NaiveDate::MIN);
        let now = portions.iter().map(|it| (it.day, it.shares.decimal()));
        self.earning.replace((tx, Way::In), reversed.decimal(), now);
    }

    /// What it says of a taking takes the place of what it said. Without a word on each portion the
    /// difference is of the last one.
    pub(super) fn left_instead(
        &mut self,
        tx: &TransactionId,
        (reversed, shares): (Shares, Shares),
        through: NaiveDate,
        portions: &[Portion],
    ) -> Option<()> {
        self.changes_from(NaiveDate::MIN);
        if portions.is_empty() {
            let (from, of) = (through.succ_opt()?, Some((tx.clone(), Way::Out)));
            let shares = reversed.decimal().checked_sub(shares.decimal())?;
            self.earns(Change { of, from, shares });
            return Some(());
        }
        let now = portions.iter().map(leaves).collect::<Option<Vec<_>>>()?;
        self.earning.replace((tx, Way::Out), -reversed.decimal(), now.into_iter());
        Some(())
    }

    /// As many came by the transaction as those portions say, and on other days.
    pub fn came_on_other_days(&self, tx: &TransactionId, portions: &[Portion]) -> bool {
        if let ([now], Some((from, shares))) = (portions, self.earning.only_of(tx, Way::In)) {
            return shares == now.shares.decimal() && !shares.is_zero() && from != now.day;
        }
        let (was, is) = (self.earning.of(tx, Way::In), portions.iter());
        let is = by_day(is.map(|it| (it.day, it.shares.decimal())));
        differ_in_days(&was, &is)
    }

    /// As many left by the transaction as those portions say, and earn through other days.
    pub fn left_on_other_days(&self, tx: &TransactionId, portions: &[Portion]) -> bool {
        let was = self.earning.of(tx, Way::Out);
        differ_in_days(&was, &by_day(portions.iter().filter_map(leaves)))
    }

    /// Whether the difference of the last portion says all of it.
    pub(super) fn differs_last(
        &self,
        tx: &TransactionId,
        (reversed, shares): (Shares, Shares),
        through: NaiveDate,
        portions: &[Portion],
    ) -> bool {
        let Some(from) = through.succ_opt() else { return true };
        let difference = (from, reversed.decimal().saturating_sub(shares.decimal()));
        let was = self.earning.of(tx, Way::Out).into_iter().chain([difference]);
        by_day(was) == by_day(portions.iter().filter_map(leaves))
    }

    pub(super) fn changes_from(&mut self, day: NaiveDate) {
        if let Some(book) = self.income.as_deref_mut() {
            book.changes_from(day);
        }
    }

    /// Days that are too old for any word on them, and what changed before them, are one sum.
    pub(super) fn forget_old_days(&mut self) {
        let Some(book) = self.income.as_deref_mut() else { return };
        let carried = book.forget_old_days();
        let first = book.first_reckoned();
        self.carried_for_good(&carried);
        if let Some(first) = first {
            self.earning.fold(first);
        }
    }
}

impl Book {
    /// The first day that may be reckoned anew.
    fn first_reckoned(&self) -> Option<NaiveDate> {
        let kept = self.days.iter().filter(|day| day.stage != Stage::Settled).map(|day| day.day);
        self.remembered_since().map(|since| kept.fold(since, NaiveDate::min))
    }
}
