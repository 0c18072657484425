//! How a case is settled, by whom and why.

use super::{closed, found, row};
use crate::{
    args::Format,
    folded::Folded,
    house::Terms,
    operate::{self, Order, OrderArgs, not_blank, time_of},
    reading::{Failure, Place, database, json, open},
    registry::{Registry, Word},
};
use clap::{Args, ValueEnum};
use fundflow_application::{
    desk::{self, DeskError},
    read_models::CaseRow,
};
use fundflow_domain::{
    case::{CaseId, Cases, Closing, Command, How},
    ids::TransactionId,
    money::Amount,
    text::Text,
};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    envelope::Actor,
    loaded::{Loaded, Meta, with_sources},
    store::EventStore as _,
};
use serde::Serialize;
use std::{io::Write, path::Path, process::ExitCode};

/// Which case, and how it is settled.
#[derive(Debug, Args)]
pub(crate) struct CloseArgs {
    /// Its 32 digits, as `case ls` prints them
    case: CaseId,
    /// In which way
    #[arg(long, value_enum)]
    how: HowArg,
    /// With --how paid-by-us: yuan to the investor
    #[arg(long, value_name = "YUAN", required_if_eq("how", "paid-by-us"))]
    amount: Option<Amount>,
    /// With --how manual: in which other way
    #[arg(long, value_name = "TEXT", value_parser = not_blank, required_if_eq("how", "manual"))]
    text: Option<String>,
    /// What convinced you; it is stored with the case
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// As it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HowArg {
    /// The record is right after all, or its difference is taken as it is
    Accepted,
    /// We bear the difference out of our own funds
    PaidByUs,
    /// The counterparty takes the record back
    Withdrawn,
    /// In another way
    Manual,
}

/// What would be, or was, closed on its own stream.
#[derive(Serialize)]
struct Report {
    action: &'static str,
    applied: bool,
    case: CaseRow,
    how: String,
}

impl CloseArgs {
    fn closing(&self) -> Result<Closing, Failure> {
        let typed = |error: fundflow_domain::text::TextError| Failure::Typed(error.to_string());
        let how = match (self.how, self.amount, &self.text) {
            (HowArg::PaidByUs, Some(amount), _) => How::PaidByUs { amount },
            (HowArg::Manual, _, Some(text)) => {
                How::Manual { text: Text::new("text", text.as_str()).map_err(typed)? }
            }
            (HowArg::Accepted, ..) => How::Accepted,
            (HowArg::Withdrawn, ..) => How::Withdrawn,
            (HowArg::PaidByUs, None, _) => {
                return Err(Failure::Typed("--how paid-by-us needs --amount".to_owned()));
            }
            (HowArg::Manual, _, None) => {
                return Err(Failure::Typed("--how manual needs --text".to_owned()));
            }
        };
        let by = Text::new("operator", self.order.operator()?).map_err(typed)?;
        let reason = Text::new("reason", self.reason.as_str()).map_err(typed)?;
        Ok(Closing { how, by, reason })
    }
}

/// Looks, or does it.
pub(super) async fn run(
    registry: &Registry,
    args: &CloseArgs,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let closing = args.closing()?;
    let store = place.store;
    let case = found(store, &args.case).await?;
    if let Some(transaction) = holds_up(registry, place, &case, args).await? {
        let word = Word::CloseCase { case: args.case, closing: Box::new(closing) };
        let order = Order::ask("close case", transaction, word, &args.order);
        return operate::run(registry, &order.because(&args.reason), place, format, out).await;
    }
    if args.order.applies() {
        close(store, &args.case, &closing).await?;
    } else {
        planned(&case, &closing)?;
    }
    let (applied, how) = (args.order.applies(), closed(&closing));
    let case = row(&found(store, &args.case).await?)?;
    let report = Report { action: "close case", applied, how, case };
    let name = &report.case.case;
    match format {
        Format::Json => json(out, &report)?,
        Format::Table if applied => writeln!(out, "closed {name}: {}", report.how)?,
        Format::Table => {
            writeln!(out, "close case {name}: can be done: {}", report.how)?;
            writeln!(out, "nothing was changed\nto do it, type the same with --apply")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The saga that waits for this case, if one does: only then is the case its to close.
async fn holds_up(
    registry: &Registry,
    place: Place<'_>,
    case: &Folded<Cases>,
    args: &CloseArgs,
) -> Result<Option<TransactionId>, Failure> {
    let Some((_, transaction)) = &case.kept.loaded.owner else { return Ok(None) };
    let store = open(place.store)?;
    let sagas = registry.sagas(&Terms::of(&place)?.house(time_of(&store).await?)?);
    let shown = match desk::show(&store, &sagas.desk, None, transaction).await {
        Ok(shown) => shown,
        Err(DeskError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let case = args.case.to_string();
    let disputes = shown.events.iter().any(|event| {
        event.event.event_type.ends_with(".disputed") && event.event.data.contains(&case)
    });
    Ok((shown.look.ending.is_none() && disputes).then(|| transaction.clone()))
}

fn planned(case: &Folded<Cases>, closing: &Closing) -> Result<(), Failure> {
    let stream = &case.stream;
    let mut loaded: Loaded<Cases> = case.kept.loaded.clone();
    let command = Command::Close(closing.clone());
    let decided = loaded.decide(stream, &command, &meta(case, closing)?, &mut Vec::new());
    decided.map(drop).map_err(|error| Failure::Engine(error.to_string()))
}

/// As if the one who opened it went on: the case stays with its transaction.
fn meta(case: &Folded<Cases>, closing: &Closing) -> Result<Meta, Failure> {
    let nobody = || Failure::NotFound("the case has no events".to_owned());
    let owner = case.kept.loaded.owner.as_ref().ok_or_else(nobody)?;
    let (process, correlation) = owner;
    let last = case.kept.moved;
    Ok(Meta {
        correlation: correlation.clone(),
        process: process.clone(),
        causation: "operator".into(),
        actor: Actor::Operator(closing.by.as_str().into()),
        trace_parent: None,
        occurred_at: last,
        recorded_at: last,
        trade_date: None,
    })
}

/// Takes the store for itself, looks again, and appends.
async fn close(store: &Path, case: &CaseId, closing: &Closing) -> Result<(), Failure> {
    let found = found(store, case).await?;
    let store = SqliteStore::open(database(store), &Settings::default()).map_err(operate::held)?;
    let now = time_of(&store).await?;
    let again = crate::folded::one::<Cases, _>(&store, &found.stream).await?;
    let case = again.unwrap_or(found);
    let mut loaded: Loaded<Cases> = case.kept.loaded.clone();
    let mut batch = Vec::new();
    let meta = Meta { occurred_at: now, recorded_at: now, ..meta(&case, closing)? };
    let command = Command::Close(closing.clone());
    let decided = loaded.decide(&case.stream, &command, &meta, &mut batch);
    decided.map_err(|error| Failure::Engine(error.to_string()))?;
    if !batch.is_empty() {
        let appended = store.append(batch).await;
        appended.map_err(|error| Failure::Engine(with_sources(&error)))?;
    }
    store.close().await;
    Ok(())
}
