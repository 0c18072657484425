//! The records of a T beside our events, as a job of a day-cut.
//!
//! 1. A T is reconciled whole, whichever registrar's day-cut asks: files of one registrar answer what another one's asked.
//! 2. Every break has its case, and an open case keeps no day open. What does is a file that is not there, unless it is
//!    another registrar's: that one's day-cut waits for it.
//! 3. What an earlier T left to the case of a record is looked at again once that case is closed.
//! 4. A store that cannot list its streams is not reconciled.

use crate::{
    jobs::{Jobs, log_unread, not_yet},
    place::index,
    recon::{Found, PROGRAM, ReconError, Writer, reconcile},
};
use chrono::NaiveDate;
use fundflow::runtime::{process::Process, saga::Saga as _};
use fundflow_application::read_models::StreamFold;
use fundflow_domain::{
    case::{CaseId, Cases, State},
    ids::ApplicationNo,
    orders::Cause,
    reconciled_day::ReconciledDays,
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    loaded::with_sources,
    store::EventStore,
    streams::Key,
};
use fundflow_reconciliation::{coverage::Covered, rules::Rules};
use fundflow_sagas::{
    day_cut::{self, DayCut},
    ports::day_jobs::{Figures, Job, JobCall, JobStand},
};
use std::{collections::BTreeSet, sync::Arc};
use tokio::{runtime::Handle, task::spawn_blocking};

impl<S: EventStore> Jobs<S> {
    pub(crate) async fn reconciled(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let Some(store) = &self.heads else { return Ok(JobStand::Done(Figures::default())) };
        for day in self.looked_at_again(call).await? {
            self.reconcile(store, day).await?;
        }
        let found = self.reconcile(store, call.t.date()).await?;
        let whole = found.coverage.whole();
        if found.coverage.is_complete() || self.waits_for_another(call).await? {
            let all = whole.records.all.saturating_add(whole.events.all);
            return Ok(JobStand::Done(Figures::counting(all)));
        }
        let text = format!(
            "{}; `fundflow recon run --date {}` shows all of it",
            lacks(&found).join("; "),
            call.t
        );
        Ok(not_yet("not_complete", text))
    }

    async fn reconcile(&self, store: &Arc<SqliteStore>, day: NaiveDate) -> Result<Found, Cause> {
        let (store, place) = (store.clone(), self.place.clone());
        let runtime = Handle::current();
        // Tables of its own are read while it waits for the store: no task may be moved to another thread then.
        let found = spawn_blocking(move || {
            runtime.block_on(async {
                let rules = Rules::shipped().map_err(|error| not_reconciled(&error))?;
                let actor = Actor::Counterparty(PROGRAM.into());
                let writer = Writer::of(store.clone(), actor, &format!("{PROGRAM}.{day}"));
                let writer = writer.map_err(|error| not_reconciled(&error))?;
                let found = reconcile(&store, Some(&writer), &place, &rules, (day, &[])).await;
                found.map_err(|error: ReconError| not_reconciled(&error))
            })
        });
        found.await.map_err(|error| not_reconciled(&error))?
    }

    /// Reconciled days before T of whose orders a case was closed since the day-cut before this one was reconciled.
    async fn looked_at_again(&self, call: &JobCall) -> Result<BTreeSet<NaiveDate>, Cause> {
        let mut days = BTreeSet::new();
        let Some(since) = self.reconciled_before(call).await? else { return Ok(days) };
        self.catch_up().await?;
        let closed: Vec<CaseId> = self.followed.lock().await.closed_since(since).collect();
        for case in closed {
            let read =
                StreamFold::<Cases>::load(&*self.store, Key::<Cases>::of(&case).stream()).await;
            let (fold, _) = read.map_err(|error| log_unread(&error))?;
            let State::Closed(case, closing) = &fold.loaded.state else { continue };
            let Some(order) = case.order.as_ref().filter(|_| closing.by.as_str() != PROGRAM) else {
                continue;
            };
            let placed = self.followed.lock().await.placed_under(ApplicationNo::of(order).as_str());
            let day = placed.map(|placed| placed.application.terms.trade_date.date());
            days.extend(day.filter(|day| *day < call.t.date()));
        }
        let mut reconciled = BTreeSet::new();
        for day in days {
            let key = Key::<ReconciledDays>::of(&day);
            let read = StreamFold::<ReconciledDays>::load(&*self.store, key.stream()).await;
            if !read.map_err(|error| log_unread(&error))?.1.is_empty() {
                reconciled.insert(day);
            }
        }
        Ok(reconciled)
    }

    /// When the T before was reconciled by its day-cut.
    async fn reconciled_before(&self, call: &JobCall) -> Result<Option<Timestamp>, Cause> {
        let Ok(before) = self.place.house.calendar.before(call.t) else { return Ok(None) };
        let Some(cut) = day_cut::id(&call.registrar, before) else { return Ok(None) };
        let stream = StreamName::of(DayCut::KIND, &cut);
        let read = StreamFold::<Process<DayCut>>::load(&*self.store, &stream).await;
        let (_, events) = read.map_err(|error| log_unread(&error))?;
        let done = day_cut::done_type(Job::Reconciliation);
        let done = events.iter().find(|it| *it.event.event_type == *done);
        Ok(done.map(|it| it.event.recorded_at))
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

/// What is missing, or loose, in words.
fn lacks(found: &Found) -> Vec<String> {
    let lacks = found.coverage.sources.iter().filter_map(|(source, both)| {
        let loose = |it: Covered| it.all.saturating_sub(it.joined + it.by_case);
        let (records, events) = (loose(both.records), loose(both.events));
        let is_loose = records + events > 0;
        let loose = || format!("{source}: {records} records and {events} events are loose");
        let absent = || format!("{source}: a file is missing");
        if both.absent { Some(absent()) } else { is_loose.then(loose) }
    });
    lacks.collect()
}

fn not_reconciled(error: &dyn std::error::Error) -> Cause {
    Cause::new("not_reconciled", with_sources(error))
}
