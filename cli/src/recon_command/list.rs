//! `fundflow recon ls` and `show`: cases of reconciliations, with their age and what the rules propose.

use super::{LsArgs, ReconFormat, plain};
use crate::{
    args::Format,
    case_command::{self, CaseCommand},
    folded,
    operate::time_of,
    reading::{Failure, List, Place, csv_lines, json, one_of, open, or_dash, pairs},
    registry::Registry,
};
use fundflow_application::read_models::CaseRow;
use fundflow_closing::names_of;
use fundflow_domain::{
    case::{CaseId, Cases, Disputed, Kind, Proposal},
    time::Timestamp,
};
use fundflow_reconciliation::rules::{KINDS, short};
use serde::Serialize;
use std::{collections::BTreeSet, io::Write, process::ExitCode};

/// A case in a list.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Aged {
    #[serde(flatten)]
    pub(super) row: CaseRow,
    /// As rules spell it.
    pub(super) short_kind: String,
    /// Natural days from the one that was reconciled to the end of the log, or to when it was closed.
    pub(super) age_days: i64,
    /// Open, and older than the rules allow.
    pub(super) overdue: bool,
}

impl Aged {
    pub(super) fn of(row: CaseRow, now: Timestamp) -> Option<(Self, Proposal)> {
        let proposal = row.proposal.clone()?;
        let until = if row.open { now } else { row.moved };
        let age_days = (until.date() - proposal.day).num_days();
        let overdue = row.open && now.date() > proposal.due;
        let kind = Kind::ALL.iter().find(|kind| kind.as_str() == row.kind);
        let short_kind = kind.map_or(row.kind.as_str(), |kind| short(*kind)).to_owned();
        Some((Self { row, short_kind, age_days, overdue }, proposal))
    }
}

/// Every case of a reconciliation, by severity and age.
pub(super) async fn all(place: &Place<'_>) -> Result<Vec<(Aged, Proposal)>, Failure> {
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let mut rows = Vec::new();
    for stream in names_of::<Cases>(&store, "")? {
        let Some(found) = folded::one::<Cases, _>(&store, &stream).await? else { continue };
        let row = CaseRow::of(&found.fold).filter(|row| row.proposal.is_some());
        rows.extend(row.and_then(|row| Aged::of(row, now)));
    }
    rows.sort_by(|(a, of_a), (b, of_b)| {
        (of_a.severity, a.row.since, &a.row.case).cmp(&(of_b.severity, b.row.since, &b.row.case))
    });
    Ok(rows)
}

const HEADER: &[&str] = &[
    "CASE",
    "STATE",
    "SOURCE",
    "KIND",
    "SIDE",
    "SEVERITY",
    "TRANSACTION",
    "ORDER",
    "FUND",
    "YUAN ",
    "SHARES ",
    "DAY",
    "AGE ",
    "DUE",
    "OWNER",
    "WHAT",
    "PROPOSED",
];

fn cells((aged, proposal): &(Aged, Proposal)) -> Vec<String> {
    let row = &aged.row;
    let disputed = Disputed::of(&row.findings);
    let what: Vec<&str> = row.findings.iter().map(|finding| finding.what.as_str()).collect();
    let state = match (row.open, aged.overdue) {
        (true, true) => "overdue",
        (true, false) => "open",
        (false, _) => "closed",
    };
    vec![
        row.case.clone(),
        state.to_owned(),
        proposal.source.to_string(),
        aged.short_kind.clone(),
        proposal.side.to_string(),
        proposal.severity.to_string(),
        or_dash(row.transaction.as_ref()),
        or_dash(row.order.as_ref()),
        or_dash(row.fund.as_ref()),
        disputed.money.to_string(),
        disputed.shares.to_string(),
        proposal.day.to_string(),
        aged.age_days.to_string(),
        proposal.due.to_string(),
        or_dash(row.owner.as_ref()),
        what.join("; "),
        proposal.act.to_string(),
    ]
}

pub(super) async fn list(
    args: &LsArgs,
    place: Place<'_>,
    format: ReconFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let kinds: BTreeSet<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    if let Some(wanted) = args.kind.as_deref().filter(|kind| !kinds.contains(kind)) {
        return Err(Failure::Typed(format!("{wanted:?} is no kind of break; {}", one_of(&kinds))));
    }
    let mut rows = all(&place).await?;
    rows.retain(|(aged, proposal)| {
        (!args.open || aged.row.open)
            && (!args.overdue || aged.overdue)
            && args.date.is_none_or(|day| proposal.day == day)
            && args.source.is_none_or(|source| proposal.source.as_str() == source.name())
            && args.kind.as_ref().is_none_or(|kind| aged.short_kind == *kind)
            && args.owner.as_ref().is_none_or(|owner| aged.row.owner.as_ref() == Some(owner))
    });
    match format {
        ReconFormat::Csv => {
            let limit = args.limit.unwrap_or(usize::MAX);
            csv_lines(HEADER, rows.iter().take(limit).map(cells), out)?;
            Ok(ExitCode::SUCCESS)
        }
        ReconFormat::Json => {
            let rows: Vec<Aged> = rows.into_iter().map(|(aged, _)| aged).collect();
            let nothing = |_: &Aged| Vec::new();
            List::of(rows, args.limit).print(Format::Json, HEADER, nothing, out)
        }
        ReconFormat::Table | ReconFormat::Html => {
            let lines: Vec<Vec<String>> = rows.iter().map(cells).collect();
            List::of(lines, args.limit).print(Format::Table, HEADER, Clone::clone, out)
        }
    }
}

pub(super) async fn show(
    registry: &Registry,
    place: Place<'_>,
    case: &CaseId,
    format: ReconFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let wanted = case.to_string();
    let found = all(&place).await?.into_iter().find(|(aged, _)| aged.row.case == wanted);
    let Some((aged, proposal)) = found else {
        let what = format!(
            "{case} is no case of a reconciliation; `fundflow recon ls` lists those, `fundflow case show` shows any"
        );
        return Err(Failure::NotFound(what));
    };
    if plain(format)? == Format::Json {
        json(out, &aged)?;
        return Ok(ExitCode::SUCCESS);
    }
    let age = format!("{} days{}", aged.age_days, if aged.overdue { ", overdue" } else { "" });
    pairs(
        out,
        &[
            ("compared", format!("{} of {}", proposal.source, proposal.day)),
            ("joined by", proposal.key.to_string()),
            ("side", proposal.side.to_string()),
            ("severity", proposal.severity.to_string()),
            ("age", age),
            ("due", proposal.due.to_string()),
            ("proposed", proposal.act.to_string()),
            ("our side", or_dash(Some(&proposal.ours).filter(|ours| !ours.as_str().is_empty()))),
        ],
    )?;
    writeln!(out)?;
    let command = CaseCommand::Show { case: *case };
    Ok(case_command::run(registry, &command, place, Format::Table, out).await)
}
