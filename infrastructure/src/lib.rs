//! Where bytes go and come from: the adapters behind the ports of `fundflow-kernel` and
//! `fundflow-sagas`.
//!
//! This crate never decides a business rule; of the sagas it knows their ports and nothing else.

pub mod bare_log;
pub mod catalogue;
pub mod day_batch;
pub mod day_folder;
pub mod exchange;
pub mod sandbox;
pub mod sqlite;
