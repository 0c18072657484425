//! The one door through which time comes in.

use crate::time::Timestamp;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// Says what time it is. Decisions never ask it; they are handed what it says.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, to the microsecond.
    fn now(&self) -> Timestamp;

    /// How long it has been, since some moment, by a clock that nobody can set: what `now` moves on by more
    /// than that is a jump. `None` where time is moved by hand, and every move is meant.
    fn passed(&self) -> Option<Duration> {
        None
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        self.as_ref().now()
    }

    fn passed(&self) -> Option<Duration> {
        self.as_ref().passed()
    }
}

/// A clock that stands still until it is moved, and never goes back.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Standing at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.micros())))
    }

    /// Moves on to `instant`; an earlier one changes nothing.
    pub fn advance_to(&self, instant: Timestamp) {
        self.0.fetch_max(instant.micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
