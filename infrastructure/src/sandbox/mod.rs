//! Counterparties to try the engine against: a payment channel and a registrar that behave like
//! real ones. They delay, refuse, time out, debit twice, call back twice and contradict themselves,
//! as a [`scenario`](scenario::Scenario) says.
//!
//! 1. Every call acts once per key: the same number has the same effect and the same answer,
//!    however often and in whatever order calls arrive. Chance is a function of (seed, key), never
//!    of a sequence.
//! 2. What happens to a call is decided when it arrives, written to the books, and only then
//!    answered. A process that was killed and started again meets the same counterparty.
//! 3. Time is the clock that was handed in. Nothing waits for it: a delayed answer is *unknown* now
//!    and a notice later, which the driver takes with `due` and delivers.
//! 4. Notices are delivered at least once: after a restart all that are due are delivered again, as real
//!    channels do.
//! 5. The books say what really moved, so that a test can compare it with what the engine believes.

pub mod advance;
mod book;
pub mod channel;
mod dice;
#[cfg(test)]
pub(crate) mod fixture;
pub mod journal;
mod notices;
pub mod registrar;
pub mod saved;
pub mod scenario;
pub mod settlement;

pub use notices::Notice;
