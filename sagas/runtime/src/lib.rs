//! Carries any saga (the field says process manager) from its request to its end.
//!
//! A saga is a table that is read downwards to run it and upwards to leave it, and a fold over
//! facts. Whoever writes one implements [`saga::Saga`]; everything else is here, and knows none of
//! them by name. Nothing here does I/O, reads a clock or draws a number: the runner is a
//! deterministic state machine that its shell feeds and empties.

// What a saga is.
pub mod plain;
pub mod prelude;
pub mod saga;
pub mod step;
pub mod turn;

// What is remembered of one, and where it stands.
pub mod process;
pub mod stand;

// Whom it talks to, and when it asks again.
pub mod breaker;
pub mod port;
pub mod retry;

// What runs it.
mod action_error;
pub mod engine_clock;
pub mod kind;
pub mod message;
pub mod runner;
mod running;

// What is read off its log, and off its tables, and said of what is only wanted.
pub mod follow;
pub mod foresee;
pub mod grounds;
pub mod liveness;
pub mod look;
pub mod quote;
pub mod replay;
pub mod table_doc;
pub mod timeline;

// The tests' own saga is written as a user would write it, for both kinds of tests.
#[cfg(test)]
extern crate self as fundflow_runtime;
