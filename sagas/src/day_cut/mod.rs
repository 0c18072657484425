//! The day-cut (日切) of a trading day with one registrar: its jobs, one after the other, each an event with
//! its figures.
//!
//! ```text
//! open -> seal -> applications -> prices -> confirmations -> income
//!         T 17:00  ... 18:00      22:00 ... T+1 09:00 ... 12:00 ... 15:00
//!      -> postings -> reconciliation -> settlement -> statements -> head: completed
//!         T+1 ... 15:00
//! ```
//!
//! 1. It has one name, of registrar and T, so that nobody cuts a day twice.
//! 2. A job is somebody else's: whoever stands behind the port does it page by page, and each page is a
//!    milestone. After a crash it is called behind the last page; what was done before is found done.
//! 3. What is not there yet is asked for again until the job's time is over by the trading calendar; then a person
//!    is called. It is asked for slowly all the same, and goes on by itself when it comes.
//! 4. A person may leave a job out, with a reason, where the day-cut stands at it; no other way leads past
//!    one. Who leaves the table stops it where it is, and what was done stays done.
//! 5. A job that is heard of before its turn is recorded at once: the registrar's files may come early.
//! 6. Who asks for it is not its matter: a service by the clock ([`Schedule`]), a played day when its batch has gone
//!    out.
//!
//! 7. A day is never closed on books that do not hold: nobody leaves out `postings`, which looks.
//!
//! Day-cuts that began before these jobs were part of it finish on `day_cut.v1`, from `income` to `head`.
//!
//! A further job is a variant of `Job` at its place in `Job::ALL`, with a name; a [`Milestone`] with its stored type in
//! `done_type`, `Saga::NAMES` and `Milestone::done`; a row in a new table beside these, since day-cuts that
//! are open stay on theirs ([`jobs_of`]); an arm wherever a `Job` is matched, which
//! the compiler names: whoever does the jobs, their hours ([`When`]), and `may_come_unasked` of whoever tells.

mod saga;
mod schedule;
mod words;

pub use saga::{Command, DayCut, Plan, Refusal, notice};
pub use schedule::Schedule;
pub use words::{
    Answer, Do, Ending, Fact, Left, Milestone, Notes, Promise, Request, When, done_type, id, t_of,
};

use crate::ports::day_jobs::Job;
use fundflow_runtime::step::{Deed, Exit, Move, Step, Table, act, call, well_formed, word};

type Saga = DayCut;

const STOP: &[Move<Saga>] = &[act("stop", Do::End(Ending::Stopped), Fact::Ended).to()];

const COMPLETE: &[Move<Saga>] = &[act("complete", Do::End(Ending::Completed), Fact::Ended).to()];

const OPEN: Step<Saga> =
    Deed { asks: Some(When::Sealing), ..act("open", Do::Open, Fact::Opened) }.row(Exit::Undo(STOP));

/// A job that is done as soon as it is its turn.
const fn job(job: Job, parks: When) -> Step<Saga> {
    call(job.name(), job, Fact::Over(job), parks).unless(Fact::Halted, Do::Halt)
}

/// A job whose input comes from the registrar, which is asked for it from that time on.
const fn input(job: Job, asks: When, parks: When) -> Step<Saga> {
    word(job.name(), job, Fact::Over(job), asks, parks).unless(Fact::Halted, Do::Halt)
}

/// The last job of every table.
const HEAD: Step<Saga> =
    Step { exit: Exit::Landing(COMPLETE, None), ..job(Job::Head, When::NextCutOff) };

/// The table of day-cuts.
pub const DAY_CUT: Table<Saga> = Table {
    version: "day_cut.v2",
    title: "Day-cut: the jobs of one trading day with one registrar",
    steps: &[
        OPEN,
        job(Job::Seal, When::FilesOut),
        job(Job::Applications, When::FilesOut),
        input(Job::Prices, When::PricesExpected, When::PricesDue),
        input(Job::Confirmations, When::FilesExpected, When::FilesDue),
        job(Job::Income, When::NextCutOff),
        job(Job::Postings, When::NextCutOff),
        job(Job::Reconciliation, When::NextCutOff),
        job(Job::Settlement, When::NextCutOff),
        job(Job::Statements, When::NextCutOff),
        HEAD,
    ],
    beside: &[],
};

/// The table of those that began before `day_cut.v2`: nothing is posted, reconciled or settled by it.
pub const DAY_CUT_V1: Table<Saga> = Table {
    version: "day_cut.v1",
    title: "Day-cut: the jobs of one trading day with one registrar, to the income",
    steps: &[
        OPEN,
        job(Job::Seal, When::FilesOut),
        job(Job::Applications, When::FilesOut),
        input(Job::Prices, When::PricesExpected, When::PricesDue),
        input(Job::Confirmations, When::FilesExpected, When::FilesDue),
        job(Job::Income, When::NextCutOff),
        HEAD,
    ],
    beside: &[],
};

/// Every table of day-cuts, the newest first.
pub(crate) const TABLES: &[&Table<Saga>] = &[&DAY_CUT, &DAY_CUT_V1];

/// The jobs of the day-cuts that are on the table of that version, in their order; none of a table that nobody has.
pub fn jobs_of(version: &str) -> Vec<Job> {
    steps(version).iter().filter_map(job_of).collect()
}

/// When a person is called if that job is not done, of the day-cuts on that table.
pub fn due_of(version: &str, job: Job) -> Option<When> {
    steps(version).iter().find(|step| job_of(step) == Some(job))?.deed.parks
}

fn steps(version: &str) -> &'static [Step<Saga>] {
    let table = TABLES.iter().find(|table| table.version == version);
    table.map_or(&[][..], |table| table.steps)
}

const fn job_of(step: &Step<Saga>) -> Option<Job> {
    match step.deed.done {
        Fact::Over(job) => Some(job),
        Fact::Opened | Fact::Halted | Fact::Ended => None,
    }
}

const _: () = assert!(
    well_formed(&DAY_CUT) && well_formed(&DAY_CUT_V1),
    "starts on an undo, ends on a landing, waits have ends"
);
