//! Which purchases a plan asks for on a T, and why one asks for no more.

use crate::{discount_purchase, purchase};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::buying::Way,
    calendar::{CalendarError, TradingCalendar, TradingDay},
    ids::{FundCode, InvestorId, PlanId, TransactionId},
    money::Amount,
    orders::Cause,
    plan::{EndCause, Plan, State, Terms},
};
use fundflow_kernel::counted::counted;

/// A purchase that a plan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The date that the plan says; a miss is recorded under it.
    pub nominal: NaiveDate,
    /// Named after plan and date: `{plan}.{yyyymmdd}`.
    pub transaction: TransactionId,
    /// What to request under it.
    pub buys: Buys,
}

/// How a date is carried out: asked of the saga of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buys {
    /// For money of the plan's account.
    Plainly(purchase::Request),
    /// By way of the plan's wallet fund.
    ThroughWallet(discount_purchase::Request),
}

impl Buys {
    /// The investor of the plan.
    pub const fn investor(&self) -> &InvestorId {
        match self {
            Buys::Plainly(request) => &request.investor,
            Buys::ThroughWallet(request) => &request.investor,
        }
    }

    /// The funds whose terms decide it.
    pub fn funds(&self) -> Vec<FundCode> {
        match self {
            Buys::Plainly(request) => vec![request.fund],
            Buys::ThroughWallet(request) => vec![request.wallet_fund, request.target_fund],
        }
    }

    /// Yuan, fee included.
    pub const fn amount(&self) -> Amount {
        match self {
            Buys::Plainly(request) => request.amount,
            Buys::ThroughWallet(request) => request.amount,
        }
    }

    /// What one date of a plan on those terms asks for, and of which saga.
    pub fn by(terms: &Terms) -> Self {
        let (investor, account) = (terms.investor.clone(), terms.account.clone());
        // A plan invests when its money is here; a day later is not a miss.
        let (amount, only_today) = (terms.amount, false);
        let distributor = terms.distributor.clone();
        match terms.wallet_fund {
            None => {
                let (fund, way) = (terms.fund, Way::RegularPlan);
                let request = purchase::Request {
                    investor,
                    account,
                    fund,
                    amount,
                    way,
                    only_today,
                    distributor,
                };
                Buys::Plainly(request)
            }
            Some(wallet_fund) => Buys::ThroughWallet(discount_purchase::Request {
                investor,
                account,
                wallet_fund,
                target_fund: terms.fund,
                amount,
                mode: None,
                only_today,
                by_plan: true,
                distributor,
            }),
        }
    }
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
        let buys = Buys::by(plan.terms_on(nominal));
        // A plan's ID leaves room for a date.
        let transaction = id.occurrence(nominal).ok()?;
        Some(Due { nominal, transaction, buys })
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
            let dates = counted(*in_a_row, "date", "dates in a row");
            let text = format!("{dates} came to nothing; the last: {last}");
            Some(Cause::new("misses", text))
        }
        EndCause::Finished => None,
    }
}
