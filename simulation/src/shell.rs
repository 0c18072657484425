//! What an engine does around its runner, in virtual time and without threads: read what is missing,
//! hand in, take what was decided; and start again from what is durable.
//!
//! What the runner does wrongly is in [`Shell::broken`]: the first thing that must not be.

use super::log::Log;
use fundflow_application::guard::LedgerGuard;
use fundflow_kernel::{
    codec::Stored,
    envelope::{Actor, StreamName},
    ids::TransactionId,
    loaded::Meta,
    store::{StreamAppend, Version},
    streams::{Key, Need},
    time::Timestamp,
};
use fundflow_runtime::{
    breaker::Limits,
    engine_clock::{
        Clocked, EngineClock, Event as Clock, Meanwhile, TOLERANCE, between, meanwhile,
    },
    kind::Kind,
    message::{Input, Output, Rest, Ticket, What},
    process::GUARDED,
    runner::Runner,
};
use std::sync::Arc;

/// More rounds of reading before one input can be decided would be a circle.
const ROUNDS: usize = 100;

/// A runner and what is durable of it.
#[derive(Clone)]
pub struct Shell {
    /// The shipped one.
    pub runner: Runner,
    /// The durable log.
    pub log: Log,
    /// What time it is outside, which only tests move.
    pub now: Timestamp,
    /// By how many milliseconds the engine's clock is behind that.
    pub behind: i64,
    /// The newest instant that anything was decided at.
    newest: Timestamp,
    /// That its clock is set back was noted.
    is_alarmed: bool,
    /// The first thing that the runner did and must not do.
    pub broken: Option<String>,
    kinds: Vec<Arc<dyn Kind>>,
    limits: Limits,
    awake: usize,
}

impl Shell {
    /// With an empty log.
    pub fn new(kinds: Vec<Arc<dyn Kind>>, limits: Limits, now: Timestamp) -> Self {
        let (runner, log, awake) = (Runner::new(), Log::default(), usize::MAX);
        let (behind, newest, is_alarmed) = (0, Timestamp::default(), false);
        let mut shell = Self {
            runner,
            log,
            now,
            behind,
            newest,
            is_alarmed,
            broken: None,
            kinds,
            limits,
            awake,
        };
        for opener in shell.kinds.iter().flat_map(|kind| kind.aggregates()) {
            opener.check().unwrap_or_else(|error| panic!("{error}"));
        }
        shell.runner = shell.fresh();
        shell
    }

    fn clocked(&self) -> Clocked {
        Clocked { log: self.newest, clock: self.now.plus_millis(-self.behind) }
    }

    /// What time it is for the engine.
    pub fn time(&self) -> Timestamp {
        self.clocked().time()
    }

    /// When its clock will say that, outside; now if that is past.
    pub fn outside(&self, engine: Timestamp) -> Timestamp {
        if engine <= self.time() { self.now } else { engine.plus_millis(self.behind) }
    }

    /// Whether that is not decided now, since the clock is set back: whoever asks may ask again.
    pub fn is_untimely(&self, what: &What) -> bool {
        self.clocked().is_set_back(TOLERANCE)
            && match meanwhile(what) {
                Meanwhile::Taken => false,
                Meanwhile::Refused => true,
                Meanwhile::OnlyAgain(saga) => {
                    let process = StreamName::of(saga.kind, &saga.transaction);
                    self.log.version(&process) == Version::NONE
                }
            }
    }

    /// Looks at its clock, as before every turn; returns what is to be stored if it is set back and was not.
    pub fn looks_at_clock(&mut self) -> Vec<StreamAppend> {
        let clocked = self.clocked();
        let is_set_back = clocked.is_set_back(TOLERANCE);
        let was_alarmed = std::mem::replace(&mut self.is_alarmed, is_set_back);
        if !is_set_back || was_alarmed {
            return Vec::new();
        }
        let Clocked { log, clock } = clocked;
        self.notes_of_clock(&Clock::SetBack { log, clock }, clocked.time())
    }

    /// Its clock jumps ahead by that much; returns what is to be stored of it.
    pub fn jumps(&mut self, millis: i64) -> Vec<StreamAppend> {
        let from = self.time();
        self.now = self.now.plus_millis(millis);
        let to = self.time();
        if between(from, to) <= TOLERANCE {
            return Vec::new();
        }
        self.notes_of_clock(&Clock::JumpedAhead { from, to, passed_ms: 0 }, from)
    }

    fn notes_of_clock(&mut self, seen: &Clock, at: Timestamp) -> Vec<StreamAppend> {
        let (mut stored, mut batch) = (self.log.loaded(&EngineClock::key()), Vec::new());
        if let Err(what) = EngineClock::note(&mut stored, seen, at, &mut batch) {
            self.breaks(&what);
        }
        self.newest = self.newest.max(at);
        batch
    }

    /// How many sagas may be awake, in every process from now on.
    #[must_use]
    pub fn awake(mut self, at_most: usize) -> Self {
        self.awake = at_most;
        self.runner.set_awake(at_most);
        self
    }

    fn fresh(&self) -> Runner {
        let mut runner = Runner::new();
        runner.set_limits(self.limits);
        runner.set_awake(self.awake);
        // Of another business than ours it passes everything.
        runner.set_guard(Arc::new(LedgerGuard));
        for kind in &self.kinds {
            runner.register_kind(kind.clone());
        }
        runner
    }

    /// Carries that kind as well, from the next process on, which starts at once.
    pub fn carries(&mut self, kind: Arc<dyn Kind>) {
        for opener in kind.aggregates() {
            opener.check().unwrap_or_else(|error| panic!("{error}"));
        }
        self.kinds.push(kind);
        self.runner = self.fresh();
    }

    /// The kinds of sagas that it carries.
    pub fn kinds(&self) -> &[Arc<dyn Kind>] {
        &self.kinds
    }

    /// Decides on a stream outside of any saga, as history before the first request.
    ///
    /// # Panics
    /// If the decider refuses.
    pub fn given<D>(&mut self, key: &Key<D>, command: &D::Command) -> Vec<StreamAppend>
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
        let (mut loaded, mut batch) = (self.log.loaded(key), Vec::new());
        if let Err(refusal) = loaded.decide(key.stream(), command, &meta, &mut batch) {
            panic!("what is given is refused: {refusal}");
        }
        batch
    }

    /// Decides an input; nothing is durable yet.
    pub fn decide(&mut self, ticket: Ticket, what: What) -> Output {
        self.hand_in(Input::new(ticket, what));
        self.output()
    }

    fn hand_in(&mut self, mut input: Input) {
        for _ in 0..ROUNDS {
            match self.runner.handle(input, self.time()) {
                Ok(()) => return,
                Err(wanting) => {
                    self.provide(&wanting.needs);
                    input = wanting.input;
                }
            }
        }
        self.breaks("an input is never content with what was read for it");
    }

    /// Waits until the next timer and lets it ring; `None` if there is no timer.
    pub fn decide_to_ring(&mut self) -> Option<Output> {
        let due = self.runner.next_timer()?;
        self.now = self.now.max(self.outside(due));
        if self.runner.ring(self.time(), usize::MAX) == 0 {
            self.breaks("a timer that is due does not ring");
        }
        Some(self.output())
    }

    /// Starts another process that has only what is durable. Returns what it decides at once.
    pub fn restart(&mut self) -> Output {
        self.restart_but(|_, _| false)
    }

    /// The same, for sagas of which it is known that they are over and owe nothing: they are not read again.
    pub fn restart_but(&mut self, is_over: impl Fn(&str, &TransactionId) -> bool) -> Output {
        self.runner = self.fresh();
        (self.newest, self.is_alarmed) = (self.log.newest(), false);
        self.reload(is_over)
    }

    /// What another process with the same log decides at once, and what it does that it must not; this one goes on
    /// as if nothing was.
    pub fn beside(
        &mut self,
        is_over: impl Fn(&str, &TransactionId) -> bool,
    ) -> (Output, Option<String>) {
        let fresh = self.fresh();
        let ours = std::mem::replace(&mut self.runner, fresh);
        let (newest, broken) = (self.newest, self.broken.take());
        self.newest = self.log.newest();
        let output = self.reload(is_over);
        let its = std::mem::replace(&mut self.broken, broken);
        (self.runner, self.newest) = (ours, newest);
        (output, its)
    }

    /// Drops everything that was decided and is not durable, and goes on from what is.
    pub fn clear(&mut self) -> Output {
        self.clear_but(|_, _| false)
    }

    /// The same, for sagas of which it is known that they are over and owe nothing: they are not read again.
    pub fn clear_but(&mut self, is_over: impl Fn(&str, &TransactionId) -> bool) -> Output {
        self.runner.clear();
        self.is_alarmed = false;
        self.reload(is_over)
    }

    fn reload(&mut self, is_over: impl Fn(&str, &TransactionId) -> bool) -> Output {
        let ground = self.runner.ground().to_vec();
        self.provide(&ground);
        let open = self.log.sagas().filter(|(kind, transaction)| !is_over(kind, transaction));
        for (kind, transaction) in open.collect::<Vec<_>>() {
            let Some(saga) = self.runner.restore(&kind, &transaction) else { continue };
            for _ in 0..ROUNDS {
                let missing = self.runner.missing(&saga);
                if missing.is_empty() {
                    break;
                }
                self.provide(&missing);
            }
            if !self.runner.dismiss(&saga) {
                self.runner.wake(&saga, self.time());
            }
        }
        self.output()
    }

    fn output(&mut self) -> Output {
        for _ in 0..ROUNDS {
            if let Some(starving) = self.runner.starving() {
                self.provide(&starving);
                self.runner.go_on(self.time());
            } else if let Some(input) = self.runner.next_overtaken() {
                self.hand_in(input);
            } else {
                break;
            }
        }
        if self.runner.starving().is_some() {
            self.breaks("a saga is never content with what was read for it");
        }
        let output = self.runner.take();
        for (saga, rest) in &output.rests {
            if let Rest::Parked(cause) = rest
                && *cause.code == *GUARDED
            {
                self.breaks(&format!("{saga} was held back by the guard: {}", cause.text));
            }
        }
        let events = output.appends.iter().flat_map(|append| &append.events);
        let newest = events.map(|event| event.recorded_at).max();
        self.newest = newest.map_or(self.newest, |it| it.max(self.newest));
        output
    }

    fn provide(&mut self, needs: &[Need]) {
        for need in needs {
            let damage = self.runner.provide(need, self.log.stream(need.stream()));
            if let Some(damage) = damage {
                self.breaks(&format!("{} is damaged: {}", damage.place, damage.what));
            }
        }
    }

    /// Notes the first thing that must not be.
    pub fn breaks(&mut self, what: &str) {
        self.broken.get_or_insert_with(|| what.to_owned());
    }
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Shell")
            .field("now", &self.now)
            .field("runner", &self.runner)
            .finish_non_exhaustive()
    }
}
