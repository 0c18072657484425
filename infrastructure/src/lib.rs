//! Placeholder.

pub mod exchange;
