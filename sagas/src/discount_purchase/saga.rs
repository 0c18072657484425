//! The discount purchase as a saga: its types, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, Fact, Plan, Request, When, act, commands, ends, facts,
    hear::{self, Leg},
    prepare::Refusal,
};
use crate::parts::compensation::Compensations;
use crate::{
    fund_milestones,
    house::House,
    parts::{
        application::less,
        by_hand,
        milestone::{Milestone, Notes, Scope},
        names::{self, Minted},
        to_come::Counted,
    },
    ports::{bank::BankAnswer, registrar::ApplicationAnswer},
};
use fundflow_domain::{
    admission::Admitted,
    application::Applications,
    case::{CaseId, Cases, Closing},
    day_limit::DayLimit,
    holdings::Holdings,
    ids::{AccountRef, FundCode, TransactionId},
    orders::Cause,
    payment::Payments,
    payout::Payouts,
    plan::RegularPlan,
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

pub(super) type Opened = Open<DiscountPurchase>;
pub(super) type View<'a> = saga::View<'a, DiscountPurchase>;
pub(super) type Turn<'a> = turn::Turn<'a, DiscountPurchase>;

/// The saga of discount purchases, with what it is run on.
#[derive(Debug, Clone)]
pub struct DiscountPurchase {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// Answers of counterparties to a discount purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// About the payment, a refund or the payout.
    Bank(BankAnswer),
    /// About one of its orders.
    Registrar(Leg, ApplicationAnswer),
}

/// Commands of callers and operators to a running discount purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take it back, or only the conversion.
    Cancel {
        /// Instant of the investor's request.
        at: Timestamp,
        /// Part that is to be taken back.
        scope: Scope,
    },
    /// Say when the money counts as paid, where the bank's own word cannot be right.
    Date {
        /// T follows from it; never a T whose batch is sealed.
        at: Timestamp,
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
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
        /// The case that is to be closed.
        case: CaseId,
        /// Way of closing, its author and reason.
        closing: Box<Closing>,
    },
}

impl DiscountPurchase {
    /// The target fund with all its share classes, where any limit counts.
    fn master_of_target(&self, open: &Opened) -> Option<FundCode> {
        let promised = open.notes.promise(&open.promise);
        if promised.counted.is_empty() {
            return None;
        }
        let fund = (self.house.funds)(open.request.target_fund, promised.trade_date.date());
        fund.map(|fund| fund.master)
    }
}

impl saga::Saga for DiscountPurchase {
    fund_milestones!(
        "discount_purchase",
        ["completed", "kept_in_wallet", "rolled_back", "compensated", "paid_out",]
    );
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
        let Request { investor, account, wallet_fund, target_fund, amount, mode, .. } = first;
        [
            ("investor", *investor != again.investor),
            ("account", *account != again.account),
            ("wallet_fund", *wallet_fund != again.wallet_fund),
            ("target_fund", *target_fund != again.target_fund),
            ("amount", *amount != again.amount),
            ("mode", *mode != again.mode),
            ("only_today", first.only_today != again.only_today),
            ("by_plan", first.by_plan != again.by_plan),
            ("distributor", first.distributor != again.distributor),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }

    names::refuses_reserved!(request => request.by_plan.then_some(Minted::Occurrence));
    names::brings!([investor, account] Date { reason }, Redirect { account, reason });

    crate::parts::by_calendar::moves_by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![
            Opener::of::<Payments>(),
            Opener::of::<Payouts>(),
            Opener::of::<Applications>(),
            Opener::of::<Wallet>(),
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

    fn callees(&self, open: &Opened, _: &Plan) -> Vec<Callee> {
        self.callees_of(&open.request, &open.promise)
    }

    fn foreseen(&self) -> Vec<Callee> {
        self.house.foreseen()
    }

    fn plan(&self, id: &TransactionId, open: &Opened) -> Plan {
        let master = self.master_of_target(open);
        let plan = Plan::of(&self.house, id, &open.request, &open.promise, master);
        self.replan(id, open, &plan).unwrap_or(plan)
    }

    fn replan(&self, id: &TransactionId, open: &Opened, plan: &Plan) -> Option<Plan> {
        let promised = open.notes.promise(&open.promise);
        let next = self.limits_undecided(open);
        let cases = (by_hand::cases_in_sight(id, open), Compensations::of(&open.notes));
        let master = self.master_of_target(open);
        if plan.mode != promised.mode {
            let anew = Plan::of(&self.house, id, &open.request, promised, master);
            return Some(
                anew.moved(&open.request, promised, (&next, master), cases).unwrap_or(anew),
            );
        }
        plan.moved(&open.request, promised, (&next, master), cases)
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        plan.streams()
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        plan.own_streams()
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "discount_purchase.completed",
            Ending::KeptInWallet => "discount_purchase.kept_in_wallet",
            Ending::RolledBack => "discount_purchase.rolled_back",
            Ending::Compensated => "discount_purchase.compensated",
            Ending::PaidOut => "discount_purchase.paid_out",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        [
            Ending::Completed,
            Ending::KeptInWallet,
            Ending::RolledBack,
            Ending::Compensated,
            Ending::PaidOut,
        ]
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
        commands::needs(view, command)
    }

    fn revocable(&self, view: &View<'_>) -> Vec<Revocable> {
        self.revocable_of(view)
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        self.commanded(turn, command)
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        self.instant(view, when)
    }

    fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
        ends::open_ends(view, Counted::Left)
    }

    fn open_ends_before(view: &View<'_>) -> Option<Vec<OpenEnd>> {
        Some(ends::open_ends(view, Counted::Whole))
    }

    crate::parts::units::tells_ends!(ends::unit, ends::fate);

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
        let Request { investor, wallet_fund, target_fund, amount, .. } = request;
        let through = names::through(request.distributor.as_ref());
        format!("{investor}: {amount} by way of {wallet_fund} into {target_fund}{through}")
    }
}
