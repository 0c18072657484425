//! One saga in memory: what is outstanding, beside what the log says.
//!
//! The states come from the log. The lanes do not: after a restart nothing is known to be
//! outstanding, so all lanes are idle and *uncertain*, and the first thing sent is a question.

mod advance;
mod hear;
mod operate;
mod request;

use crate::{
    breaker::{Admission, Breaker},
    message::{ActionError, Alert, Output, Rest, SagaId, What},
    port::PortName,
    process::{self, Over, Process},
    saga::{Saga, View},
    stand::{Place, Stand},
    step::Table,
    turn::{Turn, Voice, view_of},
};
use foldhash::fast::RandomState;
use fundflow_kernel::{
    cause::Cause,
    envelope::{Actor, StreamName},
    ids::TransactionId,
    store::Version,
    streams::{Damage, Key, Need, Streams},
    time::Timestamp,
};
use std::{collections::HashMap, sync::Arc};

/// What the runner lends to one saga for one input.
pub struct Desk<'a> {
    pub(crate) streams: &'a mut Streams,
    pub(crate) out: &'a mut Output,
    pub(crate) breakers: &'a mut HashMap<PortName, Breaker<SagaId>, RandomState>,
    pub(crate) limits: crate::breaker::Limits,
    /// Sagas that were queued for a counterparty and may call now.
    pub(crate) ready: &'a mut Vec<SagaId>,
    pub(crate) now: Timestamp,
}

/// A saga whose types are not known to the runner.
pub trait Instance: Send {
    /// Its identity.
    fn id(&self) -> &SagaId;
    /// Another future of the same past.
    fn boxed_clone(&self) -> Box<dyn Instance>;
    /// Whether anything was ever prepared.
    fn is_known(&self, streams: &Streams) -> bool;
    /// What must be read before anything can be decided: its process, then its plan's streams.
    fn missing(&mut self, streams: &Streams) -> Vec<Need>;
    /// What the input needs besides.
    fn besides(&self, streams: &Streams, input: &What, now: Timestamp) -> Vec<Need>;
    /// Whether it can read that news; everything else it can.
    fn understands(&self, streams: &Streams, input: &What) -> bool;
    /// Those who were queued for a counterparty call now.
    fn call_now(&mut self, desk: &mut Desk<'_>);
    /// Marks everything in use; `false` while something must be read first.
    fn is_ready(&mut self, streams: &mut Streams) -> bool;
    /// Gives back everything in use.
    fn release(&mut self, streams: &mut Streams);
    /// What keeps it from being decided on, if a stream of its own cannot be folded.
    fn damage(&self, streams: &Streams) -> Option<Damage>;
    /// Decides the input and all that follows from it inside of the house.
    fn handle(&mut self, input: &What, desk: &mut Desk<'_>) -> Handled;
    /// Learns what is outstanding when it comes into memory: nothing is known to be.
    fn rouse(&mut self, desk: &mut Desk<'_>);
    /// Goes on after a restart.
    fn wake(&mut self, desk: &mut Desk<'_>);
    /// Lets due timers ring.
    fn ring(&mut self, desk: &mut Desk<'_>);
    /// Goes on as far as it can without anybody else.
    fn advance(&mut self, desk: &mut Desk<'_>);
    /// When the first of its timers is due.
    fn next_due(&self) -> Option<Timestamp>;
    /// Whether it is over, owes nothing and waits for no answer.
    fn is_finished(&self, streams: &Streams) -> bool;
    /// How it is at rest, if it is.
    fn rest(&self, streams: &Streams) -> Option<Rest>;
    /// The types behind it, for tests and desks.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// What became of an input.
#[derive(Debug, Clone)]
pub enum Handled {
    /// A reply for the ticket's holder.
    Reply(crate::message::Reply),
    /// Nothing to tell.
    Quiet,
    /// Nothing happened: streams must be read first.
    Missing(Vec<Need>),
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
    /// The counterparty's budget is used up; it calls.
    Queued,
    /// The wait is over: ask.
    Due,
}

#[derive(Debug, Clone)]
pub(crate) struct Lane {
    pub(crate) state: LaneState,
    /// The newest effect; a reply to an older one is news like any other.
    pub(crate) seq: u32,
    /// The key that the newest effect was about.
    pub(crate) key: Option<Arc<str>>,
    /// An effect may have been sent before: ask, do not repeat.
    pub(crate) uncertain: bool,
    /// What an answer left to be asked again.
    pub(crate) again: Option<Cause>,
}

impl Lane {
    const fn idle(uncertain: bool) -> Self {
        Self { state: LaneState::Idle, seq: 0, key: None, uncertain, again: None }
    }
}

/// The lane of the table itself; those beside it follow.
pub(crate) const MAIN: usize = 0;

/// One saga in memory.
pub struct Running<S: Saga> {
    saga: Arc<S>,
    id: SagaId,
    key: Key<Process<S>>,
    plan: Option<Arc<S::Plan>>,
    planned_at: Version,
    planned_for: S::Notes,
    held: Vec<StreamName>,
    /// Every stream of the plan is in memory and marked as used.
    ready: bool,
    sick: Option<Damage>,
    lanes: Vec<Lane>,
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
            planned_at: Version::NONE,
            planned_for: S::Notes::default(),
            held: Vec::new(),
            ready: false,
            sick: None,
            lanes: vec![Lane::idle(false)],
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
        table_of::<S>(streams.state(&self.key)?)
    }

    /// Where it stands.
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
        let lane = self.lanes.get(effect.lane);
        // After a restart the numbers start over: an answer from before is told by its key.
        let same = |it: &Lane| it.seq == effect.seq && it.key.as_ref() == Some(&effect.key);
        lane.is_some_and(|it| it.state == LaneState::InFlight && same(it))
    }

    fn open<'a>(&self, streams: &'a Streams) -> Option<&'a process::Open<S>> {
        streams.state(&self.key)?.open()
    }

    fn is_parked(&self, streams: &Streams) -> bool {
        self.open(streams).is_some_and(|open| open.parked.is_some())
    }

    fn ending(&self, streams: &Streams) -> Option<Over<S::Ending>> {
        streams.state(&self.key)?.ending()
    }

    /// Mints the plan, and anew when a milestone has changed what it is made of.
    fn replan(&mut self, streams: &Streams) {
        let version = streams.version(self.key.stream());
        if version == self.planned_at && self.plan.is_some() {
            return;
        }
        let Some(open) = self.open(streams) else { return };
        let first = self.plan.is_none();
        if first || open.notes != self.planned_for {
            let (plan, notes) = (self.saga.plan(&self.id.transaction, open), open.notes.clone());
            (self.plan, self.planned_for, self.ready) = (Some(Arc::new(plan)), notes, false);
        }
        if first {
            self.lay_lanes(streams);
        }
        self.planned_at = version;
    }

    /// The plan that a request was decided with is the saga's first.
    fn minted(&mut self, plan: Arc<S::Plan>, streams: &Streams) {
        (self.plan, self.planned_for, self.ready) = (Some(plan), S::Notes::default(), false);
        self.planned_at = streams.version(self.key.stream());
        self.lay_lanes(streams);
    }

    fn lay_lanes(&mut self, streams: &Streams) {
        let beside = self.table(streams).map_or(0, |table| table.beside.len());
        self.lanes.resize(1 + beside, Lane::idle(false));
    }

    /// Marks the plan's streams as used; `false` while one of them must be read.
    fn is_ready(&mut self, streams: &mut Streams) -> bool {
        self.replan(streams);
        if self.ready {
            return true;
        }
        let Some(plan) = &self.plan else { return true };
        let own = std::iter::once(self.key.need()).chain(S::streams(plan));
        let own: Vec<Need> = own.collect();
        if own.iter().any(|need| !streams.has(need.stream())) {
            return false;
        }
        for need in &own {
            if !self.held.contains(need.stream()) {
                streams.hold(need.stream());
                self.held.push(need.stream().clone());
            }
        }
        self.sick = own.iter().find_map(|need| streams.damage(need.stream()).cloned());
        self.ready = true;
        true
    }

    fn turn<'a>(&'a self, plan: &'a S::Plan, desk: &'a mut Desk<'_>, voice: Voice) -> Turn<'a, S> {
        Turn {
            id: &self.id.transaction,
            key: &self.key,
            plan,
            streams: desk.streams,
            batch: &mut desk.out.appends,
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

    fn park(&mut self, desk: &mut Desk<'_>, row: &str, cause: Cause) {
        self.alert(desk, format!("parked at {row}: {cause}"));
        desk.out.rests.push((self.id.clone(), Rest::Parked(cause.clone())));
        self.asked_parked = 0;
        let voice = Self::engine("park", desk.now);
        self.process(desk, &process::Command::Park(row.into(), cause), voice);
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
            planned_at: self.planned_at,
            planned_for: self.planned_for.clone(),
            held: self.held.clone(),
            ready: self.ready,
            sick: self.sick.clone(),
            lanes: self.lanes.clone(),
            here: self.here,
            seq: self.seq,
            outstanding: self.outstanding,
            asked_parked: self.asked_parked,
        }
    }
}

impl<S: Saga> Instance for Running<S> {
    fn id(&self) -> &SagaId {
        &self.id
    }

    fn boxed_clone(&self) -> Box<dyn Instance> {
        Box::new(self.clone())
    }

    fn is_known(&self, streams: &Streams) -> bool {
        self.open(streams).is_some()
    }

    fn missing(&mut self, streams: &Streams) -> Vec<Need> {
        if !streams.has(self.key.stream()) {
            return vec![self.key.need()];
        }
        self.replan(streams);
        match &self.plan {
            Some(plan) if !self.ready => streams.missing(S::streams(plan)),
            Some(_) | None => Vec::new(),
        }
    }

    fn besides(&self, streams: &Streams, input: &What, now: Timestamp) -> Vec<Need> {
        Self::besides(self, streams, input, now)
    }

    fn is_ready(&mut self, streams: &mut Streams) -> bool {
        Self::is_ready(self, streams)
    }

    fn release(&mut self, streams: &mut Streams) {
        for stream in self.held.drain(..) {
            streams.release(&stream);
        }
        streams.drop_unheld([self.key.stream().clone()]);
        self.ready = false;
    }

    fn damage(&self, streams: &Streams) -> Option<Damage> {
        self.sick.clone().or_else(|| streams.damage(self.key.stream()).cloned())
    }

    fn handle(&mut self, input: &What, desk: &mut Desk<'_>) -> Handled {
        use crate::message::Reply;
        match input {
            What::Request { request, asked, at, trace_parent, .. } => {
                let reply = self.request(desk, request, asked, *at, trace_parent.clone());
                self.advance(desk);
                Handled::Reply(reply)
            }
            What::Command { command, actor, at, .. } => {
                let reply = self.command(desk, command, actor.clone(), *at);
                self.advance(desk);
                Handled::Reply(reply)
            }
            What::Act { action, operator, .. } => {
                let reply = match self.act(desk, action, operator) {
                    Ok(()) => Reply::Acted,
                    Err(error) => Reply::NotActed(error),
                };
                self.advance(desk);
                Handled::Reply(reply)
            }
            What::Answer(answered) => {
                if let Err(needs) = self.answered(desk, answered) {
                    return Handled::Missing(needs);
                }
                self.advance(desk);
                Handled::Quiet
            }
            What::Notice { stream, news } => {
                let noticed = match self.noticed(desk, stream, news) {
                    Ok(noticed) => noticed,
                    Err(needs) => return Handled::Missing(needs),
                };
                self.advance(desk);
                Handled::Reply(Reply::Noticed(noticed))
            }
            What::Watch { .. } => {
                let reply = self.watched(desk);
                self.finish(desk);
                Handled::Reply(reply)
            }
        }
    }

    fn rouse(&mut self, desk: &mut Desk<'_>) {
        if Self::open(self, desk.streams).is_some() {
            Self::rouse(self, desk);
        }
    }

    fn wake(&mut self, desk: &mut Desk<'_>) {
        Self::rouse(self, desk);
        self.wake_if_left_behind(desk);
        self.advance(desk);
    }

    fn ring(&mut self, desk: &mut Desk<'_>) {
        for lane in &mut self.lanes {
            if matches!(lane.state, LaneState::Waiting(due) if due <= desk.now) {
                lane.state = LaneState::Due;
            }
        }
        self.advance(desk);
    }

    fn understands(&self, streams: &Streams, input: &What) -> bool {
        let What::Notice { stream, news } = input else { return true };
        self.view(streams).is_some_and(|view| S::notice(&view, stream, news).is_some())
    }

    fn call_now(&mut self, desk: &mut Desk<'_>) {
        for lane in &mut self.lanes {
            if lane.state == LaneState::Queued {
                lane.state = LaneState::Due;
            }
        }
        Self::advance(self, desk);
    }

    fn advance(&mut self, desk: &mut Desk<'_>) {
        Self::advance(self, desk);
    }

    fn next_due(&self) -> Option<Timestamp> {
        let due = |lane: &Lane| match lane.state {
            LaneState::Waiting(due) => Some(due),
            LaneState::Idle | LaneState::InFlight | LaneState::Queued | LaneState::Due => None,
        };
        self.lanes.iter().filter_map(due).min()
    }

    fn is_finished(&self, streams: &Streams) -> bool {
        if self.outstanding > 0 {
            return false;
        }
        let Some(view) = self.view(streams) else { return true };
        view.ending.is_some()
            && self
                .table(streams)
                .is_none_or(|table| table.beside.iter().all(|side| S::holds(&view, side.deed.done)))
    }

    fn rest(&self, streams: &Streams) -> Option<Rest> {
        let state = streams.state(&self.key)?;
        if let Some(parked) = &state.open()?.parked {
            return Some(Rest::Parked(parked.cause.clone()));
        }
        Some(Rest::Ended(ending_name::<S>(state.ending()?).into()))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
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

pub(crate) fn asks(desk: &mut Desk<'_>, port: &PortName, who: SagaId) -> Admission {
    let (limits, now) = (desk.limits, desk.now);
    let breaker = desk.breakers.entry(port.clone()).or_insert_with(|| Breaker::new(limits));
    breaker.admit(now, who)
}
