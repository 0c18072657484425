//! The records of a T beside our events: done by whoever knows the records, judged here.
//!
//! 1. A T is reconciled whole, whichever registrar's day-cut asks: files of one registrar answer what another one's asked.
//! 2. Every break has its case, and an open case keeps no day open. What does is a file that is not there, unless it is
//!    another registrar's: that one's day-cut waits for it.

use crate::{
    jobs::{Jobs, not_yet},
    place::index,
};
use chrono::NaiveDate;
use fundflow_domain::orders::Cause;
use fundflow_kernel::store::EventStore;
use fundflow_sagas::ports::day_jobs::{Figures, JobCall, JobStand};
use std::{future::Future, pin::Pin};

/// What a reconciliation of a day came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Records of counterparties.
    pub records: u64,
    /// Events of ours that move money or shares.
    pub events: u64,
    /// Whether every record and every event joins another, or a case, and no file is missing.
    pub is_complete: bool,
    /// What is missing, or loose, in words.
    pub lacks: Vec<String>,
}

/// Holds the records of a day against our events, and opens a case for each break.
pub trait Reconciles: Send + Sync + 'static {
    /// The records of that T. Done again it changes nothing.
    fn reconcile(&self, t: NaiveDate) -> Reconciling<'_>;
}

/// Result of a reconciliation, or why there is none.
pub type Reconciling<'a> = Pin<Box<dyn Future<Output = Result<Reconciled, Cause>> + Send + 'a>>;

impl<S: EventStore> Jobs<S> {
    pub(crate) async fn reconciled(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let Some(by) = &self.reconciles else { return Ok(JobStand::Done(Figures::default())) };
        let found = by.reconcile(call.t.date()).await?;
        if found.is_complete || self.waits_for_another(call).await? {
            let all = found.records.saturating_add(found.events);
            return Ok(JobStand::Done(Figures::counting(all)));
        }
        let text = format!(
            "{}; `fundflow recon run --date {}` shows all of it",
            found.lacks.join("; "),
            call.t
        );
        Ok(not_yet("not_complete", text))
    }

    /// Whether all that is missing is the files of other registrars.
    async fn waits_for_another(&self, call: &JobCall) -> Result<bool, Cause> {
        let mut others = false;
        for registrar in self.place.registrars.iter() {
            let of_it = JobCall { registrar: registrar.clone(), ..call.clone() };
            let batch = self.batch(&of_it).await?;
            for directory in self.place.directories((call.t, registrar), &batch) {
                if index(&directory.join("in"))?.is_some() {
                    continue;
                }
                if *registrar == call.registrar {
                    return Ok(false);
                }
                others = true;
            }
        }
        Ok(others)
    }
}
