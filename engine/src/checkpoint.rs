//! The list of open sagas, stored now and then, so that a restart reads only what came
//! since.
//!
//! 1. A list belongs to a position: it is taken from memory after a batch was decided, and saved
//!    once that batch is durable. A saga that is open in the log at that position is on it.
//! 2. It is saved beside the deciding, one at a time; a save that fails costs the next start time
//!    and nothing else.
//! 3. A list that does not fit the log that it was made of is not used, and that is said.

use fundflow_kernel::{
    checkpoint::Reader,
    ids::TransactionId,
    loaded::with_sources,
    store::{AppendError, Checkpoints, EventStore, Position, ReadError},
};
use fundflow_runtime::{message::SagaId, runner::Runner};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{runtime::Handle, task::JoinHandle, time::Instant};

const READER: Reader = Reader { name: "engine.open_sagas", format: 1 };
/// Events between two checkpoints.
const EVENTS: usize = 10_000;
/// More when more sagas are open, so that listing them stays cheap: so many events for each. A start
/// reads that much more, at most what [`PAUSE`] lets happen.
const EVENTS_PER_OPEN: usize = 4;
/// Time between two checkpoints, while there is anything new.
const PAUSE: Duration = Duration::from_secs(5);

/// A saga on the list: its kind and its transaction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Listed(pub(crate) Arc<str>, pub(crate) TransactionId);

#[derive(Debug, Default, Deserialize)]
struct Saved {
    open: BTreeSet<Listed>,
}

/// The list as it is written, without copies.
#[derive(Debug, Serialize)]
struct Saving<'a> {
    open: Vec<(&'a str, &'a TransactionId)>,
}

/// The newest list that fits the log; `None` without one. It is a cache.
pub(crate) async fn last_list<S: EventStore + Checkpoints>(
    store: &S,
) -> Result<Option<(Position, BTreeSet<Listed>)>, ReadError> {
    let checkpoint = READER.load::<_, Saved>(store).await?;
    for unfit in &checkpoint.unfit {
        let from = checkpoint.content.as_ref().map_or(0, |(at, _)| at.0);
        tracing::warn!(
            "a list of open sagas does not fit the log ({unfit}); read again from position {from}"
        );
    }
    Ok(checkpoint.content.map(|(at, saved)| (at, saved.open)))
}

/// The lists of open sagas in a store that do not fit its log: for people. They are not used.
///
/// # Errors
/// [`ReadError`] as for any read.
pub async fn unfit_lists<S: EventStore + Checkpoints>(store: &S) -> Result<Vec<String>, ReadError> {
    READER.unfit(store).await
}

async fn save<S: EventStore + Checkpoints>(
    store: &S,
    at: Position,
    open: Vec<SagaId>,
    foreign: BTreeSet<Listed>,
) -> Result<(), AppendError> {
    let ours = open.iter().map(|saga| (saga.kind, &saga.transaction));
    let theirs = foreign.iter().map(|Listed(kind, transaction)| (&**kind, transaction));
    let mut saving = Saving { open: ours.chain(theirs).collect() };
    saving.open.sort_unstable();
    READER.save(store, at, &saving).await
}

/// Knows when a checkpoint is due, and saves it.
#[derive(Debug)]
pub(crate) struct Keeper<S> {
    store: Arc<S>,
    /// Open sagas of kinds that are not registered.
    pub(crate) foreign: BTreeSet<Listed>,
    events: usize,
    last: Instant,
    saving: Option<JoinHandle<()>>,
    /// Not where it is decided what is open: there the list would hold up the next decision.
    saves_in: Handle,
}

impl<S: EventStore + Checkpoints> Keeper<S> {
    /// Saves in the runtime of whoever calls.
    pub(crate) fn new(store: Arc<S>, foreign: BTreeSet<Listed>) -> Self {
        Self {
            store,
            foreign,
            events: 0,
            last: Instant::now(),
            saving: None,
            saves_in: Handle::current(),
        }
    }

    /// So many events more were decided. Returns the open sagas as they are after them, if a
    /// checkpoint is due.
    pub(crate) fn decided(&mut self, events: usize, runner: &Runner) -> Option<Vec<SagaId>> {
        self.events = self.events.saturating_add(events);
        let due = self.events >= EVENTS.max(runner.open().saturating_mul(EVENTS_PER_OPEN))
            || (self.events > 0 && self.last.elapsed() >= PAUSE);
        if self.is_saving() || !due {
            return None;
        }
        (self.events, self.last) = (0, Instant::now());
        Some(runner.unfinished().cloned().collect())
    }

    fn is_saving(&self) -> bool {
        self.saving.as_ref().is_some_and(|saving| !saving.is_finished())
    }

    /// Saves the list beside the deciding; not while an older one is being saved, which could come
    /// to stand above it.
    pub(crate) fn save(&mut self, at: Position, open: Vec<SagaId>) {
        if self.is_saving() {
            return;
        }
        let (store, foreign) = (self.store.clone(), self.foreign.clone());
        let saving = async move { warn(save(&*store, at, open, foreign).await) };
        self.saving = Some(self.saves_in.spawn(saving));
    }

    /// Saves the list of a memory of which everything is durable, after any that is under way.
    pub(crate) async fn save_last(&mut self, at: Position, open: Vec<SagaId>) {
        if let Some(saving) = self.saving.take() {
            let _ = saving.await;
        }
        warn(save(&*self.store, at, open, self.foreign.clone()).await);
    }
}

/// The same list, for a start: a store that cannot keep it cannot be worked on.
pub(crate) async fn save_found<S: EventStore + Checkpoints>(
    store: &S,
    at: Position,
    open: &[SagaId],
    foreign: &BTreeSet<Listed>,
) -> Result<(), AppendError> {
    save(store, at, open.to_vec(), foreign.clone()).await
}

fn warn(saved: Result<(), AppendError>) {
    if let Err(error) = saved {
        tracing::warn!("cannot keep the list of open sagas: {}", with_sources(&error));
    }
}
