//! One saga, the shipped runner and everybody outside, at one instant of one future.
//!
//! 1. It does what an engine's shell does, in its order: read what is missing, handle, append, and
//!    only then let effects and replies out.
//! 2. It can be cloned at any point, so that a test can follow every future.
//! 3. It can drop the runner after any append; what is durable is all that the next one has.
//! 4. What the runner does wrongly is kept in [`World::broken`]: the first thing that must not be.

use super::{counterparties::Counterparties, log::Log};
use fundflow_kernel::{
    codec::Stored,
    envelope::Actor,
    ids::TransactionId,
    loaded::Meta,
    store::StreamAppend,
    streams::{Key, Need},
    time::Timestamp,
};
use fundflow_runtime::{
    breaker::Limits,
    kind::{Kind, Of, payload, saga_id},
    liveness::Wait,
    look::{self, Look, LookError},
    message::{Action, Answered, Effect, Input, Output, Reply, Rest, SagaId, What},
    port::Payload,
    replay::Replayed,
    runner::{Runner, Running},
    saga::Saga,
};
use std::{fmt, sync::Arc};

/// More rounds of reading before one input can be decided would be a circle.
const ROUNDS: usize = 100;

/// One saga and everything around it.
pub struct World<S: Saga, C> {
    /// The saga under test.
    pub saga: Arc<S>,
    /// The shipped one.
    pub runner: Runner,
    /// What is durable.
    pub log: Log,
    /// The saga's streams, folded from what was stored, never from what the runner believes.
    pub replayed: Replayed<S>,
    /// Everybody outside.
    pub counterparties: C,
    /// Virtual time.
    pub now: Timestamp,
    /// Calls that were sent and not answered.
    pub in_flight: Vec<Effect>,
    /// Everything that was stored or sent since the request, in order: event types, and calls as
    /// `call KEY at PORT`.
    pub transcript: Vec<Arc<str>>,
    /// Replies that were let out.
    pub replies: Vec<Reply>,
    /// How the saga came to rest, each time.
    pub rests: Vec<Rest>,
    /// For a person's eyes.
    pub alerts: Vec<Arc<str>>,
    /// The first thing that the runner did and must not do.
    pub broken: Option<String>,
    kinds: Vec<Arc<dyn Kind>>,
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
        Self {
            runner: runner(&kinds),
            kinds,
            saga,
            log: Log::default(),
            replayed: Replayed::new(transaction.clone()),
            counterparties,
            now,
            in_flight: Vec::new(),
            transcript: Vec::new(),
            replies: Vec::new(),
            rests: Vec::new(),
            alerts: Vec::new(),
            broken: None,
            id: saga_id::<S>(&transaction),
            request: payload(request),
            asked: payload(asked),
        }
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
        let meta = Meta {
            correlation: "GIVEN".parse().expect("a transaction ID"),
            process: "given".into(),
            causation: "given".into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: self.now,
            recorded_at: self.now,
            trade_date: None,
        };
        for command in commands {
            let (mut loaded, mut batch) = (self.log.loaded(key), Vec::new());
            if let Err(refusal) = loaded.decide(key.stream(), &command, &meta, &mut batch) {
                panic!("what is given is refused: {refusal}");
            }
            for append in batch {
                self.store(append).expect("an append of the first events");
            }
        }
        self
    }

    /// The caller makes its request, for the first time or again.
    pub fn request(&self) -> What {
        What::Request {
            saga: self.id.clone(),
            request: self.request.clone(),
            asked: self.asked.clone(),
            at: None,
            trace_parent: None,
        }
    }

    /// Somebody makes another request under the same transaction ID.
    pub fn other_request(&self, request: S::Request) -> What {
        What::Request {
            saga: self.id.clone(),
            request: payload(request),
            asked: self.asked.clone(),
            at: None,
            trace_parent: None,
        }
    }

    /// The requester asks something of the running saga.
    pub fn command(&self, command: Payload) -> What {
        let actor = Actor::Investor("caller".into());
        What::Command { saga: self.id.clone(), command, actor, at: None }
    }

    /// An operator acts.
    pub fn act(&self, action: Action) -> What {
        What::Act { saga: self.id.clone(), action, operator: "chen".into() }
    }

    /// Decides an input as the shell does; nothing is let out yet.
    pub fn decide(&mut self, what: What) -> Output {
        let mut input = Input { ticket: 1, what };
        for _ in 0..ROUNDS {
            match self.runner.handle(input, self.now) {
                Ok(()) => return self.output(),
                Err(wanting) => {
                    self.provide(&wanting.needs);
                    input = wanting.input;
                }
            }
        }
        self.breaks("an input is never content with what was read for it");
        self.output()
    }

    /// Waits until the next timer and lets it ring; `None` if there is no timer.
    pub fn decide_to_ring(&mut self) -> Option<Output> {
        let due = self.runner.next_timer()?;
        self.now = self.now.max(due);
        if self.runner.ring(self.now, usize::MAX) == 0 {
            self.breaks("a timer that is due does not ring");
        }
        Some(self.output())
    }

    fn output(&mut self) -> Output {
        for _ in 0..ROUNDS {
            let starving = self.runner.starving();
            if starving.is_empty() {
                return self.runner.take();
            }
            self.provide(&starving);
            self.runner.go_on(self.now);
        }
        self.breaks("the saga is never content with what was read for it");
        self.runner.take()
    }

    fn provide(&mut self, needs: &[Need]) {
        for need in needs {
            let damage = self.runner.provide(need, self.log.stream(need.stream()));
            if let Some(damage) = damage {
                self.breaks(&format!("{} is damaged: {}", damage.place, damage.what));
            }
        }
    }

    /// Makes what was decided durable, then lets effects and replies out.
    pub fn commit(&mut self, output: Output) {
        for append in output.appends {
            self.append(append);
        }
        self.check_effects(&output.effects);
        for effect in output.effects {
            self.transcript.push(format!("{effect:?}").into());
            self.in_flight.push(effect);
        }
        self.replies.extend(output.replies.into_iter().map(|(_, reply)| reply));
        let ours = output.rests.into_iter().filter(|(saga, _)| *saga == self.id);
        self.rests.extend(ours.map(|(_, rest)| rest));
        self.alerts.extend(output.alerts.into_iter().map(|alert| alert.what));
        self.runner.settle(output.batch, &output.finished, &output.released);
    }

    /// The process dies when so many of the appends are durable and nothing was let out; another one
    /// starts from what is durable.
    pub fn commit_and_crash(&mut self, output: Output, appended: usize) {
        for append in output.appends.into_iter().take(appended) {
            self.append(append);
        }
        self.crash();
    }

    fn append(&mut self, append: StreamAppend) {
        let types: Vec<Arc<str>> =
            append.events.iter().map(|event| event.event_type.as_ref().into()).collect();
        match self.store(append) {
            Ok(()) => self.transcript.extend(types),
            Err(what) => self.breaks(&what),
        }
    }

    fn store(&mut self, append: StreamAppend) -> Result<(), String> {
        let from = self.log.len();
        self.log.append(append)?;
        let mut new = self.log.events().skip(from);
        let heard = new.try_for_each(|event| self.replayed.hear(&self.saga, event));
        heard.map_err(|error| format!("what was stored cannot be replayed: {error}"))
    }

    /// Effects stand for what is durable: a runner that had only the log would send the same keys.
    fn check_effects(&mut self, effects: &[Effect]) {
        let ours: Vec<&Effect> = effects.iter().filter(|it| it.saga == self.id).collect();
        if ours.is_empty() {
            return;
        }
        let callable = super::truths::callable(self);
        if let Some(stray) = ours.iter().find(|it| !callable.contains(&it.key)) {
            let what = format!("{stray:?} is sent, and the log asks for {callable:?}");
            self.breaks(&what);
        }
    }

    /// The process dies and another one starts from what is durable. Nobody will answer the calls
    /// that were in flight.
    pub fn crash(&mut self) {
        self.in_flight.clear();
        let output = self.restarted();
        self.commit(output);
    }

    /// What another process that has only the log decides when it starts.
    pub fn restarted(&mut self) -> Output {
        self.runner = runner(&self.kinds);
        for (kind, transaction) in self.log.sagas().collect::<Vec<_>>() {
            let Some(saga) = self.runner.restore(&kind, &transaction) else { continue };
            for _ in 0..ROUNDS {
                let missing = self.runner.missing(&saga);
                if missing.is_empty() {
                    break;
                }
                self.provide(&missing);
            }
            self.runner.wake(&saga, self.now);
        }
        self.output()
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

    /// The reply to a call in flight.
    pub fn answered(effect: Effect, answer: Payload) -> What {
        What::Answer(Box::new(Answered { effect, answer }))
    }

    /// Lets the first of everything that may happen happen, until nothing is waited for or a person
    /// is. Timers ring only when nobody else speaks.
    ///
    /// # Panics
    /// If it does not come to rest within a thousand steps.
    pub fn run(&mut self) {
        if self.log.version(&self.process()).0 == 0 {
            self.handle(self.request());
        }
        for _ in 0..1000 {
            if let Some(effect) = self.in_flight.first().cloned() {
                self.in_flight.remove(0);
                let said = self.counterparties.answers(&effect).into_iter().next();
                let payload = match said {
                    None => self.counterparties.silence(&effect),
                    Some(said) => {
                        self.counterparties = said.after;
                        said.payload
                    }
                };
                self.handle(Self::answered(effect, payload));
            } else if let Some((stream, said)) = self.counterparties.notices().into_iter().next() {
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
        look::glance(self.saga.as_ref(), &self.replayed)
    }

    /// Everything about the saga, as a desk reads it: from its streams alone, without its types.
    ///
    /// # Errors
    /// [`LookError`]: it was never prepared, or a stream cannot be folded.
    pub fn look(&self) -> Result<Look, LookError> {
        let (kind, id) = (&self.kinds[0], &self.id.transaction);
        let process = self.log.of_streams(&[self.process()]);
        let streams = kind.streams_of(id, &process);
        kind.look(id, &self.log.of_streams(&streams))
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
        self.runner.running(&self.id.transaction)
    }

    /// Kind and transaction.
    pub const fn id(&self) -> &SagaId {
        &self.id
    }

    /// The kind, without its types.
    pub fn kind(&self) -> &Arc<dyn Kind> {
        &self.kinds[0]
    }

    /// Its process stream.
    pub fn process(&self) -> fundflow_kernel::envelope::StreamName {
        fundflow_runtime::kind::process_key::<S>(&self.id.transaction).stream().clone()
    }

    /// Notes the first thing that must not be.
    pub fn breaks(&mut self, what: &str) {
        self.broken.get_or_insert_with(|| what.to_owned());
    }
}

/// A runner that knows the kinds. Breakers are off: they hold back what is to be followed.
fn runner(kinds: &[Arc<dyn Kind>]) -> Runner {
    let mut runner = Runner::new();
    runner.set_limits(Limits { silences: u32::MAX, ..Limits::default() });
    for kind in kinds {
        runner.register_kind(kind.clone());
    }
    runner
}

impl<S: Saga, C: Clone> Clone for World<S, C> {
    fn clone(&self) -> Self {
        Self {
            saga: self.saga.clone(),
            runner: self.runner.clone(),
            log: self.log.clone(),
            replayed: self.replayed.clone(),
            counterparties: self.counterparties.clone(),
            now: self.now,
            in_flight: self.in_flight.clone(),
            transcript: self.transcript.clone(),
            replies: self.replies.clone(),
            rests: self.rests.clone(),
            alerts: self.alerts.clone(),
            broken: self.broken.clone(),
            kinds: self.kinds.clone(),
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
            .field("now", &self.now)
            .field("transcript", &self.transcript)
            .field("in_flight", &self.in_flight)
            .finish_non_exhaustive()
    }
}
