//! Our side of a reconciliation: what the events of a day say, as rows that records of counterparties join.
//!
//! ```text
//! window ──► streams that moved ──► applications, money ──► rows
//!                                   positions as of an instant ──► rows
//! ```
//!
//! 1. The log is read by pages, from where the day begins; of a stream no more than one is in memory.
//! 2. What is expected of a counterparty, and what only joins if it says it, are told apart by the row's stand.

mod applications;
mod money;
mod positions;
mod sums;
mod window;

pub use applications::{About, of_application};
pub use money::{of_advance, of_money, of_payment, of_payout};
pub use positions::{HoldingAt, of_holding, of_wallet};
pub use sums::{Sum, Sums};
pub use window::{begins_at, moved_since};
