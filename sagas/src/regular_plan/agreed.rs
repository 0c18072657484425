//! What terms of a plan must be like: when it is opened, and from the date on that they change.

use super::{
    Refusal,
    saga::{Limits, RegularPlans, Turn},
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::buying::{self, Buying, Way},
    calendar::CalendarError,
    day_limit::DayTally,
    decider::Decider as _,
    fund::{FundKind, FundTerms},
    investor::{CustomerType, InvestorProfile, SalesChannel},
    plan::{self, Changes, Occurrence, Outcome, RegularPlan, Terms},
    time::Timestamp,
};
use std::sync::Arc;

impl RegularPlans {
    /// The fund, if it can be agreed at that instant to buy it on those terms from that date on.
    pub(super) fn agreed(
        &self,
        terms: &Terms,
        from: NaiveDate,
        at: Timestamp,
    ) -> Result<Arc<FundTerms>, Refusal> {
        let fund = (self.house.funds)(terms.fund, from.max(at.date()));
        let fund = fund.ok_or(Refusal::UnknownFund(terms.fund))?;
        if fund.kind == FundKind::Money {
            return Err(Refusal::MoneyFund(fund.code));
        }
        if let Some(wallet) = terms.wallet_fund {
            return Err(Refusal::ThroughWallet(wallet));
        }
        if from < at.date() {
            return Err(Refusal::StartsInThePast { start: from, today: at.date() });
        }
        match self.house.calendar.day(from) {
            Err(why @ CalendarError::OutOfRange { .. }) => {
                return Err(Refusal::BeyondCalendar { start: from, why });
            }
            Ok(_) | Err(CalendarError::Closed(_) | CalendarError::Malformed { .. }) => {}
        }
        if let Some(through) = terms.through.filter(|last| *last < from) {
            return Err(plan::Refusal::EndsBeforeStart { start: from, through }.into());
        }
        Ok(fund)
    }

    /// The first date from that one on whose orders are no longer taken by then.
    pub(super) fn too_late(
        &self,
        terms: &Terms,
        from: NaiveDate,
        at: Timestamp,
    ) -> Option<Occurrence> {
        let calendar = &self.house.calendar;
        // Where the calendar ends, the date is nobody's yet.
        let first = plan::next_occurrence(terms, from.pred_opt()?, calendar).ok()??;
        (calendar.cut_off(first.day) <= at).then_some(first)
    }

    /// What is asked again and again.
    pub(super) fn buying(
        &self,
        terms: &Terms,
        fund: Arc<FundTerms>,
        at: Timestamp,
        (investor, channel): (InvestorProfile, SalesChannel),
    ) -> Buying {
        Buying {
            way: Way::RegularPlan,
            amount: terms.amount,
            at,
            investor,
            fund,
            channel,
            warning_confirmed: None,
            used: DayTally::default(),
            calendar: self.house.calendar.clone(),
        }
    }

    /// From which date on the change holds: its terms are looked at like those of a new plan. Dates whose
    /// orders are no longer taken when it is heard stay as they were: they would be missed at once.
    pub(super) fn changed(
        &self,
        turn: &Turn<'_>,
        changes: &Changes,
        from: NaiveDate,
        at: Timestamp,
    ) -> Result<NaiveDate, Refusal> {
        let damaged = |error: fundflow_runtime::turn::NotDone| Refusal::Damaged(error.to_string());
        let view = turn.view().map_err(damaged)?;
        let key = turn.plan().plan.as_ref();
        let Some(state) = key.and_then(|key| turn.state(key)) else { return Ok(from) };
        let word = plan::Command::Change { at, changes: changes.clone(), from };
        // Nothing to look at of a word that was heard before, or that the plan itself does not take.
        let (Some(plan), Ok([_, ..])) =
            (state.plan(), RegularPlan::decide(state, &word).as_deref())
        else {
            return Ok(from);
        };
        let terms = changes.applied(plan.terms_on(from));
        let fund = self.agreed(&terms, from, at)?;
        let limits = view.open.promise.limits.unwrap_or(Limits {
            customer: CustomerType::Individual,
            channel: SalesChannel::DirectOnline,
            held_before: false,
        });
        let done = plan.outcomes().iter().any(|(_, outcome)| *outcome == Outcome::Done);
        let held = (limits.held_before || done).then_some(fund.code);
        let investor = InvestorProfile::judged_as(terms.investor.clone(), limits.customer, held);
        buying::agree_again(&self.buying(&terms, fund, at, (investor, limits.channel)))?;
        let (heard, mut from) = (at.max(turn.now()), from);
        while let Some(late) = self.too_late(&terms, from, heard) {
            from = late.nominal.succ_opt().unwrap_or(late.nominal);
        }
        Ok(from)
    }
}
