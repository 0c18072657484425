//! The jobs of any day: each found done, done now, or lacking something.

use crate::{
    dealing::Dealing,
    followed::{Batch, Followed},
    income::IncomeToCome,
    place::Place,
};
use fundflow::Engine;
use fundflow_application::read_models::catch_up;
use fundflow_domain::orders::Cause;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    loaded::with_sources,
    store::{EventStore, ReadError},
};
use fundflow_sagas::ports::day_jobs::{DayJobs, Job, JobCall, JobStand};
use std::sync::{Arc, Weak};
use tokio::sync::{Mutex, watch};

/// Code of the answer that files are there and nobody has read them.
pub(crate) const NOT_READ: &str = "not_read";

/// Does the jobs of day-cuts, or says what is missing. The port is `day_jobs::Jobs(Arc::new(…))` of it.
pub struct Jobs<S> {
    pub(crate) store: Arc<S>,
    /// The same store, where it keeps the tree that heads stand for.
    pub(crate) heads: Option<Arc<SqliteStore>>,
    pub(crate) place: Place,
    /// The log is read once; each job reads only what is new.
    pub(crate) followed: Mutex<Followed>,
    pub(crate) income_to_come: IncomeToCome,
    pub(crate) dealing: Option<Dealing>,
    /// Whoever seals, sends or reads.
    at_work: Mutex<()>,
    engine: watch::Sender<Option<Weak<Engine>>>,
}

/// As long as it lives the jobs may ask the engine.
#[derive(Debug)]
#[must_use = "jobs that are detached wait for an engine"]
pub struct Attached {
    _engine: Arc<Engine>,
}

impl<S: EventStore> Jobs<S> {
    /// On that store. `heads`: the same one, where it keeps a tree and lists its streams; nothing is reconciled without.
    pub fn of(store: Arc<S>, heads: Option<Arc<SqliteStore>>, place: Place) -> Self {
        let income_to_come: IncomeToCome = Box::new(|_, _| false);
        let (engine, _) = watch::channel(None);
        let (followed, at_work) = (Mutex::default(), Mutex::default());
        let dealing = None;
        Self { store, heads, place, followed, income_to_come, dealing, at_work, engine }
    }

    /// With what is still to be given as income by somebody else.
    #[must_use]
    pub fn awaiting(self, income_to_come: IncomeToCome) -> Self {
        Self { income_to_come, ..self }
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
        let stand = self.attempt(call).await.ok()?;
        matches!(stand, JobStand::Done(_) | JobStand::Paged { .. }).then_some(stand)
    }

    async fn is_empty(&self, call: &JobCall) -> bool {
        self.batch(call).await.is_ok_and(|batch| batch.distributors.is_empty())
    }

    /// Does that job, or says what it lacks: what a day-cut's call is answered with, for whoever does a job at its hour
    /// whether a day-cut asks for it or not.
    ///
    /// # Errors
    /// Nobody can say: a file or the log cannot be read, or the engine stopped.
    pub async fn attempt(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let lacks = match &self.dealing {
            Some(dealing) => self.deal(dealing, call).await?,
            None => None,
        };
        let batch = self.batch(call).await?;
        let stand = match call.job {
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
        }?;
        // Whoever tried to read the files knows best why nobody has.
        let is_unread = match &stand {
            JobStand::Done(_) => true,
            JobStand::NotYet(why) => &*why.code == NOT_READ,
            JobStand::Paged { .. } | JobStand::Refused(_) | JobStand::Unknown(_) => false,
        };
        Ok(lacks.filter(|_| is_unread).unwrap_or(stand))
    }

    /// Does what a distributor does itself; returns what keeps it from that. What it came to is found then.
    async fn deal(&self, dealing: &Dealing, call: &JobCall) -> Result<Option<JobStand>, Cause> {
        let _alone = self.at_work.lock().await;
        match call.job {
            Job::Seal => self.seal(dealing, call).await.map(|()| None),
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

    /// Reads what is new in the log.
    pub(crate) async fn catch_up(&self) -> Result<(), Cause> {
        let mut followed = self.followed.lock().await;
        catch_up(&*self.store, &mut *followed).await.map(drop).map_err(|error| log_unread(&error))
    }

    pub(crate) async fn batch(&self, call: &JobCall) -> Result<Batch, Cause> {
        self.catch_up().await?;
        let followed = self.followed.lock().await;
        Ok(followed.batch(call.t, &call.registrar, self.place.is_own(&call.registrar)))
    }
}

impl<S: EventStore> DayJobs for Jobs<S> {
    async fn work(&self, call: JobCall) -> JobStand {
        let done = match self.turn(&call).await {
            Ok(()) => self.attempt(&call).await,
            Err(cause) => Err(cause),
        };
        let stand = done.unwrap_or_else(|cause| {
            tracing::warn!(job = call.job.name(), t = %call.t, %cause, "a job is not done");
            JobStand::Unknown(cause)
        });
        let stored = |why: Cause| Cause::new(why.code.clone(), self.place.stored(&why.text));
        match stand {
            JobStand::NotYet(why) => JobStand::NotYet(stored(why)),
            JobStand::Refused(why) => JobStand::Refused(stored(why)),
            JobStand::Unknown(why) => JobStand::Unknown(stored(why)),
            done @ (JobStand::Done(_) | JobStand::Paged { .. }) => done,
        }
    }
}

pub(crate) fn not_yet(code: &str, text: String) -> JobStand {
    JobStand::NotYet(Cause::new(code, text))
}

pub(crate) fn log_unread(error: &ReadError) -> Cause {
    unknown("log_unread", error)
}

pub(crate) fn unknown(code: &str, error: &dyn std::error::Error) -> Cause {
    Cause::new(code, with_sources(error))
}
