//! What the table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, bank, bank_shares, day, facts, overpaid,
    saga::{FastWithdraw, Turn, View},
};
use crate::house::{Cost, beyond};
use crate::parts::{
    application::{ApplicationLeg, FundSaga, partly},
    by_hand,
    milestone::Milestone,
    wallet::worth,
};
use fundflow_domain::{
    admission::cash_out::may_leave,
    advance,
    application::{self, Ask, OnHuge, PromisedFee, Terms},
    calendar::{CalendarError, TradingDay},
    fast_quota,
    ids::{FundCode, InvestorId},
    money::Money,
    orders::Cause,
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl FastWithdraw {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let plan = turn.plan();
        match what {
            Do::Count => self.count(turn),
            Do::DecideAgain => self.decide_again(turn),
            Do::KeepQuotas => self.keep_quotas(turn),
            Do::CountOn => day::count_on(turn),
            Do::GiveBack => {
                let command = fast_quota::Command::GiveBack { transaction: turn.id().clone() };
                Ok(turn.decide(&plan.quota, &command)?)
            }
            Do::Reserve => {
                let shares = turn.view()?.open.promise.admitted.shares;
                plan.wallet.reserve(turn, shares)
            }
            Do::Release => plan.wallet.release(turn),
            Do::RequestAdvance => request_advance(turn),
            Do::CloseAdvance => plan.advance.close(turn),
            Do::PlaceTransfer => self.place_transfer(turn),
            Do::CloseTransfer => plan.transfer.close(turn),
            Do::TakeOut => turn.as_far_as_it_goes(|turn| self.book(turn)),
            Do::PlaceRedemption => self.place_redemption(turn),
            Do::FitRedemption => {
                let fitting = bank_shares::fitting(&turn.view()?).ok_or(lacks("other shares"))?;
                Ok(turn.decide(&plan.redemption.key, &application::Command::AskFor(fitting))?)
            }
            Do::CloseRedemption => plan.redemption.close(turn),
            Do::RequestRepayment => {
                let (view, brought) = (turn.view()?, plan.brought(&turn.view()?));
                match (overpaid::given_back(&view), facts::is_by_hand(&view)) {
                    (Some(case), _) => plan.advance.give_back(turn, case),
                    (None, true) => plan.advance.keep(turn, brought),
                    (None, false) => plan.advance.request_repayment(turn, brought),
                }
            }
            Do::AskBack => overpaid::ask_back(turn),
            Do::HandOver => {
                // Said before the case is opened, so that nobody closes it beside the saga.
                let disputed = match bank::case_that_keeps(&turn.view()?) {
                    Some(case) => turn.reach(Milestone::Disputed { case })?,
                    None => 0,
                };
                Ok(disputed + by_hand::hand_over(turn)?)
            }
            Do::AskForCompensation => plan.compensations.ask_for_account(turn),
            Do::End(ending) => {
                let view = turn.view()?;
                turn.end(ending, why(&view).or_else(|| partly(&view)))
            }
        }
    }

    /// The transfer belongs to the T of the instant at which it is placed: on a closed day the next.
    fn place_transfer(&self, turn: &mut Turn<'_>) -> Done {
        let view = turn.view()?;
        let promise = &view.open.promise;
        let ask = Ask::FastTransfer { shares: promise.admitted.shares, to: promise.holder.clone() };
        let (plan, investor) = (turn.plan(), view.open.request.investor.clone());
        let day = self.house.t_of(turn.now())?;
        self.place(turn, (&plan.transfer, day), investor, ask)
    }

    /// The shares are the bank's now, and it is the bank that redeems them: on the first T on which the fund
    /// lets shares leave.
    fn place_redemption(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let shares = plan.transfer.shares_out(&view).ok_or(lacks("shares that left"))?;
        let holder = InvestorId::new(view.open.promise.holder.as_str());
        let holder = holder.map_err(|_| lacks("the bank's account"))?;
        let (on_huge, take_income) = (OnHuge::CarryOver, false);
        let ask = Ask::Redemption { shares, lots: Vec::new(), on_huge, take_income };
        let fund = turn.view()?.open.request.fund;
        let t = self.house.t_of(turn.now())?;
        let day =
            self.house.leaves_from(fund, t).map_err(|end| self.never_leaves((fund, t), end))?;
        self.place(turn, (&plan.redemption, day), holder, ask)
    }

    /// Why there is no T on which the fund lets shares leave.
    fn never_leaves(&self, (fund, t): (FundCode, TradingDay), end: CalendarError) -> NotDone {
        let terms = (self.house.funds)(fund, t.date());
        match terms.map(|terms| may_leave(&terms, t)) {
            Some(Err(why)) => {
                NotDone::Refused(format!("{why}, nor on any later day of the calendar").into())
            }
            Some(Ok(())) | None => beyond(end),
        }
    }

    fn place(
        &self,
        turn: &mut Turn<'_>,
        (leg, day): (&ApplicationLeg, TradingDay),
        investor: InvestorId,
        ask: Ask,
    ) -> Done {
        let request = turn.view()?.open.request.clone();
        let (code, distributor) = (request.fund, request.distributor.clone());
        let fund = self.house.terms(code, day)?;
        let fee = PromisedFee::Exact(Money::ZERO);
        let terms = Terms {
            order: leg.order.clone(),
            no: leg.no.clone(),
            registrar: fund.registrar.clone(),
            investor,
            fund: code,
            ask,
            trade_date: day,
            rounding: fund.share_rounding,
            promised: self.house.promise(&[&fund], day, Cost::undiscounted(fee))?,
            distributor,
        };
        leg.place(turn, terms)
    }
}

fn request_advance(turn: &mut Turn<'_>) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let promise = &view.open.promise;
    let terms = advance::Terms {
        no: plan.advance.no.clone(),
        by: promise.by.clone(),
        account: view.open.request.account.clone(),
        amount: worth(promise.admitted.shares).ok_or(lacks("shares that are worth anything"))?,
        order: plan.advance.order.clone(),
        asked_at: None,
    };
    plan.advance.request(turn, terms)
}

/// Why no cash came, or the bank has not got all of it back.
pub(super) fn why(view: &View<'_>) -> Option<Cause> {
    let plan = view.plan;
    plan.advance
        .failure(view)
        .or_else(|| view.open.notes.turned_away.clone())
        .or_else(|| plan.transfer.failure(view))
        .or_else(|| plan.redemption.failure(view))
        .or_else(|| plan.advance.shortfall(view))
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
