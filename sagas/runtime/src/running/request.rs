//! A request: decided once, and answered the same way for ever. And what is asked of a saga later.

use super::{Running, ending_name};
use crate::{
    message::{ActionError, Reply, SagaId, What},
    port::Payload,
    process,
    running::Desk,
    saga::{self, Clash, Preparing, Saga},
    turn::Voice,
};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    ids::{TransactionId, VersionTag},
    streams::{Need, Streams},
    time::Timestamp,
};
use std::sync::Arc;

impl<S: Saga> Running<S> {
    /// What the input needs in memory besides the plan's streams: what a first request's decision
    /// reads, or what the saga asks for to hear an answer or decide a command.
    pub(super) fn besides(&self, streams: &Streams, input: &What, now: Timestamp) -> Vec<Need> {
        let Some(view) = self.view(streams) else {
            let What::Request { request, asked, .. } = input else { return Vec::new() };
            let Some((request, asked)) = typed::<S>(request, asked) else { return Vec::new() };
            let id = &self.id.transaction;
            return self.saga.reads(&Preparing { id, request, asked, now, ports: None });
        };
        let needs = match input {
            What::Command { command, .. } => command
                .downcast_ref::<S::Command>()
                .map(|command| self.saga.command_needs(&view, command)),
            What::Answer(answered) => (answered.effect.wrap)(answered.answer.as_ref())
                .and_then(|answer| Some(self.saga.needs(&view, answer.downcast_ref()?, now))),
            What::Notice { stream, news } => {
                S::notice(&view, stream, news).map(|answer| self.saga.needs(&view, &answer, now))
            }
            What::Request { .. } | What::Act { .. } | What::Watch { .. } => None,
        };
        needs.unwrap_or_default()
    }

    /// Decides the request. A repeat is answered from what is known, whatever the rules say today.
    ///
    /// # Errors
    /// Nothing happened: these are the streams of the plan that are not in memory. With them the first
    /// rows are decided at once, before the next request looks at what these rows take.
    pub(super) fn request(
        &mut self,
        desk: &mut Desk<'_>,
        request: &Payload,
        asked: &Payload,
        (at, trace_parent): (Option<Timestamp>, Option<Arc<str>>),
    ) -> Result<Reply, Vec<Need>> {
        let (Ok(stored), Some((request, asked))) =
            (request.clone().downcast::<S::Request>(), typed::<S>(request, asked))
        else {
            return Ok(defect("the request is another kind's"));
        };
        if let Some(open) = self.open(desk.streams) {
            let fields = S::differences(&open.request, request);
            let same = fields.is_empty();
            return Ok(if same {
                self.placed(desk)
            } else {
                refused::<S>(Clash::Differs(fields).into())
            });
        }
        if let Some(unfit) = unfit::<S>(&self.id.transaction, request) {
            desk.out.finished.push(self.id.clone());
            return Ok(Reply::NotActed(unfit));
        }
        let (id, now) = (self.id.transaction.clone(), desk.now);
        let preparing = Preparing { id: &id, request, asked, now, ports: desk.ports };
        let (promise, table) = match self.saga.prepare(desk.streams, &preparing) {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(self.not_placed(desk, refusal)),
        };
        let Ok(table) = VersionTag::new(table.version) else {
            return Ok(defect("the table's version is no version tag"));
        };
        let open = opened::<S>(stored, promise, table);
        let plan = Arc::new(self.saga.plan(&id, &open));
        if let Some(missing) = self.no_port(desk, &open, &plan) {
            return Ok(missing);
        }
        let missing = desk.streams.missing(S::streams(&plan));
        if !missing.is_empty() {
            return Err(missing);
        }
        if let Some(refusal) = taken::<S>(desk.streams, &plan, &self.id) {
            return Ok(self.not_placed(desk, refusal));
        }
        let (actor, day) = (S::actor(request), S::day_of_promise(&open.promise));
        let occurred_at = at.unwrap_or(now);
        let voice = Voice { actor, cause: "request".into(), occurred_at, trace_parent, day };
        Ok(self.begun(desk, plan, open, voice))
    }

    fn begun(
        &mut self,
        desk: &mut Desk<'_>,
        plan: Arc<S::Plan>,
        open: process::Open<S>,
        voice: Voice,
    ) -> Reply {
        let process::Open { request, promise, table, .. } = open;
        let command = process::Command::Prepare { request, promise, table };
        match self.turn(&plan, desk, voice).process(&command) {
            Ok(_) => {
                self.minted(plan, desk.streams);
                self.placed(desk)
            }
            Err(error) => defect(&error.to_string()),
        }
    }

    /// Decides what a caller or operator asks of a running saga.
    pub(super) fn command(
        &mut self,
        desk: &mut Desk<'_>,
        command: &Payload,
        actor: Actor,
        at: Option<Timestamp>,
    ) -> Reply {
        let Some(command) = command.downcast_ref::<S::Command>() else {
            return defect("the command is another kind's");
        };
        let Some(plan) = self.plan.clone() else {
            desk.out.finished.push(self.id.clone());
            return Reply::NotActed(ActionError::Unknown(self.id.clone()));
        };
        let brought = saga::speaker(&actor).into_iter().chain(S::brings_by(command));
        if let Some(unfit) = saga::refused::<S>(brought) {
            return Reply::NotActed(unfit);
        }
        let voice = Voice {
            actor,
            cause: "command".into(),
            occurred_at: at.unwrap_or(desk.now),
            trace_parent: None,
            day: None,
        };
        let (before, was_parked) = (desk.out.appends.len(), self.is_parked(desk.streams));
        match self.as_one(desk, &plan, voice, |saga, turn| saga.command(turn, command)) {
            Ok(_) => {
                self.wake_if_moved(desk, desk.out.appends.len() > before, "a command was taken");
                if was_parked && !self.is_parked(desk.streams) {
                    self.rouse(desk);
                }
                Reply::Acted
            }
            Err(refusal) => refused::<S>(refusal),
        }
    }

    fn placed(&self, desk: &Desk<'_>) -> Reply {
        let state = desk.streams.state(&self.key);
        let Some((state, open)) = state.and_then(|state| Some((state, state.open()?))) else {
            return defect("a placed saga is not in memory");
        };
        let ending = state.ending().map(|over| ending_name::<S>(over).into());
        Reply::Placed { promise: open.promise.clone(), ending }
    }

    /// Whom it would have to call in vain. Asked before anything is stored: what cannot be carried to
    /// its end is not begun.
    fn no_port(
        &self,
        desk: &mut Desk<'_>,
        open: &process::Open<S>,
        plan: &S::Plan,
    ) -> Option<Reply> {
        let ports = desk.ports?;
        let missing = self.saga.callees(open, plan).iter().find_map(|it| it.missing(ports))?;
        desk.out.finished.push(self.id.clone());
        Some(Reply::NotActed(missing.into()))
    }

    /// Nothing was stored, so nothing that was read for the decision needs to stay.
    fn not_placed(&self, desk: &mut Desk<'_>, refusal: S::Refusal) -> Reply {
        desk.out.finished.push(self.id.clone());
        refused::<S>(refusal)
    }
}

fn opened<S: Saga>(
    request: Arc<S::Request>,
    promise: S::Promise,
    table: VersionTag,
) -> process::Open<S> {
    process::Open {
        request,
        promise: Arc::new(promise),
        table,
        notes: S::Notes::default(),
        retries: Vec::new(),
        parked: None,
        parked_before: Vec::new(),
        looked_at: Vec::new(),
        landing_chosen: false,
        landing_chosen_at: None,
        left_because: None,
        given_up: Vec::new(),
        given_up_again: Vec::new(),
        named_before: Vec::new(),
        given_up_at: None,
    }
}

/// Whether a key that the saga would hand out belongs to somebody else.
fn taken<S: Saga>(streams: &Streams, plan: &S::Plan, id: &SagaId) -> Option<S::Refusal> {
    let theirs = |stream: &StreamName| -> Option<(Arc<str>, TransactionId)> {
        let (kind, transaction) = streams.owner(stream)?;
        let ours = **kind == *id.kind && *transaction == id.transaction;
        (!ours).then(|| (kind.clone(), transaction.clone()))
    };
    let other = |stream: StreamName| {
        let (kind, transaction) = theirs(&stream)?;
        Some(Clash::Taken { stream, kind, by: transaction }.into())
    };
    S::own_streams(plan).into_iter().find_map(other)
}

/// What a first request brings and may not be stored. The house has its own names from what is stored already.
fn unfit<S: Saga>(id: &TransactionId, request: &S::Request) -> Option<ActionError> {
    if S::named_by_the_house(request).is_some() {
        return None;
    }
    saga::nameless(id).or_else(|| saga::refused::<S>(S::brings(request)))
}

fn typed<'a, S: Saga>(
    request: &'a Payload,
    asked: &'a Payload,
) -> Option<(&'a S::Request, &'a S::Asked)> {
    Some((request.downcast_ref()?, asked.downcast_ref()?))
}

pub(super) fn refused<S: Saga>(refusal: S::Refusal) -> Reply {
    let text = refusal.to_string().into();
    Reply::Refused(Arc::new(refusal), text)
}

fn defect(what: &str) -> Reply {
    Reply::NotActed(ActionError::Defect(what.into()))
}
