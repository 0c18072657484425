//! A registrar's word that nothing comes of an order, held against the order before it takes effect.
//!
//! 1. A rejection holds at once. Where the table does not know what follows from it, or where its record does
//!    not add up, the saga stays here and nothing goes back until a person, or a corrected record, has closed
//!    its case.
//! 2. Interest that nobody is owed, or that is more than money can have earned, keeps nobody's money: it is
//!    held, and only its case is open.
//! 3. A record that says otherwise than the one that took effect only opens its case. One that adds up takes the place
//!    of a rejection whose interest is held, or whose record is in doubt, and closes its case.
//! 4. Interest that is said otherwise once it is owed is contested: whoever accepts it has it take the place of the
//!    first, and a later record of what was said first closes its case.

use super::{
    application::{ApplicationLeg, FundSaga},
    cases, check,
    corrected::rejection_corrected,
    hearing::speaks,
};
use crate::ports::registrar::ApplicationAnswer;
use fundflow_domain::{
    application::{Applications, Command, Last, Rejection, Stage},
    case::{CaseId, Cases, Finding, Kind, State},
    decider::Decider as _,
    orders::Cause,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    saga::{Heard, View},
    turn::{NotDone, Turn},
};

impl ApplicationLeg {
    /// Its rejection does not add up, and the case on that is open: it does not count yet.
    pub(super) fn is_rejection_doubted<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        let names_sums = |said: &Rejection| said.stated.is_some_and(|it| it.names_sums());
        self.is_rejection_open(view)
            && (self.standing_rejection(view).is_some_and(names_sums) || self.is_misdated(view))
    }

    /// Its case is on the day of the rejection, whatever else it is about.
    fn is_misdated<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        let case = self.rejection_case(view);
        let state = case.and_then(|case| view.streams.state(&Key::<Cases>::of(&case)));
        let of_day = |found: &Finding| {
            matches!(found.kind, Kind::DateOutOfBounds | Kind::ConfirmedBeforeCutOff)
        };
        state.and_then(State::case).is_some_and(|case| case.findings.iter().any(of_day))
    }

    pub(super) fn standing_rejection<'a, S: FundSaga>(
        &self,
        view: &View<'a, S>,
    ) -> Option<&'a Rejection> {
        match &self.application(view)?.stage {
            Stage::Rejected(said) | Stage::PartlyConfirmed(Last::Rejection(said)) => Some(said),
            _ => None,
        }
    }

    pub(super) fn rejected<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        mut rejection: Rejection,
    ) -> Result<Heard, NotDone> {
        speaks(turn);
        let view = turn.view()?;
        let known = self.application(&view).ok_or(NotDone::Lacks("the application"))?;
        rejection.unearned = check::is_unearned(&known.terms, &rejection, turn.now());
        let stated = check::of_rejection(saga.house(), known, &rejection, turn.now());
        let mut findings = saga.rejected(&view, (self, &rejection));
        findings.extend(stated.iter().cloned());
        let unowed = self.unowed(&view, &rejection);
        let adds_up = findings.is_empty() && unowed.is_none();
        if let Some(events) = self.rejection_replaced(turn, answer, &rejection, adds_up)? {
            return Ok(Heard::Recorded(events));
        }
        let reject = Command::Reject(rejection.clone());
        let state = turn.state(&self.key).ok_or(NotDone::Lacks("the application"))?;
        let is_news = match Applications::decide(state, &reject) {
            Ok(events) => !events.is_empty(),
            Err(refusal) => {
                let said = (answer, &rejection);
                return self.contested_rejection(saga, turn, (said, stated), &refusal);
            }
        };
        if !is_news {
            return self.rejected_again(turn, answer, (&rejection, stated));
        }
        let mut opened = 0;
        let disputed = if findings.is_empty() {
            // What nobody is owed keeps nobody's money: only its case is open.
            opened = self.noticed(turn, answer, unowed.into_iter().collect())?;
            None
        } else {
            findings.extend(unowed);
            Some(self.disputed(turn, answer, findings)?)
        };
        // Before the rejection: nobody says it again to whoever has that.
        let frozen = self.freeze(turn, &rejection)?;
        let events = opened + frozen + turn.decide(&self.key, &reject)?;
        Ok(match disputed {
            None => Heard::Recorded(events),
            Some((cause, opened)) => Heard::Disputed(cause, opened + events),
        })
    }

    /// A record of a rejection takes the place of one that is in doubt, or that sends what nobody is owed, while the
    /// case on that is open; what is owed by it is paid like any other. A front that says no more than that it is
    /// rejected corrects no record.
    fn rejection_replaced<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        said: &Rejection,
        adds_up: bool,
    ) -> Result<Option<usize>, NotDone> {
        let view = turn.view()?;
        let known = self.application(&view).filter(|_| adds_up);
        let Some(known) = known.filter(|it| it.contested_rejection().is_none()) else {
            return Ok(None);
        };
        let Stage::Rejected(was) = &known.stage else { return Ok(None) };
        let is_held = !was.unowed(&known.terms.ask, false).is_zero();
        let is_record = said.stated.is_some() || (was.stated.is_none() && !said.interest.is_zero());
        let says_more = !was.pays_the_same(said) && !was.states_and_sends_the_same(said);
        let doubted = is_held || self.is_rejection_doubted(&view);
        let record = self.record(&view, answer).filter(|_| doubted && is_record && says_more);
        let (Some(record), Some(case)) = (record, self.rejection_case(&view)) else {
            return Ok(None);
        };
        let key: Key<Cases> = Key::of(&case);
        if !turn.streams().has(key.stream()) {
            return Err(NotDone::Missing(vec![key.need()]));
        }
        if !turn.state(&key).is_some_and(State::is_open) {
            return Ok(None);
        }
        // First: whoever dies before its case is closed has it.
        let mark = turn.mark();
        let mut events = turn.decide(&self.key, &Command::ContestRejection(said.clone()))?;
        if events == 0 {
            return Ok(None);
        }
        let why = Cause::new("registrar", "the registrar corrected its record");
        events += turn.decide(&self.key, &Command::UpholdRejection(why))?;
        turn.stored_as_one(mark);
        events += self.freeze(turn, said)?;
        Ok(Some(events + rejection_corrected(turn, case, &record)?))
    }

    /// Finishes what a death left between a rejection that took the place of another one and that one's case.
    fn replaced_left_open<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        said: &Rejection,
    ) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let known = self.application(&view).filter(|it| matches!(it.stage, Stage::Rejected(_)));
        let Some(known) = known else { return Ok(0) };
        let record = self.record_of_rejection(known, said);
        let before = known.overturned().map(|was| self.record_of_rejection(known, was).case());
        let before: Vec<CaseId> = before.filter(|case| *case != record.case()).collect();
        let keys: Vec<Key<Cases>> = before.iter().map(|case| Key::of(case)).collect();
        let missing = turn.streams().missing(keys.iter().map(Key::need));
        if !missing.is_empty() {
            return Err(NotDone::Missing(missing));
        }
        let mut events = 0;
        for (case, key) in before.into_iter().zip(keys) {
            if turn.state(&key).is_some_and(State::is_open) {
                events += rejection_corrected(turn, case, &record)?;
            }
        }
        Ok(events)
    }

    /// Whether that case is on a rejection in whose place another one stands, by the registrar's own word: whoever
    /// decides on a case closes that one first.
    pub(super) fn is_replaced<S: FundSaga>(&self, view: &View<'_, S>, case: CaseId) -> bool {
        let Some(known) = self.application(view) else { return false };
        let Some(now) = self.last_rejection(view) else { return false };
        let own = self.record_of_rejection(known, now).case();
        let before = known.dropped().last().into_iter().chain(known.overturned().last());
        own != case
            && before.into_iter().any(|was| self.record_of_rejection(known, was).case() == case)
    }

    /// Closes that case by the rejection that took the place of its own.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub(super) fn close_replaced<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        case: CaseId,
    ) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let known = self.application(&view).ok_or(NotDone::Lacks("the application"))?;
        let now = self.last_rejection(&view).ok_or(NotDone::Lacks("the rejection"))?.clone();
        let record = self.record_of_rejection(known, &now);
        let holds = known.contested_rejection().is_none();
        speaks(turn);
        let frozen = if holds { self.freeze(turn, &now)? } else { 0 };
        Ok(frozen + rejection_corrected(turn, case, &record)?)
    }

    /// The one that is contested, or the one that stands.
    fn last_rejection<'a, S: FundSaga>(&self, view: &View<'a, S>) -> Option<&'a Rejection> {
        let contested = self.application(view)?.contested_rejection();
        contested.or_else(|| self.standing_rejection(view))
    }

    /// A rejection of what was rejected: a record that adds up closes the case of one that did not, and one that
    /// does not has no effect but its own case. Whoever only says once more that it is rejected, as a front does,
    /// says nothing of that record.
    fn rejected_again<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        (said, stated): (&Rejection, Vec<Finding>),
    ) -> Result<Heard, NotDone> {
        let view = turn.view()?;
        let frozen = |turn: &mut Turn<'_, S>| self.freeze(turn, said);
        let was = self.standing_rejection(&view).cloned();
        let doubt = self.rejection_case(&view).filter(|_| self.is_rejection_doubted(&view));
        // What came too early had no day; the batch of T gives it one.
        let differs = was
            .as_ref()
            .is_some_and(|was| !was.states_the_same(said) || (doubt.is_some() && said.dates(was)));
        let Some(record) = self.record(&view, answer).filter(|_| differs) else {
            let closed = self.replaced_left_open(turn, said)?;
            return Ok(Heard::Recorded(closed + frozen(turn)?));
        };
        let contested = self.application(&view).and_then(|it| self.case_of_contested_rejection(it));
        match doubt.or(contested) {
            Some(case) if stated.is_empty() && said.stated.is_some() => {
                // First: whoever dies before its case is closed has it.
                let mut events = if contested == Some(case) {
                    let why =
                        Cause::new("registrar", "the registrar says again what it said first");
                    let drop = Command::DropRejection { cause: why, taken_back: false };
                    turn.decide(&self.key, &drop)?
                } else {
                    0
                };
                events += rejection_corrected(turn, case, &record)?;
                Ok(Heard::Recorded(events + frozen(turn)?))
            }
            None | Some(_) => {
                let is_known = turn.state(&record.key()).is_some_and(|it| it.case().is_some());
                if stated.is_empty() || is_known {
                    return Ok(Heard::Recorded(frozen(turn)?));
                }
                let text = stated.first().map(|found| found.what.as_str().into());
                let events = cases::open(turn, &record, self.about(turn)?, stated)?;
                Ok(Heard::Contradicts(text.unwrap_or_else(|| "rejected otherwise".into()), events))
            }
        }
    }
}
