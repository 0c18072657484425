//! The day-cut of each trading day: who asks for it, who does its jobs, page by page, and what must be true of it.
//!
//! 1. What a job comes to follows from its name alone, so that whoever counts a page twice, or leaves one out, is seen.
//! 2. Whoever does the jobs remembers nothing: what was done before is found done, with the same figures.

use super::draw::{asked, at, commands, one};
use crate::{
    days::Moment,
    log::Log,
    simulate::dice::Dice,
    worlds::{cause, read, text},
};
use chrono::NaiveDate;
use fundflow_domain::{calendar::TradingDay, decider::Decider as _};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    ids::TransactionId,
    streams::Key,
};
use fundflow_runtime::{
    look::Look, message::What, port::Payload, process::Process, saga::Saga as _,
};
use fundflow_sagas::{
    day_cut::{Command, DayCut, Left, Request, id},
    ports::day_jobs::{Figures, Job, JobAnswer, JobCall, JobStand},
};
use std::sync::Arc;

/// What an audit of a play calls [`counts_once`].
pub(super) const ONCE: &str = "the jobs of a day are counted once";

/// The day-cut of that day is asked for in its afternoon, and again by whoever does not know that it was. Now and then
/// files come before they are asked for.
pub(super) fn of(dice: &mut Dice, day: NaiveDate) -> Vec<Moment> {
    let (registrar, t) = (read(one(dice, &["own", "other"])), TradingDay::recorded(day));
    let Some(id) = id(&registrar, t) else { return Vec::new() };
    let minute = 15 * 60 + u32::try_from(dice.below(5 * 60)).unwrap_or_default();
    let request = Request { registrar: registrar.clone(), t };
    let what = asked::<DayCut>(&id, request, ());
    let mut moments =
        vec![Moment { at: at(day, minute), words: format!("{id}: day-cut").into(), what }];
    if dice.below(3) == 0 {
        let job = [Job::Prices, Job::Confirmations][dice.below(2)];
        let call = JobCall { registrar, t, job, after: None };
        let stand = stands(&call);
        let news: Payload = Arc::new(JobAnswer { call, stand });
        let what = What::Notice { stream: StreamName::of(DayCut::KIND, &id), news };
        let words = format!("{id}: {job} unasked").into();
        moments.push(Moment { at: at(day, 20 * 60), words, what });
    }
    moments
}

/// How many pages a job has.
const fn pages(job: Job) -> u64 {
    match job {
        Job::Prices | Job::Postings | Job::Settlement | Job::Statements | Job::Head => 1,
        Job::Seal | Job::Applications | Job::Income | Job::Reconciliation => 2,
        Job::Confirmations => 3,
    }
}

/// The pages are numbered from 1, and each counts as many as its number.
fn stands(call: &JobCall) -> JobStand {
    let after = call.after.as_ref().and_then(|cursor| cursor.as_str().strip_prefix('p'));
    let page = after.and_then(|nth| nth.parse::<u64>().ok()).unwrap_or_default() + 1;
    let figures = Figures::counting(page);
    if page < pages(call.job) {
        JobStand::Paged { through: read(&format!("p{page}")), figures }
    } else {
        JobStand::Done(figures)
    }
}

/// Every answer to the call of a page, the best first.
pub(super) fn answers(call: &JobCall) -> Vec<JobAnswer> {
    let not_yet = JobStand::NotYet(cause("not_there", "the files are not there yet"));
    let refused = JobStand::Refused(cause("refused", "not by this call"));
    let all = [stands(call), not_yet, refused];
    all.map(|stand| JobAnswer { call: call.clone(), stand }).into()
}

/// Nobody knows what became of the call.
pub(super) fn silence(call: &JobCall) -> Payload {
    let stand = JobStand::Unknown(cause("time_out", "no answer in time"));
    Arc::new(JobAnswer { call: call.clone(), stand })
}

/// A person leaves out the job at which it stands.
pub(super) fn skips(look: &Look) -> Option<(String, What)> {
    let job = Job::ALL.into_iter().find(|job| job.name() == look.stands_at)?;
    let command = Command::Skip { job, reason: text("a simulation") };
    let What::Command { saga, command, at, .. } = commands::<DayCut>(&look.id.transaction, command)
    else {
        return None;
    };
    let actor = Actor::Operator("chen".into());
    Some((format!("skip {job}"), What::Command { saga, command, actor, at }))
}

/// Each job that is done came to all of its pages, each of them once, and none is done behind one that is not.
pub(super) fn counts_once(log: &Log) -> Result<(), String> {
    let cuts = log.streams().filter(|stream| stream.category() == Process::<DayCut>::CATEGORY);
    for stream in cuts {
        let Ok(id) = stream.id().parse::<TransactionId>() else { continue };
        let state = log.loaded(&Key::<Process<DayCut>>::of(&id)).state;
        let Some(open) = state.open() else { continue };
        for (job, left) in &open.notes.left {
            let Left::Done(figures) = left else { continue };
            let all: u64 = (1..=pages(*job)).sum();
            if figures.count != all {
                return Err(format!("{id}: {job} came to {}, and has {all}", figures.count));
            }
        }
    }
    Ok(())
}
