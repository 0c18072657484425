//! The purchase as a saga: its types, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, Fact, Plan, Request, When, act, facts, hear, prepare::Refusal,
};
use crate::{
    fund_milestones,
    house::{CostThen, House},
    parts::{
        application::{ApplicationLeg, FundSaga, less},
        by_hand::Origin,
        cancel::{self, NotTakenBack},
        lacking::Lack,
        milestone::{Milestone, Notes},
        names::{self, Minted},
        payout::may_go_to,
        timing,
        to_come::Counted,
    },
    ports::{bank::BankAnswer, registrar::ApplicationAnswer},
};
use chrono::{NaiveDate, NaiveTime};
use fundflow_domain::{
    admission::buying::{Admitted, Way},
    application::Applications,
    calendar::TradingDay,
    case::{CaseId, Cases, Closing},
    day_limit::DayLimit,
    holdings::Holdings,
    ids::{AccountRef, TransactionId},
    money::Amount,
    orders::Cause,
    payment::Payments,
    payout::Payouts,
    plan::RegularPlan,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Need, Opener, Streams},
};
use fundflow_runtime::{
    port::{Callee, Payload},
    process::Open,
    quote::Revocable,
    saga::{self, Calling, Heard, OpenEnd, Preparing},
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

pub(super) type View<'a> = saga::View<'a, Purchase>;
pub(super) type Turn<'a> = turn::Turn<'a, Purchase>;

/// Carries purchases, subscriptions and occurrences of plans.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// Answers of counterparties to a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// About the payment, a refund or the interest.
    Bank(BankAnswer),
    /// What the registrar says of the order.
    Registrar(ApplicationAnswer),
}

/// Commands of callers and operators to a running purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take the order back: refused from its cut-off on.
    Cancel {
        /// Instant of the investor's request.
        at: Timestamp,
    },
    /// Say when the money counts as paid, where the bank's own word cannot be right.
    Date {
        /// T follows from it; never a T whose batch is sealed.
        at: Timestamp,
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
    },
    /// Pay interest out to another account after the bank has refused the first.
    Redirect {
        /// The investor's other account.
        account: AccountRef,
        /// It is in the investor's own name, as an operator has seen.
        own_name: bool,
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
    },
    /// Close a case that keeps it from completing: the registrar's numbers stand.
    CloseCase {
        /// The case that is settled.
        case: CaseId,
        /// Way of closing, its author and reason.
        closing: Box<Closing>,
    },
}

impl FundSaga for Purchase {
    fn house(&self) -> &House {
        &self.house
    }

    fn let_in(view: &View<'_>) -> Option<(Amount, Amount)> {
        let asked = view.open.request.amount;
        Some((asked, view.open.notes.promise(&view.open.promise).amount(asked)))
    }

    fn account(request: &Request) -> Option<&AccountRef> {
        Some(&request.account)
    }

    fn requested_at(promise: &Admitted) -> Timestamp {
        promise.requested_at
    }

    fn trade_date(promise: &Admitted) -> TradingDay {
        promise.trade_date
    }

    fn cut_off(&self, view: &View<'_>) -> Result<Option<NaiveTime>, NotDone> {
        let request = &view.open.request;
        match request.way {
            Way::Purchase | Way::RegularPlan => Ok(None),
            Way::Subscription => {
                let fund = self.house.terms(request.fund, facts::trade_date(view))?;
                Ok(fund.cut_off_for(request.way))
            }
        }
    }

    fn cost(&self, view: &View<'_>, _leg: &ApplicationLeg, _day: TradingDay) -> CostThen {
        let promised = view.open.notes.promise(&view.open.promise);
        Ok(Some(act::cost(promised, view.plan.amount)))
    }

    fn moves(
        &self,
        turn: &mut Turn<'_>,
        _leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        self.moved(turn, day)
    }

    fn comes_of(_: &View<'_>, end: &str) -> Option<Origin> {
        facts::comes_of(end)
    }

    fn order_of<'a>(plan: &'a Plan, end: &str) -> Option<&'a ApplicationLeg> {
        (end == facts::END).then_some(&plan.buy)
    }

    fn lacks(view: &View<'_>) -> Vec<Lack> {
        vec![view.plan.holdings.lack_in(view, &view.plan.buy)]
    }

    fn legs(plan: &Plan) -> Vec<&ApplicationLeg> {
        vec![&plan.buy]
    }

    fn book(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let plan = turn.plan();
        plan.holdings.book_in(turn, &plan.buy)
    }
}

impl saga::Saga for Purchase {
    fund_milestones!("purchase", ["completed", "rolled_back"]);
    const TABLES: &'static [&'static Table<Self>] = super::TABLES;

    type Request = Request;
    type Asked = Asked;
    type Promise = Admitted;
    type Milestone = Milestone<Admitted>;
    type Notes = Notes<Admitted>;
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Call;
    type When = When;
    type Ending = Ending;
    type Command = Command;
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let Request { investor, account, fund, amount, way, only_today, distributor } = first;
        [
            ("investor", *investor != again.investor),
            ("account", *account != again.account),
            ("fund", *fund != again.fund),
            ("amount", *amount != again.amount),
            ("way", *way != again.way),
            ("only_today", *only_today != again.only_today),
            ("distributor", *distributor != again.distributor),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }

    names::refuses_reserved!(request => (request.way == Way::RegularPlan).then_some(Minted::Occurrence));
    names::brings!([investor, account] Date { reason }, Redirect { account, reason });

    crate::parts::by_calendar::moves_by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![
            Opener::of::<Payments>(),
            Opener::of::<Payouts>(),
            Opener::of::<Applications>(),
            Opener::of::<Holdings>(),
            Opener::of::<DayLimit>(),
            Opener::of::<RegularPlan>(),
            Opener::of::<Cases>(),
        ]
    }

    fn reads(&self, request: &Preparing<'_, Self>) -> Vec<Need> {
        self.reads_of(request)
    }

    fn prepare(
        &self,
        streams: &Streams,
        request: &Preparing<'_, Self>,
    ) -> Result<(Admitted, &'static Table<Self>), Refusal> {
        self.prepared(streams, request)
    }

    fn callees(&self, open: &Open<Self>, _: &Plan) -> Vec<Callee> {
        let t = Self::trade_date(&open.promise).date();
        let mut callees = self.house.to_registrars(&[open.request.fund], t);
        callees.push(self.house.to_bank());
        callees
    }

    fn foreseen(&self) -> Vec<Callee> {
        self.house.foreseen()
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        Plan::of(&self.house, id, open)
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        plan.streams()
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        let Plan { payment, buy, interest, compensations, .. } = plan;
        let own = [payment.key.stream(), buy.key.stream(), interest.key.stream()];
        own.into_iter().cloned().chain(compensations.streams()).collect()
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "purchase.completed",
            Ending::RolledBack => "purchase.rolled_back",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        [Ending::Completed, Ending::RolledBack]
            .into_iter()
            .find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_>, fact: Fact) -> bool {
        facts::holds(view, fact)
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        self.acts(turn, what)
    }

    fn call(&self, view: &View<'_>, what: Call, now: Timestamp) -> Option<Calling<Self>> {
        self.calls(view, what, now)
    }

    fn needs(&self, view: &View<'_>, answer: &Answer, now: Timestamp) -> Vec<Need> {
        self.needs_of(view, answer, now)
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        self.hears(turn, answer)
    }

    fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        hear::notice(view, stream, news)
    }

    fn command_needs(&self, view: &View<'_>, command: &Command) -> Vec<Need> {
        match command {
            Command::CloseCase { case, .. } => cancel::case_needs(*case),
            Command::Date { .. } => timing::needs_to_date(view, &view.plan.payment),
            Command::Cancel { .. } | Command::Redirect { .. } => Vec::new(),
        }
    }

    fn revocable(&self, view: &View<'_>) -> Vec<Revocable> {
        cancel::revocable(self, view, (&view.plan.buy, Some(&view.plan.payment)))
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let plan = turn.plan();
        match command {
            Command::Cancel { at } => {
                Ok(cancel::take_back(self, turn, (&plan.buy, Some(&plan.payment)), *at)?)
            }
            Command::Date { at, reason } => {
                match timing::dated(self, turn, &plan.payment, (*at, reason)) {
                    Ok(Some(events)) => Ok(events),
                    Ok(None) => Err(Refusal::NotUndated),
                    Err(error) => Err(NotTakenBack::Refused(error.to_string()).into()),
                }
            }
            Command::Redirect { account, own_name, reason } => {
                let reason = &may_go_to(self, turn, account, reason)?;
                let owed = &plan.compensations;
                if let Some(done) = owed.redirect(turn, account, *own_name, reason) {
                    return Ok(done?);
                }
                Ok(plan.interest.redirect(turn, account, *own_name, reason)?)
            }
            Command::CloseCase { case, closing } => {
                Ok(cancel::close_case(self, turn, *case, closing)?)
            }
        }
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        self.instant(view, when)
    }

    fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
        facts::open_ends(view, Counted::Left)
    }

    fn open_ends_before(view: &View<'_>) -> Option<Vec<OpenEnd>> {
        Some(facts::open_ends(view, Counted::Whole))
    }

    crate::parts::units::tells_ends!(facts::unit, facts::fate);

    fn failure(view: &View<'_>) -> Option<Cause> {
        act::why(view).or_else(|| less(view))
    }

    fn day_of_promise(promise: &Admitted) -> Option<NaiveDate> {
        Some(promise.trade_date.date())
    }

    fn business_date(view: &View<'_>) -> Option<NaiveDate> {
        Some(facts::trade_date(view).date())
    }

    fn requester(request: &Request) -> Arc<str> {
        request.investor.clone().into()
    }

    fn summary(request: &Request) -> String {
        let Request { investor, fund, amount, way, .. } = request;
        let what = match way {
            Way::Purchase => "into",
            Way::Subscription => "subscribed of",
            Way::RegularPlan => "by plan into",
        };
        let through = names::through(request.distributor.as_ref());
        format!("{investor}: {amount} {what} {fund}{through}")
    }
}
