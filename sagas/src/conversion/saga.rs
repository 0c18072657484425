//! The conversion as a saga: its types and keys, and its doors for callers and operators.

use super::{
    Asked, CONVERSION, Call, Do, Ending, Fact, Request, When, act, facts, hear, prepare::Refusal,
};
use crate::{
    fund_milestones,
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga, less},
        by_hand, cancel,
        holdings::HoldingsPart,
        leaving,
        limits::{Limits, limit_key},
        milestone::{Milestone, Notes},
        names,
        to_come::Counted,
        wallet::WalletPart,
    },
    ports::registrar::ApplicationAnswer,
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::leaving::Admitted,
    application::Applications,
    calendar::TradingDay,
    case::{CaseId, Cases, Closing},
    day_limit::DayLimit,
    fund::FundKind,
    holdings::Holdings,
    ids::{OrderId, TransactionId},
    orders::Cause,
    time::Timestamp,
    wallet::Wallet,
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

pub(super) type View<'a> = saga::View<'a, Conversion>;
pub(super) type Turn<'a> = turn::Turn<'a, Conversion>;

/// The suffix of the order's name.
pub(super) const ORDER: &str = "convert";

/// Carries conversions of holdings.
#[derive(Debug, Clone)]
pub struct Conversion {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// Where the target's shares go.
#[derive(Debug, Clone)]
pub enum Target {
    /// Among the holdings.
    Holdings(HoldingsPart),
    /// A money-market fund's: into the wallet.
    Wallet(WalletPart),
}

/// Every key of a conversion, minted once.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The order at the registrar.
    pub out: ApplicationLeg,
    /// The investor's shares of the fund that is left.
    pub holdings: HoldingsPart,
    /// Terms of the target.
    pub target: Target,
    /// The target's limit of the day.
    pub limits: Limits,
    /// The one that it counted against before its T moved.
    pub limits_before: Limits,
    /// The one that it would count against if the registrar took it a T later.
    pub limits_next: Limits,
    /// Records of it that are in dispute.
    pub cases: Vec<Key<Cases>>,
}

/// Answers of the registrar to a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(pub ApplicationAnswer);

/// Commands of callers and operators to a running conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take the order back: refused from its cut-off on.
    Cancel {
        /// Instant of the investor's request.
        at: Timestamp,
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
    fn of(house: &House, id: &TransactionId, open: &Open<Conversion>) -> Self {
        let (request, promise) = (&open.request, &open.promise);
        let (order, investor) = (OrderId::part(id, ORDER), &request.investor);
        let into = (house.funds)(request.into, promise.trade_date.date());
        let target = match into.map(|fund| fund.kind) {
            Some(FundKind::Money) => Target::Wallet(WalletPart::of(investor, request.into)),
            Some(_) | None => Target::Holdings(HoldingsPart::of(investor, request.into, &order)),
        };
        let counted = promise.into.as_ref().and_then(|into| into.counted.as_ref());
        let first = Limits::of(counted);
        let (limits, limits_before) = match open.notes.redated {
            Some(day) => (limits_on(house, request, promise, day), first),
            None => (first, Limits::default()),
        };
        let day = open.notes.redated.unwrap_or(promise.trade_date);
        let next = house.calendar.plus(day, 1).ok();
        let limits_next = next.map(|day| limits_on(house, request, promise, day));
        Self {
            out: ApplicationLeg::of(&order),
            holdings: HoldingsPart::of(&request.investor, request.fund, &order),
            target,
            limits,
            limits_before,
            limits_next: limits_next.unwrap_or_default(),
            cases: by_hand::cases_in_sight(id, open),
        }
    }
}

/// The target's limit that the shares' worth would count against on that T; none where nobody knows
/// what they are worth.
pub(super) fn limits_on(
    house: &House,
    request: &Request,
    promise: &Admitted,
    day: TradingDay,
) -> Limits {
    let worth = promise.into.as_ref().and_then(|into| into.worth);
    let who = (&request.investor, promise.customer, promise.channel);
    let into = worth.and_then(|_| (house.funds)(request.into, day.date()));
    Limits::of(&into.and_then(|into| limit_key(&into, who, day)))
}

impl saga::Saga for Conversion {
    fund_milestones!("conversion", ["completed", "rolled_back"]);
    const TABLES: &'static [&'static Table<Self>] = &[&CONVERSION];

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
        let Request { investor, fund, into, shares, lots, only_today, distributor } = first;
        [
            ("investor", *investor != again.investor),
            ("fund", *fund != again.fund),
            ("into", *into != again.into),
            ("shares", *shares != again.shares),
            ("lots", *lots != again.lots),
            ("only_today", *only_today != again.only_today),
            ("distributor", *distributor != again.distributor),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }

    names::refuses_reserved!();
    names::brings!([investor]);

    crate::parts::by_calendar::moves_by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![
            Opener::of::<Applications>(),
            Opener::of::<Holdings>(),
            Opener::of::<Wallet>(),
            Opener::of::<DayLimit>(),
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
        self.house.to_registrars(&[open.request.fund, open.request.into], t)
    }

    fn foreseen(&self) -> Vec<Callee> {
        self.house.foreseen()
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        Plan::of(&self.house, id, open)
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        let mut needs = vec![plan.out.key.need(), plan.holdings.key.need()];
        needs.push(match &plan.target {
            Target::Holdings(part) => part.key.need(),
            Target::Wallet(part) => part.key.need(),
        });
        needs.extend(plan.limits.needs().chain(plan.limits_before.needs()));
        needs.extend(plan.limits_next.needs());
        needs.extend(plan.cases.iter().map(Key::need));
        needs
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        vec![plan.out.key.stream().clone()]
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "conversion.completed",
            Ending::RolledBack => "conversion.rolled_back",
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
        view.plan.out.needs_for(self, view, &answer.0)
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        self.hears(turn, answer)
    }

    fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        hear::notice(view, stream, news)
    }

    fn command_needs(&self, _view: &View<'_>, command: &Command) -> Vec<Need> {
        match command {
            Command::CloseCase { case, .. } => vec![Key::<Cases>::of(case).need()],
            Command::Cancel { .. } => Vec::new(),
        }
    }

    fn revocable(&self, view: &View<'_>) -> Vec<Revocable> {
        cancel::revocable(self, view, (&view.plan.out, None))
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let plan = turn.plan();
        match command {
            Command::Cancel { at } => Ok(cancel::take_back(self, turn, (&plan.out, None), *at)?),
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
        let Request { investor, fund, into, shares, lots, .. } = request;
        let through = names::through(request.distributor.as_ref());
        format!("{investor}: {} of {fund} into {into}{through}", leaving::how_many(*shares, lots))
    }
}
