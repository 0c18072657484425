//! Plays sagas on the shipped runner in virtual time, from a seed, with everything going wrong.
//!
//! ```text
//! counterparties (what may be said)  ->  shell (the runner and what is durable)
//!     -> simulate: requests, answers, news and timers in any order
//!     -> days: whole trading days at their minutes, as a plan that can be played again and made smaller
//! ```
//!
//! Nothing but `at_par`, `outside`, `shipped`, `wanted` and `worlds` knows a fund. What it is given wrongly,
//! or finds to be impossible in its own house, it says by panicking: no service may depend on it.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "its own house is data that is compiled in; what is wrong with it is a defect"
)]

// What is played, and on what.
pub mod counterparties;
pub mod log;
pub mod shell;
pub mod sound;

// How.
pub mod days;
pub mod simulate;

// The shipped sagas, and a house for them.
pub mod at_par;
pub mod operators;
pub mod outside;
pub mod shipped;
pub mod town;
pub mod wanted;
pub mod worlds;
