//! The words of a day-cut's table, and what it remembers of its jobs.

use crate::{
    house::House,
    ports::day_jobs::{Cursor, Figures, Job, JobAnswer, JobCall},
};
use chrono::NaiveTime;
use fundflow_domain::{
    calendar::TradingDay,
    ids::{RegistrarCode, TransactionId},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The request of the caller, under [its own name](id). Repeating it is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The registrar whose batch and files they are.
    pub registrar: RegistrarCode,
    /// The trading day that is cut.
    pub t: TradingDay,
}

/// The transaction ID of a day-cut: `cut.{registrar}.{yyyy-mm-dd}`. It has no other: where a store of before has this one
/// in other use, the request is refused and says whose it is. `None` for a day that has no ten characters.
pub fn id(registrar: &RegistrarCode, t: TradingDay) -> Option<TransactionId> {
    TransactionId::new(format!("cut.{registrar}.{t}")).ok()
}

/// The T of a day-cut with that transaction ID; `None` where it is the name of something else.
pub fn t_of(id: &str) -> Option<TradingDay> {
    let (_, t) = id.strip_prefix("cut.")?.rsplit_once('.')?;
    Some(TradingDay::recorded(t.parse().ok()?))
}

/// The promise decided on a request; stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// From then on nothing that was paid in time can still join the batch of T.
    pub sealed_from: Timestamp,
}

/// What happens to a day-cut. The stored format: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The batch of T is complete; no job is done yet.
    Opened {},
    /// A page of a job is done.
    Paged {
        /// Which job it is a page of.
        job: Job,
        /// The next page is behind it.
        through: Cursor,
        /// Figures of that page alone.
        figures: Figures,
    },
    /// The batch is sealed.
    Sealed {
        /// Applications in it, and what they are about.
        figures: Figures,
    },
    /// The applications went out.
    ApplicationsSent {
        /// The files, and what is in them.
        figures: Figures,
    },
    /// Prices and states of funds are there.
    PricesIn {
        /// How many prices, and the files that they came in.
        figures: Figures,
    },
    /// The registrar's answers were read.
    ConfirmationsIn {
        /// The files, and what is in them.
        figures: Figures,
    },
    /// The income of the natural days that ended with T is booked.
    IncomeBooked {
        /// How many income jobs there were.
        figures: Figures,
    },
    /// The ledger stands at the log's end, and its balances hold.
    Posted {
        /// How many events it stands for, and the sums of its trial balance.
        figures: Figures,
    },
    /// The day's records are held against our events.
    Reconciled {
        /// How many records and events there were.
        figures: Figures,
    },
    /// What is due of T is instructed.
    SettlementInstructed {
        /// How many settlements, and what they come to.
        figures: Figures,
    },
    /// What moved for investors is in a file.
    StatementsMade {
        /// How many investors, and the file.
        figures: Figures,
    },
    /// The head of the log is in a file of its own.
    HeadKept {
        /// The events that it stands for, and its file.
        figures: Figures,
    },
    /// A person left a job out.
    Skipped {
        /// The one at which the day-cut stood.
        job: Job,
        /// For the auditor.
        reason: Text,
    },
    /// A person stops it where it is.
    Halted {},
}

/// The stored type of the milestone that says that a job is done.
pub const fn done_type(job: Job) -> &'static str {
    match job {
        Job::Seal => "day_cut.sealed",
        Job::Applications => "day_cut.applications_sent",
        Job::Prices => "day_cut.prices_in",
        Job::Confirmations => "day_cut.confirmations_in",
        Job::Income => "day_cut.income_booked",
        Job::Postings => "day_cut.posted",
        Job::Reconciliation => "day_cut.reconciled",
        Job::Settlement => "day_cut.settlement_instructed",
        Job::Statements => "day_cut.statements_made",
        Job::Head => "day_cut.head_kept",
    }
}

impl Milestone {
    /// That a job is done.
    pub(super) const fn done(job: Job, figures: Figures) -> Self {
        match job {
            Job::Seal => Milestone::Sealed { figures },
            Job::Applications => Milestone::ApplicationsSent { figures },
            Job::Prices => Milestone::PricesIn { figures },
            Job::Confirmations => Milestone::ConfirmationsIn { figures },
            Job::Income => Milestone::IncomeBooked { figures },
            Job::Postings => Milestone::Posted { figures },
            Job::Reconciliation => Milestone::Reconciled { figures },
            Job::Settlement => Milestone::SettlementInstructed { figures },
            Job::Statements => Milestone::StatementsMade { figures },
            Job::Head => Milestone::HeadKept { figures },
        }
    }
}

/// How a job was left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// It was done, and came to that.
    Done(Figures),
    /// A person left it out, with that reason.
    Skipped(Text),
}

/// State folded from milestones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Whether the batch of T is complete.
    pub opened: bool,
    /// Jobs that nobody need do any more.
    pub left: BTreeMap<Job, Left>,
    /// Of jobs of which pages are done, but not all: the last one, and what they came to together.
    pub pages: BTreeMap<Job, (Cursor, Figures)>,
    /// A person stopped it.
    pub halted: bool,
}

impl Notes {
    /// The first of those jobs that is neither done nor left out.
    pub fn next(&self, jobs: &[Job]) -> Option<Job> {
        jobs.iter().copied().find(|job| !self.left.contains_key(job))
    }

    /// The last page of it that is done.
    pub fn through(&self, job: Job) -> Option<&Cursor> {
        self.pages.get(&job).map(|(through, _)| through)
    }

    /// Whether the answer to that call says something new.
    pub(super) fn waits_for(&self, call: &JobCall) -> bool {
        !self.left.contains_key(&call.job) && self.through(call.job) == call.after.as_ref()
    }

    /// What all of its pages come to with those last figures; `None` where a sum is out of range.
    pub(super) fn total(&self, job: Job, last: &Figures) -> Option<Figures> {
        match self.pages.get(&job) {
            Some((_, so_far)) => so_far.clone().plus(last),
            None => Some(last.clone()),
        }
    }

    /// The jobs that a person left out.
    pub fn skipped(&self) -> impl Iterator<Item = (Job, &Text)> {
        self.left.iter().filter_map(|(job, left)| match left {
            Left::Skipped(reason) => Some((*job, reason)),
            Left::Done(_) => None,
        })
    }

    /// Remembers a milestone; `None` if it cannot follow those before it.
    pub(super) fn remember(&mut self, milestone: &Milestone) -> Option<()> {
        match milestone {
            Milestone::Opened {} => self.opened = true,
            Milestone::Halted {} => self.halted = true,
            Milestone::Paged { job, through, figures } => {
                let is_new = !self.left.contains_key(job) && self.through(*job) != Some(through);
                is_new.then_some(())?;
                let total = self.total(*job, figures)?;
                self.pages.insert(*job, (through.clone(), total));
            }
            Milestone::Sealed { figures } => self.is_done(Job::Seal, figures)?,
            Milestone::ApplicationsSent { figures } => self.is_done(Job::Applications, figures)?,
            Milestone::PricesIn { figures } => self.is_done(Job::Prices, figures)?,
            Milestone::ConfirmationsIn { figures } => self.is_done(Job::Confirmations, figures)?,
            Milestone::IncomeBooked { figures } => self.is_done(Job::Income, figures)?,
            Milestone::Posted { figures } => self.is_done(Job::Postings, figures)?,
            Milestone::Reconciled { figures } => self.is_done(Job::Reconciliation, figures)?,
            Milestone::SettlementInstructed { figures } => {
                self.is_done(Job::Settlement, figures)?;
            }
            Milestone::StatementsMade { figures } => self.is_done(Job::Statements, figures)?,
            Milestone::HeadKept { figures } => self.is_done(Job::Head, figures)?,
            Milestone::Skipped { job, reason } => {
                self.leaves(*job, Left::Skipped(reason.clone()))?;
            }
        }
        Some(())
    }

    fn is_done(&mut self, job: Job, figures: &Figures) -> Option<()> {
        self.leaves(job, Left::Done(figures.clone()))
    }

    fn leaves(&mut self, job: Job, how: Left) -> Option<()> {
        self.pages.remove(&job);
        self.left.insert(job, how).is_none().then_some(())
    }
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The batch of T is complete.
    Opened,
    /// The job is done, or a person left it out.
    Over(Job),
    /// A person stopped it.
    Halted,
    /// It has come to its end.
    Ended,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Begin the day-cut.
    Open,
    /// Stop where it is.
    Halt,
    /// End it, with how far it came.
    End(Ending),
}

/// Times that rows refer to, in Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// Two hours after the last cut-off of T.
    Sealing,
    /// An hour after that.
    FilesOut,
    /// T, 22:00: fund accounting is through.
    PricesExpected,
    /// 09:00 of the trading day after T.
    PricesDue,
    /// The same hour: the registrar works through the night.
    FilesExpected,
    /// Noon of the trading day after T.
    FilesDue,
    /// The cut-off of the trading day after T.
    NextCutOff,
}

/// Hours after the sealing within which the files go out.
const FILES_OUT_AFTER: i64 = 1;
/// Hour of T: prices are published between 19 and 22.
const PRICES_HOUR: u32 = 22;
/// Hour of the day after T: whoever looks then finds what the night has brought.
const MORNING_HOUR: u32 = 9;

impl When {
    /// The instant of that day-cut; `None` past the calendar's end.
    pub fn instant(
        self,
        house: &House,
        Request { t, .. }: &Request,
        Promise { sealed_from }: &Promise,
    ) -> Option<Timestamp> {
        match self {
            When::Sealing => Some(*sealed_from),
            When::FilesOut => Some(sealed_from.plus_millis(FILES_OUT_AFTER * 3_600_000)),
            When::PricesExpected => {
                let hour = NaiveTime::from_hms_opt(PRICES_HOUR, 0, 0)?;
                Some(Timestamp::shanghai(t.date(), hour))
            }
            When::PricesDue | When::FilesExpected => house.hour_after(*t, 1, MORNING_HOUR),
            When::FilesDue => house.noon_after(*t, 1),
            When::NextCutOff => house.cut_off_after(*t, 1),
        }
    }
}

/// Endings of a day-cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every job is done, or was left out by a person.
    Completed,
    /// A person stopped it.
    Stopped,
}

/// What is said of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(pub JobAnswer);
