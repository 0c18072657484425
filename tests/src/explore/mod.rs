//! Plays any saga on the shipped runner against counterparties of the user's, in virtual time.
//!
//! ```text
//! Counterparties (what may be said)  ->  World (one saga, log, calls in flight)
//!     -> Explorer: every future, breadth first, each point held against truths
//!     -> given/when/then and story!: one future, in literals
//! ```
//!
//! Nothing here knows a saga by name: whoever implements `Saga` and [`counterparties::Counterparties`]
//! gets all of it.

pub mod beside;
pub mod given;
pub mod moves;
pub mod refusal;
pub mod search;
pub mod truths;
pub mod world;

pub use fundflow_simulation::{counterparties, log, shell};

pub use counterparties::{Counterparties, Fate, Said};
pub use given::given;
pub use log::Log;
pub use refusal::{refused_after_death, refused_at, refused_by_a_person, refused_by_command};
pub use search::{Counterexample, Explored, Explorer};
pub use world::World;
