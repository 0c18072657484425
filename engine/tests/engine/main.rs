//! The engine with a saga of the test's own: what a caller, an operator, a counterparty, a broken
//! store and a restart may rely on.

mod asking;
mod carrier;
mod faulty;
mod noticing;
mod ports;
mod restarts;
mod stores;
mod toy;
mod world;
