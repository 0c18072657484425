//! The recharge as a saga: its types, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, Fact, Plan, RECHARGE, RECHARGE_V1, Refusal, Request, When, act, facts,
    hear,
};
use crate::parts::compensation::Compensations;
use crate::{
    fund_milestones,
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga, less},
        by_hand::{self, Origin},
        cancel::{self, NotTakenBack},
        lacking::Lack,
        milestone::{Milestone, Notes},
        names,
        payout::{NotRedirected, may_go_to},
        timing,
        to_come::Counted,
    },
    ports::{bank::BankAnswer, registrar::ApplicationAnswer},
};
use fundflow_domain::{
    admission::buying::Admitted,
    application::Applications,
    calendar::TradingDay,
    case::{CaseId, Cases, Closing},
    day_limit::DayLimit,
    ids::{AccountRef, TransactionId},
    money::Amount,
    orders::Cause,
    payment::Payments,
    time::Timestamp,
    wallet::Wallet,
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

pub(super) type View<'a> = saga::View<'a, Recharge>;
pub(super) type Turn<'a> = turn::Turn<'a, Recharge>;

/// Carries recharges: money into wallets.
#[derive(Debug, Clone)]
pub struct Recharge {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// Answers of counterparties to a recharge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// About the payment or a refund.
    Bank(BankAnswer),
    /// What the registrar says of the purchase.
    Registrar(ApplicationAnswer),
}

/// Commands of callers and operators to a running recharge.
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
    /// Pay money of ours to another account after the bank has refused the first.
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
        /// Which of the open ones.
        case: CaseId,
        /// Way of closing, its author and reason.
        closing: Box<Closing>,
    },
}

impl FundSaga for Recharge {
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

    fn moves(
        &self,
        turn: &mut Turn<'_>,
        _: &ApplicationLeg,
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
        vec![view.plan.wallet.lack_in(view, &view.plan.buy)]
    }

    fn legs(plan: &Plan) -> Vec<&ApplicationLeg> {
        vec![&plan.buy]
    }

    fn book(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let plan = turn.plan();
        plan.wallet.book_in(turn, &self.house, &plan.buy)
    }
}

impl saga::Saga for Recharge {
    fund_milestones!("recharge", ["completed", "rolled_back"]);
    const TABLES: &'static [&'static Table<Self>] = &[&RECHARGE, &RECHARGE_V1];

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
        let Request { investor, account, fund, amount, only_today, distributor } = first;
        [
            ("investor", *investor != again.investor),
            ("account", *account != again.account),
            ("fund", *fund != again.fund),
            ("amount", *amount != again.amount),
            ("only_today", *only_today != again.only_today),
            ("distributor", *distributor != again.distributor),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }

    names::refuses_reserved!();
    names::brings!([investor, account] Date { reason }, Redirect { account, reason });

    crate::parts::by_calendar::moves_by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![
            Opener::of::<Payments>(),
            Opener::of::<Applications>(),
            Opener::of::<Wallet>(),
            Opener::of::<DayLimit>(),
            Opener::of::<Cases>(),
        ]
    }

    fn reads(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        self.reads_of(of)
    }

    fn prepare(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Admitted, &'static Table<Self>), Refusal> {
        self.prepared(streams, of)
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
        let plan = Plan::of(id, &open.request, &open.promise);
        self.replan(id, open, &plan).unwrap_or(plan)
    }

    fn replan(&self, id: &TransactionId, open: &Open<Self>, plan: &Plan) -> Option<Plan> {
        let promised = open.notes.promise(&open.promise);
        let later = open.notes.redated.filter(|_| open.notes.undecided);
        let next = later.and_then(|day| self.limit_on(&open.request, promised, day));
        let cases = (by_hand::cases_in_sight(id, open), Compensations::of(&open.notes));
        plan.moved(&open.request, promised, next.as_ref(), cases)
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        plan.streams()
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        plan.own_streams()
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "recharge.completed",
            Ending::RolledBack => "recharge.rolled_back",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let endings = [Ending::Completed, Ending::RolledBack];
        endings.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
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
                let done = plan.compensations.redirect(turn, account, *own_name, reason);
                Ok(done.unwrap_or(Err(NotRedirected::Nothing))?)
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

    fn day_of_promise(promise: &Admitted) -> Option<chrono::NaiveDate> {
        Some(promise.trade_date.date())
    }

    fn business_date(view: &View<'_>) -> Option<chrono::NaiveDate> {
        Some(facts::trade_date(view).date())
    }

    fn requester(request: &Request) -> Arc<str> {
        request.investor.clone().into()
    }

    fn summary(request: &Request) -> String {
        let Request { investor, fund, amount, .. } = request;
        let through = names::through(request.distributor.as_ref());
        format!("{investor}: {amount} into {fund}{through}")
    }
}
