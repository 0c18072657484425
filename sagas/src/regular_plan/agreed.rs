//! What terms of a plan must be like: when it is opened, and from the date on that they change.

use super::{
    Refusal,
    saga::{Limits, RegularPlans, Turn},
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::{
        self, Admission, DayUse, again_and_again,
        buying::{self, Buying, Way},
        cash_out::Balance,
    },
    bounds::{CLOCK_SKEW, check_instant},
    calendar::{CalendarError, TradingDay},
    day_limit::DayTally,
    decider::Decider as _,
    fund::{FundKind, FundTerms},
    ids::VersionTag,
    investor::{CustomerType, InvestorProfile, SalesChannel},
    money::Amount,
    plan::{self, Changes, Occurrence, Outcome, RegularPlan, Terms},
    suitability::Suitability,
    time::Timestamp,
};
use std::sync::Arc;

/// The funds of a plan, by their terms on its first date.
pub(super) struct Funds {
    target: Arc<FundTerms>,
    wallet: Option<Arc<FundTerms>>,
    /// The T of that date; `None` where no calendar covers it.
    first: Option<TradingDay>,
}

/// Author and instant of an agreement.
pub(super) struct Agreeing {
    pub(super) at: Timestamp,
    pub(super) investor: InvestorProfile,
    pub(super) channel: SalesChannel,
    pub(super) warning_confirmed: Option<VersionTag>,
}

impl RegularPlans {
    /// The funds, if it can be agreed at that instant to buy the one by way of the other on those terms from
    /// that date on.
    pub(super) fn agreed(
        &self,
        terms: &Terms,
        from: NaiveDate,
        at: Timestamp,
    ) -> Result<Funds, Refusal> {
        let before = from.pred_opt().unwrap_or(from);
        let first = plan::next_occurrence(terms, before, &self.house.calendar).ok().flatten();
        let first = first.map(|first| first.day);
        let on = first.map_or(from, TradingDay::date).max(at.date());
        let known = |code| (self.house.funds)(code, on);
        let fund = |code| known(code).ok_or(Refusal::UnknownFund(code));
        let target = fund(terms.fund)?;
        if target.kind == FundKind::Money {
            return Err(Refusal::MoneyFund(target.code));
        }
        let wallet = terms.wallet_fund.map(fund).transpose()?;
        if from < at.date() {
            return Err(Refusal::StartsInThePast { start: from, today: at.date() });
        }
        self.covers(from)?;
        if let Some(through) = terms.through.filter(|last| *last < from) {
            return Err(plan::Refusal::EndsBeforeStart { start: from, through }.into());
        }
        Ok(Funds { target, wallet, first })
    }

    fn covers(&self, day: NaiveDate) -> Result<(), Refusal> {
        match self.house.calendar.day(day) {
            Err(why @ CalendarError::OutOfRange { .. }) => {
                Err(Refusal::BeyondCalendar { start: day, why })
            }
            Ok(_) | Err(CalendarError::Closed(_) | CalendarError::Malformed { .. }) => Ok(()),
        }
    }

    /// A word that lay ahead would stand against every word until then, so that none is of an instant that has
    /// not come. Nobody needs one: a day folder says its rows when it is time for them, and in a store whose
    /// time is that of its last event, nothing comes between that and what is said next.
    pub(super) fn is_possible(&self, turn: &Turn<'_>, at: Timestamp) -> Result<(), Refusal> {
        self.covers(at.date())?;
        let view = turn.view().map_err(|error| Refusal::Damaged(error.to_string()))?;
        let (opened, now) = (view.open.promise.requested_at.min(turn.now()), turn.now());
        Ok(check_instant("at", at, opened, now, CLOCK_SKEW).map(drop)?)
    }

    /// The first date of the plan. One that the calendar does not cover would wait for a person from the
    /// start.
    pub(super) fn starts(&self, terms: &Terms) -> Result<Option<Occurrence>, Refusal> {
        let start = terms.start;
        let first =
            plan::next_occurrence(terms, start.pred_opt().unwrap_or(start), &self.house.calendar);
        first.map_err(|why| Refusal::BeyondCalendar { start, why })
    }

    /// Refuses terms without a date, those that were agreed for later days included. Past the end of the
    /// calendar there may be one.
    pub(super) fn leaves_a_date<'a>(
        &self,
        terms: &'a Terms,
        from: NaiveDate,
        later: impl IntoIterator<Item = (NaiveDate, &'a Terms)>,
    ) -> Result<(), Refusal> {
        let Some(through) = terms.through else { return Ok(()) };
        let mut all = std::iter::once((from, terms)).chain(later);
        let has_date = |(since, terms): (NaiveDate, &Terms)| {
            let before = since.pred_opt().unwrap_or(since);
            let first = plan::next_occurrence(terms, before, &self.house.calendar);
            !matches!(first, Ok(None))
        };
        let frequency = terms.frequency;
        if all.any(has_date) { Ok(()) } else { Err(Refusal::NoDate { frequency, from, through }) }
    }

    /// The first date from that one on whose orders are no longer taken by then.
    pub(super) fn too_late(
        &self,
        terms: &Terms,
        from: NaiveDate,
        at: Timestamp,
    ) -> Option<Occurrence> {
        // Where the calendar ends, the date is nobody's yet.
        let calendar = &self.house.calendar;
        let first = plan::next_occurrence(terms, from.pred_opt()?, calendar).ok()??;
        (calendar.cut_off(first.day) <= at).then_some(first)
    }

    /// The verdicts on the fund, and on the money-market fund in between, of a plan that may be opened.
    pub(super) fn agree(
        &self,
        terms: &Terms,
        funds: &Funds,
        by: Agreeing,
    ) -> Result<(Suitability, Option<Suitability>), Refusal> {
        let first = self.starts(terms)?.map(|first| first.day);
        let Some(admission) = self.by_wallet(terms.amount, funds, &by) else {
            return Ok((buying::agree(&self.buying(terms.amount, funds, by), first)?, None));
        };
        match again_and_again::agree(&admission, first) {
            Ok([wallet, target]) => Ok((target, Some(wallet))),
            Err(why) if no_way(&why) => Err(Refusal::ThroughWallet {
                wallet: admission.wallet_fund.code,
                fund: terms.fund,
                why: Box::new(why),
            }),
            Err(why) => Err(why.into()),
        }
    }

    fn agree_again(&self, amount: Amount, funds: &Funds, by: Agreeing) -> Result<(), Refusal> {
        match self.by_wallet(amount, funds, &by) {
            Some(admission) => again_and_again::agree_again(&admission)?,
            None => buying::agree_again(&self.buying(amount, funds, by))?,
        }
        Ok(())
    }

    fn buying(&self, amount: Amount, funds: &Funds, by: Agreeing) -> Buying {
        Buying {
            way: Way::RegularPlan,
            amount,
            at: by.at,
            investor: by.investor,
            fund: funds.target.clone(),
            channel: by.channel,
            warning_confirmed: by.warning_confirmed,
            used: DayTally::default(),
            calendar: self.house.calendar.clone(),
        }
    }

    /// What each date of a plan by way of a wallet asks for.
    fn by_wallet(&self, amount: Amount, funds: &Funds, by: &Agreeing) -> Option<Admission> {
        let (wallet, target) = (funds.wallet.as_ref()?, &funds.target);
        let later = funds.first.map(|t| self.house.later((wallet, target), t));
        Some(Admission {
            amount,
            at: by.at,
            mode: None,
            investor: by.investor.clone(),
            wallet_fund: wallet.clone(),
            target_fund: target.clone(),
            channel: by.channel,
            warning_confirmed: by.warning_confirmed.clone(),
            used_today: DayUse::default(),
            balance: Balance::default(),
            lots: Vec::new(),
            later: later.unwrap_or_default(),
            calendar: self.house.calendar.clone(),
        })
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
        // Nothing to look at of a word that was heard before, that changes nothing, or that the plan itself
        // does not take.
        let (Some(plan), Ok([plan::Event::Changed { .. }, ..])) =
            (state.plan(), RegularPlan::decide(state, &word).as_deref())
        else {
            return Ok(from);
        };
        let terms = changes.applied(plan.terms_on(from));
        let funds = self.agreed(&terms, from, at)?;
        let limits = view.open.promise.limits.unwrap_or(Limits {
            customer: CustomerType::Individual,
            channel: SalesChannel::DirectOnline,
            held_before: false,
            wallet_held_before: false,
        });
        let done = plan.outcomes().iter().any(|(_, outcome)| *outcome == Outcome::Done);
        let target = (limits.held_before || done).then_some(terms.fund);
        let wallet = terms.wallet_fund.filter(|_| limits.wallet_held_before || done);
        let mut investor =
            InvestorProfile::judged_as(terms.investor.clone(), limits.customer, target);
        investor.holds.extend(wallet);
        let (channel, warning_confirmed) = (limits.channel, None);
        let by = Agreeing { at, investor, channel, warning_confirmed };
        self.agree_again(terms.amount, &funds, by)?;
        let (heard, mut from) = (at.max(turn.now()), from);
        let terms = |from| changes.applied(plan.terms_on(from));
        while let Some(late) = self.too_late(&terms(from), from, heard) {
            from = late.nominal.succ_opt().unwrap_or(late.nominal);
        }
        let later = plan.agreed().filter(|(since, _)| *since > from);
        let later: Vec<_> = later.map(|(since, terms)| (since, changes.applied(terms))).collect();
        self.leaves_a_date(&terms(from), from, later.iter().map(|(since, terms)| (*since, terms)))?;
        Ok(from)
    }
}

impl RegularPlans {
    /// The first date that counts once the plan goes on: those whose orders are no longer taken when that is
    /// heard are passed over, too. They would be missed at once.
    pub(super) fn goes_on(&self, turn: &Turn<'_>, from: NaiveDate, at: Timestamp) -> NaiveDate {
        let key = turn.plan().plan.as_ref();
        let Some(state) = key.and_then(|key| turn.state(key)) else { return from };
        let (calendar, heard, mut from) = (&self.house.calendar, at.max(turn.now()), from);
        let going_on = |from| state.after(&plan::Command::Resume { at, from });
        loop {
            let next = going_on(from).and_then(|state| {
                let plan = state.plan()?;
                plan.next_occurrence(from.pred_opt()?, calendar).ok()?
            });
            match next.filter(|next| calendar.cut_off(next.day) <= heard) {
                Some(late) => from = late.nominal.succ_opt().unwrap_or(late.nominal),
                None => return from,
            }
        }
    }
}

/// Whether the way itself is missing, and not only the amount or the investor in the way.
const fn no_way(why: &admission::Refusal) -> bool {
    use admission::Refusal as R;
    matches!(
        why,
        R::NotAMoneyFund { .. }
            | R::SameFund { .. }
            | R::TargetIsMoneyFund { .. }
            | R::ModeUnavailable { .. }
            | R::PurchaseNotOpen { .. }
            | R::ConversionOutNotOpen { .. }
            | R::ConversionInNotOpen { .. }
            | R::NoConversionPair { .. }
            | R::ChargeSideMismatch { .. }
            | R::HeldTooShort { .. }
    )
}
