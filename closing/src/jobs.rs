//! The jobs of any day: each found done, done now, or lacking something.

use crate::{
    dealing::Dealing,
    followed::{Batch, Followed},
    income::IncomeToCome,
    place::Place,
    reconcile::Reconciles,
};
use fundflow::Engine;
use fundflow_application::read_models::catch_up;
use fundflow_domain::orders::Cause;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{loaded::with_sources, store::EventStore};
use fundflow_sagas::ports::day_jobs::{DayJobs, Job, JobCall, JobStand};
use std::sync::{Arc, Weak};
use tokio::sync::{Mutex, watch};

/// Does the jobs of day-cuts, or says what is missing. The port is `day_jobs::Jobs(Arc::new(…))` of it.
pub struct Jobs<S> {
    pub(crate) store: Arc<S>,
    /// The same store, where it keeps the tree that heads stand for.
    pub(crate) heads: Option<Arc<SqliteStore>>,
    pub(crate) place: Place,
    /// The log is read once; each job reads only what is new.
    pub(crate) followed: Mutex<Followed>,
    pub(crate) income_to_come: IncomeToCome,
    pub(crate) reconciles: Option<Arc<dyn Reconciles>>,
    dealing: Option<Dealing>,
    engine: watch::Sender<Option<Weak<Engine>>>,
}

/// As long as it lives the jobs may ask the engine.
#[derive(Debug)]
#[must_use = "jobs that are detached wait for an engine"]
pub struct Attached {
    _engine: Arc<Engine>,
}

impl<S: EventStore> Jobs<S> {
    /// On that store. `heads`: the same one, where it keeps a tree.
    pub fn of(store: Arc<S>, heads: Option<Arc<SqliteStore>>, place: Place) -> Self {
        let income_to_come: IncomeToCome = Box::new(|_, _| false);
        let (engine, _) = watch::channel(None);
        let (followed, reconciles, dealing) = (Mutex::default(), None, None);
        Self { store, heads, place, followed, income_to_come, reconciles, dealing, engine }
    }

    /// With what is still to be given as income by somebody else.
    #[must_use]
    pub fn awaiting(self, income_to_come: IncomeToCome) -> Self {
        Self { income_to_come, ..self }
    }

    /// With whoever holds the records of a T against our events; nothing is reconciled without.
    #[must_use]
    pub fn reconciled_by(self, reconciles: Arc<dyn Reconciles>) -> Self {
        Self { reconciles: Some(reconciles), ..self }
    }

    /// With what it takes to seal, send and read, where nobody else does.
    #[must_use]
    pub fn dealing(self, dealing: Dealing) -> Self {
        Self { dealing: Some(dealing), ..self }
    }

    /// Lets the jobs ask that engine, which calls them. It is kept only by what is returned, so that an engine that nobody
    /// else has stops.
    pub fn attach(&self, engine: &Engine) -> Attached {
        let engine = Arc::new(engine.clone());
        self.engine.send_replace(Some(Arc::downgrade(&engine)));
        Attached { _engine: engine }
    }

    /// The engine that calls; waited for while it starts.
    pub(crate) async fn engine(&self) -> Result<Arc<Engine>, Cause> {
        let stopped = || Cause::new("engine_stopped", "the engine is stopped");
        let mut attached = self.engine.subscribe();
        let engine = attached.wait_for(Option::is_some).await.map_err(|_| stopped())?;
        engine.as_ref().and_then(Weak::upgrade).ok_or_else(stopped)
    }

    /// What is said of a job before it is asked for: done, or nothing. `has_answered`: whether the registrars of a T have
    /// nothing more to send by now, so that an empty batch waits for nobody.
    pub async fn early(&self, call: &JobCall, has_answered: bool) -> Option<JobStand> {
        if call.job == Job::Confirmations && !has_answered && self.is_empty(call).await {
            return None;
        }
        let stand = self.work(call.clone()).await;
        matches!(stand, JobStand::Done(_) | JobStand::Paged { .. }).then_some(stand)
    }

    async fn is_empty(&self, call: &JobCall) -> bool {
        self.batch(call).await.is_ok_and(|batch| batch.distributors.is_empty())
    }

    async fn found(&self, call: &JobCall) -> Result<JobStand, Cause> {
        if let Some(dealing) = &self.dealing {
            if let Some(stand) = self.deal(dealing, call).await? {
                return Ok(stand);
            }
        }
        let batch = self.batch(call).await?;
        match call.job {
            Job::Seal => crate::found::sealed(call, &batch),
            Job::Applications => self.sent(call, &batch),
            Job::Prices => Ok(self.prices(call, &batch)),
            Job::Confirmations => self.read(call, &batch),
            Job::Income => self.income(call).await,
            Job::Postings => self.posted().await,
            Job::Reconciliation => self.reconciled(call).await,
            Job::Settlement => self.settled(call).await,
            Job::Statements => self.stated(call).await,
            Job::Head => self.head(call).await,
        }
    }

    /// Does what nobody else does of the batch; what it came to is found then.
    async fn deal(&self, dealing: &Dealing, call: &JobCall) -> Result<Option<JobStand>, Cause> {
        match call.job {
            Job::Seal => self.seal(call).await.map(|()| None),
            Job::Applications => self.send(dealing, call).await.map(|()| None),
            Job::Confirmations => self.take(dealing, call).await,
            Job::Prices
            | Job::Income
            | Job::Postings
            | Job::Reconciliation
            | Job::Settlement
            | Job::Statements
            | Job::Head => Ok(None),
        }
    }

    pub(crate) async fn batch(&self, call: &JobCall) -> Result<Batch, Cause> {
        let mut followed = self.followed.lock().await;
        let caught_up = catch_up(&*self.store, &mut *followed).await;
        caught_up.map_err(|error| Cause::new("log_unread", with_sources(&error)))?;
        Ok(followed.batch(call.t, &call.registrar, self.place.is_own(&call.registrar)))
    }
}

impl<S: EventStore> DayJobs for Jobs<S> {
    async fn work(&self, call: JobCall) -> JobStand {
        match self.found(&call).await {
            Ok(stand) => stand,
            Err(cause) => {
                tracing::warn!(job = call.job.name(), t = %call.t, %cause, "a job is not done");
                JobStand::Unknown(cause)
            }
        }
    }
}

pub(crate) fn not_yet(code: &str, text: String) -> JobStand {
    JobStand::NotYet(Cause::new(code, text))
}

pub(crate) fn unknown(code: &str, error: &dyn std::error::Error) -> Cause {
    Cause::new(code, with_sources(error))
}
