//! The shipped sagas on the engine, against the sandbox's counterparties, in virtual time.

#![allow(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

#[path = "../common/asking.rs"]
mod asking;
mod cancels;
mod clearing;
mod day_cut;
mod day_limits;
mod days;
mod earlier;
mod house;
mod income;
mod one_bad;
mod one_name;
mod playing;
mod recoverers;
mod restart;
mod stopping;
