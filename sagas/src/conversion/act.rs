//! What the table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, facts,
    saga::{Conversion, Target, Turn, View, limits_on},
};
use crate::house::Cost;
use crate::parts::{
    application::partly,
    by_hand, cancel, day_refused,
    later::Unreachable,
    leaving as part,
    milestone::{Milestone, Scope},
};
use fundflow_domain::{
    admission::{self, leaving, topup},
    application::{Ask, OnHuge, PromisedFee, Terms},
    calendar::TradingDay,
    fund::FundTerms,
    money::Discount,
    orders::Cause,
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl Conversion {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let plan = turn.plan();
        match what {
            Do::Count => self.count(turn),
            Do::GiveBack => give_back(turn),
            Do::FallWithDay => day_refused::fall(turn, Scope::All),
            Do::Reserve => self.reserve(turn),
            Do::Release => plan.holdings.release(turn),
            Do::Place => self.place(turn),
            Do::Take => turn.as_far_as_it_goes(|turn| plan.holdings.book_out(turn, &plan.out)),
            Do::Credit => turn.as_far_as_it_goes(|turn| self.book_in(turn)),
            Do::CloseOrder => plan.out.close(turn),
            Do::HandOver => by_hand::hand_over(turn),
            Do::End(ending) => {
                let view = turn.view()?;
                turn.end(ending, why(&view).or_else(|| partly(&view)))
            }
        }
    }

    /// Counts what the shares were worth on the T that holds now, and nowhere else. A conversion is by
    /// shares, so no part of it fits an amount.
    fn count(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let worth = view.open.promise.into.as_ref().and_then(|into| into.worth);
        let amount = worth.ok_or(lacks("what the shares are worth"))?;
        let into = view.open.request.into;
        let refused = plan.limits.refuses(&view, &self.house, into, amount);
        let before = give_back(turn)?;
        Ok(before
            + match refused {
                Some(no) => no.turn_away(self, turn, &plan.limits, amount)?,
                None => plan.limits.count(turn, &self.house, into, amount)?,
            })
    }

    fn reserve(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let (request, promised) = (&view.open.request, &view.open.promise);
        let fund = self.house.terms(request.fund, promised.trade_date)?;
        let state = plan.holdings.state(&view).ok_or(lacks("the holdings"))?;
        let shares = promised.exit.shares();
        let chosen = part::chosen(state, part::lots_of(&request.lots, shares))?;
        plan.holdings.reserve(turn, shares, fund.redemption_sequence, chosen)
    }

    /// The order belongs to the T of the instant at which it is placed, and to none before the
    /// promised one.
    fn place(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let promised = &view.open.promise;
        let known = view.open.notes.redated.unwrap_or(promised.trade_date);
        let trade_date = self.house.t_of(turn.now())?.max(known);
        if let Some(cause) = self.refuses_on(&view, trade_date) {
            return turn.reach(Milestone::TurnedAway { cause });
        }
        if trade_date > known {
            let callees = self.house.to_registrars(&[view.open.request.fund], trade_date.date());
            if let Err(nobody) = Unreachable::none_on(trade_date, &callees, turn.ports()) {
                return turn.reach(Milestone::TurnedAway { cause: nobody.cause() });
            }
            // The first row counts it on that T, once that is noted.
            let events = give_back(turn)?;
            return Ok(events + turn.reach(Milestone::Redated { trade_date })?);
        }
        let request = &view.open.request;
        let fund = self.house.terms(request.fund, trade_date)?;
        let target = self.house.terms(request.into, trade_date)?;
        let shares = plan.holdings.reserved(&view);
        let lots = part::lots_of(&request.lots, shares).to_vec();
        let known = || Cost {
            fee: PromisedFee::Open,
            discount: promised.into.as_ref().map_or(Discount::NONE, |into| into.topup_discount),
            floor: None,
        };
        let cost = cost(&view, (&fund, &target), trade_date).unwrap_or_else(known);
        let topup_discount = cost.discount;
        let both = [&*fund, &*target];
        let terms = Terms {
            order: plan.out.order.clone(),
            no: plan.out.no.clone(),
            registrar: fund.registrar.clone(),
            investor: request.investor.clone(),
            fund: request.fund,
            ask: Ask::Conversion {
                shares,
                into: request.into,
                lots,
                topup_discount,
                on_huge: OnHuge::Cancel,
                take_income: false,
            },
            trade_date,
            rounding: target.share_rounding,
            promised: self.house.promise(&both, trade_date, cost)?,
            distributor: request.distributor.clone(),
        };
        plan.out.place(turn, terms)
    }

    /// The registrar took it for a later T: what the shares were worth counts there. Returns why that
    /// T does not take it. The milestone comes last: whoever dies in the middle decides the same
    /// again.
    pub(super) fn moved(
        &self,
        turn: &mut Turn<'_>,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        let (request, promise) = (&view.open.request, &view.open.promise);
        if let Some(cause) = self.refuses_on(&view, day) {
            return Ok(Some(cause));
        }
        let next = limits_on(&self.house, request, promise, day);
        let (worth, into) = (promise.into.as_ref().and_then(|it| it.worth), request.into);
        let refused = worth.and_then(|worth| next.refuses(&view, &self.house, into, worth));
        if let (Some(no), Some(worth)) = (refused, worth) {
            no.refuse_day(self, turn, &next, worth)?;
            return Ok(Some(no.cause));
        }
        let (old, first) = (plan.limits.without(&next), plan.limits_before.without(&next));
        old.give_back(turn)?;
        first.give_back(turn)?;
        // Where so late a T was not foreseen, the first row counts it, once the T is noted.
        let foreseen = next.needs().all(|need| turn.streams().has(need.stream()));
        if let Some(worth) = worth.filter(|_| foreseen) {
            next.count(turn, &self.house, into, worth)?;
        }
        turn.reach(Milestone::Redated { trade_date: day })?;
        Ok(None)
    }

    /// Why the order may not be one of that T; only asked when it is not the promised one.
    pub(super) fn refuses_on(&self, view: &View<'_>, day: TradingDay) -> Option<Cause> {
        let (request, wanted) = (&view.open.request, view.open.promise.trade_date);
        if day <= wanted {
            return None;
        }
        if request.only_today {
            let text = format!("it would be priced on {day}, and only {wanted} was wanted");
            return Some(own("cut_off_passed", &text));
        }
        let fund = self.house.terms(request.fund, day).ok()?;
        let target = self.house.terms(request.into, day).ok()?;
        if let Err(refusal) = leaving::open_on(&fund, Some(&target), day) {
            return Some(own("not_admitted", &refusal.to_string()));
        }
        let (part, exit) = (&view.plan.holdings, view.open.promise.exit);
        let enough = leaving::enough_on(&fund, Some(&target), (exit, part.left(view)));
        let lots = part.state(view)?.parcels(&part.order, exit.shares(), day.date());
        let long = || leaving::long_enough_on(&fund, &target, &lots.unwrap_or_default(), day);
        let bought = || bought_on(view, &target, day).map_err(|no| no.to_string());
        let all = enough.and_then(|()| long()).and_then(|()| bought());
        Some(own("not_admitted", &all.err()?))
    }

    /// What came is the target's: of a money-market fund, the wallet's.
    pub(super) fn book_in(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        // Whether they are a wallet's is for the target's terms to say.
        self.house.terms(view.open.request.into, view.open.promise.trade_date)?;
        match &plan.target {
            Target::Holdings(part) => part.book_in(turn, &plan.out),
            Target::Wallet(part) => part.book_in(turn, &self.house, &plan.out),
        }
    }
}

/// The target lets what the shares were worth in on that T, and to that investor.
fn bought_on(
    view: &View<'_>,
    target: &FundTerms,
    day: TradingDay,
) -> Result<(), admission::Refusal> {
    let (promise, plan) = (&view.open.promise, view.plan);
    let Some(into) = &promise.into else { return Ok(()) };
    let holds = match &plan.target {
        Target::Holdings(part) => part.state(view).is_some_and(|it| !it.registered().is_zero()),
        Target::Wallet(part) => {
            part.state(view.streams).is_some_and(|it| !it.registered().is_zero())
        }
    };
    let who = (&view.open.request.investor, promise.customer);
    leaving::bought_on(into, who, (target, holds), day)
}

/// What it costs depends on the prices of T; the discount is that of T. `None` where the pair of funds has
/// agreed on nothing.
pub(super) fn cost(
    view: &View<'_>,
    (fund, target): (&FundTerms, &FundTerms),
    day: TradingDay,
) -> Option<Cost> {
    let rule = topup::rule(fund, target, view.open.promise.channel, day.date())?;
    Some(Cost { fee: PromisedFee::Open, discount: rule.multiplier, floor: rule.floor })
}

/// Nothing of it counts any more. A T that it was never counted for does not know it, and need not.
fn give_back(turn: &mut Turn<'_>) -> Done {
    let view = turn.view()?;
    let counted: Vec<_> = facts::counted(&view).cloned().collect();
    let parts = counted.iter().map(|limits| limits.give_back(turn));
    parts.sum()
}

/// Why it did not go through.
pub(super) fn why(view: &View<'_>) -> Option<Cause> {
    let out = &view.plan.out;
    out.failure(view)
        .or_else(|| cancel::why(view, out))
        .or_else(|| day_refused::why(view, out, &view.plan.limits))
}

fn own(code: &str, text: &str) -> Cause {
    Cause::new(code, text)
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
