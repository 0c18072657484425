//! `fundflow recon`: the records of registrars, channels and banks beside our events.
//!
//! ```text
//! fundflow recon run --date D [--rules FILE] [--statement FILE]… [--apply]     join, compare, open and close cases
//! fundflow recon ls [--open] [--date D] [--source S] [--kind K] [--owner WHO] [--overdue]
//! fundflow recon show CASE
//! fundflow recon assign CASE… --to WHO --reason TEXT [--apply]
//! fundflow recon close CASE… --how … --reason TEXT [--apply]                   as `fundflow case close`
//! fundflow recon report --date D [-o html]                                     the morning's figures
//! fundflow recon rules                                                         the rules that are part of the program
//! ```
//!
//! 1. `run`, `assign` and `close` only look without `--apply`. `run` typed again changes nothing.
//! 2. *Complete* is printed only where every record joins an event or a case, every event that moves money or shares
//!    joins a record or a case, and no file is missing. Exit 5 where it is not, once it was applied.

mod assign;
mod html;
mod list;
mod morning;
mod run;

use crate::{
    args::date,
    case_command::{self, CaseCommand, CloseArgs},
    operate::{OrderArgs, not_blank},
    reading::{Failure, Place, finish},
    registry::Registry,
};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use fundflow_domain::case::CaseId;
use fundflow_reconciliation::{rules::SHIPPED, source::Source};
use std::{io::Write, path::PathBuf, process::ExitCode};

/// How to print.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ReconOutput {
    /// For people, one JSON document, lines for a spreadsheet, or a page (`report` alone)
    #[arg(short = 'o', long = "output", global = true, value_enum, default_value_t = ReconFormat::Table)]
    pub(crate) format: ReconFormat,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReconFormat {
    /// Tables, for people
    Table,
    /// One JSON document, for programs
    Json,
    /// Comma-separated values with a header
    Csv,
    /// A page to read and to print
    Html,
}

/// What to do about reconciliation.
#[derive(Debug, Subcommand)]
pub(crate) enum ReconCommand {
    /// Hold the records of a day against our events. Only looks without --apply
    Run(RunArgs),
    /// List the cases of reconciliations, one line each
    Ls(LsArgs),
    /// Show one: both sides, its age, and what the rules propose
    Show {
        /// Its 32 digits, as `recon ls` prints them
        case: CaseId,
    },
    /// Say who takes care of cases. Only looks without --apply
    Assign(AssignArgs),
    /// Say how cases are settled, as `fundflow case close`. Only looks without --apply
    Close(CloseArgs),
    /// The morning's figures: orders, records, money under way, breaks, coverage, trial balance
    Report(ReportArgs),
    /// Print the rules that are part of the program, to be copied and changed
    Rules,
}

/// Which day, by which rules.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// T of the registrars' files, and the natural day of statements
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) date: NaiveDate,
    /// Rules of your own; the shipped ones without
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// A statement of a channel or a bank; those of statements/DATE beside the store without
    #[arg(long, value_name = "FILE")]
    pub(super) statement: Vec<PathBuf>,
    /// Do it; otherwise only look
    #[arg(long)]
    pub(super) apply: bool,
}

/// Which cases to list.
#[derive(Debug, Args)]
pub(crate) struct LsArgs {
    /// Only those that wait for somebody
    #[arg(long)]
    pub(super) open: bool,
    /// Only of this reconciled day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) date: Option<NaiveDate>,
    /// Only of this source: confirmations, holdings, `fund_days`, settlements, statement
    #[arg(long, value_name = "SOURCE")]
    pub(super) source: Option<Source>,
    /// Only of this kind: missing, extra, amount, shares, fee, nav, status, date, holding, duplicate, late
    #[arg(long, value_name = "KIND")]
    pub(super) kind: Option<String>,
    /// Only those that this person takes care of
    #[arg(long, value_name = "NAME")]
    pub(super) owner: Option<String>,
    /// Only open ones that are older than the rules allow
    #[arg(long)]
    pub(super) overdue: bool,
    /// At most so many
    #[arg(long, allow_negative_numbers = true, value_parser = crate::args::whole::<usize>)]
    pub(super) limit: Option<usize>,
}

/// Who takes care of which cases.
#[derive(Debug, Args)]
pub(crate) struct AssignArgs {
    /// The 32 digits of each, as `recon ls` prints them
    #[arg(required = true, value_name = "CASE")]
    pub(super) cases: Vec<CaseId>,
    /// Who takes care of them from now on
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub(super) to: String,
    /// Why; it is stored with the case
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) order: OrderArgs,
}

/// Which morning's figures, by which rules.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// T of the registrars' files, and the natural day of statements
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) date: NaiveDate,
    /// Rules of your own; the shipped ones without
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// A statement of a channel or a bank; those of statements/DATE beside the store without
    #[arg(long, value_name = "FILE")]
    pub(super) statement: Vec<PathBuf>,
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &ReconCommand,
    place: Place<'_>,
    format: ReconFormat,
    out: &mut impl Write,
) -> ExitCode {
    finish(asked(registry, command, place, format, out).await)
}

async fn asked(
    registry: &Registry,
    command: &ReconCommand,
    place: Place<'_>,
    format: ReconFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let is_report = matches!(command, ReconCommand::Report(_));
    if format == ReconFormat::Html && !is_report {
        return Err(Failure::Typed(
            "-o html is for `recon report`; write table, json or csv".to_owned(),
        ));
    }
    match command {
        ReconCommand::Run(args) => run::run(args, place, format, out).await,
        ReconCommand::Ls(args) => list::list(args, place, format, out).await,
        ReconCommand::Show { case } => list::show(registry, place, case, format, out).await,
        ReconCommand::Assign(args) => assign::run(args, place, format, out).await,
        ReconCommand::Close(args) => {
            let format = plain(format)?;
            let command = CaseCommand::Close(args.clone());
            Ok(case_command::run(registry, &command, place, format, out).await)
        }
        ReconCommand::Report(args) => morning::report(args, place, format, out).await,
        ReconCommand::Rules => {
            out.write_all(SHIPPED.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What prints one thing at a time has no lines for a spreadsheet.
fn plain(format: ReconFormat) -> Result<crate::args::Format, Failure> {
    match format {
        ReconFormat::Table => Ok(crate::args::Format::Table),
        ReconFormat::Json => Ok(crate::args::Format::Json),
        ReconFormat::Csv | ReconFormat::Html => {
            Err(Failure::Typed("-o csv is for lists; write table or json".to_owned()))
        }
    }
}
