//! An investor's shares of one money-market fund, and who may use them.
//!
//! ```text
//! credit:       none --CreditInTransit--> in transit --ConfirmCredit--> confirmed
//!                                              `-------ReverseCredit--> reversed
//! reservation:  none --Reserve--> held --Spend----> spent (the rest is free again)
//!                 |                `-----Release--> released
//!                 `-----Release (nothing was held)--> released: a later Reserve is refused
//! ```
//!
//! 1. Every entry is keyed on the transaction that made it; a command repeated decides nothing.
//! 2. Events carry what was moved, never a balance.
//! 3. Shares are spent only when the registrar has confirmed them, and only once.
//! 4. A release that came before its reserve leaves a mark that refuses the reserve for ever
//!    (empty compensation and hanging reserve are both closed).
//! 5. A reservation never expires by itself: the saga that made it owns the only clock.

mod balance;
#[cfg(test)]
mod tests;

use crate::{
    decider::Decider,
    ids::{FundCode, InvestorId, TransactionId},
    money::Shares,
};
use chrono::NaiveDate;
use fundflow_kernel::{codec::Stored, stored_types};
use serde::{Deserialize, Serialize};

/// Shares of one confirmation, as the registrar keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The transaction whose purchase was confirmed.
    pub transaction: TransactionId,
    /// The registrar's date; the holding period starts here.
    pub registered: NaiveDate,
    /// What is left of it.
    pub shares: Shares,
}

/// How much of which lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotTaken {
    /// The lot's transaction.
    pub lot: TransactionId,
    /// Taken out of it.
    pub shares: Shares,
}

/// A request to the wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A purchase was paid and accepted; its shares are on their way.
    CreditInTransit(TransactionId, Shares),
    /// The registrar confirmed so many of them.
    ConfirmCredit(TransactionId, Shares, NaiveDate),
    /// The registrar rejected the purchase: they will never come.
    ReverseCredit(TransactionId),
    /// Earmark shares for a conversion (try).
    Reserve(TransactionId, Shares),
    /// The registrar converted so many of the reserved shares; the rest is free (confirm).
    Spend(TransactionId, Shares),
    /// The conversion will not happen (cancel).
    Release(TransactionId),
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Paid and accepted, not yet registered.
    CreditedInTransit {
        /// For which transaction.
        transaction: TransactionId,
        /// How many.
        shares: Shares,
    },
    /// Registered: a lot.
    CreditConfirmed {
        /// For which transaction.
        transaction: TransactionId,
        /// How many; at most those in transit.
        shares: Shares,
        /// The lot's registration date.
        registered: NaiveDate,
    },
    /// The shares in transit are gone.
    CreditReversed {
        /// For which transaction.
        transaction: TransactionId,
    },
    /// Earmarked.
    SharesReserved {
        /// For which transaction.
        transaction: TransactionId,
        /// How many.
        shares: Shares,
    },
    /// The reservation is over, or was refused before it came.
    SharesReleased {
        /// For which transaction.
        transaction: TransactionId,
    },
    /// Converted away; what was reserved above it is free again.
    SharesSpent {
        /// For which transaction.
        transaction: TransactionId,
        /// How many.
        shares: Shares,
        /// Out of which lots: the transaction's own first, then the oldest.
        lots: Vec<LotTaken>,
    },
}

/// The purchase side of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Credit {
    /// This transaction bought nothing into the wallet.
    #[default]
    None,
    /// Paid, not registered.
    InTransit(Shares),
    /// Registered.
    Confirmed(Shares),
    /// Rejected by the registrar.
    Reversed,
}

/// The conversion side of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reservation {
    /// Nothing was asked for.
    #[default]
    None,
    /// Earmarked.
    Held(Shares),
    /// Converted away.
    Spent(Shares),
    /// Given back, or refused in advance.
    Released,
}

/// What one transaction did to the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry {
    /// In.
    pub credit: Credit,
    /// Out.
    pub reservation: Reservation,
}

/// Entries by transaction (sorted) and the lots that are left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    entries: Vec<(TransactionId, Entry)>,
    lots: Vec<Lot>,
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Same transaction, other numbers or another direction: a caller's mistake.
    #[error("transaction {0} already did something else to this wallet")]
    ContradictsEarlier(TransactionId),
    /// The reservation was released before it came.
    #[error("the reservation of transaction {0} was released and cannot be made any more")]
    AlreadyReleased(TransactionId),
    /// Nothing of that transaction is in transit.
    #[error("transaction {0} has no shares in transit")]
    NothingInTransit(TransactionId),
    /// Nothing of that transaction is reserved.
    #[error("transaction {0} has no reserved shares")]
    NothingReserved(TransactionId),
    /// Release first.
    #[error("the shares of transaction {0} are still reserved")]
    StillReserved(TransactionId),
    /// The registrar has not confirmed them.
    #[error("the shares of transaction {0} are not registered yet")]
    NotRegistered(TransactionId),
    /// More than there is.
    #[error("transaction {transaction} asks for {asked} shares; {free} are free for it")]
    TooFew {
        /// Which transaction.
        transaction: TransactionId,
        /// What it wanted.
        asked: Shares,
        /// What it may have.
        free: Shares,
    },
}

/// The wallet's rules.
#[derive(Debug, Clone, Copy)]
pub struct Wallet;

impl Stored for Wallet {
    stored_types!(Event {
        CreditedInTransit => "wallet.credited_in_transit",
        CreditConfirmed => "wallet.credit_confirmed",
        CreditReversed => "wallet.credit_reversed",
        SharesReserved => "wallet.shares_reserved",
        SharesReleased => "wallet.shares_released",
        SharesSpent => "wallet.shares_spent",
    });
}

impl Decider for Wallet {
    const CATEGORY: &'static str = "wallet";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::CreditInTransit(tx, shares) => credit(state, tx, *shares),
            Command::ConfirmCredit(tx, shares, on) => confirm(state, tx, *shares, *on),
            Command::ReverseCredit(tx) => reverse(state, tx),
            Command::Reserve(tx, shares) => reserve(state, tx, *shares),
            Command::Spend(tx, shares) => spend(state, tx, *shares),
            Command::Release(tx) => release(state, tx),
        }
    }

    fn evolve(mut state: State, event: &Event) -> Option<State> {
        use {Credit as C, Reservation as R};
        match event {
            Event::CreditedInTransit { transaction, shares } => {
                let entry = state.entry_mut(transaction);
                (entry.credit == C::None).then(|| entry.credit = C::InTransit(*shares))?;
            }
            Event::CreditConfirmed { transaction, shares, registered } => {
                let entry = state.entry_mut(transaction);
                let C::InTransit(coming) = entry.credit else { return None };
                (*shares <= coming).then_some(())?;
                entry.credit = C::Confirmed(*shares);
                if let R::Held(held) = entry.reservation {
                    entry.reservation = R::Held(held.min(*shares));
                }
                let (lot, registered) = (transaction.clone(), *registered);
                state.lots.push(Lot { transaction: lot, registered, shares: *shares });
            }
            Event::CreditReversed { transaction } => {
                let entry = state.entry_mut(transaction);
                matches!(entry.credit, C::InTransit(_)).then(|| entry.credit = C::Reversed)?;
            }
            Event::SharesReserved { transaction, shares } => {
                let entry = state.entry_mut(transaction);
                (entry.reservation == R::None).then(|| entry.reservation = R::Held(*shares))?;
            }
            Event::SharesReleased { transaction } => {
                let entry = state.entry_mut(transaction);
                matches!(entry.reservation, R::None | R::Held(_))
                    .then(|| entry.reservation = R::Released)?;
            }
            Event::SharesSpent { transaction, shares, lots } => {
                let entry = state.entry_mut(transaction);
                let R::Held(held) = entry.reservation else { return None };
                (*shares <= held).then(|| entry.reservation = R::Spent(*shares))?;
                lots.iter().try_for_each(|taken| state.take(taken))?;
            }
        }
        Some(state)
    }
}

fn credit(state: &State, tx: &TransactionId, shares: Shares) -> Result<Vec<Event>, Refusal> {
    let entry = state.entry(tx);
    match entry.credit {
        // What it holds came out of other lots; from here on it would pass for its own.
        Credit::None if matches!(entry.reservation, Reservation::Held(_)) => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
        Credit::None => Ok(vec![Event::CreditedInTransit { transaction: tx.clone(), shares }]),
        Credit::InTransit(was) | Credit::Confirmed(was) if was == shares => Ok(vec![]),
        // The registrar may have confirmed fewer than were on their way; the credit is older news.
        Credit::Confirmed(was) if was < shares => Ok(vec![]),
        Credit::InTransit(_) | Credit::Confirmed(_) | Credit::Reversed => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
}

fn confirm(
    state: &State,
    tx: &TransactionId,
    shares: Shares,
    registered: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    match state.entry(tx).credit {
        Credit::InTransit(coming) if shares <= coming => {
            Ok(vec![Event::CreditConfirmed { transaction: tx.clone(), shares, registered }])
        }
        Credit::Confirmed(was) if was == shares => Ok(vec![]),
        Credit::None => Err(Refusal::NothingInTransit(tx.clone())),
        Credit::InTransit(free) => {
            Err(Refusal::TooFew { transaction: tx.clone(), asked: shares, free })
        }
        Credit::Confirmed(_) | Credit::Reversed => Err(Refusal::ContradictsEarlier(tx.clone())),
    }
}

fn reverse(state: &State, tx: &TransactionId) -> Result<Vec<Event>, Refusal> {
    let entry = state.entry(tx);
    match (entry.credit, entry.reservation) {
        (Credit::InTransit(_), Reservation::Held(_)) => Err(Refusal::StillReserved(tx.clone())),
        (Credit::InTransit(_), _) => Ok(vec![Event::CreditReversed { transaction: tx.clone() }]),
        (Credit::Reversed, _) => Ok(vec![]),
        (Credit::None, _) => Err(Refusal::NothingInTransit(tx.clone())),
        (Credit::Confirmed(_), _) => Err(Refusal::ContradictsEarlier(tx.clone())),
    }
}

fn reserve(state: &State, tx: &TransactionId, shares: Shares) -> Result<Vec<Event>, Refusal> {
    match state.entry(tx).reservation {
        Reservation::None => {
            let free = state.free_for(tx);
            if shares > free || shares.is_zero() {
                return Err(Refusal::TooFew { transaction: tx.clone(), asked: shares, free });
            }
            Ok(vec![Event::SharesReserved { transaction: tx.clone(), shares }])
        }
        Reservation::Held(was) if was <= shares => Ok(vec![]),
        Reservation::Spent(was) if was <= shares => Ok(vec![]),
        Reservation::Released => Err(Refusal::AlreadyReleased(tx.clone())),
        Reservation::Held(_) | Reservation::Spent(_) => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
}

fn spend(state: &State, tx: &TransactionId, shares: Shares) -> Result<Vec<Event>, Refusal> {
    let entry = state.entry(tx);
    match (entry.reservation, entry.credit) {
        (Reservation::Held(_), Credit::InTransit(_)) => Err(Refusal::NotRegistered(tx.clone())),
        (Reservation::Held(held), _) if shares > held || shares.is_zero() => {
            Err(Refusal::TooFew { transaction: tx.clone(), asked: shares, free: held })
        }
        (Reservation::Held(_), _) => {
            let lots = state.lots_for(tx, shares).ok_or(Refusal::NotRegistered(tx.clone()))?;
            Ok(vec![Event::SharesSpent { transaction: tx.clone(), shares, lots }])
        }
        (Reservation::Spent(was), _) if was == shares => Ok(vec![]),
        (Reservation::None, _) => Err(Refusal::NothingReserved(tx.clone())),
        (Reservation::Spent(_) | Reservation::Released, _) => {
            Err(Refusal::ContradictsEarlier(tx.clone()))
        }
    }
}

fn release(state: &State, tx: &TransactionId) -> Result<Vec<Event>, Refusal> {
    match state.entry(tx).reservation {
        Reservation::None | Reservation::Held(_) => {
            Ok(vec![Event::SharesReleased { transaction: tx.clone() }])
        }
        Reservation::Released => Ok(vec![]),
        Reservation::Spent(_) => Err(Refusal::ContradictsEarlier(tx.clone())),
    }
}

/// The two halves of a wallet's stream ID, `{investor}.{fund}`.
pub fn parse_id(id: &str) -> Option<(InvestorId, FundCode)> {
    let (investor, fund) = id.rsplit_once('.')?;
    Some((investor.parse().ok()?, fund.parse().ok()?))
}

impl Event {
    /// The transaction that did it.
    pub const fn transaction(&self) -> &TransactionId {
        match self {
            Event::CreditedInTransit { transaction, .. }
            | Event::CreditConfirmed { transaction, .. }
            | Event::CreditReversed { transaction }
            | Event::SharesReserved { transaction, .. }
            | Event::SharesReleased { transaction }
            | Event::SharesSpent { transaction, .. } => transaction,
        }
    }
}
