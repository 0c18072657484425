//! A store in front of a store that fails by a script, to see what its users make of it.
//!
//! Each append takes the next fault of the script; after its end all appends pass. The script is
//! written out, or drawn from a seed, so that every run fails in the same places.

use crate::store_contract::faults::Fails;
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{
        AppendError, Batch, Checkpoints, EventStore, Position, ReadError, StreamAppend, Version,
    },
};
use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// What happens to one append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call goes through as usual.
    Pass,
    /// A fault before anything is written.
    Before,
    /// Everything is written; the answer is a fault.
    AnswerLost,
    /// Nothing is written; the answer is a conflict that does not say the actual version.
    Conflict,
    /// The sync fails: poisoned from here on until [`FaultyStore::reopen`].
    SyncFailed {
        /// Whether the events turn out to be there.
        written: bool,
    },
    /// The process dies while it writes: so many whole [`StreamAppend`]s of the batch turn out to be there,
    /// at most all. Poisoned from here on until [`FaultyStore::reopen`].
    Prefix(usize),
}

/// The script of the contract of failed appends; within one, the process dies after the first of a batch.
impl From<Fails> for Fault {
    fn from(fails: Fails) -> Self {
        match fails {
            Fails::Before => Self::Before,
            Fails::Within => Self::Prefix(1),
            Fails::After => Self::AnswerLost,
        }
    }
}

/// Fails as its script says. Clones share the script and the store.
#[derive(Debug, Clone)]
pub struct FaultyStore<S> {
    store: S,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug)]
struct Script {
    faults: VecDeque<Fault>,
    poisoned: bool,
    unread: HashSet<StreamName>,
}

impl<S> FaultyStore<S> {
    /// The first append meets the first fault, and so on.
    pub fn scripted(store: S, faults: impl IntoIterator<Item = Fault>) -> Self {
        let script = Script {
            faults: faults.into_iter().collect(),
            poisoned: false,
            unread: HashSet::new(),
        };
        Self { store, script: Arc::new(Mutex::new(script)) }
    }

    /// A script for `appends` appends of which about `per_mille` in a thousand fail.
    pub fn seeded(store: S, seed: u64, appends: usize, per_mille: u64) -> Self {
        let mut state = seed;
        let faults = std::iter::repeat_with(|| {
            if split_mix(&mut state) % 1000 >= per_mille {
                return Fault::Pass;
            }
            match split_mix(&mut state) % 5 {
                0 => Fault::Before,
                1 => Fault::AnswerLost,
                2 => Fault::Conflict,
                3 => Fault::SyncFailed { written: false },
                _ => Fault::SyncFailed { written: true },
            }
        });
        Self::scripted(store, faults.take(appends))
    }

    /// The store behind it, to be closed.
    pub fn into_inner(self) -> S {
        self.store
    }

    /// After what the script says already, this.
    pub fn script_more(&self, faults: impl IntoIterator<Item = Fault>) {
        self.script().faults.extend(faults);
    }

    /// Every read of that stream is a fault, until [`Self::reads_again`].
    pub fn cannot_read(&self, stream: StreamName) {
        self.script().unread.insert(stream);
    }

    /// What was wrong with reading is over.
    pub fn reads_again(&self) {
        self.script().unread.clear();
    }

    fn readable(&self, stream: &StreamName) -> Result<(), ReadError> {
        let unread = self.script().unread.contains(stream);
        if unread { Err(ReadError::Fault("scripted not to read it".into())) } else { Ok(()) }
    }

    /// Writes are taken again, as after a restart.
    pub fn reopen(&self) {
        self.script().poisoned = false;
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Result<Fault, AppendError> {
        let mut script = self.script();
        if script.poisoned {
            return Err(poisoned());
        }
        let fault = script.faults.pop_front().unwrap_or(Fault::Pass);
        script.poisoned = matches!(fault, Fault::SyncFailed { .. } | Fault::Prefix(_));
        Ok(fault)
    }
}

fn poisoned() -> AppendError {
    AppendError::Poisoned { cause: "a sync failed, as the script says".into() }
}

/// Steele, Lea and Flood's generator: small, and the same on every machine.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl<S: EventStore> EventStore for FaultyStore<S> {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        let batch = batch.into();
        let fault = self.next()?;
        match fault {
            Fault::Pass => self.store.append(batch).await,
            Fault::Before => Err(AppendError::Fault("scripted to fail before writing".into())),
            Fault::AnswerLost => {
                self.store.append(batch).await?;
                Err(AppendError::Fault("scripted to lose the answer".into()))
            }
            Fault::Conflict => match batch.first() {
                Some(StreamAppend { stream, expected, .. }) => {
                    let (stream, expected) = (stream.clone(), *expected);
                    Err(AppendError::Conflict { stream, expected, actual: None })
                }
                None => self.store.append(Vec::new()).await,
            },
            Fault::SyncFailed { written } => {
                if written {
                    self.store.append(batch).await?;
                }
                Err(poisoned())
            }
            Fault::Prefix(streams) => {
                let written: Vec<_> = batch.iter().take(streams).cloned().collect();
                self.store.append(written).await?;
                Err(poisoned())
            }
        }
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.readable(stream)?;
        self.store.read(stream, after, limit).await
    }

    fn surely_lacks(&self, id: &str) -> bool {
        self.store.surely_lacks(id)
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.readable(stream)?;
        self.store.read_back(stream, before, limit).await
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        self.store.read_all(after, limit).await
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.store.head()
    }
}

impl<S: Checkpoints> Checkpoints for FaultyStore<S> {
    async fn load(&self, reader: &str) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        self.store.load(reader).await
    }

    async fn save(&self, reader: &str, at: Position, content: Vec<u8>) -> Result<(), AppendError> {
        self.store.save(reader, at, content).await
    }
}
