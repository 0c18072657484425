//! What every store promises, as tests, and a store with faults to try its users on. It sees the kernel alone, so that
//! an adapter is tried without the business that it will carry.
//!
//! It fails a test by panicking, so nothing but tests may ever depend on it.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a contract fails a test by panicking, and says what it expected"
)]

pub mod faulty_store;
pub mod sample;
pub mod store_contract;
