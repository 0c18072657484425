//! The regular plan as a saga: its types and keys, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, Fact, REGULAR_PLAN, Refusal, When, agreed::Agreeing, look, summary,
};
use crate::{
    house::House,
    parts::names::{self, Brought},
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission,
    decider::Decider,
    ids::{PlanId, TransactionId},
    investor::{CustomerType, SalesChannel},
    orders::Cause,
    plan::{self, Changes, RegularPlan, Terms},
    suitability::Suitability,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    loaded::DecideError,
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::{
    look::Agreed,
    port::Callee,
    process::Open,
    process_names,
    saga::{self, Calling, Heard, NameForm, Names, NoMilestone, OpenEnd, Preparing},
    step::Table,
    turn::{self, NotDone},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) type View<'a> = saga::View<'a, RegularPlans>;
pub(super) type Turn<'a> = turn::Turn<'a, RegularPlans>;

/// The saga of regular plans, with what it is run on.
#[derive(Debug, Clone)]
pub struct RegularPlans {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// The key of a plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The plan's own stream. `None`: the transaction's name is no plan's, which no request passes.
    pub plan: Option<Key<RegularPlan>>,
}

/// What was decided when the plan was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The instant of the request.
    pub requested_at: Timestamp,
    /// The verdict on the fund; each occurrence is judged by itself.
    pub suitability: Suitability,
    /// The verdict on the money-market fund in between, where the plan goes by way of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_suitability: Option<Suitability>,
    /// Whose limits a change is held against; none of a plan that was opened before the field was added: those
    /// of a natural person who orders from us and holds nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

/// Which of a fund's limits an amount is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// A natural person or an institution.
    pub customer: CustomerType,
    /// Through whom it was ordered.
    pub channel: SalesChannel,
    /// Shares of the fund were held already, so that its additional minimum applies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_before: bool,
    /// So were shares of the money-market fund in between.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wallet_held_before: bool,
}

/// What the investor, or a person for the investor, asks of a running plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Otherwise from a date on.
    Change {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// What is to be different.
        changes: Changes,
        /// The first nominal date that it holds for.
        from: NaiveDate,
    },
    /// Begin nothing until it is resumed.
    Pause {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// In the investor's or the operator's words.
        reason: Arc<str>,
    },
    /// Go on from that day.
    Resume {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
    },
    /// No more of it.
    End {
        /// In the investor's or the operator's words.
        reason: Arc<str>,
    },
    /// The purchase of that date was refused before it began.
    Miss {
        /// The date that the plan says.
        nominal: NaiveDate,
        /// What the investor is to hear.
        cause: Cause,
    },
}

impl From<Command> for plan::Command {
    fn from(said: Command) -> Self {
        match said {
            Command::Change { at, changes, from } => Self::Change { at, changes, from },
            Command::Pause { at, reason } => Self::Pause { at, reason },
            Command::Resume { at } => Self::Resume { at, from: at.date() },
            Command::End { reason } => Self::End { reason },
            Command::Miss { nominal, cause } => Self::Miss { nominal, cause },
        }
    }
}

impl saga::Saga for RegularPlans {
    const KIND: &'static str = "regular_plan";
    const RESERVES: &'static [NameForm] = names::RESERVED;
    const NAMES: Names = process_names!("regular_plan": [], ["over"]);
    const TABLES: &'static [&'static Table<Self>] = &[&REGULAR_PLAN];

    type Request = Terms;
    type Asked = Asked;
    type Promise = Promise;
    type Milestone = NoMilestone;
    type Notes = ();
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Call;
    type When = When;
    type Ending = Ending;
    type Command = Command;
    type Answer = ();

    fn differences(first: &Terms, again: &Terms) -> Vec<&'static str> {
        first.differences(again)
    }

    names::refuses_reserved!();

    crate::parts::by_calendar::by_calendar!();

    fn brings(terms: &Terms) -> Vec<Brought<'_>> {
        vec![names::brought("investor", &terms.investor), names::brought("account", &terms.account)]
    }

    fn brings_by(command: &Command) -> Vec<Brought<'_>> {
        match command {
            Command::Change { changes, .. } => {
                changes.account.iter().map(|it| names::brought("account", it)).collect()
            }
            Command::Pause { reason, .. } | Command::End { reason } => {
                vec![names::brought("reason", reason)]
            }
            Command::Resume { .. } | Command::Miss { .. } => Vec::new(),
        }
    }

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<RegularPlan>()]
    }

    fn reads(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        key_of(of.id).map(|key| key.need()).into_iter().collect()
    }

    fn prepare(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        let (terms, asked) = (of.request, of.asked);
        let at = self.house.asked_at(asked.at, of.now);
        let at = at.map_err(|why| admission::Refusal::NoTradingDay { why })?;
        let key = key_of(of.id).ok_or_else(|| Refusal::NotAPlanId(of.id.clone()))?;
        let funds = self.agreed(terms, terms.start, at)?;
        self.leaves_a_date(terms, terms.start, [])?;
        if let Some(first) = self.too_late(terms, terms.start, at) {
            let cut_off = self.house.calendar.cut_off(first.day);
            return Err(Refusal::StartsAfterCutOff { start: first.nominal, cut_off });
        }
        let (investor, channel) = (asked.investor.clone(), asked.channel);
        let warning_confirmed = asked.warning_confirmed.clone();
        let by = Agreeing { at, investor, channel, warning_confirmed };
        let (suitability, wallet_suitability) = self.agree(terms, &funds, by)?;
        asked.investor.owns(&terms.account)?;
        let state = streams.state(&key).cloned().unwrap_or_default();
        RegularPlan::decide(&state, &plan::Command::Open(Box::new(terms.clone())))?;
        let holds = |fund| asked.investor.holds.contains(&fund);
        let limits = Some(Limits {
            customer: asked.investor.customer_type,
            channel,
            held_before: holds(terms.fund),
            wallet_held_before: terms.wallet_fund.is_some_and(holds),
        });
        let requested_at = at;
        Ok((Promise { requested_at, suitability, wallet_suitability, limits }, &REGULAR_PLAN))
    }

    fn callees(&self, open: &Open<Self>, _: &Plan) -> Vec<Callee> {
        let (terms, asked_on) = (&open.request, open.promise.requested_at.date());
        let funds: Vec<_> = terms.wallet_fund.into_iter().chain([terms.fund]).collect();
        let mut callees = self.house.to_registrars(&funds, terms.start.max(asked_on));
        callees.push(self.house.to_bank());
        callees
    }

    fn foreseen(&self) -> Vec<Callee> {
        self.house.foreseen()
    }

    fn plan(&self, id: &TransactionId, _open: &Open<Self>) -> Plan {
        Plan { plan: key_of(id) }
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        plan.plan.iter().map(Key::need).collect()
    }

    /// None: the purchases of its dates write to the plan's stream too.
    fn own_streams(_plan: &Plan) -> Vec<StreamName> {
        Vec::new()
    }

    fn milestone_type(milestone: &NoMilestone) -> &'static str {
        match *milestone {}
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Over => "regular_plan.over",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        (event_type == "regular_plan.over").then_some(Ending::Over)
    }

    fn holds(view: &View<'_>, fact: Fact) -> bool {
        let plan = plan_of(view);
        match fact {
            Fact::Opened => plan.is_some(),
            Fact::Over => plan.is_some_and(|plan| plan.ended().is_some()),
            Fact::LookedAfter => plan.is_none_or(|it| {
                it.ended().is_some() || look::is_at_rest(it) || look::has_its_outcome(view, it)
            }),
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn is_paused(view: &View<'_>) -> bool {
        plan_of(view).is_some_and(|plan| plan.ended().is_none() && plan.paused().is_some())
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        let key = turn.plan().plan.as_ref().ok_or(lacks("the plan's name"))?;
        let command = match what {
            Do::LookAfter => return self.look_after(turn, key),
            Do::Close => {
                let cause = <Self as saga::Saga>::failure(&turn.view()?);
                return turn.end(Ending::Over, cause);
            }
            Do::Open => {
                let terms = turn.view()?.open.request.as_ref().clone();
                plan::Command::Open(Box::new(terms))
            }
            Do::EndPlan => plan::Command::End { reason: "given up by a person".into() },
        };
        Ok(turn.decide(key, &command)?)
    }

    fn call(&self, _view: &View<'_>, what: Call, _now: Timestamp) -> Option<Calling<Self>> {
        match what {}
    }

    fn hear(&self, _turn: &mut Turn<'_>, (): &()) -> Result<Heard, NotDone> {
        Ok(Heard::Recorded(0))
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let key = turn.plan().plan.as_ref();
        let key = key.ok_or_else(|| Refusal::NotAPlanId(turn.id().clone()))?;
        let mut command = plan::Command::from(command.clone());
        match &mut command {
            plan::Command::Change { at, changes, from } => {
                self.is_possible(turn, *at)?;
                *from = self.changed(turn, changes, *from, *at)?;
            }
            plan::Command::Resume { at, from } => {
                self.is_possible(turn, *at)?;
                *from = self.goes_on(turn, *from, *at);
            }
            plan::Command::Pause { at, .. } => self.is_possible(turn, *at)?,
            plan::Command::Open(_)
            | plan::Command::End { .. }
            | plan::Command::Finish { .. }
            | plan::Command::Begin { .. }
            | plan::Command::Done { .. }
            | plan::Command::Miss { .. } => {}
        }
        match turn.decide(key, &command) {
            Ok(events) => Ok(events),
            Err(DecideError::Refused(refusal)) => Err(Refusal::NotAgreed(refusal)),
            Err(error) => Err(Refusal::Damaged(error.to_string())),
        }
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        match when {
            When::NextMissed => self.next_missed(plan_of(view)?),
        }
    }

    /// Occurrences that are under way are carried by their own sagas.
    fn open_ends(_view: &View<'_>) -> Vec<OpenEnd> {
        Vec::new()
    }

    fn failure(view: &View<'_>) -> Option<Cause> {
        super::due::why(plan_of(view)?)
    }

    fn requester(request: &Terms) -> Arc<str> {
        request.investor.clone().into()
    }

    fn summary(request: &Terms) -> String {
        summary::of(request, request.start)
    }

    fn agreed(&self, view: &View<'_>) -> Vec<Agreed> {
        let plan = plan_of(view);
        plan.map(|plan| summary::agreed(plan, &self.house.calendar)).unwrap_or_default()
    }
}

fn key_of(id: &TransactionId) -> Option<Key<RegularPlan>> {
    Some(Key::of(&PlanId::new(id.as_str()).ok()?))
}

fn plan_of<'a>(view: &View<'a>) -> Option<&'a plan::Plan> {
    view.state(view.plan.plan.as_ref()?)?.plan()
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
