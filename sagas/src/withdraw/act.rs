//! What the table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, facts, one_sum,
    quote::FEE,
    saga::{Turn, View, Withdraw},
};
use crate::house::Cost;
use crate::parts::{
    application::{ApplicationLeg, FundSaga, partly},
    by_hand, cancel,
    later::Unreachable,
    milestone::Milestone,
    portions::Portions,
};
use fundflow_domain::{
    admission::cash_out::may_leave,
    application::{Ask, PromisedFee, Terms},
    calendar::TradingDay,
    orders::Cause,
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl Withdraw {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let plan = turn.plan();
        match what {
            Do::Reserve => {
                let (shares, all) = {
                    let promise = &turn.view()?.open.promise;
                    (promise.shares, promise.take_income)
                };
                if all {
                    return plan.wallet.reserve_with_income(turn, shares);
                }
                plan.wallet.reserve(turn, shares)
            }
            Do::Release => plan.wallet.release(turn),
            Do::Place => self.place(turn),
            Do::Close => plan.out.close(turn),
            Do::TakeOut => turn.as_far_as_it_goes(|turn| self.book(turn)),
            Do::SettleIncome => plan.wallet.settle(turn, &plan.out),
            Do::ForeseePayouts => Portions::foresee(turn, &plan.out),
            Do::RequestPayout => self.request_payout(turn),
            Do::AskForAccount => plan.payouts.legs.ask_for_account(turn),
            Do::HandOver => by_hand::hand_over(turn),
            Do::AskForCompensation => plan.compensations.ask_for_account(turn),
            Do::End(ending) => {
                let view = turn.view()?;
                turn.end(ending, why(&view).or_else(|| partly(&view)))
            }
        }
    }

    /// The redemption belongs to the T of the instant at which it is placed, and no earlier one.
    fn place(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let (request, promise) = (view.open.request.clone(), view.open.promise.clone());
        let day = self.house.t_of(turn.now())?.max(promise.trade_date);
        let callees = self.house.to_registrars(&[request.fund], day.date());
        let ports = turn.ports().filter(|_| day > promise.trade_date);
        let nobody = || Unreachable::none_on(day, &callees, ports).err();
        if let Some(cause) = self.may_not_leave(&view, day).or_else(|| Some(nobody()?.cause())) {
            return turn.reach(Milestone::TurnedAway { cause });
        }
        let fund = self.house.terms(request.fund, day)?;
        let fee = PromisedFee::Exact(FEE);
        let terms = Terms {
            order: plan.out.order.clone(),
            no: plan.out.no.clone(),
            registrar: fund.registrar.clone(),
            investor: request.investor.clone(),
            fund: request.fund,
            ask: Ask::Redemption {
                shares: promise.shares,
                lots: Vec::new(),
                on_huge: request.on_huge,
                take_income: promise.take_income,
            },
            trade_date: day,
            rounding: fund.share_rounding,
            promised: self.house.promise(&[&fund], day, Cost::undiscounted(fee))?,
            distributor: request.distributor.clone(),
        };
        plan.out.place(turn, terms)
    }

    /// Why shares may not leave on that T; only asked when it is later than the promised one.
    pub(super) fn may_not_leave(&self, view: &View<'_>, day: TradingDay) -> Option<Cause> {
        if day <= view.open.promise.trade_date {
            return None;
        }
        let fund = self.house.terms(view.open.request.fund, day).ok()?;
        if let Err(refusal) = may_leave(&fund, day) {
            return Some(Cause::new("not_admitted", refusal.to_string()));
        }
        let why = view.plan.wallet.enough_on(view, &fund, view.open.promise.shares).err()?;
        Some(Cause::new("not_admitted", why))
    }

    fn request_payout(&self, turn: &mut Turn<'_>) -> Done {
        let view = turn.view()?;
        if one_sum::pays_at_once(&view) {
            return self.request_all(turn);
        }
        let next = facts::next_payout(&view).ok_or(lacks("money to pay out"))?;
        let here = self.money_here(&view)?;
        let (leg, terms) = next.announced(self, turn, (&view.open.request.account, here))?;
        leg.request(turn, terms)
    }
}

/// Reason why the shares stayed.
pub(super) fn why(view: &View<'_>) -> Option<Cause> {
    let leg: &ApplicationLeg = &view.plan.out;
    leg.failure(view).or_else(|| cancel::why(view, leg))
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
