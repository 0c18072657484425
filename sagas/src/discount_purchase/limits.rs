//! What counts towards the day's limits, and what happens when the T moves: everything that depends
//! on the day is decided again, counted on the new T and given back on the old.
//!
//! 1. The milestone that says so comes last: whoever dies in the middle decides the same again.
//! 2. What the transaction itself counts is not held against it.
//! 3. Each fund's limit counts on the T of its own order: the target's is a later one where it is
//!    bought on another day.

use super::{
    Request,
    act::{lacks, own},
    earlier,
    saga::{DiscountPurchase, Opened, Turn, View},
    table_for,
};
use crate::{
    house::House,
    parts::{
        limits::{Limits, limit_key},
        milestone::Milestone,
    },
};
use fundflow_domain::{
    admission::{Admitted, DayUse, target::target_day},
    calendar::TradingDay,
    day_limit::DayTally,
    fund::FundTerms,
    ids::{FundCode, InvestorId, VersionTag},
    investor::{CustomerType, SalesChannel},
    limits::LimitKey,
    modes::ConversionMode,
    money::{Amount, Money},
    orders::{Cause, Serial},
    payment,
};
use fundflow_runtime::turn::NotDone;
use std::{collections::BTreeSet, sync::Arc};

type Done = Result<usize, NotDone>;

/// The limits that a purchase may count against, each fund's on the T of its own order.
#[derive(Debug, Default)]
pub(super) struct LimitKeys {
    wallet: Option<LimitKey>,
    /// One for each day that may be the target's own T.
    target: Vec<LimitKey>,
}

impl LimitKeys {
    /// Those of a purchase of that T in one of these modes.
    pub(super) fn of(
        house: &House,
        (wallet, target): &(Arc<FundTerms>, Arc<FundTerms>),
        who: (&InvestorId, CustomerType, SalesChannel),
        t: TradingDay,
        modes: &[ConversionMode],
    ) -> Self {
        let later = house.later((wallet, target), t);
        let funds = (wallet, target, &later);
        let day = |mode: &ConversionMode| target_day(*mode, funds, &house.calendar, t);
        let days: BTreeSet<TradingDay> = modes.iter().filter_map(|mode| day(mode).ok()).collect();
        let buys = modes.iter().any(|mode| mode.buys_the_money_fund());
        Self {
            wallet: buys.then(|| limit_key(wallet, who, t)).flatten(),
            target: days
                .into_iter()
                .filter_map(|day| limit_key(later.in_force(target, day), who, day))
                .collect(),
        }
    }

    /// Those of a purchase that was promised, on that T in one of these modes.
    pub(super) fn moved(
        house: &House,
        request: &Request,
        was: &Admitted,
        (t, modes): (TradingDay, &[ConversionMode]),
    ) -> Option<Self> {
        let terms = |code| (house.funds)(code, t.date());
        let funds = (terms(request.wallet_fund)?, terms(request.target_fund)?);
        let who = (&request.investor, was.customer, was.channel);
        Some(Self::of(house, &funds, who, t, modes))
    }

    /// Keys of all limits.
    pub(super) fn all(&self) -> impl Iterator<Item = &LimitKey> {
        self.wallet.iter().chain(&self.target)
    }

    /// Amounts that count under the keys.
    pub(super) fn used(&self, tally: impl Fn(&LimitKey) -> DayTally) -> DayUse {
        DayUse {
            wallet_fund: self.wallet.as_ref().map_or_else(DayTally::default, &tally),
            target_fund: self.target.iter().map(|key| (key.day, tally(key))).collect(),
        }
    }
}

/// The limit that the target's order counts against on a T of its own.
pub(super) fn target_key(
    house: &House,
    request: &Request,
    was: &Admitted,
    day: TradingDay,
) -> Option<LimitKey> {
    let fund = (house.funds)(request.target_fund, day.date())?;
    limit_key(&fund, (&request.investor, was.customer, was.channel), day)
}

impl DiscountPurchase {
    /// The limits of a later T that is not decided on yet.
    pub(super) fn limits_undecided(&self, open: &Opened) -> Vec<LimitKey> {
        let (request, notes) = (&open.request, &open.notes);
        let promised = notes.promise(&open.promise);
        let of_all = notes.redated.filter(|_| notes.undecided);
        let in_any = |day| (day, &ConversionMode::ALL[..]);
        let of_all =
            of_all.and_then(|day| LimitKeys::moved(&self.house, request, promised, in_any(day)));
        let of_target = notes.leg_undecided;
        let of_target = of_target.and_then(|day| target_key(&self.house, request, promised, day));
        of_all.iter().flat_map(LimitKeys::all).cloned().chain(of_target).collect()
    }

    /// Counts the amount on the promised T. Who comes too late for the limit is turned away, or has less
    /// promised.
    pub(super) fn count(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let funds = funds(&view);
        if plan.limits.would_cut(&view, &self.house, &funds, plan.amount) {
            return match self.readmitted(&view) {
                Ok(admitted) => turn.reach(Milestone::readmitted(admitted)),
                Err(no) => turned_away(turn, own("above_day_limit", &no.to_string())),
            };
        }
        match plan.limits.count_of(turn, &self.house, &funds, plan.amount) {
            Err(NotDone::Refused(text)) => turned_away(turn, own("above_day_limit", &text)),
            done => done,
        }
    }

    /// The money counts for a later T: status, limits, terms and fees are decided again on it.
    pub(super) fn decide_again(&self, turn: &mut Turn<'_>) -> Done {
        let plan = turn.plan();
        let Some(day) = turn.view()?.open.notes.redated else { return Err(lacks("the later T")) };
        if !turn.view()?.open.request.only_today {
            self.are_listed(&turn.view()?, day)?;
        }
        let ports = turn.ports();
        match self.admitted_on(&turn.view()?, ports, day) {
            Ok(admitted) => self.readmit(turn, admitted),
            Err(no) => {
                let view = turn.view()?;
                let next = self.limits_on(&view, day, &[self.mode_of(&view, day)]);
                no.turn_away(self, turn, &next, plan.amount)
            }
        }
    }

    /// Both funds have terms on that day: without them nothing is decided.
    pub(super) fn are_listed(&self, view: &View<'_>, day: TradingDay) -> Result<(), NotDone> {
        for fund in [view.open.request.wallet_fund, view.open.request.target_fund] {
            self.house.terms(fund, day)?;
        }
        Ok(())
    }

    /// Gives back on the old T, counts on the new one, and promises what the new one lets in.
    pub(super) fn readmit(&self, turn: &mut Turn<'_>, mut admitted: Admitted) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let was = view.open.notes.promise(&view.open.promise);
        admitted.accepted = admitted.accepted.or(was.accepted);
        let amount = admitted.amount(view.open.request.amount);
        let (next, funds) = (Limits::of(&admitted.counted), funds(&view));
        let table = table_for(admitted.mode, view.open.request.by_plan);
        let table = earlier::beside(&view.open.table, table).version;
        let table = (admitted.mode != was.mode).then(|| VersionTag::literal(table));
        let mut events = plan.limits.without(&next).give_back(turn)?;
        // Whoever died in the middle may have counted it for another mode.
        events += plan.limits_next.without(&next).give_back_counted(turn)?;
        events += next.count_of(turn, &self.house, &funds, amount)?;
        events += send_back_rest(turn, plan.amount, amount)?;
        let admitted = Box::new(admitted);
        Ok(events + turn.reach(Milestone::Readmitted { admitted, table })?)
    }

    /// The limits that the amount would count against on that T in one of these modes.
    pub(super) fn limits_on(
        &self,
        view: &View<'_>,
        day: TradingDay,
        modes: &[ConversionMode],
    ) -> Limits {
        let was = view.open.notes.promise(&view.open.promise);
        let keys = LimitKeys::moved(&self.house, &view.open.request, was, (day, modes));
        Limits::of(keys.unwrap_or_default().all())
    }
}

fn funds(view: &View<'_>) -> [FundCode; 2] {
    [view.open.request.wallet_fund, view.open.request.target_fund]
}

/// Nothing of it counts any more. A later T that was never decided on does not know the
/// transaction, and need not.
pub(super) fn give_back(turn: &mut Turn<'_>) -> Done {
    let plan = turn.plan();
    Ok(plan.limits.give_back(turn)? + plan.limits_next.give_back_counted(turn)?)
}

/// No shares of the target will come: its limit counts no more.
pub(super) fn give_back_target(turn: &mut Turn<'_>) -> Done {
    let plan = turn.plan();
    Ok(plan.target_limits.give_back_counted(turn)? + plan.limits_next.give_back_counted(turn)?)
}

/// The later T lets in less than was paid: the rest goes back.
fn send_back_rest(turn: &mut Turn<'_>, paid: Amount, taken: Amount) -> Done {
    let rest = Money::from(paid).minus(taken.into());
    let rest = rest.and_then(|rest| Amount::checked(rest.decimal()));
    let Some(amount) = rest else { return Ok(0) };
    let due_to = Serial::new("day_limit").map_err(|_| lacks("a serial"))?;
    let what = payment::SentBack::Difference { due_to, amount };
    let cause = own("above_day_limit", "the later T lets in a part of the amount");
    turn.plan().payment.send_back(turn, what, cause)
}

pub(super) fn turned_away(turn: &mut Turn<'_>, cause: Cause) -> Done {
    turn.reach(Milestone::TurnedAway { cause })
}
