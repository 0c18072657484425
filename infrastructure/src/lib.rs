//! Bytes in and out: stores, sandbox counterparties, industry files.

pub mod catalogue;
