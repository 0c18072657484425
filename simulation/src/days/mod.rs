//! Whole trading days in virtual time: what is asked for at its minute, calls that take their time, news, timers,
//! operators, and everything going wrong by name.
//!
//! ```text
//! Plan (seed, moments, faults)  ->  play: a queue of instants around the shipped runner
//!     -> watch: an audit hears every event; each saga that a batch touched is looked at
//!     -> the end of each day: the audit of the whole log, and a process that starts anew
//! ```
//!
//! 1. Which fault strikes follows from the seed and the fault's name alone: a play from which something was taken
//!    out still has the other faults.
//! 2. A failure can be played again, and made smaller: `shrink.rs`.
//! 3. It knows no saga by name.

pub mod coverage;
pub mod fault;
pub mod plan;
pub mod shrink;

mod calls;
mod clock;
mod day_end;
mod play;
mod store;
mod watch;

pub use coverage::{Coverage, Rows};
pub use fault::{Fault, PROFILES, Profile, profile};
pub use plan::Plan;

use crate::{counterparties::Counterparties, log::Log, simulate::dice::Dice, sound::Excuse};
use chrono::NaiveDate;
use fundflow_application::desk::Registry;
use fundflow_kernel::time::Timestamp;
use fundflow_runtime::{kind::Kind, look::Look, message::What};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// Something that comes in at an instant.
#[derive(Debug, Clone)]
pub struct Moment {
    /// When, unless the clock jumps over it.
    pub at: Timestamp,
    /// For people who read a plan.
    pub words: Arc<str>,
    /// The input that is decided.
    pub what: What,
}

/// What an operator has in mind with a saga that stands so: in words, and as an input.
pub type Operator = fn(&Look, &Log, &mut Dice) -> Option<(String, What)>;

/// What somebody asks for at a time of each day, by what is stored then.
pub type Daily = fn(&Log, Timestamp) -> Vec<Moment>;

/// Something that must hold at the end of each day, and its name.
pub type Truth<C> = (&'static str, fn(&Log, &C) -> Result<(), String>);

/// Days to play, with their counterparties and truths.
pub struct Days<C> {
    /// The sagas that the runner carries.
    pub kinds: Vec<Arc<dyn Kind>>,
    /// The same, for the audit.
    pub registry: Registry,
    /// The rows of their tables: [`Rows::of_all`].
    pub rows: Arc<[Rows]>,
    /// Everybody outside, before anything was asked of them.
    pub counterparties: C,
    /// The dates on which something is asked for, in their order.
    pub dates: Vec<NaiveDate>,
    /// Dates after these, on which everything comes to rest.
    pub after: Vec<NaiveDate>,
    /// What comes in, in the order of a plan's places.
    pub moments: Vec<Moment>,
    /// What comes in besides, each morning and each evening.
    pub daily: Daily,
    /// Who acts on sagas, where somebody does.
    pub operator: Operator,
    /// What a person does with a saga that is parked so, where that is more than to let it go on.
    pub rightly: fn(&Look) -> Option<(String, What)>,
    /// What may be open at the end of a saga.
    pub excuse: Excuse,
    /// Truths of the user, beside the built-in ones.
    pub truths: Vec<Truth<C>>,
}

impl<C: Counterparties> Days<C> {
    /// Plays it.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn play(&self, plan: &Plan, profile: Profile) -> Result<Played, Box<Fallen>> {
        let of = || play::Play::of(self, plan, profile);
        // What precedes a failure is written down when it is known to be one.
        of().run().or_else(|_| of().remembering().run())
    }
}

/// What happened in a play that held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Played {
    /// Sagas that were placed.
    pub sagas: usize,
    /// Events that became durable.
    pub events: usize,
    /// Requests that the business declined.
    pub refused: usize,
    /// Counts, by kind and ending.
    pub endings: BTreeMap<(&'static str, String), usize>,
    /// How often each fault struck.
    pub faults: BTreeMap<Fault, usize>,
    /// Where sagas have rested and how.
    pub coverage: Coverage,
    /// What follows from all links of the log: the same for the same plan.
    pub links: u64,
    /// The faults that struck, by name.
    pub struck: BTreeSet<String>,
}

/// A truth that did not hold, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallen {
    /// Which truth, by its name.
    pub truth: String,
    /// What of it is otherwise, in words.
    pub what: String,
    /// Instant at which it was seen.
    pub at: Timestamp,
    /// The last things that happened.
    pub last: Vec<String>,
    /// The faults that had struck by then, by name.
    pub struck: BTreeSet<String>,
}

impl fmt::Display for Fallen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.truth, self.what)
    }
}
