//! The redemption as a saga: its types and keys, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, Fact, REDEMPTION, REDEMPTION_V1, Request, When, act, facts, hear,
    prepare::Refusal,
};
use crate::parts::compensation::Compensations;
use crate::{
    fund_milestones,
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga, less},
        by_hand, cancel,
        holdings::HoldingsPart,
        leaving,
        milestone::{Milestone, Notes},
        names,
        payout::may_go_to,
        portions::Portions,
        to_come::Counted,
    },
    ports::{bank::BankAnswer, registrar::ApplicationAnswer},
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::leaving::Admitted,
    application::{Applications, OnHuge},
    case::{CaseId, Cases, Closing},
    holdings::Holdings,
    ids::{AccountRef, OrderId, TransactionId},
    orders::Cause,
    payout::Payouts,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need, Opener, Streams},
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

pub(super) type View<'a> = saga::View<'a, Redemption>;
pub(super) type Turn<'a> = turn::Turn<'a, Redemption>;

/// The suffix of the order's name.
pub(super) const ORDER: &str = "redeem";

/// Payouts that are foreseen from the beginning where the rest is carried over; programs before this one foresaw
/// no others.
const PAYOUTS: u32 = 4;

/// Carries redemptions of target funds.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// Every key of a redemption, minted once.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The order at the registrar.
    pub out: ApplicationLeg,
    /// The investor's shares of the fund.
    pub holdings: HoldingsPart,
    /// What its records brought, one by one.
    pub payouts: Portions,
    /// Records of it that are in dispute.
    pub cases: Vec<Key<Cases>>,
    /// Money of ours that closed cases owe.
    pub compensations: Compensations,
}

/// Answers of counterparties to a redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What the bank says of a payout.
    Bank(BankAnswer),
    /// What the registrar says of the order.
    Registrar(ApplicationAnswer),
}

/// Commands of callers and operators to a running redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take the order back: refused from its cut-off on.
    Cancel {
        /// Instant of the investor's request.
        at: Timestamp,
    },
    /// Pay out to another account after the bank has refused the first.
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

impl Plan {
    fn of(id: &TransactionId, request: &Request, foreseen: u32) -> Self {
        let order = OrderId::part(id, ORDER);
        let usual = match request.on_huge {
            OnHuge::CarryOver => PAYOUTS,
            OnHuge::Cancel => 1,
        };
        Self {
            out: ApplicationLeg::of(&order),
            holdings: HoldingsPart::of(&request.investor, request.fund, &order),
            payouts: Portions::of(&order, usual, foreseen),
            cases: Vec::new(),
            compensations: Compensations::default(),
        }
    }
}

impl saga::Saga for Redemption {
    fund_milestones!("redemption", ["completed", "rolled_back"]);
    const TABLES: &'static [&'static Table<Self>] = &[&REDEMPTION, &REDEMPTION_V1];

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
        let Request { investor, account, fund, shares, lots, on_huge, only_today, distributor } =
            first;
        [
            ("investor", *investor != again.investor),
            ("account", *account != again.account),
            ("fund", *fund != again.fund),
            ("shares", *shares != again.shares),
            ("lots", *lots != again.lots),
            ("on_huge", *on_huge != again.on_huge),
            ("only_today", *only_today != again.only_today),
            ("distributor", *distributor != again.distributor),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }

    names::refuses_reserved!();
    names::brings!([investor, account] Redirect { account, reason });

    crate::parts::by_calendar::moves_by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![
            Opener::of::<Payouts>(),
            Opener::of::<Applications>(),
            Opener::of::<Holdings>(),
            Opener::of::<Cases>(),
        ]
    }

    fn reads(&self, request: &Preparing<'_, Self>) -> Vec<Need> {
        Self::reads_of(request)
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
        Plan {
            cases: by_hand::cases_in_sight(id, open),
            compensations: Compensations::of(&open.notes),
            ..Plan::of(id, &open.request, open.notes.payouts)
        }
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        let mut needs = vec![plan.out.key.need(), plan.holdings.key.need()];
        needs.extend(plan.payouts.legs.needs());
        needs.extend(plan.cases.iter().map(Key::need));
        needs.extend(plan.compensations.needs());
        needs
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        let own = std::iter::once(plan.out.key.stream().clone()).chain(plan.payouts.legs.streams());
        own.chain(plan.compensations.streams()).collect()
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "redemption.completed",
            Ending::RolledBack => "redemption.rolled_back",
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

    fn needs(&self, view: &View<'_>, answer: &Answer, _: Timestamp) -> Vec<Need> {
        self.needs_of(view, answer)
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        self.hears(turn, answer)
    }

    fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        hear::notice(view, stream, news)
    }

    fn command_needs(&self, _view: &View<'_>, command: &Command) -> Vec<Need> {
        match command {
            Command::CloseCase { case, .. } => cancel::case_needs(*case),
            Command::Cancel { .. } | Command::Redirect { .. } => Vec::new(),
        }
    }

    fn revocable(&self, view: &View<'_>) -> Vec<Revocable> {
        cancel::revocable(self, view, (&view.plan.out, None))
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let plan = turn.plan();
        match command {
            Command::Cancel { at } => Ok(cancel::take_back(self, turn, (&plan.out, None), *at)?),
            Command::Redirect { account, own_name, reason } => {
                let reason = &may_go_to(self, turn, account, reason)?;
                let owed = &plan.compensations;
                if let Some(done) = owed.redirect(turn, account, *own_name, reason) {
                    return Ok(done?);
                }
                Ok(plan.payouts.legs.redirect_any(turn, account, *own_name, reason)?)
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
        let Request { investor, fund, shares, account, lots, .. } = request;
        let through = names::through(request.distributor.as_ref());
        format!("{investor}: {} of {fund} to {account}{through}", leaving::how_many(*shares, lots))
    }
}
