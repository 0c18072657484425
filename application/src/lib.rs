//! What is asked of counterparties, and what is read from the events afterwards.
//!
//! This crate holds the ports of the business that adapters implement. It never opens a file or a
//! socket, never asks the machine what time it is, and appends nothing.

pub mod audit;
pub mod counterparty;
pub mod read_models;
