//! What breaks the ledger, with figures.

use fundflow_domain::{
    ids::OrderId,
    postings::{Account, Commodity},
};
use fundflow_runtime::guard::Breach;
use rust_decimal::Decimal;

/// Why a decision is not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// What it speaks of is not there, or a sum leaves every range.
    #[error("no postings can be made of {event}")]
    NoPosting {
        /// The type of the event.
        event: String,
    },
    /// More is debited than credited, or less.
    #[error("debits of {event} exceed credits by {by} in {commodity}")]
    Unbalanced {
        /// The type of the event.
        event: String,
        /// Commodity that does not balance.
        commodity: Commodity,
        /// How much; less than nothing where credits exceed.
        by: Decimal,
    },
    /// A customer would have less than nothing.
    #[error("{account} would fall to {balance}")]
    Overdrawn {
        /// Account that would be overdrawn.
        account: Box<Account>,
        /// Yuan or shares.
        balance: Decimal,
    },
    /// Another sum moves than was asked for or came.
    #[error("{what} is {came}, and {due} was due")]
    OtherSum {
        /// Name of the sum, in words.
        what: String,
        /// Figure of the decision.
        came: Decimal,
        /// As it follows from what precedes it.
        due: Decimal,
    },
    /// A record that does not add up, and nobody hears of it.
    #[error("a record of order {order} does not add up and opens no case: {what}")]
    NoCase {
        /// The order that it is about.
        order: OrderId,
        /// What does not add up.
        what: String,
    },
    /// Other shares than the register's.
    #[error("{came} shares of {what}, and its records say {due}")]
    OtherShares {
        /// Name of the shares, in words.
        what: String,
        /// Figure of the decision.
        came: Decimal,
        /// Figure of the records.
        due: Decimal,
    },
}

impl Broken {
    /// The invariant that it breaks.
    pub const fn rule(&self) -> &'static str {
        match self {
            Broken::NoPosting { .. } | Broken::Unbalanced { .. } => "I1",
            Broken::Overdrawn { .. } => "I2",
            Broken::NoCase { .. } => "I3",
            Broken::OtherSum { .. } => "I5",
            Broken::OtherShares { .. } => "I6",
        }
    }
}

impl From<Broken> for Breach {
    fn from(broken: Broken) -> Self {
        Breach { rule: broken.rule(), what: broken.to_string().into() }
    }
}
