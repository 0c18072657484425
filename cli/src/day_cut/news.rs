//! What a day-cut is told before it asks: that the job at which it stands is done.
//!
//! 1. Only of the job at which it stands: what comes after it would be found done before its inputs are there.
//! 2. Whoever delivers it lets the engine settle and looks again, since one job leads to the next.

use fundflow::Notice;
use fundflow::runtime::{process::Process, saga::Saga as _};
use fundflow_application::read_models::StreamFold;
use fundflow_closing::Jobs;
use fundflow_domain::{calendar::TradingDay, ids::TransactionId};
use fundflow_kernel::{
    envelope::StreamName,
    store::{EventStore, ReadError},
};
use fundflow_sagas::{
    day_cut::{self, DayCut},
    ports::day_jobs::{Job, JobAnswer, JobCall},
};

/// `has_answered`: whether the registrars have nothing more to send of a T. The news for that day-cut; `None` where it is over, or where its job waits for something or is called as it is.
pub(crate) async fn of<S: EventStore>(
    (store, jobs): (&S, &Jobs<S>),
    cut: &TransactionId,
    has_answered: impl Fn(TradingDay) -> bool,
) -> Result<Option<Notice>, ReadError> {
    let stream = StreamName::of(DayCut::KIND, cut);
    let (fold, _) = StreamFold::<Process<DayCut>>::load(store, &stream).await?;
    let state = &fold.loaded.state;
    let Some(open) = state.open().filter(|open| open.notes.opened && !open.notes.halted) else {
        return Ok(None);
    };
    let Some(job) = open
        .notes
        .next(&day_cut::jobs_of(open.table.as_str()))
        .filter(|job| may_come_unasked(*job))
    else {
        return Ok(None);
    };
    let (registrar, t) = (open.request.registrar.clone(), open.request.t);
    let after = open.notes.through(job).cloned();
    let call = JobCall { registrar, t, job, after };
    let Some(stand) = jobs.early(&call, has_answered(t)).await else { return Ok(None) };
    let (stream, news) = day_cut::notice(cut, JobAnswer { call, stand });
    Ok(Some(Notice { stream, news }))
}

/// The others are ours to do: a day-cut calls them as soon as it is their turn.
const fn may_come_unasked(job: Job) -> bool {
    match job {
        Job::Prices | Job::Confirmations | Job::Income => true,
        Job::Seal
        | Job::Applications
        | Job::Postings
        | Job::Reconciliation
        | Job::Settlement
        | Job::Statements
        | Job::Head => false,
    }
}
