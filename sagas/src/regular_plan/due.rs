//! Which purchases a plan asks for on a T, and why one asks for no more.

use crate::purchase::Request;
use chrono::NaiveDate;
use fundflow_domain::{
    admission::buying::Way,
    calendar::{CalendarError, TradingCalendar, TradingDay},
    ids::{PlanId, TransactionId},
    orders::Cause,
    plan::{EndCause, Plan, State},
};

/// A purchase that a plan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The date that the plan says; a miss is recorded under it.
    pub nominal: NaiveDate,
    /// Named after plan and date: `{plan}.{yyyymmdd}`.
    pub transaction: TransactionId,
    /// What to request under it.
    pub request: Request,
}

/// Every purchase that the plan asks for on that T and that has neither begun nor been missed, by
/// nominal date. None of a plan that is paused or over.
///
/// # Errors
/// The trading calendar does not cover the days around `day`.
pub fn due(
    id: &PlanId,
    state: &State,
    day: TradingDay,
    calendar: &TradingCalendar,
) -> Result<Vec<Due>, CalendarError> {
    let Some(plan) = state.plan() else { return Ok(Vec::new()) };
    let occurrences = plan.due_on(day, calendar)?;
    let one = |nominal: NaiveDate| {
        let terms = plan.terms_on(nominal);
        let request = Request {
            investor: terms.investor.clone(),
            account: terms.account.clone(),
            fund: terms.fund,
            amount: terms.amount,
            way: Way::RegularPlan,
            // A plan invests when its money is here; a day later is not a miss.
            only_today: false,
        };
        // A plan's ID leaves room for a date.
        let transaction = id.occurrence(nominal).ok()?;
        Some(Due { nominal, transaction, request })
    };
    Ok(occurrences.iter().filter_map(|occurrence| one(occurrence.nominal)).collect())
}

/// Why a plan is over before its dates are used up.
pub(super) fn why(plan: &Plan) -> Option<Cause> {
    match plan.ended()? {
        EndCause::Asked { reason } => {
            Some(Cause::new("ended_by_investor", format!("ended as asked: {reason}")))
        }
        EndCause::Misses { in_a_row } => {
            let last = plan.last_miss().map(|cause| cause.text.to_string()).unwrap_or_default();
            let text = format!("{in_a_row} dates in a row came to nothing; the last: {last}");
            Some(Cause::new("misses", text))
        }
        EndCause::Finished => None,
    }
}
