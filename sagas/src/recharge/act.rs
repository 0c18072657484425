//! What the table's commands do to our own aggregates, built from what the log says.

use super::{
    Do,
    saga::{Recharge, Turn, View},
};
use crate::parts::{milestone::Milestone, refunds, wallet::at_par};
use fundflow_domain::{
    application::{Ask, PromisedFee, Terms},
    calendar::TradingDay,
    fees::tiers::Charge,
    money::Discount,
    orders::Cause,
    payment::{self, Stage},
    wallet,
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl Recharge {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let (plan, id) = (turn.plan(), turn.id().clone());
        match what {
            Do::Count => {
                let fund = turn.view()?.open.request.fund;
                plan.limits.count(turn, &self.house, fund, plan.amount)
            }
            Do::GiveBack => Ok(plan.limits.give_back(turn)? + plan.limits_before.give_back(turn)?),
            Do::RequestPayment => request_payment(turn),
            Do::Readmit => self.decide_again(turn),
            Do::Place => self.place(turn),
            Do::CreditInTransit => {
                let shares = at_par(plan.amount)?;
                plan.wallet.decide(turn, &wallet::Command::CreditInTransit(id, shares))
            }
            Do::ConfirmCredit => {
                let view = turn.view()?;
                let said = plan.buy.confirmation(&view).ok_or(lacks("the confirmation"))?;
                let shares = plan.buy.shares_in(&view).ok_or(lacks("shares within range"))?;
                let command = wallet::Command::ConfirmCredit(id, shares, said.registered_on);
                plan.wallet.decide(turn, &command)
            }
            Do::ReturnRest => refunds::return_rest(turn, &plan.payment, &plan.buy),
            Do::ReverseCredit => plan.wallet.decide(turn, &wallet::Command::ReverseCredit(id)),
            Do::RequestRefund => {
                let why = why(&turn.view()?);
                let cause = why.unwrap_or_else(|| own("left", "the recharge was given up"));
                plan.payment.pay_back(turn, cause)
            }
            Do::ClosePayment => plan.payment.close(turn, closed("the bank")),
            Do::Close => plan.buy.close(turn, closed("the registrar")),
            Do::End(ending) => {
                let cause = why(&turn.view()?);
                turn.end(ending, cause)
            }
        }
    }

    /// The money counts for a later T: status, limits and terms are decided again on it. What counted
    /// on the old T is given back, what counts on the new one is counted.
    fn decide_again(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let (request, was) = (view.open.request.clone(), view.open.promise.clone());
        let Some(day) = view.open.notes.redated else { return Err(lacks("the later T")) };
        if request.only_today {
            let cause = not_today(day, was.trade_date);
            return turn.reach(Milestone::TurnedAway { cause });
        }
        match self.readmitted(turn.streams(), &request, &was, day) {
            Err(refusal) => {
                let cause = own("not_admitted", &refusal.to_string());
                turn.reach(Milestone::TurnedAway { cause })
            }
            Ok(mut admitted) => {
                admitted.accepted = admitted.accepted.or(was.accepted);
                let amount = admitted.amount(request.amount);
                let mut events = plan.limits_before.give_back(turn)?;
                events += turn.reach(Milestone::Readmitted { admitted: Box::new(admitted) })?;
                events += plan.limits.count(turn, &self.house, request.fund, amount)?;
                events += refunds::send_back_above(turn, &plan.payment, amount)?;
                Ok(events)
            }
        }
    }

    fn place(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let request = &view.open.request;
        let trade_date = view.open.notes.promise(&view.open.promise).trade_date;
        let fund = self.house.terms(request.fund, trade_date)?;
        let fee = PromisedFee::Charge(Charge::FREE);
        let terms = Terms {
            order: plan.buy.order.clone(),
            no: plan.buy.no.clone(),
            registrar: fund.registrar.clone(),
            investor: request.investor.clone(),
            fund: request.fund,
            ask: Ask::Purchase { amount: plan.amount, regular_plan: false },
            trade_date,
            rounding: fund.share_rounding,
            promised: self.house.promise(&fund, trade_date, fee, Discount::NONE)?,
        };
        plan.buy.place(turn, terms)
    }

    /// Why the purchase may not be one of that later T.
    pub(super) fn not_on(&self, view: &View<'_>, day: TradingDay) -> Option<Cause> {
        let (request, was) = (&view.open.request, &view.open.promise);
        if request.only_today && day > was.trade_date {
            return Some(not_today(day, was.trade_date));
        }
        let status = self.house.terms(request.fund, day).ok()?.status_on(day.date());
        let text = || format!("fund {} takes no purchases on {day}: {status:?}", request.fund);
        (!status.permits_purchase()).then(|| own("not_admitted", &text()))
    }
}

fn request_payment(turn: &mut Turn<'_>) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let terms = payment::Terms {
        no: plan.payment.no.clone(),
        account: view.open.request.account.clone(),
        amount: plan.amount,
        order: plan.payment.order.clone(),
        trade_date: view.open.promise.trade_date,
    };
    plan.payment.request(turn, terms)
}

/// Why it did not go through.
pub(super) fn why(view: &View<'_>) -> Option<Cause> {
    let plan = view.plan;
    let declined = plan.payment.payment(view).and_then(|payment| match &payment.stage {
        Stage::Declined(cause) | Stage::Closed(cause) => Some(cause.clone()),
        Stage::Requested | Stage::Paid(_) => None,
    });
    let taken_back = || {
        let asked = view.open.notes.cancel.filter(|_| !plan.buy.is_placed(view));
        asked.map(|_| own("cancelled", "taken back by the investor"))
    };
    declined
        .or_else(|| plan.buy.failure(view))
        .or_else(|| view.open.notes.turned_away.clone())
        .or_else(taken_back)
}

fn not_today(day: TradingDay, wanted: TradingDay) -> Cause {
    own("cut_off_passed", &format!("the money counts for {day}, and only {wanted} was wanted"))
}

fn closed(who: &str) -> Cause {
    own("operator", &format!("closed by an operator without {who}'s answer"))
}

fn own(code: &str, text: &str) -> Cause {
    Cause::new(code, text)
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
