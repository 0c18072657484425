//! What counts towards one day's limit of one fund and investor, and what was given back of it.
//!
//! ```text
//! a transaction:  unknown --Count----> counted (whole, or cut to what fits) --GiveBack--> given back
//!                    |  `--Count----> the day is refused, with all that was counted before it
//!                    `---GiveBack--> given back: a later Count is refused
//! ```
//!
//! 1. What is counted never exceeds the cap that it was counted against.
//! 2. Each transaction counts once. A command repeated decides nothing, whatever the cap is by then.
//! 3. A give-back that came before its count leaves a mark that refuses the count for ever.
//! 4. A day that was refused as a whole stays refused.
//! 5. Nothing is given back for what a registrar confirms only in part: it speaks after the cut-off, and nothing
//!    can be ordered for that T any more.

mod stored;
mod tally;
#[cfg(test)]
mod tests;

pub use tally::{DayTally, Taken};

use crate::{
    decider::Decider,
    ids::TransactionId,
    investor::{CustomerType, SalesChannel},
    limits::{DayMax, LimitKey},
    money::{Amount, Money},
    tallied::{Counts, Tallied},
    time::date_text,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A request to the day's count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// An order of that amount belongs to this day.
    Count {
        /// The transaction that orders.
        transaction: TransactionId,
        /// Gross amount of the order, in yuan.
        amount: Amount,
        /// The cap in force for it; none: everything fits.
        cap: Option<DayMax>,
    },
    /// The order does not belong to this day any more: rejected, cancelled or moved to another T.
    GiveBack {
        /// The transaction that ordered.
        transaction: TransactionId,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The order stands, in whole or in part.
    Counted {
        /// The transaction that ordered.
        transaction: TransactionId,
        /// The gross amount of the order that is counted, in yuan to the fen.
        asked: Amount,
        /// What stands of it; less than was ordered where the cap cut it.
        accepted: Amount,
        /// The limit that it was counted against, in yuan; none where none was in force, or an earlier program counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Money>,
    },
    /// The order exceeded a cap that then refuses the whole day.
    DayRefused {
        /// The transaction that exceeded it.
        transaction: TransactionId,
        /// The gross amount of the order that is counted, in yuan to the fen.
        asked: Amount,
        /// Earlier transactions of the day that fall with it.
        revoked: Vec<TransactionId>,
    },
    /// The order does not count any more.
    GivenBack {
        /// The transaction that ordered.
        transaction: TransactionId,
    },
}

/// How one transaction stands with the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The amount counts against the limit of the day.
    Counted {
        /// The gross amount of the order that is counted, in yuan to the fen.
        asked: Amount,
        /// Accepted amount of the order, in yuan.
        accepted: Amount,
    },
    /// It does not count: the day was refused, by its order or by a later one.
    Refused {
        /// The gross amount of the order that is counted, in yuan to the fen.
        asked: Amount,
    },
    /// It does not count any more, or was given back before it came.
    GivenBack,
}

/// What is remembered of a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    entries: Tallied<TransactionId, Entry, 1>,
    refused: bool,
}

impl Counts<1> for Entry {
    /// What was given back does not count.
    fn figures(&self) -> [Decimal; 1] {
        match self {
            Entry::Counted { accepted, .. } => [accepted.decimal()],
            Entry::Refused { .. } | Entry::GivenBack => [Decimal::ZERO],
        }
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
        /// The transaction that orders.
        transaction: TransactionId,
        /// Amount of the first request, in yuan.
        known: Amount,
        /// Amount of this request, in yuan.
        asked: Amount,
    },
    /// An earlier order made the manager refuse all orders of the day.
    #[error("all orders of this day are refused since one exceeded its limit")]
    DayRefused,
    /// More than fits under the cap.
    #[error("{asked} yuan exceed the day's limit, of which {room} are left")]
    AboveDayMax {
        /// The gross amount of the order that is counted, in yuan to the fen.
        asked: Amount,
        /// What is left of it.
        room: Money,
    },
}

impl State {
    /// How a transaction stands with the day; `None` for one that never came.
    pub fn entry(&self, transaction: &TransactionId) -> Option<&Entry> {
        self.entries.get(transaction)
    }

    /// The transactions of which nothing counts since the day was refused.
    pub fn refused(&self) -> impl Iterator<Item = &TransactionId> {
        let refused = |entry: &Entry| matches!(entry, Entry::Refused { .. });
        self.entries.entries().iter().filter(move |(_, it)| refused(it)).map(|(tx, _)| tx)
    }

    /// Yuan to the fen that count; what was given back does not.
    pub fn used(&self) -> Money {
        Money::of(self.entries.sums()[0])
    }

    /// What stands, or that the whole day was refused.
    pub fn tally(&self) -> DayTally {
        if self.refused { DayTally::refused() } else { DayTally::after(self.used()) }
    }

    fn standing(&self) -> Vec<TransactionId> {
        let counts = |entry: &Entry| matches!(entry, Entry::Counted { .. });
        self.entries
            .entries()
            .iter()
            .filter(|(_, it)| counts(it))
            .map(|(tx, _)| tx.clone())
            .collect()
    }
}

/// The day limit's rules.
#[derive(Debug, Clone, Copy)]
pub struct DayLimit;

impl Decider for DayLimit {
    const CATEGORY: &'static str = "day_limit";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Count { transaction, amount, cap } => count(state, transaction, *amount, *cap),
            Command::GiveBack { transaction } => Ok(give_back(state, transaction)),
        }
    }

    fn evolve(mut state: State, event: &Event) -> Option<State> {
        match event {
            Event::Counted { transaction, asked, accepted, limit: _ } => {
                let (asked, accepted) = (*asked, *accepted);
                (accepted <= asked && !state.refused).then_some(())?;
                state.entries.insert(transaction, Entry::Counted { asked, accepted })?;
            }
            Event::DayRefused { transaction, asked, revoked } => {
                for earlier in revoked {
                    state.entries.change(earlier, |entry| {
                        let Entry::Counted { asked, .. } = *entry else { return None };
                        *entry = Entry::Refused { asked };
                        Some(())
                    })?;
                }
                state.entries.insert(transaction, Entry::Refused { asked: *asked })?;
                state.refused = true;
            }
            Event::GivenBack { transaction } => match state.entry(transaction) {
                None | Some(Entry::Counted { .. }) => {
                    state.entries.put(transaction, Entry::GivenBack);
                }
                Some(Entry::Refused { .. } | Entry::GivenBack) => return None,
            },
        }
        Some(state)
    }
}

fn count(
    state: &State,
    transaction: &TransactionId,
    amount: Amount,
    cap: Option<DayMax>,
) -> Result<Vec<Event>, Refusal> {
    let (transaction, asked) = (transaction.clone(), amount);
    match state.entry(&transaction) {
        Some(Entry::GivenBack) => return Err(Refusal::AlreadyGivenBack(transaction)),
        Some(Entry::Counted { asked: known, .. } | Entry::Refused { asked: known })
            if *known == asked =>
        {
            return Ok(vec![]);
        }
        Some(Entry::Counted { asked: known, .. } | Entry::Refused { asked: known }) => {
            return Err(Refusal::CountedDifferently { transaction, known: *known, asked });
        }
        None if state.refused => return Err(Refusal::DayRefused),
        None => {}
    }
    let limit = cap.map(|cap| cap.amount);
    match DayTally::after(state.used()).take(asked, cap).1 {
        Taken::Whole => Ok(vec![Event::Counted { transaction, asked, accepted: asked, limit }]),
        Taken::Cut { accepted, .. } => {
            Ok(vec![Event::Counted { transaction, asked, accepted, limit }])
        }
        Taken::Refused { room } => Err(Refusal::AboveDayMax { asked, room }),
        Taken::DayRefused { .. } => {
            let revoked = state.standing();
            Ok(vec![Event::DayRefused { transaction, asked, revoked }])
        }
    }
}

fn give_back(state: &State, transaction: &TransactionId) -> Vec<Event> {
    match state.entry(transaction) {
        None | Some(Entry::Counted { .. }) => {
            vec![Event::GivenBack { transaction: transaction.clone() }]
        }
        Some(Entry::Refused { .. } | Entry::GivenBack) => vec![],
    }
}

/// The key as a stream's ID: `{fund}.{investor}.{day}.{customer}.{channel}`, at most 85 bytes of
/// those that a stream's name may hold. No two keys share one: only the investor may hold a dot, and
/// every other part can be cut off from its own end.
pub fn stream_id(key: &LimitKey) -> String {
    let customer = match key.customer {
        CustomerType::Individual => "individual",
        CustomerType::Institution => "institution",
        CustomerType::Product => "product",
    };
    let channel = match key.channel {
        SalesChannel::DirectOnline => "direct_online",
        SalesChannel::DirectCounter => "direct_counter",
        SalesChannel::Agency => "agency",
    };
    let day = date_text(key.day.date());
    let parts = [key.master.as_str(), key.investor.as_str(), day.as_str(), customer, channel];
    parts.join(".")
}
