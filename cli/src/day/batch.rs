//! A batch at its hours: sealed and sent, worked through by the registrars, its answers read.
//!
//! 1. What seals, sends and reads are the jobs of day-cuts, which any service has; they are done at their hours here, also
//!    for a T that is not cut.
//! 2. Where several distributors have files for a registrar, it decides all of them before it answers any.
//! 3. A registrar's night runs once: where its index is, it is not run again.

use super::{
    Trouble, answer_faults, channel_statements,
    play::Play,
    sets::{index, unread},
};
use fundflow_domain::{calendar::TradingDay, ids::RegistrarCode};
use fundflow_infrastructure::day_batch::Parties;
use fundflow_kernel::{
    counted::counted,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::ports::day_jobs::{Job, JobCall};
use std::path::PathBuf;

/// Seals what was accepted, writes the files, and records that it was sent.
pub(super) async fn send<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    do_all(play, t, &[Job::Seal, Job::Applications]).await?;
    let done = play.take_remarks();
    // What a registrar keeps although it was turned away goes out with no file.
    if done.is_written && play.late.remove(&t) {
        let day = t.date();
        play.remarks.push(format!("orders of {day} were left behind and go out late"));
    }
    Ok(done.is_sent)
}

/// Reads the registrars' answers and hands them to the engine. One about a number that nobody handed
/// out becomes a case, and so does one that no order takes.
pub(super) async fn answers<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    do_all(play, t, &[Job::Confirmations]).await?;
    Ok(play.take_remarks().is_read)
}

/// Does these jobs of that T with every registrar. What one lacks is its day-cut's matter.
async fn do_all<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
    jobs: &[Job],
) -> Result<(), Trouble> {
    for registrar in play.registrars()? {
        for job in jobs {
            let call = JobCall { registrar: registrar.clone(), t, job: *job, after: None };
            play.jobs.attempt(&call).await.map_err(Trouble::Job)?;
            play.settle().await?;
        }
    }
    Ok(())
}

impl<S> Play<S> {
    /// The registrars of the folder, the manager's own first.
    pub(super) fn registrars(&self) -> Result<Vec<RegistrarCode>, Trouble> {
        let codes = self.with.sandbox.registrars.iter().map(|(code, _)| {
            code.parse().map_err(|error| {
                Trouble::Defect(format!("registrar {code} of the folder cannot be named: {error}"))
            })
        });
        codes.collect()
    }
}

/// Lets the registrars answer the files of that day, and the channel write its statements.
pub(super) async fn night<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    channel_statements::write(play, t)?;
    let mut any = false;
    let own = play.day.settings.distributor.clone();
    let sets = play.sets(t).await?;
    for (code, registrar) in play.with.sandbox.registrars.clone() {
        let mut waiting = Vec::new();
        for set in sets.iter().filter(|set| set.registrar.as_str() == code) {
            let into = play.made_in(set, t);
            let answered = set.answered().map_err(|error| unread(&set.back(), error))?;
            if answered.is_some() || index(&into)?.is_some() {
                registrar.leave_filed(&set.distributor, &own);
            } else {
                let sent = set.sent().map_err(|error| unread(&set.out(), error))?;
                waiting.push((set, sent, into));
            }
        }
        let sent: Vec<&PathBuf> = waiting.iter().filter_map(|(_, sent, _)| sent.as_ref()).collect();
        if sent.len() > 1 {
            sent.into_iter().try_for_each(|index| registrar.decide_batch(index))?;
        }
        for (set, sent, into) in waiting {
            if sent.is_none() && !registrar.has_filed(&set.distributor, &own) {
                continue;
            }
            play.make(&into)?;
            let filing = play.day.settings.filing_of(&code);
            let distributor = set.distributor.to_string();
            let parties = Parties { distributor, filing, registrar: code.clone() };
            let night = match sent {
                Some(index) => registrar.run_batch(&index, &into, &own)?,
                None => registrar.run_night(t, &parties, &into, &own)?,
            };
            play.written.extend(night.files);
            play.remarks.extend(night.unfit);
            let t = t.date();
            for (fund, orders) in night.unpriced {
                let wait = counted(orders, "order waits", "orders wait");
                play.remarks.push(format!("navs.csv has no price of {fund} on {t}: {wait}"));
            }
            any = true;
        }
    }
    for set in &sets {
        answer_faults::morning(play, set, t)?;
    }
    Ok(any)
}
