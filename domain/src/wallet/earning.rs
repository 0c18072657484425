//! Which shares of a wallet earn on a day, by the days of the records and not by when they arrived.
//!
//! ```text
//! earns on a day = came by then - left before it + income that became shares by then
//! ```
//!
//! 1. A record that arrives late with effect from an earlier day counts from that day, whichever lots are left.
//! 2. A corrected record takes the place of what it corrects, with its days.
//! 3. Income counts as it is to be carried by all that is known now, whatever was carried so far.
//! 4. What no remembered day can tell apart becomes one sum.

use super::{
    Portion, State,
    book::{Accrued, Book, DAYS_REMEMBERED, Stage},
};
use crate::{
    ids::TransactionId,
    keyed::Keyed,
    money::{Income, Shares},
};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

/// Into the wallet or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    In,
    Out,
}

/// So many more shares earn from that day on; below zero, so many less.
type Change = (NaiveDate, Decimal);

/// All changes of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Day {
    sum: Decimal,
    changes: u32,
}

/// Changes by the day from which on they hold, and of each transaction in the order in which they were
/// recorded; but those that are one sum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Earning {
    /// The sum, and from which day on it holds. Every change that is known is of a later day.
    before: Option<(NaiveDate, Decimal)>,
    days: Keyed<NaiveDate, Day>,
    /// None of carried income.
    known: Keyed<(TransactionId, Way), Vec<Change>>,
}

crate::rare::rare!(Earning);

/// Income that became shares: how many earn from which day on.
pub(super) type CarriedFrom = (NaiveDate, Income);

impl Earning {
    /// Returns whether the change is known as one.
    fn push(&mut self, (from, shares): Change) -> bool {
        if shares.is_zero() {
            return false;
        }
        if let Some((since, sum)) = &mut self.before
            && from <= *since
        {
            *sum = sum.saturating_add(shares);
            return false;
        }
        let mut day = self.days.get(&from).copied().unwrap_or_default();
        day.sum = day.sum.saturating_add(shares);
        day.changes = day.changes.saturating_add(1);
        self.days.put(&from, day);
        true
    }

    fn push_of(&mut self, tx: &TransactionId, way: Way, change: Change) {
        if self.push(change) {
            let of = (tx.clone(), way);
            match self.known.get_mut(&of) {
                Some(known) => known.push(change),
                None => self.known.put(&of, vec![change]),
            }
        }
    }

    /// From where on days can be reckoned.
    pub(super) fn since(&self) -> Option<NaiveDate> {
        self.before.map(|(since, _)| since)
    }

    /// What changed up to that day is one sum from now on.
    pub(super) fn fold(&mut self, through: NaiveDate) {
        let old: Vec<(NaiveDate, Day)> = self
            .days
            .iter()
            .map(|(from, day)| (*from, *day))
            .take_while(|it| it.0 <= through)
            .collect();
        let Some((last, _)) = old.last() else { return };
        let (since, mut sum) = self.before.unwrap_or((*last, Decimal::ZERO));
        for (from, day) in &old {
            sum = sum.saturating_add(day.sum);
            self.days.remove(from);
        }
        let since = since.max(*last);
        self.before = Some((since, sum));
        let is_old = |changes: &Vec<Change>| changes.iter().any(|(from, _)| *from <= since);
        let touched = self.known.iter().filter(|(_, changes)| is_old(changes));
        let touched: Vec<(TransactionId, Way)> = touched.map(|(of, _)| of.clone()).collect();
        for of in &touched {
            let Some(changes) = self.known.get_mut(of) else { continue };
            changes.retain(|(from, _)| *from > since);
            if changes.is_empty() {
                self.known.remove(of);
            }
        }
    }

    fn on(&self, day: NaiveDate) -> Decimal {
        let days = self.days.iter().take_while(|(from, _)| **from <= day);
        let sum = days.map(|(_, day)| day.sum).sum::<Decimal>();
        sum.saturating_add(self.before.map_or(Decimal::ZERO, |(_, before)| before))
    }

    /// What is known of a transaction one way, as one change per day; nothing of what is one sum.
    fn of(&self, tx: &TransactionId, way: Way) -> Vec<Change> {
        by_day(self.own(tx, way).iter().copied())
    }

    /// The one change that is known of a transaction one way; `None` where there are more, or none.
    fn only_of(&self, tx: &TransactionId, way: Way) -> Option<Change> {
        let [change] = self.own(tx, way) else { return None };
        Some(*change)
    }

    fn own(&self, tx: &TransactionId, way: Way) -> &[Change] {
        self.known.get(&(tx.clone(), way)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Puts those changes in the place of the transaction's changes that way.
    fn replace(
        &mut self,
        (tx, way): (&TransactionId, Way),
        was: Decimal,
        now: impl Iterator<Item = Change>,
    ) {
        let own = self.own(tx, way).to_vec();
        self.known.remove(&(tx.clone(), way));
        let mut known = Decimal::ZERO;
        for (from, shares) in own {
            known = known.saturating_add(shares);
            self.take_back((from, shares));
        }
        if let Some((_, before)) = &mut self.before {
            *before = before.saturating_sub(was.saturating_sub(known));
        }
        for change in now {
            self.push_of(tx, way, change);
        }
    }

    fn take_back(&mut self, (from, shares): Change) {
        let Some(day) = self.days.get_mut(&from) else { return };
        day.sum = day.sum.saturating_sub(shares);
        day.changes = day.changes.saturating_sub(1);
        if day.changes == 0 {
            self.days.remove(&from);
        }
    }
}

fn by_day(all: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut days: Vec<Change> = Vec::new();
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
fn differ_in_days(was: &[Change], is: &[Change]) -> bool {
    let sum = |all: &[Change]| all.iter().map(|(_, it)| *it).sum::<Decimal>();
    sum(was) == sum(is) && was != is
}

fn leaves(portion: &Portion) -> Option<Change> {
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
        self.earns(tx, Way::In, (from, shares.decimal()));
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
        self.earns(tx, Way::Out, (from, -shares.decimal()));
        Some(())
    }

    /// Income became shares that no remembered day can change any more.
    pub(super) fn carried_for_good(&mut self, carried: &[CarriedFrom]) {
        for (from, amount) in carried {
            self.earning.push((*from, amount.decimal()));
        }
    }

    fn earns(&mut self, tx: &TransactionId, way: Way, change: Change) {
        // Without a day of income nothing else says how far back days may lie.
        let old = change.0.checked_sub_days(Days::new(DAYS_REMEMBERED));
        if let Some(old) = old.filter(|_| self.book().days.is_empty()) {
            self.earning.fold(old);
        }
        self.earning.push_of(tx, way, change);
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
            let shares = reversed.decimal().checked_sub(shares.decimal())?;
            self.earns(tx, Way::Out, (through.succ_opt()?, shares));
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
        if self.book().is_changed_from(day) {
            self.book_mut().changes_from(day);
        }
    }

    /// Days that are too old for any word on them, and what changed before them, are one sum.
    pub(super) fn forget_old_days(&mut self) {
        if self.income.is_none() {
            return;
        }
        let carried = self.book_mut().forget_old_days();
        let first = self.book().first_reckoned();
        self.carried_for_good(&carried);
        if let Some(first) = first {
            self.earning.fold(first);
        }
    }
}

impl Book {
    /// The first day that may be reckoned anew.
    fn first_reckoned(&self) -> Option<NaiveDate> {
        let days = self.days.iter().filter(|day| day.stage != Stage::Settled).map(|day| day.day);
        self.remembered_since().map(|since| days.fold(since, NaiveDate::min))
    }
}
