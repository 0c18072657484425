//! What an engine's clock did that an auditor must know: it went back behind the log, or jumped ahead.
//!
//! One stream for each store. It decides nothing: what the engine makes of its clock is decided by the engine.

use fundflow_kernel::{codec::Stored, decider::Decider, stored_types, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// The clock of the engines of one store.
#[derive(Debug, Clone, Copy)]
pub struct EngineClock;

/// The stored format. Add, never rename.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It is further behind the log than is allowed: nothing new is taken until it is not.
    SetBack {
        /// The newest instant of the log.
        log: Timestamp,
        /// What the clock said.
        clock: Timestamp,
    },
    /// It moved on by more than the time that passed: whatever was due between is late, and what came
    /// meanwhile counts by `to`.
    JumpedAhead {
        /// What it said before.
        from: Timestamp,
        /// What it said then.
        to: Timestamp,
        /// How long that took by a clock that nobody sets.
        passed_ms: u64,
    },
}

impl Decider for EngineClock {
    const CATEGORY: &'static str = "engine_clock";
    type Command = Event;
    type Event = Event;
    /// The last thing that it did.
    type State = Option<Event>;
    type Refusal = Infallible;

    fn decide(last: &Option<Event>, seen: &Event) -> Result<Vec<Event>, Infallible> {
        let is_new = last.as_ref() != Some(seen);
        Ok(is_new.then(|| seen.clone()).into_iter().collect())
    }

    fn evolve(_: Option<Event>, seen: &Event) -> Option<Option<Event>> {
        Some(Some(seen.clone()))
    }
}

impl Stored for EngineClock {
    stored_types!(Event {
        SetBack => "engine_clock.set_back",
        JumpedAhead => "engine_clock.jumped_ahead",
    });
}
