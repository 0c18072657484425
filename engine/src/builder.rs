//! Puts an engine together and starts it.

use crate::{
    ahead::Durable,
    books::Books,
    checkpoint::{Keeper, save_found},
    effects,
    engine::Engine,
    engine_time::{EngineTime, LoopTime},
    error::{BuildError, StartError, Stopped},
    line::Line,
    own_thread,
    recovery::look,
    replies,
    shard::Shard,
    system_clock::SystemClock,
};
use fundflow_kernel::{
    clock::Clock,
    store::{Checkpoints, EventStore},
};
use fundflow_runtime::{
    breaker,
    engine_clock::TOLERANCE,
    guard::Guard,
    kind::{Kind, Of},
    port::{AnyPort, NoPort, PortName, Ports},
    runner::{Runner, Unclaimed},
    saga::Saga,
};
use futures_util::FutureExt as _;
use std::{collections::HashSet, fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::sync::{mpsc, watch};

/// Bounds of the engine. Nothing in it grows without one of these.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Requests that may wait; a further one is answered `Busy`.
    pub queued_requests: usize,
    /// Inputs decided into one durable batch.
    pub batch: usize,
    /// Calls to counterparties that may be outstanding; beyond it requests wait.
    pub calls: usize,
    /// Time after which a counterparty's answer counts as unknown.
    pub call_limit: Duration,
    /// Attempts of an append that fails without writing anything, before the engine stops.
    pub append_attempts: u32,
    /// How far the clock may be behind the newest instant of the log: so long the engine's time stands still.
    /// Further behind is an alarm, and requests are refused. A minute: synchronisation that steps, leap seconds
    /// and moved machines stay below it by far, and a cut-off can be missed by no more than it; a clock that
    /// somebody set is hours or days wrong.
    pub clock_tolerance: Duration,
    /// Open sagas in memory, of some 8 KB each. The others, some 200 bytes each, are read from the
    /// store when something happens to them. The default is half as many again as a busy engine has under way; all the
    /// orders of a night in memory are worth their room only where reading them again on the next morning is too slow.
    pub awake: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            queued_requests: 16_384,
            batch: 2_048,
            calls: 32_768,
            call_limit: Duration::from_secs(30),
            append_attempts: 10,
            clock_tolerance: TOLERANCE,
            awake: 6_144,
        }
    }
}

/// An engine that is being put together.
pub struct Builder<S> {
    store: Arc<S>,
    kinds: Vec<Arc<dyn Kind>>,
    ports: Ports,
    unclaimed: Option<Arc<dyn Unclaimed>>,
    guard: Option<Arc<dyn Guard>>,
    clock: Arc<dyn Clock>,
    limits: breaker::Limits,
    settings: Settings,
}

impl<S> fmt::Debug for Builder<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Builder")
            .field("sagas", &self.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>())
            .field("ports", &self.ports.keys().collect::<Vec<_>>())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<S: EventStore + Checkpoints> Builder<S> {
    pub(crate) fn new(store: Arc<S>) -> Self {
        Self {
            store,
            kinds: Vec::new(),
            ports: Ports::new(),
            unclaimed: None,
            guard: None,
            clock: Arc::new(SystemClock),
            limits: breaker::Limits::default(),
            settings: Settings::default(),
        }
    }

    /// Registers the saga under its kind; a later one of the same kind replaces it.
    #[must_use]
    pub fn saga(self, saga: impl Saga) -> Self {
        self.kind(Arc::new(Of(Arc::new(saga))))
    }

    /// Carries a saga whose types are not known here: one of a registry.
    #[must_use]
    pub fn kind(mut self, kind: Arc<dyn Kind>) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Calls to that name go there. A request that would call a name that was never registered is
    /// refused with it. A saga that was begun when there was such a port takes its silence for
    /// *unknown*: it asks again and parks at its deadline.
    ///
    /// # Errors
    /// [`BuildError`] when the name is no port name, or another port has it.
    pub fn port(mut self, name: &str, port: Arc<dyn AnyPort>) -> Result<Self, BuildError> {
        let name: PortName = name.parse()?;
        if self.ports.contains_key(&name) {
            return Err(BuildError::PortTwice(name));
        }
        self.ports.insert(name, port);
        Ok(self)
    }

    /// Stores news about keys that nobody handed out. Without it they are only logged.
    #[must_use]
    pub fn unclaimed(mut self, place: impl Unclaimed + 'static) -> Self {
        self.unclaimed = Some(Arc::new(place));
        self
    }

    /// What looks at each decision as a whole before anything of it is written; none without. A later one takes
    /// its place.
    #[must_use]
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.guard = Some(Arc::new(guard));
        self
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Other bounds for every counterparty than the default ones.
    #[must_use]
    pub const fn limits(mut self, limits: breaker::Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Other bounds than the default ones.
    #[must_use]
    pub const fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Whom requests are foreseen to call and cannot: every registrar of a fund on the list, say, that
    /// has no port here. [`start`](Self::start) logs each and starts, because the other funds work;
    /// who would rather not start looks here first.
    pub fn missing_ports(&self) -> Vec<NoPort> {
        let foreseen = self.kinds.iter().flat_map(|kind| kind.foreseen());
        let missing = foreseen.filter_map(|callee| callee.missing(&self.ports));
        let mut seen = HashSet::new();
        missing.filter(|it| seen.insert((it.who.clone(), it.port.clone()))).collect()
    }

    /// Finds the open sagas in the store, goes on with them, and opens the door. A saga that cannot
    /// be read or folded is logged and left; the others go on. So are [ports](Self::missing_ports)
    /// that are not there: what would need them is refused.
    ///
    /// # Errors
    /// [`StartError`] when two sagas share a name, events have no stored form, the store cannot be read or written
    /// at all, or the system has no further thread: in a tokio runtime of several the engine decides on one of
    /// its own.
    pub async fn start(self) -> Result<Engine, StartError> {
        for missing in self.missing_ports() {
            tracing::warn!("{missing}; what would call it is refused");
        }
        let ports = Arc::new(self.ports.clone());
        let mut runner = self.runner()?;
        runner.set_ports(ports.clone());
        let log = look(&*self.store, &mut runner, &self.kinds).await?;
        let time = EngineTime::new(self.clock, self.settings.clock_tolerance, log.newest);
        let time = Arc::new(time);
        for caution in runner.cautions(time.now()) {
            tracing::warn!(target: "fundflow::alerts", "{caution}");
        }
        let found = log.resume(&*self.store, &mut runner, time.now()).await;
        save_found(&*self.store, found.at, &found.open, &found.foreign).await?;
        let ahead = Arc::new(Durable {
            store: self.store.clone(),
            kinds: self.kinds.clone(),
            ports: ports.clone(),
            guard: self.guard.clone(),
            time: time.clone(),
        });
        let (to_calls, calls) = mpsc::unbounded_channel();
        let (to_answers, answers) = mpsc::unbounded_channel();
        let (to_inbox, inbox) = mpsc::channel(self.settings.queued_requests.max(1));
        let (to_replies, deliveries) = mpsc::unbounded_channel();
        tokio::spawn(effects::run(ports, self.settings.call_limit, calls, to_answers));
        tokio::spawn(replies::run(deliveries));
        let shard = Shard {
            line: Line::new(self.store.clone(), self.settings.append_attempts),
            keeper: Keeper::new(self.store.clone(), found.foreign),
            store: self.store,
            kinds: self.kinds,
            runner,
            time: LoopTime::new(time),
            inbox,
            answers,
            calls: to_calls,
            settings: self.settings,
            at: found.at,
            books: Books::new(to_replies),
            state: crate::shard::State::default(),
        };
        let overloaded = shard.state.overloaded.clone();
        let (stopping, stopped) = watch::channel(None);
        own_thread::run(async move {
            let run = AssertUnwindSafe(shard.run()).catch_unwind().await;
            stopping.send_replace(Some(run.unwrap_or_else(|panic| Stopped::by_panic(&*panic))));
        })?;
        Ok(Engine::new(to_inbox, stopped, overloaded, self.settings.batch.max(1), ahead))
    }

    fn runner(&self) -> Result<Runner, StartError> {
        let mut names = HashSet::new();
        let mut runner = Runner::new();
        for kind in &self.kinds {
            if !names.insert(kind.name()) {
                return Err(StartError::SagaTwice(kind.name()));
            }
            for opener in kind.aggregates() {
                opener.check()?;
            }
            runner.register_kind(kind.clone());
        }
        runner.set_limits(self.limits);
        runner.set_awake(self.settings.awake);
        if let Some(place) = &self.unclaimed {
            runner.set_unclaimed(place.clone());
        }
        if let Some(guard) = &self.guard {
            runner.set_guard(guard.clone());
        }
        Ok(runner)
    }
}
