//! `fundflow ledger`: double entry for cash and shares, as tables beside the store.
//!
//! ```text
//! fundflow ledger trial-balance [--date D]     where everything was at the end of a day
//! fundflow ledger statement --investor I       what moved on an investor's accounts
//! fundflow ledger in-flight [--by leg|age]     money that is under way, and since when
//! fundflow ledger hot                          accounts that every order touches, folded by day-cuts
//! fundflow ledger check [--replay]             the invariants of docs/LEDGER.md, as queries
//! fundflow ledger rebuild                      make the tables anew
//! ```
//!
//! Each but the last first books what the log has more. Days are natural days in Shanghai. Exit 5 when `check` finds
//! something.

use crate::{
    args::date,
    audit_command::VERIFICATION_FAILED,
    reading::{Failure, complain, csv_lines, database, finish, json, open, pairs, table},
};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use fundflow_domain::ids::InvestorId;
use fundflow_kernel::{counted::counted, loaded::with_sources};
use fundflow_ledger::{Balance, HotAccount, InFlight, Ledger, LedgerError, Line, Period, Verdict};
use rust_decimal::Decimal;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// How to print.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct LedgerOutput {
    /// For people, one JSON document, or lines for a spreadsheet
    #[arg(short = 'o', long = "output", global = true, value_enum, default_value_t = LedgerFormat::Table)]
    pub(crate) format: LedgerFormat,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LedgerFormat {
    /// Tables, for people
    Table,
    /// One JSON document, for programs
    Json,
    /// Comma-separated values with a header
    Csv,
}

/// What to ask of the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Where everything was at the end of a day, by kind of account
    TrialBalance {
        /// The natural day in Shanghai; the last one of the log without
        #[arg(long, value_parser = date)]
        date: Option<NaiveDate>,
    },
    /// What moved on the accounts of an investor
    Statement {
        /// The investor's ID
        #[arg(long)]
        investor: InvestorId,
        /// The first natural day
        #[arg(long, value_parser = date)]
        from: Option<NaiveDate>,
        /// The last natural day
        #[arg(long, value_parser = date)]
        to: Option<NaiveDate>,
    },
    /// Money that is under way
    InFlight {
        /// The natural day in Shanghai; the last one of the log without
        #[arg(long, value_parser = date)]
        date: Option<NaiveDate>,
        /// Summed up by leg, or by age
        #[arg(long, value_enum)]
        by: Option<By>,
    },
    /// The accounts that every order touches: what day-cuts folded, and what is buffered since
    Hot,
    /// Hold the ledger against the invariants
    Check {
        /// Make the tables anew from the whole log beside them, and compare: as long as `rebuild` takes
        #[arg(long)]
        replay: bool,
    },
    /// Make the tables anew, and take their place once they are whole
    Rebuild,
}

/// What is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The kind of account, whatever the age
    Leg,
    /// Whole days, whatever the account
    Age,
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Read(error) => Self::Read(error),
            other => Self::Engine(with_sources(&other)),
        }
    }
}

/// Does what was typed.
pub(crate) async fn run(
    command: &LedgerCommand,
    store: &Path,
    format: LedgerFormat,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        LedgerCommand::TrialBalance { date } => trial(store, *date, format, out).await,
        LedgerCommand::Statement { investor, from, to } => {
            let period = Period { from: *from, to: *to };
            statement(store, investor, period, format, out).await
        }
        LedgerCommand::InFlight { date, by } => in_flight(store, (*date, *by), format, out).await,
        LedgerCommand::Hot => hot(store, format, out).await,
        LedgerCommand::Check { replay } => check(store, *replay, format, out).await,
        LedgerCommand::Rebuild => rebuild(store, out).await,
    })
}

/// Where the store's database is, and the tables beside it.
pub(crate) fn directory(store: &Path) -> PathBuf {
    let database = database(store);
    database.parent().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The ledger at the log's end.
pub(crate) async fn followed(store: &Path) -> Result<Ledger, Failure> {
    let events = open(store)?;
    let (ledger, caught) = Ledger::current(&directory(store), &events).await?;
    if let Some(why) = caught.anew {
        let made = counted(caught.events, "event", "events");
        complain(&format!("warning: {}; it was made anew of {made}\n", with_sources(&why)));
    }
    Ok(ledger)
}

/// Money that is under way at the end of a natural day, and where everything is.
pub(crate) async fn figures(
    store: &Path,
    day: NaiveDate,
) -> Result<(Vec<InFlight>, Vec<Balance>), Failure> {
    let ledger = followed(store).await?;
    Ok((ledger.in_flight(day)?, ledger.trial_balance(day)?))
}

fn day_of(ledger: &Ledger, asked: Option<NaiveDate>) -> Result<Option<NaiveDate>, Failure> {
    let last = || Ok::<_, Failure>(ledger.last_day()?.and_then(|day| day.parse().ok()));
    asked.map_or_else(last, |day| Ok(Some(day)))
}

async fn trial(
    store: &Path,
    date: Option<NaiveDate>,
    format: LedgerFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let ledger = followed(store).await?;
    let day = day_of(&ledger, date)?;
    let rows = day.map_or_else(|| Ok(Vec::new()), |day| ledger.trial_balance(day))?;
    let cells = |it: &Balance| {
        let (class, commodity) = (it.class.clone(), it.commodity.clone());
        vec![class, commodity, it.debit.to_string(), it.credit.to_string()]
    };
    print(&rows, &["ACCOUNTS", "OF", "DEBIT ", "CREDIT "], cells, format, out)
}

async fn statement(
    store: &Path,
    investor: &InvestorId,
    period: Period,
    format: LedgerFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let rows = followed(store).await?.statement(investor.as_str(), period)?;
    let cells = |it: &Line| {
        vec![
            it.day.clone(),
            it.request.clone(),
            it.event.clone(),
            it.account.clone(),
            it.amount.to_string(),
            it.balance.to_string(),
        ]
    };
    let header = ["DAY", "REQUEST", "EVENT", "ACCOUNT", "AMOUNT ", "BALANCE "];
    print(&rows, &header, cells, format, out)
}

async fn in_flight(
    store: &Path,
    (date, by): (Option<NaiveDate>, Option<By>),
    format: LedgerFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let ledger = followed(store).await?;
    let day = day_of(&ledger, date)?;
    let rows = day.map_or_else(|| Ok(Vec::new()), |day| ledger.in_flight(day))?;
    let Some(by) = by else {
        let cells = |it: &InFlight| {
            let (leg, since) = (it.leg.clone(), it.since.clone());
            vec![leg, since, it.days.to_string(), it.amount.to_string()]
        };
        return print(&rows, &["LEG", "SINCE", "DAYS ", "AMOUNT "], cells, format, out);
    };
    let sums = summed(&rows, by);
    let cells = |it: &Summed| vec![it.of.clone(), it.amount.to_string()];
    let name = if by == By::Leg { "LEG" } else { "DAYS" };
    print(&sums, &[name, "AMOUNT "], cells, format, out)
}

async fn hot(
    store: &Path,
    format: LedgerFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let rows = followed(store).await?.hot_accounts()?;
    let cells = |it: &HotAccount| {
        let (account, commodity) = (it.account.clone(), it.commodity.clone());
        let (folded, buffered) = (it.folded.to_string(), it.buffered.to_string());
        vec![account, commodity, folded, buffered, it.sub_accounts.to_string()]
    };
    let header = ["ACCOUNT", "OF", "FOLDED ", "BUFFERED ", "SUB-ACCOUNTS "];
    print(&rows, &header, cells, format, out)
}

#[derive(Debug, Serialize)]
struct Summed {
    of: String,
    amount: Decimal,
}

/// By age all legs are added up as they stand on their own sides.
fn summed(rows: &[InFlight], by: By) -> Vec<Summed> {
    let mut sums: BTreeMap<(i64, String), Decimal> = BTreeMap::new();
    for row in rows {
        let key = match by {
            By::Leg => (0, row.leg.clone()),
            By::Age => (row.days, row.days.to_string()),
        };
        *sums.entry(key).or_default() += row.amount;
    }
    sums.into_iter().map(|((_, of), amount)| Summed { of, amount }).collect()
}

async fn check(
    store: &Path,
    replays: bool,
    format: LedgerFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let mut ledger = followed(store).await?;
    let verdicts = if replays {
        ledger.check_replayed(&directory(store), &open(store)?).await?
    } else {
        ledger.check()?
    };
    let cells = |it: &Verdict| {
        let says = match (it.is_checked, it.breaks.len()) {
            (false, _) => it.breaks.join("; "),
            (true, 0) => "holds".to_owned(),
            (true, some) => {
                format!("{}: {}", counted(some, "break", "breaks"), it.breaks.join("; "))
            }
        };
        vec![it.invariant.to_owned(), it.what.to_owned(), says]
    };
    let code = print(&verdicts, &["#", "WHAT MUST HOLD", "SAYS"], cells, format, out)?;
    let broken = verdicts.iter().filter(|it| it.is_checked && !it.breaks.is_empty()).count();
    if broken == 0 {
        return Ok(code);
    }
    out.flush()?;
    complain(&format!(
        "error: {}\n",
        counted(broken, "invariant is broken", "invariants are broken")
    ));
    Ok(ExitCode::from(VERIFICATION_FAILED))
}

async fn rebuild(store: &Path, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let events = open(store)?;
    let (ledger, events) = Ledger::rebuild(&directory(store), &events).await?;
    let at = ledger.at()?;
    pairs(out, &[("events", events.to_string()), ("position", at.to_string())])?;
    Ok(ExitCode::SUCCESS)
}

fn print<T: Serialize>(
    rows: &[T],
    header: &[&str],
    cells: impl Fn(&T) -> Vec<String>,
    format: LedgerFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    match format {
        LedgerFormat::Json => json(out, &rows)?,
        LedgerFormat::Table => table(out, header, rows.iter().map(cells))?,
        LedgerFormat::Csv => csv_lines(header, rows.iter().map(cells), out)?,
    }
    Ok(ExitCode::SUCCESS)
}
