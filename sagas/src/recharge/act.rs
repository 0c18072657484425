//! What the table's commands do to our own aggregates, built from what the log says.

use super::{
    Do,
    saga::{Recharge, Turn, View},
};
use crate::house::Cost;
use crate::parts::{
    application::{FundSaga, partly},
    by_hand, cancel, day_refused,
    later::{self, NotOn, Unreachable},
    limits::Limits,
    milestone::{Milestone, Scope},
    refunds,
    wallet::at_par,
};
use fundflow_domain::{
    admission::buying::Admitted,
    application::{Ask, PromisedFee, Terms},
    calendar::TradingDay,
    fees::tiers::Charge,
    orders::Cause,
    payment::{self, Stage},
    wallet,
};
use fundflow_runtime::{port::Ports, turn::NotDone};

type Done = Result<usize, NotDone>;

impl Recharge {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let (plan, id) = (turn.plan(), turn.id().clone());
        match what {
            Do::Count => self.count(turn),
            Do::GiveBack => give_back(turn),
            Do::FallWithDay => day_refused::fall(turn, Scope::All),
            Do::RequestPayment => request_payment(turn),
            Do::AwaitDate => crate::parts::timing::await_date(),
            Do::Readmit => self.decide_again(turn),
            Do::Place => self.place(turn),
            Do::CreditInTransit => {
                let shares = at_par(plan.amount)?;
                plan.wallet.decide(turn, &wallet::Command::CreditInTransit(id, shares))
            }
            Do::ConfirmCredit => turn.as_far_as_it_goes(|turn| self.book(turn)),
            Do::ReturnRest => refunds::return_rest(turn, &plan.payment, &plan.buy),
            Do::ReverseCredit => plan.wallet.decide(turn, &wallet::Command::ReverseCredit(id)),
            Do::RequestRefund => {
                let why = why(&turn.view()?);
                let cause = why.unwrap_or_else(|| own("left", "the recharge was given up"));
                plan.payment.pay_back(turn, cause)
            }
            Do::ClosePayment => plan.payment.close(turn),
            Do::Close => plan.buy.close(turn),
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

    /// The money counts for a later T: status, limits and terms are decided again on it.
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

    /// The registrar takes the purchase for a later T. Returns why it may not be one of that day.
    pub(super) fn moved(
        &self,
        turn: &mut Turn<'_>,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        let was = view.open.notes.promise(&view.open.promise);
        let next = Limits::of(self.limit_on(&view.open.request, was, day).as_ref());
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
            ask: Ask::Purchase { amount: plan.amount, plan: None },
            trade_date,
            rounding: fund.share_rounding,
            promised: self.house.promise(&[&fund], trade_date, Cost::undiscounted(fee))?,
            distributor: request.distributor.clone(),
        };
        plan.buy.place(turn, terms)
    }
}

/// Nothing of it counts any more. A later T that was never decided on does not know the
/// transaction, and need not.
fn give_back(turn: &mut Turn<'_>) -> Done {
    let plan = turn.plan();
    let events = plan.limits.give_back(turn)?;
    if plan.limits_next.are_free(&turn.view()?) {
        return Ok(events);
    }
    Ok(events + plan.limits_next.give_back(turn)?)
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

/// Why it did not go through.
pub(super) fn why(view: &View<'_>) -> Option<Cause> {
    let plan = view.plan;
    let declined = plan.payment.payment(view).and_then(|payment| match &payment.stage {
        Stage::Declined(cause) | Stage::Closed(cause) => Some(cause.clone()),
        Stage::Requested | Stage::Paid(_) => None,
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
