//! An event-sourced engine for fund-purchase workflows, to be embedded in a trading service.
//!
//! ```text
//! Engine::builder(store, channel, registrar) … .start() -> Engine
//! engine.purchase(request)   -> Placed (durable; the same again for ever) | refused | busy
//! engine.rest_of(purchase)   -> Ended(…) | Parked(…), when it comes to rest
//! engine.deliver(notices)       what counterparties tell unasked
//! engine.act(…)                 what operators and the day's cut do
//! engine.shutdown()             a crash instead is the same as this, only slower to restart
//! ```
//!
//! This crate only wires: it must never decide a business rule. Money moves only after the event
//! that announces it is durable.

mod builder;
mod effects;
mod error;
mod handle;
mod recovery;
mod request;
mod shard;
mod system_clock;

pub use builder::{Builder, Settings};
pub use error::{ActError, PurchaseError, StartError, StopCause, Stopped};
pub use fundflow_application as application;
pub use fundflow_domain as domain;
pub use fundflow_kernel as kernel;
pub use fundflow_sagas::runner::{Action, ActionError, Rest};
pub use handle::{Delivered, Engine};
pub use request::{Placed, Purchase};
pub use system_clock::SystemClock;

/// The purchase in the README is compiled and run by the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
