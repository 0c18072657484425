//! What time it is for the engine: what the clock says, and never before what the log has.
//!
//! 1. The newest instant of the log is a lower bound, over restarts too. A clock that is a little behind it
//!    makes the engine's time stand still.
//! 2. A clock that is further behind than the tolerance is an alarm. Whoever asks for something new is refused
//!    with both instants, since its T could lie before one that is closed. What has happened outside, answers,
//!    notices and timers that were due, is taken at the log's time: nobody would tell it again.
//! 3. Both that and a jump ahead are stored, in a stream of their own.

use crate::error::ClockSetBack;
use fundflow_kernel::{
    clock::Clock,
    loaded::{Loaded, with_sources},
    store::{EventStore, StreamAppend},
    time::Timestamp,
};
use fundflow_runtime::engine_clock::{Clocked, EngineClock, Event, between};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// The clock, and the newest instant of the log: for the loop, and for those who look ahead beside it.
pub(crate) struct EngineTime {
    clock: Arc<dyn Clock>,
    tolerance: Duration,
    /// In microseconds since 1970, as a timestamp has them.
    log: AtomicI64,
}

impl EngineTime {
    pub(crate) fn new(clock: Arc<dyn Clock>, tolerance: Duration, log: Timestamp) -> Self {
        Self { clock, tolerance, log: AtomicI64::new(log.micros()) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clocked().time()
    }

    /// What the clock says against the log, where that is too far.
    pub(crate) fn set_back(&self) -> Option<ClockSetBack> {
        let clocked = self.clocked();
        let Clocked { log, clock } = clocked;
        clocked.is_set_back(self.tolerance).then_some(ClockSetBack { log, clock })
    }

    fn clocked(&self) -> Clocked {
        Clocked { log: self.log(), clock: self.clock.now() }
    }

    fn log(&self) -> Timestamp {
        Timestamp::from_micros(self.log.load(Ordering::Relaxed))
    }

    fn is_at_least(&self, instant: Timestamp) {
        self.log.fetch_max(instant.micros(), Ordering::Relaxed);
    }
}

/// The loop's own view of it.
pub(crate) struct LoopTime {
    shared: Arc<EngineTime>,
    /// The latest instant that something of this batch was decided at.
    batch: Timestamp,
    /// What time it was, and what had passed, when it was looked at last.
    seen: Option<(Timestamp, Duration)>,
    is_alarmed: bool,
    /// What was stored of it; not read before there is something to add.
    stored: Option<Loaded<EngineClock>>,
}

impl LoopTime {
    pub(crate) fn new(shared: Arc<EngineTime>) -> Self {
        let batch = shared.log();
        Self { shared, batch, seen: None, is_alarmed: false, stored: None }
    }

    /// The instant to decide at. Within a batch it never goes back.
    pub(crate) fn now(&mut self) -> Timestamp {
        self.batch = self.batch.max(self.shared.now());
        self.batch
    }

    pub(crate) fn set_back(&self) -> Option<ClockSetBack> {
        self.shared.set_back()
    }

    /// A batch is decided. Only what it stores binds the batches after it: a clock that was wrong for a moment in
    /// which nothing happened may be set right.
    pub(crate) fn decided(&mut self, appends: &[StreamAppend]) {
        let events = appends.iter().flat_map(|append| &append.events);
        if let Some(newest) = events.map(|event| event.recorded_at).max() {
            self.shared.is_at_least(newest);
        }
        self.batch = self.shared.log();
    }

    /// Memory was dropped, and the log has that instant.
    pub(crate) fn reloaded(&mut self, log: Timestamp) {
        self.shared.is_at_least(log);
        self.batch = self.shared.log();
        (self.stored, self.is_alarmed) = (None, false);
    }

    /// The instant that would be decided at.
    pub(crate) fn next(&self) -> Timestamp {
        self.shared.now()
    }

    /// Looks at the clock, and returns what is to be stored about it before anything is decided by it.
    pub(crate) async fn look<S: EventStore>(&mut self, store: &S) -> Vec<StreamAppend> {
        let mut batch = Vec::new();
        for event in [self.jump(), self.alarm()].into_iter().flatten() {
            if let Err(why) = self.store(store, &event, &mut batch).await {
                tracing::error!("what the clock did is not in the store: {why}");
            }
        }
        batch
    }

    /// Of the engine's time: a clock that is set right after it was set back has not jumped.
    fn jump(&mut self) -> Option<Event> {
        let (to, passed) = (self.shared.now(), self.shared.clock.passed()?);
        let (from, passed_before) = self.seen.replace((to, passed))?;
        let passed = passed.saturating_sub(passed_before);
        if between(from, to) <= passed.saturating_add(self.shared.tolerance) {
            return None;
        }
        let passed_ms = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(
            "the clock jumped from {from} to {to} in {passed_ms} ms; what was due between is late"
        );
        Some(Event::JumpedAhead { from, to, passed_ms })
    }

    /// At the beginning and at the end of it.
    fn alarm(&mut self) -> Option<Event> {
        let set_back = self.shared.set_back();
        let was_alarmed = std::mem::replace(&mut self.is_alarmed, set_back.is_some());
        match set_back {
            Some(alarm @ ClockSetBack { log, clock }) if !was_alarmed => {
                tracing::error!("{alarm}");
                Some(Event::SetBack { log, clock })
            }
            Some(_) => None,
            None if was_alarmed => {
                tracing::info!("the clock is right again; requests are taken");
                None
            }
            None => None,
        }
    }

    async fn store<S: EventStore>(
        &mut self,
        store: &S,
        event: &Event,
        batch: &mut Vec<StreamAppend>,
    ) -> Result<(), String> {
        let now = match event {
            // A jump that nothing else is decided after may have been a slip: it binds nobody.
            Event::JumpedAhead { from, .. } => self.shared.log().max(*from),
            Event::SetBack { .. } => self.now(),
        };
        let key = EngineClock::key();
        let mut loaded = if let Some(loaded) = self.stored.take() {
            loaded
        } else {
            let loaded = Loaded::load(store, key.stream()).await;
            loaded.map_err(|error| with_sources(&error))?
        };
        EngineClock::note(&mut loaded, event, now, batch)?;
        self.stored = Some(loaded);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Settable(AtomicI64);

    impl Clock for Settable {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst))
        }
    }

    /// What is decided first in a batch stands before what is decided next, whatever the clock does in between.
    #[test]
    fn within_a_batch_time_never_goes_back() {
        let clock = Arc::new(Settable(AtomicI64::new(100)));
        let log = Timestamp::from_micros(50);
        let shared = Arc::new(EngineTime::new(clock.clone(), Duration::from_secs(60), log));
        let mut time = LoopTime::new(shared);
        assert_eq!(time.now().micros(), 100);

        clock.0.store(90, Ordering::SeqCst);
        assert_eq!(time.now().micros(), 100);
        time.decided(&[]);
        assert_eq!(time.now().micros(), 90, "nothing was stored at 100");
    }
}
