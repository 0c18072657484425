//! Many sagas of several kinds on one runner, with everything going wrong at random, from a seed.
//!
//! ```text
//! storm: requests, answers, news and timers in any order, with faults  ->  calm: no faults, an
//! operator lets whoever is parked go on  ->  everything must have come to its end
//! ```
//!
//! 1. It decides ahead of the disk, like an engine: up to two batches are decided and not durable.
//!    A refused append drops them all, and the runner goes on from the log; calls that left already
//!    are still answered.
//! 2. After every durable batch, each saga that it touched is held against what is always true, and
//!    the user's truths are asked.
//! 3. In every other play whoever waits leaves memory, and is read again when something happens.
//! 4. A failure names its seed. The same seed always plays the same.

pub mod dice;
mod play;
mod stage;

pub use stage::{Faults, Stage};

use crate::{counterparties::Counterparties, shell::Shell, sound::Excuse};
use fundflow_kernel::{codec::Stored, ids::TransactionId, streams::Key, time::Timestamp};
use fundflow_runtime::{
    breaker::Limits,
    kind::{Kind, Of, payload, saga_id},
    message::{SagaId, What},
    saga::Saga,
};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Something that must hold whenever a batch has become durable, and its name.
pub type Truth<C> = (&'static str, fn(&Stage<'_, C>) -> Result<(), String>);

/// What happened in a simulation that held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simulated {
    /// Inputs, timers and faults.
    pub steps: usize,
    /// Events that became durable.
    pub events: usize,
    /// How often each fault struck.
    pub faults: BTreeMap<&'static str, usize>,
    /// How the sagas ended: by stored type.
    pub endings: BTreeMap<&'static str, usize>,
    /// Requests that were refused.
    pub refused: usize,
    /// Sagas that still wait for a person after everybody has spoken: row and cause.
    pub parked: BTreeMap<String, usize>,
}

/// What did not hold, and how to see it again.
#[derive(Clone, PartialEq, Eq)]
pub struct Failed {
    /// To be given to [`Simulation::run`] again.
    pub seed: u64,
    /// After so many steps.
    pub step: usize,
    /// The truth that does not hold.
    pub what: String,
    /// The last things that happened.
    pub last: Vec<String>,
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, what, last } = self;
        write!(out, "seed {seed}, step {step}: {what}; the last that happened:")?;
        last.iter().try_for_each(|line| write!(out, "\n  {line}"))
    }
}

// A test that unwraps prints this.
impl fmt::Debug for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A simulation that is being described.
pub struct Simulation<C> {
    kinds: Vec<Arc<dyn Kind>>,
    counterparties: C,
    now: Timestamp,
    requests: Vec<(SagaId, What)>,
    inputs: Vec<What>,
    faults: Faults,
    limits: Limits,
    has_operator: bool,
    truths: Vec<Truth<C>>,
    given: Vec<Given>,
    excuse: Excuse,
}

type Given = Box<dyn Fn(&mut Shell)>;

impl<C: Counterparties> Simulation<C> {
    /// With these outside, from that instant on.
    pub fn new(counterparties: C, now: Timestamp) -> Self {
        Self {
            kinds: Vec::new(),
            counterparties,
            now,
            requests: Vec::new(),
            inputs: Vec::new(),
            faults: Faults::default(),
            limits: Limits::default(),
            has_operator: true,
            truths: Vec::new(),
            given: Vec::new(),
            excuse: |_, _| false,
        }
    }

    /// Carries that kind of saga.
    #[must_use]
    pub fn saga<S: Saga>(mut self, saga: S) -> Self {
        self.kinds.push(Arc::new(Of(Arc::new(saga))));
        self
    }

    /// Begins with what was decided on a stream before anybody asked for a saga.
    #[must_use]
    pub fn with<D>(mut self, key: &Key<D>, command: D::Command) -> Self
    where
        D: Stored<State: Clone + Send + Sync, Command: 'static> + 'static,
    {
        let key = key.clone();
        self.given.push(Box::new(move |shell| {
            for append in shell.given(&key, &command) {
                shell.log.append(append).expect("an append of the first events");
            }
        }));
        self
    }

    /// Somebody asks for a saga, some time, and again whenever no reply came.
    #[must_use]
    pub fn request<S: Saga>(
        mut self,
        transaction: &TransactionId,
        request: S::Request,
        asked: S::Asked,
    ) -> Self {
        let saga = saga_id::<S>(transaction);
        let what = What::Request {
            saga: saga.clone(),
            request: payload(request),
            asked: payload(asked),
            at: None,
            trace_parent: None,
        };
        self.requests.push((saga, what));
        self
    }

    /// Something else comes in, once, some time: a command, an operator's act, odd news.
    #[must_use]
    pub fn input(mut self, what: What) -> Self {
        self.inputs.push(what);
        self
    }

    /// What is open at the end of a saga is in order where that says so.
    #[must_use]
    pub fn excused(mut self, excuse: Excuse) -> Self {
        self.excuse = excuse;
        self
    }

    /// How often what goes wrong.
    #[must_use]
    pub const fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Other bounds for the calls to every counterparty.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Nobody lets a parked saga go on: whoever waits for an answer alone must come to its end by
    /// asking slowly.
    #[must_use]
    pub const fn without_operator(mut self) -> Self {
        self.has_operator = false;
        self
    }

    /// Truths of the user, beside the built-in ones.
    #[must_use]
    pub fn truths(mut self, truths: impl IntoIterator<Item = Truth<C>>) -> Self {
        self.truths.extend(truths);
        self
    }

    /// Plays it.
    ///
    /// # Errors
    /// The first thing that does not hold, with the seed.
    pub fn run(&self, seed: u64) -> Result<Simulated, Box<Failed>> {
        // In every other play hardly any saga stays in memory while it waits.
        let awake = if seed.is_multiple_of(2) { usize::MAX } else { 1 };
        let mut shell = Shell::new(self.kinds.clone(), self.limits, self.now).awake(awake);
        for given in &self.given {
            given(&mut shell);
        }
        play::Play::new(self, shell, seed).run()
    }
}
