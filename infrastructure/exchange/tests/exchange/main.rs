//! The industry's files as a whole: golden files, damaged files, round trips, mutations.

#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

mod exchange_damaged;
mod exchange_files;
mod exchange_golden;
mod exchange_mutated;
mod exchange_round_trip;
mod exchange_taken;
mod exchange_typed;
mod samples;
