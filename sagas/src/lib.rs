//! What follows from an event: the sagas (the field says process managers) that carry a
//! transaction through payment, registrar and trading days.
//!
//! Aggregates turn commands into events; sagas turn events into commands. Nothing here decides a
//! business rule, does I/O, reads a clock or draws a random number: the runner is a deterministic
//! state machine that its shell feeds and empties.

pub mod discount_purchase;
pub mod liveness;
pub mod retry;
pub mod runner;
pub mod stand;
pub mod step;
pub mod timeline;
pub mod world;
