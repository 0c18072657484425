//! How much one investor has cashed out at once of one money fund, at one distributor on one natural
//! day.
//!
//! ```text
//! a transaction:  unknown --Count--> counted --GiveBack--> given back
//!                    `-----GiveBack--> given back: a later Count is refused
//!                    `-----CountUnknown--> counted, above the most, too
//!                 any of them --CountPaid--> counted, or paid: above the most, too
//! ```
//!
//! 1. 10,000 yuan a day at most, over all channels of the distributor and all share classes of the fund
//!    (guidance in force since 2018-06-01). The limit may be reached. A fund may allow less, never more.
//!    Earlier stores count by class: what a class counts on the day is handed in as `elsewhere`.
//!    Earlier programs counted under one code whatever the distributor's code was: what was not counted
//!    `by_code` may be any distributor's, and leaves each of them less room.
//! 2. A *natural* day in Shanghai: it neither waits for a cut-off nor for the exchange to open.
//! 3. Each transaction counts once; a command repeated decides nothing.
//! 4. A give-back that came before its count leaves a mark that refuses the count for ever.
//! 5. Cash that was paid counts on the day on which it was paid, whatever was counted before, and is
//!    never given back: what is above the most then is said by the fact itself.
//! 6. Cash of which nobody knows whether it is out, or still goes out, counts on every day on which it may:
//!    there is less room for others, whether it fits itself or not.

mod key;
mod stored;
#[cfg(test)]
mod tests;

pub use key::QuotaKey;

use crate::{
    decider::Decider,
    ids::TransactionId,
    money::{Amount, Money},
    tallied::{Counts, Tallied},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Yuan per [`QuotaKey`], by the guidance of 2018-06-01; may be reached.
pub const DAY_MAX: Money = Money::whole_yuan(10_000);

/// A request to the quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Cash is to be advanced.
    Count {
        /// The transaction that asks for it.
        transaction: TransactionId,
        /// How much; a money-market share is one yuan.
        amount: Amount,
        /// The fund's own limit; none: the fund has no fast redemption.
        fund_max: Option<Money>,
        /// Yuan that count on the day under other keys: of the fund's classes, of earlier programs.
        elsewhere: Money,
        /// Whether the key has the distributor's own code, and not the one that earlier programs counted under.
        by_code: bool,
    },
    /// Cash may be advanced on this day: it was asked for on an earlier one, and nobody knows.
    CountUnknown {
        /// The transaction that asks for it.
        transaction: TransactionId,
        /// Amount, in yuan.
        amount: Amount,
        /// As in [`Count`](Self::Count).
        by_code: bool,
    },
    /// No cash was advanced on this day: the bank declined, or it goes out on another one.
    GiveBack {
        /// The transaction that asked for it.
        transaction: TransactionId,
    },
    /// Cash was advanced on this day, and did not count on it, or whether it fitted or not.
    CountPaid {
        /// The transaction that asked for it.
        transaction: TransactionId,
        /// How much the investor got.
        amount: Amount,
        /// The fund's own limit.
        fund_max: Option<Money>,
        /// As in [`Count`](Self::Count).
        elsewhere: Money,
        /// As in [`Count`](Self::Count).
        by_code: bool,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It counts towards the day.
    Counted {
        /// The transaction that asked for it.
        transaction: TransactionId,
        /// Yuan that are paid out in advance.
        amount: Amount,
        /// The key has the distributor's own code. Earlier programs, which do not say so, counted every house's
        /// own distributor under one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_code: bool,
    },
    /// It does not count any more.
    GivenBack {
        /// The transaction that asked for it.
        transaction: TransactionId,
    },
    /// The bank paid it on this day, on which it did not count.
    Paid {
        /// The transaction that asked for it.
        transaction: TransactionId,
        /// How much; it counts from now on.
        amount: Amount,
        /// Yuan by which the day is above its most; 0 where it fits.
        above: Money,
        /// As in [`Counted`](Self::Counted); what counted before keeps what was said of it then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_code: bool,
    },
}

/// How one transaction stands with the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// It counts with so many yuan.
    Counted(Amount),
    /// It does not count any more, or was given back before it came.
    GivenBack,
    /// It was paid on this day and counts, by so many yuan above the most.
    Paid {
        /// Yuan that count on that day.
        amount: Amount,
        /// Excess over the quota, in yuan.
        above: Money,
    },
}

impl Entry {
    /// Yuan to the fen that count; what was given back does not.
    pub fn amount(&self) -> Option<Amount> {
        match self {
            Entry::Counted(amount) | Entry::Paid { amount, .. } => Some(*amount),
            Entry::GivenBack => None,
        }
    }
}

/// What is remembered of a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    entries: Tallied<TransactionId, Entry, 1>,
    /// Those that were first counted by an earlier program, under a code that may be another distributor's.
    uncoded: BTreeSet<TransactionId>,
}

impl Counts<1> for Entry {
    /// What was given back does not count.
    fn figures(&self) -> [Decimal; 1] {
        [self.amount().map_or(Decimal::ZERO, Amount::decimal)]
    }
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The count was given back before it came, or after it.
    #[error("transaction {0} was given back and cannot count on this day any more")]
    AlreadyGivenBack(TransactionId),
    /// Same transaction, another amount: a caller's mistake.
    #[error("transaction {transaction} counts with {known} yuan on this day, not with {asked}")]
    CountedDifferently {
        /// The transaction that asks.
        transaction: TransactionId,
        /// What was asked for first.
        known: Amount,
        /// What is asked for now.
        asked: Amount,
    },
    /// Money that is out stays counted.
    #[error("transaction {0} was paid on this day and stays counted")]
    PaidOut(TransactionId),
    /// The fund does not do it.
    #[error("the fund has no fast redemption")]
    NotOffered,
    /// Too much in a day.
    #[error("{asked} yuan after {used} on this day are above {max}; {room} would fit")]
    AboveDayMaximum {
        /// The requested amount, in yuan.
        asked: Amount,
        /// Yuan that count on that day already.
        used: Money,
        /// The most that may be advanced on one natural day, in yuan.
        max: Money,
        /// What is left of it.
        room: Money,
    },
}

impl State {
    /// How a transaction stands with the quota; `None` for one that never came.
    pub fn entry(&self, transaction: &TransactionId) -> Option<&Entry> {
        self.entries.get(transaction)
    }

    /// Whether what counts is no more than the most. `fund_max`: the fund's own limit; `elsewhere`: what its
    /// classes count under keys of their own.
    pub fn fits(&self, fund_max: Option<Money>, elsewhere: Money) -> bool {
        let used = self.used().plus(elsewhere);
        fund_max.zip(used).is_some_and(|(max, used)| used <= max.min(DAY_MAX))
    }

    /// Yuan to the fen that count; what was given back does not.
    pub fn used(&self) -> Money {
        Money::of(self.entries.sums()[0])
    }

    /// The part of that which may be any distributor's: earlier programs counted it. Yuan to the fen.
    pub fn used_uncoded(&self) -> Money {
        let entries =
            self.uncoded.iter().filter_map(|transaction| self.entry(transaction)?.amount());
        entries.fold(Money::ZERO, |sum, amount| sum.plus_or_most(amount.into()))
    }

    /// Remembers under which kind of code a transaction first came to count.
    fn code(&mut self, transaction: &TransactionId, by_code: bool) {
        let counts = self.entry(transaction).is_some_and(|entry| entry.amount().is_some());
        if by_code && !counts {
            self.uncoded.remove(transaction);
        } else if !by_code && !counts {
            self.uncoded.insert(transaction.clone());
        }
    }
}

/// The quota's rules.
#[derive(Debug, Clone, Copy)]
pub struct FastQuota;

impl Decider for FastQuota {
    const CATEGORY: &'static str = "fast_quota";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Count { transaction, amount, fund_max, elsewhere, by_code } => {
                count(state, (transaction, *amount, *by_code), (*fund_max, *elsewhere))
            }
            Command::CountUnknown { transaction, amount, by_code } => {
                let (transaction, amount, by_code) = (transaction.clone(), *amount, *by_code);
                match state.entry(&transaction) {
                    Some(Entry::GivenBack) => Err(Refusal::AlreadyGivenBack(transaction)),
                    Some(entry) => known(transaction, entry, amount),
                    None => Ok(vec![Event::Counted { transaction, amount, by_code }]),
                }
            }
            Command::GiveBack { transaction } => match state.entry(transaction) {
                None | Some(Entry::Counted(_)) => {
                    Ok(vec![Event::GivenBack { transaction: transaction.clone() }])
                }
                Some(Entry::GivenBack) => Ok(vec![]),
                Some(Entry::Paid { .. }) => Err(Refusal::PaidOut(transaction.clone())),
            },
            Command::CountPaid { transaction, amount, fund_max, elsewhere, by_code } => {
                paid(state, (transaction, *amount, *by_code), (*fund_max, *elsewhere))
            }
        }
    }

    fn evolve(mut state: State, event: &Event) -> Option<State> {
        match event {
            Event::Counted { transaction, amount, by_code } => {
                state.code(transaction, *by_code);
                state.entries.insert(transaction, Entry::Counted(*amount))?;
            }
            Event::GivenBack { transaction } => match state.entry(transaction) {
                None | Some(Entry::Counted(_)) => state.entries.put(transaction, Entry::GivenBack),
                Some(Entry::GivenBack | Entry::Paid { .. }) => return None,
            },
            Event::Paid { transaction, amount, above, by_code } => match state.entry(transaction) {
                None | Some(Entry::GivenBack | Entry::Counted(_)) => {
                    state.code(transaction, *by_code);
                    let paid = Entry::Paid { amount: *amount, above: *above };
                    state.entries.put(transaction, paid);
                }
                Some(Entry::Paid { .. }) => return None,
            },
        }
        Some(state)
    }
}

fn count(
    state: &State,
    (transaction, asked, by_code): (&TransactionId, Amount, bool),
    (fund_max, elsewhere): (Option<Money>, Money),
) -> Result<Vec<Event>, Refusal> {
    let transaction = transaction.clone();
    match state.entry(&transaction) {
        Some(Entry::GivenBack) => return Err(Refusal::AlreadyGivenBack(transaction)),
        Some(entry) => return known(transaction, entry, asked),
        None => {}
    }
    let max = fund_max.ok_or(Refusal::NotOffered)?.min(DAY_MAX);
    let used = state.used().plus(elsewhere).unwrap_or(max);
    if used.plus(asked.into()).is_some_and(|sum| sum <= max) {
        return Ok(vec![Event::Counted { transaction, amount: asked, by_code }]);
    }
    let room = max.minus(used).unwrap_or(Money::ZERO);
    Err(Refusal::AboveDayMaximum { asked, used, max, room })
}

fn paid(
    state: &State,
    (transaction, amount, by_code): (&TransactionId, Amount, bool),
    (fund_max, elsewhere): (Option<Money>, Money),
) -> Result<Vec<Event>, Refusal> {
    let transaction = transaction.clone();
    let above = |used: Option<Money>| {
        let max = fund_max.unwrap_or(Money::ZERO).min(DAY_MAX);
        used.and_then(|used| used.plus_or_most(elsewhere).minus(max)).unwrap_or(Money::ZERO)
    };
    match state.entry(&transaction) {
        Some(entry @ Entry::Counted(counted)) => {
            let above = above(Some(state.used()));
            if *counted != amount || above.is_zero() {
                return known(transaction, entry, amount);
            }
            Ok(vec![Event::Paid { transaction, amount, above, by_code }])
        }
        Some(entry @ Entry::Paid { .. }) => known(transaction, entry, amount),
        None | Some(Entry::GivenBack) => {
            let above = above(state.used().plus(amount.into()));
            Ok(vec![Event::Paid { transaction, amount, above, by_code }])
        }
    }
}

/// What counts already counts with that amount, or somebody is mistaken.
fn known(transaction: TransactionId, entry: &Entry, asked: Amount) -> Result<Vec<Event>, Refusal> {
    match entry.amount() {
        Some(known) if known != asked => {
            Err(Refusal::CountedDifferently { transaction, known, asked })
        }
        Some(_) | None => Ok(vec![]),
    }
}
