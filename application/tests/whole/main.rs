//! The desk and the audit on stores that an engine wrote: discount purchases against a bank and a
//! registrar that do as the script says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod audit_memory;
mod desk;
mod gift;
mod orders;
mod outside;
mod suspense;
mod world;
