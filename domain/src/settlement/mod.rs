//! What a counterparty and we owe each other of one T (交收), and what of it has moved.
//!
//! ```text
//! absent --Instruct--> due --Record--> due ... nothing remains
//!                       `--WriteOff--> nothing remains: a person settled the rest outside of the engine
//! ```
//!
//! 1. One settlement per counterparty and T. What is due is fixed when it is instructed; what is booked for that T
//!    later is due with the next one.
//! 2. Money moves in parts, each under the serial of the statement that says so. A serial counts once; the same serial
//!    with other figures is refused by name.
//! 3. More may move than was due: it is booked as it came, and what remains is then below zero.
//! 4. Nothing remains by itself: only money that moved, or a person who closed the case on the rest, takes it away.

mod party;
#[cfg(test)]
mod tests;

use crate::{
    calendar::TradingDay,
    case::CaseId,
    decider::Decider,
    money::{Amount, Money, SignedMoney},
    orders::Serial,
};
use chrono::NaiveDate;
use fundflow_kernel::{codec::Stored, stored_types};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use party::{Party, SettlementId};

/// Parts of one settlement. One that needs more is no settlement.
pub const PARTS_MAX: usize = 10_000;

/// What is due, fixed when it is instructed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// With whom it is settled.
    pub party: Party,
    /// The last trading day whose postings are in it.
    pub t: TradingDay,
    /// The day on which the money is to move.
    pub due_on: NaiveDate,
    /// Yuan that the counterparty owes us, before anything is set off; below zero where corrections took back more.
    pub receivable: SignedMoney,
    /// Yuan that we owe it; below zero in the same way.
    pub payable: SignedMoney,
    /// Yuan of redemption fees in what it owes, which it keeps.
    pub fees: SignedMoney,
}

/// Which way money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Into our settlement account.
    In,
    /// Out of it.
    Out,
}

/// Money that moved, as a statement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The statement's own number of the transfer.
    pub serial: Serial,
    /// Into our settlement account or out of it.
    pub way: Way,
    /// Yuan, more than nothing.
    pub amount: Amount,
    /// The day on which it was booked at the bank.
    pub on: NaiveDate,
}

/// A request to the settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// What is due is known.
    Instruct(Terms),
    /// A statement says that money moved.
    Record(Part),
    /// A person closed the case on what remains: it is settled outside of the engine.
    WriteOff {
        /// The case that was closed.
        case: CaseId,
        /// What remained when it was closed; positive where the counterparty owed it.
        rest: SignedMoney,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It is due from now on; what both owe each other is set off.
    Instructed(Box<Terms>),
    /// A part of it moved.
    Moved(Part),
    /// A person settles the rest outside of the engine.
    WrittenOff {
        /// The case that was closed.
        case: CaseId,
        /// Yuan; positive where the counterparty owed it.
        rest: SignedMoney,
    },
}

/// A settlement that was instructed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// What was due.
    pub terms: Terms,
    /// What moved, in the order in which it was heard.
    pub parts: Vec<Part>,
    /// Rests that persons took over, by the case that was closed.
    pub written_off: Vec<(CaseId, SignedMoney)>,
}

/// What is remembered of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nothing was instructed.
    #[default]
    Absent,
    /// It is due, or was.
    Known(Box<Settlement>),
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was instructed for that counterparty and T.
    #[error("the settlement was not instructed")]
    NotInstructed,
    /// What is due is fixed.
    #[error("settlement {0} was instructed on other terms")]
    InstructedDifferently(SettlementId),
    /// Nobody owes anything.
    #[error("nothing is due between us and {0}")]
    NothingDue(Party),
    /// One transfer has one sum and one direction.
    #[error(
        "transfer {} is of {} yuan {}, and now of {} yuan {}", known.serial, known.amount, known.way, came.amount, came.way
    )]
    SerialDiffers {
        /// As it was booked.
        known: Box<Part>,
        /// As it is stated now; nothing is booked of it.
        came: Box<Part>,
    },
    /// So many are an error of the sender.
    #[error("the settlement has {PARTS_MAX} parts already")]
    TooManyParts,
    /// Something else remains now than a person saw.
    #[error("{remains} yuan remain, and not the {seen} that the case was about")]
    OtherRest {
        /// What remains now; positive where the counterparty owes it.
        remains: Decimal,
        /// What the case was about.
        seen: SignedMoney,
    },
    /// A sum leaves every range.
    #[error("a sum of the settlement is out of range")]
    OutOfRange,
}

impl Terms {
    /// Of which counterparty and T it is.
    pub const fn id(&self) -> SettlementId {
        SettlementId { party: self.party, t: self.t }
    }

    /// Yuan that are to move once both sides are set off: positive into our account. `None` out of range.
    pub fn net(&self) -> Option<Decimal> {
        let [receivable, payable, fees] = self.sums();
        receivable.checked_sub(fees)?.checked_sub(payable)
    }

    /// Whether nobody owes anything.
    pub fn is_nothing(&self) -> bool {
        self.sums().iter().all(Decimal::is_zero)
    }

    fn sums(&self) -> [Decimal; 3] {
        [self.receivable, self.payable, self.fees].map(SignedMoney::decimal)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Way::In => "in",
            Way::Out => "out",
        })
    }
}

impl Part {
    /// Yuan, positive into our account.
    pub fn signed(&self) -> Decimal {
        let amount = Money::from(self.amount).decimal();
        match self.way {
            Way::In => amount,
            Way::Out => -amount,
        }
    }
}

impl State {
    /// The settlement, if it was instructed.
    pub fn settlement(&self) -> Option<&Settlement> {
        match self {
            State::Absent => None,
            State::Known(settlement) => Some(settlement),
        }
    }
}

impl Settlement {
    /// Yuan that moved so far, positive into our account. `None` out of range.
    pub fn moved(&self) -> Option<Decimal> {
        self.parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.signed()))
    }

    /// Yuan that are still to move, positive into our account. `None` out of range.
    pub fn remains(&self) -> Option<Decimal> {
        let rest = self.terms.net()?.checked_sub(self.moved()?)?;
        let off = |sum: Decimal, (_, off): &(CaseId, SignedMoney)| sum.checked_sub(off.decimal());
        self.written_off.iter().try_fold(rest, off)
    }
}

/// The settlement's rules.
#[derive(Debug, Clone, Copy)]
pub struct Settlements;

type Decision = Result<Vec<Event>, Refusal>;

impl Stored for Settlements {
    stored_types!(Event {
        Instructed => "settlement.instructed",
        Moved => "settlement.moved",
        WrittenOff => "settlement.written_off",
    });
}

impl Decider for Settlements {
    const CATEGORY: &'static str = "settlement";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Decision {
        use {Command as C, State as S};
        match (state, command) {
            (S::Absent, C::Instruct(terms)) => instructed(terms),
            (S::Absent, C::Record(_) | C::WriteOff { .. }) => Err(Refusal::NotInstructed),
            (S::Known(known), C::Record(part)) => recorded(known, part),
            (S::Known(known), C::WriteOff { case, rest }) => written_off(known, *case, *rest),
            (S::Known(known), C::Instruct(terms)) if known.terms == *terms => Ok(vec![]),
            (S::Known(_), C::Instruct(terms)) => Err(Refusal::InstructedDifferently(terms.id())),
        }
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        use {Event as E, State as S};
        match (state, event) {
            (S::Absent, E::Instructed(terms)) => Some(S::Known(Box::new(Settlement {
                terms: terms.as_ref().clone(),
                parts: Vec::new(),
                written_off: Vec::new(),
            }))),
            (S::Known(mut known), E::Moved(part)) => {
                known.parts.push(part.clone());
                Some(S::Known(known))
            }
            (S::Known(mut known), E::WrittenOff { case, rest }) => {
                known.written_off.push((*case, *rest));
                Some(S::Known(known))
            }
            (S::Known(_), E::Instructed(_)) | (S::Absent, E::Moved(_) | E::WrittenOff { .. }) => {
                None
            }
        }
    }
}

fn instructed(terms: &Terms) -> Decision {
    if terms.is_nothing() {
        return Err(Refusal::NothingDue(terms.party));
    }
    terms.net().ok_or(Refusal::OutOfRange)?;
    Ok(vec![Event::Instructed(Box::new(terms.clone()))])
}

fn recorded(known: &Settlement, part: &Part) -> Decision {
    let serial = |it: &&Part| it.serial == part.serial;
    match known.parts.iter().find(serial) {
        Some(before) if before == part => return Ok(vec![]),
        Some(before) => {
            let (known, came) = (Box::new(before.clone()), Box::new(part.clone()));
            return Err(Refusal::SerialDiffers { known, came });
        }
        None if known.parts.len() >= PARTS_MAX => return Err(Refusal::TooManyParts),
        None => {}
    }
    let remains = known.remains().and_then(|rest| rest.checked_sub(part.signed()));
    remains.ok_or(Refusal::OutOfRange)?;
    Ok(vec![Event::Moved(part.clone())])
}

fn written_off(known: &Settlement, case: CaseId, rest: SignedMoney) -> Decision {
    if known.written_off.contains(&(case, rest)) {
        return Ok(vec![]);
    }
    let remains = known.remains().ok_or(Refusal::OutOfRange)?;
    if remains != rest.decimal() || remains.is_zero() {
        return Err(Refusal::OtherRest { remains, seen: rest });
    }
    Ok(vec![Event::WrittenOff { case, rest }])
}
