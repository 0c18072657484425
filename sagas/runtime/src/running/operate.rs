//! What a person may do to any saga. Each is an event with its actor and reason.
//!
//! None of it can contradict a counterparty: a row that waits for its word can be asked again
//! (resume) but not skipped.

use super::{Desk, Running, damaged, ending_name};
use crate::{
    look::UNKNOWN_TABLE,
    message::{Action, ActionError, Reply, Rest},
    process,
    saga::{self, Brought, Saga},
    stand::Place,
    turn::Voice,
};
use fundflow_kernel::{envelope::Actor, streams::Streams};
use std::sync::Arc;

impl<S: Saga> Running<S> {
    pub(super) fn act(
        &mut self,
        desk: &mut Desk<'_>,
        action: &Action,
        operator: &Arc<str>,
    ) -> Result<(), ActionError> {
        if let Some(damage) = super::Instance::damage(self, desk.streams) {
            return Err(damaged(damage));
        }
        let Some(plan) = self.plan.clone().filter(|_| self.open(desk.streams).is_some()) else {
            desk.out.finished.push(self.id.clone());
            return Err(ActionError::Unknown(self.id.clone()));
        };
        let at: Arc<str> = self.stands_at(desk.streams).into();
        let brought =
            [Brought::words("reason", action.reason()), Brought::words("operator", operator)];
        if let Some(unfit) = saga::refused::<S>(brought) {
            return Err(unfit);
        }
        let command = match action {
            Action::Resume { .. } if !self.is_parked(desk.streams) => {
                return Err(ActionError::NotParked { at });
            }
            Action::Resume { reason } => process::Command::Resume(reason.clone()),
            Action::SkipToLanding { .. } if self.ending(desk.streams).is_some() => {
                return Err(ActionError::Ended);
            }
            Action::SkipToLanding { .. } if !self.can_skip(desk.streams) => {
                return Err(ActionError::CannotSkip { at });
            }
            Action::SkipToLanding { reason } => {
                process::Command::ChooseLanding { reason: reason.clone(), at: desk.now }
            }
            Action::Abandon { reason, dispositions } => process::Command::Abandon {
                reason: reason.clone(),
                open: self.view(desk.streams).map_or_else(Vec::new, |view| S::open_ends(&view)),
                dispositions: dispositions.clone(),
                at: desk.now,
            },
        };
        let voice = Voice {
            actor: Actor::Operator(operator.clone()),
            cause: "operator".into(),
            occurred_at: desk.now,
            trace_parent: None,
            day: None,
        };
        let ended = self.ending(desk.streams).is_some();
        let done = self.turn(&plan, desk, voice).process(&command);
        done.map_err(|error| ActionError::Refused(error.to_string().into()))?;
        self.rouse(desk);
        if let Some(over) = self.ending(desk.streams).filter(|_| !ended) {
            desk.out.rests.push((self.id.clone(), Rest::Ended(ending_name::<S>(over).into())));
        }
        Ok(())
    }

    /// How it is at rest, if it is; asked of what was never prepared, an error.
    pub(super) fn watched(&self, desk: &Desk<'_>) -> Reply {
        match self.open(desk.streams) {
            Some(_) => Reply::Rest(super::Instance::rest(self, desk.streams)),
            None => Reply::NotActed(ActionError::Unknown(self.id.clone())),
        }
    }

    /// Where it stands, in the words of its table.
    pub fn stands_at(&self, streams: &Streams) -> &'static str {
        match self.stand(streams) {
            Some(stand) => stand.place().name(),
            None => UNKNOWN_TABLE,
        }
    }

    /// Whether an operator may close the row that it stands on.
    pub fn can_skip(&self, streams: &Streams) -> bool {
        self.stand(streams).is_some_and(|stand| stand.can_be_skipped())
    }

    /// Where it stands; for tests.
    pub const fn here(&self) -> Option<Place> {
        self.here
    }
}
