//! The day-cut as a saga: its admission, whom it calls, and what it records of an answer.

use super::{
    Answer, DAY_CUT, Do, Ending, Fact, Milestone, Notes, Promise, Request, When, done_type, id,
    jobs_of,
};
use crate::{
    house::House,
    parts::names::{self, Minted, Reserved},
    ports::day_jobs::{Job, JobAnswer, JobCall, JobStand},
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::CalendarError, ids::TransactionId, orders::Cause, text::Text, time::Timestamp,
};
use fundflow_kernel::{
    counted::counted,
    envelope::StreamName,
    streams::{Need, Opener, Streams},
};
use fundflow_runtime::{
    port::{Callee, Payload, PortName},
    process::Open,
    process_names,
    saga::{self, Calling, Clash, Heard, NameForm, Names, OpenEnd, Preparing, Saga as _},
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

type View<'a> = saga::View<'a, DayCut>;
type Turn<'a> = turn::Turn<'a, DayCut>;

/// The saga of day-cuts, with what it is run on.
#[derive(Debug, Clone)]
pub struct DayCut {
    /// Trading calendar and fund catalogue.
    pub house: House,
    /// The port of whoever does the jobs.
    pub jobs: PortName,
}

/// All that a day-cut works on is its own process.
#[derive(Debug, Clone, Copy)]
pub struct Plan;

/// What a person may say to a running day-cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Leave the job out at which it stands: a person did it, or it is not to be done.
    Skip {
        /// Which one that is, as the person has seen it.
        job: Job,
        /// For the auditor.
        reason: Text,
    },
}

/// Why a request or a command is refused. Requests are checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name says which day and registrar it is.
    #[error("that day-cut was asked for with another {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A key belongs to another saga.
    #[error(transparent)]
    Clash(Clash),
    /// The name stands for something else. Use the day-cut's own.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// A day-cut has one name, so that nobody cuts a day twice.
    #[error("the transaction ID of this day-cut is {expected}")]
    NamedOtherwise {
        /// Registrar and T.
        expected: TransactionId,
    },
    /// Only a trading day is cut.
    #[error("no day is cut on {day}: {why}")]
    NoTradingDay {
        /// The day that was named.
        day: NaiveDate,
        /// What the calendar says to it.
        why: CalendarError,
    },
    /// A job that is over, or whose turn has not come, is not left out.
    #[error("job {job} is not left out: the day-cut stands at {at}")]
    NotAtJob {
        /// The one that was named.
        job: Job,
        /// The first that is neither done nor left out; `its end` where there is none.
        at: &'static str,
    },
    /// No day is closed on balances that do not hold.
    #[error(
        "job {job} is not left out: no day is closed on books that do not hold; mend them and `retry`, or stop the \
         day-cut with `saga skip-to-landing`"
    )]
    NeverLeftOut {
        /// The one that was named.
        job: Job,
    },
    /// Nothing is recorded of a day-cut any more that is over.
    #[error("the day-cut is over")]
    Over,
    /// Nothing of it was decided.
    #[error("{0}")]
    NotDone(String),
}

impl From<Clash> for Refusal {
    fn from(clash: Clash) -> Self {
        match clash {
            Clash::Differs(fields) => Refusal::DiffersFromFirst { fields },
            taken @ Clash::Taken { .. } => Refusal::Clash(taken),
        }
    }
}

/// What is said unasked of a job, for `Engine::deliver`: files came before they were asked for. `cut` is the
/// day-cut's transaction.
pub fn notice(cut: &TransactionId, answer: JobAnswer) -> (StreamName, Payload) {
    (StreamName::of(DayCut::KIND, cut), Arc::new(answer))
}

impl DayCut {
    fn admitted(&self, of: &Preparing<'_, Self>) -> Result<Promise, Refusal> {
        let Request { registrar, t } = of.request;
        if let Some(expected) = id(registrar, *t)
            && expected != *of.id
        {
            return Err(Refusal::NamedOtherwise { expected });
        }
        let day = t.date();
        let t = self.house.calendar.day(day).map_err(|why| Refusal::NoTradingDay { day, why })?;
        Ok(Promise { sealed_from: self.house.batches_sealed_from(t) })
    }
}

/// Records that a job, or a page of it, is done. What was heard before changes nothing.
fn record(turn: &mut Turn<'_>, call: &JobCall, stand: &JobStand) -> Result<Heard, NotDone> {
    let view = turn.view()?;
    let (notes, request) = (&view.open.notes, &view.open.request);
    let is_ours = call.registrar == request.registrar && call.t == request.t;
    if !is_ours || view.ending.is_some() || !notes.waits_for(call) {
        return Ok(Heard::Recorded(0));
    }
    let milestone = match stand {
        JobStand::Paged { through, .. } if Some(through) == call.after.as_ref() => {
            let text = format!("page {through} of {} leads to itself", call.job);
            return Ok(Heard::Refused(Cause::new("no_progress", text)));
        }
        JobStand::Paged { through, figures } => {
            notes.total(call.job, figures).ok_or(NotDone::Lacks("a sum within range"))?;
            Milestone::Paged { job: call.job, through: through.clone(), figures: figures.clone() }
        }
        JobStand::Done(figures) => {
            let total = notes.total(call.job, figures);
            Milestone::done(call.job, total.ok_or(NotDone::Lacks("a sum within range"))?)
        }
        JobStand::NotYet(cause) => return Ok(Heard::Pending(cause.clone())),
        JobStand::Refused(cause) => return Ok(Heard::Refused(cause.clone())),
        JobStand::Unknown(cause) => return Ok(Heard::Unknown(cause.clone())),
    };
    Ok(Heard::Recorded(turn.reach(milestone)?))
}

impl saga::Saga for DayCut {
    const KIND: &'static str = "day_cut";
    const RESERVES: &'static [NameForm] = names::RESERVED;
    const NAMES: Names = process_names!("day_cut": [
        "opened", "paged", "sealed", "applications_sent", "prices_in", "confirmations_in",
        "income_booked", "posted", "reconciled", "settlement_instructed", "statements_made", "head_kept",
        "skipped", "halted",
    ], ["completed", "stopped"]);
    const TABLES: &'static [&'static Table<Self>] = super::TABLES;

    type Request = Request;
    type Asked = ();
    type Promise = Promise;
    type Milestone = Milestone;
    type Notes = Notes;
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Job;
    type When = When;
    type Ending = Ending;
    type Command = Command;
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let Request { registrar, t } = first;
        [("registrar", *registrar != again.registrar), ("t", *t != again.t)]
            .into_iter()
            .filter_map(|(field, differs)| differs.then_some(field))
            .collect()
    }

    names::refuses_reserved!(_request => Some(Minted::DayCut));

    crate::parts::by_calendar::by_calendar!();

    fn aggregates() -> Vec<Opener> {
        Vec::new()
    }

    fn reads(&self, _: &Preparing<'_, Self>) -> Vec<Need> {
        Vec::new()
    }

    fn prepare(
        &self,
        _: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        Ok((self.admitted(of)?, &DAY_CUT))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<Callee> {
        self.foreseen()
    }

    fn foreseen(&self) -> Vec<Callee> {
        vec![Callee::of::<JobCall>(self.jobs.clone(), "whoever does the jobs of the day")]
    }

    fn plan(&self, _: &TransactionId, _: &Open<Self>) -> Plan {
        Plan
    }

    fn streams(_: &Plan) -> Vec<Need> {
        Vec::new()
    }

    fn milestone_type(milestone: &Milestone) -> &'static str {
        match milestone {
            Milestone::Opened {} => "day_cut.opened",
            Milestone::Paged { .. } => "day_cut.paged",
            Milestone::Sealed { .. } => done_type(Job::Seal),
            Milestone::ApplicationsSent { .. } => done_type(Job::Applications),
            Milestone::PricesIn { .. } => done_type(Job::Prices),
            Milestone::ConfirmationsIn { .. } => done_type(Job::Confirmations),
            Milestone::IncomeBooked { .. } => done_type(Job::Income),
            Milestone::Posted { .. } => done_type(Job::Postings),
            Milestone::Reconciled { .. } => done_type(Job::Reconciliation),
            Milestone::SettlementInstructed { .. } => done_type(Job::Settlement),
            Milestone::StatementsMade { .. } => done_type(Job::Statements),
            Milestone::HeadKept { .. } => done_type(Job::Head),
            Milestone::Skipped { .. } => "day_cut.skipped",
            Milestone::Halted {} => "day_cut.halted",
        }
    }

    fn remember(notes: &mut Notes, milestone: &Milestone) -> Option<()> {
        notes.remember(milestone)
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "day_cut.completed",
            Ending::Stopped => "day_cut.stopped",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let endings = [Ending::Completed, Ending::Stopped];
        endings.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_>, fact: Fact) -> bool {
        let notes = &view.open.notes;
        match fact {
            Fact::Opened => notes.opened,
            Fact::Over(job) => notes.left.contains_key(&job),
            Fact::Halted => notes.halted,
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        match what {
            Do::Open => turn.reach(Milestone::Opened {}),
            Do::Halt => turn.reach(Milestone::Halted {}),
            Do::End(ending) => turn.end(ending, Self::failure(&turn.view()?)),
        }
    }

    fn call(&self, view: &View<'_>, job: Job, _: Timestamp) -> Option<Calling<Self>> {
        let Request { registrar, t } = &*view.open.request;
        let after = view.open.notes.through(job).cloned();
        let call = JobCall { registrar: registrar.clone(), t: *t, job, after };
        Some(Calling::of(&self.jobs, call, Answer))
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        let JobAnswer { call, stand } = &answer.0;
        record(turn, call, stand)
    }

    fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        let is_ours = *stream == StreamName::of(Self::KIND, view.id);
        is_ours.then(|| news.downcast_ref::<JobAnswer>().cloned().map(Answer)).flatten()
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let Command::Skip { job, reason } = command;
        let view = turn.view().map_err(|error| Refusal::NotDone(error.to_string()))?;
        if view.ending.is_some() {
            return Err(Refusal::Over);
        }
        let notes = &view.open.notes;
        let at = notes.next(&jobs_of(view.open.table.as_str()));
        if at != Some(*job) || !notes.opened {
            let at = if notes.opened { at.map_or("its end", Job::name) } else { "open" };
            return Err(Refusal::NotAtJob { job: *job, at });
        }
        if *job == Job::Postings {
            return Err(Refusal::NeverLeftOut { job: *job });
        }
        let skipped = Milestone::Skipped { job: *job, reason: reason.clone() };
        turn.reach(skipped).map_err(|error| Refusal::NotDone(error.to_string()))
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        when.instant(&self.house, &view.open.request, &view.open.promise)
    }

    fn open_ends(_: &View<'_>) -> Vec<OpenEnd> {
        Vec::new()
    }

    fn failure(view: &View<'_>) -> Option<Cause> {
        let notes = &view.open.notes;
        if notes.halted {
            return view.left_because();
        }
        let skipped: Vec<&str> = notes.skipped().map(|(job, _)| job.name()).collect();
        (!skipped.is_empty()).then(|| {
            let jobs = counted(skipped.len(), "job was", "jobs were");
            let text = format!("{jobs} left out by a person: {}", skipped.join(", "));
            Cause::new("jobs_skipped", text)
        })
    }

    fn day_of_promise(promise: &Promise) -> Option<NaiveDate> {
        Some(promise.sealed_from.date())
    }

    fn business_date(view: &View<'_>) -> Option<NaiveDate> {
        Some(view.open.request.t.date())
    }

    fn requester(request: &Request) -> Arc<str> {
        format!("registrar.{}", request.registrar).into()
    }

    fn summary(request: &Request) -> String {
        let Request { registrar, t } = request;
        format!("day-cut of T {t} with registrar {registrar}")
    }
}
