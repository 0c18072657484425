//! `fundflow case`: what does not add up or contradicts, with both sides' figures, until somebody
//! says how it is settled.
//!
//! ```text
//! fundflow case ls [--open] [--transaction TX] [--limit N]
//! fundflow case show CASE
//! fundflow case close CASE --how accepted|paid-by-us|withdrawn|manual --reason TEXT [--apply]
//! ```
//!
//! A case that keeps a saga from its end is closed by a command to that saga, which then goes on.
//! Any other case is closed on its own stream.

mod close;

use crate::{
    args::Format,
    folded::{self, Folded},
    reading::{Failure, List, finish, json, open, or_dash, pairs, table},
    registry::Registry,
};
use clap::Subcommand;
use close::CloseArgs;
use fundflow_domain::{
    case::{Case, CaseId, Cases, Closing, Event, Figure, Finding, How, State},
    ids::TransactionId,
};
use fundflow_kernel::{codec::decode, streams::Key};
use serde::Serialize;
use std::{io::Write, path::Path, process::ExitCode};

/// Which cases.
#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// List cases
    Ls {
        /// Only those that wait for somebody
        #[arg(long)]
        open: bool,
        /// Only of this transaction
        #[arg(long, value_name = "TX")]
        transaction: Option<TransactionId>,
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show a case: both sides' figures, the record itself, how it was closed
    Show {
        /// Its 32 digits, as `case ls` prints them
        case: CaseId,
    },
    /// Say how it is settled. Only looks without --apply
    Close(CloseArgs),
}

/// One case in a list.
#[derive(Debug, Serialize)]
struct CaseRow {
    case: String,
    state: &'static str,
    kind: String,
    what: String,
    transaction: Option<String>,
    order: Option<String>,
    fund: Option<String>,
    source: String,
    record: String,
    shares_disputed: String,
    money_disputed: String,
    owner: Option<String>,
    closed: Option<String>,
    opened: String,
}

const HEADER: &[&str] = &["CASE", "STATE", "KIND", "TRANSACTION", "SHARES ", "YUAN ", "OPENED", "WHAT"];

impl CaseRow {
    fn of(state: &State) -> Option<Self> {
        let case = state.case()?;
        let disputed = fundflow_domain::case::Disputed::of(&case.findings);
        let closing = match state {
            State::Closed(_, closing) => Some(closing),
            State::Absent | State::Open(_) => None,
        };
        Some(Self {
            case: case.id.to_string(),
            state: if state.is_open() { "open" } else { "closed" },
            kind: case.kind().to_string(),
            what: what(case),
            transaction: case.transaction.as_ref().map(ToString::to_string),
            order: case.order.as_ref().map(ToString::to_string),
            fund: case.fund.map(|fund| fund.to_string()),
            source: case.source.name.to_string(),
            record: case.source.record.to_string(),
            shares_disputed: disputed.shares.to_string(),
            money_disputed: disputed.money.to_string(),
            owner: case.owner.as_ref().map(ToString::to_string),
            closed: closing.map(closed),
            opened: case.opened_at.to_string(),
        })
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.case.clone(),
            self.state.to_owned(),
            self.kind.clone(),
            or_dash(self.transaction.as_ref()),
            self.shares_disputed.clone(),
            self.money_disputed.clone(),
            self.opened.clone(),
            self.what.clone(),
        ]
    }
}

fn what(case: &Case) -> String {
    let words: Vec<&str> = case.findings.iter().map(|finding| finding.what.as_str()).collect();
    words.join("; ")
}

fn closed(closing: &Closing) -> String {
    let how = match &closing.how {
        How::Corrected { by_record } => format!("corrected by record {by_record}"),
        How::Accepted => "accepted as it is".to_owned(),
        How::PaidByUs { amount } => format!("{amount} yuan paid by us"),
        How::Withdrawn => "withdrawn by the other side".to_owned(),
        How::Manual { text } => text.to_string(),
    };
    format!("{how}, by {}: {}", closing.by, closing.reason)
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &CaseCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        CaseCommand::Ls { open, transaction, limit } => {
            list(store, (*open, transaction.as_ref(), *limit), format, out).await
        }
        CaseCommand::Show { case } => show(store, case, format, out).await,
        CaseCommand::Close(args) => close::run(registry, args, store, format, out).await,
    })
}

async fn list(
    store: &Path,
    (only_open, transaction, limit): (bool, Option<&TransactionId>, Option<usize>),
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let mut cases = folded::all::<Cases>(&open(store)?, "").await?;
    cases.sort_by_key(|case| case.events.first().map(|first| first.position));
    let wanted = |state: &State| {
        let of = state.case().and_then(|case| case.transaction.as_ref());
        (!only_open || state.is_open()) && transaction.is_none_or(|wanted| of == Some(wanted))
    };
    let states = cases.iter().map(|case| &case.loaded.state).filter(|state| wanted(state));
    List::of(states.filter_map(CaseRow::of), limit).print(format, HEADER, CaseRow::cells, out)
}

async fn found(store: &Path, case: &CaseId) -> Result<Folded<Cases>, Failure> {
    let stream = Key::<Cases>::of(case).stream().clone();
    folded::one(&open(store)?, &stream).await?.ok_or_else(|| {
        Failure::NotFound(format!("there is no case {case}; `fundflow case ls` lists them"))
    })
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: CaseRow,
    findings: &'a [Finding],
    evidence: Option<String>,
    days_seen_again: u32,
    notes: Vec<String>,
}

async fn show(
    store: &Path,
    case: &CaseId,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let found = found(store, case).await?;
    let state = &found.loaded.state;
    let (Some(row), Some(case)) = (CaseRow::of(state), state.case()) else {
        return Err(Failure::NotFound(format!("there is no case {case}")));
    };
    let notes = case.notes.iter().map(|note| format!("{}: {}", note.by, note.text)).collect();
    let (findings, days_seen_again) = (&case.findings, case.days_seen_again);
    let shown = Shown { row, findings, evidence: evidence(&found), days_seen_again, notes };
    match format {
        Format::Json => json(out, &shown)?,
        Format::Table => print(&shown, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The record itself: it stands in the log, not in the state.
fn evidence(found: &Folded<Cases>) -> Option<String> {
    found.events.iter().find_map(|it| {
        match decode::<Cases>(&it.event.event_type, it.event.schema, &it.event.data).ok()? {
            Event::Opened(report) => Some(report.evidence.to_string()),
            Event::SeenAgain { .. }
            | Event::Widened { .. }
            | Event::Assigned { .. }
            | Event::Noted(_)
            | Event::Closed(_)
            | Event::Reopened(_) => None,
        }
    })
}

fn print(shown: &Shown<'_>, out: &mut impl Write) -> Result<(), Failure> {
    let row = &shown.row;
    let mut facts = vec![
        ("case", row.case.clone()),
        ("state", row.state.to_owned()),
        ("transaction", or_dash(row.transaction.as_ref())),
        ("order", or_dash(row.order.as_ref())),
        ("fund", or_dash(row.fund.as_ref())),
        ("source", format!("{}, record {}", row.source, row.record)),
        ("opened", row.opened.clone()),
        ("in dispute", format!("{} shares, {} yuan", row.shares_disputed, row.money_disputed)),
    ];
    if shown.days_seen_again > 0 {
        facts.push(("seen again", format!("on {} further days", shown.days_seen_again)));
    }
    facts.extend(row.owner.clone().map(|owner| ("owner", owner)));
    facts.extend(row.closed.clone().map(|closed| ("closed", closed)));
    facts.extend(shown.notes.iter().map(|note| ("note", note.clone())));
    pairs(out, &facts)?;
    for finding in shown.findings {
        writeln!(out, "\n{}: {}", finding.kind, finding.what)?;
        table(out, &["FIGURE", "OURS ", "THEIRS "], figures(finding).into_iter())?;
    }
    if let Some(evidence) = &shown.evidence {
        writeln!(out, "\nrecord\n{evidence}")?;
    }
    if row.state == "open" {
        let case = &row.case;
        writeln!(out, "\na person may (looks only; does it with --apply)")?;
        writeln!(
            out,
            "  fundflow case close {case} --how accepted|paid-by-us|withdrawn|manual --reason TEXT"
        )?;
    }
    Ok(())
}

/// Both sides of each figure, beside each other.
fn figures(finding: &Finding) -> Vec<Vec<String>> {
    let value = |side: &[Figure], name: &str| {
        let figure = side.iter().find(|figure| figure.name.as_str() == name);
        figure.map_or_else(|| "-".to_owned(), |figure| figure.value.to_string())
    };
    let mut names: Vec<&str> = Vec::new();
    for figure in finding.ours.iter().chain(&finding.theirs) {
        if !names.contains(&figure.name.as_str()) {
            names.push(&figure.name);
        }
    }
    let line = |name: &str| {
        vec![name.to_owned(), value(&finding.ours, name), value(&finding.theirs, name)]
    };
    names.into_iter().map(line).collect()
}
