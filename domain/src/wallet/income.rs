//! Income of a money-market fund: owed day by day, then shares, or money with shares that leave.
//!
//! ```text
//! earns on a day = lots registered by then + shares taken out that still earn on it
//! accrued        = earning shares × published figure / 10,000, truncated to the contract's unit
//! carried        = whole fen of the days up to the carry's own; the rest stays unpaid
//! settled        = what the registrar paid with shares that left
//! ```
//!
//! 1. A day has one publication at a time. The same one again decides nothing, other figures are
//!    refused by name, and a corrected one comes after the reversal of the one before.
//! 2. A carry takes the days up to its own, whenever they were published. Where what is known of them changes,
//!    the difference is carried, too: with the same carry repeated, or with the next one. From which day
//!    on it earns is as if it had been known at once.
//! 3. A day that is reversed leaves unpaid income below zero, until a carry takes it away.
//! 4. What is older than the days that are remembered may be a repetition and is
//!    refused.
//! 5. Nothing is carried while all shares wait to leave, by one order or several, nor until what went along
//!    with them is settled: a record in dispute may still be corrected. Nor while any shares are in dispute: what they earn would be
//!    free, and they may never have been there.
//! 6. Shares in transit earn nothing; reserved, frozen and disputed shares do.
//! 7. A record that arrives late with effect from an earlier day changes the shares that earned since: the
//!    remembered days are reckoned anew, paid or not. A day on which shares were on their way is
//!    remembered with nothing, for that reason.

use super::{
    Event, Refusal as WalletRefusal, Reservation, State,
    book::{Due, Settlement, Stage},
};
use crate::{
    arithmetic::{OutOfRange, out_of_range},
    ids::TransactionId,
    money::{Income, PerTenThousand, Shares},
    money_fund::{IncomeUnit, income},
};
use chrono::NaiveDate;

/// Why a day's income, a carry or a settlement is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One publication has one figure.
    #[error(
        "the income of {day} was accrued at {was} per 10,000 shares; {now} needs a reversal and \
         another publication"
    )]
    DiffersFromPublished {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// What was accrued, in yuan per 10,000 shares.
        was: PerTenThousand,
        /// Income per 10,000 shares as it is published now.
        now: PerTenThousand,
    },
    /// Two publications of a day never add up.
    #[error("publication {publication} of {day} is accrued; reverse it before the next one")]
    NotReversed {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// The one that stands.
        publication: u8,
    },
    /// Nobody can tell it from a repetition any more.
    #[error("{day} is before {since}, from where on days are remembered; book it by hand")]
    LongPast {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// The first day that is remembered for certain.
        since: NaiveDate,
    },
    /// No income of that day is there that could be reversed.
    #[error("publication {publication} of {day} is not accrued")]
    NotAccrued {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// The one that was to be reversed.
        publication: u8,
    },
    /// Negative income takes free shares only. It stays unpaid until there are enough.
    #[error("unpaid income of {unpaid} takes more than the {available} shares available")]
    TakesTooMany {
        /// The unpaid income, which is below zero.
        unpaid: Income,
        /// Free for any use.
        available: Shares,
    },
    /// The transaction settled another sum.
    #[error("transaction {transaction} settled {was} of income, not {now}")]
    SettledOtherwise {
        /// The transaction that settled its income before.
        transaction: TransactionId,
        /// Yuan that were settled before.
        was: Income,
        /// Yuan that would be settled now.
        now: Income,
    },
    /// Income goes along with shares that leave, and with nothing else.
    #[error("transaction {0} took no shares out, so it settles no income")]
    TookNothingOut(TransactionId),
    /// A result does not fit.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

pub(super) fn accrue(
    state: &State,
    day: NaiveDate,
    publication: u8,
    per_10_000: PerTenThousand,
    unit: IncomeUnit,
) -> Result<Vec<Event>, WalletRefusal> {
    let book = state.book();
    match book.day(day) {
        Some(was) if publication < was.publication => return Ok(vec![]),
        Some(was) if publication == was.publication => {
            if per_10_000 == was.per_10_000 {
                return Ok(vec![]);
            }
            let (was, now) = (was.per_10_000, per_10_000);
            return Err(Refusal::DiffersFromPublished { day, was, now }.into());
        }
        Some(was) if was.stage != Stage::Reversed => {
            return Err(Refusal::NotReversed { day, publication: was.publication }.into());
        }
        Some(_) => {}
        None => remembered(state, day)?,
    }
    let shares = state.earning_on(day);
    // What is on its way may turn out to have been there on that day: then its figure is needed.
    if shares.is_zero() && state.in_transit().is_zero() {
        return Ok(vec![]);
    }
    let amount = income(shares, per_10_000, unit).map_err(Refusal::from)?;
    let sum = book.unpaid().plus(amount);
    sum.ok_or_else(|| too_much(book.unpaid(), amount))?;
    Ok(vec![Event::IncomeAccrued { day, publication, per_10_000, shares, amount }])
}

pub(super) fn reverse(
    state: &State,
    day: NaiveDate,
    publication: u8,
) -> Result<Vec<Event>, WalletRefusal> {
    match state.book().day(day) {
        Some(was) if was.publication > publication => Ok(vec![]),
        Some(was) if was.publication == publication => match was.stage {
            Stage::Reversed => Ok(vec![]),
            Stage::Counts | Stage::Settled => {
                let amount = was.amount;
                Ok(vec![Event::IncomeReversed { day, publication, amount }])
            }
        },
        Some(_) => Err(Refusal::NotAccrued { day, publication }.into()),
        None => {
            remembered(state, day)?;
            Err(Refusal::NotAccrued { day, publication }.into())
        }
    }
}

/// A remembered day, reckoned anew on the shares that earned on it by all that is known now.
pub(super) fn correct(
    state: &State,
    day: NaiveDate,
    unit: IncomeUnit,
) -> Result<Vec<Event>, WalletRefusal> {
    let book = state.book();
    let Some(was) = book.day(day).filter(|_| state.misreckoned_days().contains(&day)) else {
        return Ok(vec![]);
    };
    let (publication, reversed) = (was.publication, was.amount);
    let shares = state.earning_on(day);
    let amount = income(shares, was.per_10_000, unit).map_err(Refusal::from)?;
    if amount == reversed {
        return Ok(vec![]);
    }
    let sum = book.unpaid().plus(amount).and_then(|sum| sum.minus(reversed));
    sum.ok_or_else(|| too_much(book.unpaid(), amount))?;
    Ok(vec![Event::IncomeCorrected { day, publication, reversed, shares, amount }])
}

/// Less than a fen is no fact: it stays unpaid until it is one.
pub(super) fn carry(
    state: &State,
    through: NaiveDate,
    registered: NaiveDate,
) -> Result<Vec<Event>, WalletRefusal> {
    let waits = state.is_leaving() || !state.disputed().is_zero();
    let due = state.book().due(through, registered).filter(|_| !waits);
    let Some(Due { amount, registered, unpaid }) = due else { return Ok(vec![]) };
    let lost = || too_much(unpaid, amount);
    let lots = match amount.cmp(&Income::ZERO) {
        std::cmp::Ordering::Equal => Vec::new(),
        std::cmp::Ordering::Greater => {
            let more = shares_of(amount).and_then(|shares| state.counted()?.plus(shares));
            more.ok_or_else(lost)?;
            Vec::new()
        }
        std::cmp::Ordering::Less => {
            let available = state.available();
            let taken = shares_of(amount).filter(|taken| *taken <= available);
            let lots = taken.and_then(|taken| state.oldest_lots(taken));
            lots.ok_or(Refusal::TakesTooMany { unpaid, available })?
        }
    };
    Ok(vec![Event::IncomeCarried { through, amount, registered, lots }])
}

/// What the registrar paid is booked as it says. Where everything has left and it is what we reckon with,
/// all is settled, and parts of a fen stay with the fund. A difference stays unpaid, for the caller to
/// question, and so does the part of a fen where shares stay.
pub(super) fn settle(
    state: &State,
    tx: &TransactionId,
    (amount, records): (Income, u32),
) -> Result<Vec<Event>, WalletRefusal> {
    let book = state.book();
    if let Some(Settlement { amount: was, .. }) = book.settled_by(tx) {
        let (transaction, now) = (tx.clone(), amount);
        let refused = Refusal::SettledOtherwise { transaction, was, now };
        return if was == amount { Ok(vec![]) } else { Err(refused.into()) };
    }
    if !matches!(state.entry(tx).reservation, Reservation::Spent(_)) {
        return Err(Refusal::TookNothingOut(tx.clone()).into());
    }
    let rest = book.unpaid().minus(amount).ok_or_else(|| too_much(book.unpaid(), amount))?;
    let left_to_fund = state.left_to_fund(tx, rest, records);
    let fits = book.without(amount, left_to_fund);
    fits.ok_or_else(|| too_much(book.unpaid(), amount))?;
    Ok(vec![Event::IncomeSettled { transaction: tx.clone(), amount, left_to_fund }])
}

/// What was settled is unpaid again, and what the registrar says now is settled in its place. Where the
/// shares have not left, nothing is.
pub(super) fn correct_settlement(
    state: &State,
    tx: &TransactionId,
    (amount, records): (Income, u32),
) -> Result<Vec<Event>, WalletRefusal> {
    let (book, left) = (state.book(), matches!(state.entry(tx).reservation, Reservation::Spent(_)));
    let was = match book.settled_by(tx) {
        Some(was) if left && was.amount == amount => return Ok(vec![]),
        Some(was) => was,
        None if left => return settle(state, tx, (amount, records)),
        None => return Ok(vec![]),
    };
    let amount = if left { amount } else { Income::ZERO };
    let lost = || too_much(book.unpaid(), was.amount);
    let due = was.amount.plus(was.left_to_fund).and_then(|paid| book.unpaid().plus(paid));
    let rest = due.and_then(|due| due.minus(amount)).ok_or_else(lost)?;
    let left_to_fund = if left { state.left_to_fund(tx, rest, records) } else { Income::ZERO };
    let (reversed, from_fund) = (was.amount, was.left_to_fund);
    let transaction = tx.clone();
    Ok(vec![Event::IncomeSettlementCorrected {
        transaction,
        reversed,
        from_fund,
        amount,
        left_to_fund,
    }])
}

fn too_much(unpaid: Income, more: Income) -> WalletRefusal {
    Refusal::from(out_of_range("unpaid income", format!("{unpaid} and {more}"))).into()
}

/// Whether a day without an entry has none for certain.
fn remembered(state: &State, day: NaiveDate) -> Result<(), Refusal> {
    match state.book().remembered_since().max(state.earning.since()) {
        Some(since) if day < since => Err(Refusal::LongPast { day, since }),
        Some(_) | None => Ok(()),
    }
}

/// Whole fen of either sign as shares at 1.00; `None` for a part of a fen.
pub(super) fn shares_of(whole: Income) -> Option<Shares> {
    Shares::new(whole.decimal().abs()).ok()
}
