//! What a restart must know of the log: which sagas are open. The last checkpoint's list, brought up
//! to date from the log, then each saga's streams.
//!
//! 1. Any event of a saga puts it on the list: only its streams can tell whether something is owed
//!    after its end. Those that have ended and owe nothing are dropped once they are read.
//! 2. Sagas whose kind is not registered stay on the list, so that the program that knows them finds
//!    them again.
//! 3. The checkpoint is a cache. Without it the whole log is read, which finds the same list.
//! 4. Sagas are read and woken a page at a time, and those that have nothing to do sleep before the next page is read:
//!    memory is bounded by how many may be awake.
//! 5. What cannot be read or folded is said aloud and left; everything else goes on. Only what all sagas rest on must
//!    be read: it comes first.

use crate::{
    checkpoint::{Listed, last_list},
    reading::{provide_all, read_log},
};
use fundflow_kernel::{
    envelope::Recorded,
    ids::TransactionId,
    store::{Checkpoints, EventStore, Position, ReadError},
    streams::{Damage, Need},
    time::Timestamp,
};
use fundflow_runtime::{kind::Kind, message::SagaId, runner::Runner};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

const PAGE: u32 = 4096;
/// Sagas that are read before those of them that have ended are dropped: a stream that many of them share, as a
/// wallet, is read once for all.
const TOGETHER: usize = 4096;
/// Streams that are read in one go.
const NAMES: usize = 128;

/// Open sagas and damage that a restart found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Woken, or asleep.
    pub(crate) open: Vec<SagaId>,
    /// Of kinds that are not registered.
    pub(crate) foreign: BTreeSet<Listed>,
    /// Up to which position that is known.
    pub(crate) at: Position,
}

/// The sagas of one kind that must be looked at.
struct Lists {
    endings: HashSet<&'static str>,
    open: BTreeSet<TransactionId>,
    /// Ended since the checkpoint, or before it and touched since.
    ended: BTreeSet<TransactionId>,
}

/// All sagas that must be looked at.
pub(crate) struct Log {
    kinds: BTreeMap<&'static str, Lists>,
    foreign: BTreeSet<Listed>,
    at: Position,
    /// The newest instant of the log, of what was read of it: no later one was ever recorded before, unless by an
    /// engine that did not look.
    pub(crate) newest: Timestamp,
}

/// Reads what all sagas rest on, and which of them must be looked at.
pub(crate) async fn look<S: EventStore + Checkpoints>(
    store: &S,
    runner: &mut Runner,
    kinds: &[Arc<dyn Kind>],
) -> Result<Log, ReadError> {
    let mut log = Log::new(kinds);
    read_ground(store, runner).await?;
    if let Some((at, listed)) = last_list(store).await? {
        log.at = at;
        for saga in listed {
            log.list(saga);
        }
    }
    log.follow(store).await?;
    warn_of_foreign(&log.foreign);
    Ok(log)
}

/// Reads all that those sagas miss: in the order of names, in which a store keeps them, so that names that lie beside
/// each other are looked up one after the other, however many others there are between those of one saga.
async fn read_streams<S: EventStore>(store: &S, runner: &mut Runner, sagas: &[SagaId]) {
    let mut waiting: Vec<&SagaId> = sagas.iter().collect();
    loop {
        let mut needs: Vec<Need> = Vec::new();
        waiting.retain(|saga| {
            let missing = runner.missing(saga);
            needs.extend_from_slice(&missing);
            !missing.is_empty()
        });
        if waiting.is_empty() {
            return;
        }
        needs.sort_unstable_by(|one, other| one.stream().as_str().cmp(other.stream().as_str()));
        needs.dedup_by(|one, other| one.stream() == other.stream());
        for some in needs.chunks(NAMES) {
            provide_all(store, runner, some).await;
        }
    }
}

/// What all sagas rest on. Where it cannot be read, nothing can be decided.
async fn read_ground<S: EventStore>(store: &S, runner: &mut Runner) -> Result<(), ReadError> {
    let needs = runner.ground().to_vec();
    provide_all(store, runner, &needs).await;
    runner.damaged_ground().map_or(Ok(()), |Damage { place, what }| {
        Err(ReadError::Damaged { place: place.to_string(), what: what.to_string() })
    })
}

fn warn_of_foreign(foreign: &BTreeSet<Listed>) {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for Listed(kind, _) in foreign {
        *kinds.entry(kind).or_default() += 1;
    }
    for (kind, sagas) in kinds {
        tracing::warn!(kind, sagas, "not carried by this program; they stay as they are");
    }
}

impl Log {
    fn new(kinds: &[Arc<dyn Kind>]) -> Self {
        let lists = |kind: &Arc<dyn Kind>| {
            let endings = kind.ending_types().into_iter().collect();
            (kind.name(), Lists { endings, open: BTreeSet::new(), ended: BTreeSet::new() })
        };
        let kinds = kinds.iter().map(lists).collect();
        let newest = Timestamp::from_micros(i64::MIN);
        Self { kinds, foreign: BTreeSet::new(), at: Position::START, newest }
    }

    /// Goes on with all open sagas.
    pub(crate) async fn resume<S: EventStore>(
        self,
        store: &S,
        runner: &mut Runner,
        now: Timestamp,
    ) -> Found {
        let mut open = Vec::new();
        for (kind, lists) in &self.kinds {
            let all: Vec<&TransactionId> = lists.open.iter().chain(&lists.ended).collect();
            for some in all.chunks(TOGETHER) {
                let restored =
                    some.iter().filter_map(|transaction| runner.restore(kind, transaction));
                let read: Vec<SagaId> = restored.collect();
                read_streams(store, runner, &read).await;
                for saga in read {
                    if !runner.dismiss(&saga) {
                        runner.resume(&saga, now);
                        open.push(saga);
                    }
                }
            }
        }
        Found { open, foreign: self.foreign, at: self.at }
    }

    fn list(&mut self, listed: Listed) {
        match self.kinds.get_mut(listed.0.as_ref()) {
            Some(lists) => drop(lists.open.insert(listed.1)),
            None => drop(self.foreign.insert(listed)),
        }
    }

    /// Reads to the log's end, from the event that the list ends with: it says what time it was. A place that cannot be read is passed over: what its saga needs is
    /// found damaged when the saga is read, and all others must not wait for it.
    async fn follow<S: EventStore>(&mut self, store: &S) -> Result<(), ReadError> {
        let (end, mut limit) = (*store.head().borrow(), PAGE);
        let listed = self.at;
        let mut from = Position(listed.0.saturating_sub(1));
        loop {
            match read_log(store, from, limit).await {
                Ok(page) => {
                    for recorded in &page {
                        from = recorded.position;
                        self.newest = self.newest.max(recorded.event.recorded_at);
                        if from > listed {
                            self.note(recorded);
                        }
                    }
                    self.at = self.at.max(from);
                    if page.len() < limit as usize {
                        return Ok(());
                    }
                }
                Err(ReadError::Damaged { .. }) if limit > 1 => limit = 1,
                Err(ReadError::Damaged { place, what }) if from < end => {
                    tracing::error!(%place, "{what}; verify the store");
                    (from, limit) = (Position(from.0.saturating_add(1)), PAGE);
                    self.at = self.at.max(from);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn note(&mut self, recorded: &Recorded) {
        let event = &recorded.event;
        let (kind, transaction) = (&event.process, &event.correlation);
        let Some(lists) = self.kinds.get_mut(kind.as_ref()) else {
            if is_first_of_a_saga(recorded) {
                self.foreign.insert(Listed(kind.clone(), transaction.clone()));
            }
            return;
        };
        if lists.endings.contains(event.event_type.as_ref()) {
            lists.open.remove(transaction);
            lists.ended.insert(transaction.clone());
        } else if !lists.ended.contains(transaction) && !lists.open.contains(transaction) {
            lists.open.insert(transaction.clone());
        }
    }
}

/// Whether a saga that this program does not know begins there.
fn is_first_of_a_saga(Recorded { stream, version, event, .. }: &Recorded) -> bool {
    version.0 == 1
        && stream.category() == event.process.as_ref()
        && stream.id() == event.correlation.as_str()
        && event.event_type.strip_prefix(event.process.as_ref()) == Some(".prepared")
}
