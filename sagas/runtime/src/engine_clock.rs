//! What an engine's clock did that an auditor must know: it went back behind the log, or jumped ahead.
//!
//! One stream for each store. What is refused meanwhile is said here as well, so that an engine and a simulation go by
//! the same words.

use crate::message::{SagaId, What};
use fundflow_kernel::{
    codec::Stored,
    decider::Decider,
    envelope::Actor,
    loaded::{Loaded, Meta, with_sources},
    store::StreamAppend,
    stored_types,
    streams::Key,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{convert::Infallible, time::Duration};

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
        /// Reading of the machine clock.
        clock: Timestamp,
    },
    /// It moved on by more than the time that passed: whatever was due between is late, and what came
    /// meanwhile counts by `to`.
    JumpedAhead {
        /// Reading before the jump.
        from: Timestamp,
        /// Reading after the jump.
        to: Timestamp,
        /// Time that passed by the monotonic clock.
        passed_ms: u64,
    },
}

/// How far a clock may be behind the log, where nobody says otherwise: synchronisation that steps and leap seconds stay
/// far below that.
pub const TOLERANCE: Duration = Duration::from_secs(60);

/// A reading of the clock beside the newest instant of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocked {
    /// The newest instant of the log.
    pub log: Timestamp,
    /// Reading of the machine clock.
    pub clock: Timestamp,
}

impl Clocked {
    /// The engine's time: never before the newest instant of the log.
    pub fn time(self) -> Timestamp {
        self.clock.max(self.log)
    }

    /// Whether the clock is further behind the log than that.
    pub fn is_set_back(self, tolerance: Duration) -> bool {
        between(self.clock, self.log) > tolerance
    }
}

/// How much later `to` is; nothing where it is not.
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    let micros = to.micros().saturating_sub(from.micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Treatment of an input while the clock is set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meanwhile<'a> {
    /// It has happened outside: it is taken at the log's time, since nobody would tell it again.
    Taken,
    /// A new request: its caller can ask again.
    Refused,
    /// A repeat has its first answer; it is refused unless that saga is begun.
    OnlyAgain(&'a SagaId),
}

/// Treatment of that input.
pub const fn meanwhile(what: &What) -> Meanwhile<'_> {
    match what {
        What::Request { saga, .. } => Meanwhile::OnlyAgain(saga),
        What::Command { .. } | What::Act { .. } => Meanwhile::Refused,
        What::Answer(_) | What::Notice { .. } | What::Overtaken { .. } | What::Watch { .. } => {
            Meanwhile::Taken
        }
    }
}

impl EngineClock {
    /// The one stream of a store.
    pub fn key() -> Key<Self> {
        Key::of(&"store")
    }

    /// Puts the observation of the clock into the batch, unless the last one was the same.
    ///
    /// # Errors
    /// In words: the stream cannot be continued.
    pub fn note(
        stored: &mut Loaded<Self>,
        seen: &Event,
        at: Timestamp,
        batch: &mut Vec<StreamAppend>,
    ) -> Result<(), String> {
        let meta = Meta {
            correlation: Self::CATEGORY.parse().map_err(|error| format!("{error}"))?,
            process: Self::CATEGORY.into(),
            causation: "clock".into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: at,
            recorded_at: at,
            trade_date: None,
        };
        let decided = stored.decide(Self::key().stream(), seen, &meta, batch);
        decided.map(drop).map_err(|error| with_sources(&error))
    }
}

impl Decider for EngineClock {
    const CATEGORY: &'static str = "engine_clock";
    type Command = Event;
    type Event = Event;
    /// The last observation of the clock.
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
