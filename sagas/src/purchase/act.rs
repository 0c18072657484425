//! What a table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, facts,
    plan::limits_on,
    prepare::Refusal,
    saga::{Purchase, Turn, View},
};
use crate::parts::milestone::Milestone;
use chrono::NaiveDate;
use fundflow_domain::{
    admission::buying::{self, Admitted, Again, Way},
    application::{Ask, PromisedFee, Terms},
    calendar::TradingDay,
    ids::{PlanId, TransactionId},
    money::{Amount, Money},
    orders::{Cause, Serial},
    payment, payout, plan,
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl Purchase {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let plan = turn.plan();
        match what {
            Do::Begin => tell_plan(turn, |nominal, transaction| plan::Command::Begin {
                nominal,
                transaction,
            }),
            Do::CarryOut => tell_plan(turn, |nominal, _| plan::Command::Done { nominal }),
            Do::Miss => {
                let cause = why(&turn.view()?);
                let cause = cause.unwrap_or_else(|| own("abandoned", "a person gave up on it"));
                tell_plan(turn, |nominal, _| plan::Command::Miss { nominal, cause })
            }
            Do::Count => plan.limits.count(turn, &self.house, fund_of(turn)?, plan.amount),
            Do::GiveBack => give_back(turn),
            Do::RequestPayment => request_payment(turn),
            Do::Readmit => self.decide_again(turn),
            Do::Place => self.place(turn),
            Do::ReturnRest => return_rest(turn),
            Do::Credit => plan.holdings.book(turn, &plan.buy),
            Do::RequestRefund => {
                let cause =
                    why(&turn.view()?).unwrap_or_else(|| own("left", "the saga left this row"));
                plan.payment.pay_back(turn, cause)
            }
            Do::OweInterest => self.owe_interest(turn),
            Do::AskForAccount => plan.interest.ask_for_account(turn),
            Do::ClosePayment => plan.payment.close(turn),
            Do::CloseOrder => plan.buy.close(turn, closed("the registrar")),
            Do::End(ending) => {
                let cause = why(&turn.view()?);
                turn.end(ending, cause)
            }
        }
    }

    /// What the rules of that T say to the same order, its limits set aside.
    pub(super) fn decided_on(&self, view: &View<'_>, day: TradingDay) -> Result<Admitted, Refusal> {
        let (request, was) = (&view.open.request, &view.open.promise);
        let fund = (self.house.funds)(request.fund, day.date());
        let again = Again {
            trade_date: day,
            amount: view.plan.amount,
            investor: request.investor.clone(),
            fund: fund.ok_or(Refusal::UnknownFund(request.fund))?,
            used: Money::ZERO,
            calendar: self.house.calendar.clone(),
        };
        Ok(buying::readmit(was, &again)?)
    }

    /// The money counts for a later T: status, limits, terms and charge are decided again on it. What
    /// counted on the old T is given back, what counts on the new one is counted.
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
                let mut events = plan.limits_before.give_back(turn)?;
                let amount = admitted.amount(request.amount);
                events += turn.reach(Milestone::Readmitted { admitted: Box::new(admitted) })?;
                events += plan.limits.count(turn, &self.house, request.fund, amount)?;
                events += send_back_above(turn, amount)?;
                Ok(events)
            }
        }
    }

    /// The registrar took it for a later T: it is decided again there, but for the amount, which it
    /// has already. Returns why that T does not take it. The milestones come last: whoever dies in
    /// the middle decides the same again.
    pub(super) fn moved(
        &self,
        turn: &mut Turn<'_>,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        let (request, was) = (&view.open.request, view.open.notes.promise(&view.open.promise));
        if request.only_today {
            return Ok(Some(not_today(day, view.open.promise.trade_date)));
        }
        let mut admitted = match self.decided_on(&view, day) {
            Ok(admitted) => admitted,
            Err(refusal) => return Ok(Some(own("not_admitted", &refusal.to_string()))),
        };
        let (next, fund) = (limits_on(&self.house, request, was, day), request.fund);
        if let Some(cause) = next.refuses(&view, &self.house, fund, plan.amount) {
            return Ok(Some(cause));
        }
        admitted.accepted = was.accepted;
        let (old, first) = (plan.limits.without(&next), plan.limits_before.without(&next));
        old.give_back(turn)?;
        first.give_back(turn)?;
        // Where so late a T was not foreseen, the first row counts it, once the T is noted.
        if next.needs().all(|need| turn.streams().has(need.stream())) {
            next.count(turn, &self.house, fund, plan.amount)?;
        }
        turn.reach(Milestone::Redated { trade_date: day })?;
        turn.reach(Milestone::Readmitted { admitted: Box::new(admitted) })?;
        Ok(None)
    }

    fn place(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let promised = view.open.notes.promise(&view.open.promise);
        let (request, trade_date) = (&view.open.request, promised.trade_date);
        let fund = self.house.terms(request.fund, trade_date)?;
        let amount = plan.amount;
        let ask = match request.way {
            Way::Purchase => Ask::Purchase { amount, plan: None },
            Way::RegularPlan => {
                let named = PlanId::of_occurrence(turn.id());
                let (name, _) = named.ok_or(lacks("the name of its plan"))?;
                Ask::Purchase { amount, plan: Some(name) }
            }
            Way::Subscription => Ask::Subscription { amount },
        };
        let fee = PromisedFee::Charge(promised.charge);
        let terms = Terms {
            order: plan.buy.order.clone(),
            no: plan.buy.no.clone(),
            registrar: fund.registrar.clone(),
            investor: request.investor.clone(),
            fund: request.fund,
            ask,
            trade_date,
            rounding: fund.share_rounding,
            promised: self.house.promise(&fund, trade_date, fee, promised.discount)?,
        };
        plan.buy.place(turn, terms)
    }

    fn owe_interest(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let due = self.house.calendar.plus(self.house.t_of(turn.now())?, 1);
        let terms = payout::Terms {
            no: plan.interest.no.clone(),
            account: view.open.request.account.clone(),
            amount: facts::earned(&view).ok_or(lacks("what the money earned"))?,
            order: plan.buy.order.clone(),
            due: due.map_err(|_| lacks("a trading day"))?,
        };
        plan.interest.request(turn, terms)
    }
}

fn fund_of(turn: &Turn<'_>) -> Result<fundflow_domain::ids::FundCode, NotDone> {
    Ok(turn.view()?.open.request.fund)
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

/// The later T lets in less than was paid: the rest goes back.
fn send_back_above(turn: &mut Turn<'_>, taken: Amount) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let left = plan.payment.payment(&view).map(payment::Payment::left);
    let rest = left.and_then(|left| Amount::new(left.minus(taken.into())?.decimal()).ok());
    let Some(amount) = rest else { return Ok(0) };
    let due_to = Serial::new("day_limit").map_err(|_| lacks("a serial"))?;
    let what = payment::SentBack::Difference { due_to, amount };
    let cause = own("above_day_limit", "the later T lets in a part of the amount");
    Ok(turn.decide(&plan.payment.key, &payment::Command::SendBack(what, cause))?)
}

/// What the registrar did not accept goes back.
fn return_rest(turn: &mut Turn<'_>) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let amount = facts::rest(&view).ok_or(lacks("money that was not accepted"))?;
    let said = plan.buy.confirmation(&view).ok_or(lacks("the confirmation"))?;
    let due_to = said.serial.clone();
    let what = payment::SentBack::Difference { due_to, amount };
    let cause = own("not_accepted", "the registrar accepted a part of the amount");
    Ok(turn.decide(&plan.payment.key, &payment::Command::SendBack(what, cause))?)
}

fn tell_plan(
    turn: &mut Turn<'_>,
    word: impl FnOnce(NaiveDate, TransactionId) -> plan::Command,
) -> Done {
    let (plan, transaction) = (turn.plan(), turn.id().clone());
    let (key, nominal) = plan.occurrence.as_ref().ok_or(lacks("the plan"))?;
    Ok(turn.decide(key, &word(*nominal, transaction))?)
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
    let plan = view.plan;
    let declined = plan.payment.payment(view).and_then(|payment| match &payment.stage {
        payment::Stage::Declined(cause) | payment::Stage::Closed(cause) => Some(cause.clone()),
        payment::Stage::Requested | payment::Stage::Paid(_) => None,
    });
    let taken_back = || {
        let asked = view.open.notes.cancel.filter(|_| !plan.buy.is_confirmed(view));
        asked.map(|_| own("cancelled", "taken back by the investor"))
    };
    let day_refused = || {
        let text = "another order of that day exceeded the limit, and all of them are refused";
        plan.limits.are_refused(view).then(|| own("day_refused", text))
    };
    declined
        .or_else(|| plan.buy.failure(view))
        .or_else(|| view.open.notes.turned_away.clone())
        .or_else(taken_back)
        .or_else(day_refused)
}

pub(super) fn not_today(day: TradingDay, wanted: TradingDay) -> Cause {
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
