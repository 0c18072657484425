//! Until when an order can be taken back: what a request to take it back is held against, and what is said to
//! whoever asks before.

use super::{NotTakenBack, Nothing, ended, unpaid};
use crate::parts::{
    application::{ApplicationLeg, FundSaga},
    payment::PaymentLeg,
    timing,
};
use fundflow_domain::time::Timestamp;
use fundflow_runtime::{
    quote::{Revocable, Until},
    saga::View,
};

/// Before which instant the order of that leg, and all that hangs on it, can be taken back; `payment`: what pays
/// for it. An order that is not placed yet belongs to the promised T.
///
/// # Errors
/// [`NotTakenBack`]: nothing can be taken back, whatever the time.
pub(super) fn until<S: FundSaga>(
    saga: &S,
    view: &View<'_, S>,
    (leg, payment): (&ApplicationLeg, Option<&PaymentLeg>),
) -> Result<Timestamp, NotTakenBack> {
    let nothing = |why: &'static str| Err(Nothing::of(why).into());
    if let Some(over) = ended(view) {
        return Err(Nothing::of(format!("it is over: {over}")).into());
    }
    if leg.is_confirmed(view) {
        return nothing("the registrar has confirmed it");
    }
    if leg.is_rejected(view) {
        return nothing("the registrar has rejected it");
    }
    if let Some(why) = payment.and_then(|payment| unpaid(view, payment)) {
        return nothing(why);
    }
    if view.open.notes.turned_away.is_some() && !leg.is_placed(view) {
        return nothing("it was turned away, and is not placed any more");
    }
    cut_off(saga, view, leg)
}

/// The cut-off of its T, whatever became of it.
///
/// # Errors
/// [`NotTakenBack::Refused`] where its fund's terms are not known.
pub(super) fn cut_off<S: FundSaga>(
    saga: &S,
    view: &View<'_, S>,
    leg: &ApplicationLeg,
) -> Result<Timestamp, NotTakenBack> {
    let day = leg.trade_date(view).unwrap_or_else(|| timing::promised_day(view));
    let own = saga.cut_off(view).map_err(|no| NotTakenBack::Refused(no.to_string()))?;
    Ok(saga.house().calendar.cut_off_by(day, own))
}

/// The same, for whoever only asks. What was asked for once is not asked for again.
pub fn revocable<S: FundSaga>(
    saga: &S,
    view: &View<'_, S>,
    of: (&ApplicationLeg, Option<&PaymentLeg>),
) -> Vec<Revocable> {
    let until = match (view.open.notes.cancel, until(saga, view, of)) {
        (_, Err(no)) => Until::Never(no.to_string().into()),
        (Some((at, _)), Ok(_)) => asked_before(at),
        (None, Ok(cut_off)) => Until::Before(cut_off),
    };
    vec![Revocable { scope: "all", until }]
}

/// That it was asked to be taken back then.
pub fn asked_before(at: Timestamp) -> Until {
    Until::Never(format!("it was asked for at {at}").into())
}
