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
    folded::{self, Folded},
    reading::{Failure, List, finish, json, open, or_dash, table},
};
use clap::Subcommand;
use fundflow_domain::{
    holdings::{HoldingId, Holdings, Lot},
    ids::{FundCode, InvestorId},
    money::{Money, Nav, Shares},
    time::Timestamp,
};
use serde::Serialize;
use std::{collections::BTreeMap, io::Write, path::Path, process::ExitCode, str::FromStr};

/// Which holdings.
#[derive(Debug, Subcommand)]
pub(crate) enum HoldingsCommand {
    /// List holdings
    Ls {
        /// Only of this fund
        #[arg(long)]
        fund: Option<FundCode>,
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show an investor's holdings, their lots, and at a price their value
    Show {
        /// Whose
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
        let fund = fund.parse().map_err(|error: fundflow_domain::ids::IdError| error.to_string())?;
        Ok(Self(fund, nav.parse().map_err(|error| format!("{error}"))?))
    }
}

/// Shares that one confirmation registered.
#[derive(Debug, Serialize)]
struct LotRow {
    lot: String,
    order: String,
    serial: String,
    registered: String,
    shares: Shares,
    left: Shares,
    cost: Money,
}

/// One investor's shares of one fund.
#[derive(Debug, Serialize)]
struct HoldingRow {
    investor: InvestorId,
    fund: FundCode,
    registered: Shares,
    available: Shares,
    reserved: Shares,
    frozen: Shares,
    in_dispute: Shares,
    nav: Option<Nav>,
    value: Option<Money>,
    lots: Vec<LotRow>,
    moved: Timestamp,
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
    "NAV ",
    "YUAN ",
    "MOVED",
];

impl HoldingRow {
    fn of(found: &Folded<Holdings>, navs: &BTreeMap<FundCode, Nav>) -> Option<Self> {
        let HoldingId { investor, fund } = HoldingId::parse(found.stream.id())?;
        let state = &found.loaded.state;
        let nav = navs.get(&fund).copied();
        let standing = state.lots().iter().filter(|lot| lot.stands() && !lot.left.is_zero());
        Some(Self {
            investor,
            fund,
            registered: state.registered(),
            available: state.available(),
            reserved: state.reserved(),
            frozen: state.frozen(),
            in_dispute: state.held(),
            nav,
            value: nav.and_then(|nav| state.value_half_up(nav)),
            lots: standing.map(lot).collect(),
            moved: found.moved(),
        })
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.investor.to_string(),
            self.fund.to_string(),
            self.registered.to_string(),
            self.available.to_string(),
            self.reserved.to_string(),
            self.frozen.to_string(),
            self.in_dispute.to_string(),
            self.lots.len().to_string(),
            or_dash(self.nav.as_ref()),
            or_dash(self.value.as_ref()),
            self.moved.to_string(),
        ]
    }
}

fn lot(lot: &Lot) -> LotRow {
    let credit = &lot.credit;
    LotRow {
        lot: credit.lot.to_string(),
        order: credit.order.to_string(),
        serial: credit.serial.to_string(),
        registered: credit.registered_on.to_string(),
        shares: credit.shares,
        left: lot.left,
        cost: credit.cost,
    }
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
    let all = folded::all::<Holdings>(&open(store)?, "").await?;
    let rows = all.iter().filter_map(|found| HoldingRow::of(found, &BTreeMap::new()));
    let rows = rows.filter(|row| fund.is_none_or(|fund| row.fund == fund));
    List::of(rows, limit).print(format, HEADER, HoldingRow::cells, out)
}

async fn show(
    store: &Path,
    investor: &InvestorId,
    navs: &[Priced],
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let navs: BTreeMap<FundCode, Nav> = navs.iter().map(|it| (it.0, it.1)).collect();
    let found = folded::all::<Holdings>(&open(store)?, &format!("{investor}.")).await?;
    // An investor's ID may contain a point, and so begin like another's stream.
    let rows = found.iter().filter_map(|found| HoldingRow::of(found, &navs));
    let rows: Vec<_> = rows.filter(|row| row.investor == *investor).collect();
    if rows.is_empty() {
        let what = format!("{investor} holds nothing; `fundflow holdings ls` lists who does");
        return Err(Failure::NotFound(what));
    }
    match format {
        Format::Json => json(out, &rows)?,
        Format::Table => {
            table(out, HEADER, rows.iter().map(HoldingRow::cells))?;
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

fn cells(fund: FundCode, lot: &LotRow) -> Vec<String> {
    vec![
        fund.to_string(),
        lot.lot.clone(),
        lot.serial.clone(),
        lot.registered.clone(),
        lot.shares.to_string(),
        lot.left.to_string(),
        lot.cost.to_string(),
    ]
}
