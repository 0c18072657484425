//! The log of a few days.

use fundflow_application::desk::Registry;
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{AppendError, Batch, EventStore, Position, ReadError, Version},
};
use fundflow_simulation::town;
use fundflow_testkit::{
    days::{self, Plan},
    worlds,
};
use std::{collections::HashMap, sync::Mutex};
use tokio::sync::watch;

/// Days that were played, as the log has them.
pub(crate) struct Played {
    pub(crate) registry: Registry,
    pub(crate) events: Vec<Recorded>,
}

/// A truth that is asked at the end of each day has no other place to leave the log.
static LOG: Mutex<Vec<Recorded>> = Mutex::new(Vec::new());

/// A day of that house of the seed, and what follows from it.
pub(crate) fn play((seed, house, faults): (u64, u32, &str)) -> Played {
    let plan = Plan::of(seed, house, 1, 12, faults);
    let mut days = town::days(&plan).unwrap();
    days.truths.push(("it can be kept", |log, _| {
        *LOG.lock().unwrap() = log.events().cloned().collect();
        Ok(())
    }));
    let profile = days::profile(&plan.faults).unwrap();
    days.play(&plan, profile).unwrap_or_else(|fallen| panic!("{fallen}"));
    let events = std::mem::take(&mut *LOG.lock().unwrap());
    Played { registry: days.registry.calendar(worlds::calendar()), events }
}

/// A log that is only read.
pub(crate) struct Stored {
    events: Vec<Recorded>,
    streams: HashMap<StreamName, Vec<usize>>,
    head: watch::Sender<Position>,
}

impl Stored {
    pub(crate) fn of(events: Vec<Recorded>) -> Self {
        let mut streams: HashMap<StreamName, Vec<usize>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            streams.entry(event.stream.clone()).or_default().push(at);
        }
        let head = watch::Sender::new(Position(events.len() as u64));
        Self { events, streams, head }
    }
}

impl EventStore for Stored {
    async fn append(&self, _: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        panic!("it is only read")
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let places = self.streams.get(stream).into_iter().flatten();
        let places = places.skip(usize::try_from(after.0).unwrap()).take(limit as usize);
        Ok(places.map(|at| self.events[*at].clone()).collect())
    }

    async fn read_back(
        &self,
        _: &StreamName,
        _: Option<Version>,
        _: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        panic!("an audit reads forwards")
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        let after = usize::try_from(after.0).unwrap();
        Ok(self.events.iter().skip(after).take(limit as usize).cloned().collect())
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }
}
