//! A saga as the runner sees it, which knows none of its types.

use super::{Desk, Lane, LaneState, Running, ending_name};
use crate::{
    kind::{Kind, Of},
    message::{ActionError, Reply, Rest, SagaId, What},
    port::Payload,
    process::{NOT_LISTED, Parked},
    saga::{Clash, NameForm, Saga},
};
use fundflow_kernel::{
    envelope::StreamName,
    ids::TransactionId,
    streams::{Damage, Need, Streams},
    time::Timestamp,
};
use std::sync::Arc;

/// A saga whose types are not known to the runner.
pub trait Instance: Send {
    /// The kind and the transaction of the saga.
    fn id(&self) -> &SagaId;
    /// Another future of the same past.
    fn boxed_clone(&self) -> Box<dyn Instance>;
    /// Whether anything was ever prepared.
    fn is_known(&self, streams: &Streams) -> bool;
    /// What must be read before anything can be decided: its process, then its plan's streams.
    fn missing(&mut self, streams: &Streams) -> Vec<Need>;
    /// All that it works on, as far as it knows.
    fn own(&self) -> Vec<Need>;
    /// Whether it can do nothing without that stream, as far as it knows.
    fn stands_still_for(&self, streams: &Streams, stream: &StreamName) -> bool;
    /// What the input needs besides.
    fn besides(&self, streams: &Streams, input: &What, now: Timestamp) -> Vec<Need>;
    /// The refusal of its first request: what it asks for under its ID is another saga's already.
    fn taken(&self, stream: &StreamName, kind: &str, by: &TransactionId) -> Reply;
    /// The refusal of its first request: the house itself gives names of that form. `None` where it has given
    /// this one.
    fn reserved(&self, request: &Payload, form: &NameForm) -> Option<Reply>;
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
    /// Goes on since others have written to its streams, or asked it to look at them.
    fn notified(&mut self, desk: &mut Desk<'_>);
    /// When the first of its timers is due.
    fn next_due(&self) -> Option<Timestamp>;
    /// Whether what it rests on has changed under it.
    fn is_overtaken(&self, streams: &Streams) -> bool;
    /// Goes on as a saga of that kind, which was made anew by what it rests on. What it waits for by its days is
    /// reckoned again when it goes on.
    fn renew(&mut self, kind: &dyn Kind, streams: &Streams, now: Timestamp);
    /// Whether it is over, owes nothing and waits for nobody.
    fn is_finished(&self, streams: &Streams) -> bool;
    /// The streams that it works on, where a rule of ours keeps a row of it waiting for a person: what is written to
    /// them may be what that lacks.
    fn refused_on(&self, streams: &Streams) -> Option<Vec<StreamName>>;
    /// Whether nothing is lost when it leaves memory: it waits, and not for an answer or a person.
    fn may_sleep(&self, streams: &Streams) -> bool;
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
    /// Nobody waits for a reply.
    Quiet,
    /// Nothing happened: streams must be read first.
    Missing(Vec<Need>),
}

/// When a lane does something without anybody else.
const fn until(state: &LaneState) -> Option<Timestamp> {
    match state {
        LaneState::Waiting(due) => Some(*due),
        LaneState::Queued(until) => *until,
        LaneState::Idle | LaneState::InFlight | LaneState::Due => None,
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

    fn own(&self) -> Vec<Need> {
        let plan = self.plan.iter().flat_map(|plan| S::streams(plan));
        std::iter::once(self.key.need()).chain(plan).collect()
    }

    fn stands_still_for(&self, streams: &Streams, stream: &StreamName) -> bool {
        let is_held = || self.held.iter().any(|held| streams.stream_of(*held) == Some(stream));
        stream == self.key.stream() || (self.sick.is_some() && is_held())
    }

    fn besides(&self, streams: &Streams, input: &What, now: Timestamp) -> Vec<Need> {
        Self::besides(self, streams, input, now)
    }

    fn is_ready(&mut self, streams: &mut Streams) -> bool {
        Self::is_ready(self, streams)
    }

    fn release(&mut self, streams: &mut Streams) {
        for held in self.held.drain(..) {
            streams.let_go(held);
        }
        streams.drop_unheld([self.key.stream().clone()]);
        self.ready = false;
    }

    fn damage(&self, streams: &Streams) -> Option<Damage> {
        self.sick.as_deref().cloned().or_else(|| streams.damage_of(&self.key).cloned())
    }

    fn handle(&mut self, input: &What, desk: &mut Desk<'_>) -> Handled {
        match input {
            What::Request { request, asked, at, trace_parent, .. } => {
                let reply = self.request(desk, request, asked, (*at, trace_parent.clone()));
                let reply = match reply {
                    Ok(reply) => reply,
                    Err(needs) => return Handled::Missing(needs),
                };
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
                let reply = match self.noticed(desk, stream, news) {
                    Ok(reply) => reply,
                    Err(needs) => return Handled::Missing(needs),
                };
                self.advance(desk);
                Handled::Reply(reply)
            }
            What::Overtaken { .. } => {
                if let Err(needs) = self.move_on(desk) {
                    return Handled::Missing(needs);
                }
                self.advance(desk);
                Handled::Quiet
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
        self.decide_again(desk);
        self.advance(desk);
    }

    fn ring(&mut self, desk: &mut Desk<'_>) {
        for lane in self.lanes.used_mut() {
            if until(&lane.state).is_some_and(|due| due <= desk.now) {
                lane.state = LaneState::Due;
            }
        }
        self.advance(desk);
    }

    fn taken(&self, stream: &StreamName, kind: &str, by: &TransactionId) -> Reply {
        let (stream, kind, by) = (stream.clone(), kind.into(), by.clone());
        super::request::refused::<S>(Clash::Taken { stream, kind, by }.into())
    }

    fn reserved(&self, request: &Payload, form: &NameForm) -> Option<Reply> {
        let request = request.downcast_ref::<S::Request>()?;
        if S::named_by_the_house(request) == Some(form.of) {
            return None;
        }
        let name = self.id.transaction.clone();
        Some(match S::reserved(&name) {
            Some(refusal) => super::request::refused::<S>(refusal),
            None => Reply::NotActed(ActionError::Reserved { name, of: form.of }),
        })
    }

    fn understands(&self, streams: &Streams, input: &What) -> bool {
        let What::Notice { stream, news } = input else { return true };
        self.view(streams).is_some_and(|view| S::notice(&view, stream, news).is_some())
    }

    fn call_now(&mut self, desk: &mut Desk<'_>) {
        for lane in self.lanes.used_mut() {
            if matches!(lane.state, LaneState::Queued(_)) {
                lane.state = LaneState::Due;
            }
        }
        Self::advance(self, desk);
    }

    fn advance(&mut self, desk: &mut Desk<'_>) {
        Self::advance(self, desk);
    }

    fn notified(&mut self, desk: &mut Desk<'_>) {
        self.decide_again(desk);
        Self::advance(self, desk);
    }

    fn is_overtaken(&self, streams: &Streams) -> bool {
        let view = self.view(streams).filter(|_| self.ready && self.sick.is_none());
        view.is_some_and(|view| self.saga.is_overtaken(&view))
    }

    fn renew(&mut self, kind: &dyn Kind, streams: &Streams, now: Timestamp) {
        if let Some(Of(saga)) = kind.as_any().downcast_ref::<Of<S>>() {
            self.saga = saga.clone();
            // As a process that starts now mints it: what is in it of the saga is of the new one.
            let anew = self.open(streams).map(|open| self.saga.plan(&self.id.transaction, open));
            if let (Some(was), Some(plan)) = (self.plan.clone(), anew) {
                let (before, after) = (S::streams(&was), S::streams(&plan));
                let streams =
                    |of: &[Need]| of.iter().map(Need::stream).cloned().collect::<Vec<_>>();
                self.ready &= streams(&before) == streams(&after);
                self.plan = Some(Arc::new(plan));
            }
            self.reckon_again(streams, now);
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.lanes.used().filter_map(|lane| until(&lane.state)).min()
    }

    fn is_finished(&self, streams: &Streams) -> bool {
        if !self.has_ended(streams) {
            return false;
        }
        let (Some(view), Some(table)) = (self.view(streams), self.table(streams)) else {
            return true;
        };
        !S::is_half_done(&view) && table.beside.iter().all(|side| S::holds(&view, side.deed.done))
    }

    fn refused_on(&self, streams: &Streams) -> Option<Vec<StreamName>> {
        let open = self.open(streams)?;
        open.parked.as_ref()?;
        // What is not listed is not in the log either.
        let of_log = |it: &Parked| it.is_ours() && *it.cause.code != *NOT_LISTED;
        open.all_parked().any(of_log).then_some(())?;
        let needs = S::streams(self.plan.as_deref()?);
        Some(needs.iter().map(|need| need.stream().clone()).collect())
    }

    fn may_sleep(&self, streams: &Streams) -> bool {
        let waits = |lane: &Lane| match lane.state {
            LaneState::Idle | LaneState::Waiting(_) => lane.again.is_none(),
            LaneState::InFlight | LaneState::Queued(_) | LaneState::Due => false,
        };
        let sound = self.ready && self.sick.is_none() && self.outstanding == 0;
        sound
            && self.lanes.used().all(waits)
            && self.ending(streams).is_none()
            && self.open(streams).is_some_and(|open| open.parked.is_none())
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
