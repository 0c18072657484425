//! `fundflow day-cut`: the jobs of a trading day with each registrar, one after the other.
//!
//! ```text
//! fundflow day-cut status [--date D] [--registrar R] [--graph terminal|mermaid]
//! fundflow day-cut run    --date D [--registrar R] [--apply]       open them, or go on with those that are open
//! fundflow day-cut retry  --date D [--registrar R] --reason TEXT   those that wait for a person ask once more
//! fundflow day-cut skip JOB --date D --registrar R --reason TEXT   leave out the job at which one stands
//! ```
//!
//! 1. `status` reads the log alone, also beside a running engine.
//! 2. `run`, `retry` and `skip` only look without `--apply`. Each day-cut is a saga of kind `day_cut` under its own
//!    name, so that the same line typed again changes nothing, and whatever a person may do to any saga may be done
//!    to it: `fundflow saga skip-to-landing` stops it where it is.
//! 3. Time is the log's on a store that days are played into: what is asked for later is asked for when a day is
//!    played, and `run` looks for it at once.

mod drive;
mod graph;
mod jobs;
pub(crate) mod news;
mod status;

pub(crate) use jobs::place;

use crate::{
    args::Format,
    house::Terms,
    operate::{self, Order, OrderArgs, not_blank, time_of},
    reading::{Failure, Place, finish, one_of, open},
    registry::{Registry, Word},
};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use fundflow::runtime::saga::Saga as _;
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    ids::{RegistrarCode, TransactionId},
    text::Text,
};
use fundflow_kernel::loaded::with_sources;
use fundflow_sagas::{
    day_cut::{self, Command, DayCut},
    ports::day_jobs::Job,
};
use std::{collections::BTreeSet, io::Write, process::ExitCode};

/// What to do with day-cuts.
#[derive(Debug, Subcommand)]
pub(crate) enum DayCutCommand {
    /// Where each stands: its jobs, when they were done and what they came to
    Status(StatusArgs),
    /// Open the day-cuts of a T, or go on with those that are open. Only looks without --apply
    #[command(visible_alias = "resume")]
    Run(RunCutArgs),
    /// Let those go on that wait for a person: the job is asked for once more. Only looks without --apply
    Retry(RetryArgs),
    /// Leave out the job at which one stands. Only looks without --apply
    Skip(SkipArgs),
}

/// Which to look at.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Only of this T (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    date: Option<NaiveDate>,
    /// Only with this registrar
    #[arg(long, value_name = "CODE")]
    registrar: Option<RegistrarCode>,
    /// As a picture: for the terminal, or as a Mermaid flowchart
    #[arg(long, value_enum, value_name = "KIND")]
    graph: Option<Picture>,
}

/// A picture of the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// Lines of text
    Terminal,
    /// A flowchart in Mermaid's language
    Mermaid,
}

/// Those of a T.
#[derive(Debug, Args)]
pub(crate) struct RunCutArgs {
    /// The trading day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    date: NaiveDate,
    /// Only with this registrar; otherwise with each of them
    #[arg(long, value_name = "CODE")]
    registrar: Option<RegistrarCode>,
    /// Do it; otherwise only look
    #[arg(long)]
    apply: bool,
}

/// Those of a T, and why.
#[derive(Debug, Args)]
pub(crate) struct RetryArgs {
    /// The trading day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    date: NaiveDate,
    /// Only with this registrar; otherwise every day-cut of T that waits for a person
    #[arg(long, value_name = "CODE")]
    registrar: Option<RegistrarCode>,
    /// Why; it is stored with the day-cut
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// A job, and why.
#[derive(Debug, Args)]
pub(crate) struct SkipArgs {
    /// The job at which the day-cut stands
    #[arg(value_enum)]
    job: JobArg,
    /// The trading day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    date: NaiveDate,
    /// With this registrar
    #[arg(long, value_name = "CODE")]
    registrar: RegistrarCode,
    /// Why; it is stored with the day-cut
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// A job as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum JobArg {
    /// The batch of T becomes complete
    Seal,
    /// Files 03 go out
    Applications,
    /// Prices of T are known
    Prices,
    /// The registrar's answers are read
    Confirmations,
    /// Income of the natural days up to T is booked
    Income,
    /// The head of the log is kept
    Head,
}

impl From<JobArg> for Job {
    fn from(job: JobArg) -> Self {
        match job {
            JobArg::Seal => Job::Seal,
            JobArg::Applications => Job::Applications,
            JobArg::Prices => Job::Prices,
            JobArg::Confirmations => Job::Confirmations,
            JobArg::Income => Job::Income,
            JobArg::Head => Job::Head,
        }
    }
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &DayCutCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(asked(registry, command, place, format, out).await)
}

async fn asked(
    registry: &Registry,
    command: &DayCutCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    match command {
        DayCutCommand::Status(args) => {
            let store = open(place.store)?;
            let now = time_of(&store).await?;
            let house = Terms::of(&place, &store).await?.house(now)?;
            let desk = registry.sagas(&house).desk;
            let wanted = (args.date, args.registrar.as_ref());
            let cuts = status::of(&store, &desk, &house, wanted).await?;
            match args.graph {
                Some(picture) => graph::draw(&cuts, picture, out)?,
                None => status::print(&cuts, format, out)?,
            }
            Ok(ExitCode::SUCCESS)
        }
        DayCutCommand::Run(args) => {
            let which = (args.date, args.registrar.as_ref());
            drive::run(registry, which, args.apply, place, format, out).await
        }
        DayCutCommand::Retry(args) => {
            let ids = parked(registry, (args.date, args.registrar.as_ref()), &place).await?;
            let order = Order::resume_all(&ids, &args.reason, &args.order).of_kind(DayCut::KIND);
            operate::run(registry, &order, place, format, out).await
        }
        DayCutCommand::Skip(args) => {
            let reason = Text::new("reason", args.reason.as_str());
            let reason = reason.map_err(|error| Failure::Typed(error.to_string()))?;
            let calendar = crate::house::calendar_of(&open(place.store)?).await?;
            let t = trading_day(&calendar, args.date)?;
            let id = name_of(&args.registrar, t)?;
            let job = Job::from(args.job);
            let named = (id.to_string(), Word::DayCut(Command::Skip { job, reason }));
            let order = Order::ask("skip", (id, None), named, &args.order);
            let order = order.of_kind(DayCut::KIND).because(&args.reason);
            operate::run(registry, &order, place, format, out).await
        }
    }
}

/// Day-cuts of that T that wait for a person.
async fn parked(
    registry: &Registry,
    (date, registrar): (NaiveDate, Option<&RegistrarCode>),
    place: &Place<'_>,
) -> Result<Vec<TransactionId>, Failure> {
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let house = Terms::of(place, &store).await?.house(now)?;
    let desk = registry.sagas(&house).desk;
    let cuts = status::of(&store, &desk, &house, (Some(date), registrar)).await?;
    let ids: Vec<TransactionId> =
        cuts.into_iter().filter(status::CutRow::is_parked).map(|cut| cut.transaction).collect();
    if ids.is_empty() {
        let what = format!(
            "no day-cut of {date} waits for a person; `fundflow day-cut status --date {date}` says how each stands"
        );
        return Err(Failure::NotFound(what));
    }
    Ok(ids)
}

fn name_of(registrar: &RegistrarCode, t: TradingDay) -> Result<TransactionId, Failure> {
    let name = day_cut::id(registrar, t);
    name.ok_or_else(|| Failure::Typed(format!("--date {t}: no day of this era")))
}

fn trading_day(calendar: &TradingCalendar, date: NaiveDate) -> Result<TradingDay, Failure> {
    let day = calendar.day(date);
    day.map_err(|error| Failure::Typed(format!("--date {date}: {}", with_sources(&error))))
}

/// The registrars that are meant; one that no fund of the store has is a slip.
fn registrars(terms: &Terms, named: Option<&RegistrarCode>) -> Result<Vec<RegistrarCode>, Failure> {
    let all = terms.registrars()?;
    match named {
        None => Ok(all),
        Some(code) if all.contains(code) => Ok(vec![code.clone()]),
        Some(code) => {
            let known: BTreeSet<&RegistrarCode> = all.iter().collect();
            Err(Failure::Typed(format!(
                "--registrar {code}: no such registrar; {}",
                one_of(&known)
            )))
        }
    }
}
