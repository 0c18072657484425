//! An event-sourced engine for sagas of any kind, to be embedded in a service.
//!
//! ```text
//! Engine::builder(store).saga(…).port("bank", …)? … .start() -> Engine
//! engine.request::<S>(…)   -> Placed (durable; the same again for ever) | refused | busy
//! engine.command::<S>(…)      what a caller asks of a running saga
//! engine.rest_of(saga)     -> Ended(…) | Parked(…), when it comes to rest
//! ByClock::of(due).run(..)    what is asked for by nobody but the clock
//! engine.deliver(notices)     what counterparties say unasked
//! engine.act(…)               what operators do
//! engine.shutdown()           a crash instead is the same as this, only slower to restart
//! ```
//!
//! This crate only wires: it knows no saga by name and decides no rule. Nothing leaves the house
//! before the event that announces it is durable.

// The door, and what is said at it.
mod ahead;
mod asking;
mod builder;
mod by_clock;
mod desk;
mod engine;
mod error;

// The one loop: who waits, what is decided, what goes to the store.
mod books;
mod line;
mod shard;

// The world around it.
mod effects;
mod engine_time;
mod own_thread;
mod replies;
mod system_clock;

// From the log to memory, at a start and after an eviction.
mod checkpoint;
mod reading;
mod recovery;

// The program in the README is compiled and run by the doc tests.
#[cfg(doctest)]
mod readme;

pub use ahead::NoQuote;
pub use asking::{Asking, Notice, Placed};
pub use builder::{Builder, Settings};
pub use by_clock::{ByClock, NotAsked};
pub use checkpoint::unfit_lists;
pub use desk::{Besides, InMemory, Outlook};
pub use engine::{Engine, Resting};
pub use error::{ActError, BuildError, ClockSetBack, RequestError, StartError, StopCause, Stopped};
pub use fundflow_kernel as kernel;
pub use fundflow_runtime as runtime;
pub use fundflow_runtime::message::{Action, ActionError, Noticed, Rest, SagaId};
pub use system_clock::SystemClock;
