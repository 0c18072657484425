//! Every future of the shipped sagas, within small bounds: lost calls and answers, crashes after any
//! append, refusals, cancels and operators, alone and two on one stream; and many of them at once, from a
//! seed.
//!
//! A point that does not hold prints the shortest way to it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calendar_change;
mod clearing;
mod day_cut;
#[path = "../common/day_jobs.rs"]
#[expect(dead_code, reason = "shared with stories")]
mod day_jobs;
mod dividend;
mod fates;
mod freeze;
mod holdings;
mod house;
mod income;
mod money;
mod pairs;
mod plans;
mod records;
mod storm;
mod unasked;
mod wallet;

use fundflow_testkit::outside;
