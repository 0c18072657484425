//! Whom the engine's sagas talk to: banks, advancing banks and registrars, and whoever does a day's jobs. Ports; adapters live outside.
//!
//! 1. Every call carries its idempotency key (payment, refund or application number). The same call
//!    may be made again at any time, and the counterparty must act once.
//! 2. *Unknown* is the answer where there is none: a time-out, a broken connection, a reply that cannot
//!    be read. The saga then asks for the standing under the same key and assumes nothing meanwhile.
//!    Several of them in a row shut the breaker. A counterparty that speaks and has not decided says
//!    *pending*, which shuts nothing.
//! 3. Answers that come by themselves (a callback, a record of a file) are delivered as notices about
//!    the stream of the key; they may be early, late, repeated or contradicting.

pub mod advance;
pub mod bank;
pub mod day_jobs;
pub mod file_exchange;
pub mod registrar;
mod spelled;
pub mod statements;
pub mod stray;
pub mod wallets;
