//! What becomes of a batch: it is durable, or refused, or nobody knows, or the process dies over it.

use super::{
    fault::Fault,
    play::{Due, Play, Stands},
    watch::{Untrue, truth},
};
use crate::counterparties::Counterparties;
use fundflow_runtime::message::{Output, Reply, SagaId, Ticket};

/// Batches that are decided and not durable, at most.
const AHEAD: usize = 2;

impl<C: Counterparties> Play<'_, C> {
    /// Takes what was decided: it is stored at once, or a little later.
    pub(super) fn queue(&mut self, output: Output) -> Result<(), Untrue> {
        if let Some(broken) = self.shell.broken.take() {
            return Err((truth::SAME, broken));
        }
        if output.is_empty() {
            return Ok(());
        }
        let (name, sagas) = (name_of(&output), sagas_of(&output));
        self.ahead.push_back(output);
        if name.is_some_and(|name| self.strikes(Fault::Held, &name, &sagas)) {
            self.schedule(self.shell.now.plus_millis(2000), Due::Drain);
            while self.ahead.len() > AHEAD {
                self.drain_one()?;
            }
            return Ok(());
        }
        self.drain()
    }

    pub(super) fn drain(&mut self) -> Result<(), Untrue> {
        while !self.ahead.is_empty() {
            self.drain_one()?;
        }
        Ok(())
    }

    fn drain_one(&mut self) -> Result<(), Untrue> {
        let Some(output) = self.ahead.pop_front() else { return Ok(()) };
        let Some(name) = name_of(&output) else { return self.commit(output) };
        let sagas = sagas_of(&output);
        if self.strikes(Fault::Refused, &name, &sagas) {
            return self.go_on_from_the_log();
        }
        if self.strikes(Fault::Unsure, &name, &sagas) {
            self.store(output.appends)?;
            return self.go_on_from_the_log();
        }
        if self.strikes(Fault::Crash, &name, &sagas) {
            let stored =
                self.chance.dice(&format!("kept of {name}")).below(output.appends.len() + 1);
            self.store(output.appends.into_iter().take(stored))?;
            // Nobody hears the answers to its calls any more.
            self.process += 1;
            self.ahead.clear();
            let over = &self.over;
            let output =
                self.shell.restart_but(|kind, id| over.contains(&(kind.into(), id.clone())));
            self.nobody_has_answered();
            return self.commit(output);
        }
        self.commit(output)
    }

    fn go_on_from_the_log(&mut self) -> Result<(), Untrue> {
        self.ahead.clear();
        let over = &self.over;
        let output = self.shell.clear_but(|kind, id| over.contains(&(kind.into(), id.clone())));
        self.nobody_has_answered();
        self.commit(output)
    }

    pub(super) fn store(
        &mut self,
        appends: impl IntoIterator<Item = fundflow_kernel::store::StreamAppend>,
    ) -> Result<(), Untrue> {
        for append in appends {
            for event in &append.events {
                // Whoever writes again is not over any more, also for a process that starts before that is looked at.
                self.over.remove(&(event.process.clone(), event.correlation.clone()));
                self.note(|| format!("stored: {} {}", append.stream, event.event_type));
            }
            self.shell.log.append(append).map_err(|what| (truth::STORED, what))?;
        }
        Ok(())
    }

    /// Makes it durable, then lets effects and replies out.
    fn commit(&mut self, output: Output) -> Result<(), Untrue> {
        self.store(output.appends)?;
        self.hears()?;
        for effect in output.effects {
            self.sends(effect);
        }
        for (ticket, reply) in output.replies {
            self.replied(ticket, &reply)?;
        }
        self.shell.runner.settle(output.batch, &output.finished, &output.released);
        Ok(())
    }

    /// What is durable is held against what must be true.
    pub(super) fn hears(&mut self) -> Result<(), Untrue> {
        for look in self.watch.hear(&self.shell.log)? {
            let id = (look.id.kind.into(), look.id.transaction.clone());
            if look.finished {
                self.over.insert(id)
            } else {
                self.over.remove(&id)
            };
            self.today.insert(look.id.clone());
        }
        Ok(())
    }

    fn replied(&mut self, ticket: Ticket, reply: &Reply) -> Result<(), Untrue> {
        let at = usize::try_from(ticket).unwrap_or_default();
        let Some(asking) = at.checked_sub(1).and_then(|at| self.asking.get_mut(at)) else {
            return Ok(());
        };
        let is_placed = asking.stands == Stands::Placed;
        match reply {
            Reply::Placed { .. } => {
                asking.stands = Stands::Placed;
                self.found.sagas += usize::from(!is_placed);
            }
            Reply::Refused(_, why) if is_placed => {
                let what = format!("{} was placed, and its repeat is refused: {why}", asking.words);
                return Err((truth::STORED, what));
            }
            Reply::Refused(_, why) => {
                asking.stands = Stands::Answered;
                self.found.refused += 1;
                self.note(|| format!("refused: {why}"));
            }
            other => {
                if !is_placed {
                    asking.stands = Stands::Answered;
                }
                self.note(|| format!("{other:?}"));
            }
        }
        Ok(())
    }
}

/// The first stream of the batch and the version that it continues; `None` if it stores nothing.
fn name_of(output: &Output) -> Option<String> {
    output.appends.first().map(|append| format!("{}@{}", append.stream, append.expected))
}

fn sagas_of(output: &Output) -> Vec<(String, fundflow_kernel::ids::TransactionId)> {
    let events = output.appends.iter().filter_map(|append| append.events.first());
    events.map(|event| (event.process.to_string(), event.correlation.clone())).collect()
}

/// The saga of that name, where its kind is carried.
pub(super) fn saga_of(
    kinds: &[std::sync::Arc<dyn fundflow_runtime::kind::Kind>],
    (name, transaction): &(String, fundflow_kernel::ids::TransactionId),
) -> Option<SagaId> {
    let kind = kinds.iter().find(|kind| kind.name() == name)?;
    Some(SagaId { kind: kind.name(), transaction: transaction.clone() })
}
