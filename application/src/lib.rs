//! What happens to a command: decided on a replayed state, appended as events. And what is read
//! from the events afterwards.
//!
//! This crate holds the ports that adapters implement. It never opens a file or a socket and never
//! asks the machine what time it is; only `transact` appends.

pub mod audit;
pub mod clock;
pub mod codec;
pub mod counterparty;
pub mod envelope;
pub mod memory_store;
pub mod read_models;
pub mod store;
pub mod subscription;
pub mod transact;
