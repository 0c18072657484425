//! The purchase as a saga: its types and keys, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, Fact, OCCURRENCE, PURCHASE, Request, SUBSCRIPTION, When, act, facts,
    hear, prepare::Refusal,
};
use crate::{
    fund_milestones,
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga},
        cancel::{self, NotTakenBack},
        holdings::{HoldingsPart, open_cases},
        limits::{Limits, limit_key},
        milestone::{Milestone, Notes, Scope},
        payment::PaymentLeg,
        payout::PayoutLeg,
        timing,
    },
    ports::{bank::BankAnswer, registrar::ApplicationAnswer},
};
use chrono::{NaiveDate, NaiveTime};
use fundflow_domain::{
    admission::buying::{Admitted, Way},
    application::{Applications, PromisedFee},
    calendar::TradingDay,
    case::{CaseId, Cases, Closing},
    day_limit::DayLimit,
    holdings::Holdings,
    ids::{AccountRef, OrderId, PlanId, TransactionId},
    money::{Amount, Discount},
    orders::Cause,
    payment::Payments,
    payout::Payouts,
    plan::RegularPlan,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::{
    port::Payload,
    process::Open,
    saga::{self, Calling, Heard, OpenEnd, Preparing},
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

pub(super) type Opened = Open<Purchase>;
pub(super) type View<'a> = saga::View<'a, Purchase>;
pub(super) type Turn<'a> = turn::Turn<'a, Purchase>;

/// The suffix of the order's name.
pub(super) const ORDER: &str = "buy";

/// Carries purchases, subscriptions and occurrences of plans.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// Every key of a purchase, minted once.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Purchase, subscription or occurrence.
    pub way: Way,
    /// Money in.
    pub payment: PaymentLeg,
    /// The order.
    pub buy: ApplicationLeg,
    /// What the money of a failed raising earned.
    pub interest: PayoutLeg,
    /// The investor's shares of the fund.
    pub holdings: HoldingsPart,
    /// The day's limit that the amount counts against now.
    pub limits: Limits,
    /// The one that it counted against before its T moved.
    pub limits_before: Limits,
    /// Yuan that are taken: what was asked for, or the part of it that the day's limit lets in.
    pub amount: Amount,
    /// Records of it that are in dispute.
    pub cases: Vec<Key<Cases>>,
    /// The plan and the date of this occurrence.
    pub occurrence: Option<(Key<RegularPlan>, NaiveDate)>,
}

/// What a counterparty says to a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// About the payment, a refund or the interest.
    Bank(BankAnswer),
    /// About the order.
    Registrar(ApplicationAnswer),
}

/// What a caller or operator asks of a running purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take it back.
    Cancel {
        /// When the investor asked.
        at: Timestamp,
    },
    /// Say when the money counts as paid, where the bank's own word cannot be right.
    Date {
        /// T follows from it; never a T whose batch is sealed.
        at: Timestamp,
        /// For the auditor.
        reason: Arc<str>,
    },
    /// Pay interest out to another account after the bank has refused the first.
    Redirect {
        /// The investor's other account.
        account: AccountRef,
        /// It is in the investor's own name, as an operator has seen.
        own_name: bool,
        /// For the auditor.
        reason: Arc<str>,
    },
    /// Close a case that keeps it from completing: the registrar's numbers stand.
    CloseCase {
        /// Which.
        case: CaseId,
        /// How, by whom and why.
        closing: Box<Closing>,
    },
}

/// The plan that an occurrence belongs to, and its nominal date.
pub(super) fn plan_key(way: Way, id: &TransactionId) -> Option<(Key<RegularPlan>, NaiveDate)> {
    match way {
        Way::RegularPlan => {
            let (plan, nominal) = PlanId::of_occurrence(id)?;
            Some((Key::of(&plan), nominal))
        }
        Way::Purchase | Way::Subscription => None,
    }
}

impl Plan {
    fn of(house: &House, id: &TransactionId, open: &Opened) -> Self {
        let (request, promised) = (&*open.request, open.notes.promise(&open.promise));
        let order = OrderId::part(id, ORDER);
        let first = Limits::of(&open.promise.counted);
        // Once the T has moved, the new one's limit is counted before anything is promised.
        let (limits, limits_before) = match open.notes.redated {
            Some(day) => {
                let who = (&request.investor, promised.customer, promised.channel);
                let fund = (house.funds)(request.fund, day.date());
                let key = fund.and_then(|fund| limit_key(&fund, who, day));
                (Limits::of(&key), first)
            }
            None => (first, Limits::default()),
        };
        Self {
            way: request.way,
            payment: PaymentLeg::of(&order),
            buy: ApplicationLeg::of(&order),
            interest: PayoutLeg::of(&order),
            holdings: HoldingsPart::of(&request.investor, request.fund, &order),
            limits,
            limits_before,
            amount: promised.amount(request.amount),
            cases: open_cases(&open.notes),
            occurrence: plan_key(request.way, id),
        }
    }

    fn streams(&self) -> Vec<Need> {
        let mut needs =
            vec![self.payment.key.need(), self.buy.key.need(), self.holdings.key.need()];
        if self.way == Way::Subscription {
            needs.push(self.interest.key.need());
        }
        needs.extend(self.limits.needs().chain(self.limits_before.needs()));
        needs.extend(self.cases.iter().map(Key::need));
        needs.extend(self.occurrence.as_ref().map(|(key, _)| key.need()));
        needs
    }
}

impl FundSaga for Purchase {
    fn house(&self) -> &House {
        &self.house
    }

    fn requested_at(promise: &Admitted) -> Timestamp {
        promise.requested_at
    }

    fn trade_date(promise: &Admitted) -> TradingDay {
        promise.trade_date
    }

    fn cut_off(&self, view: &View<'_>) -> Option<NaiveTime> {
        let request = &view.open.request;
        let fund = (self.house.funds)(request.fund, facts::trade_date(view).date())?;
        fund.cut_off_for(request.way)
    }

    fn fee(&self, view: &View<'_>, _leg: &ApplicationLeg) -> Option<(PromisedFee, Discount)> {
        let promised = view.open.notes.promise(&view.open.promise);
        Some((PromisedFee::Charge(promised.charge), promised.discount))
    }

    /// The registrar took it for a later T: it is decided again there, but for the amount, which it
    /// has already. Limits of that T are counted as far as they are in memory: they are, once the T
    /// is noted.
    fn moves(
        &self,
        turn: &mut Turn<'_>,
        _leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        let view = turn.view()?;
        if view.open.request.only_today {
            return Ok(Some(act::not_today(day, view.open.promise.trade_date)));
        }
        match self.decided_on(&view, day) {
            Err(refusal) => Ok(Some(Cause::new("not_admitted", refusal.to_string()))),
            Ok(mut admitted) => {
                admitted.accepted = view.open.notes.promise(&view.open.promise).accepted;
                turn.reach(Milestone::Redated { trade_date: day })?;
                turn.reach(Milestone::Readmitted { admitted: Box::new(admitted) })?;
                Ok(None)
            }
        }
    }
}

impl saga::Saga for Purchase {
    fund_milestones!("purchase", ["completed", "rolled_back"]);
    const TABLES: &'static [&'static Table<Self>] = &[&PURCHASE, &SUBSCRIPTION, &OCCURRENCE];

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
        let Request { investor, account, fund, amount, way, only_today } = first;
        [
            ("investor", *investor != again.investor),
            ("account", *account != again.account),
            ("fund", *fund != again.fund),
            ("amount", *amount != again.amount),
            ("way", *way != again.way),
            ("only_today", *only_today != again.only_today),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }

    fn differs(fields: Vec<&'static str>) -> Refusal {
        Refusal::DiffersFromFirst { fields }
    }

    fn taken(stream: &StreamName, kind: &str, by: &TransactionId) -> Refusal {
        let (key, kind) = (stream.to_string(), kind.to_owned());
        Refusal::KeyTaken { key, kind, transaction: by.clone() }
    }

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

    fn plan(&self, id: &TransactionId, open: &Opened) -> Plan {
        Plan::of(&self.house, id, open)
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        plan.streams()
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        let Plan { payment, buy, interest, .. } = plan;
        [payment.key.stream(), buy.key.stream(), interest.key.stream()].map(Clone::clone).to_vec()
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
            Command::CloseCase { case, .. } => vec![Key::<Cases>::of(case).need()],
            Command::Date { .. } => {
                let case = timing::undated_case(view, &view.plan.payment);
                case.map(|key| key.need()).into_iter().collect()
            }
            Command::Cancel { .. } | Command::Redirect { .. } => Vec::new(),
        }
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let plan = turn.plan();
        match command {
            Command::Cancel { at } => {
                Ok(cancel::take_back(self, turn, &plan.buy, *at, Scope::All)?)
            }
            Command::Date { at, reason } => match timing::dated(self, turn, *at, reason) {
                Ok(Some(events)) => Ok(events),
                Ok(None) => Err(Refusal::NotUndated),
                Err(error) => Err(NotTakenBack::Refused(error.to_string()).into()),
            },
            Command::Redirect { account, own_name, reason } => {
                Ok(plan.interest.redirect(turn, account, *own_name, reason)?)
            }
            Command::CloseCase { case, closing } => {
                let events = cancel::close_case(turn, *case, closing)?;
                let unheld = plan.holdings.unhold(turn);
                let unheld = unheld.map_err(|it| NotTakenBack::Refused(it.to_string()))?;
                Ok(events + unheld)
            }
        }
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        self.instant(view, when)
    }

    fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
        facts::open_ends(view)
    }

    fn failure(view: &View<'_>) -> Option<Cause> {
        act::why(view)
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
        format!("{investor}: {amount} {what} {fund}")
    }
}
