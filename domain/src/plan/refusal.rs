//! Why the plan says no.

use crate::{
    ids::{FundCode, TransactionId},
    time::Timestamp,
};
use chrono::NaiveDate;

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no plan of that name.
    #[error("no plan was opened under this ID")]
    NotOpened,
    /// Same plan, other terms. Use a new ID for a new plan, and a change to change this one.
    #[error("the plan was opened on other terms; they differ in {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// Money-market shares cannot be converted into themselves.
    #[error("wallet fund and target fund are both {0}")]
    SameFund(FundCode),
    /// The terms leave no date at all.
    #[error("the plan would start on {start} and end before it, on {through}")]
    EndsBeforeStart {
        /// The first date of the plan.
        start: NaiveDate,
        /// The last date of the plan.
        through: NaiveDate,
    },
    /// One occurrence, two stories. The first stands.
    #[error("the occurrence of {nominal} is {now}; a late {message} cannot change that")]
    ContradictsEarlier {
        /// The date of the occurrence before it is moved to a trading day.
        nominal: NaiveDate,
        /// What became of the occurrence before.
        now: &'static str,
        /// The message that came too late.
        message: &'static str,
    },
    /// Two different changes of one instant.
    #[error("another change was asked for at {0}; ask again with the instant of this one")]
    OtherChange(Timestamp),
    /// An outcome of what never began.
    #[error("the occurrence of {0} has not begun")]
    NotBegun(NaiveDate),
    /// The plan is over.
    #[error("the plan is over")]
    Over,
    /// Nothing begins before it is resumed.
    #[error("the plan is paused")]
    Paused,
    /// The plan is not paused, so that there is nothing to resume.
    #[error("the plan is not paused")]
    NotPaused,
    /// Nothing to resume by then, and paused since.
    #[error("the plan is paused since {0}; give an instant after that")]
    PausedSince(Timestamp),
    /// The plan does not invest on that date.
    #[error("{0} is not one of the plan's dates")]
    NotItsDate(NaiveDate),
    /// The plan was paused over that date.
    #[error("{nominal} was passed over; the plan goes on from {since}")]
    PassedOver {
        /// The date of the occurrence that was passed over.
        nominal: NaiveDate,
        /// When the plan was resumed.
        since: NaiveDate,
    },
    /// As many dates came up as were agreed.
    #[error("all {0} periods of the plan have begun")]
    PeriodsBegun(u32),
    /// The transaction's name says another date.
    #[error("transaction {transaction} does not carry out the occurrence of {nominal}")]
    NotItsTransaction {
        /// The transaction that was named for the date.
        transaction: TransactionId,
        /// The date that it should end with.
        nominal: NaiveDate,
    },
    /// Dates may still come.
    #[error("the plan is not finished on {today}")]
    NotFinished {
        /// The day on which that was said.
        today: NaiveDate,
    },
}
