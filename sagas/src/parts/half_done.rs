//! What follows from a word about a record in dispute, where a death between two appends has left it undone.
//!
//! | said | stored first, by | follows |
//! |---|---|---|
//! | the registrar corrects its record | its order | the case of the record that was replaced is closed by it |
//! | it corrects a rejection that is in dispute | its order | the case of that rejection is closed by the one in its place |
//! | a case is closed, by whomever | the case | its record is settled, the dispute is over, shares are let go |
//!
//! 1. Whoever dies in between has said it: the next process does the rest, whether it hears it again or not.
//! 2. What was done is known by the streams themselves, so that doing the rest twice does nothing.
//! 3. A case that no saga waits for, as on interest that nobody is owed, is closed when its record is repeated.

use super::{
    application::{ApplicationLeg, FundSaga, book},
    cancel,
};
use fundflow_domain::case::{CaseId, Cases, Closing, State};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    saga::View,
    turn::{NotDone, Turn},
};

enum Left<'a> {
    /// The record of an open case was corrected.
    Corrected(&'a ApplicationLeg, CaseId),
    /// The rejection of an open case was.
    Replaced(&'a ApplicationLeg, CaseId),
    /// The case is closed, and the saga does not know.
    Closed(CaseId, &'a Closing),
}

/// Whether anything of it is left. The common case, that nothing is in dispute, costs nothing.
pub fn is_half_done<S: FundSaga>(view: &View<'_, S>) -> bool {
    next(view).is_some() || S::is_cut_off(view)
}

fn next<'a, S: FundSaga>(view: &View<'a, S>) -> Option<Left<'a>> {
    let left = |case: &CaseId| match view.streams.state(&Key::<Cases>::of(case))? {
        State::Closed(_, closing) => Some(Left::Closed(*case, closing)),
        State::Open(_) => S::legs(view.plan).into_iter().find_map(|leg| {
            if leg.case_just_corrected(view) == Some(*case) {
                Some(Left::Corrected(leg, *case))
            } else if leg.is_replaced(view, *case) {
                Some(Left::Replaced(leg, *case))
            } else {
                None
            }
        }),
        State::Absent => None,
    };
    view.open.notes.disputes.iter().find_map(left)
}

/// Does it.
///
/// # Errors
/// [`NotDone`], for defects; nothing of it was decided.
pub fn do_rest<S: FundSaga>(saga: &S, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
    let done = match next(&turn.view()?) {
        Some(Left::Corrected(leg, case)) => {
            let leg = leg.clone();
            leg.close_corrected(turn, case)?
        }
        Some(Left::Replaced(leg, case)) => {
            let leg = leg.clone();
            leg.close_replaced(turn, case)?
        }
        Some(Left::Closed(case, closing)) => {
            let closing = closing.clone();
            cancel::follow(turn, case, &closing)?
        }
        None => saga.finish(turn)?,
    };
    Ok(done + book(saga, turn))
}
