//! What a wallet remembers of its income: days, carries and what was settled.
//!
//! ```text
//! unpaid  = rest + Σ days since the last settlement - booked
//! a carry = whole fen of (what the carry before it left + its days); the rest goes with the next
//! ```
//!
//! 1. A day goes with the first carry that is through it, whenever its income was published.
//! 2. Days are remembered for as long as they are unpaid, and then until [`DAYS_REMEMBERED`] days
//!    behind the latest one; a carry for as long as any of its days.
//! 3. A settlement ends an account: what changes of days before it goes with the next carry.

use super::earning::CarriedFrom;
use crate::{
    ids::TransactionId,
    money::{Income, PerTenThousand, Shares},
};
use chrono::{Days, NaiveDate};

/// How many natural days a paid day stays remembered: a month's carry and a week for corrections.
pub const DAYS_REMEMBERED: u64 = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Unpaid, or carried: its date and the carries say which.
    Counts,
    /// Paid with shares that left.
    Settled,
    Reversed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accrued {
    pub(super) day: NaiveDate,
    pub(super) publication: u8,
    pub(super) per_10_000: PerTenThousand,
    /// None: shares left since, and nobody knows how long they earn.
    pub(super) shares: Option<Shares>,
    pub(super) amount: Income,
    pub(super) stage: Stage,
}

/// What one transaction settled, and the rest that stayed with the fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settlement {
    pub(super) amount: Income,
    pub(super) left_to_fund: Income,
}

/// A transaction that reserved every share, so that the unpaid income goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exit {
    pub(super) transaction: TransactionId,
    /// How many shares were to leave.
    pub(super) asked: Shares,
    /// They left, and nothing was unpaid then.
    pub(super) with_nothing: bool,
}

/// Income up to a natural day became shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CarryPoint {
    through: NaiveDate,
    registered: NaiveDate,
}

/// What a carry is to book now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    /// Beyond what was booked so far, whole fen.
    pub(super) amount: Income,
    pub(super) registered: NaiveDate,
    /// Parts of a fen among it.
    pub(super) unpaid: Income,
}

/// Days and carries by date; the other lists in the order in which they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Book {
    pub(super) days: Vec<Accrued>,
    carries: Vec<CarryPoint>,
    /// Before the first of these carries.
    pub(super) rest: Income,
    /// Income that carries since then have made shares, yuan.
    booked: Income,
    /// Carries through it are done with.
    closed_through: Option<NaiveDate>,
    pub(super) carried_through: Option<NaiveDate>,
    /// A record changed the shares that earn from that day on, after its income was accrued.
    pub(super) changed_from: Option<NaiveDate>,
    settled: Vec<(TransactionId, Settlement)>,
    pub(super) exits: Vec<Exit>,
}

/// Of a wallet that nothing was accrued to.
pub(super) static EMPTY: Book = Book::new();

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    const fn new() -> Self {
        Self {
            days: Vec::new(),
            carries: Vec::new(),
            rest: Income::ZERO,
            booked: Income::ZERO,
            closed_through: None,
            carried_through: None,
            changed_from: None,
            settled: Vec::new(),
            exits: Vec::new(),
        }
    }

    pub(super) fn day(&self, day: NaiveDate) -> Option<&Accrued> {
        self.place_of(day).ok().map(|at| &self.days[at])
    }

    fn place_of(&self, day: NaiveDate) -> Result<usize, usize> {
        self.days.binary_search_by(|known| known.day.cmp(&day))
    }

    #[cfg(test)]
    pub(super) fn days_known(&self) -> usize {
        self.days.len()
    }

    pub(super) fn remembered_since(&self) -> Option<NaiveDate> {
        self.days.last()?.day.checked_sub_days(Days::new(DAYS_REMEMBERED))
    }

    fn counting(&self) -> impl Iterator<Item = &Accrued> {
        self.days.iter().filter(|day| day.stage == Stage::Counts)
    }

    pub(super) fn unpaid(&self) -> Income {
        let all = self.counting().map(|day| day.amount);
        all.fold(self.rest, Income::plus_or_most).minus_or_most(self.booked)
    }

    pub(super) fn without(&self, amount: Income, left_to_fund: Income) -> Option<Income> {
        let paid = amount.plus(left_to_fund)?;
        self.unpaid().minus(paid)
    }

    /// What each carry is to be by the days that are known now, from which day on it earns, and what the
    /// last one leaves.
    pub(super) fn carries(&self) -> (Vec<CarriedFrom>, Income) {
        self.carried(&self.carries)
    }

    fn carried(&self, carries: &[CarryPoint]) -> (Vec<CarriedFrom>, Income) {
        let (mut rest, mut days, mut all) = (self.rest, self.counting().peekable(), Vec::new());
        for carry in carries {
            while let Some(day) = days.next_if(|day| day.day <= carry.through) {
                rest = rest.plus_or_most(day.amount);
            }
            let (whole, below) = rest.whole_fen();
            all.push((carry.earns_from(), Income::new(whole).unwrap_or_default()));
            rest = below;
        }
        (all, rest)
    }

    /// What a carry through that day is to book; `None` where it is done with, or comes to nothing.
    pub(super) fn due(&self, through: NaiveDate, registered: NaiveDate) -> Option<Due> {
        if self.closed_through.is_some_and(|closed| through <= closed) {
            return None;
        }
        let mut carries = self.carries.clone();
        let (at, known) = match carries.binary_search_by(|known| known.through.cmp(&through)) {
            Ok(at) => (at, true),
            Err(at) => {
                carries.insert(at, CarryPoint { through, registered });
                (at, false)
            }
        };
        let (all, rest) = self.carried(&carries);
        let sum = all.iter().try_fold(Income::ZERO, |sum, (_, one)| sum.plus(*one))?;
        let amount = sum.minus(self.booked)?;
        let first = !known && all.get(at).is_some_and(|(_, own)| *own != Income::ZERO);
        let last = at.checked_add(1) == Some(carries.len());
        let unpaid = if last { amount.plus(rest)? } else { amount };
        let registered = carries.get(at)?.registered;
        let nothing = amount == Income::ZERO && !first;
        (!nothing).then_some(Due { amount, registered, unpaid })
    }

    /// Other income is to be carried than was.
    pub(super) fn is_behind(&self) -> bool {
        let sum = |(all, _): (Vec<CarriedFrom>, Income)| {
            all.iter().try_fold(Income::ZERO, |sum, (_, one)| sum.plus(*one))
        };
        !self.carries.is_empty() && sum(self.carries()) != Some(self.booked)
    }

    pub(super) fn leaving_with(&mut self, tx: &TransactionId, asked: Shares) {
        self.exits.push(Exit { transaction: tx.clone(), asked, with_nothing: false });
    }

    pub(super) fn settled_by(&self, tx: &TransactionId) -> Option<Settlement> {
        self.settled.iter().find(|(other, _)| other == tx).map(|(_, settled)| *settled)
    }

    pub(super) fn accrue(
        &mut self,
        day: NaiveDate,
        publication: u8,
        per_10_000: PerTenThousand,
        (shares, amount): (Shares, Income),
    ) -> Option<()> {
        let (stage, shares) = (Stage::Counts, Some(shares));
        let accrued = Accrued { day, publication, per_10_000, shares, amount, stage };
        match self.place_of(day) {
            Ok(at) => {
                let was = &mut self.days[at];
                let next = was.stage == Stage::Reversed && was.publication < publication;
                next.then(|| *was = accrued)?;
            }
            Err(at) => self.days.insert(at, accrued),
        }
        self.changes_after(day);
        Some(())
    }

    /// Returns what became shares for good.
    pub(super) fn forget_old_days(&mut self) -> Vec<CarriedFrom> {
        let Some(since) = self.remembered_since() else { return Vec::new() };
        let old = self.carries.iter().take_while(|carry| carry.through < since).count();
        let done: Vec<CarryPoint> = self.carries.drain(..old).collect();
        let (carried, rest) = self.carried(&done);
        if let Some(last) = done.last() {
            let amounts = carried.iter().map(|(_, one)| *one);
            let sum = amounts.fold(Income::ZERO, Income::plus_or_most);
            self.booked = self.booked.minus_or_most(sum);
            self.rest = rest;
            self.closed_through = self.closed_through.max(Some(last.through));
            self.days.retain(|day| day.stage != Stage::Counts || day.day > last.through);
        }
        self.days.retain(|day| {
            let owed = day.stage == Stage::Counts && day.amount != Income::ZERO;
            day.day >= since || owed
        });
        carried
    }

    /// Whether income was accrued of that day or a later one. Most often it was not yet.
    pub(super) fn is_changed_from(&self, day: NaiveDate) -> bool {
        self.days.last().is_some_and(|last| last.day >= day)
    }

    /// Other shares earn from that day on.
    pub(super) fn changes_from(&mut self, day: NaiveDate) {
        if self.is_changed_from(day) {
            self.changed_from = Some(self.changed_from.map_or(day, |before| before.min(day)));
        }
    }

    /// What a day earned earns on the days after it.
    fn changes_after(&mut self, day: NaiveDate) {
        if let Some(after) = day.succ_opt() {
            self.changes_from(after);
        }
    }

    /// The first carry takes other income with it: from then on other shares earn.
    fn carries_change(&mut self) {
        if let Some(first) = self.carries.first().copied() {
            self.changes_from(first.earns_from());
        }
    }

    pub(super) fn reverse(
        &mut self,
        day: NaiveDate,
        publication: u8,
        amount: Income,
    ) -> Option<()> {
        let at = self.place_of(day).ok()?;
        let was = &mut self.days[at];
        (was.publication == publication && was.amount == amount).then_some(())?;
        match was.stage {
            Stage::Counts => {}
            Stage::Settled => {
                self.rest = self.rest.minus(amount)?;
                self.carries_change();
            }
            Stage::Reversed => return None,
        }
        self.days[at].stage = Stage::Reversed;
        self.changes_after(day);
        Some(())
    }

    /// Other shares earned on that day. What was paid of it already is owed, or too much, from now on.
    pub(super) fn correct(
        &mut self,
        (day, publication): (NaiveDate, u8),
        reversed: Income,
        (shares, amount): (Shares, Income),
    ) -> Option<()> {
        let at = self.place_of(day).ok()?;
        let was = &mut self.days[at];
        (was.publication == publication && was.amount == reversed).then_some(())?;
        match was.stage {
            Stage::Counts => {}
            Stage::Settled => {
                self.rest = self.rest.plus(amount)?.minus(reversed)?;
                self.carries_change();
            }
            Stage::Reversed => return None,
        }
        let was = &mut self.days[at];
        (was.shares, was.amount) = (Some(shares), amount);
        self.changes_after(day);
        Some(())
    }

    /// Shares left, and nobody knows on which days they earned: no day of before can be reckoned anew.
    pub(super) fn days_are_final(&mut self) {
        self.days.iter_mut().for_each(|day| day.shares = None);
    }

    pub(super) fn carry(
        &mut self,
        (through, registered): (NaiveDate, NaiveDate),
        amount: Income,
    ) -> Option<()> {
        let open = self.closed_through.is_none_or(|closed| closed < through);
        let booked = self.booked.plus(amount)?;
        open.then(|| self.booked = booked)?;
        let carry = CarryPoint { through, registered };
        if let Err(at) = self.carries.binary_search_by(|known| known.through.cmp(&through)) {
            self.carries.insert(at, carry);
            self.changes_from(carry.earns_from());
        }
        self.carried_through = self.carried_through.max(Some(through));
        Some(())
    }

    /// Returns what became shares for good.
    pub(super) fn settle(
        &mut self,
        tx: &TransactionId,
        amount: Income,
        left_to_fund: Income,
    ) -> Option<Vec<CarriedFrom>> {
        self.settled_by(tx).is_none().then_some(())?;
        let (carried, rest) = (self.carries().0, self.without(amount, left_to_fund)?);
        (self.rest, self.booked) = (rest, Income::ZERO);
        self.carries.clear();
        self.closed_through = self.carried_through;
        self.days.iter_mut().filter(|day| day.stage == Stage::Counts).for_each(|day| {
            day.stage = Stage::Settled;
        });
        self.settled.push((tx.clone(), Settlement { amount, left_to_fund }));
        Some(carried)
    }

    /// `now`: what is settled instead; none where the shares have not left.
    pub(super) fn correct_settlement(
        &mut self,
        tx: &TransactionId,
        was: Settlement,
        now: Option<Settlement>,
    ) -> Option<()> {
        let at = self.settled.iter().position(|known| *known == (tx.clone(), was))?;
        self.rest = self.rest.plus(was.amount)?.plus(was.left_to_fund)?;
        match now {
            Some(now) => {
                self.rest = self.rest.minus(now.amount)?.minus(now.left_to_fund)?;
                self.settled[at].1 = now;
            }
            None => drop(self.settled.remove(at)),
        }
        self.carries_change();
        Some(())
    }
}

impl CarryPoint {
    /// Carried income earns on none of the days that it is the income of.
    fn earns_from(self) -> NaiveDate {
        self.through.succ_opt().map_or(self.registered, |after| after.max(self.registered))
    }
}
