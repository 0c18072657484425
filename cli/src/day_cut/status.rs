//! Where day-cuts stand, read off the log: each job with when it was done, by whom and what it came to.

use crate::{
    args::Format,
    reading::{Failure, json, or_dash, table},
};
use chrono::NaiveDate;
use fundflow::runtime::{
    process::{Open, Process},
    saga::Saga as _,
};
use fundflow_application::{
    desk::{self, Page, SagaList},
    read_models::StreamFold,
};
use fundflow_domain::{
    calendar::TradingDay,
    ids::{RegistrarCode, TransactionId},
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    counted::counted,
    envelope::{Recorded, StreamName},
};
use fundflow_sagas::{
    day_cut::{DayCut, Left, done_type, due_of, jobs_of},
    house::House,
    ports::day_jobs::{Figures, Job},
};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;

const OPENED: &str = "day_cut.opened";
const SKIPPED: &str = "day_cut.skipped";

/// A day-cut, and how each of its jobs stands.
#[derive(Debug, Serialize)]
pub(super) struct CutRow {
    pub(super) transaction: TransactionId,
    pub(super) registrar: RegistrarCode,
    pub(super) t: TradingDay,
    /// `open`, `parked`, or how it ended.
    pub(super) state: String,
    pub(super) since: Timestamp,
    pub(super) jobs: Vec<JobRow>,
}

/// One of its jobs, with what the log says of it.
#[derive(Debug, Serialize)]
pub(super) struct JobRow {
    pub(super) job: Job,
    pub(super) state: JobState,
    /// When it was done or left out; of the one at which the day-cut stands, since when.
    pub(super) at: Option<Timestamp>,
    /// When a person is called if it is not done.
    pub(super) until: Option<Timestamp>,
    /// What is missing, or why a person left it out.
    pub(super) why: Option<String>,
    /// Of a job under way those of the pages that are done.
    pub(super) figures: Option<Figures>,
}

/// State of a job, for the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum JobState {
    Done,
    Skipped,
    Waiting,
    Parked,
    Ahead,
}

impl JobState {
    pub(super) const fn name(self) -> &'static str {
        match self {
            JobState::Done => "done",
            JobState::Skipped => "left out",
            JobState::Waiting => "waiting",
            JobState::Parked => "parked",
            JobState::Ahead => "ahead",
        }
    }
}

impl CutRow {
    pub(super) fn is_parked(&self) -> bool {
        self.jobs.iter().any(|job| job.state == JobState::Parked)
    }
}

/// Those of that T and registrar; all without.
pub(super) async fn of(
    store: &SqliteStore,
    desk: &desk::Registry,
    house: &House,
    (date, registrar): (Option<NaiveDate>, Option<&RegistrarCode>),
) -> Result<Vec<CutRow>, Failure> {
    desk.known(DayCut::KIND)?;
    let mut all = SagaList::of(store, desk.clone()).await?;
    let filter =
        desk::Filter { kind: Some(DayCut::KIND.to_owned()), day: date, ..desk::Filter::default() };
    let mut rows = Vec::new();
    for listed in all.page(store, &filter, &Page::default()).await?.rows {
        let transaction = listed.row.transaction;
        let stream = StreamName::of(DayCut::KIND, &transaction);
        let (fold, events) = StreamFold::<Process<DayCut>>::load(store, &stream).await?;
        let ending = listed.row.ending.as_deref();
        let state = fold.loaded.state.open();
        let Some(open) = state.filter(|it| registrar.is_none_or(|of| it.request.registrar == *of))
        else {
            continue;
        };
        rows.push(row(transaction, (open, ending), &events, house));
    }
    rows.sort_by(|a, b| (a.t, &a.registrar).cmp(&(b.t, &b.registrar)));
    Ok(rows)
}

fn row(
    transaction: TransactionId,
    (open, ending): (&Open<DayCut>, Option<&str>),
    events: &[Recorded],
    house: &House,
) -> CutRow {
    let state = match ending {
        Some(ending) => ending.rsplit('.').next().unwrap_or(ending).to_owned(),
        None if open.parked.is_some() => "parked".to_owned(),
        None => "open".to_owned(),
    };
    let since = events.last().map_or_else(Timestamp::default, |event| event.event.recorded_at);
    let jobs = jobs_of(open.table.as_str());
    let at = open.notes.next(&jobs).filter(|_| ending.is_none());
    let job = |job| of_job(job, at, open, events, house);
    CutRow {
        transaction,
        registrar: open.request.registrar.clone(),
        t: open.request.t,
        state,
        since,
        jobs: jobs.into_iter().map(job).collect(),
    }
}

fn of_job(
    job: Job,
    at: Option<Job>,
    open: &Open<DayCut>,
    events: &[Recorded],
    house: &House,
) -> JobRow {
    let is_next = at == Some(job);
    let blank = JobRow {
        job,
        state: JobState::Ahead,
        at: None,
        until: until(job, open, house),
        why: None,
        figures: open.notes.pages.get(&job).map(|(_, figures)| figures.clone()),
    };
    match open.notes.left.get(&job) {
        Some(Left::Done(figures)) => JobRow {
            state: JobState::Done,
            at: over_at(job, events),
            figures: Some(figures.clone()),
            ..blank
        },
        Some(Left::Skipped(reason)) => JobRow {
            state: JobState::Skipped,
            at: over_at(job, events),
            why: Some(reason.as_str().to_owned()),
            ..blank
        },
        None if is_next => {
            let parked = open.parked_at(job.name());
            let retry = open.retries.iter().find(|retry| *retry.row == *job.name());
            let cause = parked.map(|it| &it.cause).or_else(|| retry.map(|it| &it.cause));
            let state = if parked.is_some() { JobState::Parked } else { JobState::Waiting };
            let why = cause.map(|cause| cause.text.to_string());
            JobRow { state, at: stood_since(events), why, ..blank }
        }
        None => blank,
    }
}

/// Deadline of its row.
fn until(job: Job, open: &Open<DayCut>, house: &House) -> Option<Timestamp> {
    let when = due_of(open.table.as_str(), job)?;
    when.instant(house, &open.request, &open.promise)
}

fn over_at(job: Job, events: &[Recorded]) -> Option<Timestamp> {
    let done = done_type(job);
    let names = |data: &str| {
        let body = serde_json::from_str::<Value>(data).unwrap_or_default();
        body.get("job").and_then(Value::as_str) == Some(job.name())
    };
    let is_it = |event: &&Recorded| {
        let of = &*event.event.event_type;
        of == done || (of == SKIPPED && names(&event.event.data))
    };
    events.iter().find(is_it).map(|event| event.event.recorded_at)
}

/// Since the last job was over, or the batch complete.
fn stood_since(events: &[Recorded]) -> Option<Timestamp> {
    let moves = |event: &&Recorded| {
        let of = &*event.event.event_type;
        [OPENED, SKIPPED, DayCut::NAMES.prepared].contains(&of)
            || Job::ALL.iter().any(|job| done_type(*job) == of)
    };
    events.iter().rev().find(moves).map(|event| event.event.recorded_at)
}

/// One line for each job.
pub(super) fn print(cuts: &[CutRow], format: Format, out: &mut impl Write) -> Result<(), Failure> {
    match format {
        Format::Json => json(out, &cuts),
        Format::Table => {
            let lines = cuts.iter().flat_map(|cut| cut.jobs.iter().map(move |job| (cut, job)));
            table(out, HEADER, lines.map(|(cut, job)| cells(cut, job)))
        }
    }
}

const HEADER: &[&str] = &["T", "REGISTRAR", "JOB", "STATE", "SINCE", "UNTIL", "FIGURES", "WHY"];

fn cells(cut: &CutRow, job: &JobRow) -> Vec<String> {
    vec![
        cut.t.to_string(),
        cut.registrar.to_string(),
        job.job.to_string(),
        job.state.name().to_owned(),
        or_dash(job.at.as_ref()),
        or_dash(job.until.as_ref()),
        figures(job).unwrap_or_else(|| "-".to_owned()),
        job.why.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

/// What it came to, in one line.
pub(super) fn figures(job: &JobRow) -> Option<String> {
    let Figures { count, amount, shares, files } = job.figures.as_ref()?;
    let (one, many) = match job.job {
        Job::Seal => ("application", "applications"),
        Job::Applications | Job::Confirmations => ("record", "records"),
        Job::Prices => ("price", "prices"),
        Job::Income => ("income job", "income jobs"),
        Job::Postings | Job::Head => ("event", "events"),
        Job::Reconciliation => ("record or event", "records and events"),
        Job::Settlement => ("settlement", "settlements"),
        Job::Statements => ("investor", "investors"),
    };
    let mut parts = vec![counted(*count, one, many)];
    if !amount.is_zero() {
        parts.push(format!("{amount} yuan"));
    }
    if !shares.is_zero() {
        parts.push(format!("{shares} shares"));
    }
    parts.extend(files.iter().map(|file| {
        let hash: String = file.sha256.to_string().chars().take(8).collect();
        format!("{} ({hash}…)", file.name)
    }));
    Some(parts.join(", "))
}
