//! The shipped sagas on the engine, against the sandbox's counterparties, in virtual time.

#![allow(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

mod cancels;
mod day_limits;
mod days;
mod earlier;
mod house;
mod income;
mod restart;
mod stopping;
