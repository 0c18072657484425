//! Taking back what was asked, until its own cut-off; and closing the cases that keep a saga open.
//!
//! ```text
//! asked in time -> CancelAsked -> the registrar takes it back (if it has it) -> cancelled
//!                                                                         `--> kept: it stands
//! ```

use super::{
    application::{ApplicationLeg, FundSaga},
    milestone::{Milestone, Scope},
    timing,
};
use fundflow_domain::{
    case::{self, CaseId, Cases, Closing},
    time::Timestamp,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    saga::View,
    turn::{NotDone, Turn},
};

/// Why nothing is taken back, or a case stays open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTakenBack {
    /// Its own cut-off has passed.
    #[error("asked at {at}, but this could be taken back only before {cut_off}")]
    TooLate {
        /// When it was asked.
        at: Timestamp,
        /// Until when it was possible.
        cut_off: Timestamp,
    },
    /// There is nothing that could be taken back.
    #[error("{0}")]
    Nothing(&'static str),
    /// No case of that name is open on this saga.
    #[error("no case {0} is open on this transaction")]
    NoSuchCase(CaseId),
    /// The case, or the saga, says no.
    #[error("{0}")]
    Refused(String),
}

/// Takes the order of that leg back, and all that hangs on it. An order that is not placed yet
/// belongs to the promised T.
///
/// # Errors
/// [`NotTakenBack`]; nothing has changed.
pub fn take_back<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &ApplicationLeg,
    at: Timestamp,
    scope: Scope,
) -> Result<usize, NotTakenBack> {
    let view = turn.view().map_err(|_| NotTakenBack::Nothing("nothing was prepared"))?;
    if view.open.notes.cancel.is_some_and(|(_, asked)| asked == scope) {
        return Ok(0);
    }
    if view.ending.is_some() {
        return Err(NotTakenBack::Nothing("it is over"));
    }
    if leg.is_confirmed(&view) {
        return Err(NotTakenBack::Nothing("the registrar has confirmed it"));
    }
    if leg.is_rejected(&view) {
        return Err(NotTakenBack::Nothing("the registrar has rejected it"));
    }
    let day = leg.trade_date(&view).unwrap_or_else(|| timing::promised_day(&view));
    let cut_off = saga.house().calendar.cut_off_by(day, saga.cut_off(&view));
    let asked = at.max(turn.now());
    if asked >= cut_off {
        return Err(NotTakenBack::TooLate { at: asked, cut_off });
    }
    reached(turn.reach(Milestone::CancelAsked { at: at.min(turn.now()), scope }))
}

/// Whether what is to be taken back of that order is settled: nothing is asked, the registrar said
/// no, or the order is over. One that the registrar has not taken yet is taken back once it has.
pub fn is_settled<S: FundSaga>(view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
    let notes = &view.open.notes;
    if notes.cancel.is_none() || notes.cancel_refused.is_some() || view.ending.is_some() {
        return true;
    }
    leg.is_over(view) || !leg.is_accepted(view)
}

/// Closes a case of this transaction. Where it kept the saga from completing, the registrar's numbers
/// stand.
///
/// # Errors
/// [`NotTakenBack::NoSuchCase`], or what the case itself says.
pub fn close_case<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    case: CaseId,
    closing: &Closing,
) -> Result<usize, NotTakenBack> {
    let key = Key::<Cases>::of(&case);
    let known = turn.state(&key).and_then(|state| state.case()?.transaction.clone());
    if known.as_ref() != Some(turn.id()) {
        return Err(NotTakenBack::NoSuchCase(case));
    }
    let closed = turn.decide(&key, &case::Command::Close(closing.clone()));
    let events = closed.map_err(|error| NotTakenBack::Refused(error.to_string()))?;
    let disputed = turn.view().is_ok_and(|view| view.open.notes.disputes.contains(&case));
    if !disputed {
        return Ok(events);
    }
    Ok(events + reached(turn.reach(Milestone::Undisputed { case }))?)
}

fn reached(done: Result<usize, NotDone>) -> Result<usize, NotTakenBack> {
    done.map_err(|error| NotTakenBack::Refused(error.to_string()))
}
