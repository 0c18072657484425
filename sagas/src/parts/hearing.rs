//! What a registrar says about an application, recorded by it; what does not add up or contradicts
//! opens a case in the same batch.
//!
//! 1. What the register says is recorded at once. What does not add up keeps the saga from
//!    completing until its case is closed.
//! 2. A corrected record takes the first one back and closes its case.
//! 3. A rejection that says that shares are frozen freezes them in the same batch, before it takes effect.
//! 4. A price may be published after the record that it belongs to: a record that is heard again is held against
//!    the price that is known by then, and its fee against the lots that are.
//! 5. Streams of cases are read only for answers that need one.

use super::{
    application::{ApplicationLeg, FundSaga, book},
    cancel,
    cases::{self, About},
    check, corrected, disputes, leaving,
    milestone::Milestone,
};
use crate::ports::registrar::ApplicationAnswer;
use fundflow_domain::{
    application::{Application, Applications, Command, Confirmation, Refusal},
    case::Finding,
    decider::Decider,
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::{envelope::Actor, loaded::DecideError, streams::Need};
use fundflow_runtime::{
    saga::{Heard, Saga, View},
    turn::{NotDone, Turn},
};

/// What an answer asks to be recorded.
enum Said {
    Command(Command),
    /// It was taken back, and nobody had asked for that.
    Unasked,
    Nothing,
}

impl ApplicationLeg {
    /// Stream that hearing the answer may need: the case that it may open.
    pub fn needs<S: Saga>(&self, view: &View<'_, S>, answer: &ApplicationAnswer) -> Vec<Need> {
        self.record(view, answer).map(|record| record.key().need()).into_iter().collect()
    }

    /// Streams that must be in memory to hear that answer: the cases that it opens or closes, if any.
    pub fn needs_for<S: FundSaga>(
        &self,
        saga: &S,
        view: &View<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Vec<Need> {
        let Some(state) = view.state(&self.key) else { return Vec::new() };
        if matches!(answer, ApplicationAnswer::OfAnother(_)) {
            return self.needs(view, answer);
        }
        if let (ApplicationAnswer::Confirmed(said), Some(known)) = (answer, state.application())
            && !known.stage.is_over()
            && known.confirmations().all(|it| it.serial != said.serial)
        {
            // Most often it adds up. Where it does not, `hear` asks for the case before it decides.
            return Vec::new();
        }
        let command = match self.said(saga, view, answer) {
            Said::Command(Command::Reject(rejection))
                if !saga.rejected(view, (self, &rejection)).is_empty()
                    || rejection.stated.is_some()
                    || state.application().is_some_and(Application::is_taken)
                    || !rejection.interest.is_zero() =>
            {
                return self.needs(view, answer);
            }
            Said::Command(command) => command,
            Said::Unasked => return self.needs(view, answer),
            Said::Nothing => return Vec::new(),
        };
        match (Applications::decide(state, &command), &command) {
            // Whoever died while a corrected record was stored has its case still open.
            (Ok(events), Command::Confirm(said)) if events.is_empty() => {
                let mut needs = self.left_open(view);
                needs.extend(self.needs_again(view, said));
                if !self.priced_late(saga, view, said).is_empty() {
                    needs.extend(self.needs(view, answer));
                }
                needs
            }
            (Ok(_), _) => Vec::new(),
            (Err(_), _) => {
                // A corrected record closes the case of the one that it corrects.
                let first = self.confirmation(view).cloned();
                let first = first.map(|it| ApplicationAnswer::Confirmed(Box::new(it)));
                let mut needs = self.needs(view, answer);
                needs.extend(first.map(|first| self.needs(view, &first)).unwrap_or_default());
                needs
            }
        }
    }

    /// What an answer asks to be recorded.
    fn said<S: FundSaga>(&self, saga: &S, view: &View<'_, S>, answer: &ApplicationAnswer) -> Said {
        match answer {
            ApplicationAnswer::Accepted(serial) => Said::Command(Command::Accept(serial.clone())),
            ApplicationAnswer::Received(it) => Said::Command(Command::Receive(it.clone())),
            ApplicationAnswer::Rejected(it) => Said::Command(Command::Reject(it.clone())),
            ApplicationAnswer::Confirmed(said) => Said::Command(Command::Confirm(said.clone())),
            ApplicationAnswer::Cancelled => {
                self.cancelling(saga, view).map_or(Said::Unasked, Said::Command)
            }
            ApplicationAnswer::Sealed(batch) => {
                // What is in no batch of ours is taken back, whoever has not answered.
                let ours = cancel::is_ours(view, self).then(|| self.cancelling(saga, view));
                let seal = || Command::Seal(batch.clone());
                Said::Command(ours.flatten().unwrap_or_else(seal))
            }
            ApplicationAnswer::Sent { file, record } => {
                Said::Command(Command::Send(file.clone(), *record))
            }
            ApplicationAnswer::NotCancelled(_)
            | ApplicationAnswer::OfAnother(_)
            | ApplicationAnswer::NotFound
            | ApplicationAnswer::Pending(_)
            | ApplicationAnswer::Unknown(_) => Said::Nothing,
        }
    }

    /// Records what the registrar says. What does not add up opens a case and keeps the saga from
    /// completing; what contradicts opens one, and has no effect until it is settled. Where the table
    /// will not come by, because it waits for a person or has ended, shares are booked at once.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn hear<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Result<Heard, NotDone> {
        let heard = self.heard(saga, turn, answer)?;
        let view = turn.view()?;
        let waits = view.open.parked.is_some() || view.ending.is_some();
        // Only the days of what is booked may be other ones: no fact of a table says that.
        let corrected = matches!(answer, ApplicationAnswer::Confirmed(_))
            && self.application(&view).is_some_and(|it| it.withdrawn().next().is_some());
        Ok(match heard {
            Heard::Disputed(cause, events) => Heard::Disputed(cause, events + book(saga, turn)),
            Heard::Contradicts(text, events) if events > 0 => {
                Heard::Contradicts(text, events + book(saga, turn))
            }
            Heard::Recorded(events) if corrected || (events > 0 && waits) => {
                Heard::Recorded(events + book(saga, turn))
            }
            // Whoever is asked repeats a portion, or has nothing to say of an order that it has carried out.
            Heard::Pending(_) | Heard::Recorded(0) if self.lacks_only_its_mark(&view) => {
                let text = "its records are all that was asked for, and none is marked as the last: a last record \
                            (BusinessFinishFlag 1) for 0.00 is missing";
                Heard::Pending(Cause::new("overdue", text))
            }
            other => other,
        })
    }

    fn heard<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Result<Heard, NotDone> {
        let command = match (self.said(saga, &turn.view()?, answer), answer) {
            (Said::Command(Command::Confirm(said)), _) => {
                return self.confirmed(saga, turn, answer, &said);
            }
            (Said::Command(Command::Reject(rejection)), _) => {
                return self.rejected(saga, turn, answer, rejection);
            }
            (Said::Command(Command::Seal(_)), _) if cancel::is_withheld(&turn.view()?, self) => {
                let text = "it is to be taken back, and goes into no batch";
                return Ok(Heard::Contradicts(text.into(), 0));
            }
            (Said::Command(command), _) => command,
            (Said::Unasked, _) => return self.cancelled_unasked(turn, answer),
            (Said::Nothing, ApplicationAnswer::OfAnother(it)) => {
                return self.of_another(turn, answer, it);
            }
            (Said::Nothing, ApplicationAnswer::NotCancelled(cause)) => {
                return cancel::not_cancelled(turn, self, cause);
            }
            (Said::Nothing, ApplicationAnswer::Pending(cause)) => {
                return Ok(Heard::Pending(cause.clone()));
            }
            (Said::Nothing, ApplicationAnswer::Unknown(cause)) => {
                return Ok(Heard::Unknown(cause.clone()));
            }
            (Said::Nothing, _) if self.is_accepted(&turn.view()?) => {
                let text = "the registrar does not know an application that it accepted";
                return Ok(Heard::Pending(Cause::new("lost", text)));
            }
            (Said::Nothing, _) if self.never_comes(&turn.view()?, turn.now()) => {
                return self.never_came(turn).map(Heard::Recorded);
            }
            (Said::Nothing, _) => return Ok(Heard::NotFound),
        };
        if matches!(answer, ApplicationAnswer::Sealed(_) | ApplicationAnswer::Sent { .. }) {
            // Our own exchange of files says so, and no registrar.
            let now = turn.now();
            turn.speaks(Actor::Engine, "batch", now);
        } else {
            speaks(turn);
        }
        let misdated = self.misdated(saga, turn, answer, &command)?;
        match turn.decide(&self.key, &command) {
            Ok(0) if matches!(command, Command::Accept(_)) && !self.is_over(&turn.view()?) => {
                let text = "the registrar has not confirmed yet";
                Ok(Heard::Pending(Cause::new("overdue", text)))
            }
            Ok(events) => Ok(Heard::Recorded(misdated + events)),
            Err(DecideError::Refused(refusal)) => self.contradiction(turn, answer, &refusal),
            Err(error) => Err(error.into()),
        }
    }

    fn confirmed<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        said: &Confirmation,
    ) -> Result<Heard, NotDone> {
        speaks(turn);
        let view = turn.view()?;
        let known = self.application(&view).ok_or(NotDone::Lacks("the application"))?;
        let confirm = Command::Confirm(Box::new(said.clone()));
        let state = turn.state(&self.key).ok_or(NotDone::Lacks("the application"))?;
        let is_known = || Applications::decide(state, &confirm).is_ok_and(|it| it.is_empty());
        if let Err(unlisted) = saga.house().are_listed(&known.terms, known.terms.trade_date)
            && !is_known()
        {
            // Its numbers cannot be held against anything; it is heard again.
            return Err(unlisted);
        }
        let findings = found(saga, &view, (known, said), turn.now());
        let behind = corrected::behind_its_end(known, said);
        if behind.is_some() || !findings.is_empty() {
            return self.confirmed_wrongly(
                saga,
                turn,
                (answer, said),
                (&confirm, findings, behind),
            );
        }
        match turn.decide(&self.key, &confirm) {
            Ok(0) => self.repeated(saga, turn, answer, said),
            Ok(events) => Ok(Heard::Recorded(events)),
            Err(DecideError::Refused(refusal)) => {
                self.another(saga, turn, (answer, said), (&findings, None), &refusal)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What does not add up, or adds up and is of an order that was over.
    fn confirmed_wrongly<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        (answer, said): (&ApplicationAnswer, &Confirmation),
        (confirm, mut findings, behind): (&Command, Vec<Finding>, Option<Finding>),
    ) -> Result<Heard, NotDone> {
        let state = turn.state(&self.key).ok_or(NotDone::Lacks("the application"))?;
        match Applications::decide(state, confirm) {
            Ok(events) if events.is_empty() => self.repeated(saga, turn, answer, said),
            Ok(_) => {
                findings.extend(behind);
                let (cause, events) = self.disputed(turn, answer, findings)?;
                Ok(Heard::Disputed(cause, events + turn.decide(&self.key, confirm)?))
            }
            Err(refusal) => self.another(saga, turn, (answer, said), (&findings, behind), &refusal),
        }
    }

    /// A record that is known. One that its registrar took back is no word to wait for.
    fn repeated<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        said: &Confirmation,
    ) -> Result<Heard, NotDone> {
        if let Some(heard) = self.checked_late(saga, turn, answer, said)? {
            return Ok(heard);
        }
        if let Some(heard) = self.adds_up_now(saga, turn, said)? {
            return Ok(heard);
        }
        let events = self.settled(turn, answer)?;
        let view = turn.view()?;
        let known = self.application(&view).filter(|it| !it.stage.is_over());
        if events == 0 && known.is_some_and(|it| it.is_away(&said.serial)) {
            let text = "the registrar only repeats the record that it took back";
            return Ok(Heard::Pending(Cause::new("taken_back", text)));
        }
        Ok(Heard::Recorded(events))
    }

    /// A record that cannot stand beside those that hold: the corrected one, or a contradiction.
    fn another<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        (answer, said): (&ApplicationAnswer, &Confirmation),
        (findings, behind): (&[Finding], Option<Finding>),
        refusal: &Refusal,
    ) -> Result<Heard, NotDone> {
        match self.corrected(turn, (answer, said), (findings, behind))? {
            Some(heard) => Ok(heard),
            None => self.contested(saga, turn, (answer, said), refusal),
        }
    }

    /// What does not add up keeps the saga here. Said before the record itself, so that whoever
    /// dies in the middle never takes the record for a sound one.
    pub(super) fn disputed<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        findings: Vec<Finding>,
    ) -> Result<(Cause, usize), NotDone> {
        let text: Vec<&str> = findings.iter().map(|found| found.what.as_str()).collect();
        let cause = Cause::new(disputes::DOES_NOT_ADD_UP, text.join("; "));
        let Some(record) = self.record(&turn.view()?, answer) else { return Ok((cause, 0)) };
        let opened = cases::open_with_effect(turn, &record, self.about(turn)?, findings)?;
        let disputed = turn.reach(Milestone::Disputed { case: record.case() })?;
        Ok((cause, opened + disputed))
    }

    /// The word that it was taken back, as a command; `None` where nobody asked for that.
    fn cancelling<S: FundSaga>(&self, saga: &S, view: &View<'_, S>) -> Option<Command> {
        let (at, _) = view.open.notes.cancel?;
        let application = self.application(view)?;
        let cut_off = saga.house().cut_off(&application.terms);
        let ours = view.open.notes.turned_away.clone();
        let cause = ours.unwrap_or_else(|| Cause::new("cancelled", "taken back by the investor"));
        Some(Command::Cancel { at, cut_off, cause })
    }

    pub(super) fn about<S: Saga>(&self, turn: &Turn<'_, S>) -> Result<About, NotDone> {
        let fund = self.application(&turn.view()?).map(|it| it.terms.fund);
        Ok(About { transaction: None, order: Some(self.order.clone()), fund })
    }
}

pub(super) fn found<S: FundSaga>(
    saga: &S,
    view: &View<'_, S>,
    (known, said): (&Application, &Confirmation),
    now: Timestamp,
) -> Vec<Finding> {
    let terms = &known.terms;
    let before = leaving::portions_beside(view, known, said);
    let leaving = saga.leaving(view, terms, (before, said));
    let against = check::Against { terms, before, leaving };
    let mut findings = check::findings(saga.house(), &against, said, now);
    findings.extend(saga.findings(view, terms, (before, said)));
    findings
}

pub(super) fn speaks<S: Saga>(turn: &mut Turn<'_, S>) {
    let now = turn.now();
    turn.speaks(Actor::Counterparty("registrar".into()), "registrar", now);
}
