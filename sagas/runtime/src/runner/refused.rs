//! Sagas that wait for a person since a rule of ours said no, by the streams that they work on. Whatever is written to
//! one of these may be what the rule lacked, and the next process decides again: so does this one, whoever wrote.
//!
//! 1. Whoever is refused is looked up by stream, not among all sagas: a write costs nothing where nobody waits.
//! 2. The process of a saga is written to by itself alone, and is none of these streams.

use super::Runner;
use crate::message::SagaId;
use foldhash::fast::RandomState;
use fundflow_kernel::envelope::StreamName;
use std::collections::{BTreeSet, HashMap};

/// Who is refused, and on which streams.
#[derive(Debug, Clone, Default)]
pub(super) struct Refused {
    by_stream: HashMap<StreamName, BTreeSet<SagaId>, RandomState>,
    of: HashMap<SagaId, Vec<StreamName>, RandomState>,
}

impl Refused {
    fn put(&mut self, saga: &SagaId, streams: Vec<StreamName>) {
        if self.of.get(saga).is_some_and(|known| *known == streams) {
            return;
        }
        self.remove(saga);
        for stream in &streams {
            self.by_stream.entry(stream.clone()).or_default().insert(saga.clone());
        }
        self.of.insert(saga.clone(), streams);
    }

    pub(super) fn remove(&mut self, saga: &SagaId) {
        // Nearly always; looking for it would reckon the hash of its name.
        if self.of.is_empty() {
            return;
        }
        for stream in self.of.remove(saga).unwrap_or_default() {
            let Some(sagas) = self.by_stream.get_mut(&stream) else { continue };
            sagas.remove(saga);
            if sagas.is_empty() {
                self.by_stream.remove(&stream);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.by_stream.clear();
        self.of.clear();
    }
}

impl Runner {
    /// Remembers whether that saga is refused now, and who is that works on what it has appended to from that append on.
    pub(super) fn note_refused(&mut self, writer: &SagaId, from: usize) {
        let refused = self.sagas.get(writer).and_then(|slot| slot.saga.refused_on(&self.streams));
        match refused {
            Some(streams) => self.refused.put(writer, streams),
            None => self.refused.remove(writer),
        }
        if self.refused.of.is_empty() {
            return;
        }
        let appends = self.out.appends.get(from..).unwrap_or_default();
        let written = appends.iter().filter_map(|it| self.refused.by_stream.get(&it.stream));
        let again: BTreeSet<SagaId> = written.flatten().cloned().collect();
        for saga in again {
            self.concerns(saga);
        }
    }
}
