//! The end of a day: operators act, the whole log is held against what must be true, and a process that has only the
//! log believes the same.

use super::{
    fault::Fault,
    play::Play,
    watch::{Untrue, truth},
};
use crate::{
    counterparties::Counterparties,
    sound::{is_given_up, waits_for_others},
};
use fundflow_application::audit::Live;
use fundflow_runtime::{
    kind::Kind,
    liveness::Wait,
    look::Look,
    message::{Action, Output, SagaId, What},
};
use std::sync::Arc;

/// Every event was heard by an audit when it became durable; in every so-manieth house another one hears them all
/// again, and must say the same.
const AUDITED_AGAIN: u32 = 8;

impl<C: Counterparties> Play<'_, C> {
    /// Whoever is parked is let go on, unless an operator has something else in mind; and some do something that
    /// nobody has called for.
    pub(super) fn people(&mut self) -> Result<(), Untrue> {
        let sagas: Vec<SagaId> = std::mem::take(&mut self.today).into_iter().collect();
        for saga in sagas {
            let Some(look) = self.look(&saga) else { continue };
            let name = saga.to_string();
            let of = [(saga.kind.to_owned(), saga.transaction.clone())];
            if self.strikes(Fault::Operator, &name, &of) {
                let mut dice = self.chance.dice(&format!("operator {name} {}", self.shell.now));
                let act = (self.days.operator)(&look, &self.shell.log, &mut dice);
                if let Some((words, what)) = act {
                    self.note(|| format!("operator: {words} on {saga}"));
                    self.decide(0, what)?;
                }
            } else if let Some((words, what)) = (self.days.rightly)(&look) {
                self.note(|| format!("a person: {words} on {saga}"));
                self.decide(0, what)?;
            } else if look.parked.is_some() {
                let action = Action::Resume { reason: "the next morning".into() };
                let operator = "chen".into();
                self.decide(0, What::Act { saga: saga.clone(), action, operator })?;
            }
            if !self.look(&saga).is_none_or(|look| look.finished) {
                self.today.insert(saga);
            }
        }
        Ok(())
    }

    fn kind(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.days.kinds.iter().find(|kind| kind.name() == name)
    }

    fn look(&mut self, saga: &SagaId) -> Option<Arc<Look>> {
        self.watch.look(saga)
    }

    /// Every saga is looked at, the books are closed, and another process decides nothing that this one has not.
    pub(super) fn whole(&mut self) -> Result<(), Untrue> {
        self.drain()?;
        let report = self.watch.so_far();
        if let Some(found) = report.findings.first() {
            return Err((truth::CONSERVED, found.to_string()));
        }
        for (name, holds) in &self.days.truths {
            holds(&self.shell.log, &self.counterparties).map_err(|what| (*name, what))?;
        }
        let over = &self.over;
        decides_nothing(self.shell.beside(|kind, id| over.contains(&(kind.into(), id.clone()))))
    }

    /// The same without anything that is known of what came before: the log alone.
    pub(super) fn again_by_the_log_alone(&mut self) -> Result<(), Untrue> {
        if self.plan.house.is_multiple_of(AUDITED_AGAIN) {
            let mut audit = Live::of(&self.days.registry);
            for event in self.shell.log.events() {
                audit.hear(event).map_err(|found| (truth::CONSERVED, found.to_string()))?;
            }
            if let Some(found) = audit.close().findings.first() {
                return Err((truth::CONSERVED, found.to_string()));
            }
        }
        decides_nothing(self.shell.beside(|_, _| false))
    }

    /// Whether nobody but a person, or a day far ahead, can do anything.
    pub(super) fn is_at_rest(&mut self) -> bool {
        let sagas: Vec<SagaId> = self.today.iter().cloned().collect();
        let rests = |look: &Look| {
            let later = |wait: &Wait| matches!(wait, Wait::Time { .. } | Wait::Requester { .. });
            look.finished || look.parked.is_some() || look.waits.iter().all(later)
        };
        sagas.iter().all(|saga| self.look(saga).is_none_or(|look| rests(&look)))
    }

    /// Every saga is over, is parked, or waits for a day far ahead.
    pub(super) fn end(&mut self) -> Result<(), Untrue> {
        for (kind, transaction) in self.shell.log.sagas().collect::<Vec<_>>() {
            let Some(kind) = self.kind(&kind).map(|kind| kind.name()) else { continue };
            let saga = SagaId { kind, transaction };
            let Some(look) = self.look(&saga) else { continue };
            let later = |wait: &Wait| matches!(wait, Wait::Time { .. } | Wait::Requester { .. });
            let how = match (look.ending, &look.parked) {
                (_, Some((row, cause))) => format!("parked at {row} ({})", cause.code),
                (Some(ending), None) if look.finished => ending.to_owned(),
                // A person who closes its case may still bring something to what is over.
                (Some(ending), None) if waits_for_others(&look) => {
                    is_given_up(&look).map_err(|what| (truth::ENDS, format!("{saga} {what}")))?;
                    format!("{ending}, and waits for a person")
                }
                _ if look.waits.iter().all(later) => "runs on".to_owned(),
                _ => {
                    let what = format!("{saga} rests at {}: {:?}", look.stands_at, look.waits);
                    return Err((truth::ENDS, what));
                }
            };
            *self.found.endings.entry((kind, how)).or_default() += 1;
        }
        Ok(())
    }
}

fn decides_nothing((output, broken): (Output, Option<String>)) -> Result<(), Untrue> {
    if let Some(broken) = broken {
        return Err((truth::SAME, broken));
    }
    match output.appends.first() {
        Some(append) => {
            let types: Vec<_> = append.events.iter().map(|it| &*it.event_type).collect();
            let what = format!("a process that starts decides {types:?} on {}", append.stream);
            Err((truth::SAME, what))
        }
        None => Ok(()),
    }
}
