//! The shipped runner of one saga between a log and the outside, at one instant: what an engine's
//! shell does, in its order, and a transcript of what was stored and sent.

use crate::{names::name_of, outside::Outside};
use fundflow_application::guard::LedgerGuard;
use fundflow_domain::{
    ids::{FundCode, InvestorId, OrderId, PaymentNo, TransactionId, WalletId},
    time::Timestamp,
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    codec::Stored,
    envelope::{Actor, Recorded, StreamName},
    loaded::{Loaded, Meta},
    store::{Position, StreamAppend, Version},
    streams::{Key, Need},
};
use fundflow_runtime::{
    kind::{Kind, Of, payload, saga_id},
    look::{Look, look},
    message::{Action, Answered, Effect, Input, Output, Reply, Rest, What},
    port::{Ask, Payload},
    process::Disposition,
    runner::Runner,
    saga::Saga,
};
use fundflow_sagas::parts::cases::UnknownOrders;
use std::sync::Arc;

/// Runner, log and outside.
pub(crate) struct Stage<S: Saga> {
    pub(crate) saga: Arc<S>,
    /// Other sagas that the same runner carries.
    pub(crate) beside: Vec<Arc<dyn Kind>>,
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
}

/// An instant of 2026 in Shanghai: `02-13 10:00`.
pub(crate) fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    format!("2026-{day}T{time}+08:00").parse().unwrap()
}

pub(crate) fn tx(text: &str) -> TransactionId {
    text.parse().unwrap()
}

/// The order of that name of `TX-1`.
pub(crate) fn order(name: &'static str) -> OrderId {
    OrderId::part(&tx("TX-1"), name)
}

fn runner<S: Saga>(saga: &Arc<S>, beside: &[Arc<dyn Kind>]) -> Runner {
    let mut runner = Runner::new();
    runner.register(saga.clone());
    for kind in beside {
        runner.register_kind(kind.clone());
    }
    runner.set_unclaimed(Arc::new(UnknownOrders));
    runner.set_guard(Arc::new(LedgerGuard));
    runner
}

impl<S: Saga> Stage<S> {
    pub(crate) fn new(saga: S, now: &str) -> Self {
        let saga = Arc::new(saga);
        Self {
            runner: runner(&saga, &[]),
            saga,
            beside: Vec::new(),
            events: Vec::new(),
            outside: Outside::default(),
            now: at(now),
            in_flight: Vec::new(),
            lines: Vec::new(),
            alerts: Vec::new(),
            fuse: None,
        }
    }

    /// Registered kinds of sagas.
    pub(crate) fn kinds(&self) -> Vec<Arc<dyn Kind>> {
        let own: Arc<dyn Kind> = Arc::new(Of(self.saga.clone()));
        self.beside.iter().cloned().chain([own]).collect()
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

    /// That investor holds so many shares, registered long ago.
    pub(crate) fn holding(&mut self, investor: &str, shares: &str) {
        let (key, id) = (wallet_of(investor), tx("OLD"));
        let shares = shares.parse().unwrap();
        self.given(&key, &wallet::Command::CreditInTransit(id.clone(), shares));
        let registered = "2026-01-05".parse().unwrap();
        self.given(&key, &wallet::Command::ConfirmCredit(id, shares, registered));
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

    pub(crate) fn request(&mut self, request: S::Request, asked: S::Asked) -> Reply {
        self.request_as("TX-1", request, asked)
    }

    pub(crate) fn request_as(&mut self, id: &str, request: S::Request, asked: S::Asked) -> Reply
    where
        S::Request: 'static,
        S::Asked: 'static,
    {
        self.handle(What::Request {
            saga: saga_id::<S>(&tx(id)),
            request: payload(request),
            asked: payload(asked),
            at: None,
            trace_parent: None,
        })
    }

    pub(crate) fn command(&mut self, command: S::Command) -> Reply
    where
        S::Command: 'static,
    {
        self.handle(What::Command {
            saga: saga_id::<S>(&tx("TX-1")),
            command: payload(command),
            actor: Actor::Requester("i-1".into()),
            at: None,
        })
    }

    pub(crate) fn act(&mut self, action: Action) -> Reply {
        self.act_on("TX-1", action)
    }

    pub(crate) fn act_on(&mut self, id: &str, action: Action) -> Reply {
        let saga = saga_id::<S>(&tx(id));
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

    /// Gives up; those open ends go that way.
    pub(crate) fn abandon_as(&mut self, ends: &[(&str, Disposition)]) -> Reply {
        crate::by_hand::units_are_said(&self.look());
        let dispositions = ends.iter().map(|(name, what)| ((*name).into(), *what)).collect();
        self.act(Action::Abandon { reason: "a test".into(), dispositions })
    }

    pub(crate) fn notice(&mut self, (stream, news): (StreamName, Payload)) -> Reply {
        self.handle(What::Notice { stream, news })
    }

    /// The call of that name is answered with that.
    pub(crate) fn answer<A: std::any::Any + Send + Sync>(&mut self, name: &str, answer: A) {
        let effect = self.take(name);
        let answer = Arc::new(answer);
        self.handle(What::Answer(Box::new(Answered { effect, answer })));
    }

    pub(crate) fn take(&mut self, name: &str) -> Effect {
        let names: Vec<String> = self.in_flight.iter().map(|it| name_of(&it.key)).collect();
        let at = names.iter().position(|it| it == name);
        let at =
            at.unwrap_or_else(|| panic!("{name} is not in flight: {names:?}\n{}", self.text()));
        self.in_flight.remove(at)
    }

    /// Everybody outside answers until nobody is asked any more; no timer rings.
    pub(crate) fn settle(&mut self) {
        while !self.in_flight.is_empty() {
            let effect = self.in_flight.remove(0);
            let name = name_of(&effect.key);
            let answer = self.outside.answer(&name, &effect, self.now);
            self.handle(What::Answer(Box::new(Answered { effect, answer })));
        }
    }

    /// Lets everybody speak and timers ring until it rests: over, or parked.
    pub(crate) fn run(&mut self) {
        for _ in 0..500 {
            self.settle();
            if self.is_parked() || !self.ring() {
                return;
            }
        }
        panic!("it does not come to rest:\n{}", self.text());
    }

    /// Timers ring and everybody outside answers, until then.
    pub(crate) fn clock(&mut self, now: &str) {
        self.settle();
        while self.runner.next_timer().is_some_and(|due| due <= at(now)) {
            self.ring();
            self.settle();
        }
        self.now = at(now);
    }

    /// It waits for a person, as the runner has it.
    pub(crate) fn is_parked(&self) -> bool {
        let mut sagas = self.runner.sagas();
        sagas.any(|saga| matches!(self.runner.rest_of(saga), Some(Rest::Parked(_))))
    }

    /// Where it is parked and why, in words.
    pub(crate) fn parked(&self) -> Option<(String, String)> {
        self.look().parked.map(|(row, cause)| (row.to_string(), cause.code.to_string()))
    }

    pub(crate) fn handle(&mut self, what: What) -> Reply {
        self.hand_in(Input::new(1, what));
        let output = self.output();
        self.commit(output)
    }

    fn hand_in(&mut self, mut input: Input) {
        for _ in 0..100 {
            let Err(wanting) = self.runner.handle(input, self.now) else { return };
            self.provide(&wanting.needs);
            input = wanting.input;
        }
        panic!("an input is never content with what was read for it");
    }

    fn output(&mut self) -> Output {
        for _ in 0..100 {
            if let Some(starving) = self.runner.starving() {
                self.provide(&starving);
                self.runner.go_on(self.now);
            } else if let Some(input) = self.runner.next_overtaken() {
                self.hand_in(input);
            } else {
                return self.runner.take();
            }
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
        for (event, nth) in events.into_iter().zip(known as u64 + 1..) {
            let position = Position(self.events.len() as u64 + 1);
            let (stream, version) = (stream.clone(), Version(nth));
            crate::reasons::is_said(&event);
            self.events.push(Recorded { position, stream, version, event });
        }
    }

    /// The process dies and another one starts from what is stored. Calls that were out have acted.
    pub(crate) fn crash(&mut self) {
        self.dies(true);
    }

    /// The same; calls that are under way arrive, or do not.
    pub(crate) fn dies(&mut self, calls_arrive: bool) {
        for effect in std::mem::take(&mut self.in_flight) {
            if calls_arrive {
                self.outside.answer(&name_of(&effect.key), &effect, self.now);
            }
        }
        self.runner = runner(&self.saga, &self.beside);
        let ground = self.runner.ground().to_vec();
        self.provide(&ground);
        let begun = self.events.iter().filter(|it| it.version == Version(1));
        let begun = begun.filter(|it| self.runner.kind(it.stream.category()).is_some());
        let begun = begun.map(|it| (it.stream.category().to_owned(), it.event.correlation.clone()));
        for (kind, id) in begun.collect::<Vec<_>>() {
            let saga = self.runner.restore(&kind, &id).unwrap();
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
        look(self.saga.as_ref(), &tx("TX-1"), &self.events).unwrap()
    }

    pub(crate) fn fold<D>(&self, key: &Key<D>) -> Loaded<D>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let mut loaded = Loaded::default();
        for event in self.events.iter().filter(|it| it.stream == *key.stream()) {
            loaded.replay(event).unwrap();
        }
        loaded
    }

    pub(crate) fn wallet(&self) -> wallet::State {
        self.fold(&wallet_of("i-1")).state
    }

    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.lines.join("\n"), self.alerts.join("\n"))
    }
}

pub(crate) fn wallet_of(investor: &str) -> Key<Wallet> {
    let investor: InvestorId = investor.parse().unwrap();
    let fund: FundCode = crate::terms::WALLET.parse().unwrap();
    Key::of(&WalletId { investor, fund })
}

pub(crate) fn pay_no(name: &'static str) -> PaymentNo {
    PaymentNo::pay(&order(name))
}

pub(crate) fn out_no(name: &'static str) -> PaymentNo {
    PaymentNo::out(&order(name))
}
