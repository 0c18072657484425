//! Shares in dispute: a record says that they came or left, it does not add up, and its case is open.
//!
//! 1. What came by such a record is registered, and held as far as the case disputes it.
//! 2. What left by it is taken as far as it was asked for. The rest, and what a contested record took,
//!    is held where it was.
//! 3. What a case holds is let go when it is closed.

use super::{
    application::{ApplicationLeg, FundSaga},
    milestone::Notes,
    share_book::ShareBook,
};
use crate::ports::registrar::ApplicationAnswer;
use fundflow_domain::{
    application::{Application, Confirmation, Last, Quantity, Stage},
    case::{CaseId, Cases},
    money::Shares,
    orders::Cause,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    process::Parked,
    saga::View,
    turn::{NotDone, Turn},
};

/// What a case keeps from use.
pub type Dispute = (CaseId, Shares);

/// The streams of open cases: a saga that holds what they dispute has them in memory.
pub fn open_cases<P>(notes: &Notes<P>) -> Vec<Key<Cases>> {
    notes.disputes.iter().map(|case| Key::of(case)).collect()
}

impl ApplicationLeg {
    /// The case that the registrar's rejection would open, or has opened.
    pub(crate) fn rejection_case<S: FundSaga>(&self, view: &View<'_, S>) -> Option<CaseId> {
        let rejection = match &self.application(view)?.stage {
            Stage::Rejected(it) | Stage::PartlyConfirmed(Last::Rejection(it)) => it.clone(),
            _ => return None,
        };
        Some(self.record(view, &ApplicationAnswer::Rejected(rejection))?.case())
    }

    /// What that record brought is nobody's to doubt: no open case is about it, nor about a word that takes its place
    /// or takes it back. Only the last record that holds can fall, so that the others are sure.
    pub fn is_sure<S: FundSaga>(&self, view: &View<'_, S>, said: &Confirmation) -> bool {
        let Some(known) = self.application(view).filter(|_| view.open.notes.is_disputed()) else {
            return true;
        };
        let open = |record: &Confirmation| Self::is_open(view, known, record);
        let may_fall = || known.contested().any(open) || !self.is_rejection_settled(view);
        let is_last = known.confirmations().last() == Some(said);
        !(open(said) || (is_last && may_fall()))
    }

    /// Whether an open case is about none of its records and no rejection of it.
    pub fn is_another_disputed<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        view.open.notes.disputes.iter().any(|case| !self.is_about(view, *case))
    }

    pub(super) fn is_rejection_open<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        let open = &view.open.notes.disputes;
        !open.is_empty() && self.rejection_case(view).is_some_and(|case| open.contains(&case))
    }

    /// The open case on a rejection of what was confirmed, and what that confirmation registered.
    fn open_contested_rejection<S: FundSaga>(&self, view: &View<'_, S>) -> Option<Dispute> {
        let open = &view.open.notes.disputes;
        let application = self.application(view).filter(|_| !open.is_empty())?;
        let case = self.case_of_contested_rejection(application)?;
        let brought = self.confirmation(view).map(|last| last.outcome.registered());
        open.contains(&case).then(|| (case, brought.unwrap_or_default()))
    }

    /// No rejection of it, whether it stands or is contested, is in dispute.
    pub(super) fn is_rejection_settled<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        !self.is_rejection_open(view) && self.open_contested_rejection(view).is_none()
    }

    /// Whether that open case is about one of its records, or about its rejection.
    pub fn is_about<S: FundSaga>(&self, view: &View<'_, S>, case: CaseId) -> bool {
        let records = self.open_records(view);
        let contested = self.open_contested_rejection(view).map(|(case, _)| case);
        let rejection = [self.rejection_case(view), contested].contains(&Some(case));
        rejection || records.iter().any(|(of, _)| *of == case)
    }

    /// Whether its case is open. The common case, that none is, costs nothing.
    fn is_open<S: FundSaga>(view: &View<'_, S>, known: &Application, said: &Confirmation) -> bool {
        let open = &view.open.notes.disputes;
        !open.is_empty() && open.contains(&known.case_of(said))
    }

    /// Records of it that hold or are contested, whose cases are open.
    pub(super) fn open_records<'a, S: FundSaga>(
        &self,
        view: &View<'a, S>,
    ) -> Vec<(CaseId, &'a Confirmation)> {
        let open = &view.open.notes.disputes;
        let Some(application) = self.application(view).filter(|_| !open.is_empty()) else {
            return Vec::new();
        };
        let all = application.confirmations().chain(application.contested());
        let named = all.map(|said| (application.case_of(said), said));
        named.filter(|(case, _)| open.contains(case)).collect()
    }

    /// What is taken for each record that holds: no more than was asked for while its case is open,
    /// so that no other order's shares are.
    pub(crate) fn due_parts<'a, S: FundSaga>(
        &self,
        view: &View<'a, S>,
    ) -> Vec<(&'a Confirmation, Shares)> {
        let Some(application) = self.application(view) else { return Vec::new() };
        let Quantity::Shares(mut left) = application.terms.ask.quantity() else {
            return Vec::new();
        };
        let part = |said: &'a Confirmation| {
            let part = Self::shares_out_of(said).unwrap_or_default();
            let due = if Self::is_open(view, application, said) { part.min(left) } else { part };
            left = left.minus(due).unwrap_or_default();
            (said, due)
        };
        application.confirmations().map(part).collect()
    }

    /// What is taken for all of them.
    pub(crate) fn due_out<S: FundSaga>(&self, view: &View<'_, S>) -> Option<Shares> {
        let mut parts = self.due_parts(view).into_iter();
        parts.try_fold(Shares::ZERO, |sum, (_, due)| sum.plus(due))
    }

    /// What open cases dispute of the shares that came by it.
    pub fn disputed_in<S: FundSaga>(&self, view: &View<'_, S>) -> Vec<Dispute> {
        let Some(application) = self.application(view) else { return Vec::new() };
        let holds = |said: &Confirmation| application.confirmations().any(|it| it == said);
        let disputed = |(case, said): (CaseId, &Confirmation)| {
            let state = view.streams.state(&Key::<Cases>::of(&case))?;
            holds(said).then(|| (case, state.disputed().shares))
        };
        let due = self.open_records(view).into_iter().filter_map(disputed);
        let due = due.chain(self.open_contested_rejection(view));
        due.filter(|(_, shares)| !shares.is_zero()).collect()
    }

    /// What open cases dispute of the shares that left by it, where so many of them are booked: what
    /// the records say beyond that.
    pub fn disputed_out<S: FundSaga>(&self, view: &View<'_, S>, booked: Shares) -> Vec<Dispute> {
        let open = self.open_records(view);
        let (Some(application), Some((case, _))) = (self.application(view), open.last()) else {
            return Vec::new();
        };
        let gone = gone_by(application);
        let missing = gone.minus(booked).filter(|missing| !missing.is_zero());
        missing.map(|shares| (*case, shares)).into_iter().collect()
    }
}

/// The most that left, if any one of the contested records holds after all: it takes the place of
/// the last one that holds.
fn gone_by(application: &Application) -> Shares {
    let out = |said: &Confirmation| ApplicationLeg::shares_out_of(said).unwrap_or_default();
    let sum = |sum: Shares, part: Shares| sum.plus_or_most(part);
    let holds = application.confirmations().map(out).fold(Shares::ZERO, sum);
    let portions = application.portions.iter().map(out).fold(Shares::ZERO, sum);
    let contested = application.contested().map(out).max().unwrap_or_default();
    holds.max(sum(portions, contested))
}

/// Whether the table waits until a dispute is settled. One that came after the end takes nothing back
/// until a person says so.
pub fn hold_up<S: FundSaga>(view: &View<'_, S>) -> bool {
    view.ending.is_none() && view.open.notes.is_disputed()
}

/// Why a confirmation does not take effect yet: the case on it that is open.
pub fn held_up_by<S: FundSaga>(view: &View<'_, S>) -> Option<Cause> {
    let case = view.open.notes.disputes.last().filter(|_| hold_up(view))?;
    let text = format!("what was said is in dispute; close case {case} first");
    Some(Cause::new(DOES_NOT_ADD_UP, text))
}

/// The code of a row that waits since what was said does not add up.
pub(super) const DOES_NOT_ADD_UP: &str = "does_not_add_up";
/// The code of a row that waits since what was said contradicts what had been.
pub(super) const CONTRADICTS: &str = "contradicts";

/// Whether a row waits for the end of a dispute, and nothing is in dispute any more. However the case was closed,
/// it is not what keeps the row.
pub fn is_settled<S: FundSaga>(view: &View<'_, S>, parked: &Parked) -> bool {
    let of_dispute = matches!(&*parked.cause.code, DOES_NOT_ADD_UP | CONTRADICTS);
    of_dispute && !parked.lacks_answer && !view.open.notes.is_disputed()
}

/// No record of the saga is or was in dispute: the common case, which costs nothing.
pub(super) fn is_quiet<S: FundSaga>(view: &View<'_, S>) -> bool {
    view.open.notes.disputes.is_empty() && view.open.notes.settled.is_empty()
}

/// Whether the book holds these, and nothing of a case that is closed.
pub fn are_held<S: FundSaga>(view: &View<'_, S>, book: &ShareBook, due: &[Dispute]) -> bool {
    let known = |(case, _): &Dispute| book.hold(view.streams, *case).is_some();
    let set = |case: &CaseId| book.hold(view.streams, *case) == Some(true);
    due.iter().all(known) && !view.open.notes.settled.iter().any(set)
}

/// Holds these, and lets go what closed cases held.
///
/// # Errors
/// [`NotDone`]; what was decided before it stands.
pub fn hold<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    book: &ShareBook,
    due: &[Dispute],
) -> Result<usize, NotDone> {
    let mut events = hold_open(turn, book, due)?;
    for case in turn.view()?.open.notes.settled.clone() {
        if book.hold(turn.streams(), case) == Some(true) {
            events += book.dispute(turn, case, None)?;
        }
    }
    Ok(events)
}

/// Holds what these cases dispute, and lets nothing go.
///
/// # Errors
/// [`NotDone`]; what was decided before it stands.
pub fn hold_open<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    book: &ShareBook,
    due: &[Dispute],
) -> Result<usize, NotDone> {
    let mut events = 0;
    for (case, shares) in due {
        if book.hold(turn.streams(), *case).is_none() {
            events += book.dispute(turn, *case, Some(*shares))?;
        }
    }
    Ok(events)
}
