//! Records that take the place of one that is in dispute, and the case that they close.

use super::{
    application::{ApplicationLeg, FundSaga},
    cases::{Record, finding},
    contested::{disputed, of_confirmation},
    hearing::speaks,
    milestone::Milestone,
};
use crate::ports::registrar::ApplicationAnswer;
use fundflow_domain::{
    application::{Application, Command, Confirmation, Last, Stage},
    case::{self, CaseId, Finding, Kind},
    text::Text,
};
use fundflow_kernel::streams::{Key, Need};
use fundflow_runtime::{
    saga::{Heard, View},
    turn::{NotDone, Turn},
};

impl ApplicationLeg {
    /// A second confirmation of an application whose first one is in dispute, and that adds up, is
    /// the corrected record: it takes the first one back and closes its case. So is one that ends a case on no
    /// record of its own. A record with more to come takes the place of no last one: it may be a portion that
    /// the last one has overtaken, and by it the rest of the order would go back. Of an order that was over, as
    /// `behind` says, it is in dispute as well.
    pub(super) fn corrected<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        (answer, said): (&ApplicationAnswer, &Confirmation),
        (findings, behind): (&[Finding], Option<Finding>),
    ) -> Result<Option<Heard>, NotDone> {
        let view = turn.view()?;
        let first = self.confirmation(&view).cloned();
        let (Some(first), Some(record)) = (first, self.record(&turn.view()?, answer)) else {
            return Ok(None);
        };
        let open = &view.open.notes.disputes;
        let known = self.application(&view).ok_or(NotDone::Lacks("the application"))?;
        let disputed = Some(known.case_of(&first)).filter(|case| open.contains(case));
        let disputed = disputed.or_else(|| S::ended_by(&view, self, said));
        let is_portion = first.finished && !said.finished;
        // Under the number of one that is contested it says something else: which of the two is meant, a person says.
        let is_other = |it: &Confirmation| it.serial == said.serial && !it.says_the_same(said);
        let is_meant = !known.contested().any(is_other);
        let replaces =
            findings.is_empty() && first.serial != said.serial && !is_portion && is_meant;
        let Some(case) = disputed.filter(|_| replaces) else {
            return Ok(None);
        };
        let case_key: Key<case::Cases> = Key::of(&case);
        if !turn.streams().has(case_key.stream()) {
            return Err(NotDone::Missing(vec![case_key.need()]));
        }
        let reverses = first.serial;
        let command = Command::Correct { reverses, confirmation: Box::new(said.clone()) };
        let own = behind.map(|behind| self.disputed(turn, answer, vec![behind])).transpose()?;
        // First: whoever dies before its case is closed has it, and closes the case.
        let mut events = turn.decide(&self.key, &command)?;
        events += settle(turn, case, &record)?;
        Ok(Some(match own {
            Some((why, opened)) => Heard::Disputed(why, opened + events),
            None => Heard::Recorded(events),
        }))
    }

    /// The case of the record that the last one has just taken the place of, by itself: no person decided on
    /// a case between the two. One of an order that was over has a case of its own from the start.
    pub(super) fn case_just_corrected<S: FundSaga>(&self, view: &View<'_, S>) -> Option<CaseId> {
        let (known, by) = self.last_word(view)?;
        let was = known.withdrawn().last()?;
        let (own, notes) = (known.case_of(by), &view.open.notes);
        let disputed = notes.disputes.contains(&own) && !known.corrects_by_itself(&by.serial);
        let contested = disputed || notes.settled.contains(&own);
        let settled = contested || known.is_away(&was.serial) || was.serial == by.serial;
        if settled { None } else { self.case_of_withdrawn(known) }
    }

    /// Closes that case by the record that took the place of its own.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub(super) fn close_corrected<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        case: CaseId,
    ) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let (known, by) = self.last_word(&view).ok_or(NotDone::Lacks("the corrected record"))?;
        let record = self.record_of(known, by, known.times_taken_back(&by.serial));
        speaks(turn);
        settle(turn, case, &record)
    }

    /// The order, and its last record where nothing was said after it.
    fn last_word<'a, S: FundSaga>(
        &self,
        view: &View<'a, S>,
    ) -> Option<(&'a Application, &'a Confirmation)> {
        let known = self.application(view)?;
        let rejected = matches!(known.stage, Stage::PartlyConfirmed(Last::Rejection(_)));
        Some((known, known.confirmations().last().filter(|_| !rejected)?))
    }

    /// Cases of records of this order that a corrected one has replaced, and that are still open.
    pub(super) fn left_open<S: FundSaga>(&self, view: &View<'_, S>) -> Vec<Need> {
        self.replaced(view).into_iter().map(|case| Key::<case::Cases>::of(&case).need()).collect()
    }

    fn replaced<S: FundSaga>(&self, view: &View<'_, S>) -> Vec<CaseId> {
        let Some(application) = self.application(view) else { return Vec::new() };
        let standing: Vec<CaseId> = application
            .confirmations()
            .chain(application.contested())
            .map(|said| application.case_of(said))
            // A rejection is taken back by nobody who only repeats its confirmation.
            .chain(self.case_of_contested_rejection(application))
            .chain(self.rejection_case(view))
            .collect();
        let disputes = view.open.notes.disputes.iter().copied();
        disputes.filter(|case| !standing.contains(case)).collect()
    }

    /// Finishes what a death in the middle of a correction left.
    pub(super) fn settled<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Result<usize, NotDone> {
        let Some(record) = self.record(&turn.view()?, answer) else { return Ok(0) };
        let mut events = 0;
        // One that was overruled before its own case was closed corrects nothing.
        let of_others = |case: &CaseId| *case != record.case();
        for case in self.replaced(&turn.view()?).into_iter().filter(of_others) {
            let state = turn.streams().state(&Key::<case::Cases>::of(&case));
            let about = state.and_then(case::State::case).and_then(|case| case.order.as_ref());
            if about == Some(&self.order) {
                events += settle(turn, case, &record)?;
            }
        }
        Ok(events)
    }
}

/// A further, or a corrected, record of an order of which one holds although it had been rejected or taken back: what the
/// order was paid with has gone back, and its shares are free, for this record as for that one.
pub(super) fn behind_its_end(known: &Application, said: &Confirmation) -> Option<Finding> {
    let against = |it: &&Confirmation| *it != said && known.holds_against_its_end(&it.serial);
    let first = known.confirmations().find(against)?;
    let what = format!(
        "record {} confirms an order that was over when record {} confirmed it all the same",
        said.serial, first.serial
    );
    let found = finding(Kind::AfterTheEnd, &what, of_confirmation(first), of_confirmation(said));
    Some(Finding { disputed: disputed(&said.outcome), ..found })
}

/// Closes the case on a rejection by another record of it, which adds up.
///
/// # Errors
/// [`NotDone`], for defects.
pub(super) fn rejection_corrected<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    case: CaseId,
    by: &Record,
) -> Result<usize, NotDone> {
    let key = Key::<case::Cases>::of(&case);
    if !turn.streams().has(key.stream()) {
        return Err(NotDone::Missing(vec![key.need()]));
    }
    settle(turn, case, by)
}

/// The case is closed by a corrected record.
fn settle<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    case: CaseId,
    record: &Record,
) -> Result<usize, NotDone> {
    let closing = case::Closing {
        how: case::How::Corrected { by_record: record.case() },
        by: Text::lossy("registrar"),
        reason: Text::lossy("the registrar corrected its record"),
    };
    // First: the dispute follows from it, whoever dies in between.
    let events = turn.decide(&Key::<case::Cases>::of(&case), &case::Command::Close(closing))?;
    Ok(events + turn.reach(Milestone::Undisputed { case })?)
}
