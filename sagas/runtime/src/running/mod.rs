//! One saga in memory: what is outstanding, beside what the log says.
//!
//! The states come from the log. The lanes do not: after a restart nothing is known to be
//! outstanding, so all lanes are idle and *uncertain*, and the first thing sent is a question.

mod advance;
mod as_one;
mod half_done;
mod hear;
mod instance;
mod lanes;
mod operate;
mod overtaken;
mod parked;
mod request;

pub(crate) use as_one::Undone;
pub(crate) use instance::{Handled, Instance};
pub(crate) use lanes::{Lane, Lanes};

use crate::{
    breaker::{Admission, Breaker, Caller},
    guard::Guard,
    message::{ActionError, Alert, Output, SagaId},
    port::{PortName, Ports},
    process::{self, Over, Process},
    saga::{Saga, View},
    stand::{Place, Stand},
    step::Table,
    turn::{Turn, Voice, view_of},
};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    ids::TransactionId,
    store::Version,
    streams::{Damage, Held, Key, Need, Streams},
    time::Timestamp,
};
use std::{collections::BTreeMap, sync::Arc};

/// What bounds the calls to each counterparty; in an order, so that a run can be repeated.
pub(crate) type Breakers = BTreeMap<PortName, Breaker<SagaId>>;

/// What the runner lends to one saga for one input.
pub struct Desk<'a> {
    /// The name of the saga's kind.
    pub(crate) process: &'a Arc<str>,
    pub(crate) streams: &'a mut Streams,
    pub(crate) out: &'a mut Output,
    /// Whose sagas are to look at their streams once more.
    pub(crate) notified: &'a mut Vec<TransactionId>,
    /// Where what is heard stands already.
    pub(crate) stands: Vec<StreamName>,
    pub(crate) breakers: &'a mut Breakers,
    pub(crate) limits: crate::breaker::Limits,
    /// `None`: nobody knows which there are.
    pub(crate) ports: Option<&'a Ports>,
    pub(crate) guard: Option<&'a dyn Guard>,
    pub(crate) now: Timestamp,
}

/// The table, or one of the lanes beside it: each sends one thing at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LaneState {
    /// Nothing is outstanding.
    Idle,
    /// An effect was sent and not answered.
    InFlight,
    /// Nothing is sent before that instant.
    Waiting(Timestamp),
    /// It may not be called now: its budget is used up, or it does not answer. Asked as soon as it may,
    /// and given up at that instant.
    Queued(Option<Timestamp>),
    /// The wait is over: ask.
    Due,
}

/// The lane of the table itself; those beside it follow.
pub(crate) const MAIN: usize = 0;

/// A saga in memory: its plan, lanes and timers.
pub struct Running<S: Saga> {
    saga: Arc<S>,
    id: SagaId,
    key: Key<Process<S>>,
    plan: Option<Arc<S::Plan>>,
    /// The one that it is on; `None` while nothing is planned, or if it is unknown.
    table: Option<&'static Table<S>>,
    planned_at: Version,
    held: Vec<Held>,
    /// Every stream of the plan is in memory and marked as used.
    ready: bool,
    sick: Option<Box<Damage>>,
    /// It has not learned yet what it waits for.
    asleep: bool,
    lanes: Lanes,
    here: Option<Place>,
    seq: u32,
    outstanding: u32,
    /// How often a parked row was asked for again.
    asked_parked: u32,
}

impl<S: Saga> Running<S> {
    pub(crate) fn fresh(saga: Arc<S>, transaction: TransactionId) -> Self {
        let key = Key::of(&transaction);
        Self {
            saga,
            id: SagaId { kind: S::KIND, transaction },
            key,
            plan: None,
            table: None,
            planned_at: Version::NONE,
            held: Vec::new(),
            ready: false,
            sick: None,
            asleep: false,
            lanes: Lanes::idle(1, false),
            here: None,
            seq: 0,
            outstanding: 0,
            asked_parked: 0,
        }
    }

    /// What it sees of itself; `None` while nothing is known.
    pub fn view<'a>(&'a self, streams: &'a Streams) -> Option<View<'a, S>> {
        view_of(streams, &self.key, &self.id.transaction, self.plan.as_deref()?)
    }

    /// The table that it pinned; `None` if this program does not know it.
    pub fn table(&self, streams: &Streams) -> Option<&'static Table<S>> {
        self.table.or_else(|| table_of::<S>(streams.state(&self.key)?))
    }

    /// The row or exit that the facts of its log lead to; `None` for an unknown table.
    pub fn stand(&self, streams: &Streams) -> Option<Stand<S>> {
        Some(self.table(streams)?.stand(&self.view(streams)?))
    }

    /// What is outstanding: the table's own lane, then those beside it; and whether an effect may
    /// have been sent before, so that the next one asks.
    pub fn lanes(&self) -> impl Iterator<Item = (&LaneState, bool)> {
        self.lanes.iter().map(|lane| (&lane.state, lane.uncertain))
    }

    /// Whether the reply to that effect is what its lane waits for; otherwise it is news like any
    /// other.
    pub fn awaits(&self, effect: &crate::message::Effect) -> bool {
        let lane = &self.lanes[effect.lane];
        // After a restart the numbers start over: an answer from before is recognised by its key.
        let same = |it: &Lane| it.seq == effect.seq && it.key.as_ref() == Some(&effect.key);
        lane.state == LaneState::InFlight && same(lane)
    }

    fn open<'a>(&self, streams: &'a Streams) -> Option<&'a process::Open<S>> {
        streams.state(&self.key)?.open()
    }

    fn is_parked(&self, streams: &Streams) -> bool {
        self.open(streams).is_some_and(|open| open.parked.is_some())
    }

    /// Whether that row waits for a person.
    fn is_parked_at(&self, streams: &Streams, row: &str) -> bool {
        self.open(streams).is_some_and(|open| open.parked_at(row).is_some())
    }

    /// Whether a row of the table waits for a person, and all that follows it with it. A lane beside the
    /// table keeps itself alone: who depends on it waits for its fact.
    fn is_stopped(&self, streams: &Streams) -> bool {
        let Some(open) = self.open(streams) else { return false };
        let table = self.table(streams);
        let of_table = |row: &str| table.is_none_or(|table| !table.has_lane(row));
        open.all_parked().any(|parked| of_table(&parked.row))
    }

    /// How many rows wait for a person.
    fn parked_rows(&self, streams: &Streams) -> usize {
        self.open(streams).map_or(0, |open| open.all_parked().count())
    }

    fn ending(&self, streams: &Streams) -> Option<Over<S::Ending>> {
        streams.state(&self.key)?.ending()
    }

    /// Whether it has ended, waits for nobody and is not parked; so is who was never prepared.
    fn has_ended(&self, streams: &Streams) -> bool {
        if self.outstanding > 0 {
            return false;
        }
        let Some(view) = self.view(streams) else { return true };
        view.ending.is_some() && view.open.parked.is_none()
    }

    /// Mints the plan, and anew when a milestone has changed what it is made of.
    fn replan(&mut self, streams: &Streams) {
        let version = streams.version_of(&self.key);
        if version == self.planned_at && self.plan.is_some() {
            return;
        }
        let Some(open) = self.open(streams) else { return };
        let id = &self.id.transaction;
        let plan = match &self.plan {
            Some(plan) => self.saga.replan(id, open, plan),
            None => Some(self.saga.plan(id, open)),
        };
        if let Some(plan) = plan {
            let first = self.plan.replace(Arc::new(plan)).is_none();
            self.ready = false;
            if first {
                self.lay_lanes(streams);
            }
        }
        self.change_table(streams);
        self.planned_at = version;
    }

    /// The plan that a request was decided with is the saga's first.
    fn minted(&mut self, plan: Arc<S::Plan>, streams: &Streams) {
        (self.plan, self.ready) = (Some(plan), false);
        self.planned_at = streams.version_of(&self.key);
        self.lay_lanes(streams);
    }

    fn lay_lanes(&mut self, streams: &Streams) {
        self.table = self.table(streams);
        let beside = self.table.map_or(0, |table| table.beside.len());
        self.lanes.grow(1 + beside);
    }

    /// Goes on with the lanes of the table that a milestone has led to. What others were asked in one that
    /// stands elsewhere there is asked for anew.
    fn change_table(&mut self, streams: &Streams) {
        let Some(state) = streams.state(&self.key) else { return };
        let pinned = state.open().map(|open| open.table.as_str());
        let Some(was) = self.table.filter(|was| Some(was.version) != pinned) else { return };
        let now = table_of::<S>(state);
        let name = |table: &Table<S>, at: usize| Some(table.beside.get(at)?.deed.name);
        let stays = |lane: usize| now.is_some_and(|it| name(was, lane - 1) == name(it, lane - 1));
        let beside = now.map_or(0, |now| now.beside.len());
        self.lanes.lay_anew(1 + beside, |lane| lane == MAIN || stays(lane));
        self.table = now;
    }

    /// Marks the plan's streams as used; `false` while one of them must be read.
    fn is_ready(&mut self, streams: &mut Streams) -> bool {
        self.replan(streams);
        if self.ready && self.sick.is_none() {
            return true;
        }
        let Some(plan) = &self.plan else { return true };
        let own = std::iter::once(self.key.need()).chain(S::streams(plan));
        let own: Vec<Need> = own.collect();
        if own.iter().any(|need| !streams.has(need.stream())) {
            return false;
        }
        // Most sagas never hold another stream; do not pay for twice as many.
        self.held.reserve_exact(own.len().saturating_sub(self.held.len()));
        for need in &own {
            streams.hold_once(need.stream(), &mut self.held);
        }
        let damage = own.iter().find_map(|need| streams.damage(need.stream()).cloned());
        self.sick = damage.map(Box::new);
        self.ready = true;
        true
    }

    fn turn<'a>(&'a self, plan: &'a S::Plan, desk: &'a mut Desk<'_>, voice: Voice) -> Turn<'a, S> {
        Turn {
            id: &self.id.transaction,
            process: desk.process,
            key: &self.key,
            plan,
            streams: desk.streams,
            batch: &mut desk.out.appends,
            notified: desk.notified,
            stands: &mut desk.stands,
            ports: desk.ports,
            voice,
            now: desk.now,
        }
    }

    fn engine(cause: &str, now: Timestamp) -> Voice {
        Voice {
            actor: Actor::Engine,
            cause: cause.into(),
            occurred_at: now,
            trace_parent: None,
            day: None,
        }
    }

    /// Decides something about the process itself. A refusal there is a defect, and alerted.
    fn process(&self, desk: &mut Desk<'_>, command: &process::Command<S>, voice: Voice) -> usize {
        let Some(plan) = self.plan.clone() else { return 0 };
        match self.turn(&plan, desk, voice).process(command) {
            Ok(events) => events,
            Err(error) => {
                self.alert(desk, error.to_string());
                0
            }
        }
    }

    fn alert(&self, desk: &mut Desk<'_>, what: impl Into<Arc<str>>) {
        let about = self.id.transaction.as_str().into();
        desk.out.alerts.push(Alert { about, what: what.into() });
    }
}

/// The table that a process pinned.
pub(crate) fn table_of<S: Saga>(state: &process::State<S>) -> Option<&'static Table<S>> {
    let pinned = state.open()?.table.as_str();
    S::TABLES.iter().copied().find(|table| table.version == pinned)
}

impl<S: Saga> Clone for Running<S> {
    fn clone(&self) -> Self {
        Self {
            saga: self.saga.clone(),
            id: self.id.clone(),
            key: self.key.clone(),
            plan: self.plan.clone(),
            table: self.table,
            planned_at: self.planned_at,
            held: self.held.clone(),
            ready: self.ready,
            sick: self.sick.clone(),
            asleep: self.asleep,
            lanes: self.lanes.clone(),
            here: self.here,
            seq: self.seq,
            outstanding: self.outstanding,
            asked_parked: self.asked_parked,
        }
    }
}

/// The stored type of how a saga is over.
pub(crate) fn ending_name<S: Saga>(over: Over<S::Ending>) -> &'static str {
    match over {
        Over::Ended(ending) => S::ending_type(ending),
        Over::Abandoned => S::NAMES.abandoned,
    }
}

/// What a saga may not do while nothing of it can be trusted.
pub(crate) fn damaged(Damage { place, what }: Damage) -> ActionError {
    ActionError::Damaged { place, what }
}

pub(crate) fn asks(
    desk: &mut Desk<'_>,
    port: &PortName,
    caller: Caller,
    who: &SagaId,
) -> Admission {
    let (limits, now) = (desk.limits, desk.now);
    if !desk.breakers.contains_key(port) {
        desk.breakers.insert(port.clone(), Breaker::new(limits));
    }
    let breaker = desk.breakers.get_mut(port);
    breaker.map_or(Admission::Queue, |breaker| breaker.admit(now, caller, who.clone()))
}
