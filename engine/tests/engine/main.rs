//! The engine with a saga of the test's own: what a caller, an operator, a counterparty, a broken
//! store and a restart may rely on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod asking;
mod bounds;
mod carrier;
mod clock;
mod durable;
mod faulty;
mod goods;
mod noticing;
mod ports;
mod reasons;
mod registering;
mod restarts;
mod stores;
mod toy;
mod world;
