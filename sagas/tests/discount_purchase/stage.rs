//! The shipped runner between a log and the outside, at one instant: what an engine's shell does, in
//! its order, and a transcript of what was stored and sent.

use crate::{
    names::{at, name_of, order, tx},
    outside::{Outside, confirmation},
    terms::{asked, foreign, house, target, wallet},
};
use fundflow_application::guard::LedgerGuard;
use fundflow_domain::{
    application::{Applications, Confirmation},
    fund::FundTerms,
    ids::ApplicationNo,
    time::Timestamp,
};
use fundflow_kernel::{
    codec::Stored,
    envelope::{Actor, Recorded, StreamName},
    loaded::{Loaded, Meta},
    store::{Position, StreamAppend, Version},
    streams::{Key, Need},
};
use fundflow_runtime::{
    breaker::Limits,
    kind::{Kind, Of, payload, saga_id},
    look::{Look, look},
    message::{Action, Answered, Effect, Input, Output, Reply, Rest, What},
    port::{Ask, Payload},
    process::Disposition,
    runner::Runner,
};
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase, Request},
    parts::cases::UnknownOrders,
    ports::registrar::{self, ApplicationAnswer},
};
use std::sync::Arc;

/// Runner, log and outside.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) saga: Arc<DiscountPurchase>,
    pub(crate) runner: Runner,
    pub(crate) events: Vec<Recorded>,
    pub(crate) outside: Outside,
    pub(crate) now: Timestamp,
    pub(crate) in_flight: Vec<Effect>,
    /// Event types, and calls as `call NAME` or `ask NAME`, in order.
    pub(crate) lines: Vec<String>,
    pub(crate) alerts: Vec<String>,
    /// So many appends from now on the process dies.
    pub(crate) fuse: Option<usize>,
    /// What dies with the process has acted outside.
    pub(crate) acted: bool,
}

impl Stage {
    /// With the three funds, at that instant.
    pub(crate) fn at(now: &str) -> Self {
        Self::with(vec![wallet(), target(), foreign()], now)
    }

    pub(crate) fn with(funds: Vec<FundTerms>, now: &str) -> Self {
        let saga = Arc::new(DiscountPurchase { house: house(funds) });
        Self {
            runner: runner(&saga),
            saga,
            events: Vec::new(),
            outside: Outside::default(),
            now: at(now),
            in_flight: Vec::new(),
            lines: Vec::new(),
            alerts: Vec::new(),
            fuse: None,
            acted: false,
        }
    }

    /// Registered kinds of sagas.
    pub(crate) fn kinds(&self) -> [Arc<dyn Kind>; 1] {
        [Arc::new(Of(self.saga.clone()))]
    }

    /// What was decided on a stream before.
    pub(crate) fn given<D>(&mut self, key: &Key<D>, command: &D::Command)
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let meta = Meta {
            correlation: tx("GIVEN"),
            process: "given".into(),
            causation: "given".into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: self.now,
            recorded_at: self.now,
            trade_date: None,
        };
        let (mut loaded, mut batch) = (self.fold(key), Vec::new());
        loaded.decide(key.stream(), command, &meta, &mut batch).unwrap();
        for append in batch {
            self.store(append);
        }
    }

    /// Time passes until then: timers ring, and everybody outside answers.
    pub(crate) fn clock(&mut self, now: &str) {
        self.settle();
        while self.runner.next_timer().is_some_and(|due| due <= at(now)) {
            self.ring();
            self.settle();
        }
        self.now = at(now);
    }

    /// The next timer rings.
    pub(crate) fn ring(&mut self) -> bool {
        let Some(due) = self.runner.next_timer() else { return false };
        self.now = self.now.max(due);
        self.runner.ring(self.now, usize::MAX);
        let output = self.output();
        self.commit(output);
        true
    }

    pub(crate) fn request(&mut self, request: &Request) -> Reply {
        self.request_as("TX-1", request)
    }

    pub(crate) fn request_as(&mut self, id: &str, request: &Request) -> Reply {
        self.handle(What::Request {
            saga: saga_id::<DiscountPurchase>(&tx(id)),
            request: payload(request.clone()),
            asked: payload(asked()),
            at: None,
            trace_parent: None,
        })
    }

    pub(crate) fn command(&mut self, command: Command) -> Reply {
        self.handle(What::Command {
            saga: saga_id::<DiscountPurchase>(&tx("TX-1")),
            command: payload(command),
            actor: Actor::Requester("i-1".into()),
            at: None,
        })
    }

    pub(crate) fn act(&mut self, action: Action) -> Reply {
        let saga = saga_id::<DiscountPurchase>(&tx("TX-1"));
        crate::foreseen::assert_foreseen(&self.events, self.kinds(), (&saga, &action), self.now);
        self.handle(What::Act { saga, action, operator: "chen".into() })
    }

    /// Gives up; every end that is open is settled by hand.
    pub(crate) fn abandon(&mut self) -> Reply {
        self.abandon_with(Disposition::Manual)
    }

    /// Gives up; that becomes of every end that is open.
    pub(crate) fn abandon_with(&mut self, what: Disposition) -> Reply {
        let look = self.look();
        crate::by_hand::units_are_said(&look);
        let ends = look.open_ends;
        let dispositions = ends.into_iter().map(|end| (end.name, what)).collect();
        self.act(Action::Abandon { reason: "a test".into(), dispositions })
    }

    pub(crate) fn notice(&mut self, (stream, news): (StreamName, Payload)) -> Reply {
        self.handle(What::Notice { stream, news })
    }

    /// What the registrar would say of that order if it confirmed all of it.
    pub(crate) fn confirmation(&self, name: &str) -> Confirmation {
        let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(name)));
        confirmation(&format!("{name}.c"), &self.state(&key).application().unwrap().terms)
    }

    /// The registrar says that of the order, unasked.
    pub(crate) fn deliver(&mut self, name: &str, answer: ApplicationAnswer) -> Reply {
        self.notice(registrar::notice(&ApplicationNo::of(&order(name)), answer))
    }

    /// The registrar confirms the order, unasked.
    pub(crate) fn confirmed(&mut self, name: &str, said: Confirmation) -> Reply {
        self.deliver(name, ApplicationAnswer::Confirmed(Box::new(said)))
    }

    /// The call of that name is answered with that.
    pub(crate) fn answer<A: std::any::Any + Send + Sync>(&mut self, name: &str, answer: A) {
        let effect = self.take(name);
        self.answered(effect, Arc::new(answer));
    }

    /// The call of that name is answered by those outside.
    pub(crate) fn go(&mut self, name: &str) {
        let effect = self.take(name);
        self.go_on(effect);
    }

    fn go_on(&mut self, effect: Effect) {
        let name = name_of(&effect.key);
        let answer = self.outside.answer(&name, &effect, self.now);
        self.answered(effect, answer);
    }

    pub(crate) fn answered(&mut self, effect: Effect, answer: Payload) {
        self.handle(What::Answer(Box::new(Answered { effect, answer })));
    }

    pub(crate) fn take(&mut self, name: &str) -> Effect {
        let at = self.in_flight.iter().position(|effect| name_of(&effect.key) == name);
        let names: Vec<String> = self.in_flight.iter().map(|it| name_of(&it.key)).collect();
        let at =
            at.unwrap_or_else(|| panic!("{name} is not in flight: {names:?}\n{}", self.text()));
        self.in_flight.remove(at)
    }

    /// Lets everybody speak and timers ring until it rests: over, or parked.
    pub(crate) fn run(&mut self) {
        for _ in 0..500 {
            if !self.in_flight.is_empty() {
                let effect = self.in_flight.remove(0);
                self.go_on(effect);
            } else if self.is_parked() || !self.ring() {
                return;
            }
        }
        panic!("it does not come to rest:\n{}", self.text());
    }

    /// Everybody outside answers until nobody is asked any more; no timer rings.
    pub(crate) fn settle(&mut self) {
        while !self.in_flight.is_empty() {
            let effect = self.in_flight.remove(0);
            self.go_on(effect);
        }
    }

    /// It waits for a person, as the runner has it.
    pub(crate) fn is_parked(&self) -> bool {
        let saga = saga_id::<DiscountPurchase>(&tx("TX-1"));
        matches!(self.runner.rest_of(&saga), Some(Rest::Parked(_)))
    }

    /// Where it is parked and why, in words.
    pub(crate) fn parked(&self) -> Option<(String, String)> {
        self.look().parked.map(|(row, cause)| (row.to_string(), cause.code.to_string()))
    }

    pub(crate) fn handle(&mut self, what: What) -> Reply {
        let mut input = Input::new(1, what);
        for _ in 0..100 {
            match self.runner.handle(input, self.now) {
                Ok(()) => {
                    let output = self.output();
                    return self.commit(output);
                }
                Err(wanting) => {
                    self.provide(&wanting.needs);
                    input = wanting.input;
                }
            }
        }
        panic!("an input is never content with what was read for it");
    }

    fn output(&mut self) -> Output {
        for _ in 0..100 {
            let Some(starving) = self.runner.starving() else { return self.runner.take() };
            self.provide(&starving);
            self.runner.go_on(self.now);
        }
        panic!("the saga is never content with what was read for it");
    }

    fn provide(&mut self, needs: &[Need]) {
        for need in needs {
            let history = self.events.iter().filter(|it| it.stream == *need.stream());
            assert_eq!(self.runner.provide(need, history), None);
        }
    }

    fn commit(&mut self, output: Output) -> Reply {
        for append in output.appends {
            if self.fuse == Some(0) {
                self.fuse = None;
                self.crash();
                return Reply::Rest(None);
            }
            self.fuse = self.fuse.map(|left| left - 1);
            let types = append.events.iter().map(|event| event.event_type.to_string());
            self.lines.extend(types.collect::<Vec<_>>());
            self.store(append);
        }
        for effect in output.effects {
            let word = if effect.ask == Ask::Call { "call" } else { "ask" };
            self.lines.push(format!("{word} {}", name_of(&effect.key)));
            self.in_flight.push(effect);
        }
        self.alerts.extend(output.alerts.into_iter().map(|alert| alert.what.to_string()));
        self.runner.settle(output.batch, &output.finished, &output.released);
        output.replies.into_iter().next().map_or(Reply::Rest(None), |(_, reply)| reply)
    }

    fn store(&mut self, StreamAppend { stream, expected, events }: StreamAppend) {
        let known = self.events.iter().filter(|it| it.stream == stream).count();
        assert_eq!(expected, Version(known as u64), "an append must continue {stream}");
        for event in events {
            let position = Position(self.events.len() as u64 + 1);
            let version = self.events.iter().filter(|it| it.stream == stream).count() as u64 + 1;
            let (stream, version) = (stream.clone(), Version(version));
            crate::reasons::is_said(&event);
            self.events.push(Recorded { position, stream, version, event });
        }
    }

    /// The process dies and another one starts from what is stored.
    pub(crate) fn crash(&mut self) {
        for effect in std::mem::take(&mut self.in_flight) {
            if self.acted {
                self.outside.act_on(&name_of(&effect.key), &effect, self.now);
            }
        }
        self.runner = runner(&self.saga);
        let begun = self.events.iter().filter(|it| it.stream.category() == "discount_purchase");
        let begun = begun.filter(|it| it.version == Version(1));
        for id in begun.map(|it| it.event.correlation.clone()).collect::<Vec<_>>() {
            let saga = self.runner.restore("discount_purchase", &id).unwrap();
            loop {
                let missing = self.runner.missing(&saga);
                if missing.is_empty() {
                    break;
                }
                self.provide(&missing);
            }
            self.runner.wake(&saga, self.now);
        }
        let output = self.output();
        self.commit(output);
    }

    pub(crate) fn look(&self) -> Look {
        self.look_at("TX-1")
    }

    pub(crate) fn look_at(&self, id: &str) -> Look {
        look(self.saga.as_ref(), &tx(id), &self.events).unwrap()
    }

    pub(crate) fn fold<D: Stored<State: Clone + Send + Sync> + 'static>(
        &self,
        key: &Key<D>,
    ) -> Loaded<D> {
        let mut loaded = Loaded::default();
        for event in self.events.iter().filter(|it| it.stream == *key.stream()) {
            loaded.replay(event).unwrap();
        }
        loaded
    }

    pub(crate) fn state<D: Stored<State: Clone + Send + Sync> + 'static>(
        &self,
        key: &Key<D>,
    ) -> D::State {
        self.fold(key).state
    }

    /// The transcript since then, and what came of it.
    pub(crate) fn since(&self, from: usize) -> Vec<&str> {
        self.lines[from..].iter().map(String::as_str).collect()
    }

    pub(crate) fn types(&self) -> Vec<&str> {
        self.events.iter().map(|it| it.event.event_type.as_ref()).collect()
    }

    pub(crate) fn has(&self, event_type: &str) -> bool {
        self.types().contains(&event_type)
    }

    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.lines.join("\n"), self.alerts.join("\n"))
    }
}

/// Breakers are off: they hold back what is to be followed.
fn runner(saga: &Arc<DiscountPurchase>) -> Runner {
    let mut runner = Runner::new();
    runner.register(saga.clone());
    runner.set_unclaimed(Arc::new(UnknownOrders));
    runner.set_guard(Arc::new(LedgerGuard));
    runner.set_limits(Limits { silences: u32::MAX, ..Limits::default() });
    runner
}
