//! What a wallet is owed of income, and who takes it along.

use super::{
    Reservation, State,
    book::{Book, EMPTY, Exit, Stage},
};
use crate::{
    ids::TransactionId,
    money::{Income, Money, Shares},
};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Income below zero, and the shares that it could be taken out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// Unpaid income, in yuan.
    pub unpaid: Income,
    /// Shares that no order, freeze or case keeps back, one yuan each.
    pub free: Shares,
    /// Shares that are there, free or not.
    pub registered: Shares,
}

impl Owed {
    /// Yuan that the free shares do not make up for.
    pub fn beyond(&self) -> Money {
        let owed = Money::new((-self.unpaid.whole_fen().0).max(Decimal::ZERO));
        let free = Money::new(self.free.decimal()).unwrap_or_default();
        owed.unwrap_or_default().minus(free).unwrap_or_default()
    }
}

impl State {
    /// Income that is owed and neither carried nor settled; may be negative.
    pub fn unpaid_income(&self) -> Income {
        self.book().unpaid()
    }

    /// Unpaid income below zero that is more than the shares that are free: no carry can take it. Not while
    /// shares are to leave together with it.
    pub fn owed_beyond_shares(&self) -> Option<Owed> {
        let (free, registered) = (self.available(), self.registered());
        let owed = Owed { unpaid: self.unpaid_income(), free, registered };
        (!owed.beyond().is_zero() && !self.is_leaving()).then_some(owed)
    }

    /// What a natural day's income came to, paid or not; `None` where none was accrued, or it was
    /// reversed.
    pub fn income_on(&self, day: NaiveDate) -> Option<Income> {
        let day = self.book().day(day)?;
        (day.stage != Stage::Reversed).then_some(day.amount)
    }

    /// Remembered natural days with an income that may still change, the first of them first.
    pub fn days_of_income(&self) -> Vec<NaiveDate> {
        let days = self.book().days.iter().filter(|day| day.stage != Stage::Reversed);
        days.map(|day| day.day).collect()
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

    /// What stays with the fund of that rest of unpaid income: the part of a fen that none of so many records
    /// could pay, once no share is left that could be paid it. Otherwise it is still owed.
    pub(super) fn left_to_fund(&self, tx: &TransactionId, rest: Income, records: u32) -> Income {
        let unpayable = Decimal::new(1, 2).saturating_mul(records.max(1).into());
        let gone = self.registered().is_zero() || self.left_in_full(tx);
        if gone && rest.decimal().abs() < unpayable { rest } else { Income::ZERO }
    }

    /// All shares that the transaction was to take out together with the unpaid income have left. What came
    /// into the wallet meanwhile is not of that.
    fn left_in_full(&self, tx: &TransactionId) -> bool {
        let gone = match self.entry(tx).reservation {
            Reservation::Spent(gone) => gone,
            Reservation::None
            | Reservation::Held(_)
            | Reservation::Leaving { .. }
            | Reservation::Released => return false,
        };
        self.book().exits.iter().any(|exit| exit.transaction == *tx && exit.asked <= gone)
    }

    /// All shares wait to leave, and the unpaid income with them; or they have left, and what the
    /// registrar pays along is not settled yet, because its record is in dispute.
    pub(super) fn is_leaving(&self) -> bool {
        let leaves = |exit: &Exit| match self.entry(&exit.transaction).reservation {
            Reservation::Held(_) | Reservation::Leaving { .. } => true,
            Reservation::Spent(_) => self.is_to_settle(&exit.transaction),
            Reservation::None | Reservation::Released => false,
        };
        self.book().exits.iter().any(leaves)
    }

    /// The shares have left that the transaction took out together with the unpaid income, some was unpaid then, and
    /// what went along is not settled yet. What is earned once they have left is others'.
    pub fn is_to_settle(&self, transaction: &TransactionId) -> bool {
        let left = matches!(self.entry(transaction).reservation, Reservation::Spent(_));
        let with_some = |exit: &Exit| exit.transaction == *transaction && !exit.with_nothing;
        left && self.settled_income(transaction).is_none()
            && self.book().exits.iter().any(with_some)
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
        Arc::make_mut(self.income.get_or_insert_default())
    }
}
