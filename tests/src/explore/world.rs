//! One saga, the shipped runner and everybody outside, at one instant of one future.
//!
//! 1. It does what an engine's shell does, in its order: read what is missing, handle, append, and
//!    only then let effects and replies out.
//! 2. It can be cloned at any point, so that a test can follow every future.
//! 3. It can drop the runner after any append; what is durable is all that the next one has.

use super::{
    beside::Other,
    counterparties::{Counterparties, Said},
    log::Log,
    shell::Shell,
};
use fundflow_kernel::{
    codec::Stored,
    envelope::{Actor, StreamName},
    ids::TransactionId,
    store::StreamAppend,
    streams::Key,
    time::Timestamp,
};
use fundflow_runtime::{
    breaker::Limits,
    kind::{Kind, Of, payload, process_key, saga_id},
    liveness::Wait,
    look::{self, Look, LookError},
    message::{Action, Answered, Effect, Output, Reply, Rest, SagaId, Ticket, What},
    port::{Ask, Payload},
    replay::Replayed,
    runner::Running,
    saga::Saga,
};
use std::{fmt, sync::Arc};

/// The ticket of whoever asks for the saga under test; those of the others follow.
const OURS: Ticket = 1;

pub use fundflow_simulation::sound::Excuse;

/// One saga and everything around it.
pub struct World<S: Saga, C> {
    /// The saga under test.
    pub saga: Arc<S>,
    /// The runner, and what is durable.
    pub shell: Shell,
    /// The saga's streams, folded from what was stored, never from what the runner believes.
    pub replayed: Replayed<S>,
    /// The counterparties, with all that they have heard.
    pub counterparties: C,
    /// Calls that were sent and not answered.
    pub in_flight: Vec<Effect>,
    /// Everything that was stored or sent, in order: event types, and calls as `call KEY at PORT`.
    pub transcript: Vec<Arc<str>>,
    /// Replies that were let out.
    pub replies: Vec<Reply>,
    /// How the saga came to rest, each time.
    pub rests: Vec<Rest>,
    /// For a person's eyes.
    pub alerts: Vec<Arc<str>>,
    /// Other sagas that somebody asks for.
    pub(super) others: Vec<Other>,
    pub(super) excuse: Excuse,
    id: SagaId,
    request: Payload,
    asked: Payload,
}

impl<S: Saga, C: Counterparties> World<S, C> {
    /// A request that was not made yet.
    pub fn new(
        saga: S,
        counterparties: C,
        (transaction, request, asked): (TransactionId, S::Request, S::Asked),
        now: Timestamp,
    ) -> Self {
        let saga = Arc::new(saga);
        let kinds: Vec<Arc<dyn Kind>> = vec![Arc::new(Of(saga.clone()))];
        // Breakers hold back what is to be followed.
        let limits = Limits { silences: u32::MAX, ..Limits::default() };
        let mut counterparties = counterparties;
        counterparties.notes(now);
        Self {
            saga,
            shell: Shell::new(kinds, limits, now),
            replayed: Replayed::new(transaction.clone()),
            counterparties,
            in_flight: Vec::new(),
            transcript: Vec::new(),
            replies: Vec::new(),
            rests: Vec::new(),
            alerts: Vec::new(),
            others: Vec::new(),
            excuse: |_, _| false,
            id: saga_id::<S>(&transaction),
            request: payload(request),
            asked: payload(asked),
        }
    }

    /// What is open at the end of a saga, and of those beside it, is in order where that says so.
    #[must_use]
    pub fn excused(mut self, excuse: Excuse) -> Self {
        self.excuse = excuse;
        self
    }

    /// Begins with what was decided on a stream before anybody asked for the saga.
    ///
    /// # Panics
    /// If the decider refuses.
    #[must_use]
    pub fn with<D>(mut self, key: &Key<D>, commands: impl IntoIterator<Item = D::Command>) -> Self
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        for command in commands {
            for append in self.shell.given(key, &command) {
                self.store(append).expect("an append of the first events");
            }
        }
        self
    }

    /// The durable log.
    pub const fn log(&self) -> &Log {
        &self.shell.log
    }

    /// The caller makes its request, for the first time or again.
    pub fn request(&self) -> What {
        self.request_of(self.request.clone())
    }

    /// Somebody makes another request under the same transaction ID.
    pub fn other_request(&self, request: S::Request) -> What {
        self.request_of(payload(request))
    }

    fn request_of(&self, request: Payload) -> What {
        let (saga, asked) = (self.id.clone(), self.asked.clone());
        What::Request { saga, request, asked, at: None, trace_parent: None }
    }

    /// The requester asks something of the running saga.
    pub fn command(&self, command: Payload) -> What {
        let actor = Actor::Requester("caller".into());
        What::Command { saga: self.id.clone(), command, actor, at: None }
    }

    /// An operator acts.
    pub fn act(&self, action: Action) -> What {
        What::Act { saga: self.id.clone(), action, operator: "chen".into() }
    }

    /// The reply to a call in flight.
    pub fn answered(effect: Effect, answer: Payload) -> What {
        What::Answer(Box::new(Answered { effect, answer }))
    }

    /// Decides an input; nothing is durable or let out yet.
    pub fn decide(&mut self, what: What) -> Output {
        self.shell.decide(OURS, what)
    }

    /// The same of the request for the `nth` saga beside.
    pub(super) fn decide_beside(&mut self, nth: usize) -> Output {
        let ticket = OURS.saturating_add(1).saturating_add(nth as u64);
        self.shell.decide(ticket, self.request_beside(nth))
    }

    /// Makes what was decided durable, then lets effects and replies out.
    pub fn commit(&mut self, output: Output) {
        for append in output.appends {
            self.append(append);
        }
        self.check_effects(&output.effects);
        for effect in output.effects {
            self.transcript.push(self.line(&effect).into());
            self.in_flight.push(effect);
        }
        for (ticket, reply) in output.replies {
            match usize::try_from(ticket.saturating_sub(OURS))
                .ok()
                .and_then(|nth| nth.checked_sub(1))
            {
                Some(nth) => self.others[nth].is_replied = true,
                None => self.replies.push(reply),
            }
        }
        let ours = output.rests.into_iter().filter(|(saga, _)| *saga == self.id);
        self.rests.extend(ours.map(|(_, rest)| rest));
        self.alerts.extend(output.alerts.into_iter().map(|alert| alert.what));
        self.shell.runner.settle(output.batch, &output.finished, &output.released);
    }

    /// The process dies when so many of the appends are durable and nothing was let out; another one
    /// starts from what is durable.
    pub fn commit_and_crash(&mut self, output: Output, appended: usize) {
        for append in output.appends.into_iter().take(appended) {
            self.append(append);
        }
        self.crash();
    }

    fn line(&self, effect: &Effect) -> String {
        let ask = match effect.ask {
            Ask::Call => "call",
            Ask::Query => "query",
        };
        format!("{ask} {} at {}", self.counterparties.name(effect), effect.port)
    }

    pub(super) fn append(&mut self, append: StreamAppend) {
        let types = append.events.iter().map(|event| Arc::from(event.event_type.as_ref()));
        self.transcript.extend(types);
        if let Err(what) = self.store(append) {
            self.shell.breaks(&what);
        }
    }

    fn store(&mut self, append: StreamAppend) -> Result<(), String> {
        let from = self.shell.log.len();
        self.shell.log.append(append)?;
        let mut new = self.shell.log.events().skip(from);
        let heard = new.try_for_each(|event| self.replayed.hear(&self.saga, event));
        heard.map_err(|error| format!("what was stored cannot be replayed: {error}"))
    }

    /// Effects stand for what is durable: a runner that had only the log would send the same keys.
    fn check_effects(&mut self, effects: &[Effect]) {
        let mut ours = effects.iter().filter(|effect| effect.saga == self.id);
        let callable = super::truths::callable(self);
        if let Some(stray) = ours.find(|effect| !callable.contains(&effect.key)) {
            let what = format!("{stray:?} is sent, and the log asks for {callable:?}");
            self.shell.breaks(&what);
        }
    }

    /// The process dies and another one starts from what is durable. Nobody will answer the calls
    /// that were in flight.
    pub fn crash(&mut self) {
        self.in_flight.clear();
        let output = self.shell.restart();
        self.commit(output);
    }

    /// Decides an input and commits it.
    pub fn handle(&mut self, what: What) {
        let output = self.decide(what);
        self.commit(output);
    }

    /// Waits until the next timer and lets it ring; `false` if there is no timer.
    pub fn ring(&mut self) -> bool {
        let output = self.decide_to_ring();
        output.map(|output| self.commit(output)).is_some()
    }

    /// The same; nothing is durable or let out yet.
    pub(super) fn decide_to_ring(&mut self) -> Option<Output> {
        let output = self.shell.decide_to_ring();
        self.counterparties.notes(self.shell.now);
        output
    }

    /// Lets the first of everything that may happen happen, until nothing is waited for or a person
    /// is. Timers ring only when nobody else speaks.
    ///
    /// # Panics
    /// If it does not come to rest within a thousand steps.
    pub fn run(&mut self) {
        self.run_by(|_| 0);
    }

    /// The same, but whenever somebody may say something, `choose` says what, as a place in the list.
    ///
    /// # Panics
    /// If it does not come to rest within a thousand steps.
    pub fn run_by(&mut self, mut choose: impl FnMut(&[Said<C>]) -> usize) {
        if self.log().version(&self.process()).0 == 0 {
            self.handle(self.request());
        }
        for _ in 0..1000 {
            if let Some(effect) = self.in_flight.first().cloned() {
                self.in_flight.remove(0);
                let mut ways = self.counterparties.answers(&effect);
                if ways.is_empty() {
                    let silence = self.counterparties.silence(&effect);
                    self.handle(Self::answered(effect, silence));
                    continue;
                }
                let said = ways.swap_remove(choose(&ways));
                self.counterparties = said.after;
                self.handle(Self::answered(effect, said.payload));
                continue;
            }
            let (streams, mut ways): (Vec<_>, Vec<_>) =
                self.counterparties.notices().into_iter().unzip();
            if !ways.is_empty() {
                let at = choose(&ways);
                let (stream, said) = (streams[at].clone(), ways.swap_remove(at));
                self.counterparties = said.after;
                self.handle(What::Notice { stream, news: said.payload });
            } else if self.is_parked() || !self.ring() {
                return;
            }
        }
        panic!("the saga does not come to rest: {:?}", self.transcript);
    }

    /// Everything about the saga but its timeline, by the log.
    ///
    /// # Errors
    /// [`LookError`]: it was never prepared.
    pub fn glance(&self) -> Result<Look, LookError> {
        look::glance(self.saga.as_ref(), self.replayed.followed(), self.replayed.streams())
    }

    /// Everything about the saga, as a desk reads it: from its streams alone, without its types.
    ///
    /// # Errors
    /// [`LookError`]: it was never prepared, or a stream cannot be folded.
    pub fn look(&self) -> Result<Look, LookError> {
        let (kind, id) = (self.kind(), &self.id.transaction);
        let process = self.log().of_streams(&[self.process()]);
        let streams = kind.streams_of(id, &process);
        kind.look(id, &self.log().of_streams(&streams))
    }

    /// Whether that fact holds, by the log.
    pub fn holds(&self, fact: S::Fact) -> bool {
        self.replayed.view().is_some_and(|view| S::holds(&view, fact))
    }

    /// What it waits for, by the log.
    pub fn waits(&self) -> Vec<Wait> {
        self.glance().map(|look| look.waits).unwrap_or_default()
    }

    /// Whether it waits for a person.
    pub fn is_parked(&self) -> bool {
        self.glance().is_ok_and(|look| look.parked.is_some())
    }

    /// The saga in memory, if it is there.
    pub fn running(&self) -> Option<&Running<S>> {
        self.shell.runner.running(&self.id.transaction)
    }

    /// Kind and transaction.
    pub const fn id(&self) -> &SagaId {
        &self.id
    }

    /// The kind, without its types.
    pub fn kind(&self) -> &Arc<dyn Kind> {
        &self.shell.kinds()[0]
    }

    /// Its process stream.
    pub fn process(&self) -> StreamName {
        process_key::<S>(&self.id.transaction).stream().clone()
    }
}

impl<S: Saga, C: Clone> Clone for World<S, C> {
    fn clone(&self) -> Self {
        Self {
            saga: self.saga.clone(),
            shell: self.shell.clone(),
            replayed: self.replayed.clone(),
            counterparties: self.counterparties.clone(),
            in_flight: self.in_flight.clone(),
            transcript: self.transcript.clone(),
            replies: self.replies.clone(),
            rests: self.rests.clone(),
            alerts: self.alerts.clone(),
            others: self.others.clone(),
            excuse: self.excuse,
            id: self.id.clone(),
            request: self.request.clone(),
            asked: self.asked.clone(),
        }
    }
}

impl<S: Saga, C: fmt::Debug> fmt::Debug for World<S, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("World")
            .field("id", &self.id)
            .field("now", &self.shell.now)
            .field("transcript", &self.transcript)
            .field("in_flight", &self.in_flight)
            .finish_non_exhaustive()
    }
}
