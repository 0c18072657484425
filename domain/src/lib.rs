//! What the fund business says: which facts follow from a command, and why a command is refused.
//!
//! Pure and synchronous. This crate never does I/O, reads a clock, draws a random number, logs or
//! blocks; instants, prices and identifiers arrive inside the command. Money is never a float.

pub use fundflow_kernel::{decider, time, written};

pub mod admission;
pub mod advance;
pub mod application;
pub mod arithmetic;
pub mod bounds;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod claims;
pub mod confirmation_check;
pub mod conversion;
pub mod day_limit;
pub mod explain;
pub mod fast_quota;
pub mod fast_redemption;
pub mod fees;
pub mod freeze;
pub mod fund;
pub mod holdings;
pub mod ids;
pub mod investor;
pub mod keyed;
pub mod kyc;
pub mod limits;
pub mod lots;
pub mod modes;
pub mod money;
pub mod money_fund;
pub mod orders;
pub mod payment;
pub mod payout;
pub mod personal;
pub mod plan;
pub mod postings;
pub mod purchase;
pub mod rare;
pub mod reconciled_day;
pub mod redemption;
pub mod settlement;
pub mod spelling;
pub mod status;
pub mod suitability;
pub mod tallied;
#[cfg(test)]
mod testing;
pub mod text;
pub mod wallet;
mod words;
