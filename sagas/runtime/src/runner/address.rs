//! Whose an input is, and what becomes of one that is nobody's or that a damaged saga would get.

use super::{Runner, Wanting};
use crate::{
    message::{ActionError, Input, Noticed, Reply, SagaId, What},
    running::damaged,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Damage, Need},
    time::Timestamp,
};

impl Runner {
    /// Whose input it is; `None`: nobody's; an error: the stream to be read to know.
    pub(super) fn addressee(&self, what: &What) -> Result<Option<SagaId>, Need> {
        let stream = match what {
            What::Request { saga, .. }
            | What::Command { saga, .. }
            | What::Act { saga, .. }
            | What::Overtaken { saga }
            | What::Watch { saga } => return Ok(Some(saga.clone())),
            What::Answer(answered) => return Ok(Some(answered.effect.saga.clone())),
            What::Notice { stream, .. } => stream,
        };
        if !self.streams.has(stream) {
            return match self.openers.get(stream.category()) {
                Some(opener) => Err(opener.need(stream)),
                None => Ok(None),
            };
        }
        let owner = self.streams.owner(stream).and_then(|(kind, transaction)| {
            Some(SagaId { kind: self.kind(kind)?, transaction: transaction.clone() })
        });
        Ok(owner)
    }

    /// Tells how a saga that has left memory came to rest: its process alone says so, nothing else of
    /// it need be read. Returns whether it did; an error: the stream to be read first.
    pub(super) fn look_back(&mut self, input: &Input, saga: &SagaId) -> Result<bool, Need> {
        if !matches!(input.what, What::Watch { .. }) || self.sagas.contains_key(saga) {
            return Ok(false);
        }
        let (kind, opener) = (self.kinds.get(saga.kind), self.openers.get(saga.kind));
        let (Some(kind), Some(opener)) = (kind, opener) else { return Ok(false) };
        let process = StreamName::of(kind.name(), &saga.transaction);
        if !self.streams.has(&process) {
            return Err(opener.need(&process));
        }
        let rest = kind.fresh(saga.transaction.clone()).rest(&self.streams);
        let Some(rest) = rest else { return Ok(false) };
        self.streams.drop_unheld([process]);
        self.reply(input.ticket, Reply::Rest(Some(rest)));
        Ok(true)
    }

    #[allow(clippy::result_large_err, reason = "the input is handed back as it came")]
    pub(super) fn nobodys(&mut self, input: Input, now: Timestamp) -> Result<(), Wanting> {
        let What::Notice { stream, news } = &input.what else { return Ok(()) };
        let mut place = None;
        if let Some(unclaimed) = self.unclaimed.clone() {
            let needs: Vec<Need> = unclaimed.need(stream, news).into_iter().collect();
            place = needs.first().map(|need| need.stream().clone());
            let missing = self.streams.missing(needs.iter().cloned());
            if !missing.is_empty() {
                return Err(Wanting { input, needs: missing });
            }
            self.use_for_this_batch(&needs);
            let (streams, batch) = (&mut self.streams, &mut self.out.appends);
            if let Err(error) = unclaimed.store(streams, batch, (stream, news), now) {
                // Nothing was stored, so nothing may be acknowledged: it is to be delivered again.
                self.alert(stream.as_str(), &error.to_string());
                let why = ActionError::Refused(error.to_string().into());
                self.reply(input.ticket, Reply::NotActed(why));
                return Ok(());
            }
        }
        self.alert(stream.as_str(), "news about a key that no saga has");
        self.streams.drop_unheld([stream.clone()]);
        self.reply(input.ticket, Reply::Noticed(Noticed::Unclaimed(place)));
        Ok(())
    }

    /// Whoever was only looked up is read anew the next time: the store may be well by then.
    pub(super) fn let_go(&mut self, saga: &SagaId) {
        if let Some(mut slot) = self.sagas.remove(saga) {
            slot.saga.release(&mut self.streams);
            self.standing.stir(saga);
            if slot.slept {
                self.sleeps(saga, slot.timer);
            }
        }
    }

    pub(super) fn refuse_damaged(&mut self, input: &Input, saga: &SagaId, damage: Damage) {
        if let What::Answer(answered) = &input.what
            && let Some(breaker) = self.breakers.get_mut(&answered.effect.port)
        {
            // Nobody can record it, but the counterparty has spoken: its budget is free again.
            breaker.answered();
        }
        self.alert(saga.transaction.as_str(), &format!("{}: {}", damage.place, damage.what));
        self.reply(input.ticket, Reply::NotActed(damaged(damage)));
    }
}
