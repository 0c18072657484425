//! Where bytes go and come from: the adapters behind the ports of `fundflow-kernel` and
//! `fundflow-sagas`.
//!
//! This crate never decides a business rule; of the sagas it knows their ports and nothing else.

// Packages of their own, under the names that they have here.
pub use fundflow_exchange as exchange;
pub use fundflow_files as files;
#[cfg(feature = "postgres")]
pub use fundflow_postgres as postgres;
pub use fundflow_sqlite::{self as sqlite, bare_log};

// Files that people write, and those that go to and come from registrars.
pub mod calendar_file;
pub mod catalogue;
pub mod day_batch;
pub mod day_folder;
pub mod file_exchange;
mod limits;
pub mod reconciled;
pub mod statements;
pub mod utf8;

// What sagas ask of a store besides its streams.
pub mod wallet_owners;

// Counterparties to try the engine against.
pub mod sandbox;
