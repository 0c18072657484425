//! `fundflow wallet`: whose money-market shares are where.
//!
//! ```text
//! fundflow wallet show INVESTOR       every money fund of the investor, with its lots
//! fundflow wallet ls [--limit N]      one line per wallet
//! ```
//!
//! Both read the wallets' own streams, never the whole log.

use crate::{
    args::Format,
    folded,
    reading::{Failure, List, finish, in_dispute, json, open, table},
};
use clap::Subcommand;
use fundflow_application::read_models::WalletRow;
use fundflow_domain::{ids::InvestorId, wallet::Wallet};
use std::{io::Write, path::Path, process::ExitCode};

/// What to do with wallets.
#[derive(Debug, Subcommand)]
pub(crate) enum WalletCommand {
    /// List wallets, one line each
    Ls {
        /// At most so many
        #[arg(long, allow_negative_numbers = true, value_parser = crate::args::whole::<usize>)]
        limit: Option<usize>,
    },
    /// Show an investor's wallets and their lots
    Show {
        /// The investor's ID
        investor: InvestorId,
    },
}

/// Does what was typed.
pub(crate) async fn run(
    command: &WalletCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        WalletCommand::Ls { limit } => list(store, *limit, format, out).await,
        WalletCommand::Show { investor } => show(store, investor, format, out).await,
    })
}

const HEADER: &[&str] = &[
    "INVESTOR",
    "FUND",
    "AVAILABLE ",
    "IN TRANSIT ",
    "RESERVED ",
    "FROZEN ",
    "IN DISPUTE ",
    "INCOME ",
    "LOTS ",
    "MOVED",
];

fn cells(row: &WalletRow) -> Vec<String> {
    vec![
        row.investor.to_string(),
        row.fund.to_string(),
        row.available.to_string(),
        row.in_transit.to_string(),
        row.reserved.to_string(),
        row.frozen.to_string(),
        in_dispute(row.in_dispute, row.missing),
        row.unpaid_income.to_string(),
        row.lots.len().to_string(),
        row.moved.to_string(),
    ]
}

async fn list(
    store: &Path,
    limit: Option<usize>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let wallets = folded::all::<Wallet>(&open(store)?, "").await?;
    let rows = wallets.iter().filter_map(|it| WalletRow::of(it.stream.id(), &it.fold));
    List::of(rows, limit).print(format, HEADER, cells, out)
}

async fn show(
    store: &Path,
    investor: &InvestorId,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let found = folded::all::<Wallet>(&open(store)?, &format!("{investor}.")).await?;
    let rows = found.iter().filter_map(|it| WalletRow::of(it.stream.id(), &it.fold));
    // An investor's ID may contain a point, and so begin like another's stream.
    let rows: Vec<_> = rows.filter(|row| row.investor == *investor).collect();
    if rows.is_empty() {
        let what = format!("{investor} has no wallet; `fundflow wallet ls` lists those there are");
        return Err(Failure::NotFound(what));
    }
    match format {
        Format::Json => json(out, &rows)?,
        Format::Table => {
            table(out, HEADER, rows.iter().map(cells))?;
            let lots = rows.iter().flat_map(|row| row.lots.iter().map(|lot| (row.fund, lot)));
            let lots: Vec<_> = lots
                .map(|(fund, lot)| {
                    let (registered, shares) = (lot.registered.to_string(), lot.shares.to_string());
                    vec![fund.to_string(), lot.transaction.to_string(), registered, shares]
                })
                .collect();
            if !lots.is_empty() {
                writeln!(out)?;
                table(out, &["FUND", "LOT", "REGISTERED", "SHARES "], lots.into_iter())?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
