//! Reconciliation: the records of counterparties beside our events, joined and compared by rules that are data.
//!
//! It reads no file, no log and no clock. Whoever brings rows of both sides, sorted by the key of the rules, gets
//! what joins, what breaks, and how much of either side is covered; a break becomes the report of a case.

// What is compared.
pub mod row;
pub mod source;
pub mod words;

// By which rules.
pub mod rules;
mod spelled;

// What comes of it.
pub mod breaks;
pub mod coverage;
pub mod explained;
pub mod join;
pub mod report;
