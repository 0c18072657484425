//! What follows from an event: the sagas of the fund business (the field says process managers).
//!
//! Aggregates turn commands into events; sagas turn events into commands. The runtime carries them;
//! nothing here decides a business rule, does I/O, reads a clock or draws a random number.

// Whom they talk to, and what they look at besides the log.
pub mod house;
pub mod ports;

// What several of them have in common.
pub mod parts;
pub mod prelude;

// One folder per saga.
pub mod calendar_change;
pub mod clearing;
pub mod conversion;
pub mod day_cut;
pub mod discount_purchase;
pub mod dividend;
pub mod fast_withdraw;
pub mod freeze;
pub mod income;
pub mod purchase;
pub mod recharge;
pub mod redemption;
pub mod regular_plan;
pub mod withdraw;

// What the macros expand to.
#[doc(hidden)]
pub mod in_macros;
