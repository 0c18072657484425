//! `fundflow holdings`: investors' shares of target funds, lot by lot, and what they are worth.
//!
//! ```text
//! fundflow holdings ls [--fund F] [--limit N]
//! fundflow holdings show INVESTOR [--nav FUND=NAV]…
//! ```
//!
//! A price is never guessed: a fund without `--nav` has no value here.

use crate::{
    args::Format,
    folded,
    house::Terms,
    reading::{Failure, List, Place, finish, in_dispute, json, one_of, open, or_dash, table},
};
use clap::Subcommand;
use fundflow_application::read_models::{HoldingLotRow, HoldingRow};
use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::{FundCode, InvestorId},
    money::Nav,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::Path,
    process::ExitCode,
    str::FromStr,
};

/// What to do with holdings.
#[derive(Debug, Subcommand)]
pub(crate) enum HoldingsCommand {
    /// List holdings, one line each
    Ls {
        /// Only of this fund
        #[arg(long)]
        fund: Option<FundCode>,
        /// At most so many
        #[arg(long, allow_negative_numbers = true, value_parser = crate::args::whole::<usize>)]
        limit: Option<usize>,
    },
    /// Show an investor's holdings, their lots, and at a price their value
    Show {
        /// The investor's ID
        investor: InvestorId,
        /// The price of a fund, as in 011162=0.7421; once for each fund
        #[arg(long = "nav", value_name = "FUND=NAV")]
        navs: Vec<Priced>,
    },
}

/// A price that was typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Priced(FundCode, Nav);

impl FromStr for Priced {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (fund, nav) = text
            .split_once('=')
            .ok_or_else(|| format!("{text:?} is not FUND=NAV, as in 011162=0.7421"))?;
        let fund =
            fund.parse().map_err(|error: fundflow_domain::ids::IdError| error.to_string())?;
        Ok(Self(fund, nav.parse().map_err(|error| format!("{error}"))?))
    }
}

const HEADER: &[&str] = &[
    "INVESTOR",
    "FUND",
    "REGISTERED ",
    "AVAILABLE ",
    "RESERVED ",
    "FROZEN ",
    "IN DISPUTE ",
    "LOTS ",
    "YUAN ",
    "MOVED",
];

fn row_cells(row: &HoldingRow) -> Vec<String> {
    vec![
        row.investor.to_string(),
        row.fund.to_string(),
        row.registered.to_string(),
        row.available.to_string(),
        row.reserved.to_string(),
        row.frozen.to_string(),
        in_dispute(row.in_dispute, row.missing),
        row.lots.len().to_string(),
        or_dash(row.value.as_ref()),
        row.moved.to_string(),
    ]
}

/// Does what was typed.
pub(crate) async fn run(
    command: &HoldingsCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        HoldingsCommand::Ls { fund, limit } => list(store, (*fund, *limit), format, out).await,
        HoldingsCommand::Show { investor, navs } => show(store, investor, navs, format, out).await,
    })
}

async fn list(
    store: &Path,
    (fund, limit): (Option<FundCode>, Option<usize>),
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let opened = open(store)?;
    let all = folded::all::<Holdings>(&opened, "").await?;
    let rows = all.iter().filter_map(|it| HoldingRow::of(it.stream.id(), &it.fold, None));
    let mut rows: Vec<_> = rows.collect();
    if let Some(fund) = fund {
        let mut known: BTreeSet<FundCode> = rows.iter().map(|row| row.fund).collect();
        if !known.contains(&fund) {
            known.extend(Terms::of(&Place { store, folder: None }, &opened).await?.funds());
        }
        if !known.contains(&fund) {
            return Err(Failure::Typed(format!("no fund is called {fund}; {}", one_of(&known))));
        }
        rows.retain(|row| row.fund == fund);
    }
    List::of(rows, limit).print(format, HEADER, row_cells, out)
}

async fn show(
    store: &Path,
    investor: &InvestorId,
    navs: &[Priced],
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let mut priced: BTreeMap<FundCode, Nav> = BTreeMap::new();
    for Priced(fund, nav) in navs {
        if priced.insert(*fund, *nav).is_some() {
            return Err(Failure::Typed(format!("--nav has two prices of fund {fund}; write one")));
        }
    }
    let navs = priced;
    let found = folded::all::<Holdings>(&open(store)?, &format!("{investor}.")).await?;
    // An investor's ID may contain a point, and so begin like another's stream.
    let rows = found.iter().filter_map(|it| {
        let nav = HoldingId::parse(it.stream.id()).and_then(|id| navs.get(&id.fund).copied());
        HoldingRow::of(it.stream.id(), &it.fold, nav)
    });
    let rows: Vec<_> = rows.filter(|row| row.investor == *investor).collect();
    if rows.is_empty() {
        let what = format!("{investor} holds nothing; `fundflow holdings ls` lists who does");
        return Err(Failure::NotFound(what));
    }
    let held: BTreeSet<FundCode> = rows.iter().map(|row| row.fund).collect();
    if let Some(fund) = navs.keys().find(|fund| !held.contains(fund)) {
        let what = format!("--nav {fund}: {investor} holds nothing of it; {}", one_of(&held));
        return Err(Failure::Typed(what));
    }
    match format {
        Format::Json => json(out, &rows)?,
        Format::Table => {
            table(out, HEADER, rows.iter().map(row_cells))?;
            let lots = rows.iter().flat_map(|row| row.lots.iter().map(|lot| (row.fund, lot)));
            let lots: Vec<_> = lots.map(|(fund, lot)| cells(fund, lot)).collect();
            if !lots.is_empty() {
                writeln!(out)?;
                let header = &["FUND", "LOT", "SERIAL", "REGISTERED", "SHARES ", "LEFT ", "COST "];
                table(out, header, lots.into_iter())?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn cells(fund: FundCode, lot: &HoldingLotRow) -> Vec<String> {
    vec![
        fund.to_string(),
        lot.lot.to_string(),
        lot.serial.to_string(),
        lot.registered_on.to_string(),
        lot.shares.to_string(),
        lot.left.to_string(),
        lot.cost.to_string(),
    ]
}
