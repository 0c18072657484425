//! Entries by key, spread over many locks so that callers rarely meet, with a journal behind.
//!
//! An entry is written to the journal while its key is locked and before anybody sees it. When the
//! journal cannot be written the change does not happen, and the caller answers that it does not
//! know: that is what a counterparty with a full disk says.

use super::{
    dice,
    journal::{Journal, JournalError},
};
use serde::Serialize;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

const SHARDS: usize = 64;

type Shard<E> = HashMap<Arc<str>, E>;

/// Entries by key.
pub(super) struct Book<E> {
    shards: Vec<Mutex<Shard<E>>>,
}

impl<E> fmt::Debug for Book<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Book").field("shards", &self.shards.len()).finish_non_exhaustive()
    }
}

impl<E: Clone> Book<E> {
    pub(super) fn empty() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// Puts an entry that the journal already has.
    pub(super) fn restore(&self, key: Arc<str>, entry: E) {
        self.shard(&key).insert(key, entry);
    }

    /// What stands under the key.
    pub(super) fn get(&self, key: &str) -> Option<E> {
        self.shard(key).get(key).cloned()
    }

    /// Decides on the key's entry while nobody else can: `change` sees what stands there and says
    /// what shall; `None` leaves it. Answers what then stands there, and whether it is new.
    pub(super) fn change<L: Serialize>(
        &self,
        key: &Arc<str>,
        journal: Option<&Journal>,
        change: impl FnOnce(Option<&E>) -> Option<E>,
        line: impl FnOnce(&E) -> L,
    ) -> Result<(Option<E>, bool), JournalError> {
        let mut shard = self.shard(key);
        let Some(entry) = change(shard.get(key)) else {
            return Ok((shard.get(key).cloned(), false));
        };
        if let Some(journal) = journal {
            journal.append(&line(&entry))?;
        }
        shard.insert(key.clone(), entry.clone());
        Ok((Some(entry), true))
    }

    /// Every entry, by key.
    pub(super) fn all(&self) -> Vec<(Arc<str>, E)> {
        let mut all: Vec<_> = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend(shard.iter().map(|(key, entry)| (key.clone(), entry.clone())));
        }
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    fn shard(&self, key: &str) -> MutexGuard<'_, Shard<E>> {
        let index = usize::try_from(dice::hash(0, key, "") % 64).unwrap_or(0);
        // A panic of another caller leaves whole entries: each change is one insert.
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
