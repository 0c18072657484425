//! `fundflow recon run`: gathers both sides, joins them, and does with cases what follows.

use super::{ReconFormat, RunArgs};
use crate::{
    audit_command::VERIFICATION_FAILED,
    day_cut,
    house::Terms,
    operate::{held, time_of},
    reading::{Failure, Place, complain, database, json, open, or_dash, pairs, table},
};
use chrono::NaiveDate;
use fundflow_closing::{Becomes, Began, BreakRow, Found, PROGRAM, ReconError, Writer, reconcile};
use fundflow_infrastructure::{
    reconciled::Begun,
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{counted::counted, envelope::Actor, loaded::with_sources};
use fundflow_reconciliation::{
    coverage::{Both, Coverage, Covered},
    rules::{Rules, RulesError},
};
use serde::Serialize;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Bytes of a file of rules.
const RULES_MOST: u64 = 1 << 20;

impl From<RulesError> for Failure {
    fn from(error: RulesError) -> Self {
        Self::Typed(error.to_string())
    }
}

impl From<ReconError> for Failure {
    fn from(error: ReconError) -> Self {
        match error {
            ReconError::Read(error) => Self::Read(error),
            ReconError::Staging(error) => Self::Engine(with_sources(&error)),
            ReconError::Calendar(error) => Self::Calendar(error.to_string()),
            ReconError::Refused(what) => Self::Engine(what),
        }
    }
}

/// The rules of that file, or the shipped ones.
pub(super) fn rules(file: Option<&Path>) -> Result<Rules, Failure> {
    let Some(path) = file else { return Ok(Rules::shipped()?) };
    let text = fundflow_infrastructure::files::text(path, RULES_MOST);
    let text = text.map_err(|error| Failure::Engine(format!("{}: {error}", path.display())))?;
    Ok(Rules::of(&path.display().to_string(), &text)?)
}

pub(super) async fn run(
    args: &RunArgs,
    place: Place<'_>,
    format: ReconFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let rules = rules(args.rules.as_deref())?;
    let found = reconciled(place, &rules, (args.date, &args.statement), args.apply).await?;
    match found.begun.from {
        Begun::Anew => {}
        Begun::Overtaken => complain(
            "an earlier run that ended early had read something else than is there now; all of it was read again\n",
        ),
        Begun::GoesOn(rows) => complain(&format!(
            "an earlier run that ended early had put {} aside; this one went on from there\n",
            counted(rows, "row", "rows")
        )),
    }
    print(args, &found, format, out)?;
    if args.apply && !found.coverage.is_complete() {
        out.flush()?;
        complain("error: the reconciliation is not complete\n");
        return Ok(ExitCode::from(VERIFICATION_FAILED));
    }
    Ok(ExitCode::SUCCESS)
}

/// Joins both sides of that day; `applies`: what follows for cases is written, page by page.
pub(super) async fn reconciled(
    place: Place<'_>,
    rules: &Rules,
    day: (NaiveDate, &[PathBuf]),
    applies: bool,
) -> Result<Found, Failure> {
    // Who writes reads from the same store: a reader beside it would keep a killed writer's log from being secured.
    if !applies {
        let store = open(place.store)?;
        return Ok(reconcile(&store, None, &place_of(&place, &store).await?, rules, day).await?);
    }
    let actor = Actor::Counterparty(PROGRAM.into());
    let store = SqliteStore::open(database(place.store), &Settings::default()).map_err(held)?;
    let store = Arc::new(store);
    let writer = Writer::of(store.clone(), actor, &format!("{PROGRAM}.{}", day.0))?;
    let jobs_place = place_of(&place, &store).await?;
    let found = reconcile(&store, Some(&writer), &jobs_place, rules, day).await;
    store.close().await;
    Ok(found?)
}

/// Where the files of that store lie, and what they are held against.
async fn place_of(
    place: &Place<'_>,
    store: &SqliteStore,
) -> Result<fundflow_closing::Place, Failure> {
    let terms = Terms::of(place, store).await?;
    let house = terms.house(time_of(store).await?)?;
    let database = database(place.store);
    let base = database.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    day_cut::place(&base, &terms, house)
}

#[derive(Serialize)]
struct Document<'a> {
    date: NaiveDate,
    applied: bool,
    files: &'a [String],
    complete: bool,
    coverage: &'a Coverage,
    records_percent: String,
    events_percent: String,
    kinds: &'a std::collections::BTreeMap<String, u64>,
    answered: u64,
    begun: Began,
    breaks: &'a [BreakRow],
}

const HEADER: &[&str] = &[
    "CASE",
    "BECOMES",
    "SOURCE",
    "KIND",
    "SIDE",
    "SEVERITY",
    "TRANSACTION",
    "ORDER",
    "YUAN ",
    "SHARES ",
    "WHAT",
];

fn cells(row: &BreakRow) -> Vec<String> {
    vec![
        row.case.to_string(),
        becomes(row.becomes).to_owned(),
        row.source.to_string(),
        row.kind.clone(),
        row.side.to_string(),
        row.severity.to_string(),
        or_dash(row.transaction.as_ref()),
        or_dash(row.order.as_ref()),
        row.money.to_string(),
        row.shares.to_string(),
        row.what.clone(),
    ]
}

const fn becomes(becomes: Becomes) -> &'static str {
    match becomes {
        Becomes::Opened => "opened",
        Becomes::Reopened => "reopened",
        Becomes::Open => "open",
        Becomes::Settled => "settled",
        Becomes::Engines => "known to the engine",
        Becomes::Explained => "explained by records",
    }
}

fn print(
    args: &RunArgs,
    found: &Found,
    format: ReconFormat,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let whole = found.coverage.whole();
    match format {
        ReconFormat::Json => json(
            out,
            &Document {
                date: args.date,
                applied: args.apply,
                files: &found.files,
                complete: found.coverage.is_complete(),
                coverage: &found.coverage,
                records_percent: whole.records.percent(),
                events_percent: whole.events.percent(),
                kinds: &found.kinds,
                answered: found.answered,
                begun: found.begun,
                breaks: &found.rows,
            },
        ),
        ReconFormat::Csv => crate::reading::csv_lines(HEADER, found.rows.iter().map(cells), out),
        ReconFormat::Table | ReconFormat::Html => {
            people(args, found, whole, out)?;
            if !args.apply {
                writeln!(out, "nothing was changed\nto do it, type the same with --apply")?;
            }
            Ok(())
        }
    }
}

fn people(args: &RunArgs, found: &Found, whole: Both, out: &mut impl Write) -> Result<(), Failure> {
    let files = if found.files.is_empty() { "none".to_owned() } else { found.files.join(", ") };
    let says = if found.coverage.is_complete() { "complete" } else { "not complete" };
    let (records, events) = (whole.records.percent(), whole.events.percent());
    let coverage = format!("records {records}, events {events}: {says}");
    pairs(out, &[("day", args.date.to_string()), ("files", files), ("coverage", coverage)])?;
    writeln!(out)?;
    table(
        out,
        COVERAGE,
        found.coverage.sources.iter().map(|(source, both)| coverage_cells(source.name(), *both)),
    )?;
    if found.answered > 0 {
        writeln!(
            out,
            "\n{} by the files",
            counted(found.answered, "case is answered", "cases are answered")
        )?;
    }
    if !found.rows.is_empty() {
        let all: u64 = found.kinds.values().sum();
        let of = |(kind, count): (&String, &u64)| format!("{kind} {count}");
        let kinds: Vec<String> = found.kinds.iter().map(of).collect();
        writeln!(out, "\n{}: {}", counted(all, "break", "breaks"), kinds.join(", "))?;
        table(out, HEADER, found.rows.iter().map(cells))?;
        let left = all.saturating_sub(found.rows.len() as u64);
        if left > 0 {
            complain(&format!("{left} more are not shown; `fundflow recon ls` lists cases\n"));
        }
    }
    Ok(())
}

pub(super) const COVERAGE: &[&str] = &[
    "SOURCE", "RECORDS ", "JOINED ", "BY CASE ", "LOOSE ", "EVENTS ", "JOINED ", "BY CASE ",
    "LOOSE ", "AWAITED ", "",
];

pub(super) fn coverage_cells(source: &str, both: Both) -> Vec<String> {
    let of = |it: Covered| [it.all, it.joined, it.by_case, it.loose()].map(|it| it.to_string());
    let mut cells = vec![source.to_owned()];
    cells.extend(of(both.records));
    cells.extend(of(both.events));
    cells.push(both.awaited.to_string());
    cells.push(if both.absent { "a file is missing".to_owned() } else { String::new() });
    cells
}
