//! `fundflow case`: what does not add up or contradicts, with both sides' figures, until somebody
//! says how it is settled.
//!
//! ```text
//! fundflow case ls [--open] [--transaction TX] [--kind K] [--limit N]
//! fundflow case show CASE
//! fundflow case close CASE… --how accepted|paid-by-us|withdrawn|manual --reason TEXT [--apply]
//! ```
//!
//! A case that keeps a saga from its end is closed by a command to that saga, which then goes on.
//! Any other case is closed on its own stream.

mod alone;
mod close;
mod record;
mod settled;

use crate::safe;
use crate::{
    args::Format,
    folded::{self, Folded},
    house::{self, Terms},
    offers,
    operate::time_of,
    reading::{Failure, List, Place, complain, finish, json, one_of, open, or_dash, pairs, table},
    registry::Registry,
};
use clap::Subcommand;
pub(crate) use close::CloseArgs;
use fundflow_application::{
    desk::SagaList,
    read_models::{CaseRow, OrderStreams},
};
use fundflow_domain::{
    case::{CaseId, Cases, Closing, Disputed, Event, Figure, Finding, How, Kind, Note},
    ids::TransactionId,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{codec::decode, streams::Key};
use record::Beside;
use serde::Serialize;
use std::{collections::BTreeSet, io::Write, path::Path, process::ExitCode};

/// What to do with cases.
#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// List cases, one line each
    Ls {
        /// Only those that wait for somebody
        #[arg(long)]
        open: bool,
        /// Only of this transaction
        #[arg(long, value_name = "TX")]
        transaction: Option<TransactionId>,
        /// Only of this kind, as `case ls` prints it
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// At most so many
        #[arg(long, allow_negative_numbers = true, value_parser = crate::args::whole::<usize>)]
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

const HEADER: &[&str] =
    &["CASE", "STATE", "KIND", "TRANSACTION", "SHARES ", "YUAN ", "OPENED", "WHAT"];

fn cells(row: &CaseRow) -> Vec<String> {
    let disputed = Disputed::of(&row.findings);
    let words: Vec<&str> = row.findings.iter().map(|finding| finding.what.as_str()).collect();
    vec![
        row.case.clone(),
        state(row).to_owned(),
        row.kind.clone(),
        or_dash(row.transaction.as_ref()),
        disputed.shares.to_string(),
        disputed.money.to_string(),
        row.since.to_string(),
        words.join("; "),
    ]
}

const fn state(row: &CaseRow) -> &'static str {
    if row.open { "open" } else { "closed" }
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
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    let store = place.store;
    finish(match command {
        CaseCommand::Ls { open, transaction, kind, limit } => {
            let wanted = (*open, transaction.as_ref(), kind.as_deref());
            list(registry, store, wanted, *limit, format, out).await
        }
        CaseCommand::Show { case } => show(registry, place, case, format, out).await,
        CaseCommand::Close(args) => close::run(registry, args, place, format, out).await,
    })
}

async fn list(
    registry: &Registry,
    store: &Path,
    (only_open, transaction, kind): (bool, Option<&TransactionId>, Option<&str>),
    limit: Option<usize>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(store)?;
    let cases = folded::all::<Cases>(&store, "").await?;
    let mut rows: Vec<_> = cases.iter().filter_map(|it| CaseRow::of(&it.fold)).collect();
    if let Some(wanted) = transaction
        && !rows.iter().any(|row| row.transaction.as_ref() == Some(wanted))
    {
        is_known(registry, &store, wanted).await?;
    }
    let known: BTreeSet<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
    if let Some(wanted) = kind.filter(|it| !known.contains(it) && !is_kind(it)) {
        let known = one_of(&known);
        return Err(Failure::Typed(format!("{wanted:?} is no kind of case here; {known}")));
    }
    rows.retain(|row| {
        let of = row.transaction.as_ref();
        (!only_open || row.open)
            && transaction.is_none_or(|wanted| of == Some(wanted))
            && kind.is_none_or(|wanted| row.kind == wanted)
    });
    rows.sort_by(|a, b| (a.since, &a.case).cmp(&(b.since, &b.case)));
    List::of(rows, limit).print(format, HEADER, cells, out)
}

/// Somebody could have such a case.
fn is_kind(name: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.as_str() == name)
}

/// A transaction without cases lists none; one that nobody ever asked for is a slip.
async fn is_known(
    registry: &Registry,
    store: &SqliteStore,
    transaction: &TransactionId,
) -> Result<(), Failure> {
    let house = house::shipped(house::REGISTRAR)?;
    let all = SagaList::of(store, registry.sagas(&house).desk).await?;
    let mut rows = all.rows().chain(all.foreign());
    if rows.any(|row| row.transaction == *transaction) {
        return Ok(());
    }
    let what = "no saga is called so, and no case is about it; `fundflow saga ls` lists the sagas";
    Err(Failure::Typed(format!("{transaction}: {what}")))
}

async fn found(store: &Path, case: &CaseId) -> Result<Folded<Cases>, Failure> {
    let stream = Key::<Cases>::of(case).stream().clone();
    folded::one(&open(store)?, &stream).await?.ok_or_else(|| {
        Failure::NotFound(format!("there is no case {case}; `fundflow case ls` lists them"))
    })
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: CaseRow,
    evidence: Option<String>,
    /// The record's figures, beside those of its order.
    figures: Vec<Beside>,
    /// How it may be closed.
    actions: Vec<String>,
}

async fn show(
    registry: &Registry,
    place: Place<'_>,
    case: &CaseId,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let found = found(place.store, case).await?;
    let row = row(&found)?;
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let sagas = registry.sagas(&Terms::of(&place, &store).await?.house(now)?);
    let saga = close::saga_of(&store, &sagas, &found).await?;
    let desk = offers::Desk { store: &store, sagas: &sagas, now };
    let foreign = close::held_by_foreign(&store, &sagas, &found, *case).await?;
    let actions = match &foreign {
        None if row.open => place.typed_behind(desk.of_case(&row, saga.as_ref()).await?),
        None | Some(_) => Vec::new(),
    };
    complain(&foreign.map(|why| format!("{why}\n")).unwrap_or_default());
    let evidence = evidence(&found);
    let streams = match &row.order {
        Some(order) => Some(OrderStreams::load(&store, order).await?),
        None => None,
    };
    let order = streams.as_ref().map(OrderStreams::order);
    let figures = evidence.as_ref().map(|it| record::beside(it, row.source.kind, order.as_ref()));
    let shown = Shown { row, evidence, figures: figures.unwrap_or_default(), actions };
    match format {
        Format::Json => json(out, &shown)?,
        Format::Table => print(&shown, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn row(found: &Folded<Cases>) -> Result<CaseRow, Failure> {
    let nothing = || Failure::NotFound(format!("{} holds no case", found.stream));
    CaseRow::of(&found.fold).ok_or_else(nothing)
}

/// The record itself: it stands in the log, not in the state.
fn evidence(found: &Folded<Cases>) -> Option<String> {
    found.events.iter().find_map(|it| {
        match decode::<Cases>(&it.event.event_type, it.event.schema, &it.event.data).ok()? {
            Event::Opened(report) => Some(report.evidence.to_string()),
            Event::SeenAgain { .. }
            | Event::Widened { .. }
            | Event::FiguresChanged { .. }
            | Event::Assigned { .. }
            | Event::Proposed(_)
            | Event::Noted(_)
            | Event::Closed(_)
            | Event::Reopened(_) => None,
        }
    })
}

fn print(shown: &Shown, out: &mut impl Write) -> Result<(), Failure> {
    let row = &shown.row;
    let disputed = Disputed::of(&row.findings);
    let mut facts = vec![
        ("case", row.case.clone()),
        ("state", state(row).to_owned()),
        ("transaction", or_dash(row.transaction.as_ref())),
        ("order", or_dash(row.order.as_ref())),
        ("fund", or_dash(row.fund.as_ref())),
        ("source", format!("{}, record {}", row.source.name, row.source.record)),
        ("opened", row.since.to_string()),
        ("in dispute", format!("{} shares, {} yuan", disputed.shares, disputed.money)),
    ];
    facts.extend(row.owner.clone().map(|owner| ("owner", owner)));
    facts.extend(row.closing.as_ref().map(|closing| ("closed", closed(closing))));
    let note = |note: &Note| ("note", format!("{}: {}", note.by, note.text));
    facts.extend(row.notes.iter().map(note));
    pairs(out, &facts)?;
    for finding in &row.findings {
        writeln!(out, "\n{}: {}", finding.kind, safe::shown(&finding.what))?;
        let figures = figures(finding);
        if !figures.is_empty() {
            table(out, &["FIGURE", "OURS ", "THEIRS "], figures.into_iter())?;
        }
    }
    if !shown.figures.is_empty() {
        writeln!(out, "\nthe record beside its order")?;
        let cells = |it: &Beside| {
            let sides = [&it.promised, &it.booked, &it.record].map(|side| or_dash(side.as_ref()));
            let mark = if it.differs { "differs" } else { "" };
            std::iter::once(it.name.clone()).chain(sides).chain([mark.to_owned()]).collect()
        };
        table(
            out,
            &["FIGURE", "PROMISED ", "BOOKED ", "RECORD ", ""],
            shown.figures.iter().map(cells),
        )?;
    } else if let Some(evidence) = &shown.evidence {
        writeln!(out, "\nrecord\n{evidence}")?;
    }
    if !shown.actions.is_empty() {
        writeln!(out, "\na person may (looks only; does it with --apply)")?;
        shown.actions.iter().try_for_each(|action| writeln!(out, "  {action}"))?;
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
    let mut lines: Vec<_> = names.into_iter().map(line).collect();
    lines.retain(|line| !line.iter().any(|value| record::is_notation(value)));
    lines
}
