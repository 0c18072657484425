//! A transaction ID stands for one saga of one kind.
//!
//! The first event of a saga's own stream binds the ID: it is the first append of its first batch, so a
//! store that appends only a part of a batch has it, and whoever comes later in the same batch finds it
//! in memory. A first request is therefore held against the process streams of that ID of all other
//! kinds; they are asked for together with what it reads anyway.

use super::Runner;
use crate::message::{Input, SagaId, What};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Need, Opener},
};

/// The process streams in which other kinds would have that ID.
pub(super) fn others<'a>(
    processes: &'a [Opener],
    saga: &'a SagaId,
) -> impl Iterator<Item = Need> + 'a {
    let others = processes.iter().filter(|process| process.category() != saga.kind);
    others.map(|process| process.need(&StreamName::of(process.category(), &saga.transaction)))
}

impl Runner {
    /// Refuses a first request under an ID that another kind has, or that the house itself gives. Returns
    /// whether it did.
    pub(super) fn refuse_name(&mut self, input: &Input, saga: &SagaId, besides: &[Need]) -> bool {
        self.refuse_taken(input, saga, besides) || self.refuse_reserved(input, saga)
    }

    fn refuse_taken(&mut self, input: &Input, saga: &SagaId, besides: &[Need]) -> bool {
        if !matches!(input.what, What::Request { .. }) {
            return false;
        }
        let is_process = |stream: &StreamName| {
            stream.category() != saga.kind
                && self.kinds.contains_key(stream.category())
                && stream.id() == saga.transaction.as_str()
        };
        let streams = besides.iter().map(Need::stream).filter(|stream| is_process(stream));
        let taken = streams.filter_map(|stream| {
            let (kind, by) = self.streams.owner(stream)?;
            Some((stream.clone(), kind.clone(), by.clone()))
        });
        let Some((stream, kind, by)) = taken.into_iter().next() else { return false };
        let Some(slot) = self.sagas.get(saga) else { return false };
        let reply = slot.saga.taken(&stream, &kind, &by);
        self.reply(input.ticket, reply);
        // Nothing was stored, so nothing that was read for the decision needs to stay.
        self.out.finished.push(saga.clone());
        true
    }
}
