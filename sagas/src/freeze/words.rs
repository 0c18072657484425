//! The words of a freeze's table: what is said, by whom, and what is remembered of it.

use chrono::NaiveDate;
use fundflow_domain::{
    freeze::FrozenCause,
    ids::{FundCode, InvestorId, RegistrarCode, TransactionId},
    money::Shares,
    text::Text,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// The fund that they are of.
    pub fund: FundCode,
    /// The statement or order about them.
    pub word: Word,
}

/// A statement or an order about an investor's shares of one fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// The register's statement of a day: so many are frozen in all.
    Statement {
        /// The registrar that keeps the register.
        registrar: RegistrarCode,
        /// The day that it speaks of.
        on: NaiveDate,
        /// Shares; 0.00 where none are.
        frozen: Shares,
    },
    /// An order freezes so many.
    Order {
        /// Shares, to 0.01; may be more than there are.
        shares: Shares,
        /// A court, a creditor or the investor: codes 0 to 4 of the exchange files.
        cause: FrozenCause,
        /// The paper: court and number, or the contract of the pledge.
        source: Text,
        /// Why it was done: stored for the auditor.
        reason: Text,
        /// The person who entered it.
        by: Text,
    },
    /// Lifts the freeze of that order.
    Lift {
        /// The transaction that froze.
        order: TransactionId,
        /// The paper: court and number, or what ends the pledge.
        source: Text,
        /// Why it was done: stored for the auditor.
        reason: Text,
        /// The person who entered it.
        by: Text,
    },
}

/// The transaction ID of a statement: `frozen.{yyyymmdd}.{fund}.{investor}`. `None` for a day that has no
/// eight digits.
pub fn statement_id(on: NaiveDate, fund: FundCode, investor: &InvestorId) -> Option<TransactionId> {
    statement_ids(on, fund, investor).map(|[first, _]| first)
}

/// That ID, and the one under which the statement is asked for where a store of before has the first in
/// other use: `frozen2.…`.
pub fn statement_ids(
    on: NaiveDate,
    fund: FundCode,
    investor: &InvestorId,
) -> Option<[TransactionId; 2]> {
    let named = format!(".{}.{fund}.{investor}", on.format("%Y%m%d"));
    let of = |first: &str| TransactionId::new([first, &named].concat()).ok();
    Some([of("frozen")?, of("frozen2")?])
}

/// Which kind of stream keeps the shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Shares of a money-market fund.
    Wallet,
    /// Shares of any fund but a money-market fund.
    Holdings,
}

/// The promise decided on a request; stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The book that the shares are in.
    pub holder: Holder,
}

/// Milestones of the process. The stored format: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// It begins; nothing is frozen or lifted yet.
    Opened {},
    /// Wallet or holdings are as the word says.
    Booked {},
    /// A person stops it before that.
    Halted {},
}

/// State folded from milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes {
    /// Whether the milestone is stored that it is under way.
    pub opened: bool,
    /// Whether the word was booked.
    pub booked: bool,
    /// Whether a person stopped it.
    pub halted: bool,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Begun and not over.
    Opened,
    /// Wallet or holdings are as the word says.
    Booked,
    /// A person stopped it.
    Halted,
    /// Over, with its ending stored.
    Ended,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Note that it is under way.
    Open,
    /// Freeze or lift what the word says.
    Book,
    /// Note that a person stopped it before that; nothing is booked.
    Halt,
    /// Close it in that way.
    End(Ending),
}

/// Endings of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Wallet or holdings are as the word says.
    Completed,
    /// Nothing was frozen or lifted.
    Stopped,
}
