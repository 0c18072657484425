//! The shipped runner between a log and the outside, in virtual time, with a transcript.

pub(crate) use crate::names::{at, holding, nav, tx};
use crate::{funds, names::name_of, outside::Outside};
use fundflow_application::guard::LedgerGuard;
use fundflow_domain::{
    fund::FundTerms,
    holdings::{self, Credit},
    time::Timestamp,
};
use fundflow_kernel::{
    codec::Stored,
    envelope::{Actor, Recorded},
    loaded::{Loaded, Meta},
    store::{Position, StreamAppend, Version},
    streams::{Key, Need},
};
use fundflow_runtime::{
    breaker::Limits,
    kind::{Kind, Of, payload, saga_id},
    look::{Look, look},
    message::{Action, Answered, Effect, Input, Noticed, Output, Reply, What},
    port::{Ask, Payload, Ports},
    process::Disposition,
    runner::Runner,
    saga::Saga,
};
use fundflow_sagas::{
    calendar_change::CalendarChange,
    conversion::Conversion,
    discount_purchase::{Asked, DiscountPurchase},
    house::House,
    parts::cases::UnknownOrders,
    purchase::Purchase,
    redemption::Redemption,
    regular_plan::RegularPlans,
};
use std::sync::Arc;

/// A saga that holds nothing but its house.
pub(crate) trait InHouse: Saga<Asked = Asked> {
    fn of(house: House) -> Self;
}

macro_rules! in_house {
    ($($saga:ident),*) => {$(
        impl InHouse for $saga {
            fn of(house: House) -> Self {
                Self { house }
            }
        }
    )*};
}
in_house!(Purchase, Redemption, Conversion, RegularPlans, DiscountPurchase);

/// Runner, log and outside.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) house: House,
    pub(crate) runner: Runner,
    pub(crate) events: Vec<Recorded>,
    pub(crate) outside: Outside,
    pub(crate) now: Timestamp,
    in_flight: Vec<Effect>,
    /// Event types, and calls as `call NAME` or `ask NAME`, in order.
    pub(crate) lines: Vec<String>,
    pub(crate) alerts: Vec<String>,
    /// So many appends from now on the process dies.
    pub(crate) fuse: Option<usize>,
    pub(crate) asked: Asked,
    /// No counterparty answers any call.
    pub(crate) silent: bool,
    /// Those who can be called, where that is known.
    pub(crate) ports: Option<Arc<Ports>>,
}

impl Stage {
    pub(crate) fn with(funds: Vec<FundTerms>, now: &str) -> Self {
        Self::in_house(funds::house(funds), now)
    }

    pub(crate) fn in_house(house: House, now: &str) -> Self {
        Self {
            runner: runner(&house),
            house,
            events: Vec::new(),
            outside: Outside::default(),
            now: at(now),
            in_flight: Vec::new(),
            lines: Vec::new(),
            alerts: Vec::new(),
            fuse: None,
            asked: funds::asked(),
            silent: false,
            ports: None,
        }
    }

    pub(crate) fn kinds(&self) -> [Arc<dyn Kind>; 6] {
        kinds(&self.house)
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

    /// A lot that the investor holds.
    pub(crate) fn holds(&mut self, fund: &str, serial: &str, on: &str, shares: &str) {
        let credit = Credit {
            lot: serial.parse().unwrap(),
            order: format!("GIVEN.{serial}").parse().unwrap(),
            serial: serial.parse().unwrap(),
            registered_on: on.parse().unwrap(),
            shares: shares.parse().unwrap(),
            cost: shares.parse().unwrap(),
        };
        self.given(&holding(fund), &holdings::Command::Credit(Box::new(credit)));
    }

    pub(crate) fn request<S: InHouse>(&mut self, id: &str, request: S::Request) -> Reply
    where
        S::Request: 'static,
    {
        self.handle(What::Request {
            saga: saga_id::<S>(&tx(id)),
            request: payload(request),
            asked: payload(self.asked.clone()),
            at: None,
            trace_parent: None,
        })
    }

    pub(crate) fn command<S: InHouse>(&mut self, id: &str, command: S::Command) -> Reply
    where
        S::Command: 'static,
    {
        self.handle(What::Command {
            saga: saga_id::<S>(&tx(id)),
            command: payload(command),
            actor: Actor::Requester("i-1".into()),
            at: None,
        })
    }

    /// Gives up; every end that is open is settled by hand.
    pub(crate) fn abandon<S: InHouse>(&mut self, id: &str) -> Reply {
        self.abandon_with::<S>(id, Disposition::Manual)
    }

    /// Gives up; that becomes of every end that is open.
    pub(crate) fn abandon_with<S: InHouse>(&mut self, id: &str, what: Disposition) -> Reply {
        let look = self.look::<S>(id);
        crate::by_hand::units_are_said(&look);
        let ends = look.open_ends;
        let dispositions = ends.into_iter().map(|end| (end.name, what)).collect();
        self.act::<S>(id, Action::Abandon { reason: "a test".into(), dispositions })
    }

    pub(crate) fn act<S: InHouse>(&mut self, id: &str, action: Action) -> Reply {
        let saga = saga_id::<S>(&tx(id));
        crate::foreseen::assert_foreseen(&self.events, self.kinds(), (&saga, &action), self.now);
        self.handle(What::Act { saga, action, operator: "chen".into() })
    }

    pub(crate) fn notice(
        &mut self,
        (stream, news): (fundflow_kernel::envelope::StreamName, Payload),
    ) -> Reply {
        let before = self.events.len();
        let reply = self.handle(What::Notice { stream, news });
        let is_new = !matches!(reply, Reply::Noticed(Noticed::Repeated));
        assert!(is_new || self.events.len() == before, "it was told to be known: {}", self.text());
        reply
    }

    /// Everybody outside answers, and timers ring until that instant.
    pub(crate) fn until(&mut self, then: &str) {
        self.until_instant(at(then));
    }

    pub(crate) fn until_instant(&mut self, then: Timestamp) {
        for _ in 0..500 {
            if !self.in_flight.is_empty() && !self.silent {
                let effect = self.in_flight.remove(0);
                let answer = self.outside.answer(&effect, self.now);
                self.handle(What::Answer(Box::new(Answered { effect, answer })));
                continue;
            }
            let Some(due) = self.runner.next_timer().filter(|due| *due <= then) else {
                self.now = self.now.max(then);
                return;
            };
            self.now = self.now.max(due);
            self.runner.ring(self.now, usize::MAX);
            let output = self.output();
            self.commit(output);
        }
        panic!("it does not come to rest:\n{}", self.text());
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
        panic!("a saga is never content with what was read for it");
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
            self.lines.push(format!("{word} {}", name_of(&effect)));
            self.in_flight.push(effect);
        }
        self.alerts.extend(output.alerts.into_iter().map(|alert| alert.what.to_string()));
        self.runner.settle(output.batch, &output.finished, &output.released);
        output.replies.into_iter().next().map_or(Reply::Rest(None), |(_, reply)| reply)
    }

    fn store(&mut self, StreamAppend { stream, expected, events }: StreamAppend) {
        let known = self.events.iter().filter(|it| it.stream == stream).count();
        assert_eq!(expected, Version(known as u64), "an append must continue {stream}");
        for (version, event) in (known as u64 + 1..).zip(events) {
            let position = Position(self.events.len() as u64 + 1);
            let (stream, version) = (stream.clone(), Version(version));
            crate::reasons::is_said(&event);
            self.events.push(Recorded { position, stream, version, event });
        }
    }

    /// The process dies; calls that are under way arrive all the same, or do not.
    pub(crate) fn dies(&mut self, calls_arrive: bool) {
        for effect in std::mem::take(&mut self.in_flight) {
            if calls_arrive {
                self.outside.answer(&effect, self.now);
            }
        }
        self.crash();
    }

    /// The process dies and another one starts from what is stored.
    pub(crate) fn crash(&mut self) {
        self.in_flight.clear();
        self.runner = runner(&self.house);
        if let Some(ports) = &self.ports {
            self.runner.set_ports(ports.clone());
        }
        let ground = self.runner.ground().to_vec();
        self.provide(&ground);
        let kinds = self.kinds().map(|kind| kind.name());
        let begun = self.events.iter().filter(|it| it.version == Version(1));
        let begun = begun.filter_map(|it| {
            let kind = kinds.iter().find(|kind| **kind == it.stream.category())?;
            Some((*kind, it.event.correlation.clone()))
        });
        for (kind, id) in begun.collect::<Vec<_>>() {
            let saga = self.runner.restore(kind, &id).unwrap();
            loop {
                let missing = self.runner.missing(&saga);
                if missing.is_empty() {
                    break;
                }
                self.provide(&missing);
            }
            if !self.runner.dismiss(&saga) {
                self.runner.wake(&saga, self.now);
            }
        }
        let output = self.output();
        self.commit(output);
    }

    pub(crate) fn look<S: InHouse>(&self, id: &str) -> Look {
        look(&S::of(self.house.clone()), &tx(id), &self.events).unwrap()
    }

    fn fold<D: Stored<State: Clone + Send + Sync> + 'static>(&self, key: &Key<D>) -> Loaded<D> {
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

    /// The investor's shares of that fund.
    pub(crate) fn shares(&self, fund: &str) -> holdings::State {
        self.state(&holding(fund))
    }

    /// What came since the last time.
    pub(crate) fn take_lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }

    /// The stream of the first event of that type.
    pub(crate) fn stream_of(&self, event_type: &str) -> &fundflow_kernel::envelope::StreamName {
        let first = self.events.iter().find(|it| &*it.event.event_type == event_type);
        &first.unwrap().stream
    }

    pub(crate) fn has(&self, event_type: &str) -> bool {
        self.events.iter().any(|it| &*it.event.event_type == event_type)
    }

    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.lines.join("\n"), self.alerts.join("\n"))
    }
}

/// Breakers are off: they hold back what is to be followed.
fn kinds(house: &House) -> [Arc<dyn Kind>; 6] {
    [
        Arc::new(Of(Arc::new(Purchase { house: house.clone() }))),
        Arc::new(Of(Arc::new(Redemption { house: house.clone() }))),
        Arc::new(Of(Arc::new(Conversion { house: house.clone() }))),
        Arc::new(Of(Arc::new(RegularPlans { house: house.clone() }))),
        Arc::new(Of(Arc::new(DiscountPurchase { house: house.clone() }))),
        Arc::new(Of(Arc::new(CalendarChange { house: house.clone() }))),
    ]
}

fn runner(house: &House) -> Runner {
    let mut runner = Runner::new();
    for kind in kinds(house) {
        runner.register_kind(kind);
    }
    runner.set_unclaimed(Arc::new(UnknownOrders));
    runner.set_guard(Arc::new(LedgerGuard));
    runner.set_limits(Limits { silences: u32::MAX, ..Limits::default() });
    runner
}
