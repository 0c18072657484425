//! Where bytes go and come from: the adapters behind the ports of `fundflow-kernel` and
//! `fundflow-application`.
//!
//! This crate never decides a business rule and never sees a saga.

pub mod bare_log;
pub mod catalogue;
pub mod day_batch;
pub mod day_folder;
pub mod exchange;
pub mod sandbox;
pub mod sqlite;
