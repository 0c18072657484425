//! Whoever does the jobs of a day-cut, as a value: each page is done once, however often it is called for.

use fundflow_domain::{ids::TransactionId, orders::Cause, time::Timestamp};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{message::Effect, port::Payload};
use fundflow_sagas::{
    day_cut::{self, DayCut, Request},
    ports::day_jobs::{Figures, Job, JobAnswer, JobCall, JobStand},
};
use fundflow_testkit::{
    at_par,
    explore::{Counterparties, Said, World},
    worlds::{day, read},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A registrar's side, and our own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Exchange {
    now: Timestamp,
    /// A job's input is there from then on.
    pub(crate) from: BTreeMap<Job, Timestamp>,
    /// Jobs that are refused.
    pub(crate) refuses: BTreeSet<Job>,
    /// Pages that were done, by the key of their call, and how often they were called for.
    pub(crate) done: BTreeSet<Arc<str>>,
}

impl Exchange {
    pub(crate) fn with(mut self, job: Job, from: &str) -> Self {
        self.from.insert(job, read(from));
        self
    }

    pub(crate) fn refusing(mut self, job: Job) -> Self {
        self.refuses.insert(job);
        self
    }

    fn stand(&self, call: &JobCall) -> JobStand {
        let JobCall { job, after, .. } = call;
        if self.refuses.contains(job) {
            return JobStand::Refused(Cause::new("files_damaged", "a line is cut"));
        }
        if self.from.get(job).is_some_and(|from| self.now < *from) {
            return JobStand::NotYet(Cause::new("no_index", "no index is there"));
        }
        match (job, after) {
            (Job::Applications, None) => {
                JobStand::Paged { through: read("p1"), figures: Figures::counting(200) }
            }
            (Job::Applications, Some(_)) => JobStand::Done(Figures::counting(6)),
            (Job::Seal | Job::Confirmations, _) => JobStand::Done(Figures::counting(206)),
            (
                Job::Prices
                | Job::Income
                | Job::Postings
                | Job::Reconciliation
                | Job::Settlement
                | Job::Statements
                | Job::Head,
                _,
            ) => JobStand::Done(Figures::counting(1)),
        }
    }
}

impl Counterparties for Exchange {
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>> {
        let Some(call) = effect.call_as::<JobCall>() else { return Vec::new() };
        let (mut after, stand) = (self.clone(), self.stand(call));
        if matches!(stand, JobStand::Done(_) | JobStand::Paged { .. }) {
            after.done.insert(effect.key.clone());
        }
        vec![Said::of(JobAnswer { call: call.clone(), stand }, after)]
    }

    fn silence(&self, effect: &Effect) -> Payload {
        let call = effect.call_as::<JobCall>().unwrap().clone();
        let cause = Cause::new("time_out", "no answer in time");
        Arc::new(JobAnswer { call, stand: JobStand::Unknown(cause) })
    }

    fn notes(&mut self, now: Timestamp) {
        // Only whether something is there: else every instant were another world.
        let passed = |from: &&Timestamp| **from <= now;
        self.now = self.from.values().filter(passed).max().copied().unwrap_or_default();
    }

    fn notices(&self) -> Vec<(StreamName, Said<Self>)> {
        Vec::new()
    }
}

pub(crate) fn request() -> Request {
    Request { registrar: read("05"), t: day("2026-02-13") }
}

pub(crate) fn id() -> TransactionId {
    day_cut::id(&read("05"), day("2026-02-13")).unwrap()
}

pub(crate) fn call(job: Job) -> JobCall {
    let Request { registrar, t } = request();
    JobCall { registrar, t, job, after: None }
}

/// Friday the 13th, before a week without trading.
pub(crate) fn world(exchange: Exchange) -> World<DayCut, Exchange> {
    let saga = DayCut { house: at_par::house(), jobs: read("day-jobs") };
    World::new(saga, exchange, (id(), request(), ()), at_par::morning())
}
