//! Whose turn it is where several day-cuts are at work: the earliest T's, and of one T the one whose name comes first.
//!
//! 1. A job counts events, states postings and keeps a head as far as the log goes. So it is the log that says who is
//!    first, and not who happens to call first: a process that was killed in the middle of several day-cuts goes on
//!    in the order in which it went before.
//! 2. Nobody waits for a day-cut that waits itself: for a registrar, for a person, or for the next time that it asks.

use crate::jobs::{Jobs, log_unread};
use fundflow::runtime::{
    process::{Open, Process, State},
    saga::Saga as _,
};
use fundflow_application::read_models::StreamFold;
use fundflow_domain::{calendar::TradingDay, ids::TransactionId, orders::Cause};
use fundflow_kernel::{envelope::StreamName, store::EventStore};
use fundflow_sagas::{
    day_cut::{self, DayCut},
    ports::day_jobs::{Job, JobCall},
};

impl<S: EventStore> Jobs<S> {
    /// Returns when no day-cut is at work that goes before the one that calls.
    pub(crate) async fn turn(&self, call: &JobCall) -> Result<(), Cause> {
        let Some(own) = day_cut::id(&call.registrar, call.t) else { return Ok(()) };
        let mut head = self.store.head();
        loop {
            head.borrow_and_update();
            // Whatever it does next is an event, and so is that it waits. A store that is gone has no turns.
            if !self.is_behind((call.t, &own)).await? || head.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    async fn is_behind(&self, own: (TradingDay, &TransactionId)) -> Result<bool, Cause> {
        self.catch_up().await?;
        let before: Vec<TransactionId> = {
            let followed = self.followed.lock().await;
            let before =
                followed.cuts().filter(|(t, cut)| (t.date(), *cut) < (own.0.date(), own.1));
            before.map(|(_, cut)| cut.clone()).collect()
        };
        for cut in before {
            let stream = StreamName::of(DayCut::KIND, &cut);
            let read = StreamFold::<Process<DayCut>>::load(&*self.store, &stream).await;
            let (fold, _) = read.map_err(|error| log_unread(&error))?;
            if let State::Open(open) = &fold.loaded.state
                && is_at_work(open)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether its job is called, or about to be: neither it nor anybody else has said that it must wait.
fn is_at_work(open: &Open<DayCut>) -> bool {
    let notes = &open.notes;
    let is_kept = open.all_parked().next().is_some() || notes.halted || open.landing_chosen;
    if is_kept || !notes.opened {
        return false;
    }
    let Some(job) = notes.next(&day_cut::jobs_of(open.table.as_str())) else { return true };
    let waits_for_time = matches!(job, Job::Prices | Job::Confirmations);
    !waits_for_time && open.retries.iter().all(|retry| *retry.row != *job.name())
}
