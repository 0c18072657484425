//! Orders of a T on which the exchange does not open after all: a version of the calendar has closed it.
//!
//! ```text
//! not paid yet          the payment counts for the next T when it is heard, and all is decided again there
//! placed or accepted    moves to the next T: limits, terms and cost are decided again there; what may not go on is
//!                       taken back
//! sealed or sent        is in a file of a T that is over: no version closes that
//! ```

use super::{
    application::{ApplicationLeg, FundSaga},
    timing,
};
use crate::house::beyond;
use fundflow_domain::{
    application::{Stage, Terms},
    calendar::{CalendarError, TradingDay},
};
use fundflow_runtime::{
    saga::View,
    turn::{NotDone, Turn},
};

/// Whether an order of it is of such a T.
pub fn is_off<S: FundSaga>(saga: &S, view: &View<'_, S>) -> bool {
    S::legs(view.plan).into_iter().any(|leg| off_day(saga, view, leg).is_some())
}

/// Moves each of them.
///
/// # Errors
/// [`NotDone::Missing`]: what that must read; [`NotDone`] past the calendar's end, and for a fund without terms.
pub fn move_on<S: FundSaga>(saga: &S, turn: &mut Turn<'_, S>) -> Result<(), NotDone> {
    let plan = turn.plan();
    for leg in S::legs(plan) {
        let view = turn.view()?;
        let Some(terms) = off_day(saga, &view, leg).cloned() else { continue };
        let day = next(saga, &view, &terms, turn)?;
        let needs = view.streams.missing(saga.needs_to_move(&view, leg, day));
        if !needs.is_empty() {
            return Err(NotDone::Missing(needs));
        }
        timing::move_to(saga, turn, leg, (&terms, day), S::taken_back(plan, leg))?;
    }
    Ok(())
}

/// The next T, and none that is over.
fn next<S: FundSaga>(
    saga: &S,
    view: &View<'_, S>,
    terms: &Terms,
    turn: &Turn<'_, S>,
) -> Result<TradingDay, NotDone> {
    let calendar = &saga.house().calendar;
    let after = calendar.after(terms.trade_date.date()).map_err(beyond)?;
    let now = calendar.t_by(turn.now(), saga.cut_off(view)?).map_err(beyond)?;
    Ok(after.max(now))
}

fn off_day<'a, S: FundSaga>(
    saga: &S,
    view: &View<'a, S>,
    leg: &ApplicationLeg,
) -> Option<&'a Terms> {
    let known = leg.application(view)?;
    if !matches!(known.stage, Stage::Placed | Stage::Accepted) {
        return None;
    }
    let day = saga.house().calendar.day(known.terms.trade_date.date());
    matches!(day, Err(CalendarError::Closed(_))).then_some(&known.terms)
}
