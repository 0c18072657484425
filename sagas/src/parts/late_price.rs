//! Prices that are published after the registrar confirmed: what it said took effect, and is held against the
//! price once that is known and the record is heard again. Whoever knows the price has it said again.

use super::{
    application::{ApplicationLeg, FundSaga, book},
    check,
};
use crate::ports::registrar::ApplicationAnswer;
use fundflow_domain::{application::Confirmation, case::Finding, orders::Cause};
use fundflow_kernel::streams::Need;
use fundflow_runtime::{
    saga::{Heard, View},
    turn::{NotDone, Turn},
};

impl ApplicationLeg {
    /// What the price says of a record that holds: nobody may have known it when that came.
    pub(super) fn priced_late<S: FundSaga>(
        &self,
        saga: &S,
        view: &View<'_, S>,
        said: &Confirmation,
    ) -> Vec<Finding> {
        let Some(known) = self.application(view) else { return Vec::new() };
        if known.confirmations().all(|it| it != said) {
            return Vec::new();
        }
        let before = known.portions.iter().take_while(|it| it.serial != said.serial);
        let before: Vec<Confirmation> = before.cloned().collect();
        let against = check::Against { terms: &known.terms, before: &before, leaving: None };
        check::prices(saga.house(), &against, said)
    }

    /// Opens the case of a record that holds and whose price is another one; `None` where it has a case, or is
    /// right.
    pub(super) fn checked_late<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        said: &Confirmation,
    ) -> Result<Option<Heard>, NotDone> {
        let view = turn.view()?;
        let findings = self.priced_late(saga, &view, said);
        let Some(record) = self.record(&view, answer).filter(|_| !findings.is_empty()) else {
            return Ok(None);
        };
        let (missing, over) = (turn.streams().missing(record.needs()), view.ending.is_some());
        if !missing.is_empty() {
            return Err(NotDone::Missing(missing));
        }
        if turn.state(&record.key()).is_some_and(|state| state.case().is_some()) {
            return Ok(None);
        }
        let (cause, events) = self.disputed(turn, answer, findings)?;
        Ok(Some(if over {
            Heard::Contradicts(cause.text, events)
        } else {
            Heard::Disputed(cause, events)
        }))
    }

    /// The streams that [`Self::doubt`] writes to.
    pub fn needs_of_doubt<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        said: &Confirmation,
    ) -> Vec<Need> {
        let answer = ApplicationAnswer::Confirmed(Box::new(said.clone()));
        self.record(view, &answer).into_iter().flat_map(|record| record.needs()).collect()
    }

    /// Opens the case of a record that holds, for what a later word on another order says of it.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn doubt<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        said: Confirmation,
        found: Finding,
    ) -> Result<(Cause, usize), NotDone> {
        let answer = ApplicationAnswer::Confirmed(Box::new(said));
        let (cause, events) = self.disputed(turn, &answer, vec![found])?;
        Ok((cause, events + book(saga, turn)))
    }
}
