//! `fundflow settlement`: what counterparties and we owe each other of a T, what of it moved, and what remains.
//!
//! ```text
//! fundflow settlement ls [--party P] [--date T]     what was instructed, what moved, what remains and in which case
//! fundflow settlement show SETTLEMENT               its terms, every transfer, and what a person took over
//! fundflow settlement due --date T                  what is due of T and not instructed yet
//! fundflow settlement open --date T [--apply]       instruct it: the channel is due on T+1, a fund by its terms
//! fundflow settlement record FILE [--apply]         take a statement (CSV), and book what it says
//! ```
//!
//! 1. `ls`, `show` and `due` read the log and the ledger's tables alone, also beside a running engine.
//! 2. `open` and `record` only look without `--apply`. Typed again they change nothing: a settlement has one name, and
//!    each transfer counts once.

mod drive;
mod print;

pub(crate) use drive::goes_on;

use crate::{
    args::Format,
    ledger_command::followed,
    reading::{Failure, Place, finish, open},
    registry::Registry,
};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use fundflow_domain::settlement::{Party, SettlementId};
use std::{io::Write, path::PathBuf, process::ExitCode};

/// What to do with settlements.
#[derive(Debug, Subcommand)]
pub(crate) enum SettlementCommand {
    /// List settlements, one line each
    Ls(WhichArgs),
    /// Show a settlement: what was due, every transfer, what remains
    Show {
        /// Its name, as `settlement ls` prints it
        #[arg(value_parser = settlement)]
        settlement: SettlementId,
    },
    /// What is due of a T and not instructed yet
    Due {
        /// The trading day, as YYYY-MM-DD
        #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
        date: NaiveDate,
    },
    /// Instruct what is due of a T. Only looks without --apply
    Open(OpenArgs),
    /// Take a statement of the channel, the bank or custodians, and book what it says. Only looks without --apply
    Record(RecordArgs),
}

/// Which to list.
#[derive(Debug, Args)]
pub(crate) struct WhichArgs {
    /// Only with this counterparty: channel, or fund.CODE
    #[arg(long, value_name = "PARTY")]
    party: Option<Party>,
    /// Only of this T (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    date: Option<NaiveDate>,
}

/// Of which T.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// The trading day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    date: NaiveDate,
    /// Do it; otherwise only look
    #[arg(long)]
    apply: bool,
}

/// The statement, and whether it is taken.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// The statement, with the columns settlement, serial, way, amount and `booked_on`
    file: PathBuf,
    /// Do it; otherwise only look
    #[arg(long)]
    apply: bool,
}

fn settlement(text: &str) -> Result<SettlementId, String> {
    SettlementId::parse(text)
        .ok_or_else(|| "write channel.YYYY-MM-DD or fund.CODE.YYYY-MM-DD".to_owned())
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &SettlementCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        SettlementCommand::Ls(which) => ls(which, &place, format, out).await,
        SettlementCommand::Show { settlement } => show(*settlement, &place, format, out).await,
        SettlementCommand::Due { date } => due(*date, &place, format, out).await,
        SettlementCommand::Open(args) => drive::open(registry, args, place, format, out).await,
        SettlementCommand::Record(args) => drive::record(registry, args, place, format, out).await,
    })
}

async fn ls(
    which: &WhichArgs,
    place: &Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let party = which.party.map(|party| party.to_string());
    let rows = followed(place.store).await?.settlements(party.as_deref(), which.date)?;
    print::settled(&rows, format, out)?;
    Ok(ExitCode::SUCCESS)
}

async fn show(
    id: SettlementId,
    place: &Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(place.store)?;
    let rows =
        followed(place.store).await?.settlements(Some(&id.party.to_string()), Some(id.t.date()))?;
    let row = rows.into_iter().next();
    let known = print::Shown::of(&store, id, row).await?;
    known.print(format, out)?;
    Ok(ExitCode::SUCCESS)
}

async fn due(
    date: NaiveDate,
    place: &Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let rows = followed(place.store).await?.dues(date)?;
    print::dues(&rows, format, out)?;
    Ok(ExitCode::SUCCESS)
}
