//! Who invests for the plans: asks for what each asks for on a day, and records what came to nothing.

use super::{
    closure::calendar,
    draw::{asks, commands},
};
use crate::{days::Moment, log::Log, wanted::Wanted};
use chrono::Timelike as _;
use fundflow_domain::{
    decider::Decider as _, ids::PlanId, orders::Cause, plan::RegularPlan, time::Timestamp,
};
use fundflow_kernel::streams::Key;
use fundflow_sagas::regular_plan::{self, Buys, Due, RegularPlans, due};

/// From this hour on a date on which nothing has begun is missed.
const EVENING: u32 = 17;

/// In the morning every purchase that is due, in the evening those that nobody has begun.
pub(super) fn invests(log: &Log, at: Timestamp) -> Vec<Moment> {
    let calendar = calendar(log);
    let Ok(day) = calendar.day(at.date()) else { return Vec::new() };
    let plans = log.streams().filter(|stream| stream.category() == RegularPlan::CATEGORY);
    let ids = plans.filter_map(|stream| stream.id().parse::<PlanId>().ok());
    let is_late = at.time_of_day().hour() >= EVENING;
    let mut moments = Vec::new();
    for id in ids {
        let state = log.loaded(&Key::<RegularPlan>::of(&id)).state;
        let all = due(&id, &state, day, &calendar).unwrap_or_default();
        moments.extend(all.into_iter().map(|due| one(&id, due, at, is_late)));
    }
    moments
}

fn one(plan: &PlanId, due: Due, at: Timestamp, is_late: bool) -> Moment {
    let Due { nominal, transaction, buys } = due;
    if is_late {
        let cause = Cause::new("refused", "nothing began");
        let words = format!("{transaction}: nothing began").into();
        let miss = regular_plan::Command::Miss { nominal, cause };
        let plan = plan.as_str().parse().expect("a plan is called as its saga is");
        return Moment { at, words, what: commands::<RegularPlans>(&plan, miss) };
    }
    asks(
        at,
        &transaction,
        match buys {
            Buys::Plainly(request) => Wanted::Purchase(request),
            Buys::ThroughWallet(request) => Wanted::DiscountPurchase(request),
        },
    )
}
