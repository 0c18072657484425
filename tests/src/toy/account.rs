//! A member's points: earned, reserved for an exchange, then spent or released.
//!
//! ```text
//! Earn -> balance ; Reserve -> held --Spend--> spent
//!                                `--Release--> released
//! ```
//!
//! 1. What is held or spent is not available; the account is never below zero.
//! 2. A transaction reserves once, and settles once: spent or released.
//! 3. A transaction earns once.

use fundflow_kernel::{codec::Stored, decider::Decider, ids::TransactionId, stored_types};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Loyalty points, which are whole.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Points(pub u64);

impl fmt::Display for Points {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} points", self.0)
    }
}

/// What is asked of an account.
#[derive(Debug, Clone)]
pub enum Command {
    /// The member gets points, once per transaction.
    Earn(TransactionId, Points),
    /// They are set aside for an exchange.
    Reserve(TransactionId, Points),
    /// What was set aside is gone.
    Spend(TransactionId),
    /// What was set aside is free again.
    Release(TransactionId),
}

/// What happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The member got them.
    Earned {
        /// The transaction that brought the points.
        transaction: TransactionId,
        /// How many points came.
        points: Points,
    },
    /// They were set aside.
    Reserved {
        /// The transaction that reserves the points.
        transaction: TransactionId,
        /// How many points are reserved.
        points: Points,
    },
    /// What was set aside is gone.
    Spent {
        /// The transaction that spends its reservation.
        transaction: TransactionId,
    },
    /// What was set aside is free again.
    Released {
        /// The transaction whose reservation is given up.
        transaction: TransactionId,
    },
}

/// What became of the points that an exchange set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// So many points wait to be spent or released.
    Held(Points),
    /// They are gone.
    Spent(Points),
    /// They are free again.
    Released,
}

/// What is remembered of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// All that was ever earned.
    pub earned: u64,
    /// What each transaction set aside.
    pub holds: BTreeMap<TransactionId, Hold>,
    /// Who gave points already.
    pub givers: BTreeSet<TransactionId>,
}

/// Why an account says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// They are not there, or set aside for something else.
    #[error("{asked} are asked for and {available} are available")]
    NotEnough {
        /// The requested points.
        asked: Points,
        /// What is free.
        available: Points,
    },
    /// Nothing was set aside for it.
    #[error("nothing is reserved for {0}")]
    NotReserved(TransactionId),
    /// They were spent or released before.
    #[error("what was reserved for {0} is settled otherwise")]
    SettledOtherwise(TransactionId),
}

/// The rules of an account.
#[derive(Debug)]
pub struct Account;

impl Decider for Account {
    const CATEGORY: &'static str = "points";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        use Command as C;
        match command {
            C::Earn(giver, _) if state.givers.contains(giver) => Ok(vec![]),
            C::Earn(giver, points) => {
                Ok(vec![Event::Earned { transaction: giver.clone(), points: *points }])
            }
            C::Reserve(whose, points) => reserve(state, whose, *points),
            C::Spend(whose) => match state.holds.get(whose) {
                Some(Hold::Held(_)) => Ok(vec![Event::Spent { transaction: whose.clone() }]),
                Some(Hold::Spent(_)) => Ok(vec![]),
                Some(Hold::Released) => Err(Refusal::SettledOtherwise(whose.clone())),
                None => Err(Refusal::NotReserved(whose.clone())),
            },
            C::Release(whose) => match state.holds.get(whose) {
                Some(Hold::Held(_)) => Ok(vec![Event::Released { transaction: whose.clone() }]),
                Some(Hold::Released) => Ok(vec![]),
                Some(Hold::Spent(_)) => Err(Refusal::SettledOtherwise(whose.clone())),
                None => Err(Refusal::NotReserved(whose.clone())),
            },
        }
    }

    fn evolve(mut state: State, event: &Event) -> Option<State> {
        match event {
            Event::Earned { transaction, points } => {
                state.earned = state.earned.checked_add(points.0)?;
                state.givers.insert(transaction.clone()).then_some(state)
            }
            Event::Reserved { transaction, points } => {
                let first = state.holds.insert(transaction.clone(), Hold::Held(*points));
                first.is_none().then_some(state)
            }
            Event::Spent { transaction } => settle(state, transaction, Hold::Spent),
            Event::Released { transaction } => settle(state, transaction, |_| Hold::Released),
        }
    }
}

impl Stored for Account {
    stored_types!(Event {
        Earned => "points.earned",
        Reserved => "points.reserved",
        Spent => "points.spent",
        Released => "points.released",
    });
}

impl State {
    /// What can be set aside.
    pub fn available(&self) -> Points {
        let taken = self.holds.values().map(|hold| match hold {
            Hold::Held(points) | Hold::Spent(points) => points.0,
            Hold::Released => 0,
        });
        Points(self.earned.saturating_sub(taken.fold(0, u64::saturating_add)))
    }
}

fn reserve(state: &State, whose: &TransactionId, asked: Points) -> Result<Vec<Event>, Refusal> {
    if state.holds.contains_key(whose) {
        return Ok(vec![]);
    }
    let available = state.available();
    if available < asked {
        return Err(Refusal::NotEnough { asked, available });
    }
    Ok(vec![Event::Reserved { transaction: whose.clone(), points: asked }])
}

fn settle(mut state: State, whose: &TransactionId, to: fn(Points) -> Hold) -> Option<State> {
    let Some(Hold::Held(points)) = state.holds.get(whose).copied() else { return None };
    state.holds.insert(whose.clone(), to(points));
    Some(state)
}
