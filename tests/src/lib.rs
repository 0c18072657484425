//! For the tests of those who build on the engine, and for ours: given/when/then for deciders, a
//! ready-made world, the contract that every store passes, a store with faults.
//!
//! It fails a test by panicking, so nothing but tests may ever depend on it.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test kit fails a test by panicking, and says what it expected"
)]

pub mod at_par;
pub mod decider;
pub mod events;
pub mod explore;
pub mod orders;
pub mod strategies;
pub mod toy;

pub use fundflow_contract::{faulty_store, sample, store_contract, store_fault_contract};
pub use fundflow_simulation::{days, outside, shipped, simulate, wanted, worlds};
