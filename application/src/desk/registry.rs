//! What a program knows of the streams in a store: kinds of sagas, and aggregates.

use super::{
    DeskError,
    reading::{damage_of, whole},
};
use fundflow_domain::calendar::TradingCalendar;
use fundflow_kernel::{
    codec::Stored,
    store::{EventStore, ReadError},
    streams::{Opener, Streams},
};
use fundflow_runtime::{
    engine_clock::EngineClock,
    guard::Guard,
    kind::{Kind, Of},
    port::Ports,
    runner::Runner,
    saga::Saga,
};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Kinds of sagas and aggregates, by category.
#[derive(Clone, Default)]
pub struct Registry {
    kinds: BTreeMap<&'static str, Arc<dyn Kind>>,
    openers: BTreeMap<&'static str, Opener>,
    ports: Option<Arc<Ports>>,
    guard: Option<Arc<dyn Guard>>,
    calendar: Option<Arc<TradingCalendar>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Registry")
            .field("sagas", &self.kinds.keys())
            .field("aggregates", &self.openers.keys())
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// Knows no saga yet, and what every engine stores of its own.
    pub fn new() -> Self {
        Self::default().aggregate::<EngineClock>()
    }

    /// Knows that saga, its process and every aggregate that it works on.
    #[must_use]
    pub fn saga(self, saga: impl Saga) -> Self {
        self.kind(Arc::new(Of(Arc::new(saga))))
    }

    /// Knows a saga whose types are not known here.
    #[must_use]
    pub fn kind(mut self, kind: Arc<dyn Kind>) -> Self {
        for opener in kind.aggregates() {
            self.openers.insert(opener.category(), opener);
        }
        self.kinds.insert(kind.name(), kind);
        self
    }

    /// Knows an aggregate that no saga of it works on.
    #[must_use]
    pub fn aggregate<D>(mut self) -> Self
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        self.openers.insert(D::CATEGORY, Opener::of::<D>());
        self
    }

    /// Knows who can be called: a preview refuses what an engine with those ports would refuse. Nobody
    /// is called.
    #[must_use]
    pub fn ports(mut self, ports: Arc<Ports>) -> Self {
        self.ports = Some(ports);
        self
    }

    /// Knows the guard that engines of this program have: a preview says no where it would.
    #[must_use]
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.guard = Some(Arc::new(guard));
        self
    }

    /// Knows the list of trading days that versions of the log are added to: an audit holds every T against it.
    #[must_use]
    pub fn calendar(mut self, shipped: Arc<TradingCalendar>) -> Self {
        self.calendar = Some(shipped);
        self
    }

    pub(crate) const fn shipped_calendar(&self) -> Option<&Arc<TradingCalendar>> {
        self.calendar.as_ref()
    }

    /// The same, with kinds as what they rest on makes them by now: a trading calendar may have grown since they were made.
    ///
    /// # Errors
    /// [`ReadError::Fault`]; where what they rest on is damaged, they are as they were made.
    pub(crate) async fn renewed<S: EventStore>(&self, store: &S) -> Result<Self, ReadError> {
        let (mut renewed, mut streams) = (self.clone(), Streams::default());
        for need in self.kinds().flat_map(|kind| kind.rests_on()) {
            if streams.has(need.stream()) {
                continue;
            }
            match whole(store, need.stream()).await {
                // Damage in what it says is an audit's to name.
                Ok(history) => drop(streams.provide(&need, &history)),
                Err(damaged @ ReadError::Damaged { .. }) => {
                    streams.provide_damaged(&need, damage_of(need.stream(), &damaged));
                }
                Err(fault @ ReadError::Fault(_)) => return Err(fault),
            }
        }
        for kind in renewed.kinds.values_mut() {
            if let Some(by_now) = kind.renewed(&streams) {
                *kind = by_now;
            }
        }
        Ok(renewed)
    }

    /// A runner of all kinds, that decides as an engine's would.
    pub(super) fn runner(&self) -> Runner {
        let mut runner = Runner::new();
        self.kinds().for_each(|kind| runner.register_kind(kind.clone()));
        if let Some(ports) = &self.ports {
            runner.set_ports(ports.clone());
        }
        if let Some(guard) = &self.guard {
            runner.set_guard(guard.clone());
        }
        runner
    }

    /// All kinds, by name.
    pub fn kinds(&self) -> impl Iterator<Item = &Arc<dyn Kind>> {
        self.kinds.values()
    }

    /// The names of all kinds.
    pub fn names(&self) -> Vec<&'static str> {
        self.kinds.keys().copied().collect()
    }

    /// The kind of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.kinds.get(name)
    }

    /// The kind of that name.
    ///
    /// # Errors
    /// [`DeskError::UnknownKind`], with those that are known.
    pub fn known(&self, name: &str) -> Result<&Arc<dyn Kind>, DeskError> {
        let unknown = || DeskError::UnknownKind { kind: name.to_owned(), known: self.names() };
        self.get(name).ok_or_else(unknown)
    }

    /// How the folds of that category begin; `None` for one that nobody registered.
    pub fn opener(&self, category: &str) -> Option<&Opener> {
        self.openers.get(category)
    }

    /// Every aggregate and every process, by category.
    pub fn openers(&self) -> impl Iterator<Item = &Opener> {
        self.openers.values()
    }
}
