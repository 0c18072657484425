//! What a wallet remembers of its income: days, what was carried and settled, and who still earns.
//!
//! ```text
//! unpaid = Σ days not paid + rest
//! rest   = what a carry left below a fen, less what reversals of paid days took
//! ```
//!
//! 1. Days are remembered for as long as they are unpaid, and then until [`DAYS_REMEMBERED`] days
//!    behind the latest one.
//! 2. Shares that left earn on days whose income may come later, so they are remembered as long.

use super::{
    Reservation, State,
    earning::{Early, Gone},
};
use crate::{
    ids::TransactionId,
    money::{Income, PerTenThousand, Shares},
};
use chrono::{Days, NaiveDate};

/// How many natural days a paid day stays remembered: a month's carry and a week for corrections.
pub const DAYS_REMEMBERED: u64 = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Unpaid,
    Paid,
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

/// What one transaction settled, and what the fund kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settlement {
    pub(super) amount: Income,
    pub(super) left_to_fund: Income,
}

/// A transaction that reserved every share, so that the unpaid income goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exit {
    transaction: TransactionId,
    /// They left, and nothing was unpaid then.
    with_nothing: bool,
}

/// Days by date; the other lists in the order in which they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Book {
    pub(super) days: Vec<Accrued>,
    pub(super) rest: Income,
    pub(super) carried_through: Option<NaiveDate>,
    pub(super) gone: Vec<Gone>,
    pub(super) early: Vec<Early>,
    /// A record changed the shares that earn from that day on, after its income was accrued.
    pub(super) changed_from: Option<NaiveDate>,
    settled: Vec<(TransactionId, Settlement)>,
    exits: Vec<Exit>,
}

/// Of a wallet that nothing was accrued to.
static EMPTY: Book = Book::new();

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    const fn new() -> Self {
        Self {
            days: Vec::new(),
            rest: Income::ZERO,
            carried_through: None,
            gone: Vec::new(),
            early: Vec::new(),
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

    fn sum(&self, counts: impl Fn(&Accrued) -> bool) -> Income {
        let unpaid = self.days.iter().filter(|day| day.stage == Stage::Unpaid && counts(day));
        unpaid.fold(self.rest, |sum, day| sum.plus(day.amount).unwrap_or(sum))
    }

    pub(super) fn due(&self, through: NaiveDate) -> Income {
        self.sum(|day| day.day <= through)
    }

    pub(super) fn unpaid(&self) -> Income {
        self.sum(|_| true)
    }

    pub(super) fn without(&self, amount: Income, left_to_fund: Income) -> Option<Income> {
        let paid = amount.plus(left_to_fund)?;
        self.unpaid().minus(paid)
    }

    pub(super) fn leaving_with(&mut self, tx: &TransactionId) {
        self.exits.push(Exit { transaction: tx.clone(), with_nothing: false });
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
        let stage = if amount == Income::ZERO { Stage::Paid } else { Stage::Unpaid };
        let shares = Some(shares);
        let accrued = Accrued { day, publication, per_10_000, shares, amount, stage };
        match self.place_of(day) {
            Ok(at) => {
                let was = &mut self.days[at];
                let next = was.stage == Stage::Reversed && was.publication < publication;
                next.then(|| *was = accrued)?;
            }
            Err(at) => self.days.insert(at, accrued),
        }
        if let Some(since) = self.remembered_since() {
            self.days.retain(|day| day.day >= since || day.stage == Stage::Unpaid);
            self.gone.retain(|gone| gone.through >= since);
            self.early.retain(|early| early.through >= since);
        }
        Some(())
    }

    /// Other shares earn from that day on. Most often no income of it was accrued yet.
    pub(super) fn changes_from(&mut self, day: NaiveDate) {
        if self.days.last().is_some_and(|last| last.day >= day) {
            self.changed_from = Some(self.changed_from.map_or(day, |before| before.min(day)));
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
            Stage::Unpaid => {}
            Stage::Paid => self.rest = self.rest.minus(amount)?,
            Stage::Reversed => return None,
        }
        was.stage = Stage::Reversed;
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
            Stage::Unpaid => {}
            // A day of nothing is paid when it is accrued.
            Stage::Paid
                if reversed == Income::ZERO && self.carried_through.is_none_or(|on| on < day) =>
            {
                was.stage = Stage::Unpaid;
            }
            Stage::Paid => self.rest = self.rest.plus(amount)?.minus(reversed)?,
            Stage::Reversed => return None,
        }
        (was.shares, was.amount) = (Some(shares), amount);
        Some(())
    }

    /// Shares left, and nobody knows on which days they earned: no day of before can be reckoned anew.
    pub(super) fn days_are_final(&mut self) {
        self.days.iter_mut().for_each(|day| day.shares = None);
    }

    pub(super) fn carry(&mut self, through: NaiveDate, amount: Income) -> Option<()> {
        self.carried_through.is_none_or(|before| before < through).then_some(())?;
        self.rest = self.due(through).minus(amount)?;
        self.pay(|day| day.day <= through);
        self.carried_through = Some(through);
        Some(())
    }

    pub(super) fn settle(
        &mut self,
        tx: &TransactionId,
        amount: Income,
        left_to_fund: Income,
    ) -> Option<()> {
        self.settled_by(tx).is_none().then_some(())?;
        self.rest = self.without(amount, left_to_fund)?;
        self.pay(|_| true);
        self.settled.push((tx.clone(), Settlement { amount, left_to_fund }));
        Some(())
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
        Some(())
    }

    fn pay(&mut self, goes: impl Fn(&Accrued) -> bool) {
        for day in self.days.iter_mut().filter(|day| day.stage == Stage::Unpaid && goes(day)) {
            day.stage = Stage::Paid;
        }
    }
}

impl State {
    /// Income that is owed and neither carried nor settled; may be negative.
    pub fn unpaid_income(&self) -> Income {
        self.book().unpaid()
    }

    /// What a natural day's income came to, paid or not; `None` where none was accrued, or it was
    /// reversed.
    pub fn income_on(&self, day: NaiveDate) -> Option<Income> {
        let day = self.book().day(day)?;
        (day.stage != Stage::Reversed).then_some(day.amount)
    }

    /// Which publication of a natural day's figure was accrued last, reversed since or not.
    pub fn publication_on(&self, day: NaiveDate) -> Option<u8> {
        self.book().day(day).map(|day| day.publication)
    }

    /// What a transaction took along of unpaid income; `None` until it has.
    pub fn settled_income(&self, transaction: &TransactionId) -> Option<Income> {
        self.book().settled_by(transaction).map(|settled| settled.amount)
    }

    /// Whether the unpaid income goes along with the shares that the transaction reserved.
    pub fn takes_income(&self, transaction: &TransactionId) -> bool {
        self.book().exits.iter().any(|exit| exit.transaction == *transaction)
    }

    /// All shares wait to leave, and the unpaid income with them; or they have left, and what the
    /// registrar pays along is not settled yet, because its record is in dispute.
    pub(super) fn is_leaving(&self) -> bool {
        let book = self.book();
        let leaves = |exit: &Exit| match self.entry(&exit.transaction).reservation {
            Reservation::Held(_) | Reservation::Leaving { .. } => true,
            Reservation::Spent(_) => {
                !exit.with_nothing && book.settled_by(&exit.transaction).is_none()
            }
            Reservation::None | Reservation::Released => false,
        };
        book.exits.iter().any(leaves)
    }

    /// The last of the shares have left. Where nothing was unpaid, nothing goes along with them; a
    /// correction may bring them back, and then they leave once more.
    pub(super) fn left(&mut self, tx: &TransactionId) {
        let with_nothing = self.unpaid_income() == Income::ZERO;
        if self.takes_income(tx) {
            let mut exits = self.book_mut().exits.iter_mut();
            exits.by_ref().filter(|exit| exit.transaction == *tx).for_each(|exit| {
                exit.with_nothing = with_nothing;
            });
        }
    }

    /// The last natural day up to which income was carried.
    pub fn carried_through(&self) -> Option<NaiveDate> {
        self.book().carried_through
    }

    pub(super) fn book(&self) -> &Book {
        self.income.as_deref().unwrap_or(&EMPTY)
    }

    pub(super) fn book_mut(&mut self) -> &mut Book {
        self.income.get_or_insert_default()
    }
}
