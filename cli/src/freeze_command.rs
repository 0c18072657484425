//! `fundflow freeze`: what a person does with an order of a court or a creditor on somebody's shares.
//!
//! ```text
//! fundflow freeze order TX --investor I --fund F --shares N --cause C --source TEXT --reason TEXT [--apply]
//! fundflow freeze lift TX --order TX --source TEXT --reason TEXT [--apply]
//! ```
//!
//! Each is a saga of kind `freeze` under its own transaction ID, so that the same line typed again
//! changes nothing. What the register freezes comes with its files and needs nobody.

use crate::{
    args::Format,
    house::Terms,
    operate::{counterparties, engine, held, not_blank, operator, settle, time_of},
    reading::{Failure, Place, database, finish, json, open, pairs, table},
    registry::{Registry, Sagas},
};
use clap::{Args, Subcommand, ValueEnum};
use fundflow::{
    RequestError, SagaId,
    runtime::{kind::payload, saga::Saga as _},
};
use fundflow_application::desk::{self, DeskError};
use fundflow_domain::{
    freeze::FrozenCause,
    ids::{FundCode, InvestorId, TransactionId},
    money::Shares,
    text::{Text, TextError},
};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::store::{EventStore as _, Position};
use fundflow_sagas::freeze::{Freeze, Request, Word};
use serde::Serialize;
use std::{io::Write, process::ExitCode, sync::Arc};

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum FreezeCommand {
    /// Freeze shares. Only looks without --apply
    Order(OrderArgs),
    /// Lift an order: what it froze is free again; where the register's last statement said more than
    /// orders froze, all that it said stays frozen until its next one. Only looks without --apply
    Lift(LiftArgs),
}

/// An order on somebody's shares.
#[derive(Debug, Args)]
pub(crate) struct OrderArgs {
    /// A new transaction ID; whoever lifts the order names it
    transaction: TransactionId,
    /// Owns the shares
    #[arg(long, value_parser = crate::args::token::<InvestorId>)]
    investor: InvestorId,
    /// The fund that they are of, six digits
    #[arg(long)]
    fund: FundCode,
    /// How many shares the paper names; 99999999999999.99 for all that there are and will be
    #[arg(long, allow_negative_numbers = true)]
    shares: Shares,
    /// On whose behalf
    #[arg(long, value_enum)]
    cause: CauseArg,
    #[command(flatten)]
    paper: PaperArgs,
}

/// The end of an order.
#[derive(Debug, Args)]
pub(crate) struct LiftArgs {
    /// A new transaction ID
    transaction: TransactionId,
    /// The transaction ID of the order
    #[arg(long, value_name = "TX")]
    order: TransactionId,
    #[command(flatten)]
    paper: PaperArgs,
}

/// What both of them need.
#[derive(Debug, Args)]
struct PaperArgs {
    /// The paper: court and number, or the contract of the pledge; it is stored
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    source: String,
    /// Why; it is stored
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    /// Who; otherwise the user who is logged in ($USER)
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    operator: Option<String>,
    /// Do it; otherwise only look
    #[arg(long)]
    apply: bool,
}

/// Spelling on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum CauseArg {
    /// A court's order
    Judicial,
    /// The investor, at the counter
    Counter,
    /// A creditor to whom the shares are pledged
    Pledge,
    /// A creditor and a court
    PledgeAndJudicial,
    /// The counter and a court
    CounterAndJudicial,
}

/// What would be, or was, done.
#[derive(Debug, Serialize)]
struct Report {
    action: &'static str,
    applied: bool,
    transaction: TransactionId,
    operator: String,
    asked: String,
    events: Vec<EventLine>,
}

#[derive(Debug, Serialize)]
struct EventLine {
    stream: String,
    event_type: String,
    actor: String,
}

impl From<CauseArg> for FrozenCause {
    fn from(cause: CauseArg) -> Self {
        match cause {
            CauseArg::Judicial => FrozenCause::Judicial,
            CauseArg::Counter => FrozenCause::Counter,
            CauseArg::Pledge => FrozenCause::Pledge,
            CauseArg::PledgeAndJudicial => FrozenCause::PledgeAndJudicial,
            CauseArg::CounterAndJudicial => FrozenCause::CounterAndJudicial,
        }
    }
}

impl PaperArgs {
    /// Source, reason and person, as they are stored.
    fn texts(&self) -> Result<[Text; 3], Failure> {
        let typed = |error: TextError| Failure::Typed(error.to_string());
        let by = operator(self.operator.as_ref())?;
        Ok([
            Text::new("source", self.source.as_str()).map_err(typed)?,
            Text::new("reason", self.reason.as_str()).map_err(typed)?,
            Text::new("operator", by).map_err(typed)?,
        ])
    }
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &FreezeCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(asked(registry, command, place, format, out).await)
}

async fn asked(
    registry: &Registry,
    command: &FreezeCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let terms = Terms::of(&place, &store).await?;
    let sagas = registry.sagas(&terms.house(now)?);
    sagas.desk.known(Freeze::KIND)?;
    let (action, transaction, request, paper) = match command {
        FreezeCommand::Order(args) => ("freeze", &args.transaction, ordered(args)?, &args.paper),
        FreezeCommand::Lift(args) => {
            ("lift", &args.transaction, lifted(&store, &sagas, args).await?, &args.paper)
        }
    };
    let id = SagaId { kind: Freeze::KIND, transaction: transaction.clone() };
    let payloads = (payload::<Request>(request.clone()), payload::<()>(()));
    let foreseen = desk::preview_request(&store, &sagas.desk, &id, payloads, now).await;
    let foreseen = foreseen.map_err(|why| Failure::Engine(why.to_string()))?;
    drop(store);
    let planned = foreseen.events.into_iter().map(|event| EventLine {
        stream: event.stream.to_string(),
        event_type: event.event_type,
        actor: event.actor.to_string(),
    });
    let mut report = Report {
        action,
        applied: paper.apply,
        transaction: transaction.clone(),
        operator: operator(paper.operator.as_ref())?,
        asked: Freeze::summary(&request),
        events: planned.collect(),
    };
    if paper.apply {
        let store = SqliteStore::open(database(place.store), &Settings::default()).map_err(held)?;
        report.events =
            apply(registry, (&terms, &sagas), place, store, (transaction, request)).await?;
    }
    match format {
        Format::Json => json(out, &report)?,
        Format::Table => print(&report, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn ordered(args: &OrderArgs) -> Result<Request, Failure> {
    let [source, reason, by] = args.paper.texts()?;
    let (shares, cause) = (args.shares, args.cause.into());
    let word = Word::Order { shares, cause, source, reason, by };
    Ok(Request { investor: args.investor.clone(), fund: args.fund, word })
}

/// Whose shares an order froze stands in its own request.
async fn lifted(store: &SqliteStore, sagas: &Sagas, args: &LiftArgs) -> Result<Request, Failure> {
    let (kind, order) = (Some(Freeze::KIND), args.order.clone());
    let shown = match desk::show(store, &sagas.desk, kind, &order).await {
        Ok(shown) => shown,
        Err(DeskError::NotFound { .. } | DeskError::AnotherKind { .. }) => {
            return Err(Failure::NotFound(format!(
                "no order froze shares under {order}; `fundflow saga ls --kind freeze` lists all"
            )));
        }
        Err(error) => return Err(error.into()),
    };
    let Request { investor, fund, .. } = serde_json::from_value(shown.look.request)?;
    let [source, reason, by] = args.paper.texts()?;
    Ok(Request { investor, fund, word: Word::Lift { order, source, reason, by } })
}

/// Takes the store for itself and lets an engine decide. Returns the events of that saga.
async fn apply(
    registry: &Registry,
    (terms, sagas): (&Terms, &Sagas),
    place: Place<'_>,
    store: SqliteStore,
    (transaction, request): (&TransactionId, Request),
) -> Result<Vec<EventLine>, Failure> {
    let store = Arc::new(store);
    let now = time_of(&*store).await?;
    let outside = counterparties(registry, terms, &database(place.store), now)?;
    outside.keep_frozen(&store).await?;
    let engine = engine(sagas, &store, &outside).await?;
    let before: Position = *store.head().borrow();
    let asked = engine.request::<Freeze>(transaction.clone(), request, (), None, None).await;
    outside.keep_frozen(&store).await?;
    settle(&engine, &outside).await?;
    engine.shutdown().await?;
    asked.map(drop).map_err(|error| match error {
        RequestError::Refused(why) => Failure::Engine(why.to_string()),
        other => Failure::Engine(other.to_string()),
    })?;
    let kind = Some(Freeze::KIND);
    let shown = desk::show(&*store, &sagas.desk, kind, transaction).await?;
    let new = shown.events.iter().filter(|event| event.position > before);
    let line = |event: &fundflow_kernel::envelope::Recorded| EventLine {
        stream: event.stream.to_string(),
        event_type: event.event.event_type.to_string(),
        actor: event.event.actor.to_string(),
    };
    let events = new.map(line).collect();
    store.close().await;
    Ok(events)
}

fn print(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    let outcome = match (report.applied, report.events.is_empty()) {
        (_, true) => "was done before",
        (true, false) => "done",
        (false, false) => "can be done",
    };
    writeln!(out, "{} {}: {outcome}", report.action, report.transaction)?;
    pairs(out, &[("asked", report.asked.clone()), ("by", report.operator.clone())])?;
    if report.events.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let cells = |it: &EventLine| vec![it.stream.clone(), it.event_type.clone(), it.actor.clone()];
    table(out, &["STREAM", "EVENT", "BY"], report.events.iter().map(cells))?;
    if !report.applied {
        writeln!(out, "\nnothing was changed\nto do it, type the same with --apply")?;
    }
    Ok(())
}
