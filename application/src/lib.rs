//! What happens to a command: decided on a replayed state, appended as events. And what is read
//! from the events afterwards.
//!
//! This crate holds the ports that adapters implement. It never opens a file or a socket and never
//! asks the machine what time it is; only `transact` appends.

pub mod audit;
pub mod counterparty;
pub mod read_models;
