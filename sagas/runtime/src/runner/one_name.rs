//! A transaction ID stands for one saga of one kind.
//!
//! The first event of a saga's own stream binds the ID: it is the first append of its first batch, so a
//! store that appends only a part of a batch has it, and whoever comes later in the same batch finds it
//! in memory. A first request is therefore held against the process streams of that ID of all other
//! kinds; they are asked for together with what it reads anyway. Where the store is sure that it has no stream
//! of that ID, only what is not durable yet is left, and that is in memory.
//!
//! Names that the house gives itself are nobody else's, whichever saga is asked for under them: what is to be
//! begun under such a name later would find it taken.

use super::Runner;
use crate::{
    message::{Input, SagaId, What},
    saga::NameForm,
};
use fundflow_kernel::{
    envelope::StreamName,
    ids::TransactionId,
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
        if input.is_new {
            return self.refuse_begun(input, saga);
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
        self.is_taken(input, saga, (&stream, &kind, &by))
    }

    /// The same, of what was begun in memory.
    fn refuse_begun(&mut self, input: &Input, saga: &SagaId) -> bool {
        let others = self.processes.iter().map(Opener::category).filter(|kind| *kind != saga.kind);
        let mut others = others.map(|kind| SagaId { kind, transaction: saga.transaction.clone() });
        let is_begun = |other: &SagaId| {
            self.sagas.get(other).is_some_and(|slot| slot.saga.is_known(&self.streams))
        };
        let Some(other) = others.find(is_begun) else { return false };
        let stream = StreamName::of(other.kind, &other.transaction);
        self.is_taken(input, saga, (&stream, other.kind, &other.transaction))
    }

    fn is_taken(
        &mut self,
        input: &Input,
        saga: &SagaId,
        (stream, kind, by): (&StreamName, &str, &TransactionId),
    ) -> bool {
        let Some(slot) = self.sagas.get(saga) else { return false };
        let reply = slot.saga.taken(stream, kind, by);
        self.reply(input.ticket, reply);
        // Nothing was stored, so nothing that was read for the decision needs to stay.
        self.out.finished.push(saga.clone());
        true
    }
}

impl Runner {
    /// Keeps names of those forms from callers.
    pub(super) fn reserve(&mut self, forms: &[NameForm]) {
        for form in forms {
            // Kinds of one business reserve the same.
            if self.reserved.iter().all(|known| known.of != form.of) {
                self.reserved.push(*form);
            }
        }
    }

    /// Refuses a first request whose name the house itself gives. Returns whether it did.
    pub(super) fn refuse_reserved(&mut self, input: &Input, saga: &SagaId) -> bool {
        let What::Request { request, .. } = &input.what else { return false };
        let Some(form) = NameForm::among(&self.reserved, &saga.transaction) else { return false };
        let refused = self.sagas.get(saga).and_then(|slot| slot.saga.reserved(request, form));
        let Some(reply) = refused else { return false };
        self.reply(input.ticket, reply);
        // Nothing was stored, so nothing that was read for the decision needs to stay.
        self.out.finished.push(saga.clone());
        true
    }
}
