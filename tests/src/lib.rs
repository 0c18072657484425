//! For the tests of those who build on the engine, and for ours.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test kit fails a test by panicking, and says what it expected"
)]

pub mod decider;
pub mod events;
pub mod faulty_store;
pub mod order_events;
pub mod orders;
pub mod saga_world;
pub mod sample;
pub mod store_contract;
pub mod strategies;
pub mod worlds;
