//! Where bytes go and come from: the adapters behind the ports of `fundflow-application`.

pub mod bare_log;
pub mod sqlite;
