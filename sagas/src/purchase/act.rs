//! What a table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, facts,
    plan::{Plan, limits_on},
    saga::{Purchase, Turn, View},
};
use crate::house::{Cost, beyond};
use crate::parts::{
    application::{FundSaga, partly},
    by_hand, cancel, day_refused,
    later::{self, NotOn, Unreachable},
    limits::Limits,
    milestone::{Milestone, Scope},
    occurrence::Occurrence,
    refunds,
};
use fundflow_domain::{
    admission::buying::{Admitted, Way},
    application::{Ask, Terms},
    calendar::TradingDay,
    ids::PlanId,
    money::Amount,
    orders::Cause,
    payment, payout,
};
use fundflow_runtime::{port::Ports, turn::NotDone};

type Done = Result<usize, NotDone>;

impl Purchase {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let plan = turn.plan();
        match what {
            Do::Begin => occurrence(plan)?.begin(turn),
            Do::CarryOut => occurrence(plan)?.carry_out(turn),
            Do::Miss => {
                let cause = why(&turn.view()?);
                occurrence(plan)?.miss(turn, cause)
            }
            Do::SettleDate => {
                let view = turn.view()?;
                if plan.buy.is_confirmed(&view) && plan.holdings.is_booked_in(&view, &plan.buy) {
                    return occurrence(plan)?.carry_out(turn);
                }
                let cause = why(&view);
                occurrence(plan)?.miss(turn, cause)
            }
            Do::Count => self.count(turn),
            Do::GiveBack => give_back(turn),
            Do::FallWithDay => day_refused::fall(turn, Scope::All),
            Do::RequestPayment => request_payment(turn),
            Do::AwaitDate => crate::parts::timing::await_date(),
            Do::Readmit => self.decide_again(turn),
            Do::Place => self.place(turn),
            Do::ReturnRest => return_rest(turn),
            Do::Credit => turn.as_far_as_it_goes(|turn| self.book(turn)),
            Do::RequestRefund => {
                let cause =
                    why(&turn.view()?).unwrap_or_else(|| own("left", "the saga left this row"));
                plan.payment.pay_back(turn, cause)
            }
            Do::OweInterest => self.owe_interest(turn),
            Do::AskForAccount => plan.interest.ask_for_account(turn),
            Do::ClosePayment => plan.payment.close(turn),
            Do::CloseOrder => plan.buy.close(turn),
            Do::HandOver => by_hand::hand_over(turn),
            Do::AskForCompensation => plan.compensations.ask_for_account(turn),
            Do::End(ending) => {
                let view = turn.view()?;
                turn.end(ending, why(&view).or_else(|| partly(&view)))
            }
        }
    }

    /// Counts the amount on the promised T. Who comes too late for the limit is turned away, or has less
    /// promised.
    fn count(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let fund = view.open.request.fund;
        if plan.limits.would_cut(&view, &self.house, &[fund], plan.amount) {
            let day = view.open.notes.promise(&view.open.promise).trade_date;
            return match self.readmitted(&view, day) {
                Ok(admitted) => turn.reach(Milestone::readmitted(admitted)),
                Err(no) => {
                    let cause = own("above_day_limit", &no.to_string());
                    turn.reach(Milestone::TurnedAway { cause })
                }
            };
        }
        match plan.limits.count(turn, &self.house, fund, plan.amount) {
            Err(NotDone::Refused(text)) => {
                turn.reach(Milestone::TurnedAway { cause: own("above_day_limit", &text) })
            }
            done => done,
        }
    }

    /// The money counts for a later T: status, limits, terms and charge are decided again on it.
    fn decide_again(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let Some(day) = view.open.notes.redated else { return Err(lacks("the later T")) };
        if !view.open.request.only_today {
            self.house.terms(view.open.request.fund, day)?;
        }
        match self.admitted_on(&view, turn.ports(), day) {
            Ok(admitted) => self.readmit(turn, admitted),
            Err(no) => no.turn_away(self, turn, &plan.limits_next, plan.amount),
        }
    }

    /// What is promised for that T, or why nothing is.
    fn admitted_on(
        &self,
        view: &View<'_>,
        ports: Option<&Ports>,
        day: TradingDay,
    ) -> Result<Admitted, NotOn> {
        if view.open.request.only_today {
            return Err(NotOn::unwanted(day, view.open.promise.trade_date));
        }
        let admitted = self.readmitted(view, day);
        let admitted = admitted.map_err(|refusal| NotOn::refused(&refusal, refusal.rule()))?;
        let callees = self.house.to_registrars(&[view.open.request.fund], day.date());
        Unreachable::none_on(day, &callees, ports)?;
        Ok(admitted)
    }

    /// Gives back on the old T, counts on the new one, and promises what the new one lets in. The
    /// milestone comes last: whoever dies in the middle decides the same again.
    fn readmit(&self, turn: &mut Turn<'_>, mut admitted: Admitted) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let (fund, asked) = (view.open.request.fund, view.open.request.amount);
        let was = view.open.notes.promise(&view.open.promise);
        admitted.accepted = admitted.accepted.or(was.accepted);
        let amount = admitted.amount(asked);
        let next = Limits::of(admitted.counted.as_ref());
        let mut events = plan.limits.without(&next).give_back(turn)?;
        events += next.count(turn, &self.house, fund, amount)?;
        events += refunds::send_back_above(turn, &plan.payment, amount)?;
        Ok(events + turn.reach(Milestone::readmitted(admitted))?)
    }

    /// The registrar took it for a later T: it is decided again there, but for the amount, which it
    /// has already. Returns why that T does not take it.
    pub(super) fn moved(
        &self,
        turn: &mut Turn<'_>,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        let was = view.open.notes.promise(&view.open.promise);
        let next = limits_on(&self.house, &view.open.request, was, day);
        next.are_there(&view)?;
        let admitted = match self.admitted_on(&view, turn.ports(), day) {
            Ok(admitted) => admitted,
            Err(no) => {
                no.refuse_day(self, turn, &next, plan.amount)?;
                return Ok(Some(no.cause));
            }
        };
        if let Some(cause) = later::less_than(plan.amount, admitted.accepted) {
            return Ok(Some(cause));
        }
        turn.reach(Milestone::Redated { trade_date: day })?;
        self.readmit(turn, admitted)?;
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
        let cost = cost(promised, amount);
        let terms = Terms {
            order: plan.buy.order.clone(),
            no: plan.buy.no.clone(),
            registrar: fund.registrar.clone(),
            investor: request.investor.clone(),
            fund: request.fund,
            ask,
            trade_date,
            rounding: fund.share_rounding,
            promised: self.house.promise(&[&fund], trade_date, cost)?,
            distributor: request.distributor.clone(),
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
            due: due.map_err(beyond)?,
            asked_at: None,
            compensates: None,
            record: None,
        };
        plan.interest.request(turn, terms)
    }
}

/// What so much of it is promised to cost.
pub(super) fn cost(promised: &Admitted, amount: Amount) -> Cost {
    Cost { fee: promised.fee_of(amount), discount: promised.discount, floor: None }
}

fn request_payment(turn: &mut Turn<'_>) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let terms = payment::Terms {
        no: plan.payment.no.clone(),
        account: view.open.request.account.clone(),
        amount: plan.amount,
        order: plan.payment.order.clone(),
        trade_date: view.open.promise.trade_date,
        asked_at: None,
    };
    plan.payment.request(turn, terms)
}

/// What the registrar did not accept goes back.
fn return_rest(turn: &mut Turn<'_>) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    if plan.buy.is_rejected(&view) {
        return refunds::return_all(turn, &plan.payment, &plan.buy);
    }
    let amount = facts::rest(&view).ok_or(lacks("money that was not accepted"))?;
    let said = plan.buy.confirmation(&view).ok_or(lacks("the confirmation"))?;
    let due_to = said.serial.clone();
    let what = payment::SentBack::Difference { due_to, amount };
    let cause = own("not_accepted", "the registrar accepted a part of the amount");
    plan.payment.send_back(turn, what, cause)
}

fn occurrence(plan: &Plan) -> Result<&Occurrence, NotDone> {
    plan.occurrence.as_ref().ok_or(lacks("the plan"))
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
    declined
        .or_else(|| plan.buy.failure(view))
        .or_else(|| cancel::why(view, &plan.buy))
        .or_else(|| day_refused::why(view, &plan.buy, &plan.limits))
}

fn own(code: &str, text: &str) -> Cause {
    Cause::new(code, text)
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
