//! Where bytes go and come from: the adapters behind the ports of `fundflow-application`.

pub mod sqlite;
//! Placeholder.

/// The industry's files, read and written by bytes.
pub mod exchange;
