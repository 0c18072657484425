//! An order of a day of which no order stands, since another one exceeded the limit of its fund.
//!
//! ```text
//! not placed yet -> the table turns it away      with its registrar -> turned away, and to be taken back
//! in a batch     -> it stands, and says why it was not taken back
//! ```

use super::{
    application::{ApplicationLeg, FundSaga},
    cancel,
    limits::Limits,
    milestone::{Milestone, Scope},
};
use fundflow_domain::{application::Stage, orders::Cause};
use fundflow_runtime::{
    saga::View,
    turn::{NotDone, Turn},
};

/// Whether the order of that leg is with its registrar, is in no batch yet, and falls with its day.
pub fn falls<S: FundSaga>(view: &View<'_, S>, leg: &ApplicationLeg, limits: &Limits) -> bool {
    let known = view.ending.is_some() || view.open.notes.turned_away.is_some();
    let application = leg.application(view);
    let is_open = application.is_some_and(|it| matches!(it.stage, Stage::Placed | Stage::Accepted));
    !known && is_open && limits.are_refused(view)
}

/// Has it taken back.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn fall<S: FundSaga>(turn: &mut Turn<'_, S>, scope: Scope) -> Result<usize, NotDone> {
    let at = turn.now();
    // Said last that it is turned away: whoever dies in the middle asks the same again.
    let asked = turn.reach(Milestone::CancelAsked { at, scope })?;
    Ok(asked + turn.reach(Milestone::TurnedAway { cause: cause() })?)
}

/// Why it did not go through; one that was in its batch by then says that it did all the same.
pub fn why<S: FundSaga>(
    view: &View<'_, S>,
    leg: &ApplicationLeg,
    limits: &Limits,
) -> Option<Cause> {
    if !limits.are_refused(view) || cancel::is_left_open(view) {
        return None;
    }
    if leg.is_confirmed(view) {
        let text = format!("{}, but this one was in its batch by then, and stands", cause().text);
        return Some(Cause::new("not_taken_back", text));
    }
    Some(cause())
}

fn cause() -> Cause {
    let text = "another order of that day exceeded the limit, and all of them are refused";
    Cause::new("day_refused", text)
}
