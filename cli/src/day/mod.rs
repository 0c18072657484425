//! `fundflow day FOLDER`: plays a trading day in virtual time, from its first order until nothing
//! moves any more, and says where everything ended.
//!
//! ```text
//! orders ─► engine ─► sandbox channel, sandbox registrars
//!             │  T 17:00  seal, file 03 out ─► registrar's night, T+1 08:00 ─► files in, 08:30
//!             │  and a day-cut for each registrar, told of each of these as it is done
//!             └─ events.db, exchange/<date>/out and in, sandbox/*.jsonl below --store
//! ```
//!
//! 1. Nothing is stored but events, files, the counterparties' books, and beside these what was refused and
//!    how far the days go; a day that was killed goes on from them.
//! 2. Playing it again places every order again: the transaction IDs make it harmless, and no event
//!    is added. A row that was refused stays refused, whatever could be had by now, and a word that was taken
//!    stays taken; one that is changed, or comes at another time, is another attempt.
//! 3. A row whose instant no saga hears any more, because the store had been played past it before, is a
//!    mistake of the folder like any other.
//! 4. Exit 0: played. 1: it could not be. 2: typed wrongly. 3: played without some bad rows. 5: the audit
//!    at its end found something, whatever else there is.

mod agenda;
mod answer_faults;
mod batch;
mod books;
mod cancels;
mod channel_statements;
mod cuts;
mod days;
mod dealing;
mod earlier;
pub(crate) mod head;
mod incomes;
mod later;
mod overrides;
mod play;
mod print;
mod progress;
mod repriced;
mod requests;
pub(crate) mod sets;
mod settlement;
mod table;
mod tally;
#[cfg(test)]
mod tests;

use crate::{
    args::{Format, Output},
    audit_command::VERIFICATION_FAILED,
    house::{self, warn_of_end},
    reading::{Failure, complain, database},
    registry::Registry,
    sandbox::BOOKS,
};
use clap::Args;
use dealing::Heard;
use fundflow::StartError;
use fundflow_closing::Jobs;
use fundflow_domain::{
    calendar::{CalendarError, TradingCalendar},
    orders::Cause,
};
use fundflow_infrastructure::{
    day_batch::BatchError,
    day_folder::{self, Day, Problem, TermsError},
    sandbox::{journal::JournalError, registrar::NightError, saved::SavedError},
    sqlite::{OpenError, Settings, SqliteStore},
    statements::StatementError,
};
use fundflow_kernel::counted::counted;
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    loaded::with_sources,
    store::{AppendError, Checkpoints, EventStore, ReadError},
};
use play::Play;
use progress::Progress;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};
use table::{Counterparties, Table};
use tally::DayReport;

const IN_PART: u8 = 3;

/// Plays a trading day.
#[derive(Debug, Args)]
pub(crate) struct DayArgs {
    /// The folder of the day: day.toml, orders.csv, investors.csv, navs.csv
    folder: PathBuf,
    /// Show no progress: neither a bar on a terminal nor lines elsewhere
    #[arg(long)]
    no_progress: bool,
    #[command(flatten)]
    output: Output,
}

impl DayArgs {
    pub(crate) const fn is_json(&self) -> bool {
        matches!(self.output.format, Format::Json)
    }
}

/// Why a day cannot be played to its end. Playing it again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("the folder cannot be played; mend what is named above")]
    Folder,
    #[error("{path} cannot be made; check the permissions, or choose another place with --store")]
    Directory { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("the engine does not start")]
    Start(#[from] StartError),
    #[error(transparent)]
    Stopped(#[from] fundflow::Stopped),
    #[error(transparent)]
    Books(#[from] JournalError),
    #[error(transparent)]
    Saved(#[from] SavedError),
    #[error(transparent)]
    Terms(#[from] TermsError),
    #[error(transparent)]
    Files(#[from] BatchError),
    #[error(transparent)]
    Night(#[from] NightError),
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error(transparent)]
    Ledger(#[from] fundflow_ledger::LedgerError),
    #[error(transparent)]
    Statement(#[from] StatementError),
    #[error(
        "what was said to a row cannot be noted beside the counterparties' books; check the directory of \
         the store"
    )]
    Verdicts { source: io::Error },
    #[error("{}; mend it, and play the folder again", .0.text)]
    Job(Cause),
    #[error("a port of this program cannot be used: {0}")]
    Port(String),
    #[error("the head of the day, {path}: {what}")]
    Head { path: PathBuf, what: String },
    #[error("{0}; `fundflow audit verify` looks at everything")]
    Look(String),
    #[error("a defect of the engine, please report it: {0}")]
    Defect(String),
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    args: &DayArgs,
    store: &Path,
    out: &mut impl Write,
) -> ExitCode {
    match day(registry, args, store, out).await {
        Ok(code) => code,
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            complain(&format!("error: {}\n", with_sources(&trouble)));
            ExitCode::FAILURE
        }
    }
}

async fn day(
    registry: &Registry,
    args: &DayArgs,
    store: &Path,
    out: &mut impl Write,
) -> Result<ExitCode, Trouble> {
    let database = database(store);
    let calendar = calendar_at(&database).await?;
    let day_folder::Reading { day, mut problems } = day_folder::read(&args.folder, &calendar);
    name(&problems);
    let day = Arc::new(day.ok_or(Trouble::Folder)?);
    let base = database.parent().filter(|parent| !parent.as_os_str().is_empty());
    let base = base.unwrap_or(Path::new(".")).to_owned();
    let started = Instant::now();
    let events = Arc::new(SqliteStore::open(&database, &Settings::default())?);
    if events.head().borrow().0 > 0 && !base.join(BOOKS).exists() {
        complain(&format!(
            "warning: {} has events, and {} is not there: the sandbox's counterparties have forgotten what was asked of \
             them before, and answer so; to go on with them, stop this, and copy it from the directory of the old store\n",
            database.display(),
            base.join(BOOKS).display()
        ));
    }
    let mut progress = Progress::on_stderr(args.no_progress);
    let stores = (events.clone(), Some(events.clone()));
    let play = prepare(registry, stores, &day, &calendar, &base).await?;
    warn_of_end(&calendar, play.began);
    let played = play.run(|moment| progress.show(moment)).await;
    progress.finish();
    let played = played?;
    name(&played.mistakes);
    problems.extend(played.mistakes.iter().cloned());
    let report = tally::report(&*events, &played, &day, &problems).await?;
    let report = DayReport { took_ms: millis(started), ..report };
    let head_written = head::keep(&events, &base, day.trade_date.date()).await;
    events.close().await;
    match args.output.format {
        Format::Json => print::json(&report, out)?,
        Format::Table => print::table(&report, &args.folder, store, out)?,
    }
    let mut wrong = Vec::new();
    if report.findings > 0 {
        wrong.push(format!("the audit has {}", counted(report.findings, "finding", "findings")));
    }
    match head_written {
        Ok(of_another_log) => wrong.extend(of_another_log),
        Err(trouble) if wrong.is_empty() => return Err(trouble),
        Err(trouble) => wrong.push(with_sources(&trouble)),
    }
    if !wrong.is_empty() {
        out.flush()?;
        complain(&format!("error: {}\n", wrong.join("; ")));
        return Ok(ExitCode::from(VERIFICATION_FAILED));
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(IN_PART) })
}

/// The calendar of the store that the day is played into; the shipped one, where there is none yet.
async fn calendar_at(database: &Path) -> Result<Arc<TradingCalendar>, Trouble> {
    let failed = |failure: Failure| Trouble::Look(failure.to_string());
    // A store that cannot be opened is named where it is opened to be played into.
    let Ok(store) = SqliteStore::open_read_only(database) else {
        return house::calendar().map(Arc::new).map_err(failed);
    };
    house::calendar_of(&store).await.map_err(failed)
}

fn name(problems: &[Problem]) {
    for problem in problems {
        complain(&format!("{problem}\n"));
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Puts the counterparties and the engine together. Books and files go below `base`. `heads`: the same store, where
/// it keeps the tree that a day-cut's head stands for.
async fn prepare<S: EventStore + Checkpoints>(
    registry: &Registry,
    (store, heads): (Arc<S>, Option<Arc<SqliteStore>>),
    day: &Arc<Day>,
    calendar: &Arc<TradingCalendar>,
    base: &Path,
) -> Result<Play<S>, Trouble> {
    let clock = ManualClock::at(play::start_of(&*store, day).await?);
    let played = (store.head().borrow().0 > 0).then(|| clock.now());
    let mut with = Counterparties::open(registry, (day, calendar), &clock, base, played)?;
    let (table, beside) = Table::laid(registry, (day, calendar), clock, base)?;
    let jobs = Jobs::of(store.clone(), heads, beside);
    let heard = Heard::default();
    let jobs = jobs.awaiting(cuts::income_to_come(day, &table.clock));
    let jobs = Arc::new(jobs.dealing(dealing::of((day, &table), &heard)));
    with.cuts(jobs.clone());
    Play::start((store, jobs, heard), day.clone(), table, with).await
}

/// As the printed report and the tests want it.
fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
